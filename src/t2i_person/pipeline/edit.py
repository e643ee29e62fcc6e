"""Samples are changed into who was described, by the kinds of edits that the pack's recipe names."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from ..errors import PackError
from ..latent.edits import (
    Edit,
    OptimizedEdit,
    TransplantEdit,
    local,
    parts_of,
    wdirections,
)
from ..latent.edits.coordinates import edit_coordinates, style_offset
from ..latent.edits.directions import apply_directions, best_steps
from ..latent.edits.local import Moving
from ..latent.edits.optimize import PRESETS, Preset, optimize, score_loss
from ..latent.edits.transplants import best_donor, there_in
from ..latent.edits.uncovering import best_bareheaded
from ..latent.judge import SURE, ByEncoder, probabilities
from ..latent.sample import Sample
from ..latent.sliders import slide
from ..latent.targets import DRAWN, NAMED, Target, gender_text, implied, without_colour
from ..packs import Pack, to_pixels
from ..picture.colours import grown, said_colour
from ..request import Request
from ..text.model import WORN
from .backoff import mixed, same_person
from .colouring import colour_edits
from .pictures import Pictures, drawn
from .run import Run
from .subject import Subject, as_asked


def preset_of(request: Request) -> Preset:
    """The preset that a request means, with the truncation that it names."""
    preset = PRESETS["original" if request.variants else "default"]
    psi = request.truncation_psi
    return preset if psi is None else replace(preset, truncation_psi=psi)


def edit(
    run: Run, pictures: Pictures, request: Request, subject: Subject, samples: list[Sample]
) -> list[Sample]:
    """Each kind of edit in turn, for what is still missing.

    Raises
    ------
    PackError : the recipe names a kind that is unknown here.
    """
    pack = pictures.pack
    if unknown := set(pack.recipe.edits) - set(EDITORS):
        raise PackError(
            f"The pack {pack.name} asks for the edits {', '.join(sorted(unknown))}: "
            f"there are {', '.join(EDITORS)}. Update t2i-person."
        )
    samples = [replace(sample, start=sample.styles) for sample in samples]
    for kind in pack.recipe.edits:
        samples = EDITORS[kind](run, pictures, request, subject, samples)
    return samples


def _coordinates(
    run: Run, pictures: Pictures, request: Request, subject: Subject, samples: list[Sample]
) -> list[Sample]:
    """Coordinates of Z set anew: still an ordinary sample of the generator."""
    pack, psi = pictures.pack, preset_of(request).truncation_psi
    avoided, out = implied(pack, subject.character), []
    with run.stage("directions", subject.index):
        for sample in samples:
            out.append(replace(sample, before=sample))
            if sample.z is None:
                continue
            z, edits = edit_coordinates(
                pack, sample.z, sample.styles, subject.wanted, psi, pictures.judged, avoided, run.check
            )
            if not edits:
                continue
            step = style_offset(pack, sample.z, z, psi)
            both = torch.cat([sample.z, z]).to(pack.device)
            start, end = pack.generator.w_plus(both, psi).split(1)
            out[-1] = replace(
                out[-1],
                w_plus=sample.w_plus + (end - start),
                z=z,
                styles=[style + more for style, more in zip(sample.styles, step, strict=True)],
                edits=(*sample.edits, *edits),
            )
    return out


def _directions(
    run: Run, pictures: Pictures, request: Request, subject: Subject, samples: list[Sample]
) -> list[Sample]:
    """StyleCLIP's global directions."""
    pack, i, out = pictures.pack, subject.index, []
    neutral = gender_text(pack, subject.character.gender) or pack.neutral
    with run.stage("directions", i):
        for k, sample in enumerate(samples):
            run.tell("directions", i, k, step=k + 1, steps=len(samples))
            styles, edits = apply_directions(pack, sample.styles, subject.wanted, neutral, pictures.judged)
            out.append(replace(sample, styles=styles, edits=(*sample.edits, *edits)))
            if edits or sample.edits:
                pictures.show(run, "directions", i, k, styles)
    return out


