"""Files made to do harm: none of their code runs, none of their claims of size is believed."""

import io
import json
import pickle
import re
import resource
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from t2i_person.errors import PackError
from t2i_person.packs.checkpoints import read_clip, read_generator
from t2i_person.packs.formats.pickles import MAPPINGS, Made, Name, Refused, read
from t2i_person.packs.formats.tensors import LEGACY, read_tensors

from . import published


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def routes(command: str) -> dict[str, bytes]:
    """Each way through the opcodes to a call of os.system, as a pickle's body without its PROTO and STOP."""
    line, odict = text(command), b"ccollections\nOrderedDict\n"
    return {
        "GLOBAL REDUCE": b"cos\nsystem\n" + line + b"\x85R",
        "GLOBAL posix": b"cposix\nsystem\n" + line + b"\x85R",
        "GLOBAL builtins": b"cbuiltins\nexec\n" + line + b"\x85R",
        "STACK_GLOBAL": b"\x8c\x02os\x8c\x06system\x93" + line + b"\x85R",
        "STACK_GLOBAL from the memo": b"\x8c\x06system\x940\x8c\x02os\x94h\x00\x93" + line + b"\x85R",
        "STACK_GLOBAL below a known one": b"\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93)R",
        "STACK_GLOBAL below a module": b"\x8c\x0bcollections\x8c\x0a_sys.modul\x93)R",
        "memo swapped after it was read": odict + b"q\x01cos\nsystem\nq\x01" + line + b"\x85R",
        "INST": b"(" + line + b"ios\nsystem\n",
        "OBJ": b"(cos\nsystem\n" + line + b"o",
        "NEWOBJ": b"cos\nsystem\n" + line + b"\x85\x81",
        "NEWOBJ_EX": odict + b")}\x92",
        "subprocess.Popen by NEWOBJ_EX": b"csubprocess\nPopen\n" + line + b"\x85}\x92",
        "BUILD": odict + b")R}" + text("__setstate__") + b"cos\nsystem\nsb" + line + b"b",
        "EXT1": b"\x82\x01" + line + b"\x85R",
        "EXT2": b"\x83\x01\x00" + line + b"\x85R",
        "EXT4": b"\x84\x01\x00\x00\x00" + line + b"\x85R",
        "PERSID": b"Pos.system\n",
        "a call of what is no name": text("os.system") + line + b"\x85R",
        "a call of a call": odict + b")R" + line + b"\x85R",
        "getattr": b"cbuiltins\ngetattr\ncos\n__dict__\n" + text("system") + b"\x86R",
        "numpy's own loader": b"cnumpy\nload\n" + line + b"\x85R",
        "torch's own loader": b"ctorch\nload\n" + line + b"\x85R",
        "a class of the standard library": b"ctimeit\ntimeit\n" + line + b"\x85R",
    }


ROUTES = list(routes(""))


@pytest.fixture
def canary(tmp_path):
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists(), "code from the file ran"


def body(route: str, canary: Path) -> bytes:
    return routes(f"touch {canary}")[route]


def nvidia(body: bytes) -> bytes:
    return b"\x80\x04}X\x05\x00\x00\x00G_ema" + body + b"s."


def legacy(body: bytes) -> bytes:
    """The old container of torch.save: magic, protocol, system, the object, the keys of storages."""
    head = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}]
    return b"".join(pickle.dumps(part, 2) for part in head) + b"\x80\x02" + body + b"." + pickle.dumps([], 2)


def zipped(path: Path, body: bytes, *more: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + body + b".")
        for name, data in (("version", b"3\n"), ("byteorder", b"little"), *more):
            archive.writestr(f"archive/{name}", data)
    return path


@pytest.mark.parametrize("route", ROUTES)
def test_the_canary_dies_in_an_ordinary_unpickler(tmp_path, route):
    """The routes are real: where CPython's own pickle takes one, the command runs."""
    if route not in ("GLOBAL REDUCE", "STACK_GLOBAL", "STACK_GLOBAL from the memo", "INST", "OBJ"):
        return
    pickle.loads(b"\x80\x04" + body(route, tmp_path / "canary") + b".")
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize("route", ROUTES)
def test_nvidia(tmp_path, canary, route):
    path = tmp_path / "hostile.pkl"
    path.write_bytes(nvidia(body(route, canary)))
    with pytest.raises(PackError, match=r"hostile\.pkl is refused: .*Nothing in it was run"):
        read_generator(path)


