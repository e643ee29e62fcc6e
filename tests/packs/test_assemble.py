"""From published files to a pack, and with the pack through the whole pipeline."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from t2i_person import draw
from t2i_person.cli import main as cli
from t2i_person.errors import Cancelled, PackError, T2IError, WrongPack
from t2i_person.packs import SOURCES, list_packs, load_pack, pack_info
from t2i_person.packs.assemble import BuildOrder
from t2i_person.packs.assemble import build_pack as build_order
from t2i_person.packs.maintain import remove_pack, verify

from . import published

QUICK = {"images": 2, "samples": 300, "gallery": 64, "resolution": 16, "batch": 64, "device": "cpu"}
runner = CliRunner()


def build_pack(name, *, progress=None, cancelled=None, **settings):
    return build_order(BuildOrder(name, **settings), progress=progress, cancelled=cancelled)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """StyleCLIP's .pt, a CLIP folder, MODNet's .ckpt: as a user has them."""
    folder = tmp_path_factory.mktemp("published")
    model = published.generator()
    torch.save({"g_ema": published.rosinality(model), "latent_avg": model.w_mean}, folder / "generator.pt")
    torch.save(published.modnet_state(published.modnet()), folder / "modnet.ckpt")
    published.clip_folder(folder / "clip")
    return {
        "generator": folder / "generator.pt",
        "clip": folder / "clip",
        "matting": folder / "modnet.ckpt",
    }


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Where packs are built."""
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path / "packs"))
    return tmp_path / "packs"


def test_the_pack_is_what_its_files_are(files, home):
    told = []
    folder = build_pack("mine", **files, **QUICK, progress=lambda *news: told.append(news))
    assert folder == home / "mine" and [path.name for path in home.iterdir()] == ["mine"]
    assert {what for what, _, _ in told} == {"statistics", "directions", "gallery"}
    assert all(done <= total for _, done, total in told) and told[-1][1] == told[-1][2]
    pack, model = load_pack("mine", "cpu", torch.float32), published.generator()
    w_plus = model.w_plus(torch.randn(2, 16), 0.7)
    assert torch.equal(pack.generator(w_plus), model(w_plus)), "weights are kept exactly"
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(pack.matting(image), published.modnet()(image))
    assert pack.encoder.language == "en" and pack.neutral == "a person"
    assert pack.text(["the man", "hair"]).shape == (2, 32)
    channels = sum(len(mean) for mean in pack.statistics.mean)
    assert pack.directions.shape == (channels, 32) and pack.directions.any()
    assert "generator.pt, SHA-256" in pack.card["provenance"]["generator"]
    assert pack.license == ("generator: that of its file; clip: that of its file; matting: that of its file")
    assert {"hair_color", "clothes", "gender"} <= pack.draws


def test_no_face_is_said_clearly(files):
    """Random weights draw nobody; the report says what was tried."""
    build_pack("mine", **files, **QUICK)
    with pytest.raises(T2IError, match=r"0 of 1 portraits.*none of 8 candidates had exactly one face"):
        draw("Блондинка в очках шла по улице.", pack="mine", candidates=2, device="cpu", seed=1)


def test_portraits_through_a_pack_of_published_files(files, tmp_path):
    """The embedded pack's own networks under published names, and a CLIP: text in, cut-out portrait out."""
    embedded = load_pack("embedded", "cpu")
    state = published.rosinality(embedded.generator)
    torch.save({"g_ema": state, "latent_avg": embedded.generator.w_mean}, tmp_path / "people.pt")
    torch.save(published.modnet_state(embedded.matting), tmp_path / "modnet.pth")
    own = {"generator": tmp_path / "people.pt", "clip": files["clip"], "matting": tmp_path / "modnet.pth"}
    build_pack("people", **own, **{**QUICK, "images": 1, "batch": 256})
    result = draw("Блондинка в очках.", pack="people", candidates=4, steps=2, device="cpu")
    (person,) = result.characters
    (portrait,) = person.portraits
    assert result.pack == "people" and portrait.png().startswith(b"\x89PNG")
    assert portrait.rgba.shape == (*embedded.generator.resolution, 4)
    assert 0 < portrait.rgba[..., 3].mean() < 255
    assert set(portrait.scores) | set(portrait.not_drawn)
    again = draw("Блондинка в очках.", pack="people", candidates=4, steps=2, device="cpu")
    assert again.characters[0].portraits[0].png() == portrait.png()


