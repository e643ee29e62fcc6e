"""Somebody changed into who was described: coordinates of Z, global directions, a latent optimization."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from .choosing import Candidate
from .edit.coordinates import Turn, delta, turn
from .edit.optimize import Preset, optimize, score_loss
from .edit.sliders import chosen, slide
from .edit.wishes import SURE, Step, Wish, chances, gender_text, grant, look, unasked
from .job import Job
from .packs import to_pixels
from .text import Character


@dataclass(frozen=True)
class Edited:
    """One person after them."""

    candidate: Candidate
    styles: list[Tensor]  # [1, c] a layer
    edits: tuple[dict[str, Any], ...]
    variant: str = ""
    strengths: dict[str, float] = field(default_factory=dict)  # other than 1
    begun: Candidate | None = None  # before these edits, when coordinates of Z are among them


def edit(
    job: Job,
    i: int,
    chosen: list[Candidate],
    character: Character,
    wanted: list[Wish],
    before: Iterable[Mapping[str, Any]] = (),  # edits that the candidates' styles have already
) -> list[Edited]:
    """For what is missing coordinates of Z, then global directions; at last a short optimization of the whole
    description.
    """
    pack = job.pack
    neutral = gender_text(pack, character.gender) or pack.neutral
    begun = []
    with job.stage("directions", i):
        for k, candidate in enumerate(chosen):
            job.tell("directions", i, k, step=k + 1, steps=len(chosen))
            now, styles, turns = _turned(job, candidate, wanted, unasked(pack, character))
            styles, steps = grant(pack, styles, wanted, neutral, job.judged)
            made = (*map(_coordinates, turns), *map(_direction, steps))
            begun.append(Edited(now, styles, (*map(dict, before), *made), begun=candidate))
            if made:
                job.show("directions", i, k, styles)
    with job.stage("optimize", i):
        styles = [torch.cat(layer) for layer in zip(*(item.styles for item in begun), strict=True)]
        chance = chances(pack, look(pack, styles, job.judged), wanted)
        said = [j for j, wish in enumerate(wanted) if wish.category != "gender"]  # told from the face
        work = [k for k in range(len(begun)) if not (chance[k, said] >= SURE).all()]
        preset = job.preset
        budget = preset.steps if job.steps is None else job.steps
        if not work or not budget:
            return begun
        start = torch.cat([begun[k].candidate.w_plus for k in work])
        moved = [style[work] for style in styles]
        offset = [a - b for a, b in zip(moved, pack.generator.styles(start), strict=True)]
        latent, taken = _optimize(job, i, None, work, start, wanted, preset, budget, offset)
        ended = [a + b for a, b in zip(pack.generator.styles(latent), offset, strict=True)]
        last = _optimized(wanted, taken)
        for row, k in enumerate(work):
            styles_k = [style[row : row + 1] for style in ended]
            begun[k] = replace(begun[k], styles=styles_k, edits=(*begun[k].edits, last))
    return begun


def _turned(
    job: Job, candidate: Candidate, wanted: list[Wish], avoided: list[Wish]
) -> tuple[Candidate, list[Tensor], list[Turn]]:
    """The candidate with its new z, who looks as before, and StyleSpace of how it is to look."""
    if candidate.z is None:
        return candidate, candidate.styles, []
    psi = job.preset.truncation_psi
    z, turns = turn(job.pack, candidate.z, candidate.styles, wanted, psi, job.judged, avoided, job.check)
    if not turns:
        return candidate, candidate.styles, []
    step = delta(job.pack, candidate.z, z, psi)
    styles = [style + more for style, more in zip(candidate.styles, step, strict=True)]
    start, end = job.pack.generator.w_plus(torch.cat([candidate.z, z]).to(job.pack.device), psi).split(1)
    return replace(candidate, w_plus=candidate.w_plus + (end - start), z=z), styles, turns


def edit_variants(job: Job, i: int, k: int, candidate: Candidate, wanted: list[Wish]) -> list[Edited]:
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


def slid(job: Job, item: Edited, character: Character, wanted: list[Wish]) -> Edited:
    """With the strengths that were asked for; those of what only somebody else has are theirs."""
    own = {wish.name for wish in wanted}
    theirs = job.features - own
    asked = {name: value for name, value in job.settings["strengths"].items() if name not in theirs}
    pairs = chosen(job.pack, wanted, asked, character.gender)
    changes = [(wish, value - (wish.name in own)) for wish, value in pairs]
    z, psi = item.candidate.z, job.preset.truncation_psi
    styles, edits = slide(job.pack, item.styles, changes, item.edits, character.gender, z, psi)
    strengths = {wish.name: value for wish, value in pairs}
    return replace(item, styles=styles, edits=(*item.edits, *edits), strengths=strengths)


def _coordinates(turn: Turn) -> dict[str, Any]:
    changed = [[j, round(before, 6), round(after, 6)] for j, (before, after) in turn.changed.items()]
    return {"kind": "coordinates", "text": turn.wish.name, "changed": changed}


def _direction(step: Step) -> dict[str, Any]:
    return {"kind": "direction", "text": step.wish.name, "neutral": step.neutral, "alpha": step.alpha}


def _optimized(goal: list[Wish], steps: int) -> dict[str, Any]:
    return {"kind": "optimize", "texts": [wish.name for wish in goal], "steps": steps}
