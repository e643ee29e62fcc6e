"""How well and how fast the reader reads: scores on the three annotated sets, speed, start-up, memory.

usage: python bench/extraction.py [--json] [--errors N] [--long-mb MB]
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

DATA = Path(__file__).parent.parent / "tests" / "data" / "extraction"
SETS = ("dev", "own", "blind")
# The rules this project replaces, on the same dev items, their translator a generous dictionary.
BEFORE = {"exact": 0.189, "characters": 0.704, "gender": 0.917, "features": 0.387}


def predict(items: list[dict]) -> list[dict]:
    """Predictions in the scorer's form."""
    from t2i_person.text import describe

    return [{"id": item["id"], "characters": [as_dict(c) for c in describe(item["text"])]} for item in items]


def as_dict(character) -> dict:
    """One character as the scorer wants it."""
    return {
        "head": character.head,
        "lemma": character.lemma,
        "gender": character.gender,
        "count": character.count,
        "start": character.start,
        "end": character.end,
        "features": [
            {"text": f.text, "normalized": f.normalized, "negated": f.negated} for f in character.features
        ],
    }


def memory_mb() -> float:
    """Peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def row(name: str, m: dict) -> str:
    """One line of the table."""

    def show(x: float | None) -> str:
        return "  -  " if x is None else f"{x:.3f}"

    figures = [
        m["exact"], m["character"]["f1"], m["gender_accuracy"], m["count_accuracy"], m["feature"]["p"],
        m["feature"]["r"], m["feature"]["f1"], m["negated_recall"],
    ]  # fmt: skip
    return f"{name:<16}{m['items']:>5}  " + "  ".join(show(x) for x in figures)


def measure(errors: int, long_mb: float) -> dict:
    """Everything the table shows."""
    sys.path.insert(0, str(Path(__file__).parent))
    import score_extraction as score

    started = time.perf_counter()
    from t2i_person.text import describe

    describe("Блондинка в голубой кофте шла по улице.")
    out: dict = {"start_s": round(time.perf_counter() - started, 2)}
    texts: list[str] = []
    for name in SETS:
        items = score.load(DATA / f"{name}.jsonl")
        result, detail = score.evaluate(items, predict(items))
        out[name] = result
        texts += [item["text"] for item in items]
        for item, counts, missing in detail:
            if not counts["exact"] and errors > 0:
                errors -= 1
                print(f"{item['id']} {item['text']}\n  {missing}", file=sys.stderr)
    book = " ".join(texts)
    started = time.process_time()
    describe(book)
    spent = time.process_time() - started
    out["sentences_per_cpu_second"] = round(book.count(".") / spent)
    out["memory_mb"] = round(memory_mb())
    if long_mb:
        long_text = (book + "\n") * max(1, int(long_mb * 1e6 / len(book.encode())))
        started = time.perf_counter()
        describe(long_text)
        out["long_mb"] = round(len(long_text.encode()) / 1e6, 1)
        out["long_s"] = round(time.perf_counter() - started, 1)
        out["long_memory_mb"] = round(memory_mb())
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument(
        "--errors", type=int, default=0, help="print the first N items that are not wholly right"
    )
    parser.add_argument("--long-mb", type=float, default=0.0, help="also read a text of this size")
    args = parser.parse_args()
    out = measure(args.errors, args.long_mb)
    if args.json:
        print(json.dumps(out, ensure_ascii=False, indent=1, sort_keys=True))
        return
    head = f"{'':<16}{'items':>5}  exact  chrF1  gendr  count  ftrP   ftrR   ftrF1  negRec"
    for name in SETS:
        print(f"\n{name}\n{head}\n{row('all', out[name]['overall'])}")
        for tag, m in out[name]["tags"].items():
            print(row(tag, m))
    print(f"\nthe rules before, on dev: {BEFORE}")
    for key in ("start_s", "sentences_per_cpu_second", "memory_mb", "long_mb", "long_s", "long_memory_mb"):
        if key in out:
            print(f"{key} {out[key]}")


if __name__ == "__main__":
    main()
