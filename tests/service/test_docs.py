"""The examples of the documentation with `curl`, run as they stand there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

DOCS = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?:bash|console)\n(.*?)^```|^    (curl [^\n]*)$", re.MULTILINE | re.DOTALL)
# curl that fails where the server does: the documented one goes on, and jq would read the problem
STRICT = 'set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 300 "$@"; }\n'


def examples(name: str) -> str:
    """Those of one page, one after the other."""
    found = [(block or line) for block, line in BLOCK.findall((DOCS / name).read_text("utf-8"))]
    return "\n".join(part.removeprefix("$ ") for part in found if "curl" in part)


@pytest.mark.parametrize(
    ("page", "pictures"),
    [
        ("README.md", {}),
        ("docs/api.md", {"woman.png": ("PNG", 1024)}),
        (
            "docs/service.md",
            {
                "anna.png": ("PNG", 1024),
                "anna-hat.png": ("PNG", 1024),
                "anna.jpg": ("JPEG", 512),
                "anna.webp": ("WEBP", 256),
            },
        ),
    ],
)
def test_they_work(server, tmp_path, page, pictures):
    if missing := [program for program in ("bash", "curl", "jq") if not shutil.which(program)]:
        pytest.skip(f"THE EXAMPLES WITH CURL ARE NOT RUN: no {', '.join(missing)} here")
    server.until_idle()
    script = examples(page)
    assert "localhost:9008" in script
    script = STRICT + script.replace("localhost:9008", f"localhost:{server.port}")
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    for name, (kind, side) in pictures.items():
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, *picture.size) == (kind, side, side), name
    if page == "README.md":
        assert done.stdout.startswith('{"result":[["iVBORw0KGgo')
    if page == "docs/service.md":
        assert "event: done" in (tmp_path / "events.txt").read_text()
        assert '"очки": 0' in done.stdout and "}Анна\n" in done.stdout
        assert "/v1/cast/%D0%90%D0%BD%D0%BD%D0%B0/image" in done.stdout
        assert server.get("/v1/cast").json() == {"cast": []}


def test_titles_are_words(server):
    titles = [
        operation["summary"]
        for methods in server.get("/openapi.json").json()["paths"].values()
        for operation in methods.values()
    ]
    assert "Queue a drawing" in titles and "Keep a portrait's person in the cast under a name" in titles
    assert "Start" not in titles and not [title for title in titles if "_" in title]  # names of functions
