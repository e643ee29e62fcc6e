"""The main job on photographs, wherever the published network can be had."""

import numpy as np
import pytest
from faces import place_faces

from t2i_person import draw, list_packs, recreate
from t2i_person.packs import load_pack
from t2i_person.packs.pack import AUTO, default_pack

SAMPLE = "Блондинка в голубой кофте шла по улице."


@pytest.fixture
def pulled(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    place_faces(tmp_path)


def test_without_it_the_embedded_pack_draws(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    assert default_pack() == "embedded" and "faces" not in [info.name for info in list_packs()]


def test_a_blonde_in_light_blue(pulled):
    assert load_pack(AUTO, "cpu").name == "faces"
    result = draw(SAMPLE, seed=0)
    (portrait,) = result.characters[0].portraits
    assert result.pack == "faces" and portrait.gender_found == "female"
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
