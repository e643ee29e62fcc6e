"""The network of the pack "faces", pulled once a machine; tests that need it are skipped aloud without it."""

import functools
import os
import pickle
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from safetensors.torch import load_file

from t2i_person import Portrait, draw, load_pack
from t2i_person.errors import PackError
from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.places import PULLED
from t2i_person.packs.wheels import Pullable, pull_pack, pullable

CACHE = Path(os.environ.get("T2I_PERSON_TEST_CACHE") or Path(__file__).parent.parent / ".pytest_cache")


@functools.cache
def _pulled() -> Path | str:
    """The pulled generator in a cache that outlives the tests, or why it cannot be had."""
    pack = pullable("faces")
    assert isinstance(pack, Pullable)
    before = os.environ.get("T2I_PERSON_PACKS")
    os.environ["T2I_PERSON_PACKS"] = str(CACHE / "packs")
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(CACHE / "faces.lock"):  # tests that run beside these want it, too
            (path,) = pull_pack(pack)
        return path
    except PackError as error:
        return str(error)
    finally:
        if before is None:
            del os.environ["T2I_PERSON_PACKS"]
        else:
            os.environ["T2I_PERSON_PACKS"] = before


def faces_file() -> Path:
    """``generator.safetensors`` as it is pulled; skips the test where it cannot be had."""
    found = _pulled()
    if isinstance(found, str):
        pytest.skip(f"the pack faces cannot be pulled here: {found}")
    return found


def place_faces(packs: Path) -> None:
    """Put the pulled network into a folder of packs (``T2I_PERSON_PACKS``), as a pull would."""
    goal = packs / PULLED / "faces" / "generator.safetensors"
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.symlink_to(faces_file())


def drawn_once(factory: pytest.TempPathFactory, text: str, seed: int) -> Portrait:
    """A portrait for all tests, whole, by the first of the processes beside each other that asks for it."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    file = folder / f"{seed}-{text}pickle"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            with pytest.MonkeyPatch.context() as patch:
                packs = factory.mktemp("packs")
                patch.setenv("T2I_PERSON_PACKS", str(packs))
                place_faces(packs)
                result = draw(text, pack=load_pack("faces", "cpu"), seed=seed, background="kept")
            file.write_bytes(pickle.dumps(result.characters[0].portraits[0]))
        return pickle.loads(file.read_bytes())


@functools.cache
def faces_generator() -> MobileStyleGAN:
    """The network, its own heads and mean of W with it."""
    heads = pullable("faces").folder / "heads.safetensors"
    state = load_file(faces_file()) | {key: value.float() for key, value in load_file(heads).items()}
    with torch.no_grad():
        return MobileStyleGAN.from_state_dict(state).eval().requires_grad_(False)
