"""The whole way from a Russian text to cut-out portraits; the only place that knows all stages."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import png
from .cutout import cut_out
from .dress import check as check_dress
from .dress import dressed
from .edit.optimize import PRESETS, Preset, optimize, score_loss
from .edit.search import search
from .edit.sliders import chosen, slide
from .edit.wishes import DRAWN, SURE, Step, Wish, chances, embed, gender_text, grant, look, unasked, wishes
from .errors import Cancelled, NoPeople, T2IError, TooManyPeople
from .kept import kept
from .packs import Pack, load_pack
from .people import Face, faces, only
from .portrait import Event, Person, Portrait, Result
from .text import Character, describe

try:
    VERSION = version("t2i-person")
except PackageNotFoundError:  # a source tree that was never installed
    VERSION = "unknown"

STAGES = ("text", "candidates", "people", "directions", "optimize", "render", "cutout")
ATTEMPTS = 4  # to find a person of the right gender with one face
GENERATIONS = 8  # of the search for the person that fits
CROWD = 8  # people of one character, at most
JUDGED = 128  # pixels at which the encoder judges candidates and edits
SEEN = 256  # pixels at which faces are looked for in candidates


def load(pack: str = "embedded", device: str = "auto") -> None:
    """Load every model that `draw` needs, so that the first request is as quick as the next."""
    load_pack(pack, device)
    describe("Мужчина шёл по улице.")
    faces(np.zeros((64, 64, 3), np.uint8))


@torch.no_grad()
def draw(
    text: str,
    *,
    pack: str | Pack = "embedded",
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
    T2IError : a setting out of range, or nobody who fits was found.
    NoPeople, TooManyPeople : in the text.
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
        try:
            people = describe(text)
        except ValueError as error:
            raise T2IError(str(error)) from error
    if not people:
        raise NoPeople("No people were found in the text: name somebody, as in «Блондинка в голубой кофте».")
    job.tell("text", characters=tuple(people))
    wanted = _wanted(people, characters, per_character, most)
    job.pack = pack if isinstance(pack, Pack) else load_pack(pack, device)
    job.features = {w.name for c in people for some in wishes(job.pack, c) for w in some}
    drawn = [
        _draw_character(job, i, character, per_character, candidates, variants, kept(character, cast or {}))
        if i in wanted
        else Person(character, ())
        for i, character in enumerate(people)
    ]
    if not any(person.portraits for person in drawn):
        raise T2IError(" ".join(note for person in drawn for note in person.notes))
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


@dataclass
class Job:
    """One request: its settings, its clock, its ear and its brake."""

    text: str
    seed: int
    preset: Preset
    steps: int | None
    strength: float
    background: str
    size: int | None
    settings: dict[str, Any]  # for the record: `draw` with these draws the same again
    on_event: Callable[[Event], None] | None
    cancelled: Callable[[], bool] | None
    features: set[str] = field(default_factory=set)  # of everybody in the text
    pack: Pack = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)

    def check(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def tell(
        self, stage: str, character: int | None = None, portrait: int | None = None, **more: Any
    ) -> None:
        self.check()
        if self.on_event is not None:
            self.on_event(Event(stage, character, portrait, **more))

    @contextmanager
    def stage(self, name: str, character: int | None = None, portrait: int | None = None) -> Iterator[None]:
        self.tell(name, character, portrait)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - start
        self.check()

    def show(self, stage: str, character: int, portrait: int, styles: list[Tensor]) -> None:
        """Tell how it looks now."""
        if self.on_event is not None:
            image = self.pack.render(styles, self.judged)[0]
            self.tell(stage, character, portrait, preview=to_pixels(image))

    @property
    def judged(self) -> int:
        return self._side(JUDGED if getattr(self.pack.encoder, "side", 0) <= JUDGED else SEEN)

    @property
    def seen(self) -> int:
        return self._side(SEEN)

    def _side(self, most: int) -> int:
        """The largest skip output of at most so many pixels."""
        sides = [max(size) for size in self.pack.generator.resolutions]
        return max([side for side in sides if side <= most], default=sides[0])


@dataclass(frozen=True)
class Candidate:
    """One person before the edits."""

    seed: int
    w_plus: Tensor  # [1, num_ws, w_dim]
    styles: list[Tensor]  # [1, c] a layer: of w_plus, or for somebody known with the edits made before


@dataclass(frozen=True)
class Edited:
    """One person after them."""

    candidate: Candidate
    styles: list[Tensor]  # [1, c] a layer
    edits: tuple[dict[str, Any], ...]
    variant: str = ""
    strengths: dict[str, float] = field(default_factory=dict)  # other than 1


def _draw_character(
    job: Job,
    i: int,
    character: Character,
    per_character: int,
    candidates: int,
    variants: bool,
    known: tuple[str, png.Record] | None,
) -> Person:
    wanted, unable = wishes(job.pack, character)
    count = min(character.count, CROWD)
    notes = []
    if count < character.count:
        notes.append(f"{character.head}: {count} of {character.count} people are drawn.")
    if known:
        people, note = [_kept(job, i, known)], ""
        if per_character > 1:
            note = f"{character.head}: one portrait, for {known[0]} is kept as one person."
    else:
        people, note = _choose(job, i, character, wanted, count * per_character, candidates)
    if note:
        notes.append(note)
        job.tell("people", i, note=note)
    edited = []
    if people and variants and not known:
        for k, candidate in enumerate(people):
            edited += _variants(job, i, k, candidate, wanted)
    elif people:
        edited = edit(job, i, people, character, wanted, known[1].edits if known else ())
    if job.settings["strengths"]:
        edited = [_slid(job, item, character, wanted) for item in edited]
    number = {candidate.seed: k % count for k, candidate in enumerate(people)}
    portraits = [
        finish(job, i, k, number[item.candidate.seed], item, character, wanted, unable)
        for k, item in enumerate(edited)
    ]
    return Person(character, tuple(portraits), tuple(notes), known[0] if known else None)


def _kept(job: Job, i: int, known: tuple[str, png.Record]) -> Candidate:
    """A person of the cast, to start from."""
    name, record = known
    try:
        return known_person(job.pack, record, _seed(job.seed, i, 0, 0))
    except T2IError as error:
        raise T2IError(f"{name} of the cast: {error} Then keep it under that name again.") from error


def known_person(pack: Pack, record: png.Record, seed: int) -> Candidate:
    """The person of a portrait's record, as it stands there.

    Raises
    ------
    T2IError : the record has no latents, or those of another pack.
    """
    space = (pack.generator.num_ws, pack.generator.config.w_dim)
    latent, w_plus = record.latent, record.w_plus
    if latent is None or w_plus is None or w_plus.shape != space or record.digest not in ("", pack.digest):
        raise T2IError(f"The portrait was drawn with other weights than {pack.name}'s: draw it again.")
    return Candidate(seed, torch.tensor(w_plus).to(pack.device)[None], unjoined(pack, latent))


def _slid(job: Job, item: Edited, character: Character, wanted: list[Wish]) -> Edited:
    """With the strengths that were asked for; those of what only somebody else has are theirs."""
    own = {wish.name for wish in wanted}
    theirs = job.features - own
    asked = {name: value for name, value in job.settings["strengths"].items() if name not in theirs}
    pairs = chosen(job.pack, wanted, asked, character.gender)
    changes = [(wish, value - (wish.name in own)) for wish, value in pairs]
    styles, edits = slide(job.pack, item.styles, changes, item.edits, character.gender)
    strengths = {wish.name: value for wish, value in pairs}
    return replace(item, styles=styles, edits=(*item.edits, *edits), strengths=strengths)


def _choose(
    job: Job, i: int, character: Character, wanted: list[Wish], need: int, candidates: int
) -> tuple[list[Candidate], str]:
    """For each portrait the person that fits best, of the right gender and with exactly one face."""
    pack, chosen, psi = job.pack, [], job.preset.truncation_psi
    goal = [*wanted, *unasked(pack, character)] if wanted else []
    for k in range(need):
        for attempt in range(ATTEMPTS):
            seed = _seed(job.seed, i, k, attempt)
            random = torch.Generator().manual_seed(seed)
            z = torch.randn(candidates, pack.generator.config.z_dim, generator=random)

            def on_round(done: int, best: Tensor, k: int = k) -> None:
                job.tell("candidates", i, k, step=done, steps=GENERATIONS)
                if job.on_event is not None:
                    w_plus = pack.generator.w_plus(best[None].to(pack.device), psi)
                    job.show("candidates", i, k, pack.generator.styles(w_plus))

            with job.stage("candidates", i, k):
                z = search(pack, z, goal, psi, job.judged, random, GENERATIONS, on_round)
            with job.stage("people", i, k):
                found = _first_fit(job, i, k, z, character.gender)
            if found is not None:
                chosen.append(Candidate(seed, found, pack.generator.styles(found)))
                job.show("people", i, k, chosen[-1].styles)
                break
    if len(chosen) == need:
        return chosen, ""
    who = {"male": "a man's", "female": "a woman's"}.get(character.gender, "anybody's")
    return chosen, (
        f"{character.head}: {len(chosen)} of {need} portraits. For the rest none of {ATTEMPTS * candidates} "
        f"candidates had exactly one face, {who}. Try another seed, or a truncation_psi nearer to 1."
    )


def _first_fit(job: Job, i: int, k: int, z: Tensor, gender: str) -> Tensor | None:
    """W+ [1, num_ws, w_dim] of the first of z [n, z_dim] with one face of that gender."""
    for row in z.split(1):
        job.tell("people", i, k)
        w_plus = job.pack.generator.w_plus(row.to(job.pack.device), job.preset.truncation_psi).contiguous()
        image = job.pack.render(job.pack.generator.styles(w_plus), job.seen)[0]
        if only(faces(to_pixels(image)), gender) is not None:
            return w_plus
    return None


def edit(
    job: Job,
    i: int,
    chosen: list[Candidate],
    character: Character,
    wanted: list[Wish],
    before: Iterable[Mapping[str, Any]] = (),  # edits that the candidates' styles have already
) -> list[Edited]:
    """Global directions for what is missing, then a short optimization of the whole description."""
    pack = job.pack
    neutral = gender_text(pack, character.gender) or pack.neutral
    begun = []
    with job.stage("directions", i):
        for k, candidate in enumerate(chosen):
            job.tell("directions", i, k, step=k + 1, steps=len(chosen))
            styles, steps = grant(pack, candidate.styles, wanted, neutral, job.judged)
            begun.append(
                Edited(candidate, styles, (*map(dict, before), *(direction(step) for step in steps)))
            )
            if steps:
                job.show("directions", i, k, styles)
    with job.stage("optimize", i):
        styles = [torch.cat(layer) for layer in zip(*(item.styles for item in begun), strict=True)]
        chance = chances(pack, look(pack, styles, job.judged), wanted)
        work = [k for k in range(len(begun)) if not (chance[k] >= SURE).all()]
        preset = job.preset
        budget = preset.steps if job.steps is None else job.steps
        if not work or not budget:
            return begun
        start = torch.cat([begun[k].candidate.w_plus for k in work])
        moved = [style[work] for style in styles]
        offset = [a - b for a, b in zip(moved, pack.generator.styles(start), strict=True)]
        latent, taken = _optimize(job, i, None, work, start, wanted, preset, budget, offset)
        ended = [a + b for a, b in zip(pack.generator.styles(latent), offset, strict=True)]
        made = _optimized(wanted, taken)
        for row, k in enumerate(work):
            styles_k = [style[row : row + 1] for style in ended]
            begun[k] = replace(begun[k], styles=styles_k, edits=(*begun[k].edits, made))
    return begun


def _variants(job: Job, i: int, k: int, candidate: Candidate, wanted: list[Wish]) -> list[Edited]:
    """The original's scheme: the whole description at once, then a chain of single features in random order.

    Each link of the chain starts where the one before it ended, and is a portrait of its own.
    """
    pack, found = job.pack, []
    features = [wish for wish in wanted if wish.category != "gender"]
    random = torch.Generator().manual_seed(candidate.seed)
    order = [features[j] for j in torch.randperm(len(features), generator=random).tolist()]
    jobs = [("combined", wanted, job.preset.combined(), False)]
    jobs += [
        ("chain: " + " + ".join(wish.name for wish in order[: j + 1]), [order[j]], job.preset, j > 0)
        for j in range(len(order))
    ]
    for name, goal, preset, goes_on in jobs:
        if not goes_on:
            latent = candidate.w_plus
            edits: tuple[dict[str, Any], ...] = ()
        steps = job.steps if job.steps is not None else preset.steps
        with job.stage("optimize", i, k):
            if steps and goal:
                latent, taken = _optimize(job, i, k, [k], latent, goal, preset, steps, None)
                edits = (*edits, _optimized(goal, taken))
            found.append(Edited(candidate, pack.generator.styles(latent), edits, name))
    return found


def _optimize(
    job: Job,
    i: int,
    k: int | None,
    rows: list[int],  # the portrait that each row of `start` is of
    start: Tensor,
    goal: list[Wish],
    preset: Preset,
    steps: int,
    offset: list[Tensor] | None,
) -> tuple[Tensor, int]:
    def on_step(step: int, total: int, losses: Tensor, images: Tensor) -> None:
        job.tell("optimize", i, k, step=step, steps=total)
        if job.on_event is not None and step % 5 == 0:
            for row, image in zip(rows, images, strict=True):
                job.tell("optimize", i, row, step=step, steps=total, preview=to_pixels(image))

    loss = score_loss(
        job.pack,
        [wish.text for wish in goal if not wish.negated],
        [wish.text for wish in goal if wish.negated],
    )
    found = optimize(
        job.pack,
        start,
        loss,
        steps=steps,
        learning_rate=preset.learning_rate,
        l2=preset.l2,
        stop_at=job.judged,
        settle=preset.settle,
        raw=preset.raw,
        offset=offset,
        on_step=on_step,
    )
    return found.latent, found.steps


def finish(
    job: Job,
    i: int,
    k: int,
    person: int,
    item: Edited,
    character: Character,
    wanted: list[Wish],
    unable: list[Wish],
) -> Portrait:
    """The whole picture, checked, scored and cut out."""
    pack, edits = job.pack, item.edits
    start = item.candidate.styles
    with job.stage("render", i, k):
        for share in (1.0, 0.5, 0.0):  # an edit that lost the face or the gender is taken back
            factor = share * job.strength
            styles = [a + factor * (b - a) for a, b in zip(start, item.styles, strict=True)]
            image = pack.render(styles).clamp(-1, 1)
            pixels = to_pixels(image[0])
            face = _face(pixels)
            if not edits or only([face] if face else [], character.gender):
                break
        if edits and share < 1:
            edits = (*edits, {"kind": "scaled", "by": share})
        chance = chances(pack, embed(pack, image), wanted)[0].tolist()
    with job.stage("cutout", i, k):
        rgba = _cut(pack, pixels, job.background, job.size)
    scores = {w.name: round(p, 4) for w, p in zip(wanted, chance, strict=True) if w.category != "gender"}
    not_drawn = {w.name: w.obstacle for w in unable}
    not_drawn |= {
        name: f"the edits reached a probability of {p:.2f}" for name, p in scores.items() if p < DRAWN
    }
    not_drawn |= {w.name: w.obstacle for w in wanted if w.obstacle}
    about = asdict(character) | {"index": i, "portrait": k, "person": person}
    about["features"] = [asdict(feature) for feature in character.described]
    del about["attributes"], about["mentions"]
    strengths = {name: item.strengths.get(name, 1.0) for name in scores}
    strengths |= {name: value for name, value in item.strengths.items() if name not in strengths}
    settings = job.settings | {
        "sliders": strengths,
        "variant": item.variant,
        "device": pack.device.type,
        "dtype": str(pack.dtype).removeprefix("torch."),
        "scores": scores,
    }
    joined = torch.cat(styles, 1)[0].float().cpu().numpy()
    seed = item.candidate.seed
    portrait = Portrait(
        rgba=rgba,
        seed=seed,
        person=person,
        variant=item.variant,
        styles=joined,
        start=torch.cat(start, 1)[0].float().cpu().numpy(),
        edits=edits,
        scores=scores,
        drawn=tuple(name for name in scores if name not in not_drawn),
        not_drawn=not_drawn,
        strengths=strengths,
        gender_found=face.gender if face else "unknown",
        age_found=face.age if face else None,
        record=png.Record(
            text=job.text,
            seed=seed,
            pack=pack.name,
            digest=pack.digest,
            character=about,
            edits=edits,
            settings=settings,
            latent=joined,
            w_plus=item.candidate.w_plus[0].float().cpu().numpy(),
        ),
    )
    job.tell("cutout", i, k, finished=portrait)
    return portrait


@torch.no_grad()
def render(
    pack: Pack, latent: np.ndarray, background: str = "transparent", size: int | None = None
) -> np.ndarray:
    """The whole picture of a latent, cut out: StyleSpace [channels] -> HWC uint8, RGBA.

    Raises
    ------
    T2IError : the latent is of another generator.
    """
    pixels = to_pixels(pack.render(unjoined(pack, latent)).clamp(-1, 1)[0])
    return _cut(pack, pixels, background, size)


def unjoined(pack: Pack, latent: np.ndarray) -> list[Tensor]:
    """StyleSpace [channels] -> [1, c] a layer.

    Raises
    ------
    T2IError : the latent is of another generator.
    """
    widths = [len(mean) for mean in pack.statistics.mean]
    if latent.shape != (sum(widths),):
        raise T2IError(f"The latent has shape {latent.shape}; the pack {pack.name} takes ({sum(widths)},).")
    return list(torch.tensor(latent).to(pack.device)[None].split(widths, 1))


def _cut(pack: Pack, pixels: np.ndarray, background: str, size: int | None) -> np.ndarray:
    if background == "kept":
        rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    else:
        with pack.autocast():
            rgba = cut_out(pixels, pack.matting, pack.device)
    return dressed(rgba, background, size)


def direction(step: Step) -> dict[str, Any]:
    return {"kind": "direction", "text": step.wish.name, "neutral": step.neutral, "alpha": step.alpha}


def _optimized(goal: list[Wish], steps: int) -> dict[str, Any]:
    return {"kind": "optimize", "texts": [wish.name for wish in goal], "steps": steps}


def _face(pixels: np.ndarray) -> Face | None:
    """The single face of a whole picture, looked for at 512 pixels."""
    stride = max(1, max(pixels.shape[:2]) // 512)
    height, width = (side // stride * stride for side in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // stride, stride, width // stride, stride, 3)
    return only(faces(blocks.mean((1, 3)).round().astype(np.uint8)))


def to_pixels(image: Tensor) -> np.ndarray:
    """[3, h, w] in [-1, 1] -> HWC uint8."""
    return ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def _seed(seed: int, *place: int) -> int:
    """A seed of its own for each place in a request: 32 bits, so that it is short in file names."""
    name = "/".join(map(str, (seed, *place))).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big")


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