@pytest.mark.parametrize("route", ROUTES)
def test_torchscript(tmp_path, canary, route):
    path = zipped(tmp_path / "hostile.pt", body(route, canary), ("constants.pkl", b"\x80\x02)."))
    with pytest.raises(PackError, match=r"hostile\.pt is refused: .*Nothing in it was run"):
        read_tensors(path)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", ["zip", "legacy", "pytorch_model.bin"])
def test_torch(tmp_path, canary, route, kind):
    path = tmp_path / ("pytorch_model.bin" if "." in kind else "hostile.pt")
    if kind == "legacy":
        path.write_bytes(legacy(body(route, canary)))
    else:
        zipped(path, body(route, canary))
    published.merges(tmp_path)
    with pytest.raises(PackError, match=r"refused|damaged|not tensors"):
        read_clip(tmp_path) if "." in kind else read_generator(path)


@pytest.mark.parametrize("route", ROUTES)
def test_inside_a_storage_of_nvidia(tmp_path, canary, route):
    """``_load_from_bytes`` holds another pickle: it is read as strictly as the outer one."""
    path, model = tmp_path / "hostile.pkl", published.generator()
    data = published.nvidia_pickle(path, published.nvidia(model)).read_bytes()
    at = data.rindex(b"B", 0, data.rindex(LEGACY))
    (length,) = struct.unpack_from("<I", data, at + 1)
    inner = legacy(body(route, canary))
    path.write_bytes(data[: at + 1] + struct.pack("<I", len(inner)) + inner + data[at + 5 + length :])
    with pytest.raises(PackError, match=r"hostile\.pkl is (refused|damaged)"):
        read_generator(path)


@pytest.mark.parametrize("name", ["os.system", "posix.system", "builtins.exec", "subprocess.Popen"])
def test_what_is_refused_is_named(tmp_path, name):
    module, _, attribute = name.partition(".")
    call = f"c{module}\n{attribute}\n".encode() + text("true") + b"\x85R"
    (tmp_path / "a.pkl").write_bytes(nvidia(call))
    (tmp_path / "b.pt").write_bytes(legacy(call))
    zipped(tmp_path / "c.pt", call)
    zipped(tmp_path / "d.pt", call, ("constants.pkl", b"\x80\x02)."))
    shown = name.replace("builtins.", r"(builtins\.)?")
    for path in tmp_path.iterdir():
        with pytest.raises(PackError, match=rf"wants to import {shown}, which weights have no need of"):
            read_tensors(path)


@pytest.mark.parametrize("name", ["a.pkl", "a.pt", "a.ckpt", "a.safetensors"])
def test_text_pickles(tmp_path, canary, name):
    """Protocol 0 has no first byte of its own, and a name says nothing."""
    (tmp_path / name).write_bytes(f"cos\nsystem\n(S'touch {canary}'\ntR.".encode())
    with pytest.raises(PackError, match=r"wants to import os\.system|is no checkpoint"):
        read_generator(tmp_path / name)


def test_tensorflow_pickles_say_what_to_do(tmp_path):
    path = tmp_path / "stylegan2-ffhq-config-f.pkl"
    path.write_bytes(b"\x80\x03cdnnlib.tflib.network\nNetwork\nq\x00)\x81q\x01.")
    with pytest.raises(PackError, match=r"TensorFlow pickle.*legacy\.py"):
        read_generator(path)


