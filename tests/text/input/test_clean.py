"""A text made readable, and where each of its characters stood."""

import pytest

from t2i_person.text.input.clean import clean


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Де\u00adвушка\u200b", "Девушка"),  # a soft hyphen, a space of no width
        ("синии\u0306", "синий"),  # decomposed
        ("е\u0308лка и зе\u0301лень", "ёлка и зелень"),
        ("блон-\nдинка", "блондинка"),
        ("тёмно-\nрыжий", "тёмно-рыжий"),
        ("дeвушкa", "девушка"),  # Latin e and a
        ("AR-очки", "AR-очки"),  # Latin and Cyrillic beside each other are no mixture
        ("ПАРЕНЬ В КРАСНОЙ КЕПКЕ", "парень в красной кепке"),
        ("ФИО: ИВАН ПЕТРОВ", "фио: Иван Петров"),
        ("в <b>шляпе</b> &amp; в *очках*", "в    шляпе           в  очках "),
        ("#зелёный_плащ", "#зелёный плащ"),
        ("в «чёрной» шляпе", "в  чёрной  шляпе"),
        ("тёмно\u2011рыжий", "тёмно-рыжий"),
    ],
)
def test_what_is_read(text: str, read: str) -> None:
    assert clean(text)[0] == read


@pytest.mark.parametrize(
    "text", ["Блон-\nдинка в синеи\u0306 ко\u00adфте", "е\u0308", "", "Рыжий\u200b", "а\u0301"]
)
def test_places_lead_back(text: str) -> None:
    read, places = clean(text)
    assert len(places) == len(read) + 1 and places[len(read)] == len(text)
    assert list(places) == sorted(places)
    for letter, place in zip(read, places, strict=False):
        assert letter == text[place] or text[place + 1] in "\u0306\u0308", "another letter than stood there"
