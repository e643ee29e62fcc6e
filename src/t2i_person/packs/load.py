"""Loading a pack: its files become networks on a device, and their sizes are checked against each other.

`GENERATORS` and `ENCODERS` say which kinds of network are known; add one there.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..errors import PackError
from ..nets.encoder import Encoder
from ..nets.generator import Generator
from ..nets.stylegan2 import Generator as StyleGAN2
from .device import device_of, fast_dtype
from .donors import Donors
from .files import CARD, OPTIONAL, WEIGHTS, brief, read_weights
from .find import AUTO, read_info, resolve
from .light import Light
from .pack import Gallery, Pack, Statistics

Parts = Mapping[str, tuple[dict[str, Tensor], dict[str, Any]]]  # name of a file -> its tensors and notes


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
    place, folder = device_of(device), resolve(name)
    dtype = dtype or fast_dtype(place)
    with _lock:
        key = (folder, (folder / CARD).stat().st_mtime_ns, place, dtype)
        if key not in _loaded:
            _loaded[key] = _load(folder, place, dtype)
        return _loaded[key]


def load_afresh(folder: Path) -> Pack:
    """Load a pack on the CPU to see whether that works; it is not kept.

    Raises
    ------
    PackError : as `load_pack`.
    """
    return _load(folder, torch.device("cpu"), torch.float32)


_lock = threading.Lock()
_loaded: dict[tuple[Path, int, torch.device, torch.dtype], Pack] = {}


def _load(folder: Path, device: torch.device, dtype: torch.dtype) -> Pack:
    info = read_info(folder)
    listed = {Path(file).stem for file in info.card["files"]}
    parts = {name: read_weights(folder, info.card, name) for name in (*WEIGHTS, *sorted(listed & OPTIONAL))}
    if "heads" in parts:  # our additions to a generator that others published
        parts["generator"] = (parts["generator"][0] | parts.pop("heads")[0], parts["generator"][1])
    built = _networks(folder, info.recipe.generator, parts, device)
    built |= _learned(folder, parts, built["generator"], built["encoder"], device)
    needed = {"coordinates", "directions"} & set(info.recipe.edits)
    if needed and "stylespace" not in parts:
        raise PackError(
            f"{folder / CARD} lists no stylespace.safetensors, and {', '.join(sorted(needed))} take it."
        )
    return Pack(**vars(info), **built, device=device, dtype=dtype)


def _networks(folder: Path, kind: str, parts: Parts, device: torch.device) -> dict[str, Any]:
    """Build the networks of a pack from its files; `kind` is the generator's. Field of `Pack` -> network."""
    if kind not in GENERATORS:
        raise PackError(f"{folder / CARD}: generator is one of {', '.join(GENERATORS)}, not {kind!r}.")
    makers: dict[str, Callable[..., Any]] = {
        "generator": GENERATORS[kind],
        "encoder": _encoder,
        "matting": _matting,
        "regions": _regions,
        "inversion": _inversion,
    }
    built = {}
    for name in [name for name in makers if name in parts]:
        state, meta = parts[name]
        try:
            net = built[name] = makers[name](state, meta)
        except (
            ArithmeticError, AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError,
        ) as error:  # fmt: skip
            path = folder / f"{name}.safetensors"
            raise PackError(f"{path} holds no {name} that is known here: {brief(error)}") from error
        net.requires_grad_(False).eval().to(device)
    return built


def _learned(
    folder: Path, parts: Parts, generator: Generator, encoder: Encoder, device: torch.device
) -> dict[str, Any]:
    """What was learned about the networks: sliders, words, light, donors, StyleSpace. Sizes are checked."""
    found: dict[str, Any] = {}
    if "sliders" in parts:
        found["sliders"] = {key: step.float().to(device) for key, step in parts["sliders"][0].items()}
        if wrong := [key for key, step in found["sliders"].items() if len(step) != generator.w_dim]:
            raise PackError(f"{folder / 'sliders.safetensors'} is of another generator: {', '.join(wrong)}.")
    if "words" in parts:
        found["words"] = {key: word.float().to(device) for key, word in parts["words"][0].items()}
        wide = encoder.encode_text(["a person"]).shape[1]
        if wrong := [key for key, word in found["words"].items() if word.shape != (wide + 1,)]:
            raise PackError(f"{folder / 'words.safetensors'} is of another encoder: {', '.join(wrong)}.")
    if "light" in parts:
        found["light"] = _light(folder, *parts["light"], generator).to(device)
    if "donors" in parts:
        found["donors"] = _donors(folder, parts["donors"][0], generator, encoder).to(device)
    if "stylespace" in parts:
        space = {key: tensor.to(device) for key, tensor in parts["stylespace"][0].items()}
        found |= _stylespace(folder, space, generator, encoder)
    return found


def _light(folder: Path, state: dict[str, Tensor], meta: dict[str, Any], generator: Generator) -> Light:
    path = folder / "light.safetensors"
    try:
        found = Light.from_state_dict(state, meta)
    except (KeyError, ValueError, TypeError) as error:
        raise PackError(f"{path} holds no light that is known here: {brief(error)}") from error
    if found.skin.shape[1] != generator.w_dim + 1:
        raise PackError(f"{path} is of another generator: build the pack again.")
    return found


def _donors(folder: Path, state: dict[str, Tensor], generator: Generator, encoder: Encoder) -> Donors:
    path = folder / "donors.safetensors"
    try:
        found = Donors.from_state_dict(state)
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise PackError(f"{path} holds no donors that are known here: {brief(error)}") from error
    wide = encoder.encode_text(["a person"]).shape[1]
    if (found.w.shape[1:], found.embeddings.shape[1:]) != ((generator.w_dim,), (wide,)):
        raise PackError(f"{path} is of another generator or encoder: build the pack again.")
    return found


def _stylespace(
    folder: Path, space: dict[str, Tensor], generator: Generator, encoder: Encoder
) -> dict[str, Any]:
    """Statistics, directions and gallery of StyleSpace, of the sizes that generator and encoder ask for."""
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
    from .russian import Encoder as Dual  # brings the language models with it

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
