"""How unusual the light on a face is."""

import pytest
import torch

from t2i_person.packs.light import Light

STATE = {  # two measures of a W of two: its first number, and twice its second
    "skin": torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.5]]),
    "usual": torch.tensor([[0.3, 0.1], [-0.2, 0.5]]),
    "precision": torch.tensor([[4.0, 1.0], [1.0, 2.0]]),
}
META = {"texts": ["темнокожий"]}


def test_strangeness_is_the_distance_from_what_is_usual_for_the_kind_of_skin() -> None:
    light = Light.from_state_dict(STATE, META)
    w, kinds = torch.tensor([[0.4, -0.1], [1.1, 0.0]]), torch.tensor([[1.0], [1.0]])
    # usual: .3 * 1 + .1 = .4 and -.2 * 1 + .5 = .3; W says .4 and .3, then 1.1 and .5
    off = torch.tensor([0.7, 0.2])
    assert light.strangeness(w, kinds) == pytest.approx([0, float(off @ STATE["precision"] @ off)], abs=1e-5)


@pytest.mark.parametrize("name", STATE)
def test_sizes_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="sizes"):
        Light.from_state_dict({**STATE, name: STATE[name][:, :1]}, META if name != "skin" else {"texts": []})


def test_what_is_missing_is_refused() -> None:
    with pytest.raises(KeyError):
        Light.from_state_dict(STATE, {})
    with pytest.raises(KeyError):
        Light.from_state_dict({"skin": STATE["skin"]}, META)
