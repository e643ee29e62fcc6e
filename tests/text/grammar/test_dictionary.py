"""The dictionary is read in fewer steps than pymorphy3 takes, and says the same; so is text cut."""

import pymorphy3
import pytest
from razdel import tokenize

from t2i_person.text.grammar.tokens import _words
from t2i_person.text.lexicon.dictionary import listed
from t2i_person.text.lexicon.morph import morphology

WORDS = """стали все всё елка ёлка мыла старика морщинами заплетённая одета босиком голубоглазою
интернет-магазинами глокая бутявка зеленоватый-презеленый 123 nike кто-нибудь иванова лучшие очки пятнадцать
рыжебородый""".split()
FORMS = ({"nomn"}, {"nomn", "sing"}, {"gent", "sing"}, {"loct", "plur"}, {"PRTF", "masc", "sing", "nomn"})


@pytest.fixture(scope="module")
def plain() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


@pytest.mark.parametrize("word", WORDS)
def test_same_readings_and_forms(plain: pymorphy3.MorphAnalyzer, word: str) -> None:
    ours, theirs = morphology().parse(word), plain.parse(word)
    assert [tuple(p)[:4] for p in ours] == [tuple(p)[:4] for p in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert (listed(a) or a.is_known) == b.is_known
        for form in FORMS:
            x, y = a.inflect(set(form)), b.inflect(set(form))
            assert (x and tuple(x)[:4]) == (y and tuple(y)[:4])


@pytest.mark.parametrize(
    "text",
    [
        "«Эй!» — крикнул он... (Рыжий, в джинсах.)",
        "Кто-то вошёл; ему 25-30 лет, рост 1,80.",
        "Ура!!! :-) да?!",
    ],
)
def test_cut_as_razdel_cuts(text: str) -> None:
    assert list(_words(text)) == [(t.text, t.start, t.stop) for t in tokenize(text)]


def test_no_word_goes_beyond_a_space() -> None:
    assert [word for word, _, _ in _words("Анна- и Пётр")] == ["Анна", "-", "и", "Пётр"]
