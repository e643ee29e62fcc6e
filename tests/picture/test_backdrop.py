"""Sizes, and what is behind the person."""

import numpy as np
import pytest

from t2i_person.errors import T2IError
from t2i_person.picture.backdrop import check, dressed


@pytest.fixture
def cutout():
    """A red person in the middle; where nobody is, the colour is green, and nobody sees it."""
    rgba = np.zeros((128, 96, 4), np.uint8)
    rgba[..., 1] = 255
    rgba[32:96, 24:72] = 255, 0, 0, 255
    return rgba


@pytest.mark.parametrize("name", ["transparent", "kept", "#20304f", "#fff", "white", "rgb(1, 2, 3)"])
def test_backgrounds_that_are_taken(name):
    check(name, 64)
    check(name, None)


@pytest.mark.parametrize(
    "name", ["blurple", "", "#ff", "#fff\n", "rgb(300,0,0)", "rgb(١,٢,٣)", "hsl(0,9999999999%,50%)", "a" * 99]
)
def test_backgrounds_that_are_not(name):
    with pytest.raises(T2IError, match="transparent, kept, or a colour"):
        check(name, None)


@pytest.mark.parametrize("size", [63, 0, -1, 64.0, True, "64"])
def test_sizes_that_are_not(size):
    with pytest.raises(T2IError, match="whole number of pixels from 64"):
        check("kept", size)


def test_it_is_as_large_as_is_asked_and_never_larger(cutout):
    assert dressed(cutout, "transparent", 64).shape == (64, 48, 4)
    assert np.array_equal(dressed(cutout, "transparent", None), cutout)
    assert np.array_equal(dressed(cutout, "kept", 4096), cutout)


def test_no_colour_of_what_is_transparent_bleeds_in(cutout):
    small = dressed(cutout, "transparent", 64).astype(int)
    seen = small[..., 3] > 0
    assert (small[..., 1][seen] <= 2).all() and (small[..., 0][seen] >= 250).all()


def test_a_colour_is_behind_the_person(cutout):
    cutout[32:96, 24:72, 3] = 128  # half of a person
    found = dressed(cutout, "#0000ff", None)
    assert (found[..., 3] == 255).all() and found[0, 0].tolist() == [0, 0, 255, 255]
    assert np.abs(found[64, 48].astype(int) - [128, 0, 127, 255]).max() <= 1
