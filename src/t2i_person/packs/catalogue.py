"""Public checkpoints that packs are built from: where they are, under which licence, and how to get them.

Nothing is fetched unless it is asked for. Sizes and SHA-256 are given where they are known. OpenAI's
addresses hold them; others are recorded alike by independent public projects. StyleCLIP's generator,
StyleGAN-Human and the original's generator are published without any.
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import WrongPack
from .places import user_packs

FACES = (
    *("gender", "age", "hair_color", "hair_style", "facial_hair", "headwear", "accessory"),
    *("skin", "face", "eyes", "expression"),
)
PEOPLE = (*FACES, "clothes", "build")

_DRIVE = "https://drive.usercontent.google.com/download?id={}&export=download&confirm=t"
_OPENAI = "https://openaipublic.azureedge.net/clip/models/{}/ViT-B-32.pt"
_CLIP = "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"


@dataclass(frozen=True)
class File:
    """One file of a source."""

    name: str
    url: str
    size: int | None = None  # bytes
    sha256: str = ""

    @property
    def path(self) -> Path:
        """Where it lies, or is to lie."""
        return sources_folder() / self.name


@dataclass(frozen=True)
class Source:
    """A published checkpoint."""

    name: str
    kind: str  # "generator", "encoder" or "matting"
    title: str
    license: str
    page: str
    files: tuple[File, ...]  # the first is the checkpoint
    draws: tuple[str, ...] = ()  # of a generator: categories of features

    @property
    def there(self) -> bool:
        return all(file.path.is_file() for file in self.files)


SOURCES = {
    source.name: source
    for source in (
        Source(
            "styleclip-ffhq",
            "generator",
            "StyleGAN2 config-f, faces, 1024x1024, as StyleCLIP uses it",
            "NVIDIA Source Code License: research or evaluation only",
            "https://github.com/orpatashnik/StyleCLIP",
            (File("stylegan2-ffhq-config-f.pt", _DRIVE.format("1EM87UquaoQmk17Q8d5kYIAHqu0dkYqdT")),),
            FACES,
        ),
        Source(
            "nvidia-ffhq",
            "generator",
            "StyleGAN2-ADA, faces, 1024x1024",
            "NVIDIA Source Code License: research or evaluation only",
            "https://github.com/NVlabs/stylegan2-ada-pytorch",
            (
                File(
                    "ffhq.pkl",
                    "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/ffhq.pkl",
                    381_624_121,
                    "a205a346e86a9ddaae702e118097d014b7b8bd719491396a162cca438f2f524c",
                ),
            ),
            FACES,
        ),
        Source(
            "stylegan-human",
            "generator",
            "StyleGAN2, whole people, 1024x512",
            "NVIDIA Source Code License and SHHQ's terms: research or evaluation only",
            "https://github.com/stylegan-human/StyleGAN-Human",
            (File("stylegan_human_v2_1024.pkl", _DRIVE.format("1FlAb1rYa0r_--Zj_ML8e6shmaF28hQb5")),),
            PEOPLE,
        ),
        Source(
            "original",
            "generator",
            "StyleGAN2, people, 1024x1024, of the bachelor's project that t2i-person follows",
            "none stated by its author; made with NVIDIA's code: research or evaluation only",
            "https://github.com/Niktannn/t2i-person",
            (File("network-snapshot-000200.pt", _DRIVE.format("12Ksgq5hiqyLY9bOyUTJb6cl894J6ukVw")),),
            PEOPLE,
        ),
        Source(
            "clip-vit-b-32",
            "encoder",
            "OpenAI's CLIP ViT-B/32 and its vocabulary",
            "MIT (OpenAI)",
            "https://github.com/openai/CLIP",
            (
                File("ViT-B-32.pt", _OPENAI.format(_CLIP), 353_976_522, _CLIP),
                File(
                    "bpe_simple_vocab_16e6.txt.gz",
                    "https://github.com/openai/CLIP/raw/main/clip/bpe_simple_vocab_16e6.txt.gz",
                    1_356_917,
                    "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a",
                ),
            ),
        ),
        Source(
            "modnet",
            "matting",
            "MODNet, trained on portrait photographs",
            "Apache-2.0",
            "https://github.com/ZHKKKe/MODNet",
            (
                File(
                    "modnet_photographic_portrait_matting.ckpt",
                    _DRIVE.format("1mcr7ALciuAsHCpLnrtG_eop5-EYhbCmz"),
                    26_255_603,
                    "7c22235f0925deba15d4d63e53afcb654c47055bbcd98f56e393ab2584007ed8",
                ),
            ),
        ),
    )
}


def sources_folder() -> Path:
    """Folder of the public checkpoints: ``sources`` in the folder of the user's packs."""
    return user_packs() / "sources"


def source_named(name: str) -> Source:
    """The source of that name.

    Raises
    ------
    WrongPack : there is none; the message lists those there are.
    """
    if name not in SOURCES:
        raise WrongPack(f"There is no public checkpoint {name!r}: choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]
