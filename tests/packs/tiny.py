"""A small random pack for arithmetic: it draws nothing that looks like anything."""

import zlib

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, normalize

from t2i_person.nets.encoder import CommonEncoder
from t2i_person.nets.stylegan2 import Generator
from t2i_person.nets.stylegan2_config import GeneratorConfig
from t2i_person.packs import Pack
from t2i_person.packs.build import channel_directions, stylespace_statistics
from t2i_person.packs.load import ENCODERS
from t2i_person.packs.recipe import Recipe

DRAWS = ["age", "clothes", "gender", "hair_color"]


class TinyEncoder(nn.Module, CommonEncoder):
    """Pooled pixels through a fixed random matrix; each text is a fixed random vector."""

    language = "ru"

    def __init__(self, d: int = 16):
        super().__init__()
        random = torch.Generator().manual_seed(1)
        self.weight = nn.Parameter(torch.randn(d, 48, generator=random), requires_grad=False)

    @classmethod
    def from_state_dict(cls, state: dict[str, Tensor], meta: dict[str, object]) -> "TinyEncoder":
        assert meta["kind"] == "tiny"
        own = cls(len(state["weight"]))
        own.load_state_dict(state)
        return own

    def encode_image(self, images: Tensor) -> Tensor:
        return normalize(adaptive_avg_pool2d(images, 4).flatten(1) @ self.weight.T)

    def encode_text(self, texts: list[str]) -> Tensor:
        seeds = [torch.Generator().manual_seed(zlib.crc32(text.encode())) for text in texts]
        return normalize(torch.stack([torch.randn(len(self.weight), generator=seed) for seed in seeds]))

    def score(self, images: Tensor, texts: Tensor) -> Tensor:
        return torch.sigmoid(8 * images @ texts.T)

    def unknown(self, text: str) -> list[str]:
        return [word for word in text.split() if word.startswith("бр")]


ENCODERS["tiny"] = TinyEncoder.from_state_dict  # as whoever adds a kind of encoder does


class Everywhere(nn.Module):
    """The matte of a person who fills the picture."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.ones_like(images[:, :1])


def tiny_generator() -> Generator:
    """32 pixels, 12 layers of StyleSpace, float32."""
    torch.manual_seed(0)
    config = GeneratorConfig(z_dim=8, w_dim=8, mapping_layers=2, resolution=32, channels=(8, 8, 8, 4))
    return Generator(config).eval().requires_grad_(False)


def tiny_pack() -> Pack:
    """A pack in memory, directions computed."""
    generator, encoder = tiny_generator(), TinyEncoder()
    statistics = stylespace_statistics(generator, 200)
    directions = channel_directions(generator, encoder, statistics, images=4, alpha=1, resolution=32)
    from pathlib import Path

    return Pack(
        name="tiny",
        version="1",
        license="Apache-2.0",
        path=Path("nowhere"),
        draws=frozenset(DRAWS),
        card={},
        recipe=Recipe(),
        generator=generator,
        encoder=encoder,
        matting=Everywhere(),
        statistics=statistics,
        directions=directions,
        device=torch.device("cpu"),
        dtype=torch.float32,
    )
