"""Small random networks in the formats that published ones are handed round in."""

import pickle
import re
import sys
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from t2i_person.nets.clip import CLIP
from t2i_person.nets.clip_tokens import PACKAGES
from t2i_person.nets.modnet import MODNet, MODNetConfig
from t2i_person.nets.stylegan2 import Generator
from t2i_person.nets.stylegan2_config import GeneratorConfig
from t2i_person.nets.stylegan2_layouts import _nvidia, _rosinality

NO_VOCABULARY = pytest.mark.skipif(
    any(map(find_spec, PACKAGES)), reason="a package is installed here that ships CLIP's vocabulary"
)
WORDS = [("t", "h"), ("th", "e</w>"), ("m", "a"), ("ma", "n</w>"), ("h", "a"), ("ha", "i"), ("hai", "r</w>")]


def generator(base: tuple[int, int] = (4, 4), blocks: int = 4) -> Generator:
    torch.manual_seed(0)
    side = max(base) * 2 ** (blocks - 1)
    channels = (8, 8, 8, 8, 4, 4)[:blocks]
    config = GeneratorConfig(16, 16, 2, side, channels, base)
    model = Generator(config).requires_grad_(False).eval()
    model.w_mean.normal_()
    for conv in (conv for block in model.synthesis.stack for conv in block.convs):
        conv.noise_strength.fill_(0.1)
    return model


def rosinality(model: Generator) -> dict[str, Tensor]:
    """Names and shapes of a rosinality state dict."""
    blocks, layers = len(model.config.channels), model.config.mapping_layers
    names = {f"convs.{i}.conv.weight": None for i in range(2 * blocks - 2)}
    names |= {f"to_rgbs.{i}.conv.weight": None for i in range(blocks - 1)}
    names |= {f"style.{i + 1}.weight": None for i in range(layers)}
    own, state = model.state_dict(), OrderedDict()
    for ours, theirs in _rosinality(names):  # type: ignore[arg-type]
        value = own[ours].clone()
        if theirs == "input.input" or theirs.endswith(".conv.weight"):
            value = value[None]
            value = value[..., None, None] if ".rgb." in ours else value
        elif theirs.startswith("noises."):
            value = value[None, None]
        elif theirs.endswith("noise.weight"):
            value = value[None]
        elif re.fullmatch(r"to_rgb\w*(\.\d+)?\.bias", theirs):
            value = value[None, :, None, None]
        state[theirs] = value
        if theirs.startswith("convs.") and theirs.endswith(".conv.weight"):
            state[theirs.replace("weight", "blur.kernel")] = torch.ones(4, 4)  # buffers that are not needed
    return state


def nvidia(model: Generator) -> dict[str, Tensor]:
    """Names and shapes of an NVIDIA state dict."""
    names = {f"mapping.fc{i}.weight": None for i in range(model.config.mapping_layers)}
    names |= {f"synthesis.b{max(size)}.const": None for size in model.resolutions}
    own, state = model.state_dict(), OrderedDict()
    for ours, theirs in _nvidia(names):  # type: ignore[arg-type]
        value = own[ours].clone()
        state[theirs] = value[..., None, None] if theirs.endswith("torgb.weight") else value
        if theirs.endswith("noise_const"):
            state[theirs.replace("noise_const", "resample_filter")] = torch.ones(4, 4)
    return state


def tree(state: dict[str, Tensor], parameter: str = r"weight|bias|noise_strength|const") -> nn.Module:
    """Modules whose state dict this is."""
    root = nn.Module()
    for name, value in state.items():
        *path, last = name.split(".")
        module = root
        for part in path:
            if part not in module._modules:
                module.add_module(part, nn.Module())
            module = module._modules[part]  # type: ignore[assignment]
        if re.fullmatch(parameter, last):
            module.register_parameter(last, nn.Parameter(value, requires_grad=False))
        else:
            module.register_buffer(last, value)
    return root


