"""Somebody changed into who was described, by the kinds of edits that the pack's recipe names."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ..errors import PackError
from ..latent.edits import Edit, LatentDirectionEdit, OptimizedEdit, wdirections
from ..latent.edits.coordinates import edit_coordinates, style_offset
from ..latent.edits.directions import apply_directions, best_steps
from ..latent.edits.optimize import Preset, optimize, score_loss
from ..latent.edits.wdirections import w_direction
from ..latent.judge import DRAWN, SURE, embed_rendered, probabilities
from ..latent.sample import Sample
from ..latent.sliders import chosen, slide
from ..latent.targets import Target, gender_text, implied
from ..packs import to_pixels
from ..picture.colours import grown, said_colour
from ..text import Character
from .colouring import colour_edits
from .finish import mixed
from .run import Job


def edit(
    job: Job,
    i: int,
    samples: list[Sample],
    character: Character,
    wanted: list[Target],
) -> list[Sample]:
    """Each kind of edit in turn, for what is still missing.

    Raises
    ------
    PackError : the recipe names a kind that is unknown here.
    """
    if unknown := set(job.pack.recipe.edits) - set(EDITORS):
        raise PackError(
            f"The pack {job.pack.name} asks for the edits {', '.join(sorted(unknown))}: "
            f"there are {', '.join(EDITORS)}. Update t2i-person."
        )
    samples = [replace(sample, start=sample.styles) for sample in samples]
    for kind in job.pack.recipe.edits:
        samples = EDITORS[kind](job, i, samples, character, wanted)
    return samples


def _coordinates(
    job: Job, i: int, samples: list[Sample], character: Character, wanted: list[Target]
) -> list[Sample]:
    """Coordinates of Z set anew: still an ordinary sample of the generator."""
    psi, avoided = job.preset.truncation_psi, implied(job.pack, character)
    out = []
    with job.stage("directions", i):
        for sample in samples:
            out.append(replace(sample, before=sample))
            if sample.z is None:
                continue
            z, edits = edit_coordinates(
                job.pack, sample.z, sample.styles, wanted, psi, job.judged, avoided, job.check
            )
            if not edits:
                continue
            step = style_offset(job.pack, sample.z, z, psi)
            both = torch.cat([sample.z, z]).to(job.pack.device)
            start, end = job.pack.generator.w_plus(both, psi).split(1)
            out[-1] = replace(
                out[-1],
                w_plus=sample.w_plus + (end - start),
                z=z,
                styles=[style + more for style, more in zip(sample.styles, step, strict=True)],
                edits=(*sample.edits, *edits),
            )
    return out


def _directions(
    job: Job, i: int, samples: list[Sample], character: Character, wanted: list[Target]
) -> list[Sample]:
    """StyleCLIP's global directions."""
    neutral = gender_text(job.pack, character.gender) or job.pack.neutral
    out = []
    with job.stage("directions", i):
        for k, sample in enumerate(samples):
            job.tell("directions", i, k, step=k + 1, steps=len(samples))
            styles, edits = apply_directions(job.pack, sample.styles, wanted, neutral, job.judged)
            out.append(replace(sample, styles=styles, edits=(*sample.edits, *edits)))
            if edits or sample.edits:
                job.show("directions", i, k, styles)
    return out


def _w_directions(
    job: Job, i: int, samples: list[Sample], character: Character, wanted: list[Target]
) -> list[Sample]:
    """Directions in W, for packs whose encoder reads W."""
    out = []
    if "recolour" in job.pack.recipe.edits:  # colours are put where they belong, which moves nothing else
        told = [(target, said_colour(target.text, target.category)) for target in wanted]
        wanted = [target for target, said in told if target.negated or said is None or grown(*said)]
    beside = implied(job.pack, character)
    with job.stage("directions", i):
        for k, sample in enumerate(samples):
            job.tell("directions", i, k, step=k + 1, steps=len(samples))
            # clothes have to be in the picture to be coloured; and what nobody asked for shall not come along
            seen = probabilities(job.pack, job.whole(sample.styles).seen(job.pack), beside)[0].tolist()
            kept = [t for t, p in zip(beside, seen, strict=True) if not t.negated or p >= DRAWN]
            styles, taken = best_steps(
                job.pack,
                sample.styles,
                [*wanted, *kept],
                lambda target: w_direction(job.pack, target),
                wdirections.ALPHAS,
                wdirections.PRICE,
                job.judged,
            )
            if not taken:
                out.append(sample)
                continue
            edits = [LatentDirectionEdit(target.name, alpha) for target, alpha in taken]
            out.append(replace(sample, styles=styles, edits=(*sample.edits, *edits)))
            job.show("directions", i, k, styles)
    return out


