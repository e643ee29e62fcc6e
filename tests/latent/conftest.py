"""What the tests of edits on photographs share; a file with a pack of its own has its own fixture."""

import pytest
from faces import place_faces

from t2i_person.packs import load_pack


@pytest.fixture
def pack(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    place_faces(tmp_path)
    return load_pack("faces", "cpu")
