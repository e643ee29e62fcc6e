"""Pictures of a person: pixels, face, matte, embedding and masks, each computed when first needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ..latent.edits import Edit, PartEdit, parts_of
from ..latent.edits.grafts import render_grafted
from ..latent.judge import embed_images
from ..packs import Pack, to_pixels
from ..picture.cutout import filled, matte
from ..picture.faces import Detector, Face, faces, landmarks, single
from ..picture.irises import LEAST, iris_mask
from ..picture.regions import full_masks, to_its_edge
from ..portrait import Stage
from .run import Run

JUDGED = 128  # pixels at which the encoder judges, when the recipe does not say
LARGE = 256  # the same for an encoder that sees more
PAINTED = ("clothes", "hair", "hat")  # regions that may be recoloured; their masks need exact edges
SEEN = 0.005  # share of the picture from which a region counts as present
KEPT = 6  # whole pictures, 20 MB each


@dataclass(eq=False)
class Picture:
    """A picture of a person."""

    pack: Pack  # that drew it
    styles: list[Tensor]  # StyleSpace, [1, c] per layer, that it was drawn from
    parts: tuple[PartEdit, ...]  # edits of a part of the picture that were drawn with it
    image: Tensor  # [1, 3, h, w] in [-1, 1]
    regions: Tensor | None  # [1, regions, s, s]: masks of hair, clothes and so on; None: no region network
    detect: Detector = faces
    _masks: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def pixels(self) -> np.ndarray:
        """The picture, HWC uint8 RGB."""
        return to_pixels(self.image[0])

    @cached_property
    def face(self) -> Face | None:
        """The face, if there is exactly one."""
        return single(self.pixels, detect=self.detect)

    @cached_property
    def alpha(self) -> np.ndarray:
        """How much of each pixel is the person, HW float32 in [0, 1], as the pack's recipe wants it."""
        pack, recipe = self.pack, self.pack.recipe
        with pack.autocast():
            found = matte(
                self.pixels, pack.matting, pack.device, alone=recipe.one_person, fine=recipe.fine_matte
            )
        ground = self.mask("ground")
        return found if ground is None else filled(found, ground)

    @cached_property
    def embedding(self) -> Tensor:
        """Unit embedding [1, d]."""
        return embed_images(self.pack, self.image)

    def mask(self, region: str) -> np.ndarray | None:
        """A region's mask at the size of the picture, HW float32 in [0, 1].

        None: the pack has no region network, or, for "eyes", the picture is too small or has no single face.
        """
        if self.regions is None:
            return None
        if region == "eyes":
            return self._irises
        if region not in self._masks:
            names = [region, "ground"] if region in PAINTED else [region]
            self._masks |= full_masks(self.regions, self.pixels, names)
            if region in PAINTED and self._masks[region].mean() > SEEN:
                found, ground = self._masks[region], self._masks["ground"]
                self._masks[region] = to_its_edge(found, ground, self.alpha)
        return self._masks[region]

    @cached_property
    def _irises(self) -> np.ndarray | None:
        if max(self.pixels.shape[:2]) < LEAST or self.face is None:
            return None
        return iris_mask(self.pixels, landmarks(self.pixels, self.face))


def drawn(
    pack: Pack,
    styles: list[Tensor],
    edits: Sequence[Edit] = (),
    share: float = 1,  # of their strengths
    side: int | None = None,
    detect: Detector = faces,
) -> Picture:
    """The person of StyleSpace [1, c] per layer with the parts among the edits.

    Whole, or with a longer side of so many pixels.
    """
    parts = parts_of(edits, share)
    image, regions = render_grafted(pack, styles, parts, side)
    return Picture(pack, styles, parts, image.clamp(-1, 1), regions, detect)


class Pictures:
    """The pictures that a pack draws for one request; each whole picture is drawn only once."""

    def __init__(self, pack: Pack, detect: Detector = faces) -> None:
        self.pack, self.detect = pack, detect
        usual = JUDGED if pack.encoder.side <= JUDGED else LARGE
        self.judged = pack.side(pack.recipe.judge_resolution or usual)  # pixels at which the encoder judges
        self._kept: list[Picture] = []

    def whole(self, styles: list[Tensor], edits: Sequence[Edit] = (), share: float = 1) -> Picture:
        """The whole picture of a person, drawn once for the same styles and parts."""
        parts = parts_of(edits, share)
        for known in self._kept:
            if known.parts == parts and all(map(torch.equal, known.styles, styles)):
                return known
        self._kept = [*self._kept[1 - KEPT :], drawn(self.pack, styles, edits, share, detect=self.detect)]
        return self._kept[-1]

    def show(
        self,
        run: Run,
        stage: Stage,
        character: int,
        portrait: int,
        styles: list[Tensor],
        edits: Sequence[Edit] = (),
    ) -> None:
        """Tell a preview of the person as they look now."""
        if run.heard:
            image = drawn(self.pack, styles, edits, side=self.judged).image[0]
            run.tell(stage, character, portrait, preview=to_pixels(image))