def test_an_object_array_of_numpy_stays_shut(tmp_path, canary):
    """numpy would unpickle the bytes of an object scalar."""
    inner = b"\x80\x04" + body("GLOBAL REDUCE", canary) + b"."
    dtype = b"cnumpy\ndtype\n\x8c\x02O8\x89\x88\x87R"
    scalar = b"cnumpy.core.multiarray\nscalar\n" + dtype + b"C" + bytes([len(inner)]) + inner + b"\x86R"
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04}\x8c\x01x" + scalar + b"s.")
    with pytest.raises(PackError, match="no G_ema"):
        read_generator(tmp_path / "a.pkl")
    # as torch reads it: the older instructions only
    dtype = b"cnumpy\ndtype\n" + text("O8") + b"\x89\x88\x87R"
    data = b"c_codecs\nencode\n" + text(inner.decode("latin1")) + text("latin1") + b"\x86R"
    scalar = b"cnumpy.core.multiarray\nscalar\n" + dtype + data + b"\x86R"
    (tmp_path / "a.pt").write_bytes(legacy(b"}" + text("x") + scalar + b"s"))
    zipped(tmp_path / "b.pt", b"}" + text("x") + scalar + b"s")
    for name in ("a.pt", "b.pt"):
        with pytest.raises(PackError, match="not a StyleGAN2"):
            read_generator(tmp_path / name)


def test_an_inner_zip_is_no_storage(tmp_path):
    buffer = io.BytesIO()
    torch.save(torch.zeros(3).untyped_storage(), buffer)
    inner = buffer.getvalue()
    storage = b"ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(inner)) + inner + b"\x85R"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K\x03\x85K\x01\x85\x89)tR"
    state = b"}\x8c\x05state}\x8c\x08_buffers}\x8c\x01x" + tensor + b"sss"
    call = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n" + state + b"\x85R"
    (tmp_path / "a.pkl").write_bytes(nvidia(call))
    with pytest.raises(PackError, match="a storage that torch did not write"):
        read_generator(tmp_path / "a.pkl")


# --- the machine itself -----------------------------------------------------------------------------------


def run(data: bytes, *known: str, **limits: int):
    return read(io.BytesIO(data), {*MAPPINGS, *known}.__contains__, **limits)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        None,
        [True, False, 0, -1, 255, 65_536, 1 << 40, -(1 << 90), 1.5, "текст", "x" * 300],
        {"a": (1,), "b": (1, 2), "c": (1, 2, 3), "d": (1, 2, 3, 4), "e": (), 7: [[], {}]},
    ],
)
def test_plain_values_are_what_pickle_reads(value, protocol):
    assert run(pickle.dumps(value, protocol)) == value


def test_shared_things_stay_shared():
    first = [1]
    found = run(pickle.dumps([first, first], 4))
    assert found == [[1], [1]] and found[0] is found[1]
    endless: list = []
    endless.append(endless)
    found = run(pickle.dumps(endless, 4))
    assert found[0] is found


def test_calls_are_kept_as_what_they_are():
    found = run(b"\x80\x02cos\nsystem\n" + text("true") + b"\x85R.", "os.system")
    assert isinstance(found, Made) and (found.name, found.args) == ("os.system", ("true",))
    assert run(b"\x80\x02cos\nsystem\n.", "os.system") == Name("os.system")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x02",
        b"\x80\x02.",
        b"\x80\x02(.",
        b"\x80\x02u.",
        b"\x80\x02}K\x01u.",
        b"\x80\x02(\x85.",
        b"\x80\x02K\x01(K\x01a.",
        b"\x80\x02h\x05.",
        b"\x80\x02\x85.",
        b"\x80\x02t.",
        b"\x80\x02K\x01K\x02b.",
        b"\x80\x02}(K\x01u.",
        b"\x80\x02(K\x01d.",
        b"\x80\x02\xff.",
        b"\x80\x02Ifoo\n.",
        b"\x80\x02I" + b"9" * 10_000 + b"\n.",
        b"\x80\x02X\xff\xff\xff\x7fshort.",
        b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"short.",
        b"\x80\x04\x8e" + struct.pack("<Q", (1 << 64) - 1) + b"short.",
        b"\x80\x02B\xff\xff\xff\xffshort.",
        b"\x80\x02\x8b\xff\xff\xff\x7f.",
        b"\x80\x02(l(dt(l.",
    ],
)
def test_damaged_pickles(data):
    with pytest.raises(Refused):
        run(data)


