"""The command line: draw, draw-all, describe, edit, recreate, serve, packs."""

import re
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
from rich.text import Text

from ..service.settings import Settings, command
from .console import FAILURE, USAGE, encode_what_can_be, err, failures, leave, out, slug
from .files import PICTURES, check_words, folder_for, place_for, read_file, read_text, save
from .packs import packs_app
from .telling import name_pack, progress, report, tell_held, tell_likeness

if TYPE_CHECKING:  # the models are imported only by the commands that need them: --help stays quick
    from ..pipeline.run import OnEvent
    from ..portrait import Event, Portrait


class _Commands(typer.core.TyperGroup):
    """Whoever gives a text without a command is told which one draws it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and re.search("[А-Яа-яЁё]", args[0]):
            leave(USAGE, f"A command comes first: t2i-person draw {shlex.quote(args[0])}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    help="Cut-out portraits of the people that a Russian text describes.",
    epilog='Example: t2i-person draw "Блондинка в голубой кофте шла по улице." -o out',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(packs_app, name="packs")

TextArgument = Annotated[str | None, typer.Argument(metavar="TEXT", help="The text; - reads it from stdin.")]
FileOption = Annotated[Path | None, typer.Option("--file", "-f", help="Read the text from a UTF-8 file.")]
PerCharacterOption = Annotated[int, typer.Option(min=1, help="Portraits of each person.")]
StepsOption = Annotated[int | None, typer.Option(min=0, help="Optimization steps; 0 for none.")]
SizeOption = Annotated[int | None, typer.Option(min=64, help="Longer side in pixels, at most.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
PACK = "Weights: a name from `packs list` or a folder; auto: faces where it was pulled, else embedded."
PackOption = Annotated[str, typer.Option(help=PACK, envvar="T2I_PERSON_PACK")]


def main() -> None:
    """Entry point of ``t2i-person``."""
    from ..nets.memory import keep_freed_memory

    encode_what_can_be(sys.stdout, sys.stderr)
    keep_freed_memory()  # makes drawing a tenth faster, and this process does nothing else
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
    per_character: PerCharacterOption = 1,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and text, same portraits.")] = 0,
    truncation_psi: Annotated[
        float | None, typer.Option(min=0, max=1, help="Lower is more ordinary, higher more varied.")
    ] = None,
    steps: StepsOption = None,
    variants: Annotated[
        bool, typer.Option("--variants", help="Also draw combinations of the features.")
    ] = False,
    keep_background: Annotated[
        bool, typer.Option("--keep-background", help="Do not cut the person out.")
    ] = False,
    background: Annotated[
        str, typer.Option(help="Behind the cut-out: transparent, kept (as drawn), or a colour as #20304f.")
    ] = "transparent",
    size: SizeOption = None,
    device: DeviceOption = "auto",
    pack: PackOption = "auto",
) -> None:
    """Draw the people of a text and save them as PNG files with a transparent background."""
    words = read_text(text, file)
    if folder.suffix.lower() in PICTURES and not folder.is_dir():
        leave(USAGE, f"-o names a folder here, for several portraits may come, not {folder}.")
    with failures(), folder_for(folder):
        saved: list[tuple[Path, Portrait]] = []
        try:
            with progress() as on_event:
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
                listen = _saving(on_event, folder, saved)
                result = pipeline.draw(request, pack, device=device, on_event=listen)
        finally:  # whatever stopped it, what was drawn is saved and told
            for path, portrait in saved:
                report(path, portrait)
        for person in result.characters:
            for note in person.notes:
                err.print(Text(note, "yellow"))
        name_pack(result.pack)


def _saving(on_event: "OnEvent", folder: Path, saved: list[tuple[Path, "Portrait"]]) -> "OnEvent":
    """`on_event` that also saves each portrait when it is ready, under the number and word of its person."""

    def listen(event: "Event") -> None:
        on_event(event)
        if (portrait := event.finished) is None:
            return
        about = portrait.record.character
        parts = (str(about["index"] + 1), about["head"], str(portrait.seed), portrait.variant)
        name = "-".join(slug(part) for part in parts if part)
        saved.append((save(folder, f"{name}.png", portrait.png()), portrait))

    return listen


@app.command(
    name="draw-all",
    epilog="Examples:\n\n"
    "t2i-person draw-all texts -o people\n\n"
    "t2i-person draw-all texts.jsonl -o people --workers 2 --seed 7\n\n"
    "t2i-person draw-all texts.jsonl -o people --workers 100 --ray auto",
)
def draw_all(
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER|JSONL", help="A folder of .txt files, or lines of JSON.")
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder to save to; made when missing.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes; each takes 1.0 to 1.7 GB.")] = 1,
    per_character: PerCharacterOption = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of texts that name none.")] = 0,
    steps: StepsOption = None,
    background: Annotated[
        str, typer.Option(help="Behind the cut-out: transparent, kept, or a colour as #20304f.")
    ] = "transparent",
    size: SizeOption = None,
    device: DeviceOption = "auto",
    pack: PackOption = "auto",
    ray: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Draw with Ray Data: local, or auto, HOST:PORT of a cluster; the extra ray.",
        ),
    ] = "",
) -> None:
    """Draw many texts, each to a folder of its own; the same command goes on where it was."""
    settings = {"per_character": per_character, "seed": seed, "steps": steps, "background": background}
    settings |= {"size": size, "device": device, "pack": pack}
    with failures(), folder_for(folder):
        from ..packs import pack_info
        from .cluster import work
        from .many import draw_all as draw
        from .many import read

        name = pack_info(pack).name  # so that a wrong one is said once, and not of each text
        texts = list(read(source))
        if ray and pack == "auto":
            settings["pack"] = name  # on all machines the same
        drawn = 0
        try:
            for _ in draw(texts, folder, workers, settings, partial(work, address=ray) if ray else None):
                drawn += 1
        finally:
            if drawn:
                name_pack(name)


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
        leave(USAGE, 'Give one text: t2i-person describe "Рыжий мужчина.", or -f FILE, or - for stdin.')
    stdin = text == "-" or str(file) == "-"
    name = "The text" if file is None else str(file)
    with failures():
        from .describe import tell

        check_words(str(text))
        try:
            tell(None if stdin else file or text, as_json, out, err)
        except UnicodeDecodeError:
            leave(USAGE, f"{name} is not UTF-8: save or send it as UTF-8.")
        except OSError as error:
            if file is not None and error.filename == str(file):
                leave(USAGE, f"{file} cannot be read: {error.strerror}.")
            raise


@app.command(
    epilog="Example: t2i-person recreate out/1-Блондинка-875063533.png -o out/again.png\n\n"
    "Exits with 0 when the bytes are the same, with 1 when they are not."
)
def recreate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG that t2i-person saved.")],
    to: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="PNG or folder to save to; else FILE-again.png beside FILE."),
    ] = None,
    from_text: Annotated[
        bool,
        typer.Option("--from-text", help="Draw from the text and seed again, not from the latent inside."),
    ] = False,
    pack: Annotated[
        str | None, typer.Option(help="Other weights: a name from `packs list` or a folder.")
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Make a portrait again from its PNG, byte for byte, and say what differs if that cannot be."""
    with failures():
        from ..picture import png
        from ..pipeline import recreate as again

        data = read_file(file, png.LARGEST_FILE + 1)
        place = place_for(to, file, f"{file.stem}-again.png")
        with folder_for(place.parent):
            with progress() as on_event:
                made = again(data, pack=pack, device=device, from_text=from_text, on_event=on_event)
            path = save(place.parent, place.name, made.data)
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
    steps: StepsOption = None,
    likeness_steps: Annotated[
        int, typer.Option(min=1, help="Of a photo: more steps give a better likeness.")
    ] = 80,
    background: Annotated[
        str | None, typer.Option(help="transparent, kept (as drawn), or a colour; else as it was.")
    ] = None,
    size: SizeOption = None,
    device: DeviceOption = "auto",
    pack: Annotated[
        str | None, typer.Option(help="Weights: a name from `packs list` or a folder; else the PNG's own.")
    ] = None,
) -> None:
    """Change the person of a saved portrait, or draw and change the person of a photo."""
    strengths = dict(_strength(pair) for pair in strength or ())
    check_words(text, *strengths)
    with failures():
        from ..picture import png

        data = read_file(file, png.LARGEST_FILE + 1)
        drawn_here = png.is_ours(data)
        if drawn_here and not text.strip() and not strengths:
            leave(
                USAGE, f"Nothing to change in {file}: give a text («в синей шляпе») or --strength NAME=VALUE."
            )
        stem = re.sub(r"-edited(-\d+)?$", "", file.stem)
        place = place_for(to, file, f"{slug(stem)}-edited.png")
        how: dict[str, Any] = {"steps": steps, "size": size, "strengths": strengths}
        with folder_for(place.parent), progress() as on_event:
            where: dict[str, Any] = {"device": device, "on_event": on_event}
            if drawn_here:
                how["background"] = background
                portrait = _change_portrait(data, text.strip(), pack, how, where)
            else:
                how |= {"background": background or "transparent", "likeness_steps": likeness_steps}
                portrait = _edit_photo(file, text, pack, how, where)
            path = save(place.parent, place.name, portrait.png())
        report(path, portrait)
        tell_held(strengths, portrait)
        if not drawn_here:
            tell_likeness(portrait.likeness)


