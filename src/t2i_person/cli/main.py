"""The command line: draw, draw-all, describe, edit, recreate, serve, packs.

The file is long because each command spells out its options.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ..service.settings import Settings, command
from .console import FAILURE, USAGE, encode_what_can_be, err, out
from .console import failures as _failures
from .console import leave as _leave
from .console import slug as _slug
from .packs import packs_app

if TYPE_CHECKING:  # the models are imported only by the commands that need them: --help stays quick
    from ..portrait import Event, Portrait

app = typer.Typer(
    help="Cut-out portraits of the people that a Russian text describes.",
    epilog='Example: t2i-person draw "Блондинка в голубой кофте шла по улице." -o out',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(packs_app, name="packs")

TextArgument = Annotated[str | None, typer.Argument(metavar="TEXT", help="The text; - reads it from stdin.")]
PACK = "Weights: a name from `packs list` or a folder; auto: faces where it was pulled, else embedded."
FileOption = Annotated[Path | None, typer.Option("--file", "-f", help="Read the text from a UTF-8 file.")]


PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jxl"}


def main() -> None:
    """Entry point of ``t2i-person``."""
    from ..nets.memory import keep_freed_memory

    encode_what_can_be(sys.stdout, sys.stderr)
    keep_freed_memory()  # this process draws and nothing else: a tenth quicker
    app()


@app.command(
    epilog="Examples:\n\n"
    't2i-person draw "Рыжий мужчина в очках." --seed 7 --per-character 3\n\n'
    "t2i-person draw -f story.txt -o people\n\n"
    "cat story.txt | t2i-person draw - --device cuda"
)
def draw(
    text: TextArgument = None,
    file: FileOption = None,
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder to save to; made when missing.")] = Path(
        "."
    ),
    per_character: Annotated[int, typer.Option(min=1, help="Portraits of each person.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and text, same portraits.")] = 0,
    truncation_psi: Annotated[
        float | None, typer.Option(min=0, max=1, help="Lower is more ordinary, higher more varied.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=0, help="Optimization steps; 0 for none.")] = None,
    variants: Annotated[
        bool, typer.Option("--variants", help="Also draw combinations of the features.")
    ] = False,
    keep_background: Annotated[
        bool, typer.Option("--keep-background", help="Do not cut the person out.")
    ] = False,
    background: Annotated[
        str, typer.Option(help="Behind the cut-out: transparent, kept (as drawn), or a colour as #20304f.")
    ] = "transparent",
    size: Annotated[int | None, typer.Option(min=64, help="Longer side in pixels, at most.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    pack: Annotated[str, typer.Option(help=PACK, envvar="T2I_PERSON_PACK")] = "auto",
) -> None:
    """Draw the people of a text and save them as PNG files with a transparent background."""
    words = _read(text, file)
    if folder.suffix.lower() in PICTURES and not folder.is_dir():
        _leave(USAGE, f"-o names a folder here, for several portraits may come, not {folder}.")
    with _failures(), _folder(folder):
        with _progress() as on_event:
            from .. import pipeline
            from ..request import Request

            request = Request(
                words,
                seed=seed,
                per_character=per_character,
                truncation_psi=truncation_psi,
                steps=steps,
                variants=variants,
                background="kept" if keep_background else background,
                size=size,
            )
            result = pipeline.draw(request, pack, device=device, on_event=on_event)
        saved = []  # all of them before a word is said: it may be that nothing can be written to the terminal
        for number, person in enumerate(result.characters, 1):
            for portrait in person.portraits:
                parts = (str(number), person.character.head, str(portrait.seed), portrait.variant)
                name = "-".join(_slug(part) for part in parts if part)
                saved.append((_save(folder, f"{name}.png", portrait.png()), portrait))
        for path, portrait in saved:
            _report(path, portrait)
        for person in result.characters:
            for note in person.notes:
                err.print(Text(note, "yellow"))
        _name_pack(result.pack)


@app.command(
    name="draw-all",
    epilog="Examples:\n\n"
    "t2i-person draw-all texts -o people\n\n"
    "t2i-person draw-all texts.jsonl -o people --workers 2 --seed 7",
)
def draw_all(
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER|JSONL", help="A folder of .txt files, or lines of JSON.")
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder to save to; made when missing.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes; each takes 1.0 to 1.7 GB.")] = 1,
    per_character: Annotated[int, typer.Option(min=1, help="Portraits of each person.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of texts that name none.")] = 0,
    steps: Annotated[int | None, typer.Option(min=0, help="Optimization steps; 0 for none.")] = None,
    background: Annotated[
        str, typer.Option(help="Behind the cut-out: transparent, kept, or a colour as #20304f.")
    ] = "transparent",
    size: Annotated[int | None, typer.Option(min=64, help="Longer side in pixels, at most.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    pack: Annotated[str, typer.Option(help=PACK, envvar="T2I_PERSON_PACK")] = "auto",
) -> None:
    """Draw many texts, each to a folder of its own; the same command goes on where it was."""
    settings = {"per_character": per_character, "seed": seed, "steps": steps, "background": background}
    settings |= {"size": size, "device": device, "pack": pack}
    with _failures(), _folder(folder):
        from ..packs import pack_info
        from .many import draw_all as work

        name = pack_info(pack).name  # so that a wrong one is said once, and not of each text
        try:
            work(source, folder, workers, settings)
        finally:
            _name_pack(name)


def _name_pack(name: str) -> None:
    """Say on stderr which pack drew, and what should be known of it."""
    from ..packs.pack import default_pack, list_packs

    licence = next((info.license for info in list_packs() if info.name == name), "")
    err.print(Text(_pack_note(name, licence, default_pack()), "dim"))


def _pack_note(name: str, licence: str, best: str) -> str:
    """What should be known of the pack that drew; `best` is the one that draws when none is named."""
    from ..packs.pack import PREFERRED

    better = PREFERRED[0]
    if name in PREFERRED and name != better:
        way = f"--pack {better}" if best == better else f"t2i-person packs pull {better}"
        return f"Drawn with the pack {name}; photographs instead: {way}."
    return f"Drawn with the pack {name}{f': {licence}' if licence else ''}."


@app.command(
    epilog="Examples:\n\n"
    't2i-person describe "Рыжий мужчина без бороды." --json\n\n'
    "t2i-person describe -f book.txt"
)
def describe(
    text: TextArgument = None,
    file: FileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for programs.")] = False,
) -> None:
    """Show who the text describes, and how; draws nothing. A file may be a whole book."""
    if (text is None) == (file is None):
        _leave(USAGE, 'Give one text: t2i-person describe "Рыжий мужчина.", or -f FILE, or - for stdin.')
    stdin = text == "-" or str(file) == "-"
    name = "The text" if file is None else str(file)
    with _failures():
        from .describe import tell

        _check_words(str(text))
        try:
            tell(None if stdin else file or text, as_json, out, err)
        except UnicodeDecodeError:
            _leave(USAGE, f"{name} is not UTF-8: save or send it as UTF-8.")
        except OSError as error:
            if file is not None and error.filename == str(file):
                _leave(USAGE, f"{file} cannot be read: {error.strerror}.")
            raise


@app.command(
    epilog="Example: t2i-person recreate out/1-Блондинка-875063533.png -o out/again.png\n\n"
    "Leaves with 0 when the bytes are the same, with 1 when they are not."
)
def recreate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG that t2i-person saved.")],
    to: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="PNG or folder to save to; else FILE-again.png beside FILE."),
    ] = None,
    from_text: Annotated[
        bool,
        typer.Option("--from-text", help="The whole way from text and seed, not from the latent inside."),
    ] = False,
    pack: Annotated[
        str | None, typer.Option(help="Other weights: a name from `packs list` or a folder.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Make a portrait again from its PNG, byte for byte, and say what differs if that cannot be."""
    with _failures():
        from ..picture import png
        from ..pipeline import recreate as again

        data = _bytes(file, png.LARGEST_FILE + 1)
        place = _place(to, file, f"{file.stem}-again.png")
        with _folder(place.parent):
            with _progress() as on_event:
                made = again(data, pack=pack, device=device, from_text=from_text, on_event=on_event)
            path = _save(place.parent, place.name, made.data)
        record = made.record
        out.print(Text(str(path), "bold"))
        out.print(
            Text(
                f"  {record.text.strip()[:200]}\n  seed {record.seed}, {record.pack}, {record.version}", "dim"
            )
        )
        if made.same:
            out.print(Text("  the same bytes", "green"))
        for note in made.notes:
            err.print(Text(note, "yellow"))
        _name_pack(record.pack)
        if not made.same:
            raise typer.Exit(FAILURE)


