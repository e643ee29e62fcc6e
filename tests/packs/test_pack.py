import json
import pickle
import threading

import pytest
import torch
from platformdirs import user_cache_path
from safetensors.torch import load_file, save_file

from t2i_person.errors import PackError, T2IError
from t2i_person.packs import list_packs, load_pack, write_pack
from t2i_person.packs.build import gallery
from t2i_person.packs.files import read_card, sha256
from t2i_person.packs.places import user_packs

from . import published
from .tiny import DRAWS, tiny_pack


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def tiny():
    return tiny_pack()


def write(folder, tiny, **changes):
    stylespace = {f"mean.{i}": mean for i, mean in enumerate(tiny.statistics.mean)}
    stylespace |= {f"std.{i}": std for i, std in enumerate(tiny.statistics.std)}
    stylespace["directions"] = tiny.directions
    parts = {
        "generator": tiny.generator.state_dict(),
        "encoder": tiny.encoder.state_dict(),
        "matting": published.modnet().state_dict(),
        "stylespace": stylespace,
        "meta": {
            "name": "tiny",
            "version": "1",
            "license": "Apache-2.0",
            "draws": DRAWS,
            "provenance": {"made by": 'a "test"\nof two lines', "при": "м"},
            "encoder": {"kind": "tiny"},
        },
    }
    return write_pack(folder, **{**parts, **changes})


def test_a_pack_without_stylespace_takes_no_edits_of_it(place, tiny):
    meta = {"name": "bare", "version": "1", "license": "CC0", "draws": DRAWS, "encoder": {"kind": "tiny"}}
    folder = write(place / "bare", tiny, stylespace=None, meta=meta)
    with pytest.raises(PackError, match=r"no stylespace\.safetensors, and coordinates, directions take it"):
        load_pack(folder)
    pack = load_pack(
        write(place / "b", tiny, stylespace=None, meta=meta | {"recipe": {"edits": ["optimize"]}})
    )
    assert pack.statistics is None and pack.gallery is None and pack.recipe.edits == ("optimize",)


@pytest.fixture
def folder(place, tiny):
    return write(place / "tiny", tiny)


def rehash(folder, name):
    """Say in pack.toml that the file as it is now is the right one."""
    card = folder / "pack.toml"
    lines = [
        f'"{name}" = "{sha256(folder / name)}"' if line.startswith(f'"{name}"') else line
        for line in card.read_text().splitlines()
    ]
    card.write_text("\n".join(lines))


def test_the_folder_of_packs_is_the_systems_cache_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    assert user_packs() == tmp_path
    monkeypatch.delenv("T2I_PERSON_PACKS")
    assert user_packs() == user_cache_path("t2i-person", appauthor=False) / "packs"


def test_what_is_written_is_read(folder, tiny):
    pack = load_pack("tiny", "cpu", torch.float32)
    assert (pack.name, pack.license, pack.draws) == ("tiny", "Apache-2.0", frozenset(DRAWS))
    assert pack.card["provenance"] == {"made by": 'a "test"\nof two lines', "при": "м"}
    assert torch.allclose(pack.directions, tiny.directions, atol=1e-3)
    styles = tiny.generator.styles(tiny.generator.w_mean[None])
    assert torch.allclose(pack.render(styles), tiny.render(styles), atol=0.02)
    assert not any(p.requires_grad for p in pack.generator.parameters())


def test_files_are_half_precision_and_hashed(folder):
    with (folder / "generator.safetensors").open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    assert {value["dtype"] for key, value in header.items() if key != "__metadata__"} == {"F16"}
    assert read_card(folder)["files"]["generator.safetensors"] == sha256(folder / "generator.safetensors")


