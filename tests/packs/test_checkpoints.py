"""Published checkpoints, written as they are written, give the networks they hold."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from t2i_person.errors import PackError
from t2i_person.nets.clip import CLIP
from t2i_person.nets.clip_tokens import Tokenizer
from t2i_person.packs.checkpoints import read_clip, read_generator, read_matting

from . import published

BOTH = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])


def draw(model):
    z = torch.randn(2, 16, generator=torch.Generator().manual_seed(1))
    return model(model.w_plus(z, truncation_psi=0.5))


def save(state, path: Path, zipped: bool = True) -> Path:
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    return path


@BOTH
def test_rosinality_and_styleclip(tmp_path, zipped):
    model = published.generator()
    state = {"g_ema": published.rosinality(model), "latent_avg": model.w_mean.clone()}
    found = read_generator(save(state, tmp_path / "stylegan2-ffhq-config-f.pt", zipped))
    assert found.config == model.config
    assert torch.equal(draw(found), draw(model))


def test_a_training_snapshot_of_rosinality(tmp_path):
    """It keeps the other networks, the optimizers and an argparse.Namespace beside ``g_ema``."""
    model = published.generator()
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(3))])
    state = {
        "g": published.rosinality(model),
        "d": {"convs.0.0.weight": torch.ones(2)},
        "g_ema": published.rosinality(model),
        "g_optim": optimizer.state_dict(),
        "args": Namespace(size=1024, channel_multiplier=2),
        "ada_aug_p": 0.3,
    }
    found = read_generator(save(state, tmp_path / "000200.pt"))
    assert not found.w_mean.any(), "no latent_avg in it"
    found.w_mean.copy_(model.w_mean)
    assert torch.equal(draw(found), draw(model))


def prefixed(state: dict, prefix: str) -> dict:
    return {f"{prefix}{name}": value for name, value in state.items()}


def wrapped(weights: dict, mean: torch.Tensor) -> dict[str, dict]:
    """The same generator as it is handed round, by whose file it is."""
    others = {"encoder.input_layer.0.weight": torch.ones(2)}
    return {
        "several GPUs": {"g_ema": prefixed(weights, "module."), "latent_avg": mean},
        "JoJoGAN": {"g": weights, "g_optim": {"state": {0: torch.ones(2)}}, "latent_avg": mean},
        "pSp": {
            "state_dict": prefixed(weights, "decoder.") | others,
            "latent_avg": mean.repeat(18, 1),
            "opts": {"device": "cuda:0"},
        },
        "numbers of numpy": {
            "g_ema": weights,
            "latent_avg": mean,
            "loss": np.float64(0.5),
            "step": np.int64(7),
            "curve": np.ones(3, np.float32),
        },
    }


@pytest.mark.parametrize("whose", ["several GPUs", "JoJoGAN", "pSp", "numbers of numpy"])
@BOTH
def test_rosinality_in_the_files_of_others(tmp_path, whose, zipped):
    model = published.generator()
    state = wrapped(published.rosinality(model), model.w_mean.clone())[whose]
    assert torch.equal(draw(read_generator(save(state, tmp_path / "a.pt", zipped))), draw(model))


def test_a_file_without_noise_gets_the_same_each_time(tmp_path):
    model = published.generator()
    weights = published.rosinality(model)
    few = {name: value for name, value in weights.items() if not name.startswith("noises.")}
    path = save({"g_ema": few, "latent_avg": model.w_mean.clone()}, tmp_path / "a.pt")
    first, again = read_generator(path), read_generator(path)
    assert torch.equal(draw(first), draw(again))
    noises = [value for name, value in first.state_dict().items() if name.endswith(".noise")]
    assert noises and all(0.5 < noise.std() < 1.5 for noise in noises)
    weights.pop("noises.noise_2")
    with pytest.raises(PackError, match=r"no tensor 'noises\.noise_2'"):
        read_generator(save(weights, path))
    theirs = published.nvidia(model)
    theirs.pop("synthesis.b8.conv0.noise_const")
    with pytest.raises(PackError, match=r"no tensor 'synthesis\.b8\.conv0\.noise_const'"):
        read_generator(published.nvidia_pickle(tmp_path / "a.pkl", theirs))


@pytest.mark.parametrize("wrapper", ["g", "state_dict"])
def test_names_that_are_none_are_refused(tmp_path, wrapper):
    with pytest.raises(PackError, match="no names"):
        read_generator(save({wrapper: {7: torch.ones(2)}}, tmp_path / "a.pt"))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_nvidia(tmp_path, protocol):
    model = published.generator(blocks=5)
    if protocol == 2:  # bytes are made by a call there; no file of NVIDIA's is that old
        with pytest.raises(PackError, match=r"_codecs\.encode"):
            read_generator(published.nvidia_pickle(tmp_path / "a.pkl", published.nvidia(model), "", 2))
        return
    path = published.nvidia_pickle(tmp_path / "ffhq.pkl", published.nvidia(model), protocol=protocol)
    found = read_generator(path)
    assert found.config == model.config
    assert torch.equal(draw(found), draw(model))


def test_nvidia_source_in_the_pickle_is_not_run(tmp_path):
    code = f"open({str(tmp_path / 'ran')!r}, 'w')"
    read_generator(published.nvidia_pickle(tmp_path / "a.pkl", published.nvidia(published.generator()), code))
    assert not (tmp_path / "ran").exists()


def test_pictures_that_are_not_square(tmp_path):
    """StyleGAN-Human: twice as high as wide."""
    model = published.generator(base=(4, 2))
    found = read_generator(published.nvidia_pickle(tmp_path / "human.pkl", published.nvidia(model)))
    assert draw(found).shape == (2, 3, 32, 16)
    assert torch.equal(draw(found), draw(model))


def test_own_safetensors(tmp_path):
    model = published.generator()
    save_file(model.state_dict(), tmp_path / "generator.safetensors")
    assert torch.equal(draw(read_generator(tmp_path / "generator.safetensors")), draw(model))


@BOTH
@pytest.mark.parametrize("prefix", ["module.", ""])
def test_modnet(tmp_path, zipped, prefix):
    model = published.modnet()
    path = save(published.modnet_state(model, prefix), tmp_path / "modnet.ckpt", zipped)
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(read_matting(path)(image), model(image))
    wrapped = {"epoch": 5, "state_dict": published.modnet_state(model, prefix)}
    assert torch.equal(read_matting(save(wrapped, path, zipped))(image), model(image))


def same_clip(found: CLIP) -> None:
    wanted = CLIP.from_state_dict(published.clip_state(), Tokenizer(published.WORDS))
    images = torch.rand(2, 3, 48, 48) * 2 - 1
    for name, value in wanted.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[name], value)
    assert torch.allclose(found.encode_image(images), wanted.encode_image(images), atol=1e-5)
    assert torch.allclose(found.encode_text(["the man"]), wanted.encode_text(["the man"]), atol=1e-5)


def test_clip_of_openai(tmp_path):
    same_clip(read_clip(published.clip_archive(tmp_path / "ViT-B-32.pt")))


def test_clip_folder(tmp_path):
    same_clip(read_clip(published.clip_folder(tmp_path / "clip")))


def test_clip_folder_with_an_older_file(tmp_path):
    folder = published.clip_folder(tmp_path / "clip")
    model = CLIP.from_state_dict(published.clip_state()).model
    (folder / "model.safetensors").unlink()
    save(model.state_dict(), folder / "pytorch_model.bin")
    same_clip(read_clip(folder))


def test_clip_in_the_cache(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))  # its variable is read once, at import
    place = tmp_path / "models--openai--clip-vit-base-patch32"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("abc")
    (place / "snapshots").mkdir()
    published.clip_folder(place / "snapshots" / "abc")
    same_clip(read_clip("openai/clip-vit-base-patch32"))
    same_clip(read_clip(place))
    with pytest.raises(PackError, match="laion/other is neither"):
        read_clip("laion/other")


@pytest.mark.parametrize(
    "change", [{"vision_config": {"hidden_act": "gelu"}}, {"text_config": {"num_attention_heads": 2}}]
)
def test_clip_built_otherwise_is_not_guessed(tmp_path, change):
    folder = published.clip_folder(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    for part, values in change.items():
        config[part].update(values)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(PackError, match=r"config\.json.*quick_gelu, heads of 64"):
        read_clip(folder)


@published.NO_VOCABULARY
def test_clip_without_its_words(tmp_path):
    folder = published.clip_folder(tmp_path)
    (folder / "merges.txt").write_text("a b\n")
    with pytest.raises(PackError, match=r"521 tokens, the vocabulary beside it 515"):
        read_clip(folder)
    (folder / "merges.txt").unlink()
    with pytest.raises(PackError, match=r"merges\.txt"):
        read_clip(folder)
    (folder / "bpe_simple_vocab_16e6.txt.gz").write_bytes(b"\x1f\x8b\x08 but no gzip")
    with pytest.raises(PackError, match=str(folder)):
        read_clip(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(PackError, match=r"neither model\.safetensors nor pytorch_model\.bin"):
        read_clip(folder)


@pytest.mark.parametrize("reader", [read_generator, read_matting])
def test_weights_of_something_else(tmp_path, reader):
    path = save({"layer.weight": torch.ones(2)}, tmp_path / "other.pt")
    with pytest.raises(PackError, match=r"other\.pt: not a (StyleGAN2|MODNet)"):
        reader(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"conv1.conv.weight": "x"}, "conv1.conv.weight is a str"),
        ({"conv1.conv.weight": None}, "conv1.conv.weight is a NoneType"),
        ({7: torch.ones(2)}, "no names"),
        ({"conv1.conv.weight": torch.ones(8, 8, 3, 3, dtype=torch.complex64)}, "complex"),
        ({"input.input": torch.ones(0)}, "a.pt"),
    ],
)
def test_what_is_no_weight_is_refused(tmp_path, change, said):
    state = {**published.rosinality(published.generator()), **change}
    with pytest.raises(PackError, match=said):
        read_generator(save({"g_ema": state}, tmp_path / "a.pt"))


@pytest.mark.parametrize("reader", [read_generator, read_matting])
@pytest.mark.parametrize("value", ["x", None, [1], {"a": 1}, torch.ones(0), torch.ones(()), 3])
def test_any_value_in_any_place_is_refused_or_not_read(tmp_path, reader, value):
    own = published.rosinality(published.generator()) if reader is read_generator else {}
    state = own or published.modnet_state(published.modnet())
    refused = 0
    for name in list(state)[:: len(state) // 7]:
        try:  # nothing but a refusal may be raised; MODNet's second copy of its backbone is not read
            reader(save({**state, name: value}, tmp_path / "a.pt"))
        except PackError as error:
            refused += "a.pt" in str(error)
    assert refused >= (7 if own else 3)


def test_a_wrong_shape_is_named(tmp_path):
    state = published.nvidia(published.generator())
    state["synthesis.b8.conv0.weight"] = torch.ones(8, 7, 3, 3)
    with pytest.raises(PackError, match=r"a\.pkl: tensor 'synthesis\.b8\.conv0\.weight' has shape"):
        read_generator(published.nvidia_pickle(tmp_path / "a.pkl", state))