def test_keys_that_take_for_ever_to_hash():
    """Sixty doublings: a tuple whose hash looks at 2 ** 60 things. And one too deep for the C stack."""
    wide = b"\x80\x04)" + b"2\x86" * 60
    deep = b"\x80\x04)" + b"\x85" * 20_000
    for key in (wide, deep):
        for wrapped in (b"}" + key[2:] + b"Ns.", b"\x8f(" + key[2:] + b"\x90.", b"(" + key[2:] + b"\x91."):
            with pytest.raises(Refused, match="as a key"):
                run(b"\x80\x04" + wrapped)


def test_too_many_instructions():
    assert run(b"\x80\x02" + b"N0" * 498 + b"N.", most=1000) is None
    with pytest.raises(Refused, match="more than 1000 instructions"):
        run(b"\x80\x02" + b"N0" * 500 + b"N.", most=1000)


def test_modules_that_hold_themselves(tmp_path):
    """A module that is its own child, and one whose paths double at each level."""
    call = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n"
    own = call + b"}\x8c\x05state}\x8c\x08_modules}q\x07ss\x85Rq\x08h\x07\x8c\x01xh\x08s0"
    doubled = call + b"}\x8c\x05state}s\x85R"
    for level in range(30):
        doubled += b"r" + struct.pack("<I", level) + b"0" + call + b"}\x8c\x05state}\x8c\x08_modules}"
        doubled += b"(\x8c\x01aj" + struct.pack("<I", level) + b"\x8c\x01bj" + struct.pack("<I", level)
        doubled += b"uss\x85R"
    for body, says in ((own, "32 deep"), (doubled, "more than 10000")):
        (tmp_path / "a.pkl").write_bytes(nvidia(body))
        with pytest.raises(PackError, match=says):
            read_generator(tmp_path / "a.pkl")


# --- sizes ------------------------------------------------------------------------------------------------


def test_truncated_files(tmp_path):
    """Whatever a file is cut at, the error names it."""
    model = published.generator()
    torch.save({"g_ema": published.rosinality(model)}, tmp_path / "zip.pt")
    torch.save(
        {"g_ema": published.rosinality(model)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False
    )
    published.nvidia_pickle(tmp_path / "n.pkl", published.nvidia(model))
    published.clip_archive(tmp_path / "script.pt")
    save_file(model.state_dict(), tmp_path / "s.safetensors")
    for path in tmp_path.iterdir():
        if path.name == "merges.txt":
            continue
        whole = path.read_bytes()
        read_tensors(path)
        for part in (0, 1, 10, 100, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:part])
            with pytest.raises(PackError, match=path.name.replace(".", r"\.")):
                read_tensors(path)
                raise AssertionError(f"{path.name} cut at {part} was read")


def test_flipped_bytes_are_errors_or_numbers(tmp_path):
    """Never another exception, never a crash: 60 changed bytes in the pickle of each kind."""
    model = published.generator()
    published.nvidia_pickle(tmp_path / "a.pkl", published.nvidia(model))
    published.clip_archive(tmp_path / "b.pt")
    random = torch.Generator().manual_seed(0)
    for name in ("a.pkl", "b.pt"):
        whole = (tmp_path / name).read_bytes()
        for at in torch.randint(len(whole), (60,), generator=random).tolist():
            changed = bytearray(whole)
            changed[at] ^= int(torch.randint(1, 256, (), generator=random))
            (tmp_path / name).write_bytes(changed)
            try:
                read_tensors(tmp_path / name)
            except PackError as error:
                assert name in str(error)


