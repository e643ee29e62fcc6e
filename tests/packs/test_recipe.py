"""What a pack's card may ask of the pipeline."""

import pytest

from t2i_person.errors import PackError
from t2i_person.packs import pack_info
from t2i_person.packs.recipe import Recipe, read_recipe


def test_a_card_without_a_recipe_is_as_before():
    assert read_recipe({}) == Recipe()
    assert Recipe().edits == ("coordinates", "directions", "optimize") and Recipe().truncation_psi == 1.0


def test_the_embedded_pack_asks_for_bare_heads_and_eyes():
    assert pack_info("embedded").recipe.unasked == {"accessory": "очки", "headwear": "головной убор"}


def test_values_are_taken():
    card = {
        "recipe": {"sampler": "likelihood", "edits": ["recolour"], "truncation_psi": 0.8, "one_person": True},
        "usual": {"хороший снимок": 1, "брак": -0.5},
        "rows": {"clothes": "6-99", "макияж": "7-9"},
        "local": {"facial_hair": "beard", "усы": "moustache"},
        "ages": {"мальчик": "ребёнок"},
        "years": {"0": "ребёнок", "18": "молодой"},
        "reach": {"улыбка": "-7 14"},
    }
    recipe = read_recipe(card)
    assert (recipe.sampler, recipe.edits, recipe.one_person) == ("likelihood", ("recolour",), True)
    assert recipe.usual == {"хороший снимок": 1, "брак": -0.5} and recipe.ages == {"мальчик": "ребёнок"}
    assert recipe.rows_of("синяя кофта", "clothes", 23) == (6, 23)
    assert recipe.rows_of("старый", "age", 23) == (0, 23)
    assert recipe.rows_of("яркий макияж", "face", 23) == (7, 10), "a word goes before its category"
    assert recipe.place_of("рыжая борода", "facial_hair") == "beard"
    assert recipe.place_of("седые усы", "facial_hair") == "moustache"
    assert recipe.place_of("", "age") == "all"
    assert recipe.reach_of("лёгкая улыбка", "expression") == (-7, 14)
    assert recipe.reach_of("злой", "expression") == (-9, 9)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ({"recipe": {"smapler": "likelihood"}}, "smapler"),
        ({"recipe": {"edits": "recolour"}}, "edits"),
        ({"recipe": {"truncation_psi": "much"}}, "truncation_psi"),
        ({"recipe": 3}, "recipe"),
        ({"usual": {"брак": "no"}}, "numbers"),
        ({"unasked": ["очки"]}, "texts"),
        ({"rows": {"clothes": "above"}}, "5-22"),
        ({"local": {"усы": "chin"}}, "moustache"),
        ({"told": {"усы": "chin"}}, "moustache"),
        ({"years": {"18": "молодой", "0": "ребёнок"}}, "ascending"),
        ({"reach": {"улыбка": "14"}}, "-8 14"),
        ({"reach": {"улыбка": "-0 14"}}, "-8 14"),
        ({"years": {"old": "старый"}}, "whole numbers"),
    ],
)
def test_what_is_wrong_is_named(card, said):
    with pytest.raises(PackError, match=said):
        read_recipe(card)


def test_what_lies_below_the_frame_is_said():
    recipe = Recipe(below_frame=("туфли", "ремень"))
    assert "below the frame" in recipe.hidden("чёрные туфли", "clothes")
    assert not recipe.hidden("чёрная шляпа", "headwear")
    tall = Recipe(below_frame=("высокий",))
    assert tall.hidden("высокий", "build") and not tall.hidden("высокий лоб", "face")