def _change_portrait(
    data: bytes, text: str, pack: str | None, how: dict[str, Any], where: dict[str, Any]
) -> "Portrait":
    """Change the person of a PNG that was saved here."""
    from .. import pipeline
    from ..packs import load_pack
    from ..picture import png
    from ..request import Request

    request = Request.change(png.read(data), text, **how)
    return pipeline.change(request, load_pack(pack, where["device"]) if pack else None, **where)


def _edit_photo(
    file: Path, text: str, pack: str | None, how: dict[str, Any], where: dict[str, Any]
) -> "Portrait":
    """Draw the person of a photo, and change what the text says."""
    from .. import pipeline
    from ..request import Request

    return pipeline.edit_photo(Request(text, photo=file, **how), pack or "auto", **where)


@app.command(epilog="Example: t2i-person serve --host 0.0.0.0 --port 9008")
@command
def serve(**settings: Any) -> None:
    """Serve the page and the APIs over HTTP; each option is also an environment variable."""
    with failures():
        if err.is_terminal:
            err.print(Text("Loading...", "dim"))
        from ..service.app import run

        run(Settings(**settings))


def _strength(pair: str) -> tuple[str, float]:
    """«голубая кофта=0.5» -> name and number; exits with 2 for anything else."""
    name, _, value = pair.rpartition("=")
    try:
        if name.strip():
            return name.strip(), float(value)
    except ValueError:
        pass
    leave(USAGE, f'A strength is NAME=VALUE, as in --strength "голубая кофта=0.5", not {pair!r}.')
