"""A text of any length in blocks, and the headings in it."""

import pytest

from t2i_person.text.input.blocks import BLOCK, blocks, heading, paragraphs

PARAGRAPH = "Дождь шёл до вечера. Анна ждала у окна, в сером платье.\n\n"


@pytest.mark.parametrize("piece", [1, 1000, BLOCK + 1, 10**6])
def test_cuts_do_not_depend_on_the_pieces_that_come(piece: int) -> None:
    text = PARAGRAPH * 1500
    whole = list(blocks(text))
    assert len(whole) == 3 and "".join(part for _, part in whole) == text
    assert all(text.startswith(part, offset) and len(part) <= BLOCK for offset, part in whole)
    assert all(part.endswith("\n\n") for _, part in whole), "a paragraph was cut"
    assert list(blocks(text[i : i + piece] for i in range(0, len(text), piece))) == whole


@pytest.mark.parametrize(
    ("sentence", "end"), [("Он шёл. ", ". "), ("он шёл, ", ", "), ("слово ", " "), ("ы", "ы")]
)
def test_without_paragraphs_it_is_cut_at_the_next_best_place(sentence: str, end: str) -> None:
    (_, first), *_ = blocks(sentence * (2 * BLOCK // len(sentence)))
    assert first.endswith(end) and BLOCK // 2 < len(first) <= BLOCK


def test_paragraphs() -> None:
    text = "Одно.\n \nДругое.\n\n\nТретье."
    found = list(paragraphs(text))
    assert [part for _, part in found] == ["Одно.", "Другое.", "Третье."]
    assert all(text.startswith(part, offset) for offset, part in found)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Глава первая", "Глава первая"),
        ("ЧАСТЬ II.  Зима", "ЧАСТЬ II. Зима"),
        ("Третья часть", "Третья часть"),
        ("## Действующие лица", "Действующие лица"),
        ("Эпилог", "Эпилог"),
        ("XIV", "XIV"),
        ("Глава семьи вошла.", ""),
        ("Первая часть пути была легка.", ""),
        ("Анна вошла.", ""),
    ],
)
def test_headings(words: str, title: str) -> None:
    assert heading(words) == title
