"""One drawn person in the latent space: the latents of the picture, and the edits made to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ..errors import T2IError, damaged
from ..packs import Pack
from .edits import PICTURE, Edit, LocalDirectionEdit, TransplantEdit, read_edits

if TYPE_CHECKING:
    from ..picture.png import Record

PARTS = 64  # most local directions of one person


@dataclass(frozen=True)
class Sample:
    """One person of a pack's latent space."""

    seed: int
    w_plus: Tensor  # [1, num_ws, w_dim]: the person before the edits of StyleSpace
    start: list[Tensor]  # StyleSpace [1, c] per layer: the person before the edits of this request
    styles: list[Tensor]  # the same, as the person is to look now, but for the picture's edits
    z: Tensor | None = None  # [1, z_dim] on the CPU, what w_plus is of, or near; None: not known
    edits: tuple[Edit, ...] = ()  # in order, those of earlier requests first
    variant: str = ""
    strengths: dict[str, float] = field(default_factory=dict)  # other than 1
    before: Sample | None = None  # the person before coordinates of Z were set, if they were

    @classmethod
    def of_record(cls, pack: Pack, record: Record, seed: int) -> Sample:
        """The sample that a portrait's record describes.

        Raises
        ------
        T2IError : the record has no latents, those of another pack, or damaged ones.
        """
        space = (pack.generator.num_ws, pack.generator.w_dim)
        latent, w_plus = record.latent, record.w_plus
        if (
            latent is None
            or w_plus is None
            or w_plus.shape != space
            or record.digest not in ("", pack.digest)
        ):
            raise T2IError(f"The portrait was drawn with other weights than {pack.name}'s: draw it again.")
        z = record.z
        if z is not None and z.shape != (pack.generator.z_dim,):
            raise damaged(f"its z is not of {pack.generator.z_dim} numbers")
        styles, strength = split_styles(pack, latent), record.strength
        edits = tuple(
            # the latent has the strength of its drawing in it, the picture's edits are made anew
            edit.at(edit.strength * strength) if isinstance(edit, PICTURE) else edit
            for edit in edits_of(pack, record)
        )
        start, known = (
            torch.tensor(w_plus).to(pack.device)[None],
            None if z is None else torch.tensor(z)[None],
        )
        return cls(seed, start, styles, styles, known, edits)


def edits_of(pack: Pack, record: Record) -> tuple[Edit, ...]:
    """The edits that a record lists.

    Raises
    ------
    T2IError : one of them is unknown, damaged, or of what the pack does not have, or there are too many.
    """
    edits = read_edits(record.edits)
    local = sum(isinstance(edit, LocalDirectionEdit) for edit in edits)
    able = pack.encoder.reads_w and pack.regions is not None
    donors = len(pack.donors or ())
    if local > (PARTS if able else 0) or any(
        edit.donor >= donors for edit in edits if isinstance(edit, TransplantEdit)
    ):
        raise damaged("it has edits of what the pack does not have, or too many of them")
    return edits


def split_styles(pack: Pack, latent: np.ndarray) -> list[Tensor]:
    """StyleSpace [channels] -> [1, c] per layer.

    Raises
    ------
    T2IError : the latent is of another generator.
    """
    widths = [layer.width for layer in pack.generator.layers]
    if latent.shape != (sum(widths),):
        raise T2IError(f"The latent has shape {latent.shape}; the pack {pack.name} takes ({sum(widths)},).")
    return list(torch.tensor(latent).to(pack.device)[None].split(widths, 1))


def join_styles(styles: Sequence[Tensor]) -> np.ndarray:
    """[1, c] per layer -> StyleSpace [channels], float32."""
    return torch.cat(list(styles), 1)[0].float().cpu().numpy()
