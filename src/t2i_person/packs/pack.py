"""What a pack is, which there are, and how one is loaded."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ..errors import PackError, T2IError, WrongPack
from ..nets.encoder import NEUTRAL, Encoder
from ..nets.generator import Generator, Graft
from ..nets.stylegan2 import Generator as StyleGAN2
from .catalogue import SOURCES
from .donors import Donors
from .files import CARD, OPTIONAL, PICKLES, WEIGHTS, brief, read_card, read_weights
from .places import BUILT_IN, built_in, is_built_in, missing, user_packs
from .recipe import Recipe, read_recipe

EMBEDDED = built_in("embedded")
AUTO = "auto"  # instead of a name: the first of these that is here
PREFERRED = ("faces", "embedded")
AT_ONCE = 4  # pictures with their regions on a processor: more take memory and no less time
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of each StyleSpace channel: one tensor [c] a layer."""

    mean: list[Tensor]
    std: list[Tensor]


@dataclass(frozen=True)
class Gallery:
    """Samples of the prior with the embeddings of their images. A search starts from the best of them."""

    z: Tensor  # [n, z_dim] on the CPU, standard normal
    embeddings: Tensor  # [n, d]: unit image embeddings, rendered with truncation psi 1


@dataclass(frozen=True, eq=False)
class PackInfo:
    """What a pack's card says; nothing heavy is read for it."""

    name: str
    version: str
    license: str
    path: Path
    draws: frozenset[str]  # categories of features
    card: dict[str, Any]  # pack.toml whole: provenance, SHA-256 of each file
    recipe: Recipe

    @property
    def digest(self) -> str:
        """SHA-256 of the files' SHA-256, in hex: two packs with one digest draw the same."""
        files = json.dumps(self.card.get("files", {}), sort_keys=True)
        return hashlib.sha256(files.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Pack(PackInfo):
    """Weights that belong together, on one device, ready to use."""

    generator: Generator
    encoder: Encoder
    matting: nn.Module
    device: torch.device
    dtype: torch.dtype  # of the convolutions; parameters stay float32
    statistics: Statistics | None = None  # None, and no directions: the recipe takes no such edits
    directions: Tensor | None = None  # [channels, d]: where each channel moves the embedding, unit or zero
    gallery: Gallery | None = None
    regions: nn.Module | None = None  # generator's features -> where hair, skin, clothes and hat are
    donors: Donors | None = None  # whose hats, hair and so on others may get
    sliders: Mapping[str, Tensor] = field(default_factory=dict)  # name -> step [w_dim] of one alpha
    # text -> [d + 1]: told of an embedding by a classifier of its own, the bias last
    words: Mapping[str, Tensor] = field(default_factory=dict)
    inversion: nn.Module | None = None  # images [n, 3, h, w] in [-1, 1] -> w [n, w_dim] less its mean
    _texts: dict[str, Tensor] = field(default_factory=dict, repr=False)

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which the networks compute in `dtype`."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def render(self, styles: Sequence[Tensor], resolution: int | None = None) -> Tensor:
        """StyleSpace [n, c] a layer -> images [n, 3, h, w] in [-1, 1], float32, at `resolution` or whole."""
        with self.autocast():
            image = self.generator.render(styles, resolution=resolution)
        assert isinstance(image, Tensor)
        return image

    def render_regions(
        self, styles: Sequence[Tensor], resolution: int | None = None, grafts: Sequence[Graft] = ()
    ) -> tuple[Tensor, Tensor | None]:
        """As `render`, and where hair, clothes and so on are: [n, regions, s, s] in [0, 1]; None: unknown."""
        if self.regions is None:
            return self.render(styles, resolution), None
        n = len(styles[0])
        if n > AT_ONCE and self.device.type == "cpu":
            found = []
            for first in range(0, n, AT_ONCE):
                some = slice(first, first + AT_ONCE)
                own = [style[some] for style in styles]
                found.append(self.render_regions(own, resolution, [graft.of(some) for graft in grafts]))
            return torch.cat([image for image, _ in found]), torch.cat([x for _, x in found if x is not None])
        with self.autocast():
            image, features = self.generator.render_with_features(
                styles, resolution=resolution, grafts=grafts
            )
        return image, self.regions(features)

    def side(self, most: int) -> int:
        """The largest skip output of at most so many pixels."""
        sides = [max(size) for size in self.generator.resolutions]
        return max([side for side in sides if side <= most], default=sides[0])

    def text(self, texts: Sequence[str]) -> Tensor:
        """Unit embeddings [n, d] of texts, each encoded once and alone: in a batch its last bits differ."""
        known = {text: seen for text in texts if (seen := self._texts.get(text)) is not None}
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            with torch.no_grad():
                known.update((text, self.encoder.encode_text([text])[0].float()) for text in new)
            if len(self._texts) > 10_000:  # a service that runs for months
                self._texts.clear()
            self._texts.update(known)
        return torch.stack([known[text] for text in texts])

    def score(self, images: Tensor, texts: Tensor) -> Tensor:
        """Probability that each text is true of each image: unit [n, d], [m, d] -> [n, m] in [0, 1]."""
        return self.encoder.score(images, texts)

    @property
    def neutral(self) -> str:
        """The text of nobody in particular."""
        return NEUTRAL[self.encoder.language]


def to_pixels(image: Tensor) -> np.ndarray:
    """[3, h, w] in [-1, 1] -> HWC uint8."""
    return ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def to_image(pixels: np.ndarray, device: torch.device) -> Tensor:
    """HWC uint8 -> [1, 3, h, w] in [-1, 1]; the reverse of `to_pixels`."""
    return torch.tensor(pixels).to(device).permute(2, 0, 1)[None].float() / 127.5 - 1


def list_packs() -> list[PackInfo]:
    """The packs that can be named: those of this package that are whole, then the user's.

    Packs with broken cards are left out, and those of which something was not pulled yet.
    """
    ours = [built_in(name) for name in BUILT_IN]
    folders = [*ours, *(sorted(user_packs().glob("*")) if user_packs().is_dir() else [])]
    found = []
    for folder in folders:
        if (folder / CARD).is_file():
            try:
                info = _info(folder)
            except PackError:
                continue
            if not missing(folder, info.card):
                found.append(info)
    return found


def default_pack() -> str:
    """Name of the pack that draws when none is named: photographs where they were pulled, else embedded."""
    there = {info.name for info in list_packs() if is_built_in(info.path)}
    return next(name for name in PREFERRED if name in there)


def resolve(name: str | Path) -> Path:
    """Folder of a pack named, or given as a path.

    Raises
    ------
    WrongPack : there is no such pack (the message lists those there are), or a pickle is named instead.
    """
    text = default_pack() if str(name) == AUTO else str(name)
    if Path(text).suffix.lower() in PICKLES:
        raise WrongPack(
            f"{text} is a pickle, not a pack: a pack is a folder with {CARD} and safetensors files. Make one "
            f"of it: t2i-person packs build NAME --generator {text}."
        )
    known = {info.name: info.path for info in reversed(list_packs())}
    if text in known:
        return known[text]
    if text and (Path(text) / CARD).is_file():
        return Path(text).resolve()
    if text and Path(text).name == text and (user_packs() / text / CARD).is_file():
        return user_packs() / text  # its card is broken: reading it says how
    names = ", ".join(reversed(known)) or "none"
    if text in BUILT_IN:
        raise WrongPack(f"{text} was not pulled yet: t2i-person packs pull {text}. Packs here: {names}.")
    if text in SOURCES:
        raise WrongPack(
            f"{text} is a public checkpoint, not a pack. Make one of it: t2i-person packs pull {text}, then "
            f"t2i-person packs build NAME --generator {text}. Packs here: {names}."
        )
    raise WrongPack(
        f"There is no pack {text!r}. Packs here: {names}; or give the path of a folder with {CARD}."
    )


def load_pack(
    name: str | Path = AUTO,  # of a pack in list_packs(), or the path of its folder; auto: `default_pack`
    device: str = "auto",  # "cpu", "cuda" (or "cuda:1"), "mps"; auto takes the fastest there is
    dtype: torch.dtype
    | None = None,  # of the convolutions; None: bfloat16 where the device has it, else float32
) -> Pack:
    """Load a pack, once: the same arguments give the same object. Safe to call from many threads.

    Raises
    ------
    PackError : unknown name; a file is missing, changed, damaged, a pickle, or does not fit the others.
    T2IError : unknown or absent device.
    """
    place, folder = _device(device), resolve(name)
    dtype = dtype or _fast(place)
    with _lock:
        key = (folder, (folder / CARD).stat().st_mtime_ns, place, dtype)
        if key not in _loaded:
            _loaded[key] = _load(folder, place, dtype)
        return _loaded[key]


def pack_info(name: str | Path) -> PackInfo:
    """The card of a pack, by its name or folder.

    Raises
    ------
    PackError : as `resolve`; or the card is broken.
    """
    return _info(resolve(name))


def load_afresh(folder: Path) -> Pack:
    """Load a pack on the CPU to see whether it can be; nothing is kept.

    Raises
    ------
    PackError : as `load_pack`.
    """
    return _load(folder, torch.device("cpu"), torch.float32)


_lock = threading.Lock()
_loaded: dict[tuple[Path, int, torch.device, torch.dtype], Pack] = {}


def _info(folder: Path) -> PackInfo:
    card = read_card(folder)
    draws = frozenset(card["draws"])
    try:
        recipe = read_recipe(card)
    except PackError as error:
        raise PackError(f"{folder / CARD}: {error}") from error
    return PackInfo(
        card["name"], str(card["version"]), card["license"], folder.resolve(), draws, card, recipe
    )


def _load(folder: Path, device: torch.device, dtype: torch.dtype) -> Pack:
    info = _info(folder)
    kind = info.recipe.generator
    if kind not in GENERATORS:
        raise PackError(f"{folder / CARD}: generator is one of {', '.join(GENERATORS)}, not {kind!r}.")
    listed = {Path(file).stem for file in info.card["files"]}
    parts = {name: read_weights(folder, info.card, name) for name in (*WEIGHTS, *sorted(listed & OPTIONAL))}
    if "heads" in parts:  # made here for a generator that was made elsewhere
        parts["generator"] = (parts["generator"][0] | parts.pop("heads")[0], parts["generator"][1])
    built: dict[str, Any] = {}
    makers: dict[str, Callable[..., Any]] = {
        "generator": GENERATORS[kind],
        "encoder": _encoder,
        "matting": _matting,
        "regions": _regions,
        "inversion": _inversion,
    }
    for name, make in makers.items():
        if name not in parts:
            continue
        state, meta = parts[name]
        try:
            net = built[name] = make(state, meta)
        except (
            ArithmeticError, AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError,
        ) as error:  # fmt: skip
            path = folder / f"{name}.safetensors"
            raise PackError(f"{path} holds no {name} that is known here: {brief(error)}") from error
        net.requires_grad_(False).eval().to(device)
    if "sliders" in parts:
        built["sliders"] = {key: step.float().to(device) for key, step in parts["sliders"][0].items()}
        if wrong := [key for key, step in built["sliders"].items() if len(step) != built["generator"].w_dim]:
            raise PackError(f"{folder / 'sliders.safetensors'} is of another generator: {', '.join(wrong)}.")
    if "words" in parts:
        built["words"] = {key: word.float().to(device) for key, word in parts["words"][0].items()}
        wide = built["encoder"].encode_text(["a person"]).shape[1]
        if wrong := [key for key, word in built["words"].items() if word.shape != (wide + 1,)]:
            raise PackError(f"{folder / 'words.safetensors'} is of another encoder: {', '.join(wrong)}.")
    if "donors" in parts:
        built["donors"] = _donors(folder, parts["donors"][0], built["generator"], built["encoder"]).to(device)
    if "stylespace" in parts:
        space = {key: tensor.to(device) for key, tensor in parts["stylespace"][0].items()}
        built |= _stylespace(folder, space, built["generator"], built["encoder"])
    elif needed := {"coordinates", "directions"} & set(info.recipe.edits):
        raise PackError(
            f"{folder / CARD} lists no stylespace.safetensors, and {', '.join(sorted(needed))} take it."
        )
    return Pack(**vars(info), **built, device=device, dtype=dtype)


def _donors(folder: Path, state: dict[str, Tensor], generator: Generator, encoder: Encoder) -> Donors:
    path = folder / "donors.safetensors"
    try:
        found = Donors.from_state_dict(state)
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise PackError(f"{path} holds no donors that are known here: {brief(error)}") from error
    wide = encoder.encode_text(["a person"]).shape[1]
    if (found.w.shape[1:], found.seen.shape[1:]) != ((generator.w_dim,), (wide,)):
        raise PackError(f"{path} is of another generator or encoder: build the pack again.")
    return found


def _stylespace(
    folder: Path, space: dict[str, Tensor], generator: Generator, encoder: Encoder
) -> dict[str, Any]:
    """What is known of the generator's StyleSpace, held to the sizes of generator and encoder."""
    layers = [layer.width for layer in generator.layers]
    wide = encoder.encode_text(["a person"]).shape[1]
    expected: dict[str, tuple[int, ...]] = {}
    expected |= {f"{key}.{i}": (size,) for key in ("mean", "std") for i, size in enumerate(layers)}
    expected["directions"] = (sum(layers), wide)
    if "gallery.z" in space:  # not every pack has one
        known = len(space["gallery.z"])
        expected |= {"gallery.z": (known, generator.z_dim), "gallery.seen": (known, wide)}
    for key, shape in expected.items():
        got = tuple(space[key].shape) if key in space else "nothing"
        if got != shape:
            path = folder / "stylespace.safetensors"
            raise PackError(f"{path}: {key} is {got}, the generator and encoder ask for {shape}.")
    mean, std = ([space[f"{key}.{i}"] for i in range(len(layers))] for key in ("mean", "std"))
    gallery = None
    if "gallery.z" in space:
        gallery = Gallery(space["gallery.z"].cpu(), normalize(space["gallery.seen"], dim=1))
    directions = space["directions"]
    if directions.dtype == torch.uint8:  # half the bytes of float16; 128 stands for 0
        directions = normalize(directions.float() - 128, dim=1)
    return {"statistics": Statistics(mean, std), "directions": directions, "gallery": gallery}


def _mobilestylegan(state: dict[str, Tensor], _: dict[str, Any]) -> Any:
    from ..nets.mobilestylegan import MobileStyleGAN

    return MobileStyleGAN.from_state_dict(state)


GENERATORS: dict[str, Callable[..., Any]] = {  # kind in the recipe -> builder from (tensors, notes)
    "stylegan2": lambda state, _: StyleGAN2.from_state_dict(state),
    "mobilestylegan": _mobilestylegan,
}


def _regions(state: dict[str, Tensor], _: dict[str, Any]) -> Any:
    from ..nets.regions import RegionHead

    return RegionHead.from_state_dict(state)


def _inversion(state: dict[str, Tensor], _: dict[str, Any]) -> Any:
    from ..nets.dual import PhotoTower

    return PhotoTower.from_state_dict({key: value.float() for key, value in state.items()})


def _clip(state: dict[str, Tensor], meta: dict[str, Any]) -> Any:
    from ..nets.clip import CLIP
    from ..nets.clip_tokens import Tokenizer

    pairs = [tuple(pair.split(" ")) for pair in meta["merges"]]
    return CLIP.from_state_dict(state, Tokenizer(pairs))


def _dual(state: dict[str, Tensor], meta: dict[str, Any]) -> Any:
    from .encoder import Encoder as Dual  # brings the language models with it

    return Dual.from_state_dict(state, meta)


ENCODERS: dict[str, Callable[..., Any]] = {  # kind in the notes of its file -> builder from (tensors, notes)
    "clip": _clip,
    "dual": _dual,  # also of files that say no kind
}


def _encoder(state: dict[str, Tensor], meta: dict[str, Any]) -> Any:
    return ENCODERS[meta.get("kind", "dual")](state, meta)


def _matting(state: dict[str, Tensor], _: dict[str, Any]) -> Any:
    from ..nets.modnet import MODNet

    return MODNet.from_state_dict(state)


def _device(name: str) -> torch.device:
    """The device of that name; the fastest there is for "auto".

    Raises
    ------
    T2IError : unknown or absent; the message lists those there are.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in DEVICES or (index and not index.isdecimal()):
        raise T2IError(f"Unknown device {name!r}: choose one of {', '.join(DEVICES)}.")
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there[kind] or (kind == "cuda" and int(index or 0) >= torch.cuda.device_count()):
        raise T2IError(
            f"Device {name!r} is not there: choose one of {', '.join(d for d in there if there[d])} or auto."
        )
    return torch.device(name)


def _fast(device: torch.device) -> torch.dtype:
    """bfloat16 where the device computes in it, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    if device.type == "cpu":
        can = torch.cpu.get_capabilities()
        if can.get("avx512_bf16") or can.get("amx_bf16"):
            return torch.bfloat16
    return torch.float32
