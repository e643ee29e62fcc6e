"""Somebody to begin with: the person that the pack's sampler finds, with one face of the right gender."""

import hashlib

import torch
from torch import Tensor

from ..latent.sample import Sample
from ..latent.search import sampler
from ..latent.targets import Target, implied
from ..packs import to_pixels
from ..picture.faces import only, single
from ..text import Character
from .run import Job

ATTEMPTS = 4  # to find a person of the right gender with one face


def choose(
    job: Job, i: int, character: Character, wanted: list[Target], need: int, candidates: int
) -> tuple[list[Sample], str]:
    """For each portrait the person that fits best, of the right gender and with exactly one face."""
    pack, psi = job.pack, job.preset.truncation_psi
    chosen: list[Sample] = []
    goal = [*wanted, *implied(pack, character)] if wanted else []
    aged = any(target.category == "age" for target in wanted)
    youngest = 0 if aged else pack.recipe.youngest
    finder = sampler(pack, psi, job.judged, candidates)
    for k in range(need):
        seen = 0
        for attempt in range(ATTEMPTS):
            seed = seed_of(job.seed, i, k, attempt)
            random = torch.Generator().manual_seed(seed)

            def on_round(done: int, rounds: int, best: Tensor, k: int = k) -> None:
                job.tell("candidates", i, k, step=done, steps=rounds)
                if job.on_event is not None:
                    w_plus = pack.generator.w_plus(best[None].to(pack.device), psi)
                    job.show("candidates", i, k, pack.generator.styles(w_plus))

            with job.stage("candidates", i, k):
                taken = [sample.z for sample in chosen if sample.z is not None]
                z = finder.find(goal, random, taken, on_round)
                seen += len(z)
            with job.stage("people", i, k):
                found = _first_fit(job, i, k, z, character.gender, youngest, seed)
            if found is not None:
                chosen.append(found)
                job.show("people", i, k, found.styles)
                break
    if len(chosen) == need:
        return chosen, ""
    who = {"male": "a man's", "female": "a woman's"}.get(character.gender, "anybody's")
    return chosen, (
        f"{character.head}: {len(chosen)} of {need} portraits. For the rest none of {seen} "
        f"candidates had exactly one face, {who}. Try another seed, or a truncation_psi nearer to 1."
    )


def _first_fit(job: Job, i: int, k: int, z: Tensor, gender: str, youngest: int, seed: int) -> Sample | None:
    """The first of z [n, z_dim] with one face of that gender, and not younger."""
    generator, detect = job.pack.generator, job.pack.recipe.detect_resolution
    small = job.pack.side(detect) if detect else None
    for row in z.split(1):
        job.tell("people", i, k)
        w_plus = generator.w_plus(row.to(job.pack.device), job.preset.truncation_psi).contiguous()
        styles = generator.styles(w_plus)
        # small is quick, but the whole may be read otherwise
        if small and single(to_pixels(job.pack.render(styles, small)[0]), gender) is None:
            continue
        if (face := job.whole(styles).face) and only([face], gender) and face.age >= youngest:
            return Sample(seed, w_plus, styles, styles, row)
    return None


def seed_of(seed: int, *place: int) -> int:
    """A seed of its own for each place in a request: 32 bits, so that it is short in file names."""
    name = "/".join(map(str, (seed, *place))).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big")
