"""For all tests: no pack of the machine's user, so that the embedded one draws unless a test says more."""

import os
import tempfile

_PACKS = tempfile.TemporaryDirectory(prefix="t2i-person-packs-")
os.environ["T2I_PERSON_PACKS"] = _PACKS.name
os.environ.pop("T2I_PERSON_PACK", None)
