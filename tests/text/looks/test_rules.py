"""Every rule's example is read as the rule says; one sentence that fails costs nothing else."""

import logging
from importlib import import_module
from pkgutil import iter_modules

import pytest

from t2i_person.text import describe, reader
from t2i_person.text.looks import adjectives, ages, finder, rules
from t2i_person.text.looks.rules import AGES, DETACHED, FIRST, NOUNS, RULES, Rule


def told(text: str) -> str:
    features = [f for c in describe(text) for f in c.features]
    return "; ".join(("!" if f.negated else "") + f.normalized for f in features)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_example(rule: Rule) -> None:
    assert told(rule.example) == rule.gives


@pytest.mark.parametrize("rule", FIRST, ids=lambda rule: rule.name)
def test_the_rule_of_a_sentence_is_needed_in_its_example(rule: Rule, monkeypatch) -> None:
    monkeypatch.setattr(finder, "FIRST", tuple(r for r in FIRST if r is not rule))
    assert told(rule.example) != rule.gives


def test_every_rule_stands_in_a_list() -> None:
    files = [import_module(f"{rules.__name__}.{m.name}") for m in iter_modules(rules.__path__)]
    written = {value.name for file in files for value in vars(file).values() if isinstance(value, Rule)}
    assert written == {rule.name for rule in RULES}


OF_PLACES = [(finder, "NOUNS", r) for r in NOUNS]
OF_PLACES += [(adjectives, "DETACHED", r) for r in DETACHED]
OF_PLACES += [(ages, "AGES", r) for r in AGES]


@pytest.mark.parametrize(("module", "name", "rule"), OF_PLACES, ids=[rule.name for *_, rule in OF_PLACES])
def test_the_rule_itself_decides_in_its_example(module, name, rule, monkeypatch) -> None:
    answers = []

    def apply(place):
        answers.append(rule.apply(place))
        return answers[-1]

    watched = Rule(rule.name, rule.example, rule.gives, apply)
    monkeypatch.setattr(module, name, tuple(watched if r is rule else r for r in getattr(module, name)))
    describe(rule.example)
    assert any(answer is not None for answer in answers)


def test_a_sentence_that_fails_is_skipped(monkeypatch, caplog) -> None:
    find = reader.find

    def failing(tokens):
        if any(t.low == "гром" for t in tokens):
            raise ValueError("a bug")
        return find(tokens)

    monkeypatch.setattr(reader, "find", failing)
    with caplog.at_level(logging.ERROR):
        people = describe("Вошла девушка в шляпе. Грянул гром. Она была рыжая.")
    assert [f.normalized for c in people for f in c.features] == ["шляпа", "рыжий"]
    assert people.skipped == 1 and "23 to 35" in caplog.text
    assert describe("Вошла девушка в шляпе.").skipped == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Де́вушка с ры́жими во́лосами.", "ры́жими во́лосами"),
        ("Ты\u00adжи\u00adха с ры\u00adжи\u00adми волосами.", "ры\u00adжи\u00adми волосами"),
        ("Девушка с рыжими во-\nлосами.", "рыжими во-\nлосами"),
        ("Девушка с рыжими воло\u200bсами.", "рыжими воло\u200bсами"),
        ("Девушка с *рыжими* волосами.", "*рыжими* волосами"),
        ("Девушка с «рыжими» волосами.", "«рыжими» волосами"),
    ],
)
def test_marks_in_words(text: str, words: str) -> None:
    (feature,) = describe(text)[0].features
    assert feature.normalized == "рыжие волосы"
    assert text[feature.start : feature.end] == feature.text and words in feature.text


def test_decomposed_letters() -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", "Девушка в зелёной кофте и чёрной шляпе.")
    (girl,) = describe(text)
    assert [f.normalized for f in girl.features] == ["зелёная кофта", "чёрная шляпа"]
    assert all(text[f.start : f.end] == f.text for f in girl.features)
