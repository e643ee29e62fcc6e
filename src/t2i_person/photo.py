"""The user's own photo: the same person as the pack draws them, changed like any drawn one."""

import math
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn.functional import interpolate

from . import png
from .cutout import cut_out, matte
from .edit.invert import align, invert
from .edit.optimize import PRESETS, optimize, score_loss
from .edit.wishes import DRAWN, Wish, chances, embed, gender_text, grant, wishes
from .errors import T2IError
from .packs import Pack, load_pack
from .people import faces, only
from .portrait import Event, Portrait
from .text import Character, Feature, describe

LARGEST = 40_000_000  # pixels of a photo
WORKED = 1600  # longer side that a larger photo is reduced to
BACKGROUND = 0.1  # how much a pixel without the person counts in the likeness
JUDGED = 128  # pixels at which the encoder judges edits, for an encoder that sees no more
HEADS = {"male": "Мужчина", "female": "Женщина"}


@torch.no_grad()
def edit_photo(
    photo: bytes | str | Path | np.ndarray,  # a picture file, its bytes, or HWC uint8 RGB
    text: str = "",  # what to change, «в очках, с рыжими волосами»; empty: nothing
    *,
    pack: str | Pack = "embedded",
    likeness_steps: int = 120,  # of the inversion
    steps: int | None = None,  # of optimization for the text; 0 for none, by default the preset's
    strength: float = 1.0,  # of the change, 0 to 2
    keep_background: bool = False,
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Portrait:
    """Find the photo's person in the pack's latent space, then change what the text says.

    The picture shows the person as the pack can draw them: weights that know few faces give a likeness of
    hair, skin, clothes and pose rather than of the face. Nothing of the photo itself is in the result, which
    can be edited again from its PNG.

    Raises
    ------
    T2IError : no readable photo, not exactly one face, a text that names no looks, a setting out of range.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    if not isinstance(strength, (int, float)) or not 0 <= strength <= 2:
        raise T2IError(f"strength is a number from 0 to 2, not {strength!r}.")
    for name, value in {"likeness_steps": likeness_steps, "steps": 0 if steps is None else steps}.items():
        low = 1 if name == "likeness_steps" else 0
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= 1000:
            raise T2IError(f"{name} is a whole number from {low} to 1000, not {value!r}.")
    pixels = read_photo(photo)
    pack = pack if isinstance(pack, Pack) else load_pack(pack, device)
    features = _features(text, "unknown") if text.strip() else ()  # what is wrong with it is said at once

    def tell(stage: str, step: int, total: int) -> None:
        if on_event is not None:
            on_event(Event(stage, 0, 0, step=step, steps=total))

    image, inside, face = align(pack, pixels)
    inverted = invert(
        pack,
        torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1,
        _weight(pack, image, inside),
        steps=likeness_steps,
        on_step=lambda step, total, drawn: tell("likeness", step, total),
        cancelled=cancelled,
    )
    start = pack.generator.styles(inverted.w_plus)
    if text.strip():
        features = _features(text, face.gender)
    head = HEADS[face.gender]
    person = Character(head, head.lower(), face.gender, 1, 0, len(head), features)
    wanted, unable = wishes(pack, person)
    asked = [wish for wish in wanted if wish.category != "gender"]
    styles, edits = start, [{"kind": "photo", "loss": round(float(inverted.losses[0]), 4)}]
    if asked:
        styles, made = _changed(pack, start, inverted.w_plus, wanted, person, steps, tell, cancelled)
        edits += made
    styles = [a + strength * (b - a) for a, b in zip(start, styles, strict=True)]
    drawn = pack.render(styles).clamp(-1, 1)
    canvas = ((drawn[0] + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    if keep_background:
        rgba = np.dstack([canvas, np.full(canvas.shape[:2], 255, np.uint8)])
    else:
        with pack.autocast():
            rgba = cut_out(canvas, pack.matting, pack.device)
    chance = chances(pack, embed(pack, drawn), asked)[0].tolist()
    scores = {wish.name: round(p, 4) for wish, p in zip(asked, chance, strict=True)}
    not_drawn = {wish.name: wish.obstacle for wish in unable}
    not_drawn |= {name: f"the edits reached {p:.2f}" for name, p in scores.items() if p < DRAWN}
    not_drawn |= {wish.name: wish.obstacle for wish in wanted if wish.obstacle}
    now = only(faces(canvas))
    about: dict[str, Any] = {"index": 0, "portrait": 0, "person": 0, "count": 1}
    about |= {"head": head, "lemma": head.lower(), "gender": face.gender, "start": 0, "end": len(head)}
    about["features"] = [asdict(feature) for feature in features]
    settings = {
        "request_seed": 0,
        "truncation_psi": 1.0,
        "steps": steps,
        "strength": strength,
        "photo": True,
        "likeness_steps": likeness_steps,
        "background": "kept" if keep_background else "transparent",
        "again": True,  # the text and the seed alone do not lead here
        "sliders": dict.fromkeys(scores, strength),
        "device": pack.device.type,
        "dtype": str(pack.dtype).removeprefix("torch."),
        "scores": scores,
    }
    joined = torch.cat(styles, 1)[0].float().cpu().numpy()
    record = png.Record(
        text=f"{head}, {text.strip()}" if text.strip() else head,
        seed=0,
        pack=pack.name,
        digest=pack.digest,
        character=about,
        edits=tuple(edits),
        settings=settings,
        latent=joined,
        w_plus=inverted.w_plus[0].float().cpu().numpy(),
    )
    return Portrait(
        rgba=rgba,
        seed=0,
        person=0,
        variant="",
        styles=joined,
        start=torch.cat(start, 1)[0].float().cpu().numpy(),
        edits=tuple(edits),
        scores=scores,
        strengths=dict.fromkeys(scores, strength),
        drawn=tuple(name for name in scores if name not in not_drawn),
        not_drawn=not_drawn,
        gender_found=now.gender if now else "unknown",
        age_found=now.age if now else None,
        record=record,
    )


def read_photo(photo: bytes | str | Path | np.ndarray) -> np.ndarray:
    """HWC uint8 RGB, turned as the camera was held, at most 1600 pixels long.

    Raises
    ------
    T2IError : the file cannot be read, is no picture, or is too large.
    """
    if isinstance(photo, np.ndarray):
        if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
            raise T2IError(f"A photo is HWC uint8 RGB, not {photo.dtype} {photo.shape}.")
        image = Image.fromarray(photo)
    else:
        try:
            source = BytesIO(photo) if isinstance(photo, bytes) else Path(photo)
            opened = Image.open(source, formats=["JPEG", "PNG", "WEBP"])
            if opened.width * opened.height > LARGEST:
                raise T2IError(f"The photo is {opened.width}x{opened.height}: reduce it to 40 megapixels.")
            image = ImageOps.exif_transpose(opened).convert("RGB")
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise T2IError(f"{photo!s} cannot be read: {error.strerror}.") from error
        except T2IError:
            raise
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise T2IError("This is not a readable photo: give a JPEG, PNG or WebP file.") from error
    image.thumbnail((WORKED, WORKED), Image.Resampling.LANCZOS)
    return np.array(image)


def _weight(pack: Pack, image: np.ndarray, inside: np.ndarray) -> Tensor:
    """How much each pixel counts, [1, 1, h, w]: the person, hardly the background, not what was repeated."""
    with pack.autocast():
        alpha = matte(image, pack.matting, pack.device)
    if alpha.shape != inside.shape:
        alpha = interpolate(torch.from_numpy(alpha)[None, None], size=inside.shape)[0, 0].numpy()
    counts = np.maximum(alpha, BACKGROUND) * inside
    return torch.from_numpy(counts.astype(np.float32))[None, None]


def _features(text: str, gender: str) -> tuple[Feature, ...]:
    """What «в очках, с рыжими волосами» asks of one person."""
    try:
        people = describe(text)
        if not any(person.described for person in people):
            people = describe(f"{HEADS.get(gender, 'Человек')}, {text}")
    except ValueError as error:
        raise T2IError(str(error)) from error
    if len(people) != 1 or not people[0].described:
        raise T2IError(f"«{text}» names no looks of one person: say «рыжие волосы» or «в синей шляпе».")
    return tuple(people[0].described)


def _changed(
    pack: Pack,
    start: list[Tensor],
    w_plus: Tensor,
    wanted: list[Wish],
    person: Character,
    steps: int | None,
    tell: Callable[[str, int, int], None],
    cancelled: Callable[[], bool] | None,
) -> tuple[list[Tensor], list[dict[str, Any]]]:
    """Global directions for what is missing, then a short optimization, as for drawn people."""
    preset = PRESETS["default"]
    sides = [max(size) for size in pack.generator.resolutions]
    wide = max(JUDGED, getattr(pack.encoder, "side", 0))
    judged = min([side for side in sides if side >= wide], default=sides[-1])
    neutral = gender_text(pack, person.gender) or pack.neutral
    styles, taken = grant(pack, start, wanted, neutral, judged)
    made: list[dict[str, Any]] = [
        {"kind": "direction", "text": t.wish.name, "neutral": t.neutral, "alpha": t.alpha} for t in taken
    ]
    budget = preset.steps if steps is None else steps
    if budget:
        offset = [a - b for a, b in zip(styles, start, strict=True)]
        found = optimize(
            pack,
            w_plus,
            score_loss(
                pack,
                [wish.text for wish in wanted if not wish.negated],
                [wish.text for wish in wanted if wish.negated],
            ),
            steps=budget,
            learning_rate=preset.learning_rate,
            l2=preset.l2,
            stop_at=judged,
            settle=preset.settle,
            offset=offset,
            on_step=lambda step, total, *_: tell("optimize", step, total),
            cancelled=cancelled,
        )
        if math.isfinite(float(found.losses[0])):
            styles = [a + b for a, b in zip(pack.generator.styles(found.latent), offset, strict=True)]
            made.append({"kind": "optimize", "texts": [wish.name for wish in wanted], "steps": found.steps})
    return styles, made
