"""Inversion: the W+ of a picture, so that a person who was not drawn here can be edited like one who was.

Source: projection by Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix
D (start from W, ramped learning rate); W+ by Abdal et al., "Image2StyleGAN" (2019). In place of LPIPS, whose
weights no pack has, stand an image pyramid and the pack's own encoder.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from ..errors import Cancelled, T2IError
from ..packs import Pack, to_pixels
from ..picture.faces import Face, faces, landmarks, only, outstanding
from .edits.optimize import ramp

TRIED = 192  # people the start is chosen from
SIDE = 256  # pixels of the pictures that are compared, at most
SMALL = 64  # the same, for the choice of the start
LIKENESS = 0.5  # weight of the encoder's distance against the pixels'
PLACES = 3.0  # the same of its map's, where it has one
NEAR, FAR = 0.03, 0.05  # learning rates from the inversion network's guess, and from the likest of many
TURNS = 0, 30, -30, 60, -60, 90, -90, 180  # degrees: ways to hold a photo until a face is seen
# landmarks of an FFHQ picture, roughly, as shares of its side: for packs that draw no face the detector sees
FFHQ = np.array([0.68 + 0.47j, 0.57 + 0.47j, 0.32 + 0.47j, 0.43 + 0.47j, 0.5 + 0.64j])
HOLD = 1e-2  # pull of the rows of W+ to their mean: a W+ that is nearly a W edits best (Tov et al. 2021, e4e)

OnStep = Callable[[int, int, Tensor], None]  # step from 1, steps, images [n, 3, h, w]


@dataclass(frozen=True)
class Inverted:
    """Where an inversion ended."""

    w_plus: Tensor  # [n, num_ws, w_dim]
    losses: Tensor  # [n]: mean absolute difference of the pyramid, 0 to 2, plus the encoder's distance
    begun: Tensor  # [n]: the same for the start


def face_place(pack: Pack) -> np.ndarray:
    """Where the pack draws faces: their landmarks, complex [5], ``x + iy`` as shares of the longer side.

    The mean over a few people near the average one; where none has a face, FFHQ's usual place.
    """
    random = torch.Generator().manual_seed(0)
    z = torch.randn(8, pack.generator.z_dim, generator=random).to(pack.device)
    styles = pack.generator.styles(pack.generator.w_plus(z, 0.5))
    images = [to_pixels(image) for image in pack.render(styles, pack.side(2 * SIDE))]
    found = [_complex(landmarks(image, face)) for image in images if (face := only(faces(image)))]
    return np.mean(found, 0) / max(images[0].shape) if found else FFHQ


def align(pack: Pack, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray, Face]:
    """Turn, scale and move a photo so that its face is where the pack draws faces.

    The similarity transform that fits five landmarks best (Umeyama 1991): the detector's boxes come in steps
    of 20 % and say nothing of a head that leans.

    Parameters
    ----------
    photo : HWC uint8 RGB with exactly one face.

    Returns
    -------
    image : HWC uint8 RGB, as large as the pack's pictures (at most 512 pixels).
    inside : HW bool, False where the photo had ended and its edge was repeated.
    face : of the photo; its box is in the photo as the face was seen, maybe turned.

    Raises
    ------
    T2IError : no face, or several.
    """
    face, points = _seen(photo)
    height, width = pack.generator.resolution
    shrink = max(1, max(height, width) // 512)
    height, width = height // shrink, width // shrink
    wanted = face_place(pack) * max(height, width)
    centre, middle = wanted.mean(), points.mean()
    turn = np.vdot(wanted - centre, points - middle) / np.vdot(wanted - centre, wanted - centre).real
    y, x = np.mgrid[:height, :width] + 0.5
    source = middle + turn * (x + 1j * y - centre)  # of each pixel, in the photo
    h, w = photo.shape[:2]
    less = max(1.0, abs(turn))  # photo pixels a picture pixel: smaller first, so that none is skipped
    size = max(1, round(w / less)), max(1, round(h / less))
    small = torch.tensor(np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS)))
    grid = torch.tensor(np.stack([source.real / w, source.imag / h], 2) * 2 - 1).float()
    image = functional.grid_sample(
        small.permute(2, 0, 1)[None].float(), grid[None], "bicubic", "border", align_corners=False
    )
    inside = (source.real >= 0) & (source.real < w) & (source.imag >= 0) & (source.imag < h)
    return image[0].round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy(), inside, face


def _seen(photo: np.ndarray) -> tuple[Face, np.ndarray]:
    """The one face of a photo, however it is held, and its landmarks in the photo, complex [5].

    Raises
    ------
    T2IError : no face, or several.
    """
    for degrees in TURNS:
        turned = np.asarray(Image.fromarray(photo).rotate(degrees, Image.Resampling.BILINEAR, expand=True))
        found = faces(turned)
        if (face := outstanding(found)) is not None:
            middle, before = (complex(w, h) / 2 for h, w in (turned.shape[:2], photo.shape[:2]))
            back = np.exp(1j * np.radians(degrees))  # counterclockwise as seen, and y points down
            return face, before + (_complex(landmarks(turned, face)) - middle) * back
        if found:
            break
    many = f"{len(found)} faces" if found else "no face"
    raise T2IError(f"The photo shows {many}: give a photo of one person, seen from the front.")


def _complex(points: np.ndarray) -> np.ndarray:
    """[n, 2] -> [n], ``x + iy``."""
    return points[:, 0] + 1j * points[:, 1]


@torch.no_grad()
def invert(
    pack: Pack,
    images: Tensor,  # [n, 3, h, w] in [-1, 1], aligned as the pack's own
    weight: Tensor | None = None,  # [n, 1, h, w] in [0, 1]: how much each pixel counts; None: all
    *,
    steps: int = 80,  # a third of them in W, the rest in W+
    learning_rate: float | None = None,  # by default `NEAR` or `FAR`, as the start is
    seed: int = 0,
    on_step: OnStep | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Inverted:
    """Minimise the distance of pyramids, embeddings and maps.

    It begins at the guess of the pack's network, or else at the likest of many people.

    Raises
    ------
    Cancelled : `cancelled` said yes.
    T2IError : steps or learning rate out of range.
    """
    if learning_rate is None:
        learning_rate = FAR if pack.inversion is None else NEAR
    if steps < 1 or learning_rate <= 0:
        raise T2IError("Inversion needs steps of at least 1 and a learning rate above 0.")
    images = images.to(pack.device)
    weight = torch.ones_like(images[:, :1]) if weight is None else weight.to(pack.device)
    with pack.autocast():
        seen, wanted_map = pack.encoder.encode_with_map(images)
    seen = functional.normalize(seen.float(), dim=1)

    def distance(drawn: Tensor, part: slice) -> Tensor:
        wanted, counts = _resize(images[part], drawn), _resize(weight[part], drawn)
        pixels, levels = drawn.new_zeros(len(drawn)), 0
        now = drawn
        while True:
            gap = (now - wanted).abs().mean(1, keepdim=True)
            pixels = pixels + (gap * counts).flatten(1).sum(1) / counts.flatten(1).sum(1).clamp(min=1e-6)
            levels += 1
            if min(now.shape[2:]) <= 8:
                break
            now, wanted, counts = (functional.avg_pool2d(x, 2) for x in (now, wanted, counts))
        with pack.autocast():
            like, found_map = pack.encoder.encode_with_map(drawn.clamp(-1, 1))
        like = functional.normalize(like.float(), dim=1)
        total = pixels / levels + LIKENESS * (1 - (like * seen[part]).sum(1))
        if wanted_map is None or found_map is None:
            return total
        away = 1 - functional.cosine_similarity(found_map.float(), wanted_map[part].float())
        away = away[:, None]
        counts = _resize(weight[part], away)
        return total + PLACES * (away * counts).sum((1, 2, 3)) / counts.sum((1, 2, 3)).clamp(min=1e-6)

    if pack.inversion is not None:
        with pack.autocast():
            start = pack.generator.w_mean + pack.inversion(images).float()
    else:
        start = torch.cat([_likest(pack, distance, slice(i, i + 1), seed) for i in range(len(images))])
    start = start[:, None]
    best = torch.full((len(images),), torch.inf, device=pack.device)
    chosen, begun = start.expand(-1, pack.generator.num_ws, -1).clone(), best.clone()
    side, first = pack.side(SIDE), max(1, steps // 3)

    def descend(latent: Tensor, count: int, done: int) -> None:
        latent = latent.detach().clone().requires_grad_()
        adam = torch.optim.Adam([latent], learning_rate)
        for step in range(count + 1):
            if cancelled is not None and cancelled():
                raise Cancelled
            code = latent.expand(-1, pack.generator.num_ws, -1)
            with pack.autocast():
                drawn = pack.render(pack.generator.styles(code), side)
            found = distance(drawn, slice(None))
            if done == 0 and step == 0:
                begun.copy_(found.detach())
            better = found.detach() < best
            best[better] = found.detach()[better]
            chosen[better] = code.detach()[better]
            if step == count:
                break
            spread = (latent - latent.mean(1, keepdim=True)).square().mean((1, 2))
            for group in adam.param_groups:
                group["lr"] = learning_rate * ramp((step + 0.5) / count)
            adam.zero_grad()
            (found + HOLD * spread).sum().backward()
            adam.step()
            if on_step is not None:
                on_step(done + step + 1, steps, drawn.detach())

    with torch.enable_grad():
        descend(start, first, 0)
        if steps > first:
            descend(chosen, steps - first, first)
    return Inverted(chosen, best, begun)


def _likest(pack: Pack, distance: Callable[[Tensor, slice], Tensor], part: slice, seed: int) -> Tensor:
    """W [1, w_dim] of the person most like the picture; the average one is among those tried."""
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(TRIED, pack.generator.z_dim, generator=random).to(pack.device)
    w = torch.cat([pack.generator.w_mean[None], pack.generator.w(z)])
    side = pack.side(SMALL)
    found = [distance(pack.render(pack.generator.styles(some), side), part) for some in w.split(16)]
    return w[torch.cat(found).argmin()][None]


def _resize(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, size=like.shape[2:], mode="area")
