"""A photo of one's own, through the shipped weights: the photo is a render of a person on a larger canvas."""

import time
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from t2i_person import T2IError, edit_photo, load_pack
from t2i_person.api import sketch
from t2i_person.cli import main as cli
from t2i_person.latent.invert import align, face_place, find_face, invert
from t2i_person.packs import to_pixels
from t2i_person.picture import png
from t2i_person.picture.faces import Face, faces, only, outstanding
from t2i_person.pipeline.photo import read_photo


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def photo(pack):
    """A person at half size, off the middle, on a grey wall; saved as a camera would."""
    z = torch.randn(1, pack.generator.config.z_dim, generator=torch.Generator().manual_seed(5))
    image = pack.render(pack.generator.styles(pack.generator.w_plus(z, 0.7)), 512).clamp(-1, 1)[0]
    pixels = ((image + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
    wall = np.full((700, 900, 3), 120, np.uint8)
    wall[150:662, 300:812] = pixels
    out = BytesIO()
    Image.fromarray(wall).save(out, "JPEG", quality=92)
    return out.getvalue(), pixels


def test_the_person_of_a_photo_is_drawn_again_and_changed(pack, photo):
    data, pixels = photo
    steps = []
    found = edit_photo(
        data,
        "в очках",
        pack=pack,
        likeness_steps=12,
        steps=3,
        on_event=lambda event: steps.append(event.stage),
    )
    assert found.rgba.shape == (*pack.generator.resolution, 4) and found.rgba[..., 3].min() == 0
    assert {"likeness"} <= set(steps)
    assert found.gender_found == only(faces(pixels)).gender
    assert set(found.scores) == {"очки"} == {*found.drawn, *found.not_drawn}
    assert ("очки" in found.drawn) == (found.scores["очки"] >= 0.5)

    def colours(image):  # coarse: the face's place differs by the detector's steps
        return np.asarray(Image.fromarray(image).resize((8, 8), Image.Resampling.BOX)).astype(int)

    start = torch.from_numpy(found.start)[None].split([len(mean) for mean in pack.statistics.mean], 1)
    again = ((pack.render(start, 512).clamp(-1, 1)[0] + 1) * 127.5).to(torch.uint8).permute(1, 2, 0).numpy()
    z = pack.generator.w_mean[None]
    mean = ((pack.render(pack.generator.styles(z), 512).clamp(-1, 1)[0] + 1) * 127.5).to(torch.uint8)
    middle = np.s_[2:7, 2:6]  # the person
    likeness = np.abs(colours(again) - colours(pixels))[middle].mean()
    assert likeness < np.abs(colours(mean.permute(1, 2, 0).numpy()) - colours(pixels))[middle].mean()
    _, record = png.decode(found.png())
    later = sketch(record, strengths={"очки": 0}, pack=pack)
    assert later.shape == (256, 256, 3), "its PNG cannot be edited again"
    assert record.settings["photo"] and np.array_equal(record.latent, found.styles)


@pytest.fixture(scope="module")
def held(pack):
    """A person on a grey wall, and the same photo held at any angle."""
    for seed in range(5, 15):
        z = torch.randn(1, pack.generator.config.z_dim, generator=torch.Generator().manual_seed(seed))
        image = pack.render(pack.generator.styles(pack.generator.w_plus(z, 0.7)), 512).clamp(-1, 1)[0]
        wall = Image.new("RGB", (800, 800), (120, 120, 120))
        wall.paste(Image.fromarray(to_pixels(image)), (144, 144))

        def turned(degrees, wall=wall):
            return np.array(wall.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(120, 120, 120)))

        if len(faces(turned(0))) == len(faces(turned(-12))) == 1:
            return turned
    raise AssertionError("no face in ten people")


@pytest.fixture(scope="module")
def upright(pack, held):
    return align(pack, held(0))[0].astype(float)


@pytest.mark.parametrize("degrees", [-12, 20, 45, -65])
def test_a_photo_is_turned_until_the_eyes_are_level(pack, held, upright, degrees):
    turned = align(pack, held(degrees))[0].astype(float)
    middle = np.s_[100:-100, 100:-100]
    assert np.abs(turned - upright)[middle].mean() < 12  # a face 12 degrees askew is 20 away


def test_where_the_pack_draws_faces_is_looked_for_once(pack, upright):
    assert face_place(pack) is face_place(pack)


def test_a_head_that_leans_is_found_more_exactly_when_it_is_turned(pack, held, upright):
    def errors(find):
        """Of the inversion as it counts itself, and against the upright person."""
        image, inside, _ = align(pack, held(-12), find=find)
        target = torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1
        found = invert(pack, target, torch.from_numpy(inside)[None, None].float(), steps=12)
        drawn = to_pixels(pack.render(pack.generator.styles(found.w_plus), max(upright.shape))[0])
        return found.losses.item(), np.abs(drawn - upright).mean()

    def as_it_is(photo):
        face, points = find_face(photo)
        eyes = points[:2].mean() - points[2:4].mean()
        return face, points.mean() + (points - points.mean()) * abs(eyes) / eyes

    for now, before in zip(errors(find_face), errors(as_it_is), strict=True):
        assert now < before


def test_the_command(photo, tmp_path):
    """`edit` of a photo, and then of what it drew."""
    place, out = tmp_path / "me.jpg", tmp_path / "out"
    place.write_bytes(photo[0])
    options = ["--likeness-steps", "2", "--steps", "0", "--background", "#88aaff", "--size", "256"]
    done = CliRunner().invoke(cli.app, ["edit", str(place), "в очках", *options, "-o", str(out)])
    assert done.exit_code == 0, done.output
    (saved,) = out.iterdir()
    pixels, first = png.decode(saved.read_bytes())
    assert saved.name == "me-edited.png" and pixels.shape == (256, 256, 4) and pixels[..., 3].min() == 255
    assert first.character["features"][0]["normalized"] == "очки"
    assert png.SOURCE_TYPE.encode() in saved.read_bytes(), "says that a model made it"
    again = ["edit", str(saved), "--strength", "очки=0", "--strength", "улыбка=1"]  # beside the file
    done = CliRunner().invoke(cli.app, again)
    assert done.exit_code == 0, done.output
    pixels, second = png.decode((out / "me-edited-2.png").read_bytes())
    assert second.settings["sliders"]["очки"] == 0 and "улыбка" in str(second.settings["sliders"])
    assert second.settings["photo"] == first.settings["photo"] and pixels.shape == (256, 256, 4)
    assert np.array_equal(second.w_plus, first.w_plus) and not np.array_equal(second.latent, first.latent)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["none.jpg", "в очках"], cli.USAGE, "none.jpg cannot be read: No such file"),
        (["words.txt", "в очках"], cli.USAGE, "words.txt is not a readable photo"),
        (["words.txt", "--strength", "очки"], cli.USAGE, "NAME=VALUE"),
        (["words.txt", "--strength", "очки=много"], cli.USAGE, "NAME=VALUE"),
        (["drawn.png"], cli.USAGE, "Nothing to change"),
        (["drawn.png", "в очках"], cli.USAGE, "record inside this PNG is damaged"),
    ],
)
def test_wrong_use_of_edit(tmp_path, monkeypatch, words, code, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("Слова.")
    picture = png.encode(np.zeros((8, 8, 4), np.uint8), png.Record("", 0, "embedded"))
    (tmp_path / "drawn.png").write_bytes(picture)
    done = CliRunner().invoke(cli.app, ["edit", *words])
    assert done.exit_code == code, done.output
    assert says in done.stderr
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"photo": b"no picture"}, "JPEG, PNG or WebP"),
        ({"photo": "nowhere.jpg"}, r"nowhere\.jpg cannot be read"),
        ({"photo": np.zeros((16, 520, 3), np.uint8)}, "no face"),  # too long to be enlarged, which takes time
        ({"photo": np.zeros((64, 64), np.uint8)}, "HWC"),
        ({"strengths": {"очки": 3}, "likeness_steps": 1}, "from -2 to 2"),
        ({"background": "нет"}, "background is"),
        ({"likeness_steps": 0}, "likeness_steps"),
        ({"text": "Шёл дождь."}, "names no looks"),
    ],
)
def test_what_cannot_be_says_why(pack, photo, options, message):
    asked = {"photo": photo[0], "pack": pack, **options}
    with pytest.raises(T2IError, match=message):
        edit_photo(asked.pop("photo"), asked.pop("text", ""), **asked)


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


def test_the_face_that_stands_out_is_taken():
    def face(*box):
        return Face("female", 30, box)

    real, ghost, far = face(100, 100, 300, 300), face(400, 20, 480, 100), face(120, 120, 310, 310)
    assert outstanding([ghost, real]) is real
    assert outstanding([real, far]) is real, "one face found twice"
    assert outstanding([real, face(400, 100, 590, 290)]) is None, "two people"
    assert outstanding([]) is None
