"""Whatever is given, the reader answers or says what is wrong, and does so soon."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from t2i_person import Cancelled
from t2i_person.text import TextError, describe


@pytest.mark.parametrize("text", ["", "  \n\t", "\0\0", "12345", "😀😀"])
def test_nothing_to_read(text: str) -> None:
    with pytest.raises(TextError):
        describe(text)


def test_ukrainian_says_the_cure() -> None:
    with pytest.raises(TextError, match="Ukrainian"):
        describe("Дівчина в синій сукні йшла вулицею і співала пісню.")


def test_english_says_the_cure() -> None:
    with pytest.raises(TextError, match="translate"):
        describe("A blonde woman in a red dress")
    assert issubclass(TextError, ValueError)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 Девушка \udfff в платье",
        "<p>Девушка&nbsp;в платье</p>",
        "Девушка 👩‍🦰 в платье 🎉",
        "девушка в платье",
        "Девушка\r\nв платье",
        "дeвушкa в плaтьe",
        "Девушка\0 в платье",
        "Деевушка в платье",
    ],
)
def test_noise_around(text: str) -> None:
    (girl,) = describe(text)
    assert [f.normalized for f in girl.features] == ["платье"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("а" * 10_000_000, marks=pytest.mark.slow),
        "!" * 100_000 + "я",
        "«" * 20_000 + "я",
        "девушка," * 5_000,
        "он, " * 300,
        "<" * 9999 + "я",
    ],
)
def test_never_hangs(text: str) -> None:
    """Seconds of the processor's, whatever else runs here; the longest of them takes five."""
    start = time.process_time()
    people = describe(text)
    assert time.process_time() - start < 30
    assert people.skipped == 0, "a sentence was given up"
    assert all(text[person.start : person.end] == person.head for person in people)


def test_the_cost_of_one_person_grows_with_the_text_and_not_with_its_square() -> None:
    costs = []
    for count in (400, 3200):
        start = time.process_time()
        (anna,) = describe("Анна рыжая. Анна высокая. " * count)
        costs.append(time.process_time() - start)
        assert len(anna.features) >= 2
    assert costs[1] < 13 * costs[0], "eight times as long"


def test_reading_stops_at_the_next_sentence() -> None:
    asked = []
    with pytest.raises(Cancelled):
        describe(
            "Девушка в платье шла по улице. " * 500,
            cancelled=lambda: bool(asked.append(1)) or len(asked) == 4,
        )
    assert len(asked) == 4


def test_no_one_is_an_empty_list() -> None:
    assert describe("Шёл дождь. Серый кот спал на подоконнике.") == []


def test_threads() -> None:
    texts = ["Лысый мужчина в очках.", "Рыжая девушка в синем платье."] * 8
    with ThreadPoolExecutor(4) as pool:
        many = list(pool.map(describe, texts))
    assert many == [describe(t) for t in texts]


@pytest.mark.parametrize(
    "text", ["— Барыня,\n\nсказал старик.", "— Матушка,", "«Отец,»", "Старик,", "— Пётр Ильич,\n\n— что?"]
)
def test_an_address_may_end_its_sentence(text: str, caplog: pytest.LogCaptureFixture) -> None:
    describe(text)
    assert "skipped" not in caplog.text
