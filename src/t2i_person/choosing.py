"""Somebody to begin with: from a search for the person who fits, or from a portrait that is there already."""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from . import png
from .edit.coordinates import others
from .edit.search import begin, search
from .edit.wishes import Wish, unasked
from .errors import T2IError
from .job import Job
from .packs import Pack, to_pixels
from .people import single
from .text import Character

ATTEMPTS = 4  # to find a person of the right gender with one face
SEEN = 256  # pixels at which their faces are looked for first
GENERATIONS = 16  # of the search for the person that fits


@dataclass(frozen=True)
class Candidate:
    """One person before the edits."""

    seed: int
    w_plus: Tensor  # [1, num_ws, w_dim]
    styles: list[Tensor]  # [1, c] a layer: of w_plus, or for somebody known with the edits made before
    z: Tensor | None = None  # [1, z_dim] on the CPU, what w_plus is of, or near; None: not known


def choose(
    job: Job, i: int, character: Character, wanted: list[Wish], need: int, candidates: int
) -> tuple[list[Candidate], str]:
    """For each portrait the person that fits best, of the right gender and with exactly one face."""
    pack, chosen, psi = job.pack, [], job.preset.truncation_psi
    goal = [*wanted, *unasked(pack, character)] if wanted else []
    for k in range(need):
        seen = 0
        for attempt in range(ATTEMPTS):
            seed = seed_of(job.seed, i, k, attempt)
            random = torch.Generator().manual_seed(seed)

            def on_round(done: int, best: Tensor, k: int = k) -> None:
                job.tell("candidates", i, k, step=done, steps=GENERATIONS)
                if job.on_event is not None:
                    w_plus = pack.generator.w_plus(best[None].to(pack.device), psi)
                    job.show("candidates", i, k, pack.generator.styles(w_plus))

            with job.stage("candidates", i, k):
                z = begin(pack, candidates, goal, random)
                z = search(pack, z, goal, psi, job.judged, random, GENERATIONS, on_round)
                z = torch.cat([others(pack, z[:1], goal, psi, job.judged, random), z])
                seen += len(z)
            with job.stage("people", i, k):
                found = _first_fit(job, i, k, z, character.gender)
            if found is not None:
                chosen.append(Candidate(seed, *found))
                job.show("people", i, k, chosen[-1].styles)
                break
    if len(chosen) == need:
        return chosen, ""
    who = {"male": "a man's", "female": "a woman's"}.get(character.gender, "anybody's")
    return chosen, (
        f"{character.head}: {len(chosen)} of {need} portraits. For the rest none of {seen} "
        f"candidates had exactly one face, {who}. Try another seed, or a truncation_psi nearer to 1."
    )


def _first_fit(
    job: Job, i: int, k: int, z: Tensor, gender: str
) -> tuple[Tensor, list[Tensor], Tensor] | None:
    """W+ [1, num_ws, w_dim], StyleSpace and z of the first of z [n, z_dim] with one face of that gender."""
    for row in z.split(1):
        job.tell("people", i, k)
        w_plus = job.pack.generator.w_plus(row.to(job.pack.device), job.preset.truncation_psi).contiguous()
        styles = job.pack.generator.styles(w_plus)
        for side in (job.pack.side(SEEN), None):  # small is quick, but the whole may be read otherwise
            if single(to_pixels(job.pack.render(styles, side)[0]), gender) is None:
                break
        else:
            return w_plus, styles, row
    return None


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
    z = record.z
    if z is not None and z.shape != (pack.generator.config.z_dim,):
        raise T2IError("The record inside this PNG is damaged: draw the portrait again.")
    return Candidate(
        seed,
        torch.tensor(w_plus).to(pack.device)[None],
        unjoined(pack, latent),
        None if z is None else torch.tensor(z)[None],
    )


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


def seed_of(seed: int, *place: int) -> int:
    """A seed of its own for each place in a request: 32 bits, so that it is short in file names."""
    name = "/".join(map(str, (seed, *place))).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big")
