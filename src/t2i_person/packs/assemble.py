"""A pack from a user's own checkpoints: generator, CLIP and MODNet in, a folder of safetensors out."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import Cancelled, PackError, T2IError, WrongPack
from ..nets.clip import CLIP
from ..nets.modnet import MODNet
from ..nets.stylegan2 import Generator
from ..text.model import CATEGORIES
from .build import channel_directions, gallery, stylespace_statistics
from .catalogue import PEOPLE, SOURCES, Source
from .checkpoints import clip_folder, read_clip, read_generator, read_matting
from .device import device_of, fast_dtype
from .files import sha256, write_pack
from .pack import Gallery, Statistics
from .places import BUILT_IN, PULLED, user_packs, writable
from .sources import check

Progress = Callable[[str, int, int], None]  # stage, steps done, steps in all
IsCancelled = Callable[[], bool]

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")  # of a pack
KEY = "[0-9a-f]" * 12  # glob pattern: the hash of what a build was begun with
TAKEN = (*BUILT_IN, "sources", PULLED)  # names that a user's pack cannot have
LARGEST_SEED = 2**63 - 1  # the gallery takes the seed after the build's, and torch takes none above this
KINDS = {"generator": "generator", "clip": "encoder", "matting": "matting"}  # part of the order -> network
READERS = {"generator": read_generator, "encoder": read_clip, "matting": read_matting}


@dataclass(frozen=True)
class BuildOrder:
    """What a pack is built from, and with which settings.

    `images` and `alpha` are by default those of StyleCLIP's authors (Patashnik et al. 2021, section 6.2).

    Raises
    ------
    WrongPack : no pack can have the name.
    T2IError : a setting is out of range.
    """

    name: str
    generator: Path | str  # a checkpoint, or the name of a public one that was pulled
    clip: Path | str = "clip-vit-b-32"
    matting: Path | str = "modnet"
    license: str = ""  # of the pack; empty: what its sources say
    draws: Sequence[str] = ()  # categories of features that it can draw; empty: what the source says, or all
    samples: int = 20_000  # samples of the prior for the StyleSpace statistics
    images: int = 100  # samples that each channel is tried on
    gallery: int = 1024  # samples that searches begin with
    alpha: float = 5.0  # how far a channel is moved to each side, in standard deviations
    resolution: int = 256  # pixels: CLIP sees the largest size of the generator up to this
    batch: int = 32  # pictures at once
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or self.name in TAKEN or self.name in SOURCES:
            raise WrongPack(
                f"{self.name!r} cannot be a pack's name: take small letters, digits, '-', '_' and '.', but "
                f"none of {', '.join((*TAKEN, *SOURCES))}."
            )
        for setting in ("samples", "images", "gallery", "batch"):
            value = getattr(self, setting)
            if not 1 <= value <= 1_000_000:
                raise T2IError(f"{setting} is a whole number from 1 to 1000000, not {value!r}.")
        known = ("gender", *CATEGORIES)
        if strange := [word for word in self.draws if word not in known]:
            raise T2IError(f"draws has {', '.join(strange)}: choose from {', '.join(known)}.")
        if not 0 <= self.seed < LARGEST_SEED:
            raise T2IError(f"seed is a whole number from 0 to {LARGEST_SEED - 1}, not {self.seed!r}.")
        if not 0 < self.alpha <= 100:
            raise T2IError(f"alpha is a number from 0 to 100, not {self.alpha!r}.")


@dataclass(frozen=True)
class _Parts:
    """The three networks of a build; the mappings go from the part's name to where it came from."""

    generator: Generator
    clip: CLIP
    matting: MODNet
    sources: dict[str, Source | None]  # None: a file of the user's own
    files: dict[str, Path]
    hashes: dict[str, str]  # SHA-256 of each file


@dataclass(frozen=True)
class _Learned:
    """What is computed about the generator's StyleSpace."""

    statistics: Statistics
    directions: torch.Tensor  # [channels, d]
    gallery: Gallery


