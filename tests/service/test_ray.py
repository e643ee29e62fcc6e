"""The same doors on a real Ray Serve: the same answers, replicas that die, clients that leave."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from .conftest import Server, free_port, http

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="RAY SERVE IS NOT TESTED: pip install '.[ray]'"),
    pytest.mark.flaky(reruns=1),  # as in test_page.py
]
ORDER = {"text": "Девушка в очках.", "seed": 4, "steps": 0, "size": 256, "background": "kept"}
APPLICATIONS = {
    "applications": [{"name": "faces", "route_prefix": "/", "import_path": "t2i_person.serve_ray:app"}]
}


class RayServer(Server):
    """`serve run` in a process of its own, which is a cluster of its own."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.port, self.log = free_port(), folder / "log"
        self.url, self.seen = f"http://127.0.0.1:{self.port}", []
        file = folder / "serve.json"  # YAML, too
        file.write_text(json.dumps({"http_options": {"host": "127.0.0.1", "port": self.port}} | APPLICATIONS))
        command = [sys.executable, "-m", "ray.serve.scripts", "run", str(file)]
        env = {
            "T2I_PERSON_DATA": str(folder / "data"),
            "RAY_TMPDIR": "/tmp",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",  # as the plain server; else whatever runs beside it goes first
        } | env
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | env, start_new_session=True
            )

    def stop(self) -> int:
        """Killed with all it started: Ray takes ten seconds to stop, and that is not what is tested here."""
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.getsid(int(place.name)) == self.process.pid:
                    os.kill(int(place.name), signal.SIGKILL)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def ray(tmp_path_factory) -> Iterator[RayServer]:
    started = RayServer(
        tmp_path_factory.mktemp("ray"), T2I_PERSON_SEED="3", T2I_PERSON_STEPS="2", T2I_PERSON_WAITING="1"
    )
    try:
        yield started.wait()
    finally:
        started.stop()


def drawn(server: Server) -> tuple[list, bytes]:
    job = server.post("/v1/jobs", **ORDER).json()
    events = list(server.events(job["events"]))
    url = events[-1][2]["job"]["characters"][0]["portraits"][0]["url"]
    return events, server.get(url).content


def test_the_same_answers_and_bytes(server, ray):
    """All but times, ids and headers of the server itself."""
    for path, body in (
        ("/v1/describe", {"text": "Анна и старик в шляпе."}),
        ("/v1/describe", {"text": ""}),
        ("/v1/describe", {"text": "A blonde."}),
        ("/v1/jobs", {"text": "Девушка.", "pack": "none"}),
        ("/t2i-person", {"text": "Шёл дождь."}),
        ("/v1/nothing", {}),
        ("/t2i-person", {"text": "Лысый мужчина."}),
    ):
        one, other = server.post(path, **body), ray.post(path, **body)
        assert (one.status_code, one.content) == (other.status_code, other.content), (path, body)
        assert one.headers["content-type"] == other.headers["content-type"]
    (events, picture), (others, same) = drawn(server), drawn(ray)
    assert picture == same
    kept = [[kind for _, kind, _ in some if kind not in ("queued", "preview")] for some in (events, others)]
    assert kept[0] == kept[1]
    for path in ("/v1/packs", "/docs", "/openapi.json", "/static/app.js", "/v1/cast"):
        assert server.get(path).content == ray.get(path).content
        assert http.head(ray.url + path).status_code == 200


def test_edits_and_who_leaves(server, ray):
    ray.until_idle()
    events, _ = drawn(ray)
    name = events[-1][2]["job"]["characters"][0]["portraits"][0]["id"]
    edited = ray.post("/v1/edit", portrait=name, strengths={"очки": 0})
    assert edited.status_code == 200 and ray.get(edited.json()["url"]).content.startswith(b"\x89PNG")
    draft = ray.post("/v1/edit", portrait=name, strengths={"очки": 0}, draft=True)
    assert draft.json()["image"].startswith("data:image/webp")
    assert http.put(ray.url + "/v1/cast/Анна", json={"portrait": name}, timeout=60).status_code == 201
    with pytest.raises(httpx.ReadTimeout):
        ray.draw("Блондинка, брюнет, старик, девушка, парень, женщина и мужчина.", timeout=3)
    ray.until_idle(20)
    job = ray.post("/v1/jobs", **ORDER | {"text": "Утром Анна пришла одна."}).json()
    *_, (_, kind, data) = ray.events(job["events"])
    assert kind == "done" and data["job"]["characters"][0]["cast"] == "Анна"
    assert http.delete(ray.url + "/v1/cast/Анна").status_code == 204


def test_a_replica_that_dies_loses_nothing(ray):
    ray.until_idle()
    job = ray.post("/v1/jobs", **ORDER).json()
    stream = ray.events(job["events"])
    assert next(kind for _, kind, _ in stream if kind == "preview")
    (process,) = processes(ray, "Drawing")
    os.kill(process, signal.SIGKILL)
    *_, (_, kind, data) = stream
    assert kind == "done" and len(data["job"]["characters"][0]["portraits"]) == 1
    assert "usage stats" not in ray.log.read_text().lower() or "disabled" in ray.log.read_text().lower()


def processes(ray: RayServer, deployment: str) -> list[int]:
    """Of this cluster's replicas."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            title = (place / "cmdline").read_bytes().decode(errors="replace")
            own = os.getsid(int(place.name)) == ray.process.pid
            if own and f"ServeReplica:faces:{deployment}" in title:
                found.append(int(place.name))
    return found
