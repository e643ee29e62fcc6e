"""Long texts: read piece by piece, people who return are one person, every feature keeps its place."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.reader.books import Hero, forms, place, read
from t2i_person import TextError, cast, describe, stream

RAIN = "Дождь шёл до самого вечера, и река поднялась до мостков.\n\n"


def test_the_named_are_one_person_in_every_chapter() -> None:
    text = (
        "Глава первая\n\nИван Петрович Рыжов, худой старик, сидел у окна. Он носил очки.\n\n"
        + RAIN * 40
        + "Глава вторая\n\nИван Сергеевич, молодой и рыжий, ждал. Вошёл Иван Петрович в сером плаще.\n\n"
        + RAIN * 40
        + "ЭПИЛОГ\n\nРыжов молчал. Он растолстел."
    )
    first, second = cast(text)
    assert (first.lemma, second.lemma) == ("Иван Петрович Рыжов", "Иван Сергеевич")
    assert [(f.normalized, f.chapter) for f in first.features] == [
        ("худой", "Глава первая"),
        ("очки", "Глава первая"),
        ("серый плащ", "Глава вторая"),
        ("полный", "ЭПИЛОГ"),
    ]
    assert [f.normalized for f in second.features] == ["молодой", "рыжий"]
    assert [(a.normalized, b.normalized) for a, b in first.contradictions] == [("худой", "полный")]
    for person in (first, second):
        assert all(text[f.start : f.end] == f.text for f in person.described)
        assert all(text[m.start : m.end] == m.text for m in person.mentions)


def test_a_short_name_is_the_same_person() -> None:
    (ivan,) = cast("Иван надел серый плащ.\n\n" + RAIN * 30 + "У Вани были голубые глаза.")
    assert [f.normalized for f in ivan.features] == ["серый плащ", "голубые глаза"]
    assert len(cast("Ваня и Иван молчали. Ваня был в кепке, Иван был в шляпе.")) == 2


def test_the_pieces_do_not_matter() -> None:
    text = "".join(
        f"Глава {n}\n\nВошла Мария в {colour} платье. За ней шёл старик с бородой.\n\n" + RAIN * 300
        for n, colour in enumerate(["красном", "синем", "белом"], 1)
    )
    whole = describe(text)
    for size in (7, 1000, 40_000):
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        assert sorted(stream(pieces), key=lambda c: c.start) == whole
    assert [f.normalized for f in whole[0].features] == ["красное платье", "синее платье", "белое платье"]
    assert len(whole) == 4


def test_the_nameless_come_before_the_text_ends() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        yield "Лысый матрос в тельняшке курил.\n\n"
        for _ in itertools.count():
            read += 1
            yield RAIN

    sailor = next(stream(endless()))
    assert sailor.head == "матрос" and read < 2000


def test_a_paragraph_without_end() -> None:
    text = "Вошла девушка в синем плаще и что-то сказала, " * 3000
    assert {f.normalized for c in describe(text) for f in c.features} == {"синий плащ"}


def test_contradictions_are_kept_and_not_drawn() -> None:
    (man,) = describe("Павел был рыжим и бородатым. Потом Павел вошёл без бороды. У Павла чёрные волосы.")
    pairs = {(a.normalized, b.normalized) for a, b in man.contradictions}
    assert ("рыжий", "чёрные волосы") in pairs
    assert "red hair" in man.prompt_en and "black" not in man.prompt_en
    (calm,) = describe("Павел был в шляпе. Потом Павел вошёл без шляпы.")
    assert calm.contradictions == ()


@pytest.mark.parametrize("source", [[], ["", " \n"], iter(())])
def test_nothing_to_read(source) -> None:
    with pytest.raises(TextError, match="empty"):
        list(stream(source))


def test_how_a_whole_book_is_measured(tmp_path: Path) -> None:
    text = (
        "Громов вошёл в сером  плаще. На Громове были очки. Анна Белова молчала.\n\n"
        "У Анны были голубые глаза. Шёл матрос — рыжий и худой. Сосед надел кепку."
    )
    book = tmp_path / "Книга.txt"
    book.write_text(text, "utf-8")
    heroes = [
        Hero(["Громов"], "male", ["в сером плаще", "рыжий и худой", "кепку"]),
        Hero(["Анна", "Белова"], "male", ["голубые глаза"]),
    ]
    reading = read(book, "mending", heroes)
    assert [(look.found, look.right) for look in reading.looks] == [
        (True, True),
        (True, False),  # stands at the sailor
        (True, False),
        (True, True),
    ]
    (gromov,), (anna,) = reading.of(0), reading.of(1)
    assert (gromov.own, gromov.others, gromov.sex, anna.own, anna.sex) == (2, 0, "male", 2, "female")
    assert [text[start:end] for start, end, _ in gromov.features] == ["в сером  плаще", "очки"]
    with pytest.raises(SystemExit, match="stands 0 times"):
        place(text, "в шляпе")


def test_the_cases_of_a_name() -> None:
    assert {"анны", "анной", "анне"} <= set(forms("Анна", "female"))
    assert {"беловой", "белову"} <= set(forms("Белова", "female")) and "белов" not in forms(
        "Белова", "female"
    )
    assert {"вяземского", "вяземскому"} <= set(forms("Вяземский", "male"))
