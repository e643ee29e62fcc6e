"""CLIP against the published network; its preprocessing and tokens against what they stand for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from reference import error, load, made
from torch import Tensor
from transformers import CLIPTokenizer

from t2i_person.nets.clip import CLIP, MEAN, STD, fit
from t2i_person.nets.clip_tokens import Tokenizer
from tests.packs.published import NO_VOCABULARY

TOLERANCE = 1e-3  # of the output's mean absolute value
WORDS = [
    ("t", "h"),
    ("th", "e</w>"),
    ("e", "d</w>"),
    ("r", "ed</w>"),
    ("r", "e"),
    ("l", "l"),
    ("ll", "o</w>"),
]
WORDS += [("h", "e"), ("he", "llo</w>"), ("a", "a"), ("Ð", "º"), ("'", "s</w>"), ("!", "!</w>")]


@pytest.fixture(scope="module")
def published() -> tuple[CLIP, dict[str, Tensor]]:
    state, wanted = load("clip_vit_b32")
    return CLIP.from_state_dict(state).requires_grad_(False), wanted


def test_published_outputs(published: tuple[CLIP, dict[str, Tensor]]) -> None:
    model, wanted = published
    images = model.image_features(made("input.image", [2, 3, 224, 224]))
    texts = model.text_features(wanted["tokens"])
    logits = model.scale * F.normalize(images) @ F.normalize(texts).T
    assert error(images, wanted["image_features"]) < TOLERANCE
    assert error(texts, wanted["text_features"]) < TOLERANCE
    assert error(logits, wanted["logits_per_image"]) < TOLERANCE


def test_transformers_names_give_the_same(published: tuple[CLIP, dict[str, Tensor]]) -> None:
    model, wanted = published
    again = CLIP.from_state_dict(model.model.state_dict())
    assert torch.equal(again.text_features(wanted["tokens"]), model.text_features(wanted["tokens"]))


def test_image_embedding(published: tuple[CLIP, dict[str, Tensor]]) -> None:
    model, _ = published
    images = (torch.rand(1, 3, 256, 256) * 2 - 1).requires_grad_()
    seen = model.encode_image(images)
    assert seen.shape == (1, 512)
    assert seen.norm().item() == pytest.approx(1, abs=1e-5)
    pixels = F.avg_pool2d(F.interpolate(images, scale_factor=7, mode="nearest"), 8)
    normal = ((pixels + 1) / 2 - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    assert error(seen, F.normalize(model.image_features(normal))) < 1e-4
    assert (
        error(model.encode_image(images, normalize=False), F.normalize(model.image_features(pixels))) < 1e-4
    )
    seen[0, 0].backward()
    assert images.grad is not None and images.grad.abs().sum() > 0
    tall = model.encode_image(images[:, :, :, 64:192])
    assert tall.shape == (1, 512) and torch.isfinite(tall).all()


@pytest.mark.parametrize(("size", "side"), [(64, 56), (32, 7), (256, 224)])
def test_fit_is_stylecips_upsampling_and_pooling(size: int, side: int) -> None:
    images = torch.randn(2, 3, size, size, dtype=torch.float64, requires_grad=True)
    written_out = F.avg_pool2d(F.interpolate(images, scale_factor=7, mode="nearest"), 7 * size // side)
    assert error(fit(images, side), written_out) < 1e-10
    towards = torch.randn_like(written_out)
    (wanted,) = torch.autograd.grad(written_out, images, towards)
    (got,) = torch.autograd.grad(fit(images, side), images, towards)
    assert error(got, wanted) < 1e-10


def test_fit_keeps_the_proportions_and_the_mean() -> None:
    image = torch.rand(1, 3, 300, 100)
    small = fit(image, 224)
    assert small.shape == (1, 3, 224, 75)
    assert small.mean().item() == pytest.approx(image.mean().item(), rel=1e-2)
    assert torch.allclose(fit(torch.ones(1, 1, 131, 257), 224), torch.ones(1, 1, 114, 224))


@pytest.mark.parametrize(
    "text",
    [
        "The red hello",
        "a  Redd hello!!  the's",
        "aaaa aaa 42 кот",
        "it's -- “quoted” café\n3½ ² Ⅷ",
        "",
        "dон't",
    ],
)
def test_tokens_are_those_of_transformers(text: str) -> None:
    own = Tokenizer(WORDS)
    theirs = CLIPTokenizer(own._numbers | {"<|startoftext|>": own.start, "<|endoftext|>": own.end}, WORDS)
    assert [own.start, *own.encode(text), own.end] == theirs(text)["input_ids"]


def test_tokens_are_padded_and_cut() -> None:
    tokens = Tokenizer(WORDS)(["the red", "red " * 90])
    assert tokens.shape == (2, 77)
    assert tokens[0, 4:].eq(0).all()
    assert tokens[1, -1] == Tokenizer(WORDS).end


@pytest.mark.parametrize("name", ["merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz"])
def test_vocabulary_files(name: str, tmp_path: Path) -> None:
    lines = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in WORDS), ""])
    if name.endswith("json"):
        (tmp_path / name).write_text(json.dumps({"model": {"merges": WORDS}}))
    elif name.endswith("gz"):
        (tmp_path / name).write_bytes(gzip.compress(lines.encode()))
    else:
        (tmp_path / name).write_text(lines)
    for place in (tmp_path, tmp_path / name):
        assert Tokenizer.find(place).encode("the red") == Tokenizer(WORDS).encode("the red")


@NO_VOCABULARY
def test_no_vocabulary(published: tuple[CLIP, dict[str, Tensor]], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"merges\.txt"):
        Tokenizer.find(tmp_path)
    with pytest.raises(FileNotFoundError, match="open-clip-torch"):
        CLIP(published[0].model).encode_text(["a face"])


def test_vocabulary_of_another_model(published: tuple[CLIP, dict[str, Tensor]]) -> None:
    with pytest.raises(ValueError, match="49408"):
        CLIP(published[0].model, Tokenizer(WORDS)).encode_text(["a face"])


def test_wrong_state_dict(published: tuple[CLIP, dict[str, Tensor]]) -> None:
    state = dict(published[0].model.state_dict())
    with pytest.raises(ValueError, match="not a CLIP"):
        CLIP.from_state_dict({"layer.weight": torch.zeros(1)})
    with pytest.raises(ValueError, match=r"no tensor 'text_model.final_layer_norm.bias'"):
        CLIP.from_state_dict({k: v for k, v in state.items() if k != "text_model.final_layer_norm.bias"})
    with pytest.raises(ValueError, match=r"visual_projection.weight.*\[3, 3\]"):
        CLIP.from_state_dict({**state, "visual_projection.weight": torch.zeros(3, 3)})
