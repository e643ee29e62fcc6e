"""Do edits do what they say, and nothing else? 35 phrases on eight people drawn before.

    python -m lab faces edits          # edits, sheets, figures into report.json and docs, 25 minutes on two cores

Judged by tutors (`tutors`, in the work folder after `encoder`), which have labels of their own to go by but taught the
pack's encoder; so a share of the sheets has to be looked at as well. Identity is dlib's descriptor, which nothing here
was trained on.
"""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from lab.card import DOCS, fill
from lab.faces.drawn import GROUND, Drawn
from lab.faces.encoder import WORK
from lab.faces.facts import VALUES
from lab.faces.labels import SLICES
from lab.faces.report import report
from lab.faces.tutors import Tutor, told
from t2i_person import change, draw, load_pack
from t2i_person.nets.efficientnet import EfficientNet, sizes
from t2i_person.picture.faces import single
from t2i_person.picture.likeness import descriptor, distance

PLACE = WORK / "edits"
PEOPLE = [("Женщина.", seed) for seed in range(4)] + [("Мужчина.", seed) for seed in range(4)]
# phrase -> columns and the words of them that would be right; men's or women's only
PHRASES: dict[str, tuple[str, dict[str, str]]] = {
    "в очках": ("", {"glasses": "clear"}),
    "в тёмных очках": ("", {"glasses": "dark"}),
    "в кепке": ("", {"hat": "cap"}),
    "в вязаной шапке": ("", {"hat": "beanie"}),
    "в шляпе": ("", {"hat": "brim"}),
    "в платке": ("f", {"hat": "scarf"}),
    "в синей шапке": ("", {"hat": "beanie cap other"}),
    "с бородой": ("m", {"facial": "beard goatee"}),
    "с усами": ("m", {"facial": "moustache"}),
    "со щетиной": ("m", {"facial": "stubble"}),
    "лысый": ("m", {"length": "bald cropped"}),
    "с длинными волосами": ("", {"length": "long"}),
    "с короткими волосами": ("", {"length": "short cropped"}),
    "с кудрявыми волосами": ("", {"texture": "curly afro wavy"}),
    "с чёлкой": ("", {"hairline": "fringe"}),
    "со светлыми волосами": ("", {"hair": "blond"}),
    "с рыжими волосами": ("", {"hair": "red"}),
    "с чёрными волосами": ("", {"hair": "black"}),
    "с каштановыми волосами": ("", {"hair": "brown"}),
    "с седыми волосами": ("", {"hair": "grey white"}),
    "с розовыми волосами": ("", {"hair": "dyed"}),
    "в красной кофте": ("", {"clothcolor": "red"}),
    "в синей рубашке": ("", {"clothcolor": "blue"}),
    "в зелёном свитере": ("", {"clothcolor": "green"}),
    "в белой футболке": ("", {"clothcolor": "white"}),
    "в чёрном пиджаке": ("", {"clothcolor": "black"}),
    "в жёлтой кофте": ("", {"clothcolor": "yellow"}),
    "старый": ("", {"age": "older old"}),
    "молодой": ("", {"age": "young teen"}),
    "с улыбкой": ("", {"mouth": "smile teeth"}),
    "без улыбки": ("", {"mouth": "closed open"}),
    "грустный": ("", {"mood": "sad neutral angry"}),
    "удивлённый": ("", {"mood": "surprised", "mouth": "open"}),
    "с накрашенными губами": ("f", {"lips": "lipstick"}),
    "с макияжем": ("f", {"makeup": "yes"}),
}
OTHERS = (
    "sex",
    "age",
    "skin",
    "look",
    "hair",
    "length",
    "texture",
    "facial",
    "glasses",
    "hat",
    "mouth",
    "clothcolor",
)
# columns that go along by their nature
WITH = {
    "hat": "hair length texture hairline", "length": "texture hairline", "mood": "mouth", "mouth": "mood", "age": "hair facial",
    "hairline": "length texture",
}  # fmt: skip
AGING = {"age", "sex"}
SURE = 0.6  # probability from which a tutor's word counts


