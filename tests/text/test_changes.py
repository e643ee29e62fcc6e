"""What a new feature takes the place of."""

import pytest

from t2i_person.text import Feature
from t2i_person.text.changes import changed


def feature(words: str, category: str) -> Feature:
    bare = words.removeprefix("не ")
    return Feature(words, 0, 1, category, bare, words != bare)


RED, DRESS, BEARD = (
    feature("рыжие волосы", "hair_color"),
    feature("платье", "clothes"),
    feature("борода", "facial_hair"),
)
DARK, NO_DARK = feature("тёмные очки", "accessory"), feature("не тёмные очки", "accessory")


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ((RED, DRESS), (feature("чёрные волосы", "hair_color"),), (DRESS,)),
        ((RED, DRESS), (RED,), (DRESS,)),  # said again, it is said once
        ((BEARD,), (feature("усы", "facial_hair"),), (BEARD,)),  # both can be
        ((DRESS,), (feature("не платье", "clothes"),), ()),
        ((feature("синее платье", "clothes"), RED), (feature("не платье", "clothes"),), (RED,)),
        ((feature("синее платье", "clothes"),), (feature("не красное платье", "clothes"),), None),
        ((feature("не шапка", "headwear"),), (feature("шляпа", "headwear"),), ()),
        ((feature("не борода", "facial_hair"),), (feature("усы", "facial_hair"),), None),
        ((NO_DARK,), (feature("солнечные очки", "accessory"),), ()),
        ((DARK, feature("серьги", "accessory")), (NO_DARK,), (feature("серьги", "accessory"),)),
    ],
)
def test_what_is_left_of_the_old(old, new, left):
    assert changed(old, new) == (*(old if left is None else left), *new)
