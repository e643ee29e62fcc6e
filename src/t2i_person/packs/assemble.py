"""A pack from a user's own checkpoints: generator, CLIP and MODNet in, a folder of safetensors out."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ..errors import Cancelled, PackError, T2IError, WrongPack
from ..nets.stylegan2 import Generator
from ..text.model import CATEGORIES
from .build import channel_directions, gallery, stylespace_statistics
from .catalogue import PEOPLE, SOURCES, Source
from .checkpoints import clip_folder, read_clip, read_generator, read_matting
from .files import sha256, write_pack
from .pack import EMBEDDED, Statistics, _device, _fast, load_afresh
from .places import BUILT_IN, PULLED, pulled_folder, user_packs, writable
from .sources import check, source_or_pack
from .wheels import pullable, pullables

Progress = Callable[[str, int, int], None]  # what, done, in all
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
GALLERY = 1024  # people
LARGEST_SEED = 2**63 - 1  # the gallery takes the next one, and torch no larger
KEY = "[0-9a-f]" * 12  # of a build: what it was begun with
TAKEN = (*BUILT_IN, "sources", PULLED)
KINDS = {"generator": "generator", "clip": "encoder", "matting": "matting"}
READERS = {"generator": read_generator, "encoder": read_clip, "matting": read_matting}


def build_pack(
    name: str,
    *,
    generator: Path | str,  # a checkpoint, or the name of a source that was pulled
    clip: Path | str = "clip-vit-b-32",
    matting: Path | str = "modnet",
    license: str = "",  # of the pack; by default what its sources say
    draws: Sequence[str] = (),  # categories of features; by default what the source says, or all
    samples: int = 20_000,  # people for the statistics
    images: int = 100,  # people each channel is tried on
    alpha: float = 5.0,  # how far it is pushed to each side, in standard deviations
    resolution: int = 256,  # pixels at which CLIP looks: the largest size of the generator up to it
    batch: int = 32,  # pictures at once
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Make a pack in the folder of the user's packs; a build that was stopped goes on where it was.

    Statistics and directions are StyleCLIP's (Patashnik et al. 2021, section 6.2); its own were made with
    ``images`` 100 and ``alpha`` 5. A generator without a mean of W gets that of the samples. Weights are
    kept exactly: as float16 where that loses nothing, else float32.

    Raises
    ------
    WrongPack : a file of the user's that cannot be read or is refused; a source that was not pulled; a name
        that is taken; a folder of packs that cannot be written.
    PackError : a source that is broken; a pack that cannot be put in its place.
    T2IError : a setting out of range.
    Cancelled : `cancelled` said yes; what is done is kept for the next time.
    """
    _check(name, samples=samples, images=images, batch=batch)
    known = ("gender", *CATEGORIES)
    if strange := [word for word in draws if word not in known]:
        raise T2IError(f"draws has {', '.join(strange)}: choose from {', '.join(known)}.")
    if not 0 <= seed < LARGEST_SEED:
        raise T2IError(f"seed is a whole number from 0 to {LARGEST_SEED - 1}, not {seed!r}.")
    if not 0 < alpha <= 100:
        raise T2IError(f"alpha is a number from 0 to 100, not {alpha!r}.")
    place = _device(device)
    given = dict(zip(KINDS, (generator, clip, matting), strict=True))
    for part, value in given.items():  # a mistyped name is said before anything has to be pulled
        named = str(value) in SOURCES or part == "clip"  # which may be a model's name in a cache
        if not named and not Path(value).exists():
            raise WrongPack(f"{value} cannot be read: give --{part} a file, or one of {', '.join(SOURCES)}.")
    sources = {part: _source(part, value) for part, value in given.items()}
    if missing := {part: source.name for part, source in sources.items() if source and not source.there}:
        raise WrongPack(
            f"Some of it is not here yet: run `t2i-person packs pull {' '.join(missing.values())}`, or give "
            f"files of your own ({', '.join(f'--{part}' for part in missing)})."
        )
    for source in filter(None, sources.values()):
        for file in source.files:
            check(source, file)
    files = {part: s.files[0].path if (s := sources[part]) else Path(given[part]) for part in KINDS}
    made, encoder, matte = (_read(KINDS[part], file, sources[part]) for part, file in files.items())
    made, encoder = made.to(place), encoder.to(place)
    largest = max([side for side in map(max, made.resolutions) if side <= resolution], default=None)
    if largest is None:
        raise T2IError(f"resolution is one of {[max(size) for size in made.resolutions]}, not {resolution}.")
    writable(user_packs())
    tokenizer = encoder.tokenizer
    assert tokenizer is not None
    hashes = {part: _hash(file) for part, file in files.items()}

    def tell(what: str) -> Callable[[int, int], None]:
        def on(done: int, total: int) -> None:
            if cancelled is not None and cancelled():
                raise Cancelled
            if progress is not None:
                progress(what, done, total)

        return on

    provenance = {part: f"{file.name}, SHA-256 {hashes[part]}" for part, file in files.items()}
    if not made.w_mean.any():
        made.w_mean.copy_(_mean_of_w(made, samples, seed))
        provenance["w_mean"] = f"mean of {samples} samples: the file has none"
    statistics = stylespace_statistics(made, samples, seed, progress=tell("statistics"))
    dtype = _fast(place)
    key = hashlib.sha256(f"{hashes} {samples} {dtype}".encode()).hexdigest()[:12]
    unfinished = user_packs() / f".{name}-{key}.directions"
    with torch.autocast(place.type, dtype) if dtype != torch.float32 else nullcontext():
        directions, effects = channel_directions(
            made,
            encoder,
            statistics,
            images=images,
            alpha=alpha,
            seed=seed,
            resolution=largest,
            batch=batch,
            resume=unfinished,
            progress=tell("directions"),
        )
        people = gallery(
            made, encoder, GALLERY, seed=seed + 1, resolution=largest, batch=8, progress=tell("gallery")
        )
    provenance["directions"] = f"{images} people, alpha {alpha}, {largest} pixels, {dtype}".replace(
        "torch.", ""
    )
    meta: dict[str, Any] = {
        "name": name,
        "version": "1",
        "license": license
        or "; ".join(f"{part}: {s.license if s else 'that of its file'}" for part, s in sources.items()),
        "draws": list(draws or (sources["generator"].draws if sources["generator"] else PEOPLE)),
        "provenance": provenance,
        "encoder": {"kind": "clip", "merges": [" ".join(pair) for pair in tokenizer.merges]},
    }
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=user_packs()) as work:
        folder = write_pack(
            Path(work, "pack"),
            generator=made.state_dict(),
            encoder=encoder.model.state_dict(),
            matting=matte.state_dict(),
            stylespace=_space(statistics)
            | {
                "directions": directions,
                "effects": effects,
                "gallery.z": people.z,
                "gallery.seen": people.embeddings,
            },
            meta=meta,
            exact=True,
        )
        try:
            os.rename(folder, user_packs() / name)
        except OSError as error:
            raise PackError(
                f"{user_packs() / name} cannot be made ({error.strerror}): mend that, or remove what has "
                "that name, and build again; the directions are kept."
            ) from error
    unfinished.unlink(missing_ok=True)  # not before the pack is there: directions take hours
    return user_packs() / name