def _local_directions(
    run: Run,
    pictures: Pictures,
    request: Request,
    subject: Subject,
    samples: list[Sample],
    in_w: bool = True,
) -> list[Sample]:
    """Directions in W, for packs whose encoder reads W, or global ones; each in the place it is about.

    A global direction has to reach what is said, or a direction in W has its turn.
    """
    pack, i, out = pictures.pack, subject.index, []
    # a beard against «мужчина», but lipstick less womanhood is no lipstick
    gender = subject.character.gender
    neutral = "" if in_w else (gender_text(pack, gender) if gender == "male" else pack.neutral)
    wanted = _of_directions(pack, subject.wanted, neutral)
    with run.stage("directions", i):
        for k, sample in enumerate(samples):
            run.tell("directions", i, k, step=k + 1, steps=len(samples))
            moved = _moved_in_place(pictures, subject, sample, wanted, neutral)
            if moved is not sample:
                pictures.show(run, "directions", i, k, moved.styles, moved.edits)
            out.append(moved)
    return out


def _of_directions(pack: Pack, wanted: Sequence[Target], neutral: str) -> list[Target]:
    """The targets that directions serve: no colour that recolouring puts on; and of those that have a trained
    direction in W, none by a global direction.
    """
    found = [target for target in wanted if not neutral or target.text not in pack.sliders]
    if "recolour" not in pack.recipe.edits:
        return found
    told = [(target, said_colour(target.text, target.category)) for target in found]
    return [target for target, said in told if target.negated or said is None or grown(*said)]


def _moved_in_place(
    pictures: Pictures, subject: Subject, sample: Sample, wanted: Sequence[Target], neutral: str
) -> Sample:
    """The person with the steps that serve what is missing best; the sample itself where there are none."""
    pack, beside = pictures.pack, implied(pictures.pack, subject.character)
    # clothes have to be in the picture to be coloured; and what was not asked for shall not come along
    given = {e.text: e.region for e in parts_of(sample.edits) if isinstance(e, TransplantEdit)}
    missing = [t for t in wanted if t.name not in given and t.name not in subject.edited]
    whole = pictures.whole(sample.styles, sample.edits)
    found = probabilities(pack, whole.embedding, beside, whole.regions)[0].tolist()
    kept = [t for t, p in zip(beside, found, strict=True) if not t.negated or p >= DRAWN]
    kept = [t for t in kept if pack.recipe.transplants.get(t.category) not in given.values()]
    steps = Moving(pack, sample.styles, sample.edits, pictures.judged, neutral)
    price, gained = (local.PRICE, DRAWN) if neutral else (wdirections.PRICE, wdirections.GAINED)
    taken = best_steps(steps, [*missing, *kept], price, gained)
    return replace(sample, edits=steps.edits) if taken else sample


def _transplants(
    run: Run,
    pictures: Pictures,
    request: Request,
    subject: Subject,
    samples: list[Sample],
    worn: bool = True,
) -> list[Sample]:
    """What is not there yet of the pack's donors: hats, clothes and glasses, or hair where not `worn`."""
    pack, i, out = pictures.pack, subject.index, []
    wanted = [target for target in subject.wanted if not target.negated]
    able = [t for t in wanted if t.category in pack.recipe.transplants and (t.category in WORN) == worn]
    off = [t for t in subject.wanted if t.negated and t.category == "headwear" and worn]
    with run.stage("directions", i):
        for k, sample in enumerate(samples):
            run.tell("directions", i, k, step=k + 1, steps=len(samples))
            for target in off:
                sample = _bareheaded(pictures, subject, target, sample)
            for target in able:
                if target.name in subject.edited:
                    continue
                goal, region = without_colour(pack, target), pack.recipe.transplants[target.category]
                now = drawn(pack, sample.styles, sample.edits, side=pictures.judged)
                if now.regions is None or there_in(pack, now.embedding, now.regions, goal, region) >= DRAWN:
                    continue
                found = probabilities(pack, now.embedding, wanted, now.regions)[0].tolist()
                beside = [t for t, p in zip(wanted, found, strict=True) if p >= DRAWN and t is not target]
                gender = subject.character.gender
                parts = parts_of(sample.edits)
                index = best_donor(pack, sample.styles, parts, target, region, beside, gender)
                if index is not None:
                    edit = TransplantEdit(target.name, region, index)
                    sample = replace(sample, edits=(*sample.edits, edit))
                    pictures.show(run, "directions", i, k, sample.styles, sample.edits)
            out.append(sample)
    return out


