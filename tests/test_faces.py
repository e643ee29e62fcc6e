"""The whole, from text to picture, on photographs, wherever the published network can be had."""

from io import BytesIO

import numpy as np
import pytest
import torch
from faces import place_faces
from PIL import Image

from t2i_person import change, draw, edit_photo, list_packs, recreate
from t2i_person.latent.judge import ByProbe
from t2i_person.latent.targets import Target, targets_of_phrase
from t2i_person.packs import load_pack, to_pixels
from t2i_person.packs.find import AUTO, default_pack
from t2i_person.picture.faces import single
from t2i_person.picture.likeness import descriptor, distance
from t2i_person.pipeline.read import read_phrase

SAMPLE = "Блондинка в голубой кофте шла по улице."


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    place_faces(folder)
    return folder


@pytest.fixture
def pulled(packs, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(packs))


@pytest.fixture(scope="module")
def blonde(packs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("T2I_PERSON_PACKS", str(packs))
        return draw(SAMPLE, seed=0)


def test_without_it_the_embedded_pack_draws(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    assert default_pack() == "embedded" and "faces" not in [info.name for info in list_packs()]


def test_a_blonde_in_light_blue(pulled, blonde):
    assert load_pack(AUTO, "cpu").name == "faces"
    (portrait,) = blonde.characters[0].portraits
    assert blonde.pack == "faces" and portrait.gender_found == "female"
    assert portrait.rgba.shape == (1024, 1024, 4)
    alpha = portrait.rgba[..., 3]
    assert (alpha[:40, :40] < 30).mean() > 0.5 and (alpha[400:700, 400:620] > 250).all()
    assert {"светлые волосы", "голубая кофта"} == set(portrait.scores)
    # the clothes at the lower edge are light blue, whatever they were before
    edge = portrait.rgba[1000:, :, :3][alpha[1000:] > 250].astype(int)
    blue = (edge[:, 2] > edge[:, 0] + 15) & (edge.mean(1) > 90)
    assert blue.mean() > 0.2
    assert recreate(portrait.png()).same
    assert np.array_equal(draw(SAMPLE, seed=0).characters[0].portraits[0].rgba, portrait.rgba)


def test_eyes_have_the_colour_that_is_said(pulled):
    (portrait,) = draw("Девушка с зелёными глазами.", seed=1).characters[0].portraits
    assert "зелёные глаза" in portrait.drawn
    (edit,) = [edit for edit in portrait.edits if edit.get("region") == "eyes"]
    assert edit["colour"] == "зелёный"
    assert recreate(portrait.png()).same
    back = change(portrait.record, strengths={"зелёные глаза": 0}).rgba[..., :3].astype(int)
    moved = np.abs(back - portrait.rgba[..., :3]).max(2) > 8
    rows = np.nonzero(moved)[0]
    assert 200 < moved.sum() < 8000 and np.ptp(rows) < 150, "the irises and nothing else"


def test_faces_in_coloured_light_are_known_by_w(pulled):
    pack = load_pack("faces", "cpu")
    strange, ordinary = (7620, 117810, 225, 721), (564, 34003, 284, 399)  # by looking
    z = np.stack([np.random.default_rng(seed).standard_normal(512) for seed in (*strange, *ordinary)])
    w = pack.generator.w(torch.from_numpy(z.astype(np.float32)), 0.8)
    kinds = [Target(text, text, "skin") for text in pack.light.texts]
    found = pack.light.strangeness(w, ByProbe(pack).probabilities([w], kinds))
    assert found[:4].min() > 12 and found[4:].max() < 3


def test_a_photo_gives_the_same_person(pulled):
    """Somebody drawn, in other light, cut, saved as by a camera, is found again; nobody else is as near."""
    pack = load_pack("faces", "cpu")
    z = torch.randn(2, pack.generator.z_dim, generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        drawn = pack.render(pack.generator.styles(pack.generator.w_plus(z, 0.7)))
    one, other = (to_pixels(image) for image in drawn)
    assert max(single(one).box) > 600, "looked at in 512 pixels, told in those of the picture"
    light = one * np.linspace(0.8, 1.15, 1024)[:, None, None]
    photo = BytesIO()
    lit = Image.fromarray(light.clip(0, 255).astype(np.uint8)).crop((60, 90, 1000, 1024)).resize((470, 467))
    lit.save(photo, "JPEG", quality=70)
    found = edit_photo(photo.getvalue(), pack=pack, likeness_steps=15, background="kept")
    assert found.likeness < 0.5 and found.record.settings["photo"]["distance"] == found.likeness
    own = descriptor(found.rgba[..., :3])
    assert distance(own, descriptor(one)) < distance(own, descriptor(other)) - 0.1


def test_each_slider_that_the_page_offers_can_be_moved(pulled):
    for name in ("faces", "embedded"):
        pack = load_pack(name, "cpu")
        for offer in set(pack.recipe.offers) - set(pack.sliders):
            for gender in ("female", "male"):
                assert targets_of_phrase(pack, offer, read_phrase(offer, gender)), (name, offer)


def test_strengths_that_spoil_the_picture_are_weakened_and_said(pulled, blonde):
    """Old, stout and turned away at once is further off than any face."""
    (portrait,) = blonde.characters[0].portraits
    spoilt = {"пожилой": 1, "полный": 1, "поворот головы": -1}
    changed = change(portrait.record, strengths=spoilt, background="kept")
    assert "strength 1 spoilt the picture" in changed.not_drawn["полный"]
    assert changed.edits[-1]["kind"] == "scaled" and changed.edits[-1]["by"] < 1


def test_a_strength_ends_where_faces_end(pulled, woman):
    """And the answer says the strength that was drawn; back at 0 it is the picture of before."""
    portrait, ends = woman, {}
    for name in ("улыбка", "пожилой"):
        far, end = (change(portrait.record, strengths={name: value}) for value in (2, 1))
        assert far.strengths[name] == end.strengths[name] == 1
        assert np.array_equal(far.rgba, end.rgba) and not np.array_equal(end.rgba, portrait.rgba)
        ends[name] = end
        back = change(end.record, strengths={name: 0})
        assert back.strengths[name] == 0 and np.array_equal(back.rgba, portrait.rgba)
    sad = change(ends["улыбка"].record, strengths={"улыбка": -1})
    alone = change(portrait.record, strengths={"улыбка": -1})
    assert np.array_equal(sad.rgba, alone.rgba), "the way does not matter"


def test_an_edit_that_would_leave_the_person_is_weakened(pulled, man):
    """Surprise whole would make another man of him: by dlib's descriptors, the recipe's `stays`."""
    changed = change(man.record, text="удивлённый", background="kept")
    assert any(edit["kind"] == "scaled" for edit in changed.edits)
    before, after = (one.rgba[..., :3] for one in (man, changed))
    assert distance(descriptor(before), descriptor(after)) < 0.45