def removable(name: str) -> list[Path]:
    """The folder of a pack of the user's, broken or not, and what is kept of its unfinished build; or the
    files of a pulled source, or what was pulled for a pack of this package.

    Raises
    ------
    PackError : it is the embedded pack, or there is none of that name.
    """
    if name == "embedded":
        raise WrongPack("The embedded pack is a part of t2i-person and cannot be removed.")
    if pullable(name):
        if not pulled_folder(name).is_dir():
            raise WrongPack(f"{name} was not pulled: there is nothing to remove.")
        return [pulled_folder(name)]
    if name in SOURCES:
        files = [path for file in SOURCES[name].files for path in _traces(file.path)]
        if not files:
            raise WrongPack(f"{name} was not pulled: there is nothing to remove.")
        return files
    folder = user_packs() / name
    unfinished = sorted(user_packs().glob(f".{name}-{KEY}.directions")) if NAME.fullmatch(name) else []
    if (
        not NAME.fullmatch(name)
        or name in TAKEN
        or not (folder.is_dir() or folder.is_symlink() or unfinished)
    ):
        there = sorted(path.name for path in user_packs().glob("[!.]*") if path.name not in TAKEN)
        raise WrongPack(f"There is no pack {name!r} of yours. Yours are: {', '.join(there) or 'none'}.")
    return [path for path in (folder, *unfinished) if path.is_dir() or path.is_symlink() or path.is_file()]


