"""The tensors of a checkpoint, whichever program wrote it; no code in it ever runs.

What ``torch.save`` wrote is read by ``torch.load(weights_only=True)``, which refuses NVIDIA's pickles and
TorchScript archives. `pickles` reads these and calls nothing. The size that a file claims for a tensor is
compared with the bytes in the file before memory is allocated.
"""

import argparse
import io
import mmap
import pickle
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from ...errors import WrongPack
from ...nets.stylegan2_layouts import weights_of
from ..files import UNKNOWN, kind_of, strange
from .pickles import MAPPINGS, Made, Name, Refused, read

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"  # how torch.save began before 1.6
PERSISTENT = "torch_utils.persistence._reconstruct_persistent_obj"
TENSOR, PARAMETER = "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"
STORAGE = "torch.storage._load_from_bytes"
NUMPY = ("numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
ARRAYS = ("numpy.ndarray", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
NVIDIA = {*MAPPINGS, PERSISTENT, TENSOR, PARAMETER, STORAGE, *NUMPY, "builtins.set", "__builtin__.set"}
DTYPES = {
    f"torch.{kind}Storage": dtype
    for kind, dtype in {
        **{"Float": torch.float32, "Double": torch.float64, "Half": torch.float16},
        **{"BFloat16": torch.bfloat16, "Long": torch.int64, "Int": torch.int32, "Short": torch.int16},
        **{"Char": torch.int8, "Byte": torch.uint8, "Bool": torch.bool},
    }.items()
}
DEEP = 32  # modules inside modules
MANY = 10_000  # tensors


def read_tensors(path: Path | str) -> dict[str, Any]:
    """The tensors of a file by their names in it; ``g_ema`` and ``latent_avg`` stay apart as they are.

    Raises
    ------
    WrongPack : no such file; damaged; or refused, and why.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise WrongPack(f"{path} cannot be read: {error.strerror}.") from error
    reader: Callable[[Path], Any]
    kind = kind_of(path, head)
    if kind == "safetensors":
        reader = load_file
    elif kind == "zip":
        reader = _zip
    elif head.startswith(LEGACY):
        reader = _torch
    elif kind == "pickle":
        reader = _nvidia
    else:
        raise WrongPack(f"{path} {strange(head) or UNKNOWN}.")
    try:
        found = reader(path)
    except (Refused, pickle.UnpicklingError) as error:
        raise WrongPack(f"{path} is refused: {_reason(error)}. Nothing in it was run.") from error
    except Exception as error:  # the readers of torch, zipfile and safetensors may raise nearly anything
        why = str(error).partition("\n")[0][:300] or type(error).__name__
        raise WrongPack(f"{path} is damaged or cut short ({why}): fetch it again.") from error
    if not isinstance(found, Mapping):
        raise WrongPack(f"{path} holds a {type(found).__name__}, not tensors with names.")
    state = dict(found)
    _check_names(path, state)
    _check_sizes(path, state, size)
    return state


def _reason(error: Exception) -> str:
    text = str(error)
    if "dnnlib.tflib" in text:
        return (
            "it is a TensorFlow pickle of StyleGAN; take the PyTorch one, or convert it with legacy.py of "
            "NVIDIA's stylegan2-ada-pytorch"
        )
    if isinstance(error, Refused):
        return text
    if found := re.search(r"GLOBAL ([\w.]+)", text):  # torch's own message advises to switch the check off
        return f"it wants to import {found[1]}, which weights have no need of"
    found = re.search(r"WeightsUnpickler error: ([^\n]*)", text)
    return (found[1] if found else text.partition("\n")[0])[:300].rstrip(". ")


_allowing = threading.Lock()  # torch keeps one list of allowed names for all threads


class _Beside:
    """Stands for numpy's numbers, which files have beside their weights (a loss, a step).

    They are not read: of an object's type, numpy would unpickle and so run what stands in them.
    """

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...


def _torch(path: Path) -> Any:
    """Rosinality's own training snapshots keep their options beside the weights: a plain holder of values."""
    allowed: list[Any] = [argparse.Namespace, *((_Beside, name) for name in (*NUMPY, *ARRAYS))]
    with _allowing, torch.serialization.safe_globals(allowed):
        return torch.load(path, map_location="cpu", weights_only=True)


def _zip(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        records = archive.infolist()
        names = {record.filename for record in records}
        scripted = next((n for n in names if n.count("/") == 1 and n.endswith("/constants.pkl")), None)
        if scripted:
            return _script(archive, scripted.partition("/")[0])
        if not any(name.endswith("data.pkl") for name in names):
            raise Refused("it is a zip file, but not one that torch wrote")
        _check_stored(path, records)
    return _torch(path)


def _check_stored(path: Path, records: list[zipfile.ZipInfo]) -> None:
    """torch does not compress its records: if they unpack to more than the file, it is a zip bomb."""
    if any(record.compress_type != zipfile.ZIP_STORED for record in records):
        raise Refused("its records are compressed, which torch never does")
    if sum(record.file_size for record in records) > path.stat().st_size:
        raise Refused("its records say they are larger than the file")


def _script(archive: zipfile.ZipFile, root: str) -> dict[str, Tensor]:
    """Tensors of a TorchScript archive by the names that its ``state_dict`` would give; its code is not read.

    The format: pytorch/torch/csrc/jit/docs/serialization.md.
    """
    path = Path(str(archive.filename))
    parts = {f"{root}/data.pkl", *(n for n in archive.namelist() if n.startswith(f"{root}/data/"))}
    _check_stored(path, [record for record in archive.infolist() if record.filename in parts])
    allowed = {TENSOR, MAPPINGS[0], *DTYPES}

    def known(name: str) -> bool:
        return name in allowed or name.startswith(("__torch__.", "torch.jit._pickle.build_"))

    def storage(reference: Any) -> Tensor:
        match reference:
            case Made("persistent", ("storage", Name(kind), str(key), str(), int(numel))):
                dtype = DTYPES[kind]
                data = archive.read(f"{root}/data/{key}")
                if not data or len(data) != numel * dtype.itemsize:
                    raise Refused(f"record {key} has {len(data)} bytes for {numel} numbers")
                return torch.frombuffer(bytearray(data), dtype=dtype)
        raise Refused("it has a tensor without a storage")

    def children(module: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(module, Made) and module.name.startswith("__torch__."):
            yield from _names(module.state).items()

    whole = read(io.BytesIO(archive.read(f"{root}/data.pkl")), known, persistent=True)
    return dict(_walk(whole, children, storage))


def _nvidia(path: Path) -> dict[str, Tensor]:
    """``G_ema`` of a stylegan2-ada-pytorch pickle: a module is the dictionary it is rebuilt from.

    Their persistence wrapper stores each module as (its Python source, its class's name, its ``__dict__``)
    and would execute the source; here it is a string like any other.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as source:
        whole = _names(read(source, NVIDIA.__contains__))
    network = whole.get("G_ema")
    if not isinstance(network, Made):
        some = ", ".join(sorted(map(str, whole))[:8]) or "nothing"
        raise Refused(f"it has no G_ema, NVIDIA's averaged generator (it has {some})")

    def storage(made: Any) -> Tensor:
        match made:
            case Made(name, (bytes(data),)) if name == STORAGE:
                return _legacy_storage(data)
        raise Refused("it has a tensor without a storage")

    def children(module: Any) -> Iterator[tuple[str, Any]]:
        match module:
            case Made(name, ({"state": dict(state)},)) if name == PERSISTENT:
                for part in ("_parameters", "_buffers", "_modules"):
                    yield from _names(state.get(part, {})).items()

    return dict(_walk(network, children, storage))


def _legacy_storage(data: bytes) -> Tensor:
    """One storage as torch.save wrote it before 1.6: five pickles, the count of numbers, the numbers."""
    source = io.BytesIO(data)
    if not data.startswith(LEGACY):
        raise Refused("it has a storage that torch did not write")
    for _ in ("magic number", "protocol", "system"):
        read(source, lambda _: False)
    made = read(source, DTYPES.__contains__, persistent=True)
    read(source, lambda _: False)  # the storage's key
    match made:
        case Made("persistent", ("storage", Name(kind), str(), str(), int(numel), None)):
            dtype, rest = DTYPES[kind], data[source.tell() + 8 :]
            if numel and len(rest) == numel * dtype.itemsize:
                return torch.frombuffer(bytearray(rest), dtype=dtype)
            raise Refused(f"it has a storage of {numel} numbers in {len(rest)} bytes")
    raise Refused("it has a storage that is damaged")


def _names(value: Any) -> dict[Any, Any]:
    if isinstance(value, Made) and value.name in MAPPINGS:
        return value.items
    if not isinstance(value, dict):
        raise Refused(f"it has a {type(value).__name__} where names and values should be")
    return value


def _walk(
    module: Any,
    children: Callable[[Any], Iterator[tuple[str, Any]]],
    storage: Callable[[Any], Tensor],
) -> Iterator[tuple[str, Tensor]]:
    """Tensors below a module with their dotted names."""
    known: dict[int, Tensor] = {}  # storages are shared: each is read once
    left = MANY

    def storage_of(made: Any) -> Tensor:
        if id(made) not in known:
            known[id(made)] = storage(made)
        return known[id(made)]

    def below(module: Any, prefix: str, depth: int) -> Iterator[tuple[str, Tensor]]:
        nonlocal left
        if depth > DEEP:
            raise Refused(f"its modules are more than {DEEP} deep")
        for key, value in children(module):
            left -= 1
            if left < 0:
                raise Refused(f"it has more than {MANY} modules and tensors")
            if isinstance(value, Made) and value.name == PARAMETER and value.args:
                value = value.args[0]
            if isinstance(value, Made) and value.name == TENSOR:
                yield f"{prefix}{key}", _tensor(value, storage_of)
            elif isinstance(value, Made):
                yield from below(value, f"{prefix}{key}.", depth + 1)

    yield from below(module, "", 0)


def _tensor(made: Made, storage_of: Callable[[Any], Tensor]) -> Tensor:
    match made.args:
        case (reference, int(offset), tuple(size), tuple(stride), *_) if len(size) == len(stride):
            if not all(type(n) is int and 0 <= n < 1 << 40 for n in (offset, *size, *stride)):
                raise Refused("it has a tensor of impossible size")
            data = storage_of(reference)
            last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
            if 0 in size or last >= len(data):
                raise Refused(f"it has a tensor {list(size)} on a storage of {len(data)}")
            return data.as_strided(size, stride, offset)
    raise Refused("it has a tensor that is damaged")


def _check_names(path: Path, state: dict[Any, Any]) -> None:
    weights = weights_of(state)
    if not all(isinstance(name, str) for name in weights):
        raise WrongPack(f"{path} is not a known kind of checkpoint: its tensors have no names.")
    for name, value in weights.items() if weights is not state else ():
        if not isinstance(value, Tensor):
            raise WrongPack(f"{path}: {name} is a {type(value).__name__}, not a tensor: fetch it again.")


def _check_sizes(path: Path, state: dict[str, Any], size: int) -> None:
    """A few bytes can claim to be a tensor of terabytes, and copying it would allocate them."""
    total = 0
    for name, value in _tensors(state):
        if value.is_complex():
            raise WrongPack(f"{path} is refused: {name} holds complex numbers, as none of these networks do.")
        plain = value.layout == torch.strided and value.device.type == "cpu" and not value.is_quantized
        if not plain or value.nbytes > value.untyped_storage().nbytes():
            raise WrongPack(f"{path} is refused: {name} {list(value.shape)} has no numbers of its own.")
        total += value.nbytes
    if total > 4 * size:  # names may share tensors: MODNet holds its backbone twice
        raise WrongPack(f"{path} is refused: its tensors are {total} bytes, the file {size}.")


def _tensors(state: Mapping[Any, Any]) -> Iterator[tuple[str, Tensor]]:
    for name, value in state.items():
        if isinstance(value, Tensor):
            yield str(name), value
        elif isinstance(value, Mapping):
            yield from ((f"{name}.{key}", t) for key, t in value.items() if isinstance(t, Tensor))
