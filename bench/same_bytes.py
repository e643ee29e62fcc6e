"""Are the answers the same bytes as before a change? Twenty requests over all doors, each with a digest.

    python bench/same_bytes.py before.json                # ask, and write the digests
    ...                                                   # change something
    python bench/same_bytes.py after.json before.json     # ask again, and say which answers differ

Ends with 1 if any differs. The digests are SHA-256 of pictures with their records, and of JSON without what
is new each time: ids, addresses, times. They can be compared on one machine only, with the same libraries and
number of threads: another processor adds numbers in another order.
"""

import argparse
import base64
import hashlib
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from ready import until_ready
from typer.testing import CliRunner

from t2i_person import api, describe
from t2i_person.cli.main import app

SAMPLE = "Блондинка в голубой кофте шла по улице."
TWO = "Рыжий мужчина без очков и старик в шляпе сидели рядом."
GLASSES = "Девушка в очках."
SMALL = {"size": 256, "background": "kept"}
NEW = {"id", "url", "events", "image", "created", "finished", "expires", "seconds", "portrait"}  # each time

Answer = tuple[str, bytes]  # name of the request, what it gave


def plain(value: object) -> object:
    """JSON without what is new each time."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key not in NEW}
    return [plain(one) for one in value] if isinstance(value, list) else value


def text_of(value: object) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True).encode()


def by_python(pack: str) -> Iterator[Answer]:
    yield "python: describe", text_of([asdict(person) for person in describe(f"{SAMPLE} {TWO}")])
    whole = api.draw(SAMPLE, pack=pack).characters[0].portraits[0]
    yield "python: draw, cut out", whole.png()
    two = api.draw(TWO, pack=pack, seed=5, per_character=2, steps=2, **SMALL)
    yield (
        "python: draw two people twice",
        b"".join(one.png() for person in two.characters for one in person.portraits),
    )
    strengths = {"очки": 1, "улыбка": 0.5}
    put_on = api.draw("Старик.", pack=pack, seed=3, strengths=strengths, **SMALL)
    yield "python: draw with strengths", put_on.characters[0].portraits[0].png()
    cast = {"Анна": whole.record}
    kept = api.draw("Утром Анна вышла в шляпе.", pack=pack, cast=cast, **SMALL)
    yield "python: draw somebody who was kept", kept.characters[0].portraits[0].png()
    yield "python: change by words", api.change(whole.record, text="в синей шляпе, без очков", **SMALL).png()
    yield (
        "python: change by strengths",
        api.change(whole.record, strengths={"голубая кофта": 0.3}, **SMALL).png(),
    )
    yield "python: sketch", api.sketch(whole.record, strengths={"улыбка": 1}).tobytes()
    yield "python: recreate", api.recreate(whole.png()).data
    photo = BytesIO()
    Image.fromarray(whole.rgba[..., :3]).save(photo, "PNG")
    found = api.edit_photo(photo.getvalue(), "в очках", pack=pack, likeness_steps=2, steps=0, **SMALL)
    yield "python: photo", found.png()


def by_command(pack: str, folder: Path) -> Iterator[Answer]:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words], catch_exceptions=False)
        if done.exit_code:
            sys.exit(f"t2i-person {' '.join(words)} ended with {done.exit_code}: {done.output}")
        return done.stdout

    def only(place: Path) -> Path:
        (path,) = place.iterdir()
        return path

    yield "command: describe", text_of(json.loads(run("describe", TWO, "--json")))
    small = ("--size", "256", "--steps", "0")
    run("draw", GLASSES, "-o", str(folder / "drawn"), "--pack", pack, "--seed", "9", *small)
    drawn = only(folder / "drawn")
    yield "command: draw", drawn.read_bytes()
    run("edit", str(drawn), "--strength", "очки=0", "-o", str(folder / "edited"))
    yield "command: edit", only(folder / "edited").read_bytes()
    run("recreate", str(drawn), "-o", str(folder / "again"))
    yield "command: recreate", only(folder / "again").read_bytes()


def by_http(client: httpx.Client) -> Iterator[Answer]:
    def post(path: str, **body: object) -> dict:
        answer = client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    yield "http: describe", text_of(post("/v1/describe", text=TWO))
    yield "http: /t2i-person", json.dumps(post("/t2i-person", text="Старик в очках.")).encode()
    job = post("/v1/jobs", text=GLASSES, seed=9, steps=0, **SMALL)
    with client.stream("GET", job["events"]) as stream:  # which ends with the job
        stream.read()
    job = client.get(job["url"]).json()
    portrait = job["characters"][0]["portraits"][0]
    yield "http: job", text_of(job) + client.get(portrait["url"]).content
    edited = post("/v1/edit", portrait=portrait["id"], strengths={"очки": 0.5})
    yield "http: edit", text_of(edited) + client.get(edited["url"]).content
    quick = {"quality": "low", "size": "256x256"}
    made = post("/v1/images/generations", prompt="Лысый мужчина.", seed=4, **quick)["data"][0]
    yield "openai: generation", json.dumps(made, sort_keys=True).encode()
    image = base64.b64decode(made["b64_json"])
    sent = client.post(
        "/v1/images/edits", data={"prompt": "с бородой", **quick}, files={"image": ("a.png", image)}
    )
    sent.raise_for_status()
    yield "openai: edit", json.dumps(sent.json()["data"], sort_keys=True).encode()


def answers(pack: str) -> Iterator[Answer]:
    yield from by_python(pack)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        yield from by_command(pack, Path(folder))
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        fixed = ["--port", str(port), "--data", "memory", "--seed", "3", "--steps", "2"]
        command = [sys.executable, "-m", "t2i_person", "serve", "--pack", pack, *fixed]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            if not until_ready(server, url):
                log.seek(0)
                sys.exit(f"the server did not start:\n{log.read().decode(errors='replace')}")
            with httpx.Client(base_url=url, timeout=600) as client:
                yield from by_http(client)
        finally:
            server.terminate()
            server.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="the file of digests to write")
    parser.add_argument("before", type=Path, nargs="?", help="an older one to compare with")
    parser.add_argument("--pack", default="embedded")
    options = parser.parse_args()
    before = json.loads(options.before.read_text("utf-8")) if options.before else {}
    digests, different = {}, 0
    for name, answer in answers(options.pack):
        digests[name] = hashlib.sha256(answer).hexdigest()
        same = before.get(name) in (None, digests[name])
        different += not same
        print(f"{digests[name][:12]}  {name}{'' if same else ': ANOTHER'}", flush=True)
        options.out.write_text(json.dumps(digests, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if before:
        print(f"{different} of {len(digests)} answers are others than in {options.before}.")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