def build_pack(
    order: BuildOrder, *, progress: Progress | None = None, cancelled: IsCancelled | None = None
) -> Path:
    """Make a pack in the folder of the user's packs; a build that was stopped goes on where it was.

    Statistics and directions are computed as in StyleCLIP (Patashnik et al. 2021, section 6.2). A generator
    without a mean of W gets that of the samples. Weights are kept exactly: as float16 where that loses
    nothing, else as float32.

    Returns
    -------
    The folder of the pack.

    Raises
    ------
    WrongPack : a file of the user's that cannot be read or is refused; a source that was not pulled; a name
        that is taken; a folder of packs that cannot be written.
    PackError : a source that is broken; a pack that cannot be put in its place.
    T2IError : no such device; the generator has no size up to `resolution`.
    Cancelled : `cancelled` returned True; what is done is kept for the next build.
    """
    if (user_packs() / order.name).exists():
        raise WrongPack(
            f"There is a pack {order.name} already: choose another name, or t2i-person packs remove "
            f"{order.name}."
        )
    device = device_of(order.device)
    sources = _sources(order)
    parts = _read_parts(order, sources, device)
    sides = [max(size) for size in parts.generator.resolutions]
    side = max((side for side in sides if side <= order.resolution), default=None)
    if side is None:
        raise T2IError(f"resolution is one of {sides}, not {order.resolution}.")
    writable(user_packs())
    provenance = {part: f"{file.name}, SHA-256 {parts.hashes[part]}" for part, file in parts.files.items()}
    if not parts.generator.w_mean.any():
        parts.generator.w_mean.copy_(_mean_of_w(parts.generator, order.samples, order.seed))
        provenance["w_mean"] = f"mean of {order.samples} samples: the file has none"
    dtype = fast_dtype(device)
    key = hashlib.sha256(f"{parts.hashes} {order.samples} {dtype}".encode()).hexdigest()[:12]
    unfinished = user_packs() / f".{order.name}-{key}.directions"
    learned = _learn(order, parts, side, dtype, unfinished, progress, cancelled)
    provenance["directions"] = (
        f"{order.images} people, alpha {order.alpha}, {side} pixels, {str(dtype).removeprefix('torch.')}"
    )
    folder = _write(order, parts, learned, provenance)
    unfinished.unlink(missing_ok=True)  # not before the pack is there: directions take hours
    return folder


def _sources(order: BuildOrder) -> dict[str, Source | None]:
    """The public checkpoint that each part of the order means; None for a file of the user's own.

    Everything that was not pulled is named in one message, before any file is read.
    """
    given = _given(order)
    for part, value in given.items():  # a mistyped name is reported before anything has to be pulled
        named = str(value) in SOURCES or part == "clip"  # CLIP may be a model's name in a cache
        if not named and not Path(value).exists():
            raise WrongPack(f"{value} cannot be read: give --{part} a file, or one of {', '.join(SOURCES)}.")
    sources = {part: find_source(part, value) for part, value in given.items()}
    if missing := {part: source.name for part, source in sources.items() if source and not source.there}:
        raise WrongPack(
            f"Some of it is not here yet: run `t2i-person packs pull {' '.join(missing.values())}`, or give "
            f"files of your own ({', '.join(f'--{part}' for part in missing)})."
        )
    return sources


def _read_parts(order: BuildOrder, sources: dict[str, Source | None], device: torch.device) -> _Parts:
    """The networks of the order; files of public checkpoints are compared with what was published."""
    for source in filter(None, sources.values()):
        for file in source.files:
            check(source, file)
    given = _given(order)
    files = {part: s.files[0].path if (s := sources[part]) else Path(given[part]) for part in KINDS}
    nets = {part: read_network(KINDS[part], file, sources[part]) for part, file in files.items()}
    generator, clip = nets["generator"].to(device), nets["clip"].to(device)
    hashes = {part: _hash(file) for part, file in files.items()}
    return _Parts(generator, clip, nets["matting"], sources, files, hashes)


def _given(order: BuildOrder) -> dict[str, Path | str]:
    return {part: getattr(order, part) for part in KINDS}