def nvidia_pickle(
    path: Path, state: dict[str, Tensor], source: str = "raise SystemExit", protocol: int = 3
) -> Path:
    """As stylegan2-ada-pytorch's training loop and persistence.py write it, without either of them.

    Each module is a call of ``torch_utils.persistence._reconstruct_persistent_obj`` with its source, its
    class's name and its ``__dict__``; ``source`` is what the original would execute.
    """
    persistence, util = ModuleType("torch_utils.persistence"), ModuleType("dnnlib.util")

    def _reconstruct_persistent_obj(meta):
        raise AssertionError("this is code from a pickle")

    class EasyDict(dict):
        pass

    for thing, module in ((_reconstruct_persistent_obj, persistence), (EasyDict, util)):
        thing.__module__, thing.__qualname__ = module.__name__, thing.__name__
        setattr(module, thing.__name__, thing)

    class Persistent:
        def __init__(self, module: nn.Module, name: str) -> None:
            children = {key: Persistent(child, "SynthesisLayer") for key, child in module._modules.items()}
            self.state = {
                **module.__dict__,
                "_modules": OrderedDict(children),
                "_init_args": (),
                "_init_kwargs": EasyDict(z_dim=16, w_dim=16, conv_clamp=256),
                "weight_gain": 1 / np.sqrt(16),
                "use_noise": True,
            }
            self.name = name

        def __reduce__(self):
            meta = dict(type="class", version=6, module_src=source, class_name=self.name, state=self.state)
            return _reconstruct_persistent_obj, (meta,)

    whole = {
        "training_set_kwargs": EasyDict(class_name="training.dataset.ImageFolderDataset", max_size=70000),
        "G": None,
        "D": Persistent(tree({"b4.fc.weight": torch.zeros(2, 2)}), "Discriminator"),
        "augment_pipe": None,
        "G_ema": Persistent(tree(state), "Generator"),
    }
    modules = {"torch_utils": ModuleType("torch_utils"), persistence.__name__: persistence}
    modules |= {"dnnlib": ModuleType("dnnlib"), util.__name__: util}
    with mock.patch.dict(sys.modules, modules):  # where pickle looks up what it writes the names of
        path.write_bytes(pickle.dumps(whole, protocol))
    return path


def modnet() -> MODNet:
    torch.manual_seed(0)
    return MODNet(MODNetConfig.of(0.25)).eval()


def modnet_state(model: MODNet, prefix: str = "module.") -> dict[str, Tensor]:
    """As published: the backbone twice, the second time by reference, with MobileNetV2's names."""
    state = OrderedDict()
    for name, value in model.state_dict().items():
        if name.startswith("backbone."):
            name = name.replace("backbone.", "backbone.model.features.", 1)
            state[f"{prefix}lr_branch.{name}"] = value
        state[f"{prefix}{name}"] = value
    return state


def clip_state() -> dict[str, Tensor]:
    """OpenAI's names, small: 32 pixels, one layer, a vocabulary of `WORDS`."""
    random = torch.Generator().manual_seed(0)
    state: dict[str, Tensor] = {}

    def add(name: str, *shape: int, mean: float = 0.0) -> None:
        state[name] = (mean + 0.2 * torch.randn(shape, generator=random)).half()

    add("positional_embedding", 77, 64)
    add("text_projection", 64, 32)
    add("logit_scale", mean=4.6)
    add("visual.class_embedding", 64)
    add("visual.positional_embedding", 17, 64)
    add("visual.proj", 64, 32)
    add("visual.conv1.weight", 64, 3, 8, 8)
    add("token_embedding.weight", 512 + len(WORDS) + 2, 64)
    for name in ("visual.ln_pre", "visual.ln_post", "ln_final"):
        add(f"{name}.weight", 64, mean=1)
        add(f"{name}.bias", 64)
    for prefix in ("visual.transformer.resblocks.0.", "transformer.resblocks.0."):
        add(f"{prefix}attn.in_proj_weight", 192, 64)
        add(f"{prefix}attn.in_proj_bias", 192)
        for name, (rows, columns) in {"attn.out_proj": (64, 64), "mlp.c_fc": (256, 64)}.items():
            add(f"{prefix}{name}.weight", rows, columns)
            add(f"{prefix}{name}.bias", rows)
        add(f"{prefix}mlp.c_proj.weight", 64, 256)
        add(f"{prefix}mlp.c_proj.bias", 64)
        for name in ("ln_1", "ln_2"):
            add(f"{prefix}{name}.weight", 64, mean=1)
            add(f"{prefix}{name}.bias", 64)
    return state


def merges(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *map(" ".join, WORDS), ""]))


def clip_archive(path: Path) -> Path:
    """OpenAI's ``.pt``: a TorchScript archive, its vocabulary beside it."""
    state = {**clip_state(), "input_resolution": torch.tensor(32), "context_length": torch.tensor(77)}
    torch.jit.script(tree(state, ".*")).save(str(path))
    merges(path.parent)
    return path


def clip_folder(folder: Path) -> Path:
    """As ``transformers`` saves it."""
    CLIP.from_state_dict(clip_state()).model.save_pretrained(folder)
    merges(folder)
    return folder
