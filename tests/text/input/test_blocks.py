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


TALK = "— Кто там? — спросила Анна.\nИван Петрович вошёл и сел у окна.\n"
WRAPPED = "   Иван Петрович вошёл и сел у окна, а за ним\nвошла Анна и стала\nговорить.\n"


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        (TALK * 12, "— Кто там? — спросила Анна.", 24),  # a line is a paragraph
        (TALK * 3, TALK * 3, 1),  # too few to tell
        ("Волосы: рыжие\nГлаза: серые\n" * 12, "Волосы: рыжие\nГлаза: серые\n" * 12, 1),
        (WRAPPED * 12, WRAPPED.rstrip("\n"), 12),  # an indented line begins one
        (WRAPPED.lstrip() * 12, WRAPPED.lstrip() * 12, 1),
    ],
)
def test_paragraphs_without_blank_lines(text: str, first: str, count: int) -> None:
    found = [(at, part) for at, part in paragraphs(text) if part.strip()]
    assert (found[0][1], len(found)) == (first, count)
    assert all(text.startswith(part, at) for at, part in found)


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