def _bareheaded(pictures: Pictures, subject: Subject, target: Target, sample: Sample) -> Sample:
    """The person without the hat that a target denies, whatever it is called, with a donor's hair there."""
    pack, gender = pictures.pack, subject.character.gender
    if target.name in subject.edited or any(target.hat for target in subject.wanted):
        return sample
    now = drawn(pack, sample.styles, sample.edits, side=pictures.judged)
    beside = [other for other in subject.wanted if other.category != "headwear"]
    found = probabilities(pack, now.embedding, beside, now.regions)[0].tolist()
    kept = [other for other, p in zip(beside, found, strict=True) if p >= DRAWN]
    index = best_bareheaded(pack, sample.styles, parts_of(sample.edits), target, kept, gender)
    if index is None:
        return sample
    return replace(sample, edits=(*sample.edits, TransplantEdit(target.name, "hat", index)))


def _recolouring(
    run: Run, pictures: Pictures, request: Request, subject: Subject, samples: list[Sample]
) -> list[Sample]:
    """Colours put where the clothes, the hair or the hat are."""
    pack, i, wanted, out = pictures.pack, subject.index, subject.wanted, []
    with run.stage("directions", i):
        for k, sample in enumerate(samples):
            run.tell("directions", i, k, step=k + 1, steps=len(samples))
            styles = mixed(sample.start, sample.styles, request.strength)
            whole = pictures.whole(styles, sample.edits, request.strength)
            missing = [target for target in wanted if target.name not in subject.edited]
            found = probabilities(pack, whole.embedding, missing, whole.regions)[0].tolist()
            edits = colour_edits(whole, missing, found)
            out.append(replace(sample, edits=(*sample.edits, *edits)))
    return out


def _optimization(
    run: Run, pictures: Pictures, request: Request, subject: Subject, samples: list[Sample]
) -> list[Sample]:
    """A short latent optimization of the whole description, of all people together."""
    pack, wanted, out = pictures.pack, subject.wanted, list(samples)
    with run.stage("optimize", subject.index):
        styles = [torch.cat(layer) for layer in zip(*(sample.styles for sample in samples), strict=True)]
        probability = ByEncoder(pack, pictures.judged).probabilities(styles, wanted)
        said = [j for j, target in enumerate(wanted) if target.category != "gender"]  # told from the face
        work = [k for k in range(len(samples)) if not (probability[k, said] >= SURE).all()]
        preset = preset_of(request)
        budget = preset.steps if request.steps is None else request.steps
        if not work or not budget:
            return out
        start = torch.cat([samples[k].w_plus for k in work])
        moved = [style[work] for style in styles]
        offset = [a - b for a, b in zip(moved, pack.generator.styles(start), strict=True)]
        place = subject.index, None
        latent, taken = _optimize(run, pictures, place, work, start, wanted, preset, budget, offset)
        ended = [a + b for a, b in zip(pack.generator.styles(latent), offset, strict=True)]
        last = OptimizedEdit(tuple(target.name for target in wanted), taken)
        for row, k in enumerate(work):
            own = [style[row : row + 1] for style in ended]
            out[k] = replace(out[k], styles=own, edits=(*out[k].edits, last))
    return out


Editor = Callable[[Run, Pictures, Request, Subject, list[Sample]], list[Sample]]
EDITORS: dict[str, Editor] = {  # kind in the recipe -> what fits it
    "coordinates": _coordinates,
    "directions": _directions,
    "optimize": _optimization,
    "recolour": _recolouring,
    "transplants": _transplants,
    "hair_transplants": partial(_transplants, worn=False),
    "local_directions": partial(_local_directions, in_w=False),
    "w_directions": _local_directions,
}


def edit_variants(
    run: Run, pictures: Pictures, request: Request, subject: Subject, k: int, sample: Sample
) -> list[Sample]:
    """The original's scheme: the whole description at once, then a chain of single features in random order.

    Each link of the chain starts where the one before it ended, and is a portrait of its own.
    """
    pack, preset, found = pictures.pack, preset_of(request), []
    features = [target for target in subject.wanted if target.category != "gender"]
    random = torch.Generator().manual_seed(sample.seed)
    order = [features[j] for j in torch.randperm(len(features), generator=random).tolist()]
    goals = [("combined", subject.wanted, preset.combined(), False)]
    goals += [
        ("chain: " + " + ".join(target.name for target in order[: j + 1]), [order[j]], preset, j > 0)
        for j in range(len(order))
    ]
    for name, goal, preset, goes_on in goals:
        if not goes_on:
            latent = sample.w_plus
            edits: tuple[Edit, ...] = ()
        steps = preset.steps if request.steps is None else request.steps
        with run.stage("optimize", subject.index, k):
            if steps and goal:
                place = subject.index, k
                latent, taken = _optimize(run, pictures, place, [k], latent, goal, preset, steps, None)
                edits = (*edits, OptimizedEdit(tuple(target.name for target in goal), taken))
            found.append(replace(sample, styles=pack.generator.styles(latent), edits=edits, variant=name))
    return found


