"""CLIP through ``transformers``: pictures and texts into one space, differentiable in the picture.

Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021). The
network is ``transformers``' own, its configuration is read off the tensors, and nothing is downloaded. The
way from a generated picture to CLIP's 224 pixels is StyleCLIP's (Patashnik et al. 2021): every pixel repeated
7 times on each axis, then averaged in windows of side / 32.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPModel

from .clip_tokens import Tokenizer
from .encoder import CommonEncoder

MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's training pictures in [0, 1], RGB
STD = (0.26862954, 0.26130258, 0.27577711)


class CLIP(nn.Module, CommonEncoder):
    """A CLIP with a vision transformer. Without ``tokenizer``, the first text searches installed packages."""

    language = "en"
    mean: Tensor
    std: Tensor

    def __init__(self, model: CLIPModel, tokenizer: Tokenizer | None = None) -> None:
        super().__init__()
        model.set_attn_implementation(
            "eager"
        )  # for 50 tokens a flash kernel's backward pass is slower on a CPU
        embeddings: Any = model.vision_model.embeddings
        embeddings.patch_embedding = Patches(embeddings.patch_embedding.weight)
        self.model = model
        self.tokenizer = tokenizer
        vision: Any = model.config.vision_config
        text: Any = model.config.text_config
        self.side: int = vision.image_size
        self.length: int = text.max_position_embeddings
        self.vocabulary: int = text.vocab_size
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD)[:, None, None], persistent=False)

    def encode_image(self, images: Tensor, *, normalize: bool = True) -> Tensor:
        """Pictures -> unit vectors [n, d] in float32; differentiable.

        Parameters
        ----------
        images : [n, 3, h, w], RGB in [-1, 1], of any size; scaled by area to CLIP's side, the longer side
            fitted and the rest filled with CLIP's mean colour.
        normalize : by CLIP's mean and deviation. False feeds [-1, 1] as it is, as StyleCLIP's optimisation
            does.
        """
        pixels = fit(images, self.side)
        if normalize:
            pixels = ((pixels + 1) / 2 - self.mean) / self.std
        h, w = pixels.shape[2:]
        if (h, w) != (self.side, self.side):
            top, left = (self.side - h) // 2, (self.side - w) // 2
            pixels = F.pad(pixels, (left, self.side - w - left, top, self.side - h - top))
        return F.normalize(self.image_features(pixels).float(), dim=1)

    def encode_raw(self, images: Tensor) -> Tensor:
        """`encode_image` of the pixels as they are."""
        return self.encode_image(images, normalize=False)

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Texts -> unit vectors [n, d] in float32.

        Raises
        ------
        FileNotFoundError
            No vocabulary is at hand; the message names the cure.
        """
        self.tokenizer = self.tokenizer or Tokenizer.find()
        if self.tokenizer.size != self.vocabulary:
            raise ValueError(f"the file has {self.tokenizer.size} tokens, this CLIP has {self.vocabulary}")
        tokens = self.tokenizer(texts, self.length).to(self.mean.device)
        return F.normalize(self.text_features(tokens).float(), dim=1)

    def image_features(self, pixels: Tensor) -> Tensor:
        """[n, 3, side, side] already normalised -> [n, d], any length."""
        return self.model.visual_projection(self.model.vision_model(pixels).pooler_output)

    def text_features(self, tokens: Tensor) -> Tensor:
        """[n, length] token numbers -> [n, d], any length. The end of text has the highest number."""
        hidden = self.model.text_model(tokens).last_hidden_state
        return self.model.text_projection(hidden[torch.arange(len(tokens)), tokens.argmax(1)])

    @property
    def scale(self) -> Tensor:
        """What CLIP multiplies cosines by to get logits."""
        return self.model.logit_scale.exp()

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], tokenizer: Tokenizer | None = None) -> CLIP:
        """Build from OpenAI's or ``transformers``' names; every size is read off the tensors.

        Raises
        ------
        ValueError
            A tensor is missing or of the wrong shape, or it is no CLIP with a vision transformer.
        """
        own = dict(_renamed(state)) if "visual.conv1.weight" in state else dict(state)
        own = {name.removeprefix("model."): value for name, value in own.items()}
        model = _empty(_config(own))
        expected = model.state_dict()
        for name, like in expected.items():
            if name not in own:
                raise ValueError(f"CLIP state dict has no tensor {name!r} (transformers' name)")
            if own[name].shape != like.shape:
                raise ValueError(
                    f"CLIP tensor {name!r} (transformers' name) has shape {list(own[name].shape)}, "
                    f"expected {list(like.shape)}"
                )
        model.load_state_dict(
            {name: own[name].to(torch.float32, copy=True) for name in expected}, assign=True
        )
        return cls(model, tokenizer).eval()


