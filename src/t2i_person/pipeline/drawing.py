"""From a Russian text to cut-out portraits, through all stages."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import torch

from ..errors import NobodyFits, T2IError
from ..latent.sample import Sample
from ..packs import Pack, load_pack
from ..picture.faces import Detector, faces, loaded_predictor
from ..portrait import Person, Result
from ..record import Record
from ..request import Request
from ..text import describe
from .backoff import same_person
from .cast import kept
from .edit import edit, edit_variants, preset_of, strengthened
from .finish import finish, shared_record
from .pictures import Pictures
from .read import CROWD, Reader, read_request
from .run import IsCancelled, OnEvent, Run
from .select import choose, seed_of
from .subject import Subject, Unfinished, subject_of, with_strengths


def load(pack: str = "auto", device: str = "auto") -> None:
    """Load every model that `draw` needs, so that the first request is as quick as the next."""
    _load_models(pack, device)
    describe("Мужчина шёл по улице.")


@torch.no_grad()
def _load_models(pack: str | Pack, device: str) -> Pack:
    """The pack; what looks for faces is loaded after it."""
    loaded = pack if isinstance(pack, Pack) else load_pack(pack, device)
    loaded_predictor()
    return loaded


@torch.no_grad()
def draw(
    request: Request,
    pack: str | Pack = "auto",  # or a name, or a folder; auto: faces where they were pulled, else embedded
    *,
    device: str = "auto",
    cast: Mapping[str, Record] | None = None,  # people kept by name, each as a portrait's record
    most: int | None = None,  # portraits of all characters together; more is an error
    on_event: OnEvent | None = None,
    cancelled: IsCancelled | None = None,
    read: Reader = describe,
    detect: Detector = faces,
) -> Result:
    """Draw the people a Russian text describes.

    Raises
    ------
    T2IError : a character that is not there, a strength of what cannot be drawn.
    TextError, NoPeople, TooManyPeople : in the text.
    NobodyFits : no character's candidates had one face of the right gender.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    run = Run(on_event, cancelled)
    request = replace(request, truncation_psi=preset_of(request).truncation_psi)  # it stands in the record
    with ThreadPoolExecutor(1) as aside, run.stage("text"):
        # a second of loading, while the text is read
        loading = aside.submit(_load_models, pack, device)
        people, wanted, phrases = read_request(
            request,
            most,
            read=read,
            cancelled=cancelled,
            heard=lambda people: run.tell("text", characters=tuple(people)),
        )
    pictures = Pictures(loading.result(), detect)
    everybody = [subject_of(pictures.pack, person, i) for i, person in enumerate(people)]
    names = set().union(*(subject.told for subject in everybody))
    subjects = {
        i: with_strengths(
            pictures.pack, everybody[i], request.strengths, phrases[people[i].gender], others=names
        )
        for i in wanted
    }
    drawn = [
        _draw_character(run, pictures, request, subjects[i], kept(character, cast or {}))
        if i in subjects
        else Person(character, ())
        for i, character in enumerate(people)
    ]
    if not any(person.portraits for person in drawn):
        raise NobodyFits(" ".join(note for person in drawn for note in person.notes))
    return Result(request.text, request.seed, pictures.pack.name, tuple(drawn), run.seconds)


def _draw_character(
    run: Run,
    pictures: Pictures,
    request: Request,
    subject: Subject,
    known: tuple[str, Record] | None,
) -> Person:
    character = subject.character
    count = min(character.count, CROWD)
    notes = []
    if count < character.count:
        notes.append(f"{character.head}: {count} of {character.count} people are drawn.")
    if known:
        people, note = [_kept(pictures.pack, request, subject, known)], ""
        if request.per_character > 1:
            note = f"{character.head}: one portrait, for {known[0]} is kept as one person."
    else:
        people, note = choose(run, pictures, request, subject, count * request.per_character)
    if note:
        notes.append(note)
        run.tell("people", subject.index, note=note)
    edited: list[Sample] = []
    if people and request.variants and not known:
        for k, sample in enumerate(people):
            edited += edit_variants(run, pictures, request, subject, k, sample)
    elif people:
        edited = edit(run, pictures, request, subject, people)
        if known:
            edited = [same_person(run, pictures, subject, people[0], sample) for sample in edited]
    if subject.strengths:
        edited = [strengthened(pictures, request, subject, sample) for sample in edited]
    number = {sample.seed: k % count for k, sample in enumerate(people)}
    record = shared_record(request, pictures.pack)
    portraits = [
        finish(run, pictures, request, record, Unfinished(subject, k, number[sample.seed], sample))
        for k, sample in enumerate(edited)
    ]
    return Person(character, tuple(portraits), tuple(notes), known[0] if known else None)


def _kept(pack: Pack, request: Request, subject: Subject, known: tuple[str, Record]) -> Sample:
    """A person of the cast, to start from."""
    name, record = known
    try:
        return Sample.of_record(pack, record, seed_of(request.seed, subject.index, 0, 0))
    except T2IError as error:
        raise T2IError(f"{name} of the cast: {error} Then keep it under that name again.") from error