@pytest.mark.parametrize("script", [False, True])
def test_zip_bombs(tmp_path, script):
    """20 MB of zeros in 20 kB: refused before anything unfolds."""
    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ"
    storage += struct.pack("<i", 5_000_000) + b"tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage
    tensor += b"K\x00J" + struct.pack("<i", 5_000_000) + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    body = b"}" + text("w") + tensor + b"s"
    more = [("data/0", bytes(20_000_000))]
    if script:
        body = b"c__torch__\nM\n)\x81" + body + b"b"
        more.append(("constants.pkl", b"\x80\x02)."))
    path = zipped(tmp_path / "bomb.pt", body, *more, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 50_000
    with pytest.raises(PackError, match="compressed, which torch never does"):
        read_tensors(path)


def test_zip_records_larger_than_the_file(tmp_path):
    path = tmp_path / "bomb.pt"
    torch.save({"w": torch.zeros(1000)}, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"data/0", data.index(b"PK\x01\x02"))
    while data[at - 46 - len("bomb/") : at - 42 - len("bomb/")] != b"PK\x01\x02":
        at = data.index(b"data/0", at + 1)
    struct.pack_into("<II", data, at - 46 - len("bomb/") + 20, 0xF0000000, 0xF0000000)
    path.write_bytes(data)
    with pytest.raises(PackError, match=r"larger than the file|damaged"):
        read_tensors(path)


@pytest.mark.parametrize("zip_", [True, False])
def test_tensors_of_terabytes_without_their_numbers(tmp_path, zip_):
    """Stride 0: one number seen a million million times. To copy it would ask for 4 TB."""
    path = tmp_path / "a.pt"
    torch.save({"w": torch.zeros(1).expand(10**6, 10**6)}, path, _use_new_zipfile_serialization=zip_)
    with pytest.raises(PackError, match=r"w \[1000000, 1000000\] has no numbers of its own"):
        read_tensors(path)


def test_one_storage_under_many_names(tmp_path):
    path, data = tmp_path / "a.pt", torch.zeros(10_000)
    torch.save({f"w{i}": data for i in range(5000)}, path)
    with pytest.raises(PackError, match="its tensors are 200000000 bytes"):
        read_tensors(path)


def test_storages_that_claim_terabytes(tmp_path):
    """Nothing is set aside for a claim."""
    head = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}]
    claim = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu\x8a\x06"
    claim += struct.pack("<Q", 1 << 40)[:6] + b"NtQ"
    data = b"".join(pickle.dumps(part, 2) for part in head)
    (tmp_path / "a.pt").write_bytes(data + b"\x80\x02" + claim + b"." + pickle.dumps(["0"], 2) + bytes(64))
    nested = b"B" + struct.pack("<I", (tmp_path / "a.pt").stat().st_size) + (tmp_path / "a.pt").read_bytes()
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(ctorch.storage\n_load_from_bytes\n" + nested
    tensor += b"\x85RK\x00K\x03\x85K\x01\x85\x89)tR"
    call = b"ctorch_utils.persistence\n_reconstruct_persistent_obj\n}\x8c\x05state}\x8c\x08_buffers}\x8c\x01x"
    (tmp_path / "b.pkl").write_bytes(nvidia(call + tensor + b"sss\x85R"))
    (tmp_path / "c.pkl").write_bytes(b"\x80\x04\x8e" + struct.pack("<Q", 1 << 45) + b"abc.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("a.pt", "b.pkl", "c.pkl"):
        with pytest.raises(PackError, match=name):
            read_tensors(tmp_path / name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [((3,), (2,), 0), ((2,), (1,), 3), ((2, 2), (4, 1), 0), ((-1,), (1,), 0), ((1,), (-1,), 0)],
)
def test_tensors_that_reach_beyond_their_storage(tmp_path, size, stride, offset):
    def numbers(values):
        return b"(" + b"".join(b"J" + struct.pack("<i", v) for v in values) + b"t"

    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K" + bytes([offset])
    tensor += numbers(size) + numbers(stride) + b"\x89ccollections\nOrderedDict\n)RtR"
    body = b"c__torch__\nM\n)\x81}" + text("w") + tensor + b"sb"
    path = zipped(tmp_path / "a.pt", body, ("constants.pkl", b"\x80\x02)."), ("data/0", bytes(16)))
    with pytest.raises(PackError, match=r"a\.pt is refused: it has a tensor"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><title>Google Drive - Quota exceeded</title>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12", "is a Git LFS pointer"),
        (b"hello there, this is no checkpoint", "is no checkpoint: known are"),
        (b"\xff\xff\xff\xff\xff\xff\xff\x7f{" + bytes(60), "is damaged"),
    ],
)
def test_other_files(tmp_path, data, says):
    (tmp_path / "a.pt").write_bytes(data)
    with pytest.raises(PackError, match=says):
        read_generator(tmp_path / "a.pt")


def header(text: str | bytes, size: int = 0, length: int | None = None) -> bytes:
    """A safetensors file with that header, and so many bytes of numbers."""
    text = text if isinstance(text, bytes) else text.encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + bytes(size)


def tensors(**fields: object) -> str:
    """The header of one tensor, with a field in the place of what belongs there."""
    return json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **fields}})


