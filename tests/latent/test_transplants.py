"""Hats, hair and dark glasses of donors."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person import change, draw, recreate
from t2i_person.errors import T2IError
from t2i_person.latent.edits import parts_of
from t2i_person.latent.edits.grafts import masks, render_grafted
from t2i_person.latent.edits.transplants import there_in
from t2i_person.latent.judge import probabilities
from t2i_person.latent.sample import edits_of, split_styles
from t2i_person.latent.targets import DRAWN, Target
from t2i_person.nets.regions import REGIONS, of
from t2i_person.packs import load_pack
from t2i_person.picture.likeness import descriptor, distance
from t2i_person.record import Record


def regions(**boxes: tuple[int, int, int, int]) -> torch.Tensor:
    """[1, 7, 128, 128]: each region in its box of rows and columns, the rest is ground."""
    out = torch.zeros(1, len(REGIONS), 128, 128)
    out[:, REGIONS.index("ground")] = 1
    for name, (top, bottom, left, right) in boxes.items():
        out[:, :, top:bottom, left:right] = 0
        out[:, REGIONS.index(name), top:bottom, left:right] = 1
    return out


def test_hair_that_stands_out_of_a_hat_goes():
    own = regions(hair=(10, 100, 30, 98), skin=(40, 90, 44, 84))
    theirs = regions(hat=(20, 45, 40, 88), skin=(45, 90, 44, 84))
    mask, bare = masks("hat", theirs, own)
    assert mask[0, 0, 30, 64] == 1 and mask[0, 0, 46, 64] > 0.5, "over the edge of the face, too"
    assert mask[0, 0, 15, 64] == 0 and mask[0, 0, 70, 64] == 0, "not over the ground, nor over the face"
    assert bare[0, 0, 15, 64] == 1 and bare[0, 0, 30, 33] == 1, "above it and beside it"
    assert bare[0, 0, 60, 35] == 0, "long hair below the hat stays"
    assert bare[0, 0, 5, 64] == 0 and (mask * bare).max() < 0.5


def test_only_glasses_are_taken_of_what_is_worn():
    theirs = regions(skin=(20, 110, 30, 98), other=(50, 60, 40, 88))
    theirs[:, REGIONS.index("other"), 90:96, 28:34] = 1  # an earring
    mask, bare = masks("other", theirs, regions())
    assert mask[0, 0, 55, 64] == 1 and mask[0, 0, 93, 31] == 0 and not bare.any()


def test_clothes_that_are_a_scrap_beside_the_hair_are_not_there():
    """By their area, and by how much of the picture's lower edge they are."""
    coat = Target("пальто", "пальто", "clothes")
    places = (100, 128, 10, 118), (60, 128, 0, 30), (124, 128, 10, 118)
    wide, scrap, low = (
        float(there_in(tiny_pack(), torch.empty(1, 0), regions(clothes=place), coat, "clothes"))
        for place in places
    )
    assert wide == 1 and scrap < DRAWN and low < DRAWN


def test_a_man_gets_a_cap_and_stays_himself(pack, man):
    """The hat comes and goes and comes again, each time with the same bytes; the man stays."""
    capped = change(man.record, text="в кепке", pack=pack, background="kept")
    (edit,) = capped.edits
    assert edit["kind"] == "transplant" and edit["region"] == "hat" and capped.drawn == ("кепка",)
    before, after = man.rgba[..., :3], capped.rgba[..., :3]
    assert distance(descriptor(before), descriptor(after)) < 0.45
    gap = np.abs(before.astype(int) - after).max(2)
    assert gap[:200, 400:600].mean() > 30 and gap[700:].mean() < 3, "above the eyes only"
    assert recreate(capped.png()).same
    for undone in (
        change(capped.record, strengths={"кепка": 0}, pack=pack, background="kept"),
        change(capped.record, text="без кепки", pack=pack, background="kept"),
    ):
        assert np.array_equal(undone.rgba, man.rgba)
    blue = change(capped.record, text="в синей шапке", pack=pack, background="kept")
    assert {edit["text"] for edit in blue.edits} == {"синяя шапка"}, "one hat at a time"
    bare = change(blue.record, strengths={"синяя шапка": 0.4}, pack=pack, background="kept")
    assert np.array_equal(bare.rgba, man.rgba), "half a hat is none, and nothing is coloured"
    again = change(blue.record, text="в кепке", pack=pack, background="kept")
    assert np.array_equal(again.rgba, capped.rgba), "the colour went with the hat that it was said of"