def _recolouring(
    job: Job, i: int, samples: list[Sample], character: Character, wanted: list[Target]
) -> list[Sample]:
    """Colours put where the clothes, the hair or the hat are."""
    out = []
    with job.stage("directions", i):
        for k, sample in enumerate(samples):
            job.tell("directions", i, k, step=k + 1, steps=len(samples))
            whole = job.whole(mixed(sample.start, sample.styles, job.strength))
            seen = probabilities(job.pack, whole.seen(job.pack), wanted)[0].tolist()
            edits = colour_edits(whole, wanted, seen)
            out.append(replace(sample, edits=(*sample.edits, *edits)))
    return out


def _optimization(
    job: Job, i: int, samples: list[Sample], character: Character, wanted: list[Target]
) -> list[Sample]:
    """A short latent optimization of the whole description, of all people together."""
    pack, out = job.pack, list(samples)
    with job.stage("optimize", i):
        styles = [torch.cat(layer) for layer in zip(*(sample.styles for sample in samples), strict=True)]
        probability = probabilities(pack, embed_rendered(pack, styles, job.judged), wanted)
        said = [j for j, target in enumerate(wanted) if target.category != "gender"]  # told from the face
        work = [k for k in range(len(samples)) if not (probability[k, said] >= SURE).all()]
        preset = job.preset
        budget = preset.steps if job.steps is None else job.steps
        if not work or not budget:
            return out
        start = torch.cat([samples[k].w_plus for k in work])
        moved = [style[work] for style in styles]
        offset = [a - b for a, b in zip(moved, pack.generator.styles(start), strict=True)]
        latent, taken = _optimize(job, i, None, work, start, wanted, preset, budget, offset)
        ended = [a + b for a, b in zip(pack.generator.styles(latent), offset, strict=True)]
        last = OptimizedEdit(tuple(target.name for target in wanted), taken)
        for row, k in enumerate(work):
            own = [style[row : row + 1] for style in ended]
            out[k] = replace(out[k], styles=own, edits=(*out[k].edits, last))
    return out


Editor = Callable[[Job, int, list[Sample], Character, list[Target]], list[Sample]]
EDITORS: dict[str, Editor] = {  # kind in the recipe -> what fits it
    "coordinates": _coordinates,
    "directions": _directions,
    "optimize": _optimization,
    "recolour": _recolouring,
    "w_directions": _w_directions,
}


def edit_variants(job: Job, i: int, k: int, sample: Sample, wanted: list[Target]) -> list[Sample]:
    """The original's scheme: the whole description at once, then a chain of single features in random order.

    Each link of the chain starts where the one before it ended, and is a portrait of its own.
    """
    pack, found = job.pack, []
    features = [target for target in wanted if target.category != "gender"]
    random = torch.Generator().manual_seed(sample.seed)
    order = [features[j] for j in torch.randperm(len(features), generator=random).tolist()]
    jobs = [("combined", wanted, job.preset.combined(), False)]
    jobs += [
        ("chain: " + " + ".join(target.name for target in order[: j + 1]), [order[j]], job.preset, j > 0)
        for j in range(len(order))
    ]
    for name, goal, preset, goes_on in jobs:
        if not goes_on:
            latent = sample.w_plus
            edits: tuple[Edit, ...] = ()
        steps = job.steps if job.steps is not None else preset.steps
        with job.stage("optimize", i, k):
            if steps and goal:
                latent, taken = _optimize(job, i, k, [k], latent, goal, preset, steps, None)
                edits = (*edits, OptimizedEdit(tuple(target.name for target in goal), taken))
            found.append(replace(sample, styles=pack.generator.styles(latent), edits=edits, variant=name))
    return found


def _optimize(
    job: Job,
    i: int,
    k: int | None,
    rows: list[int],  # the portrait that each row of `start` is of
    start: Tensor,
    goal: list[Target],
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
        [target.text for target in goal if not target.negated],
        [target.text for target in goal if target.negated],
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


def slid(job: Job, sample: Sample, character: Character, wanted: list[Target]) -> Sample:
    """With the strengths that were asked for; those of what only somebody else has are theirs."""
    own = {target.name for target in wanted}
    theirs = job.features - own
    asked = {name: value for name, value in job.settings["strengths"].items() if name not in theirs}
    pairs = chosen(job.pack, wanted, asked, character.gender)
    changes = [(target, value - (target.name in own)) for target, value in pairs]
    moved = slide(job.pack, sample, changes, character.gender, job.preset.truncation_psi)
    return replace(moved, strengths={target.name: value for target, value in pairs})