def _optimize(
    run: Run,
    pictures: Pictures,
    place: tuple[int, int | None],  # of the person, and of the portrait if it is one
    rows: list[int],  # the portrait that each row of `start` is of
    start: Tensor,
    goal: Sequence[Target],
    preset: Preset,
    steps: int,
    offset: list[Tensor] | None,
) -> tuple[Tensor, int]:
    def on_step(step: int, total: int, losses: Tensor, images: Tensor) -> None:
        run.tell("optimize", *place, step=step, steps=total)
        if run.heard and step % 5 == 0:
            for row, image in zip(rows, images, strict=True):
                run.tell("optimize", place[0], row, step=step, steps=total, preview=to_pixels(image))

    loss = score_loss(
        pictures.pack,
        [target.text for target in goal if not target.negated],
        [target.text for target in goal if target.negated],
    )
    found = optimize(
        pictures.pack,
        start,
        loss,
        steps=steps,
        learning_rate=preset.learning_rate,
        l2=preset.l2,
        resolution=pictures.judged,
        tolerance=preset.tolerance,
        raw=preset.raw,
        offset=offset,
        on_step=on_step,
    )
    return found.latent, found.steps


def strengthened(pictures: Pictures, request: Request, subject: Subject, sample: Sample) -> Sample:
    """The sample with the strengths that were asked for. Before, what is described has 1, the rest has 0.

    A strength that its direction does not reach stays at the direction's end: `Sample.strengths` has it.
    """
    own = subject.own
    now = {t.name: sample.strengths.get(t.name, float(t.name in own)) for t, _ in subject.strengths}
    changes = [(target, value - now[target.name]) for target, value in subject.strengths]
    gender, psi = subject.character.gender, preset_of(request).truncation_psi
    moved, made = slide(pictures.pack, sample, changes, gender, psi)
    if any(target.category == "pose" and change for target, change in changes):
        moved = _fitted(pictures.pack, subject, moved)
    named = {}
    for target, value in subject.strengths:
        reached = round(now[target.name] + made.get(target.name, 0.0), 2)
        named[target.name] = value if abs(reached - value) < 0.01 else reached
    return replace(moved, strengths=sample.strengths | named)


def _fitted(pack: Pack, subject: Subject, sample: Sample) -> Sample:
    """With other donors where the head was turned: those of before fitted its old position."""
    edits, own = list(sample.edits), {target.name: target for target in subject.wanted}
    for i, edit in enumerate(edits):
        if isinstance(edit, TransplantEdit) and edit.strength and (target := own.get(edit.text)):
            gender = subject.character.gender
            index = best_donor(pack, sample.styles, parts_of(edits), target, edit.region, gender=gender)
            if index is not None:
                edits[i] = replace(edit, donor=index)
    return replace(sample, edits=tuple(edits))


def alter(
    run: Run, pictures: Pictures, request: Request, subject: Subject, sample: Sample
) -> tuple[Subject, Sample]:
    """An existing person, changed: by edits for a text, and by strengths.

    What a strength brings that was not described is a target from then on, and so is scored.
    """
    subject = replace(subject, first=sample)
    if request.text.strip():
        (edited,) = edit(run, pictures, request, as_asked(subject), [sample])
        sample = same_person(run, pictures, subject, sample, edited)
        stay = {name: value for name, value in sample.strengths.items() if name in subject.told}
        sample = replace(sample, strengths=stay)
    if subject.strengths:
        sample = strengthened(pictures, request, subject, sample)
    known = {*subject.own, *NAMED}  # the encoder has no eye for how a head is turned
    new = [t for t, value in subject.strengths if value > 0 and t.name not in known]
    return replace(subject, wanted=[*subject.wanted, *new]), sample
