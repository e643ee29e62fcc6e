"""Run the reader over annotated texts and write down what it weighed, each with the right answer."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from t2i_person.text import describe
from t2i_person.text.looks import places
from t2i_person.text.people.coreference import evidence

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
    spans = [(c, *span_of(text, feature)) for c, ch in enumerate(gold) for feature in ch["features"]]
    return [
        *_presence_samples(item["id"], gold, notes),
        *_keep_samples(item["id"], spans, notes),
        *_owner_samples(item["id"], gold, spans, notes),
    ]


Spans = list[tuple[int, int, int]]  # index of the character, start and end of a feature in the text


def _presence_samples(item: str, gold: list[dict[str, Any]], notes: Notes) -> list[Sample]:
    """Whether somebody told of is in the scene."""
    predicted = [_as_predicted(e) for e, _ in notes.present.values()]
    right = {i for i, _ in score.assign(predicted, gold)}
    return [
        Sample("present", facts, i in right, item, i) for i, (_, facts) in enumerate(notes.present.values())
    ]


def _as_predicted(e: Any) -> dict[str, Any]:
    """Somebody told of, as the scorer takes a predicted character."""
    return {
        "head": e.texts[e.head_at] if e.texts else "",
        "lemma": e.head.lemma,
        "gender": {"m": "male", "f": "female"}.get(e.gender, "unknown"),
        "start": e.starts[e.head_at],
        "end": e.ends[e.head_at],
        "features": [{"text": f.text, "normalized": f.normalized, "negated": f.negated} for f in e.facts],
    }


def _keep_samples(item: str, spans: Spans, notes: Notes) -> list[Sample]:
    """Whether a proposed feature is one."""
    return [
        Sample("keep", facts, any(s < end and start < t for _, s, t in spans), item, start)
        for start, end, facts in notes.keep
    ]


def _owner_samples(item: str, gold: list[dict[str, Any]], spans: Spans, notes: Notes) -> list[Sample]:
    """Whose a feature is; decisions with one option, or without a right one, teach nothing."""
    by_place: dict[tuple[int, int], list[tuple[Any, list[str]]]] = {}
    for start, end, e, facts in notes.owner:
        by_place.setdefault((start, end), []).append((e, facts))
    out: list[Sample] = []
    group = 0
    for (start, end), options in by_place.items():
        true = {c for c, s, t in spans if s < end and start < t}
        answers = [bool(_characters_of(e, gold) & true) for e, _ in options]
        if any(answers) and len(options) > 1:
            group += 1
            for (_, facts), answer in zip(options, answers, strict=True):
                out.append(Sample("owner", facts, answer, item, group))
    return out


def _characters_of(e: Any, gold: list[dict[str, Any]]) -> set[int]:
    """Indexes of the annotated characters that somebody told of may be: by place, or by the head's words."""
    mine = {"head": "", "lemma": " ".join(e.words)}
    found = set()
    for c, character in enumerate(gold):
        start = character.get("start")
        over = start is not None and any(
            a < character["end"] and start < b for a, b in zip(e.starts, e.ends, strict=True)
        )
        if over or (e.words and score.head_match(mine, {**character, "start": None})):
            found.add(c)
    return found


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
