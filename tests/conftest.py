"""For all tests: no pack of the machine's user, so that the embedded one draws unless a test says more."""

import os
import shutil
import tempfile

_PACKS = tempfile.TemporaryDirectory(prefix="t2i-person-packs-")
os.environ["T2I_PERSON_PACKS"] = _PACKS.name
os.environ.pop("T2I_PERSON_PACK", None)

# tests run side by side, each in its share of the cores, and so do the programs that they start
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // _WORKERS)))


def pytest_sessionstart(session):
    """Said before anything else, and again with the skipped tests: what is missing to test the page."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if "PYTEST_XDIST_WORKER" not in os.environ and not any(map(shutil.which, names)):
        writer = session.config.get_terminal_writer()
        writer.line(
            "THE PAGE WILL NOT BE TESTED: no Chromium here (Debian: apt-get install chromium)", yellow=True
        )