def test_a_stopped_build_goes_on(files, home):
    seen = []

    def stop() -> bool:
        return bool(seen) and seen[-1][0] == "directions" and seen[-1][1] > 28

    with pytest.raises(Cancelled):
        build_pack(
            "mine", **files, **{**QUICK, "batch": 8}, progress=lambda *x: seen.append(x), cancelled=stop
        )
    (half,) = home.iterdir()
    assert half.name.startswith(".mine-")
    assert "mine" not in {info.name for info in list_packs()}
    first = []
    build_pack(
        "mine",
        **files,
        **{**QUICK, "batch": 8},
        progress=lambda *x: first.append(x) if "dir" in x[0] else None,
    )
    assert first[0][1] > 24, "layers that were done are not done again"
    build_pack("other", **files, **{**QUICK, "batch": 8})
    assert torch.equal(load_pack("mine", "cpu").directions, load_pack("other", "cpu").directions)
    assert sorted(path.name for path in home.iterdir()) == ["mine", "other"]


def test_directions_are_kept_until_the_pack_is_there(files, home):
    seen = []
    stages = {**QUICK, "batch": 8}
    with pytest.raises(Cancelled):
        build_pack(
            "mine",
            **files,
            **stages,
            progress=lambda *x: seen.append(x[0]),
            cancelled=lambda: seen[-1:] == ["gallery"],
        )
    assert "directions" in seen and len(list(home.glob(".mine-*.directions"))) == 1
    other = home / ".mine-like-0123456789ab.directions"
    other.touch()
    seen.clear()
    build_pack("mine", **files, **stages, progress=lambda *x: seen.append(x[0]))
    assert "directions" not in seen, "hours of work are done again"
    assert sorted(path.name for path in home.iterdir()) == [other.name, "mine"]
    remove_pack("mine-like")
    assert [path.name for path in home.iterdir()] == ["mine"]


def test_what_is_no_number_is_refused_at_once(files, tmp_path):
    model = published.generator()
    model.synthesis.blocks[1].conv0.weight.data[0, 0] = torch.nan
    torch.save({"g_ema": published.rosinality(model), "latent_avg": model.w_mean}, tmp_path / "nan.pt")
    seen = []
    with pytest.raises(PackError, match=r"nan\.pt: .* no numbers"):
        build_pack(
            "mine", **{**files, "generator": tmp_path / "nan.pt"}, **QUICK, progress=lambda *x: seen.append(x)
        )
    assert not seen


@pytest.mark.parametrize("seed", [-1, 2**63 - 1, 2**64])
def test_seeds_that_torch_does_not_take(files, seed):
    with pytest.raises(T2IError, match="seed is a whole number from 0"):
        build_pack("mine", **files, **QUICK, seed=seed)


