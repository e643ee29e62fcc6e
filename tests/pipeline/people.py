"""Somebody of the tiny pack, all but drawn."""

import torch

from t2i_person.latent.sample import Sample
from t2i_person.packs import Pack
from t2i_person.text import Character, Feature


def feature(text: str, category: str, negated: bool = False) -> Feature:
    return Feature(text, 0, 1, category, text, negated, text)


HAIR, HAT = feature("рыжие волосы", "hair_color"), feature("шляпа", "clothes")
SOMEBODY = Character("Некто", "некто", "unknown", 1, 0, 5, (HAIR, HAT))


def sample(pack: Pack, seed: int = 1) -> Sample:
    z = torch.randn(1, pack.generator.z_dim, generator=torch.Generator().manual_seed(seed))
    w_plus = pack.generator.w_plus(z, 0.7).contiguous()
    styles = pack.generator.styles(w_plus)
    return Sample(seed, w_plus, styles, styles, z)