ONE = '{"dtype":"F32","shape":[1],"data_offsets":%s}'
TWO = '{"a":' + ONE % "[0,4]" + ',"%s":' + ONE + "}"
SAFETENSORS = {
    "no header": (header(""), "no checkpoint"),
    "a header of exabytes": (header("{}", length=1 << 62), "header too large"),
    "a header beyond the file": (header("{}", length=1000), "invalid header length"),
    "letters that are none": (header(b'{"\xff\xfe": 1}'), "UTF-8"),
    "another quote": (header("{'a': 1}"), "invalid JSON"),
    "half a surrogate pair": (header('{"\\ud800": 1}'), "invalid JSON"),
    "nested too deep": (header('{"a":' + "[" * 100_000), "recursion"),
    "a list": (header("[]"), "no checkpoint"),
    "a name twice": (header(TWO % ("a", "[4,8]"), 8), "damaged|own layouts"),
    "tensors one in another": (header(TWO % ("b", "[2,6]"), 6), "invalid offset"),
    "bytes that are nobody's": (header(TWO % ("b", "[8,12]"), 12), "invalid offset"),
    "bytes after the end": (header(tensors(), 400), "not fully covered"),
    "bytes beyond the file": (header(tensors(shape=[100], data_offsets=[0, 400]), 4), "not fully covered"),
    "an end before its beginning": (header(tensors(data_offsets=[4, 0]), 4), "invalid offset"),
    "before the file": (header(tensors(data_offsets=[-4, 0]), 4), "expected usize"),
    "more numbers than bytes": (header(tensors(shape=[3]), 4), "invalid shape"),
    "a shape that overflows": (header(tensors(shape=[1 << 62, 1 << 62]), 4), "overflow"),
    "a negative shape": (header(tensors(shape=[-1]), 4), "expected usize"),
    "half a row": (header(tensors(shape=[1.5]), 4), "expected usize"),
    "nothing times exabytes": (header(tensors(shape=[0, 1 << 60], data_offsets=[0, 0])), "own layouts"),
    "a type that is none": (header(tensors(dtype="F99"), 4), "F99"),
    "a type that is a number": (header(tensors(dtype=4), 4), "expected string"),
    "complex numbers": (header(tensors(dtype="C64", data_offsets=[0, 8]), 8), "complex"),
    "notes that are a list": (header('{"__metadata__":[1],' + tensors()[1:], 4), "expected a map"),
    "notes that are no text": (header('{"__metadata__":{"a":1},' + tensors()[1:], 4), "expected a string"),
    "notes alone": (header('{"__metadata__":{"a":"b"}}'), "own layouts"),
    "a name that commands the terminal": (header('{"\\u001b[2J":' + tensors()[5:], 4), "own layouts"),
}


def test_safetensors(tmp_path):
    path = tmp_path / "hostile.safetensors"
    for name, (data, says) in SAFETENSORS.items():
        path.write_bytes(data)
        with pytest.raises(PackError, match=says) as told:
            read_generator(path)
        assert len(str(told.value)) < 500, name
    state = published.generator().state_dict()
    weight = next(name for name, value in state.items() if value.ndim > 1)
    for value in (float("nan"), float("inf")):
        save_file({**state, weight: torch.full_like(state[weight], value)}, path)
        with pytest.raises(PackError, match=f"{re.escape(weight)} has values that are no numbers"):
            read_generator(path)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(PackError, match=r"none\.pt cannot be read: No such file"):
        read_generator(tmp_path / "none.pt")
    with pytest.raises(PackError, match=r"cannot be read: Is a directory"):
        read_generator(tmp_path)


def test_other_zip_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(PackError, match="not one that torch wrote"):
        read_tensors(tmp_path / "a.pt")