def test_a_shirt_comes_from_somebody_in_a_shirt(pack, woman):
    """Not from somebody in a suit, who has a shirt, too."""
    dressed = change(woman.record, text="в синей рубашке", pack=pack, background="kept")
    (donor,) = (edit["donor"] for edit in dressed.edits if edit["kind"] == "transplant")
    kinds = [Target(word, word, "clothes") for word in ("рубашка", "костюм")]
    shirt, suit = probabilities(pack, pack.donors.embeddings[[donor]], kinds)[0].tolist()
    assert shirt > 0.5 > suit and dressed.drawn == ("синяя рубашка",)


def test_a_hat_that_somebody_was_drawn_with_comes_off(pack):
    """The hat is the generator's own: no edit can be taken back, and a step in W leaves it."""
    (person,) = draw("Мужчина в кепке.", pack=pack, seed=3, background="kept").characters[0].portraits
    assert not person.edits and hat_of(pack, person) > 0.05
    bare = change(person.record, text="без кепки", pack=pack, background="kept")
    (edit,) = bare.edits
    assert edit["region"] == "hat" and not bare.not_drawn and hat_of(pack, bare) < 0.01
    gap = np.abs(person.rgba[600:, 300:700, :3].astype(int) - bare.rgba[600:, 300:700, :3]).max(2)
    assert np.median(gap) < 3, "the lower face is the same"
    assert recreate(bare.png()).same
    back = change(bare.record, strengths={edit["text"]: 0}, pack=pack, background="kept")
    assert np.array_equal(back.rgba, person.rgba)
    capped = change(bare.record, text="в вязаной шапке", pack=pack, background="kept")
    assert [edit["text"] for edit in capped.edits] == ["вязаная шапка"] and not capped.not_drawn


def test_hair_under_a_new_hat_is_left_as_it_is(pack):
    """It scores less there, but nobody asked for another: without the hat the picture is that of before."""
    (woman,) = draw("Блондинка.", pack=pack, seed=875063533, background="kept").characters[0].portraits
    hatted = change(woman.record, text="в шляпе", pack=pack, background="kept")
    assert [edit["text"] for edit in hatted.edits if edit not in woman.edits] == ["шляпа"]
    bare = change(hatted.record, text="без шляпы", pack=pack, background="kept")
    assert np.array_equal(bare.rgba, woman.rgba)


def hat_of(pack, portrait) -> float:
    """Share of the picture that is a hat."""
    styles, edits = split_styles(pack, portrait.record.latent), edits_of(pack, portrait.record)
    _, seen = render_grafted(pack, styles, parts_of(edits), 128)
    return float(of(seen, "hat").mean())


def test_dark_glasses_that_somebody_was_drawn_with_come_off(pack):
    """Whole, and no clear ones are left: half of a step would leave a frame."""
    (man,) = draw("Мужчина в солнечных очках.", pack=pack, seed=3, background="kept").characters[0].portraits
    for denied in ("без очков", "без тёмных очков"):
        bare = change(man.record, text=denied, pack=pack, background="kept")
        (edit,) = bare.edits
        assert edit["strength"] == 1 and edit["said"] == "очки" and not bare.not_drawn
        assert list(bare.scores.values())[-1] > 0.9 and len(bare.scores) == 1


def test_a_record_of_a_donor_that_there_is_not(pack):
    (man,) = draw("Мужчина в кепке.", pack=pack, seed=1, steps=0, size=256).characters[0].portraits
    wrong = {
        "kind": "transplant",
        "text": "кепка",
        "region": "hat",
        "donor": len(pack.donors),
        "strength": 1.0,
    }
    record = replace(man.record, edits=(wrong,))
    with pytest.raises(T2IError, match="draw the portrait again"):
        change(record, text="с бородой", pack=pack)


@pytest.mark.parametrize("many", [1, 65])
def test_a_record_of_steps_that_the_pack_cannot_take(pack, many):
    """The embedded pack has no directions in W, and nobody takes 65 steps."""
    step = {"kind": "local_direction", "text": "усы", "said": "усы", "category": "facial_hair"}
    step |= {"place": "moustache", "alpha": 8.0, "strength": 1.0}
    if many == 1:
        pack = load_pack("embedded", "cpu")
    with pytest.raises(T2IError, match="draw the portrait again"):
        edits_of(pack, Record(text="", seed=0, pack=pack.name, edits=(step,) * many))
