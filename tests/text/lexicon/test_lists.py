"""The lists, and what is found of words that stand in none."""

import re

import pytest

from t2i_person.text.lexicon.compounds import compound, is_colour
from t2i_person.text.lexicon.lists import (
    base_of,
    fold,
    looks,
    names,
    people,
    prepositions,
    sections,
    short_names,
    suffixes,
    things,
    verbs,
    word_set,
)
from t2i_person.text.lexicon.neighbours import is_person_noun, kind_of
from t2i_person.text.model import CATEGORIES

LISTS = ("absent", "ages", "foreign", "forms", "grammar", "idioms", "looks", "names", "people", "rules")
LISTS += ("things", "verbs", "words")


@pytest.mark.parametrize("name", LISTS)
def test_every_section_has_a_name_and_words(name: str) -> None:
    found = sections(f"{name}.txt")
    assert found and all(header and words for header, words in found)


@pytest.mark.parametrize("name", LISTS)
def test_no_word_mixes_letters_that_look_alike(name: str) -> None:
    listed = [word for _, words in sections(f"{name}.txt") for word in words]
    parts = [part for word in listed for part in re.split("[- ]", word)]
    assert not [part for part in parts if re.search("[a-z]", part, re.I) and re.search("[а-яё]", part, re.I)]


def test_categories_and_genders_are_known() -> None:
    assert {thing.category for thing in things().values()} <= {*CATEGORIES, "hair"}  # colour or style
    assert {look.category for look in looks().values()} <= set(CATEGORIES)
    assert {person.gender for person in people().values()} <= set("mfrcu")
    assert {category for person in people().values() for category, *_ in person.facts} <= set(CATEGORIES)


def test_keys_are_folded() -> None:
    assert fold("Шофёр") == "шофер" and people()["шофер"].word == "шофёр"
    for table in (people(), things(), looks(), names(), verbs("dress"), prepositions()):
        assert table and all(key == fold(key) for key in table)


def test_words_are_found_by_each_of_their_dictionary_forms() -> None:
    assert things()["сапожок"] == things()["сапожки"]
    assert "сапожок" in word_set("things.txt", "clothes bare")


def test_short_names_lead_to_full_ones() -> None:
    assert "александр" in short_names()["саша"] and "александра" in short_names()["саша"]


def test_endings_of_compounds_are_tried_the_longest_first() -> None:
    lengths = [len(ending) for ending, _, _ in suffixes()]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("word", "base"), [("куртенка", "куртка"), ("пиджачок", "пиджак"), ("стол", ""), ("очки", "")]
)
def test_small_things(word: str, base: str) -> None:
    assert base_of(word) == base


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("рыжебородый", ("facial_hair", "рыжая борода")),
        ("светловолосый", ("hair_color", "светлые волосы")),
        ("длинноволосый", ("hair_style", "длинные волосы")),
        ("сорокалетний", ("age", "сорокалетний")),
        ("20-летний", ("age", "20-летний")),
        ("многолетний", None),
        ("совершеннолетний", None),
        ("рыжий", None),
    ],
)
def test_compounds(word: str, found: tuple[str, str] | None) -> None:
    made = compound(word)
    assert (made and made[:2]) == found


def test_colours() -> None:
    assert is_colour("тёмно-рыжий") and is_colour("Синий") and not is_colour("длинный")


def test_words_of_no_list_are_what_their_neighbours_are() -> None:
    for word in ("кардиохирург", "сноха"):
        assert word in people() or is_person_noun(word)
    assert kind_of("росомаха") == "animal" and not is_person_noun("росомаха")
    assert kind_of("ыыыыы") == ""
