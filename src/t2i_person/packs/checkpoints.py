"""Published checkpoints as networks: StyleGAN2, MODNet and CLIP in the formats they are published in."""

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import WrongPack
from ..nets.clip import CLIP
from ..nets.clip_tokens import Tokenizer
from ..nets.modnet import MODNet
from ..nets.stylegan2 import Generator
from .formats.tensors import read_tensors


def read_generator(path: Path | str) -> Generator:
    """StyleGAN2 from rosinality's ``.pt`` or that of StyleCLIP, JoJoGAN or pSp, NVIDIA's ``.pkl``, or our
    safetensors.

    Sizes come from the tensors; pictures may be of any proportion, as StyleGAN-Human's 1024x512. Where the
    file has no mean of W (``latent_avg``), `Generator.w_mean` is zero; where it has no noise, some is made,
    always the same. NVIDIA's ``conv_clamp``, a guard of float16 training that float32 pictures do not reach,
    is left out.

    Raises
    ------
    WrongPack : no such file; damaged; refused, and why; or no StyleGAN2 that is known.
    """
    return _build(path, Generator.from_state_dict)


def read_matting(path: Path | str) -> MODNet:
    """MODNet from its ``.ckpt`` or ``.pth``, with or without ``module.`` or a ``state_dict`` around it, or
    from our safetensors.

    Raises
    ------
    WrongPack : as `read_generator`.
    """
    return _build(path, lambda state: MODNet.from_state_dict(state.get("state_dict", state)))


def read_clip(path: Path | str) -> CLIP:
    """CLIP with its vocabulary.

    ``path``: a ``transformers`` folder, a model's name or folder in the Hugging Face cache (which is read,
    never filled), or OpenAI's ``.pt`` with the vocabulary file beside it.

    Raises
    ------
    WrongPack : as `read_generator`; or there is no vocabulary.
    """
    place = clip_folder(path)
    if place.is_dir():
        names = ("model.safetensors", "pytorch_model.bin")
        file = next((place / name for name in names if (place / name).is_file()), None)
        if file is None:
            raise WrongPack(f"{place} is no CLIP folder: it has neither {' nor '.join(names)}.")
        _check_config(place / "config.json")
    else:
        file = place
    try:
        tokenizer = Tokenizer.find(file.parent)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise WrongPack(f"{file.parent}: {error}.") from error
    model = _build(file, lambda state: CLIP.from_state_dict(state, tokenizer))
    if tokenizer.size != model.vocabulary:
        raise WrongPack(
            f"{file} has {model.vocabulary} tokens, the vocabulary beside it {tokenizer.size}: "
            "they belong to different models."
        )
    return model


def _build(path: Path | str, make: Callable[[dict[str, Any]], Any]) -> Any:
    try:
        model = make(read_tensors(path)).requires_grad_(False).eval()
    except WrongPack:
        raise
    except Exception as error:  # sizes are read from a file that a stranger may have written
        raise WrongPack(f"{path}: {error}") from error
    for name, value in model.state_dict().items():  # else it is seen when the pack is written, hours later
        if not value.isfinite().all():
            raise WrongPack(f"{path}: {name} has values that are no numbers: fetch it again.")
    return model


def clip_folder(path: Path | str) -> Path:
    """A file or folder as it is; of a folder of the Hugging Face cache the snapshot; of a name its folder."""
    place = Path(path)
    if not place.exists() and re.fullmatch(r"[\w.-]+/[\w.-]+", str(path)):
        from huggingface_hub.constants import HF_HUB_CACHE

        place = Path(HF_HUB_CACHE) / f"models--{str(path).replace('/', '--')}"
        if not place.is_dir():
            raise WrongPack(f"{path} is neither a file, nor a folder, nor a model in {HF_HUB_CACHE}.")
    main = place / "refs" / "main"
    if main.is_file():
        place = place / "snapshots" / main.read_text("utf-8").strip()
    if not place.exists():
        raise WrongPack(f"{place} is not there: give a CLIP folder or OpenAI's .pt file.")
    return place


def _check_config(path: Path) -> None:
    """What cannot be read off the tensors is the same in all of OpenAI's CLIPs, but not in everybody's."""
    if not path.is_file():
        return
    try:
        config = json.loads(path.read_text("utf-8"))
        for part in ("vision_config", "text_config"):
            tower = config.get(part, {})
            act = tower.get("hidden_act", "quick_gelu")
            width, heads = tower.get("hidden_size"), tower.get("num_attention_heads")
            if act != "quick_gelu" or (width and heads and width != 64 * heads):
                raise WrongPack(
                    f"{path}: {part} has {act} and {heads} heads of {width}: only CLIPs built as OpenAI's "
                    "(quick_gelu, heads of 64) can be read."
                )
    except (ValueError, AttributeError) as error:
        if isinstance(error, WrongPack):
            raise
        raise WrongPack(f"{path} cannot be read ({error}).") from error
