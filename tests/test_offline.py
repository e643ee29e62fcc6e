"""The whole is offline: not one look-up, not one connection, and no file outside our own folders.

The doors run in a network namespace of their own, in which every address of the world is this machine.
Whatever is asked for is seen there: a name as a look-up (each is answered, so that the call goes on to a
connection), an address as a packet.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

TEXT = "Рыжая женщина в очках."
ANSWER = "192.0.2.1"  # what every name resolves to
LINGER = 15.0  # seconds that a server is watched at least: what phones home may do so late
ETHERNET_ALL, IPV4, IPV6, TCP, UDP = 3, 0x0800, 0x86DD, 6, 17
COMMANDS = """
import glob, sys
from t2i_person.cli.main import app
app(["draw", sys.argv[1], "--steps", "0", "--size", "256"], standalone_mode=False)
app(["describe", sys.argv[1]], standalone_mode=False)
app(["edit", *glob.glob("*.png"), "--strength", "очки=0"], standalone_mode=False)
"""  # one process for the three, for most of the time goes into loading the models
OURS = "home/.local/share/t2i-person"  # the service's own folder, and what it keeps there
MAY_APPEAR = {f"{OURS}/service.sqlite", f"{OURS}/lock"}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What was asked of the network, by a caller and by our doors, and which files appeared."""
    sealed = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    try:
        subprocess.run([*sealed, "ip", "link", "set", "lo", "up"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", b"").decode().strip() or error
        pytest.skip(
            f"network namespaces cannot be made here, so nobody watched what leaves the machine: {why}"
        )
    folder = tmp_path_factory.mktemp("sealed")
    done = subprocess.run(
        [*sealed, sys.executable, __file__, str(folder)], capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "seen.json").read_text())


def test_who_phones_is_seen(seen):
    """Else the next test would prove nothing."""
    assert "look-up of phone.example" in seen["caller"] and f"tcp to {ANSWER}:443" in seen["caller"]


def test_no_door_phones(seen):
    assert seen["doors"] == []


def test_no_later_dependency_comes_unseen():
    """Each that runs with us has an upper bound: what a new one sends has to be looked at first."""
    told = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    extras = told["optional-dependencies"]
    needed = [Requirement(line) for line in told["dependencies"] + extras["postgres"] + extras["ray"]]
    free = [one.name for one in needed if not {"<", "=="} & {bound.operator for bound in one.specifier}]
    assert len(needed) > 20 and not free


def test_no_file_outside_our_folders(seen):
    assert set(seen["files"]) <= MAY_APPEAR


class Watch:
    """Every packet of the namespace but those to our own server."""

    def __init__(self, own: int) -> None:
        self.own, self.found = own, list[str]()
        self._names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._names.bind(("0.0.0.0", 53))
        self._all = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETHERNET_ALL))
        self._all.bind(("lo", 0))
        for work in (self._answer, self._look):
            threading.Thread(target=work, daemon=True).start()

    def found_since(self, before: int) -> list[str]:
        time.sleep(0.3)  # until the last packets are read
        return list(dict.fromkeys(self.found[before:]))

    def _answer(self) -> None:
        while True:
            query, whom = self._names.recvfrom(4096)
            name = query[12 : query.index(0, 12) + 1]
            wants = query[12 + len(name) : 16 + len(name)]
            address = socket.inet_aton(ANSWER) if wants[:2] == b"\0\1" else b""
            record = b"\xc0\x0c" + wants + struct.pack(">IH", 60, len(address)) + address if address else b""
            head = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if address else b"\0\0") + bytes(4)
            self._names.sendto(head + name + wants + record, whom)

    def _look(self) -> None:
        while True:
            packet, (_, kind, direction, *_) = self._all.recvfrom(65535)
            if direction == socket.PACKET_OUTGOING and kind in (IPV4, IPV6):
                self.found += _told(packet, kind, self.own)


def _told(packet: bytes, kind: int, own: int) -> Iterator[str]:
    """Who a packet goes to, if it opens anything."""
    if kind == IPV4:
        protocol, to, body = packet[9], packet[16:20], packet[(packet[0] & 15) * 4 :]
        place = socket.inet_ntop(socket.AF_INET, to)
    else:
        protocol, to, body = packet[6], packet[24:40], packet[40:]
        place = f"[{socket.inet_ntop(socket.AF_INET6, to)}]"
    port = int.from_bytes(body[2:4], "big")
    if protocol == UDP and port == 53:
        labels, rest = [], body[20:]
        while rest and rest[0]:
            labels.append(rest[1 : rest[0] + 1].decode("ascii", "replace"))
            rest = rest[rest[0] + 1 :]
        yield f"look-up of {'.'.join(labels)}"
    elif protocol == UDP and int.from_bytes(body[:2], "big") != 53:
        yield f"udp to {place}:{port}"
    elif protocol == TCP and body[13] & 0x12 == 2 and (place, port) != ("127.0.0.1", own):  # SYN without ACK
        yield f"tcp to {place}:{port}"


def inside(folder: Path) -> None:
    """In the namespace: go through all doors."""
    for command in ("link set lo up", "route add local default dev lo", "-6 route add local default dev lo"):
        subprocess.run(["ip", *command.split()], check=not command.startswith("-6"))
    home, work, temporary = (folder / name for name in ("home", "work", "tmp"))
    for place in (home, work, temporary):
        place.mkdir()
    fresh = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    fresh |= {"HOME": str(home), "TMPDIR": str(temporary)}
    fresh.pop("ORT_DISABLE_TELEMETRY", None)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    watch, seen = Watch(port), dict[str, list[str]]()

    def run(code: str, *words: str) -> int:
        return subprocess.run([sys.executable, "-c", code, *words], cwd=work, env=fresh).returncode

    run("import socket; socket.create_connection(('phone.example', 443), 1)")
    seen["caller"], before, start = watch.found_since(0), len(watch.found), time.monotonic()
    serve = [sys.executable, "-m", "t2i_person", "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=work, env=fresh)
    try:
        assert run(COMMANDS, TEXT) == 0
        body = json.dumps({"text": TEXT}).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/v1/describe", body)
        asked.add_header("Content-Type", "application/json")
        assert json.load(urllib.request.urlopen(asked))["characters"]
        time.sleep(max(0.0, LINGER + start - time.monotonic()))
    finally:
        server.terminate()
        assert server.wait(60) == 0
    seen["doors"] = watch.found_since(before)
    files = (path for place in (home, temporary) for path in place.rglob("*") if not path.is_dir())
    seen["files"] = [str(path.relative_to(folder)) for path in files]
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    inside(Path(sys.argv[1]))
