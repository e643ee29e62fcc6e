"""Run the reader over annotated texts and write down what it weighed, each with the right answer."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from t2i_person.text import describe, evidence, places

SCORER = Path(__file__).parents[2] / "bench" / "score_extraction.py"


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_extraction", SCORER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


score = _scorer()


@dataclass
class Sample:
    task: str
    facts: list[str]
    right: bool
    item: str
    group: int  # samples of one decision


@dataclass
class Notes:
    """What was weighed in one text, before it is known what was right."""

    present: dict[int, tuple[Any, list[str]]] = field(default_factory=dict)
    keep: list[tuple[int, int, list[str]]] = field(default_factory=list)
    owner: list[tuple[int, int, Any, list[str]]] = field(default_factory=list)


@contextmanager
def noted() -> Iterator[Notes]:
    """Everything that is weighed meanwhile is noted."""
    notes = Notes()
    homes = {"presence": evidence, "made": places, "owner": places}
    plain = {name: getattr(home, name) for name, home in homes.items()}

    def presence(e):  # type: ignore[no-untyped-def]
        facts = plain["presence"](e)
        notes.present[id(e)] = (e, facts)
        return facts

    def made(sentence, first, end, fact):  # type: ignore[no-untyped-def]
        facts = plain["made"](sentence, first, end, fact)
        notes.keep.append((fact.start, fact.end, facts))
        return facts

    def owner(place, e):  # type: ignore[no-untyped-def]
        facts = plain["owner"](place, e)
        tokens = place.look.tokens
        notes.owner.append((tokens[place.first].start, tokens[place.end - 1].end, e, facts))
        return facts

    new = {"presence": presence, "made": made, "owner": owner}
    for name, function in new.items():
        setattr(homes[name], name, function)
    try:
        yield notes
    finally:
        for name, function in plain.items():
            setattr(homes[name], name, function)


def samples(item: dict[str, Any]) -> list[Sample]:
    """Everything weighed while one annotated text was read, with the right answers."""
    text, gold = item["text"], item["characters"]
    with noted() as notes:
        describe(text)
    marks = [
        (c, g, *span_of(text, g)) for c, g in ((c, g) for c, ch in enumerate(gold) for g in ch["features"])
    ]
    whose = {}

    def people_of(e: Any) -> set[int]:
        if id(e) not in whose:
            mine = {"head": "", "lemma": " ".join(e.words)}
            found = set()
            for c, ch in enumerate(gold):
                start = ch.get("start")
                over = start is not None and any(
                    a < ch["end"] and start < b for a, b in zip(e.starts, e.ends, strict=True)
                )
                if over or (e.words and score.head_match(mine, {**ch, "start": None})):
                    found.add(c)
            whose[id(e)] = found
        return whose[id(e)]  # type: ignore[no-any-return]

    out: list[Sample] = []
    group = 0
    kept = [(e, facts) for e, facts in notes.present.values()]
    predicted = [
        {
            "head": e.texts[e.head_at] if e.texts else "",
            "lemma": e.head.lemma,
            "gender": {"m": "male", "f": "female"}.get(e.gender, "unknown"),
            "start": e.starts[e.head_at],
            "end": e.ends[e.head_at],
            "features": [{"text": f.text, "normalized": f.normalized, "negated": f.negated} for f in e.facts],
        }
        for e, _ in kept
    ]
    right = {i for i, _ in score.assign(predicted, gold)}
    for i, (_, facts) in enumerate(kept):
        out.append(Sample("present", facts, i in right, item["id"], i))
    for start, end, facts in notes.keep:
        hit = any(s < end and start < t for _, _, s, t in marks)
        out.append(Sample("keep", facts, hit, item["id"], start))
    by_place: dict[tuple[int, int], list[tuple[Any, list[str]]]] = {}
    for start, end, e, facts in notes.owner:
        by_place.setdefault((start, end), []).append((e, facts))
    for (start, end), options in by_place.items():
        true = {c for c, _, s, t in marks if s < end and start < t}
        answers = [bool(people_of(e) & true) for e, _ in options]
        if any(answers) and len(options) > 1:
            group += 1
            for (_, facts), answer in zip(options, answers, strict=True):
                out.append(Sample("owner", facts, answer, item["id"], group))
    return out


def span_of(text: str, feature: dict[str, Any]) -> tuple[int, int]:
    """Where a feature stands; (-1, -1) when nowhere."""
    if feature.get("start") is not None:
        return feature["start"], feature["end"]
    at = text.find(feature["text"])
    return (at, at + len(feature["text"])) if at >= 0 else (-1, -1)


def read(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Items of annotated sets, each id with its set's name before it."""
    out = []
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                item = json.loads(line)
                out.append({**item, "id": f"{path.stem}:{item['id']}"})
    return out