def main(argv: Sequence[str] | None = None) -> None:
    """Edit what is missing, judge, write sheets and figures."""
    PLACE.mkdir(parents=True, exist_ok=True)
    pack = load_pack("faces")
    bases = [draw(text, pack=pack, seed=seed, background="kept") for text, seed in PEOPLE]
    people = [base.characters[0].portraits[0] for base in bases]
    for i, phrase in enumerate(PHRASES):
        for k, person in enumerate(people):
            place = PLACE / f"{i:02}-{k}.json"
            if place.exists() or PHRASES[phrase][0] not in ("", "fm"[k >= 4]):
                continue
            begin = time.perf_counter()
            found = change(person.record, text=phrase, pack=pack, background="kept")
            seconds = time.perf_counter() - begin
            Image.fromarray(found.rgba[..., :3]).resize((256, 256), Image.Resampling.BOX).save(
                place.with_suffix(".png")
            )
            row = {"seconds": seconds, "not_drawn": found.not_drawn, "scores": found.scores}
            row |= {"edits": list(found.edits), "far": _far(person.rgba[..., :3], found.rgba[..., :3])}
            place.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
            print(i, k, phrase, f"{seconds:.1f} s", found.scores, found.not_drawn, flush=True)
    small = [
        np.asarray(Image.fromarray(p.rgba[..., :3]).resize((256, 256), Image.Resampling.BOX)) for p in people
    ]
    sheets(small)
    found_figures = figures()
    if judges := tutors():
        w = torch.stack([torch.from_numpy(p.record.w_plus[0]) for p in people])
        found_figures |= tutors_figures(judges, small, w)
    else:
        print("no tutors here: their rows stay as they are; python -m lab faces encoder makes them")
    report(found_figures)
    fill(DOCS / "training.md", "faces-edits", table())
    print(json.dumps(found_figures, indent=1))


def _far(before: np.ndarray, after: np.ndarray) -> float | None:
    one, other = (
        descriptor(image, single_face) if (single_face := single(image)) else None
        for image in (before, after)
    )
    return None if one is None or other is None else distance(one, other)


def tutors() -> list[Tutor]:
    """Those that `encoder` left in the work folder; none if it was not run here."""
    found = []
    for place in sorted(WORK.glob("tutor-*.pt")):
        state = torch.load(place, "cpu", weights_only=True)
        inner = {key[4:]: value for key, value in state.items() if key.startswith("net.")}
        tutor = Tutor(EfficientNet(sizes(inner), len(inner["head.weight"])))
        tutor.load_state_dict(state)
        found.append(tutor.eval())
    return found


def figures() -> dict[str, float]:
    """Of the edits: how many were seen, called drawn and not seen, one person still, and how long they took."""
    rows = [row for _, _, row in edited()]
    near = [
        row["far"] is not None and row["far"] < 0.45
        for phrase, _, row in edited()
        if not AGING & set(PHRASES[phrase][1])
    ]
    claimed = sum(not row["not_drawn"] for row in rows)
    return {
        "edits": len(rows),
        "edits_looked": round(sum(int(row["drawn"]) for row in looked()) / len(rows), 3),
        "edits_claimed_looked": round(sum(int(row["claimed_wrongly"]) for row in looked()) / claimed, 3),
        "edits_same_person": round(statistics.mean(near), 3),
        "edits_seconds_median": round(statistics.median(row["seconds"] for row in rows), 2),
    }