def _learn(
    order: BuildOrder,
    parts: _Parts,
    side: int,  # pixels: longer side of the pictures that CLIP sees
    dtype: torch.dtype,  # of the convolutions
    unfinished: Path,  # where finished directions are kept until the pack is there
    progress: Progress | None,
    cancelled: IsCancelled | None,
) -> _Learned:
    """Statistics, directions and gallery, in this order; `progress` is told of each.

    Raises
    ------
    Cancelled : `cancelled` returned True.
    """

    def tell(stage: str) -> Callable[[int, int], None]:
        def on_step(done: int, total: int) -> None:
            if cancelled is not None and cancelled():
                raise Cancelled
            if progress is not None:
                progress(stage, done, total)

        return on_step

    generator, clip, seed = parts.generator, parts.clip, order.seed
    statistics = stylespace_statistics(generator, order.samples, seed, progress=tell("statistics"))
    device = generator.w_mean.device
    with torch.autocast(device.type, dtype) if dtype != torch.float32 else nullcontext():
        directions = channel_directions(
            generator,
            clip,
            statistics,
            images=order.images,
            alpha=order.alpha,
            seed=seed,
            resolution=side,
            batch=order.batch,
            resume=unfinished,
            progress=tell("directions"),
        )
        samples = gallery(
            generator, clip, order.gallery, seed=seed + 1, resolution=side, batch=8, progress=tell("gallery")
        )
    return _Learned(statistics, directions, samples)


def _write(order: BuildOrder, parts: _Parts, learned: _Learned, provenance: dict[str, str]) -> Path:
    """Write the pack beside its place, then move it there, so that half a pack is never found.

    Raises
    ------
    PackError : it cannot be moved.
    """
    tokenizer, source = parts.clip.tokenizer, parts.sources["generator"]
    assert tokenizer is not None
    licenses = (f"{part}: {s.license if s else 'that of its file'}" for part, s in parts.sources.items())
    meta: dict[str, Any] = {
        "name": order.name,
        "version": "1",
        "license": order.license or "; ".join(licenses),
        "draws": list(order.draws or (source.draws if source else PEOPLE)),
        "provenance": provenance,
        "encoder": {"kind": "clip", "merges": [" ".join(pair) for pair in tokenizer.merges]},
    }
    stylespace = {f"mean.{i}": mean for i, mean in enumerate(learned.statistics.mean)}
    stylespace |= {f"std.{i}": std for i, std in enumerate(learned.statistics.std)}
    stylespace |= {
        "directions": learned.directions,
        "gallery.z": learned.gallery.z,
        "gallery.seen": learned.gallery.embeddings,
    }
    place = user_packs() / order.name
    with tempfile.TemporaryDirectory(prefix=f".{order.name}-", dir=user_packs()) as work:
        folder = write_pack(
            Path(work, "pack"),
            generator=parts.generator.state_dict(),
            encoder=parts.clip.model.state_dict(),
            matting=parts.matting.state_dict(),
            stylespace=stylespace,
            meta=meta,
            exact=True,
        )
        try:
            os.rename(folder, place)
        except OSError as error:
            raise PackError(
                f"{place} cannot be made ({error.strerror}): mend that, or remove what has that name, and "
                "build again; the directions are kept."
            ) from error
    return place


def find_source(part: str, value: Path | str) -> Source | None:
    """The source meant by its name or by its file; None for a file of the user's own."""
    by_file = (s for s in SOURCES.values() if Path(value).absolute() == s.files[0].path.absolute())
    source = next(by_file, None if Path(value).exists() else SOURCES.get(str(value)))
    if source and source.kind != KINDS[part]:
        fitting = ", ".join(s.name for s in SOURCES.values() if s.kind == KINDS[part])
        raise WrongPack(
            f"{source.name} is not a {KINDS[part]} checkpoint: choose {fitting}, or give a file of your own."
        )
    return source


def read_network(kind: str, path: Path, source: Source | None) -> Any:
    """The network in a file of the user's or of a source; all of its numbers are finite.

    Raises
    ------
    WrongPack : the user's file is no such network.
    PackError : the source's file is no such network: what was pulled is broken.
    """
    try:
        net = READERS[kind](path)
        for name, tensor in net.state_dict().items():
            if not tensor.isfinite().all():
                raise WrongPack(
                    f"{path}: {name} (our name) holds values that are no numbers: fetch it again."
                )
    except WrongPack as error:
        if source is None:
            raise
        raise PackError(
            f"{source.name} is broken: remove it (t2i-person packs remove {source.name}) and pull it again. "
            f"{error}"
        ) from error
    return net


def _hash(path: Path) -> str:
    path = path if path.is_file() else clip_folder(path)
    names = ("", "model.safetensors", "pytorch_model.bin")
    return next(sha256(path / name) for name in names if (path / name).is_file())


@torch.no_grad()
def _mean_of_w(generator: Generator, samples: int, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(samples, generator.config.z_dim, generator=random).to(generator.w_mean.device)
    sums = [generator.w(part).double().sum(0) for part in z.split(1000)]
    return torch.stack(sums).sum(0) / samples
