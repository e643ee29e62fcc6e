"""Files of photos: upright, of every kind, none that costs minutes."""

import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from t2i_person import T2IError
from t2i_person.picture.photos import read_photo


def test_photos_are_turned_as_the_camera_was_held():
    image = Image.fromarray(np.arange(2 * 4 * 3, dtype=np.uint8).reshape(2, 4, 3))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    out = BytesIO()
    image.save(out, "PNG", exif=exif)
    assert read_photo(out.getvalue()).shape == (4, 2, 3)


def _saved(image, form, **options):
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def test_photos_of_every_kind_show_the_same_colours():
    ramp = np.linspace(0, 255, 64).round().astype(np.uint8)
    flat = np.dstack(
        [np.tile(ramp, (64, 1)), np.tile(ramp[:, None], (1, 64)), np.full((64, 64), 90, np.uint8)]
    )
    rgb = Image.fromarray(flat)
    grey = rgb.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    assert np.abs(read_photo(_saved(deep, "PNG")).astype(int) - np.asarray(grey)[..., None]).max() <= 1
    palette = rgb.quantize(64)
    assert (
        np.abs(read_photo(_saved(palette, "PNG")).astype(int) - np.asarray(palette.convert("RGB"))).max() == 0
    )
    cmyk = read_photo(_saved(rgb.convert("CMYK"), "JPEG", quality=95)).astype(int)
    assert np.abs(cmyk - flat).mean() < 6
    erased = rgb.convert("RGBA")
    erased.putalpha(
        Image.fromarray(np.where(np.arange(64) < 32, 0, 255).astype(np.uint8)[None].repeat(64, 0))
    )
    found = read_photo(_saved(erased, "PNG"))
    assert (found[:, :32] == 128).all(), "what was erased comes back"
    assert (found[:, 32:] == flat[:, 32:]).all()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Truncated File")
def test_a_bad_exif_value_loses_no_photo():
    image = Image.new("RGB", (40, 30), (10, 200, 30))
    turned = bytes.fromhex("0112 0003 00000001 0006 0000")  # orientation 6: held on its side
    beyond = bytes.fromhex("011a 0005 00000001 ffffff00")  # a resolution that the file does not hold
    wrong = bytes.fromhex("010f 0003 00000001 0001 0000")  # the camera's maker as a number
    for entries, size in (([turned], (40, 30)), ([wrong, turned], (40, 30)), ([turned, beyond], (40, 30))):
        table = b"MM\x00*" + (8).to_bytes(4) + len(entries).to_bytes(2) + b"".join(entries) + bytes(4)
        data = _saved(image, "JPEG", exif=b"Exif\x00\x00" + table)
        assert read_photo(data).shape[:2] == size
    assert read_photo(_saved(image, "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")).shape[:2] == (
        30,
        40,
    )


def test_a_jpeg_of_very_many_scans_is_refused():
    """Each is gone through over all pixels: 300 KB took most of a minute."""
    data = _saved(Image.new("L", (4000, 4000), 128), "JPEG", progressive=True)
    assert read_photo(data).shape == (1600, 1600, 3)
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    start = time.process_time()
    with pytest.raises(T2IError, match=r"in 6\d scans: save it anew"):
        read_photo(data[:end] + data[last:end] * 60 + data[end:])
    assert time.process_time() - start < 1
