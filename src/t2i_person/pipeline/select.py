"""Select the sample to start from: found by the pack's sampler, with one face of the right gender."""

import hashlib

import torch
from torch import Tensor

from ..latent.sample import Sample
from ..latent.search import sampler
from ..latent.targets import implied, sought
from ..packs import to_pixels
from ..picture.faces import only, single
from ..request import Request
from .edit import preset_of
from .pictures import Pictures
from .run import Run
from .subject import Subject

ATTEMPTS = 4  # to find a person of the right gender with one face


def choose(
    run: Run, pictures: Pictures, request: Request, subject: Subject, need: int
) -> tuple[list[Sample], str]:
    """For each of `need` portraits, the best sample with exactly one face of the right gender; and a note if
    there are fewer.
    """
    pack, psi = pictures.pack, preset_of(request).truncation_psi
    i, character, wanted = subject.index, subject.character, subject.wanted
    chosen: list[Sample] = []
    goal = [*sought(pack, wanted), *implied(pack, character)] if wanted else []
    finder = sampler(pack, psi, pictures.judged, request.candidates)
    for k in range(need):
        tried = 0
        for attempt in range(ATTEMPTS):
            seed = seed_of(request.seed, i, k, attempt)
            random = torch.Generator().manual_seed(seed)

            def on_round(done: int, rounds: int, best: Tensor, k: int = k) -> None:
                if done:
                    run.tell("candidates", i, k, step=done, steps=rounds)
                if run.heard:
                    w_plus = pack.generator.w_plus(best[None].to(pack.device), psi)
                    pictures.show(run, "candidates", i, k, pack.generator.styles(w_plus))

            with run.stage("candidates", i, k):
                taken = [sample.z for sample in chosen if sample.z is not None]
                z = finder.find(goal, random, taken, on_round)
                tried += len(z)
            with run.stage("people", i, k):
                found = _first_fit(run, pictures, subject, k, z, psi, seed)
            if found is not None:
                chosen.append(found)
                pictures.show(run, "people", i, k, found.styles)
                break
    if len(chosen) == need:
        return chosen, ""
    who = {"male": "a man's", "female": "a woman's"}.get(character.gender, "anybody's")
    return chosen, (
        f"{character.head}: {len(chosen)} of {need} portraits. For the rest none of {tried} "
        f"candidates had exactly one face, {who}. Try another seed, or a truncation_psi nearer to 1."
    )


def _first_fit(
    run: Run, pictures: Pictures, subject: Subject, k: int, z: Tensor, psi: float, seed: int
) -> Sample | None:
    """The first of z [n, z_dim] with one face of the right gender, and not too young."""
    pack, gender = pictures.pack, subject.character.gender
    generator, detect = pack.generator, pack.recipe.detect_resolution
    small = pack.side(detect) if detect else None
    aged = any(target.category == "age" for target in subject.wanted)
    youngest = 0 if aged else pack.recipe.youngest
    for row in z.split(1):
        run.tell("people", subject.index, k)
        w_plus = generator.w_plus(row.to(pack.device), psi).contiguous()
        styles = generator.styles(w_plus)
        # quick on a small image, but the whole image may be read differently
        if small and single(to_pixels(pack.render(styles, small)[0]), gender, pictures.detect) is None:
            continue
        if (face := pictures.whole(styles).face) and only([face], gender) and face.age >= youngest:
            return Sample(seed, w_plus, styles, styles, row)
    return None


def seed_of(seed: int, *place: int) -> int:
    """A seed of its own for each place in a request: 32 bits, so that it is short in file names."""
    name = "/".join(map(str, (seed, *place))).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big")
