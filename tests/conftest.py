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


# whole portraits are drawn here, servers started, packs built: not for `make quick`
SLOW = (
    "service/", "test_change.py", "test_cli.py", "test_faces", "test_many.py", "test_offline.py",
    "test_people.py", "test_photo.py", "test_pipeline.py", "test_portraits.py", "test_redraw.py",
    "latent/test_coordinates.py",
    "latent/test_edits.py", "latent/test_invert.py", "latent/test_likelihood.py", "latent/test_search.py",
    "packs/test_assemble.py", "packs/test_build.py", "packs/test_checkpoints.py", "packs/test_openvino.py",
    "text/test_book.py", "text/test_scores.py",
)  # fmt: skip


def pytest_collection_modifyitems(config, items):
    for item in items:
        place = item.path.relative_to(config.rootpath / "tests").as_posix()
        if place.startswith(SLOW):
            item.add_marker("slow")