def test_a_killed_build_goes_on(files, home):
    """SIGKILL, which nothing can catch, as soon as something was kept."""
    words = [Path(sys.executable).with_name("t2i-person"), "packs", "build", "mine", "--device", "cpu"]
    words += [word for option, path in files.items() for word in (f"--{option}", str(path))]
    words += ["--images", "8", "--samples", "300", "--resolution", "16", "--batch", "2"]
    process = subprocess.Popen(list(map(str, words)))
    while not list(home.glob(".mine-*.directions")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.wait()
    first = []
    build_pack(
        "mine",
        **files,
        **{**QUICK, "images": 8},
        progress=lambda *x: first.append(x[1]) if "dir" in x[0] else None,
    )
    assert first[0] > 8, "the layers that were done are not done again"
    assert [path.name for path in home.iterdir()] == ["mine"]


def test_pictures_that_are_not_square(files, tmp_path):
    model = published.generator(base=(4, 2))
    path = published.nvidia_pickle(tmp_path / "human.pkl", published.nvidia(model))
    build_pack("human", **{**files, "generator": path}, **QUICK)
    pack = load_pack("human", "cpu", torch.float32)
    styles = pack.generator.styles(pack.generator.w_mean[None])
    assert pack.render(styles).shape == (1, 3, 32, 16) and pack.directions.any()


def test_a_generator_without_its_mean(files, tmp_path):
    torch.save({"g_ema": published.rosinality(published.generator())}, tmp_path / "g.pt")
    build_pack("mine", **{**files, "generator": tmp_path / "g.pt"}, **QUICK)
    pack = load_pack("mine", "cpu", torch.float32)
    w = pack.generator.w(torch.randn(2000, 16, generator=torch.Generator().manual_seed(5))).mean(0)
    assert torch.allclose(pack.generator.w_mean, w, atol=0.2) and pack.generator.w_mean.any()
    assert "the file has none" in pack.card["provenance"]["w_mean"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "embedded"}, "cannot be a pack's name"),
        ({"name": "../evil"}, "cannot be a pack's name"),
        ({"name": "nvidia-ffhq"}, "cannot be a pack's name"),
        ({"generator": "nvidia-ffhq"}, r"not here yet: run `t2i-person packs pull nvidia-ffhq`"),
        ({"generator": "modnet"}, "modnet is not a generator checkpoint: choose styleclip-ffhq"),
        ({"generator": "nowhere.pt"}, r"nowhere\.pt cannot be read"),
        ({"clip": "nowhere"}, "nowhere is not there"),
        ({"draws": ["hair"]}, "draws has hair: choose from gender, hair_color"),
        ({"samples": 0}, "samples is a whole number"),
        ({"alpha": 0}, "alpha is a number"),
        ({"resolution": 2}, r"resolution is one of \[4, 8, 16, 32\]"),
    ],
)
def test_wrong_use(files, home, change, says):
    with pytest.raises(T2IError, match=says):
        build_pack(**{"name": "mine", **files, **QUICK, **change})
    assert not home.exists()


def test_all_that_is_to_be_pulled_is_said_at_once(files, home):
    words = ["packs", "build", "mine", "--generator", "nvidia-ffhq"]
    done = runner.invoke(cli.app, words)
    assert done.exit_code == 2 and "`t2i-person packs pull nvidia-ffhq clip-vit-b-32 modnet`" in done.stderr
    done = runner.invoke(cli.app, [*words, "--matting", str(files["matting"])])
    assert "`t2i-person packs pull nvidia-ffhq clip-vit-b-32`" in done.stderr
    assert "files of your own (--generator, --clip)" in done.stderr
    assert not home.exists()


def test_a_wrong_file_is_wrong_use_and_a_broken_source_a_failure(files, home, tmp_path):
    def build(**change):
        given = {**files, **change}
        words = [word for option, value in given.items() for word in (f"--{option}", str(value))]
        done = runner.invoke(cli.app, ["packs", "build", "mine", *words])
        assert not (home / "mine").exists()
        return done.exit_code, done.stderr

    code, said = build(generator=files["matting"])
    assert code == 2 and "modnet.ckpt: not a StyleGAN2 generator" in said
    code, said = build(matting=files["generator"])
    assert code == 2 and "generator.pt: not a MODNet" in said
    (tmp_path / "cut.pt").write_bytes(files["generator"].read_bytes()[:-100])
    (tmp_path / "notes.txt").write_text("not weights")
    assert build(generator=tmp_path / "cut.pt")[0] == build(generator=tmp_path / "notes.txt")[0] == 2
    assert build(generator=tmp_path)[0] == build(clip=tmp_path)[0] == 2
    source = SOURCES["styleclip-ffhq"]
    source.files[0].path.parent.mkdir(parents=True)
    source.files[0].path.write_bytes((tmp_path / "cut.pt").read_bytes())
    for named in (source.name, source.files[0].path):
        code, said = build(generator=named)
        assert code == 1 and "cut short" in said and "t2i-person packs remove styleclip-ffhq" in said
    code, said = build(matting=source.files[0].path)
    assert code == 2 and "styleclip-ffhq is not a matting checkpoint: choose modnet" in said


