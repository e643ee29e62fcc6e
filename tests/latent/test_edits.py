"""Edits as values: what stands in a PNG is read back as the same edit, and nothing else is."""

from types import SimpleNamespace

import pytest

from t2i_person.errors import PackError, T2IError
from t2i_person.latent import edits
from t2i_person.latent.edits import (
    CoordinateEdit,
    DirectionEdit,
    LocalDirectionEdit,
    OptimizedEdit,
    RecolourEdit,
    ScaledEdit,
    StrengthEdit,
    TransplantEdit,
    parts_of,
    read_edits,
)
from t2i_person.packs.recipe import Recipe
from t2i_person.pipeline.edit import edit

EDITS = (
    CoordinateEdit("шляпа", {3: (0.5, -1.25), 11: (0.0, 2.0)}),
    DirectionEdit("очки", "женщина", 3.0),
    LocalDirectionEdit("пожилой", "пожилой", "age", "all", 9.0),
    LocalDirectionEdit("не усы", "усы", "facial_hair", "moustache", -8.0, 0.5),
    LocalDirectionEdit("чёлка", "чёлка", "hair_style", "hair", 2.0, neutral="женщина"),
    OptimizedEdit(("шляпа", "очки"), 12),
    StrengthEdit("шляпа", -0.5),
    StrengthEdit("очки", None, "женщина", 1.5),
    ScaledEdit(0.5),
    RecolourEdit("голубая кофта", "clothes", "голубой", 0.75),
    TransplantEdit("кепка", "hat", 17, 0.5),
)


def test_every_kind_is_tried_here():
    kinds = {name for name in vars(edits).values() if isinstance(name, type) and hasattr(name, "json")}
    assert {type(edit) for edit in EDITS} == kinds - {edits.Edit}


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
        {**EDITS[3].json(), "place": "sky"},
        {**EDITS[3].json(), "category": "beards"},
        {**EDITS[3].json(), "said": None},
        {**EDITS[3].json(), "alpha": float("inf")},
        {**EDITS[3].json(), "alpha": 1e4},
        {"kind": "transplant", "text": "кепка", "region": "sky", "donor": 1, "strength": 1},
        {"kind": "transplant", "text": "кепка", "region": "hat", "donor": -1, "strength": 1},
        {"kind": "transplant", "text": "кепка", "region": "hat", "donor": 1.5, "strength": 1},
        {"kind": "transplant", "text": "кепка", "region": "hat", "donor": True, "strength": 1},
    ],
)
def test_a_strangers_edit_is_refused(table):
    with pytest.raises(T2IError, match="draw the portrait again"):
        read_edits([table])


def test_a_recipe_with_an_unknown_edit_is_named():
    pack = SimpleNamespace(name="mine", recipe=Recipe(edits=("magic", "recolour")))
    with pytest.raises(PackError, match="mine asks for the edits magic: there are coordinates"):
        edit(None, SimpleNamespace(pack=pack), None, None, [])


def test_half_a_hat_is_none_and_the_later_hat_is_worn():
    cap, brim, glasses = (
        TransplantEdit(*some) for some in (("a", "hat", 1), ("b", "hat", 2), ("c", "other", 3))
    )
    assert parts_of([cap, glasses, ScaledEdit(0.5), brim]) == (glasses, brim)
    assert parts_of([cap, glasses.at(0.4)]) == (cap,)
    assert parts_of([cap], 0.4) == () and parts_of([cap], 0.5) == (cap,)


def test_a_step_in_one_place_is_taken_in_part():
    beard = LocalDirectionEdit("борода", "борода", "facial_hair", "beard", 8.0)
    assert parts_of([beard], 0.5) == (beard.at(0.5),)
    assert parts_of([beard.at(0)]) == parts_of([beard], 0) == ()
