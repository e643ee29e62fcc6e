"""The search for faces; that they are found in drawn people is in tests/test_portraits.py."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from t2i_person.picture.faces import Face, faces, only

MAN = Face("male", 40, (0, 0, 9, 9))
WOMAN = Face("female", 40, (0, 0, 9, 9))


def test_one_face_of_the_gender_is_kept():
    assert only([MAN], "male") is MAN
    assert only([MAN], "female") is None
    assert only([MAN]) is MAN and only([WOMAN], "unknown") is WOMAN


def test_nobody_and_a_crowd_are_not():
    assert only([]) is None
    assert only([MAN, MAN], "male") is None


def test_an_empty_picture_has_no_faces_from_any_thread():
    found = []
    picture = np.full((96, 64, 3), 128, np.uint8)
    threads = [threading.Thread(target=lambda: found.append(faces(picture))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[], [], []]


def test_a_small_face_is_found_by_enlarging():
    sizes = []

    def predict(image):
        sizes.append(image.shape[:2])
        if image.shape[0] < 512:
            return []
        return [
            {
                "gender": {"value": "female", "confidence": 83},
                "age": {"value": 31, "confidence": 50},
                "face": [40, 80, 120, 160],
            }
        ]

    assert faces(np.zeros((128, 96, 3), np.uint8), SimpleNamespace(predict=predict)) == [
        Face("female", 31, (10, 20, 30, 40))
    ]
    assert sizes == [(128, 96), (256, 192), (512, 384)]


@pytest.mark.parametrize("side", [64, 512, 1024, 2000])
def test_the_search_is_bounded(side):
    sizes = []
    nobody = SimpleNamespace(predict=lambda image: sizes.append(len(image)) or [])
    assert faces(np.zeros((side, side, 3), np.uint8), nobody) == []
    assert max(sizes) == max(side, 1024)