@app.command(
    epilog="Examples:\n\n"
    't2i-person edit out/1-Блондинка-875063533.png "улыбается"\n\n'
    't2i-person edit out/1-Блондинка-875063533.png --strength улыбка=2 --strength "поворот головы=1"\n\n'
    't2i-person edit me.jpg "в красной куртке" -o out'
)
def edit(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A PNG that t2i-person saved, or a photo of one person.")
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to change.")] = "",
    strength: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="-2 to 2: 1 is as described, 0 without; more than once."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="PNG or folder to save to; else FILE-edited.png beside FILE."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=0, help="Optimization steps; 0 for none.")] = None,
    likeness_steps: Annotated[
        int, typer.Option(min=1, help="Of a photo: more find the person more exactly.")
    ] = 80,
    background: Annotated[
        str | None, typer.Option(help="transparent, kept (as drawn), or a colour; else as it was.")
    ] = None,
    size: Annotated[int | None, typer.Option(min=64, help="Longer side in pixels, at most.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    pack: Annotated[
        str | None, typer.Option(help="Weights: a name from `packs list` or a folder; else the PNG's own.")
    ] = None,
) -> None:
    """Change the person of a saved portrait, or draw and change the person of a photo."""
    strengths = dict(_strength(pair) for pair in strength or ())
    _check_words(text, *strengths)
    with _failures():
        from ..picture import png

        data = _bytes(file, png.LARGEST_FILE + 1)
        drawn_here = png.is_ours(data)
        if drawn_here and not text.strip() and not strengths:
            _leave(
                USAGE, f"Nothing to change in {file}: give a text («в синей шляпе») or --strength NAME=VALUE."
            )
        stem = re.sub(r"-edited(-\d+)?$", "", file.stem)
        place = _place(to, file, f"{_slug(stem)}-edited.png")
        with _folder(place.parent), _progress() as on_event:
            from .. import pipeline
            from ..packs import load_pack
            from ..request import Request

            where: dict[str, Any] = {"device": device, "on_event": on_event}
            how: dict[str, Any] = {"steps": steps, "size": size}
            if drawn_here:
                record = png.read(data)
                request = Request.change(record, text.strip(), strengths, background=background, **how)
                portrait = pipeline.change(request, load_pack(pack, device) if pack else None, **where)
            else:
                how |= {"background": background or "transparent", "likeness_steps": likeness_steps}
                request = Request(text, photo=file, strengths=strengths, **how)
                portrait = pipeline.edit_photo(request, pack or "auto", **where)
            path = _save(place.parent, place.name, portrait.png())
        _report(path, portrait)
        _tell_held(strengths, portrait)
        if not drawn_here:
            if portrait.likeness is not None:
                out.print(Text(f"  likeness: distance {portrait.likeness:.2f}", "dim"))
            if words := pipeline.warning(portrait.likeness):
                err.print(Text(words, "yellow"))
        _name_pack(portrait.record.pack)


