"""The whole way from a Russian text to cut-out portraits; the only place that knows all stages."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np
import torch

from ..errors import NobodyFits, NoPeople, T2IError, TooManyPeople
from ..latent.edits.optimize import PRESETS
from ..latent.sample import Sample
from ..latent.targets import targets_of
from ..packs import Pack, load_pack
from ..picture import png
from ..picture.backdrop import check as check_dress
from ..picture.faces import faces
from ..portrait import Event, Person, Result
from ..text import Character, describe
from .cast import kept
from .edit import edit, edit_variants, slid
from .finish import finish
from .run import Job
from .select import choose, seed_of

STAGES = ("text", "candidates", "people", "directions", "optimize", "render", "cutout")
CROWD = 8  # people of one character, at most


def load(pack: str = "auto", device: str = "auto") -> None:
    """Load every model that `draw` needs, so that the first request is as quick as the next."""
    load_pack(pack, device)
    describe("Мужчина шёл по улице.")
    faces(np.zeros((64, 64, 3), np.uint8))


@torch.no_grad()
def draw(
    text: str,
    *,
    pack: str | Pack = "auto",  # or a name, or a folder; auto: faces where they were pulled, else embedded
    seed: int = 0,  # the same text, seed and settings give the same bytes
    per_character: int = 1,  # portraits of each person; a character of count n gets n times as many people
    truncation_psi: float
    | None = None,  # 0 is the average person, 1 the full variety; by default the preset's
    steps: int | None = None,  # of optimization; 0 for none, by default the preset's
    strength: float = 1.0,  # of all edits together, 0 to 2
    variants: bool = False,  # the original's scheme: the whole description at once, and chains of features
    background: str = "transparent",  # or "kept", or a colour as CSS writes it
    size: int | None = None,  # longer side in pixels, 64 to what the pack draws; by default that
    strengths: Mapping[str, float] | None = None,  # feature -> -2 to 2, as in `change`
    most: int | None = None,  # portraits of all characters together; more is an error
    cast: Mapping[str, png.Record] | None = None,  # people kept by name, each as a portrait's record
    candidates: int = 24,  # people that the search for each portrait begins with
    characters: Collection[int] | None = None,  # draw only these of the text's people, from 0; None: all
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Draw the people a Russian text describes.

    Raises
    ------
    T2IError : a setting out of range.
    TextError, NoPeople, TooManyPeople : in the text.
    NobodyFits : of anybody's candidates.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    _check(text, seed, per_character, truncation_psi, steps, strength, candidates, background, size)
    preset = PRESETS["original" if variants else "default"]
    if truncation_psi is not None:
        preset = replace(preset, truncation_psi=truncation_psi)
    settings = {
        "request_seed": seed,
        "per_character": per_character,
        "truncation_psi": preset.truncation_psi,
        "steps": steps,
        "strength": strength,
        "variants": variants,
        "background": background,
        "size": size,
        "strengths": dict(strengths or {}),
        "candidates": candidates,
    }
    job = Job(text, seed, preset, steps, strength, background, size, settings, on_event, cancelled)
    with job.stage("text"):
        people = describe(text, cancelled=cancelled)
    if not people:
        raise NoPeople("No people were found in the text: name somebody, as in «Блондинка в голубой кофте».")
    job.tell("text", characters=tuple(people))
    wanted = _wanted(people, characters, per_character, most)
    job.pack = pack if isinstance(pack, Pack) else load_pack(pack, device)
    job.features = {w.name for c in people for some in targets_of(job.pack, c) for w in some}
    drawn = [
        _draw_character(job, i, character, per_character, candidates, variants, kept(character, cast or {}))
        if i in wanted
        else Person(character, ())
        for i, character in enumerate(people)
    ]
    if not any(person.portraits for person in drawn):
        raise NobodyFits(" ".join(note for person in drawn for note in person.notes))
    return Result(text, seed, job.pack.name, tuple(drawn), job.seconds)


def _wanted(
    characters: list[Character], only: Collection[int] | None, per_character: int, most: int | None
) -> set[int]:
    """The indexes of the characters to draw."""
    chosen = set(range(len(characters)) if only is None else only)
    if not chosen or not chosen <= set(range(len(characters))):
        raise T2IError(
            f"Characters are chosen by index, 0 to {len(characters) - 1} in this text, not {sorted(chosen)}."
        )
    portraits = sum(min(characters[i].count, CROWD) * per_character for i in chosen)
    if most is not None and portraits > most:
        raise TooManyPeople(
            f"This asks for {portraits} portraits of {len(chosen)} people, {most} at once are drawn here: "
            "choose some of the people, fewer portraits of each, or send the text in parts."
        )
    return chosen


def _draw_character(
    job: Job,
    i: int,
    character: Character,
    per_character: int,
    candidates: int,
    variants: bool,
    known: tuple[str, png.Record] | None,
) -> Person:
    wanted, unable = targets_of(job.pack, character)
    count = min(character.count, CROWD)
    notes = []
    if count < character.count:
        notes.append(f"{character.head}: {count} of {character.count} people are drawn.")
    if known:
        people, note = [_kept(job, i, known)], ""
        if per_character > 1:
            note = f"{character.head}: one portrait, for {known[0]} is kept as one person."
    else:
        people, note = choose(job, i, character, wanted, count * per_character, candidates)
    if note:
        notes.append(note)
        job.tell("people", i, note=note)
    edited = []
    if people and variants and not known:
        for k, candidate in enumerate(people):
            edited += edit_variants(job, i, k, candidate, wanted)
    elif people:
        edited = edit(job, i, people, character, wanted)
    if job.settings["strengths"]:
        edited = [slid(job, item, character, wanted) for item in edited]
    number = {candidate.seed: k % count for k, candidate in enumerate(people)}
    portraits = [
        finish(job, i, k, number[item.seed], item, character, wanted, unable) for k, item in enumerate(edited)
    ]
    return Person(character, tuple(portraits), tuple(notes), known[0] if known else None)


def _kept(job: Job, i: int, known: tuple[str, png.Record]) -> Sample:
    """A person of the cast, to start from."""
    name, record = known
    try:
        return Sample.of_record(job.pack, record, seed_of(job.seed, i, 0, 0))
    except T2IError as error:
        raise T2IError(f"{name} of the cast: {error} Then keep it under that name again.") from error


def _check(
    text: str,
    seed: int,
    per_character: int,
    truncation_psi: float | None,
    steps: int | None,
    strength: float,
    candidates: int,
    background: str,
    size: int | None,
) -> None:
    check_dress(background, size)
    if not isinstance(text, str) or not text.strip():
        raise T2IError("The text is empty: describe somebody, as in «Блондинка в голубой кофте».")
    whole = {
        "seed": (seed, 0, 2**63 - 1),
        "per_character": (per_character, 1, 64),
        "steps": (0 if steps is None else steps, 0, 1000),
        "candidates": (candidates, 2, 1024),
    }
    real = {
        "truncation_psi": (0 if truncation_psi is None else truncation_psi, 0, 1),
        "strength": (strength, 0, 2),
    }
    for name, (value, low, high) in {**whole, **real}.items():
        kinds = (int,) if name in whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
            kind = "a whole number" if name in whole else "a number"
            raise T2IError(f"{name} is {kind} from {low} to {high}, not {value!r}.")