def test_a_folder_of_packs_that_cannot_be_written(files, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", "/proc/none")
    seen = []
    with pytest.raises(WrongPack, match="/proc/none: cannot write here, choose another place"):
        build_pack("mine", **files, **QUICK, progress=lambda *x: seen.append(x))
    assert not seen


def test_a_name_that_is_taken(files, home):
    (home / "mine").mkdir(parents=True)
    with pytest.raises(PackError, match="t2i-person packs remove mine"):
        build_pack("mine", **files, **QUICK)


def test_a_pulled_source_brings_its_licence(files, home):
    source = SOURCES["styleclip-ffhq"]
    source.files[0].path.parent.mkdir(parents=True)
    source.files[0].path.write_bytes(Path(files["generator"]).read_bytes())
    build_pack("mine", **{**files, "generator": "styleclip-ffhq"}, **QUICK)
    info = pack_info("mine")
    assert "generator: NVIDIA Source Code License: research or evaluation only" in info.license
    assert info.draws == set(source.draws) and "clothes" not in info.draws


def test_the_commands(files, home):
    words = ["packs", "build", "mine", "--resolution", "16", "--images", "2", "--samples", "300"]
    for option, path in files.items():
        words += [f"--{option}", str(path)]
    done = runner.invoke(cli.app, [*words, "--license", "CC0-1.0", "--draws", "hair_color, age"])
    assert done.exit_code == 0, done.output
    assert str(home / "mine") in done.stdout and "--pack mine" in done.stdout
    for end in ("statistics 300/300 ", "directions ", "gallery 1024/1024 "):  # there is no terminal
        assert any(line.startswith(end) for line in done.stderr.splitlines()), done.stderr
    assert "mine" in runner.invoke(cli.app, ["packs", "list"]).stdout
    shown = runner.invoke(cli.app, ["packs", "show", "mine"]).stdout
    assert "CC0-1.0" in shown and "age, hair_color" in shown and "generator.pt, SHA-256" in shown
    done = runner.invoke(cli.app, ["packs", "verify"])
    assert done.exit_code == 0 and "embedded: good" in done.stdout and "mine: good" in done.stdout
    with (home / "mine" / "encoder.safetensors").open("r+b") as file:
        file.truncate(1000)
    done = runner.invoke(cli.app, ["packs", "list"])
    assert "mine (broken)" in done.stdout and "encoder.safetensors is damaged" in done.stdout
    assert "embedded (broken)" not in done.stdout
    done = runner.invoke(cli.app, ["packs", "verify", "mine"])
    assert done.exit_code == 1 and "encoder.safetensors is not the file" in done.stdout
    assert "embedded" not in done.stdout
    done = runner.invoke(cli.app, ["packs", "remove", "mine"], input="n\n")
    assert done.exit_code == 1 and (home / "mine").is_dir()
    done = runner.invoke(cli.app, ["packs", "remove", "mine"], input="y\n")
    assert done.exit_code == 0 and not (home / "mine").exists()


def test_broken_packs_are_found_and_can_be_removed(home):
    (home / "half").mkdir(parents=True)
    (home / "card").mkdir()
    (home / "card" / "pack.toml").write_text("name = ")
    problems = dict(verify())
    assert problems["embedded"] == ""
    assert "holds no pack.toml" in problems["half"] and "cannot be read" in problems["card"]
    with pytest.raises(PackError, match=r"pack\.toml cannot be read.*build the pack again"):
        load_pack("card")
    for name in ("half", "card"):
        remove_pack(name)
    assert not list(home.iterdir())


def test_what_cannot_be_removed(home, tmp_path):
    (home / "sources").mkdir(parents=True)
    kept = tmp_path / "elsewhere"
    kept.mkdir()
    (kept / "file").touch()
    (home / "link").symlink_to(kept)
    with pytest.raises(PackError, match="part of t2i-person"):
        remove_pack("embedded")
    for name in ("sources", "..", "../elsewhere", "nobody", str(kept), ""):
        with pytest.raises(PackError, match="Yours are: link"):
            remove_pack(name)
    remove_pack("link")
    assert (kept / "file").exists() and not (home / "link").is_symlink()


def test_a_public_checkpoint_is_no_pack():
    with pytest.raises(PackError, match="t2i-person packs build NAME --generator nvidia-ffhq"):
        load_pack("nvidia-ffhq")


def test_an_unknown_pack_is_named_in_each_command():
    for words in (["show", "nobody"], ["verify", "nobody"], ["remove", "nobody"]):
        done = runner.invoke(cli.app, ["packs", *words])
        assert done.exit_code == 2 and "There is no pack 'nobody'" in done.stderr
    for words in (["show", "nobody"], ["verify", "nobody"]):  # which take both kinds of names
        done = runner.invoke(cli.app, ["packs", *words])
        assert "Packs here: embedded;" in done.stderr
        assert f"Public checkpoints: {', '.join(SOURCES)}." in done.stderr