def tutors_figures(judges: list[Tutor], before: list[np.ndarray], w: Tensor) -> dict[str, float]:
    """What the tutors say: how many edits are drawn, called drawn and are not, and what else they change."""

    def judged(pictures: list[np.ndarray], of: list[int]) -> Tensor:
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
        return told(judges, Drawn(w[of], x, torch.zeros(len(x), 1, GROUND, GROUND, dtype=torch.uint8)))

    first = judged(before, list(range(len(before))))
    hits: dict[str, list[bool]] = {}
    claimed, lied, changed = 0, 0, []
    for phrase, place, row in edited():
        wanted, k = PHRASES[phrase][1], int(place.stem[-1])
        p = judged([np.asarray(Image.open(place.with_suffix(".png")))], [k])[0]
        hit = any(_share(p, column, words.split()) > 0.5 for column, words in wanted.items())
        hits.setdefault(phrase, []).append(hit)
        claimed += not row["not_drawn"]
        lied += not row["not_drawn"] and not hit
        touched = {*wanted, *(c for column in wanted for c in WITH.get(column, "").split())}
        others = [c for c in OTHERS if c not in touched and _both(p, first[k], c)]
        changed.append(sum(_word(p, c) != _word(first[k], c) for c in others))
    by_phrase = {phrase: f"{sum(found)} of {len(found)}" for phrase, found in hits.items()}
    print(json.dumps(by_phrase, indent=1, ensure_ascii=False))
    return {
        "edits_drawn": round(statistics.mean(hit for found in hits.values() for hit in found), 3),
        "edits_claimed_not_drawn": round(lied / max(1, claimed), 3),
        "edits_others_changed": round(statistics.mean(changed), 3),
    }


def edited() -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Phrase, file and what was noted of each edit."""
    for i, phrase in enumerate(PHRASES):
        for place in sorted(PLACE.glob(f"{i:02}-*.json")):
            yield phrase, place, json.loads(place.read_text("utf-8"))


def table() -> str:
    """For each phrase what it was done by, and what came of it."""
    seen = {row["phrase"]: row for row in looked()}
    lines = [
        "| phrase | by | drawn, by looking | called drawn, but not | distance, median |",
        "|---|---|---|---|---|",
    ]
    rows: dict[str, list[dict[str, Any]]] = {}
    for phrase, _, row in edited():
        rows.setdefault(phrase, []).append(row)
    for phrase, some in rows.items():
        names = (edit["kind"] for row in some for edit in row["edits"] if edit["kind"] != "scaled")
        kinds = ", ".join(kind for kind, _ in Counter(names).most_common(2)) or "nothing"
        far = statistics.median(row["far"] for row in some if row["far"] is not None)
        cells = (
            phrase,
            kinds.replace("_", " "),
            f"{seen[phrase]['drawn']} of {len(some)}",
            seen[phrase]["claimed_wrongly"],
            f"{far:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def looked() -> list[dict[str, str]]:
    """What was seen on the sheets: of each phrase how many show it, and how many are called drawn and do not."""
    with Path(__file__).with_name("looked_edits.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _share(p: Tensor, column: str, words: list[str]) -> float:
    at = SLICES[column].start
    return float(sum(p[at + VALUES[column].index(word)] for word in words))


def _word(p: Tensor, column: str) -> int:
    return int(p[SLICES[column]].argmax())


def _both(one: Tensor, other: Tensor, column: str) -> bool:
    return min(float(x[SLICES[column]].max()) for x in (one, other)) > SURE


def sheets(before: list[np.ndarray]) -> None:
    """Six phrases a sheet, the people as they were on top."""
    font = ImageFont.truetype("DejaVuSans.ttf", 14)
    names = list(PHRASES)
    for first in range(0, len(names), 6):
        page = Image.new("RGB", (8 * 160, 7 * 180), "white")
        pen = ImageDraw.Draw(page)
        for k, picture in enumerate(before):
            page.paste(Image.fromarray(picture).resize((158, 158)), (k * 160, 20))
        for row, phrase in enumerate(names[first : first + 6], 1):
            for k in range(len(before)):
                place = PLACE / f"{first + row - 1:02}-{k}.png"
                if place.exists():
                    page.paste(Image.open(place).resize((158, 158)), (k * 160, row * 180 + 20))
                    claimed = not json.loads(place.with_suffix(".json").read_text("utf-8"))["not_drawn"]
                    pen.text((k * 160 + 2, row * 180 + 2), phrase, "black" if claimed else "red", font)
        page.save(PLACE / f"sheet-{first // 6}.jpg", quality=88)