@app.command(epilog="Example: t2i-person serve --host 0.0.0.0 --port 9008")
@command
def serve(**settings: Any) -> None:
    """Serve the page and the APIs over HTTP; each option is also an environment variable."""
    with _failures():
        from ..service.app import run

        run(Settings(**settings))


def _strength(pair: str) -> tuple[str, float]:
    """«голубая кофта=0.5» as a name and a number; leaves with 2 when it is not."""
    name, _, value = pair.rpartition("=")
    try:
        if name.strip():
            return name.strip(), float(value)
    except ValueError:
        pass
    _leave(USAGE, f'A strength is NAME=VALUE, as in --strength "голубая кофта=0.5", not {pair!r}.')


def _check_words(*words: str) -> None:
    """Leave with 2 for arguments that are no UTF-8: they come with halves of surrogate pairs."""
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        _leave(USAGE, "The text is not UTF-8: save or send it as UTF-8.")


def _read(text: str | None, file: Path | None) -> str:
    """The text from the argument, a file or stdin; leaves with 2 when there is none."""
    if (text is None) == (file is None):
        _leave(USAGE, 'Give one text: t2i-person draw "Рыжий мужчина.", or -f FILE, or - for stdin.')
    try:
        if file is not None:
            words = file.read_text("utf-8-sig")
        else:
            words = sys.stdin.buffer.read().decode("utf-8-sig") if text == "-" else str(text)
        words.encode()
    except UnicodeError:
        _leave(USAGE, f"{file or 'The text'} is not UTF-8: save or send it as UTF-8.")
    except OSError as error:
        _leave(USAGE, f"{file} cannot be read: {error.strerror}.")
    if not words.strip():
        _leave(USAGE, "The text is empty: describe somebody, as in «Блондинка в голубой кофте».")
    return words


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """A progress line on stderr, yielded as the pipeline's `on_event`; silent when nobody watches."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
    )
    with Progress(
        *columns, TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        task = progress.add_task("starting", total=None)
        last = ""

        def on_event(event: "Event") -> None:
            nonlocal last
            name: str = event.stage
            if event.character is not None:
                name += f", person {event.character + 1}"
            if event.portrait is not None:
                name += f", portrait {event.portrait + 1}"
            if name != last:
                progress.reset(task, description=name, total=event.steps or None)
                last = name
            progress.update(task, completed=event.step or 0, total=event.steps or None)

        yield on_event


def _report(path: Path, portrait: "Portrait") -> None:
    out.print(Text(str(path), "bold").append(f"  {portrait.variant}" if portrait.variant else "", "dim"))
    said = portrait.said
    if portrait.drawn:
        out.print(Text("  drawn: ", "green").append(", ".join(map(said, portrait.drawn)), "default"))
    for feature, reason in portrait.not_drawn.items():
        out.print(Text("  not drawn: ", "yellow").append(f"{said(feature)} ({reason})", "default"))
    if portrait.scores:
        scores = ", ".join(f"{said(name)} {p:.2f}" for name, p in portrait.scores.items())
        out.print(Text(f"  scores: {scores}", "dim"))


def _tell_held(asked: dict[str, float], portrait: "Portrait") -> None:
    """Which strengths are others than were asked for, and why."""
    for name, value in asked.items():
        if (now := portrait.strengths.get(name, value)) != value:
            if value > now:
                why = "no more of it can be drawn"
            elif now > 0:
                why = "no edit put it there, so use words"
            else:
                why = "no less of it can be drawn"
            err.print(Text(f"«{name}» has the strength {now:g}, not {value:g}: {why}.", "yellow"))


def _bytes(file: Path, most: int) -> bytes:
    """What is in a file, at most so much; leaves with 2 when it cannot be read."""
    try:
        if not file.is_file() and not file.is_dir() and file.exists():  # a pipe might be waited on for ever
            _leave(USAGE, f"{file} is no ordinary file: give a PNG, or a photo.")
        with file.open("rb") as source:
            return source.read(most)
    except OSError as error:
        _leave(USAGE, f"{file} cannot be read: {error.strerror}.")


def _place(to: Path | None, file: Path, name: str) -> Path:
    """Where to save what is made of a file: the PNG or folder that was named, else beside it."""
    if to is not None and to.suffix.lower() in PICTURES and not to.is_dir():
        if to.suffix.lower() != ".png":
            _leave(
                USAGE, f"Portraits are saved as PNG: name {to.with_suffix('.png')}, or a folder, not {to}."
            )
        place = to
    else:
        place = (file.parent if to is None else to) / name
    return place


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder to save to, and leave with 2 before the drawing rather than fail after it.

    Where nothing was saved in the end, the folders that were made are gone again.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            _leave(USAGE, f"{folder}: cannot write here, choose another place with -o: {why}.")
        yield
    finally:
        with contextlib.suppress(OSError):  # the first that holds something, and all above it, stay
            for place in made:
                place.rmdir()


def _save(folder: Path, name: str, data: bytes) -> Path:
    """Write whole or not at all; another picture of that name is never replaced, ours gets a number."""
    stem, suffix = os.path.splitext(name)
    path, number = folder / name, 1
    while path.exists():
        if path.read_bytes() == data:
            return path
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    part = folder / f".{path.name}.{os.getpid()}.part"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, f"cannot be saved: {error.strerror}", str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return path
