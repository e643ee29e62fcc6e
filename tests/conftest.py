"""For all tests: no pack of the machine's user, so that the embedded one draws unless a test says more."""

import os
import shutil
import tempfile

import pytest

_PACKS = tempfile.TemporaryDirectory(prefix="t2i-person-packs-")
os.environ["T2I_PERSON_PACKS"] = _PACKS.name
os.environ.pop("T2I_PERSON_PACK", None)

# Tests run side by side, each in its share of the cores, and so do the programs that they start: with more
# threads than cores, threads wait for each other most of the time. Set by workers alone, for they inherit it.
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // int(workers)))


@pytest.fixture(scope="session")
def man(tmp_path_factory):
    """Of a photograph, with nothing said of him."""
    from faces import drawn_once

    return drawn_once(tmp_path_factory, "Мужчина.", 0)


@pytest.fixture(scope="session")
def woman(tmp_path_factory):
    from faces import drawn_once

    return drawn_once(tmp_path_factory, "Женщина.", 1)


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
    "service/", "test_faces.py", "test_offline.py", "test_portraits.py",
    "cli/test_main.py", "cli/test_many.py", "picture/test_faces.py", "picture/test_faces_matte.py",
    "pipeline/test_changing.py", "pipeline/test_drawing.py", "pipeline/test_photo.py",
    "pipeline/test_recreating.py",
    "latent/test_coordinates.py",
    "latent/test_edits.py", "latent/test_invert.py", "latent/test_likelihood.py", "latent/test_local.py",
    "latent/test_search.py",
    "latent/test_transplants.py",
    "packs/test_assemble.py", "packs/test_build.py", "packs/test_checkpoints.py", "packs/test_openvino.py",
    "text/test_book.py", "text/test_scores.py",
)  # fmt: skip
QUICK = (
    "service/keep/", "service/queue/test_desk.py", "service/queue/test_events.py", "service/test_deploy.py",
    "service/test_limits.py", "service/test_logs.py", "service/test_settings.py",
)  # fmt: skip
# which take longest: they begin first, else one worker ends long after the others
LONG = (
    "service/doors/test_page.py", "service/test_ray.py", "test_faces.py", "service/test_fuzz.py",
    "service/doors/test_openai.py", "test_portraits.py", "service/queue/test_shared.py",
    "service/doors/test_v1.py", "cli/test_many.py", "latent/test_transplants.py", "service/test_hostile.py",
    "latent/test_local.py", "pipeline/test_recreating.py", "service/doors/test_original.py",
    "service/test_proxy.py", "service/doors/test_page_hostile.py", "pipeline/test_photo.py",
    "test_offline.py", "cli/test_main.py", "packs/test_wheels.py", "packs/test_assemble.py",
    "text/test_scores.py", "latent/test_coordinates.py",
)  # fmt: skip


def place(path, config):
    """Of a file below tests/."""
    return path.relative_to(config.rootpath / "tests").as_posix()


def is_slow(name):
    return name.startswith(SLOW) and not name.startswith(QUICK)


def pytest_ignore_collect(collection_path, config):
    """What is not run need not be imported, which takes seconds: `make quick`."""
    tests = config.rootpath / "tests"
    if config.option.markexpr == "not slow" and collection_path.suffix == ".py":
        if collection_path.is_relative_to(tests) and is_slow(place(collection_path, config)):
            return True
    return None


def pytest_collection_modifyitems(config, items):
    ranks = {name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(place(item.path, config), len(LONG)))
    for item in items:
        if is_slow(place(item.path, config)):
            item.add_marker("slow")
