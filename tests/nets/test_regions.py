"""The regions' head: its file, its shapes."""

from importlib.resources import files

import pytest
import torch
from safetensors.torch import load_file

from t2i_person.nets.regions import REGIONS, RegionHead


def test_head_of_the_pack() -> None:
    file = files("t2i_person") / "packs" / "faces" / "regions.safetensors"
    head = RegionHead.from_state_dict(load_file(str(file)))
    features = [torch.randn(2, c, s, s) for c, s in ((512, 16), (512, 32), (512, 64), (256, 128))]
    masks = head(features)
    assert masks.shape == (2, len(REGIONS), 128, 128) and masks.dtype == torch.float32
    assert torch.allclose(masks.sum(1), torch.ones(2, 128, 128), atol=1e-5)
    assert masks[1:].allclose(head([x[1:] for x in features]), atol=1e-5)
    with pytest.raises(ValueError, match="4 blocks"):
        head(features[:3])