def remove_pack(name: str) -> None:
    """Delete what `removable` names; a link is deleted, not what it leads to.

    Raises
    ------
    PackError : as `removable`.
    """
    for path in removable(name):
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path)


def _traces(path: Path) -> list[Path]:
    return [
        p for p in (path, *(path.with_name(path.name + end) for end in (".part", ".mark"))) if p.is_file()
    ]


def _check(name: str, **counts: int) -> None:
    if not NAME.fullmatch(name) or name in TAKEN or name in SOURCES:
        raise WrongPack(
            f"{name!r} cannot be a pack's name: take small letters, digits, '-', '_' and '.', but none of "
            f"{', '.join((*TAKEN, *SOURCES))}."
        )
    if (user_packs() / name).exists():
        raise WrongPack(
            f"There is a pack {name} already: choose another name, or t2i-person packs remove {name}."
        )
    for setting, value in counts.items():
        if not 1 <= value <= 1_000_000:
            raise T2IError(f"{setting} is a whole number from 1 to 1000000, not {value!r}.")


def _source(part: str, value: Path | str) -> Source | None:
    """The source meant by its name or by its file; None for a file of the user's own."""
    by_file = (s for s in SOURCES.values() if Path(value).absolute() == s.files[0].path.absolute())
    source = next(by_file, None if Path(value).exists() else SOURCES.get(str(value)))
    if source and source.kind != KINDS[part]:
        fitting = ", ".join(s.name for s in SOURCES.values() if s.kind == KINDS[part])
        raise WrongPack(f"{source.name} is no {KINDS[part]}: choose {fitting}, or give a file of your own.")
    return source


def _read(kind: str, path: Path, source: Source | None) -> Any:
    """The network in a file of the user's or of a source, all of its numbers sound.

    Raises
    ------
    WrongPack : the user's file is no such network.
    PackError : the source's is not: nobody named a wrong file, but what was pulled is broken.
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


def _space(statistics: Statistics) -> dict[str, torch.Tensor]:
    found = {f"mean.{i}": mean for i, mean in enumerate(statistics.mean)}
    return found | {f"std.{i}": std for i, std in enumerate(statistics.std)}


def verify(name: str = "") -> Iterator[tuple[str, str]]:
    """What is here, or the one named, each with what is wrong with it, or "": packs are loaded whole.

    Raises
    ------
    PackError : there is none of that name.
    """
    for pack in pullables():
        if pack.name == name or (not name and not pack.missing):
            wrong = next(filter(None, map(pack.wrong, pack.wheels)), "")
            yield pack.name, wrong or _problem(partial(load_afresh, pack.folder))
    if name and pullable(name):
        return
    folders = {"embedded": EMBEDDED}
    folders |= {path.name: path for path in sorted(user_packs().glob("[!.]*")) if path.name not in TAKEN}
    if name and name not in folders and isinstance(found := source_or_pack(name), Path):
        folders[name] = found
    for what, folder in folders.items():
        if not name or what == name:
            yield what, _problem(partial(load_afresh, folder))
    for source in SOURCES.values():
        if source.name == name or (not name and source.there):
            yield source.name, _problem(partial(_check_source, source))


def _check_source(source: Source) -> None:
    for file in source.files:
        if not file.path.is_file():
            raise PackError(f"{file.path} is not there: t2i-person packs pull {source.name}")
        check(source, file)
    _read(source.kind, source.files[0].path, source)


def _problem(work: Callable[[], object]) -> str:
    try:
        work()
    except PackError as error:
        return str(error)
    return ""
