"""A photo of one's own, through the shipped weights: the photo is a render of a person on a larger canvas."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from t2i_person import T2IError, edit_photo, load_pack
from t2i_person.api import sketch
from t2i_person.cli import main as cli
from t2i_person.latent.invert import invert
from t2i_person.packs import to_pixels
from t2i_person.picture import png
from t2i_person.picture.faces import Face, faces, only, outstanding
from t2i_person.pipeline.alignment import align, face_place, find_face


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
    said = (record.text, record.character["head"], record.character["gender"])
    assert said in {("Мужчина, в очках", "Мужчина", "male"), ("Женщина, в очках", "Женщина", "female")}
    assert record.character["gender"] == only(faces(pixels)).gender


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
    return _aligned(pack, held(0)).astype(float)


def _aligned(pack, photo):
    return align(pack, photo, find_face(photo)[1])[0]


@pytest.mark.parametrize("degrees", [-12, 20, 45, -65])
def test_a_photo_is_turned_until_the_eyes_are_level(pack, held, upright, degrees):
    turned = _aligned(pack, held(degrees)).astype(float)
    middle = np.s_[100:-100, 100:-100]
    assert np.abs(turned - upright)[middle].mean() < 12  # a face 12 degrees askew is 20 away


def test_where_the_pack_draws_faces_is_looked_for_once(pack, upright):
    assert face_place(pack) is face_place(pack)


def test_a_head_that_leans_is_found_more_exactly_when_it_is_turned(pack, held, upright):
    def errors(points):
        """Of the inversion as it counts itself, and against the upright person."""
        image, inside = align(pack, held(-12), points)
        target = torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1
        found = invert(pack, target, torch.from_numpy(inside)[None, None].float(), steps=12)
        drawn = to_pixels(pack.render(pack.generator.styles(found.w_plus), max(upright.shape))[0])
        return found.losses.item(), np.abs(drawn - upright).mean()

    _, points = find_face(held(-12))
    eyes = points[:2].mean() - points[2:4].mean()
    as_it_is = points.mean() + (points - points.mean()) * abs(eyes) / eyes
    for now, before in zip(errors(points), errors(as_it_is), strict=True):
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


def test_the_face_that_stands_out_is_taken():
    def face(*box):
        return Face("female", 30, box)

    real, ghost, far = face(100, 100, 300, 300), face(400, 20, 480, 100), face(120, 120, 310, 310)
    assert outstanding([ghost, real]) is real
    assert outstanding([real, far]) is real, "one face found twice"
    assert outstanding([real, face(400, 100, 590, 290)]) is None, "two people"
    assert outstanding([]) is None
