"""Which colour a Russian phrase says."""

import pytest

from t2i_person.picture.colours import COLOURS, HAIR, colour, said_colour

SAID = {
    ("голубая кофта", "clothes"): ("clothes", "голубой"),
    ("тёмно-синее платье", "clothes"): ("clothes", "тёмно-синий"),
    ("темно-зеленое пальто", "clothes"): ("clothes", "тёмно-зелёный"),
    ("желтая куртка", "clothes"): ("clothes", "жёлтый"),
    ("ярко розовый топ", "clothes"): ("clothes", "ярко-розовый"),
    ("серо-голубой шарф", "clothes"): ("clothes", "серо-голубой"),
    ("одежда цвета морской волны", "clothes"): ("clothes", "бирюзовый"),
    ("шляпа цвета хаки", "headwear"): ("hat", "хаки"),
    ("ярко-красная бейсболка", "headwear"): ("hat", "ярко-красный"),
    ("шляпа с красной лентой", "headwear"): None,
    ("светлые волосы", "hair_color"): ("hair", "светлый"),
    ("рыжий", "hair_color"): ("hair", "рыжий"),
    ("светло-русый", "hair_color"): ("hair", "светло-русый"),
    ("черноволосый", "hair_color"): ("hair", "чёрный"),
    ("каштановые кудри", "hair_color"): ("hair", "каштановый"),
    ("окрашенные в синий цвет волосы", "hair_style"): ("hair", "синий"),
    ("седой", "hair_color"): ("hair", "седой"),
    ("клетчатая рубашка", "clothes"): None,
    ("белая в синюю полоску блузка", "clothes"): None,
    ("чёрно-белый свитер", "clothes"): None,
    ("кожаная куртка", "clothes"): None,
    ("кудрявые волосы", "hair_style"): None,
}


@pytest.mark.parametrize("phrase, category", SAID)
def test_said(phrase: str, category: str) -> None:
    assert said_colour(phrase, category) == SAID[phrase, category]


def test_shades_of_every_colour() -> None:
    for kind, table in (("clothes", COLOURS), ("hair", HAIR)):
        for name, base in table.items():
            assert colour(name, kind) == base
            for first in ("светло", "тёмно", "ярко", "бледно"):
                shade = colour(f"{first}-{name}", kind)
                assert shade is not None and 0 < shade.low <= shade.high < 1
            assert colour(f"светло-{name}", kind).lightness >= base.lightness  # type: ignore[union-attr]
            assert colour(f"тёмно-{name}", kind).lightness <= base.lightness  # type: ignore[union-attr]
    assert colour("деревянный") is None
