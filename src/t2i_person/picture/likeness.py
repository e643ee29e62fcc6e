"""Similarity of two faces: the distance of dlib's descriptors. Nothing here was trained on them."""

import functools
from importlib.util import find_spec
from pathlib import Path

import dlib
import numpy as np

from .faces import Face, faces, only, shape

SAME = 0.5  # distance: below it two pictures may show one person (dlib itself takes 0.6)


def descriptor(image: np.ndarray, face: Face | None = None) -> np.ndarray | None:
    """[128] of the face in HWC uint8 RGB, by dlib's network (King 2017); None unless there is exactly one."""
    if face is None and (face := only(faces(image))) is None:
        return None
    image = np.ascontiguousarray(image)
    return np.array(_network().compute_face_descriptor(image, shape(image, face)))


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Of two descriptors: 0 is the same picture, below 0.45 the same person, above 0.6 another person."""
    return float(np.linalg.norm(one - other))


@functools.lru_cache(1)
def _network() -> "dlib.face_recognition_model_v1":
    """The file that ``face_recognition_models`` carries (CC0); importing it would want setuptools."""
    spec = find_spec("face_recognition_models")
    assert spec is not None and spec.origin is not None  # a dependency
    models = Path(spec.origin).parent / "models"
    return dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