class Patches(nn.Module):
    """The convolution that cuts a picture into patches, as one matrix product: on a CPU its backward pass to
    the pixels takes a tenth of the time.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach(), weight.requires_grad)  # [d, 3, patch, patch]

    def forward(self, pixels: Tensor) -> Tensor:
        """[n, 3, side, side] -> [n, d, side / patch, side / patch]."""
        d, c, patch, _ = self.weight.shape
        n, _, h, w = pixels.shape
        cut = pixels.reshape(n, c, h // patch, patch, w // patch, patch).permute(0, 2, 4, 1, 3, 5)
        rows = cut.reshape(n, h // patch, w // patch, -1) @ self.weight.reshape(d, -1).T
        return rows.permute(0, 3, 1, 2)


def _empty(config: CLIPConfig) -> CLIPModel:
    """The network without weights: to fill them at random would take seconds."""
    with torch.device("meta"):
        model = CLIPModel(config)
    for module in model.modules():
        places = getattr(module, "position_ids", None)  # a buffer that no state dict holds
        if isinstance(places, Tensor):
            module.register_buffer("position_ids", torch.arange(places.shape[-1])[None], persistent=False)
    return model


def fit(images: Tensor, side: int) -> Tensor:
    """Scale by area so that the longer side is ``side``: [n, c, h, w] -> [n, c, h', w'].

    Repeating each pixel 7 times and averaging windows of h / 32 (StyleCLIP, for 224) is this linear map:
    output i is the mean of the input over [i, i + 1) * h / 224, partly covered pixels counted by the covered
    part. Rows and columns fall into gcd(h, side) equal groups, so that the map is a small matrix and the
    7168-pixel picture is never made.
    """
    h, w = images.shape[2:]
    rows, columns = (max(1, round(side * length / max(h, w))) for length in (h, w))
    n, c = images.shape[:2]
    if (h, w) == (rows, columns):
        return images
    across = _areas(w, columns, images)  # [b, a]
    images = images.reshape(n, c, h, -1, across.shape[1]) @ across.T
    down = _areas(h, rows, images)
    images = down @ images.reshape(n, c, -1, down.shape[1], columns)
    return images.reshape(n, c, rows, columns)


def _areas(length: int, wanted: int, like: Tensor) -> Tensor:
    """The part of each input pixel in each output pixel, for one group: [wanted / g, length / g]."""
    g = math.gcd(length, wanted)
    a, b = length // g, wanted // g
    start = torch.arange(b, dtype=torch.float64)[:, None] * a / b
    pixel = torch.arange(a, dtype=torch.float64)[None]
    cover = (torch.minimum(start + a / b, pixel + 1) - torch.maximum(start, pixel)).clamp(min=0)
    return (cover * b / a).to(like)


def _config(own: Mapping[str, Tensor]) -> CLIPConfig:
    def shape(name: str) -> torch.Size:
        if name not in own:
            raise ValueError(
                f"not a CLIP with a vision transformer: no tensor {name!r}; known are OpenAI's names "
                "(visual.conv1.weight with class_embedding) and transformers' (vision_model.embeddings.*)"
            )
        return own[name].shape

    def tower(prefix: str, width: int) -> dict[str, int | str]:
        layers = {m[1] for name in own if (m := re.match(prefix + r"\.encoder\.layers\.(\d+)\.", name))}
        return {
            "hidden_size": width,
            "intermediate_size": shape(f"{prefix}.encoder.layers.0.mlp.fc1.weight")[0],
            "num_attention_heads": width // 64,  # in every published CLIP
            "num_hidden_layers": len(layers),
            "hidden_act": "quick_gelu",
        }

    places = shape("vision_model.embeddings.position_embedding.weight")[0] - 1
    width, _, patch, _ = shape("vision_model.embeddings.patch_embedding.weight")
    vocabulary, text_width = shape("text_model.embeddings.token_embedding.weight")
    return CLIPConfig(
        projection_dim=shape("text_projection.weight")[0],
        vision_config={
            **tower("vision_model", width),
            "patch_size": patch,
            "image_size": patch * math.isqrt(places),
        },
        text_config={
            **tower("text_model", text_width),
            "vocab_size": vocabulary,
            "max_position_embeddings": shape("text_model.embeddings.position_embedding.weight")[0],
            "bos_token_id": vocabulary - 2,
            "eos_token_id": vocabulary - 1,
        },
    )


_PARTS = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}
_NAMES = {
    "logit_scale": "logit_scale",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",  # transformers' spelling
    "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
    "visual.ln_post.weight": "vision_model.post_layernorm.weight",
    "visual.ln_post.bias": "vision_model.post_layernorm.bias",
}


def _renamed(state: Mapping[str, Tensor]) -> list[tuple[str, Tensor]]:
    """OpenAI's names -> ``transformers``': q, k, v come apart and the projections are transposed."""
    out: list[tuple[str, Tensor]] = []
    for name, value in state.items():
        if name in _NAMES:
            out.append((_NAMES[name], value))
        elif name in ("visual.proj", "text_projection"):
            out.append(
                ("visual_projection.weight" if name == "visual.proj" else "text_projection.weight", value.T)
            )
        elif found := re.fullmatch(r"(visual\.)?transformer\.resblocks\.(\d+)\.(.+)\.?(weight|bias)", name):
            visual, layer, part, kind = found.groups()
            own = f"{'vision' if visual else 'text'}_model.encoder.layers.{layer}"
            if part == "attn.in_proj_":
                for letter, third in zip("qkv", value.chunk(3), strict=True):
                    out.append((f"{own}.self_attn.{letter}_proj.{kind}", third))
            else:
                out.append((f"{own}.{_PARTS.get(part.rstrip('.'), part)}.{kind}", value))
    return out
