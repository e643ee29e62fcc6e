"""Edits as values: what stands in a PNG is read back as the same edit, and nothing else is."""

from types import SimpleNamespace

import pytest

from t2i_person.errors import PackError, T2IError
from t2i_person.latent.edits import (
    CoordinateEdit,
    DirectionEdit,
    LatentDirectionEdit,
    OptimizedEdit,
    RecolourEdit,
    ScaledEdit,
    StrengthEdit,
    read_edits,
)
from t2i_person.packs.recipe import Recipe
from t2i_person.pipeline.edit import edit

EDITS = (
    CoordinateEdit("шляпа", {3: (0.5, -1.25), 11: (0.0, 2.0)}),
    DirectionEdit("очки", "женщина", 3.0),
    LatentDirectionEdit("борода", 9.0),
    OptimizedEdit(("шляпа", "очки"), 12),
    StrengthEdit("шляпа", -0.5),
    StrengthEdit("очки", None, "женщина", 1.5),
    ScaledEdit(0.5),
    RecolourEdit("голубая кофта", "clothes", "голубой", 0.75),
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.kind)
def test_there_and_back(edit):
    table = edit.json()
    assert table["kind"] == edit.kind
    assert read_edits([table]) == (edit,)


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"kind": "magic"},
        {"kind": "direction", "text": "очки", "neutral": "", "alpha": "x"},
        {"kind": "direction", "text": "очки", "neutral": "", "alpha": float("nan")},
        {"kind": "coordinates", "text": "очки", "changed": [[1, 2]]},
        {"kind": "recolour", "text": "кофта", "region": "sky", "colour": "синий", "strength": 1},
        {"kind": "recolour", "text": "кофта", "region": "hair", "colour": "синий", "strength": True},
        {"kind": "optimize", "texts": 5, "steps": 1},
    ],
)
def test_a_strangers_edit_is_refused(table):
    with pytest.raises(T2IError, match="draw the portrait again"):
        read_edits([table])


def test_a_recipe_with_an_unknown_edit_is_named():
    pack = SimpleNamespace(name="mine", recipe=Recipe(edits=("magic", "recolour")))
    with pytest.raises(PackError, match="mine asks for the edits magic: there are coordinates"):
        edit(None, SimpleNamespace(pack=pack), None, None, [])