def test_it_is_loaded_once(folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(load_pack("tiny", "cpu"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(map(id, found))) == 1
    assert load_pack(folder, "cpu") is found[0]


def test_packs_are_listed_and_a_broken_card_is_not(folder, place):
    (place / "broken").mkdir()
    (place / "broken" / "pack.toml").write_text("name = ")
    names = [info.name for info in list_packs()]
    assert "tiny" in names and len(names) == len(set(names))


def test_an_unknown_name_lists_the_known_ones(folder):
    with pytest.raises(PackError, match=r"no pack 'nobody'.*tiny"):
        load_pack("nobody")


def archive(header: dict, size: int = 0) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(size)


def tensor(dtype: str = "F32", shape: tuple[int, ...] = (1,), size: int = 4) -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [0, size]}


HOSTILE = {
    "notes nested too deep": archive({"a": tensor(), "__metadata__": {"meta": "[" * 100_000}}, 4),
    "100 dimensions": archive({"a": tensor(shape=(1,) * 100)}, 4),
    "a type that cannot be computed with": archive({"a": tensor("F4", (2,), 1)}, 1),
    "more tensors than any network has": archive({str(i): tensor(shape=(0,), size=0) for i in range(10_001)}),
    "a name of a megabyte": archive({"a" * 1_000_000: tensor()}, 4),
    "nothing in it": archive({}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("part", ["generator", "encoder", "matting", "stylespace"])
def test_a_hostile_file_is_told_in_a_few_words(folder, part, data):
    (folder / f"{part}.safetensors").write_bytes(data)
    rehash(folder, f"{part}.safetensors")
    with pytest.raises(PackError) as told:
        load_pack("tiny", "cpu")
    assert len(str(told.value)) < 2000


def test_weights_without_width_are_refused(folder):
    state = load_file(folder / "generator.safetensors")
    state = {key: value[..., :0] if value.ndim else value for key, value in state.items()}
    save_file(state, folder / "generator.safetensors")
    rehash(folder, "generator.safetensors")
    with pytest.raises(PackError, match="no generator that is known"):
        load_pack("tiny", "cpu")


@pytest.mark.parametrize("name", ["x.pt", "/some/where/ffhq.pkl", "G.pth", "model.ckpt"])
def test_a_pickle_is_refused_by_name(name):
    with pytest.raises(PackError, match="pickle"):
        load_pack(name)


def test_a_pickle_listed_in_the_card_is_refused(folder):
    card = folder / "pack.toml"
    card.write_text(card.read_text() + '\n"generator.pkl" = "00"\n')
    with pytest.raises(PackError, match=r"generator\.pkl is a pickle"):
        load_pack(folder)


@pytest.mark.parametrize("protocol", [2, 5, "torch"])
def test_a_pickle_under_a_false_name_is_refused(folder, protocol):
    path = folder / "generator.safetensors"

    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle ran",))

    if protocol == "torch":
        torch.save({"a": torch.zeros(1)}, path)
    else:
        path.write_bytes(pickle.dumps(Bomb(), protocol))
    rehash(folder, path.name)
    with pytest.raises(PackError, match=r"generator\.safetensors is a pickle"):
        load_pack(folder)


@pytest.mark.parametrize("name", ["generator", "encoder", "matting", "stylespace"])
def test_a_changed_file_is_refused(folder, name):
    path = folder / f"{name}.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(PackError, match=rf"{name}\.safetensors is not the file"):
        load_pack(folder)


@pytest.mark.parametrize("keep", [0, 4, 100, -10])
def test_a_truncated_file_is_refused(folder, keep):
    path = folder / "encoder.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PackError, match=r"encoder\.safetensors"):
        load_pack(folder)
    rehash(folder, path.name)  # even when the card agrees
    with pytest.raises(PackError, match=r"encoder\.safetensors is damaged"):
        load_pack(folder)


def test_a_missing_file_is_named(folder):
    (folder / "matting.safetensors").unlink()
    with pytest.raises(PackError, match=r"matting\.safetensors is missing"):
        load_pack(folder)


def test_values_that_are_no_numbers_are_refused(folder, tiny, place):
    state = {**tiny.encoder.state_dict(), "weight": torch.full((16, 48), torch.nan)}
    with pytest.raises(PackError, match="no numbers"):
        write(place / "nan", tiny, encoder=state)
    save_file(state, folder / "encoder.safetensors", {"meta": '{"kind": "tiny"}'})
    rehash(folder, "encoder.safetensors")
    with pytest.raises(PackError, match=r"encoder\.safetensors: weight"):
        load_pack(folder)


@pytest.mark.parametrize("part", ["generator", "encoder", "matting"])
def test_tensors_of_the_wrong_shape_are_refused(place, tiny, part):
    state = {"generator": tiny.generator, "encoder": tiny.encoder, "matting": published.modnet()}[
        part
    ].state_dict()
    name, value = next((k, v) for k, v in state.items() if v.ndim > 1)
    folder = write(place / "odd", tiny, **{part: {**state, name: value[:-1, ..., :-1].clone()}})
    with pytest.raises(PackError, match=rf"{part}\.safetensors"):
        load_pack(folder)


@pytest.mark.parametrize("key", ["mean.0", "std.3", "directions", "gallery.seen"])
def test_statistics_of_another_generator_are_refused(place, tiny, key):
    space = {f"mean.{i}": mean for i, mean in enumerate(tiny.statistics.mean)}
    space |= {f"std.{i}": std for i, std in enumerate(tiny.statistics.std)}
    known = gallery(tiny.generator, tiny.encoder, 20, resolution=32)
    space |= {"directions": tiny.directions, "gallery.z": known.z, "gallery.seen": known.embeddings}
    assert torch.equal(load_pack(write(place / "whole", tiny, stylespace=space)).gallery.z, known.z)
    folder = write(place / "odd", tiny, stylespace={**space, key: space[key][1:].clone()})
    with pytest.raises(PackError, match=rf"stylespace\.safetensors: {key}"):
        load_pack(folder)


def test_a_card_without_its_keys_is_refused(folder):
    card = folder / "pack.toml"
    card.write_text("\n".join(line for line in card.read_text().splitlines() if "license" not in line))
    with pytest.raises(PackError, match="lacks license"):
        load_pack(folder)


@pytest.mark.parametrize("line", ["draws = 5", 'draws = "x"', "draws = [1]", "name = 5", "license = []"])
def test_a_card_with_other_types_is_refused_and_hides_no_other(folder, line):
    card = folder / "pack.toml"
    key = line.split(" ")[0]
    card.write_text("\n".join(line if old.startswith(key) else old for old in card.read_text().splitlines()))
    with pytest.raises(PackError, match=r"is damaged"):
        load_pack("tiny")
    assert "embedded" in {info.name for info in list_packs()}


def test_a_pack_of_a_later_version_says_update(folder):
    card = folder / "pack.toml"
    card.write_text(card.read_text().replace("format = 1", "format = 2"))
    with pytest.raises(PackError, match="update t2i-person"):
        load_pack(folder)


def test_values_too_large_for_half_precision_are_kept(place, tiny):
    state = tiny.generator.state_dict()
    state["w_mean"] = torch.full_like(state["w_mean"], 1e6)
    pack = load_pack(write(place / "large", tiny, generator=state), "cpu")
    assert pack.generator.w_mean[0] == 1e6


def test_writing_again_replaces_and_leaves_nothing_behind(folder, tiny):
    before = sorted(path.name for path in folder.iterdir())
    write(folder, tiny)
    assert sorted(path.name for path in folder.iterdir()) == before
    load_pack(folder, "cpu")


def test_a_device_that_is_not_there_says_which_are(folder):
    with pytest.raises(T2IError, match="auto, cpu, cuda, mps"):
        load_pack(folder, "tpu")
    if not torch.cuda.is_available():
        with pytest.raises(T2IError, match="cpu"):
            load_pack(folder, "cuda")
