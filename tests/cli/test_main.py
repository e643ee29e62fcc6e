"""The command line, as a person meets it."""

import contextlib
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.text import Text
from typer.testing import CliRunner

from t2i_person.cli import files, telling
from t2i_person.cli import main as cli
from t2i_person.cli.console import FAILURE, INTERRUPTED, USAGE, _console
from t2i_person.packs import find
from t2i_person.picture import png
from t2i_person.portrait import Event, said

TEXT = "Блондинка в голубой кофте шла по улице."
runner = CliRunner()


def t2i(
    *words: str,
    stdin: bytes = b"",
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own."""
    command = [*before, Path(sys.executable).with_name("t2i-person"), *words]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, timeout=240, env=env)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_help_has_examples():
    done = t2i("draw", "--help")
    assert done.returncode == 0
    assert 'draw "Рыжий мужчина в очках." --seed 7' in done.stdout
    for option in ("--per-character", "--truncation-psi", "--steps", "--variants", "--keep-background"):
        assert option in done.stdout
    assert {"draw", "describe", "edit", "serve", "packs"} <= set(t2i("--help").stdout.split())


def test_help_is_quick():
    """Nothing that takes seconds to import is, by none of these."""
    commands = [], ["draw"], ["edit"], ["serve"], ["packs", "build"]
    code = (
        "import sys; from t2i_person.cli import main as cli\n"
        f"for words in {commands}:\n"
        "    assert cli.app([*words, '--help'], standalone_mode=False) == 0\n"
        "    print(words, {'torch', 'slovnet', 'fastapi', 'scipy'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.splitlines() == [f"{words} set()" for words in commands]


@pytest.fixture
def home(tmp_path) -> tuple[list[str], dict[str, str]]:
    """What to put before a command, and its environment: nobody can write to its home, not even root."""
    (place := tmp_path / "home").mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c"]
    mount = 'mount -t tmpfs -o ro none "$HOME" && exec "$0" "$@"'
    env["HOME"] = str(place)
    with contextlib.suppress(OSError):
        if subprocess.run([*alone, mount, "true"], env=env, capture_output=True).returncode == 0:
            return [*alone, mount], env
    warnings.warn("A READ-ONLY HOME IS NOT TESTED: no mounts of its own can be made here", stacklevel=1)
    return [], env


def test_draw_saves_a_portrait_and_says_so(tmp_path, home):
    """At home nothing can be written, nor need be."""
    before, env = home
    words = ("draw", TEXT, "-o", "new/folder", "--seed", "4", "--steps", "0")
    done = t2i(*words, cwd=tmp_path, env=env, before=before)
    assert done.returncode == 0, done.stderr
    if before:
        refused = t2i("serve", "--port", "0", cwd=tmp_path, env=env, before=before)
        assert refused.returncode == USAGE and "choose another with --data" in refused.stderr
        assert "Read-only" in refused.stderr and "Traceback" not in refused.stderr
    (path,) = (tmp_path / "new/folder").iterdir()
    assert path.name.startswith("1-Блондинка-") and path.suffix == ".png"
    assert path.stat().st_mode & 0o444 == 0o444
    assert f"new/folder/{path.name}" in done.stdout
    assert "drawn: " in done.stdout and "scores: " in done.stdout
    pixels, record = png.decode(path.read_bytes())
    assert pixels.shape == (1024, 1024, 4)
    assert record.text == TEXT and record.settings["request_seed"] == 4


def test_portraits_are_saved_whatever_becomes_of_the_words(tmp_path):
    """Nothing can be written to stdout, and stderr takes no Cyrillic."""
    words = ("draw", "-", "--per-character", "2", "--steps", "0", "--keep-background")
    command = [Path(sys.executable).with_name("t2i-person"), *words]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    text = "Старик по имени Борис.".encode()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command, input=text, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=env, timeout=240
        )
    assert done.returncode == 1 and b"Traceback" not in done.stderr, done.stderr
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_what_was_drawn_before_an_interruption_is_saved_and_told(tmp_path):
    words = ("draw", "Старик ждал. Рядом стояли три блондинки.", "--steps", "0", "--keep-background")
    command = [Path(sys.executable).with_name("t2i-person"), *words]
    drawing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    try:
        while not list(tmp_path.glob("1-*.png")) and drawing.poll() is None:
            time.sleep(0.02)
        drawing.send_signal(signal.SIGINT)
        told, failed = drawing.communicate(timeout=60)
    finally:
        drawing.kill()
    saved = [path.name for path in tmp_path.glob("*.png")]
    assert drawing.returncode == INTERRUPTED and "Interrupted." in failed.decode()
    assert 1 <= len(saved) < 4 and all(name in told.decode() for name in saved)


def test_describe(tmp_path):
    file = tmp_path / "story.txt"
    file.write_bytes(b"\xef\xbb\xbf" + "Мужчина без бороды в зелёной футболке.\n".encode())
    done = runner.invoke(cli.app, ["describe", "-f", str(file), "--json"])
    assert done.exit_code == 0
    (person,) = json.loads(done.stdout)
    assert person["lemma"] == "мужчина" and person["gender"] == "male" and person["count"] == 1
    words = "Мужчина без бороды в зелёной футболке.\n"
    assert all(words[f["start"] : f["end"]] == f["text"] for f in person["features"])
    assert [f["negated"] for f in person["features"]] == [True, False]
    shown = runner.invoke(cli.app, ["describe", words]).stdout
    assert "1. мужчина, male" in shown and "not борода" in shown


def test_describe_nobody():
    assert runner.invoke(cli.app, ["describe", "Шёл дождь."]).exit_code == 0
    assert json.loads(runner.invoke(cli.app, ["describe", "Шёл дождь.", "--json"]).stdout) == []


@pytest.mark.parametrize("columns", ["30", "80"])
def test_packs_list(columns):
    """Where each is stays whole, however narrow the terminal: it is there to be copied."""
    done = runner.invoke(cli.app, ["packs", "list"], env={"COLUMNS": columns})
    assert done.exit_code == 0
    assert f" embedded: {find.EMBEDDED}\n" in done.stdout
    assert " faces: not pulled: t2i-person packs pull faces\n" in done.stdout


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (["draw"], b"", "Give one text"),
        (["draw", "a", "-f", "b"], b"", "Give one text"),
        (["draw", "  "], b"", "The text is empty"),
        (["draw", "-"], b"", "The text is empty"),
        (["draw", "-"], b"\xff\xfe", "not UTF-8"),
        (["draw", "-f", "nowhere.txt"], b"", "cannot be read"),
        (["draw", "-f", "."], b"", "cannot be read"),
        (["draw", TEXT, "--device", "abacus"], b"", "abacus"),
        (["draw", TEXT, "--seed", "x"], b"", "--seed"),
        (["draw", TEXT, "--per-character", "0"], b"", "--per-character"),
        (["draw", TEXT, "--truncation-psi", "7"], b"", "--truncation-psi"),
        (["paint", TEXT], b"", "paint"),
        (["describe", ""], b"", "The text is empty"),
        (["describe", "-f", "nowhere.txt"], b"", "cannot be read"),
        (["draw", TEXT, "--pack", "nowhere"], b"", "nowhere"),
        (["draw", TEXT, "-o", "a.png"], b"", "-o names a folder"),
        (["draw", TEXT, "-o", "a.jpg"], b"", "-o names a folder"),
        (["draw", TEXT, "-o", "/dev/null"], b"", "/dev/null: cannot write here"),
        (["draw", TEXT, "-o", "/proc/none"], b"", "/proc/none: cannot write here"),
        (["edit", "nowhere.png", "в очках"], b"", "nowhere.png cannot be read"),
        (["recreate", "nowhere.png"], b"", "nowhere.png cannot be read"),
        (["recreate", "/dev/zero"], b"", "/dev/zero is not an ordinary file"),
        (["recreate", "."], b"", "cannot be read"),
        (["edit", "/dev/zero", "в очках"], b"", "/dev/zero is not an ordinary file"),
        (["edit", "a.png", "\udcff"], b"", "not UTF-8"),
        (["edit", "a.png", "--strength", "\udcff=1"], b"", "not UTF-8"),
        (["serve", "--log-format", "xml"], b"", "text or json"),
        (["serve", "--port", "0", "--data", "/proc/none"], b"", "--data"),
    ],
)
def test_wrong_use(words, stdin, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(cli.app, words, input=stdin)
    assert done.exit_code == 2, done.output
    assert says in done.stderr and not done.stdout
    assert not list(tmp_path.iterdir())


def test_another_picture_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    for words in (["recreate", "a.png"], ["edit", "a.png", "в очках"]):
        done = runner.invoke(cli.app, [*words, "-o", "b.jpg"])
        assert done.exit_code == 2 and "saved as PNG: name b.png" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_output_that_is_not_utf8(encoding):
    """A Windows console or pipe: it gets what can be said in it, and JSON is JSON."""
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = t2i("describe", "Рыжий мужчина.", "--json", env=env)
    assert done.returncode == 0 and json.loads(done.stdout)[0]["lemma"] == "мужчина", done.stderr
    helped = t2i("draw", "--help", env=env)
    assert helped.returncode == 0 and "--per-character" in helped.stdout, helped.stderr


def test_a_terminal_is_not_commanded():
    """By what stands in a stranger's file: colours, titles, the direction of writing."""
    shown = io.StringIO()
    console = _console(file=shown, force_terminal=True)
    console.print(Text("a\x1b]0;title\x07b\u202ec", "red"))
    console.print("[red]\x9b2J[/x]")
    assert shown.getvalue() == "\x1b[31ma\\x1b]0;titleb\\u202ec\x1b[0m\n[red]\\x9b2J[/x]\n"


def test_a_text_without_a_command_is_told_which():
    for text in ("Девушка в очках.", "Девушка"):
        done = runner.invoke(cli.app, [text, "--seed", "3"])
        assert done.exit_code == USAGE and done.stderr.strip().endswith(f"t2i-person draw '{text}'")
    assert "Did you mean 'draw'" in runner.invoke(cli.app, ["draww"]).stderr


def test_nobody_waits_for_a_pipe_that_never_ends(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    for command in ("recreate", "edit"):
        done = runner.invoke(cli.app, [command, str(tmp_path / "a.png")])
        assert done.exit_code == USAGE and "is not an ordinary file" in done.stderr


def test_failures(tmp_path, monkeypatch):
    """Rightly used, and yet it comes to nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pack.toml").write_text("name = ")
    for words, says in (
        (["draw", "Шёл дождь."], "No people"),
        (["draw", TEXT, "--pack", "broken"], "pack.toml cannot be read"),
    ):
        for more in ([], ["-o", "new/folder"]):
            done = runner.invoke(cli.app, [*words, *more])
            assert done.exit_code == 1, done.output
            assert says in done.stderr and not done.stdout
            assert [path.name for path in tmp_path.iterdir()] == ["broken"], "nothing drawn, no folder made"


def test_a_folder_that_was_made_goes_unless_something_is_in_it(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new" / "er"
    old.mkdir()
    for place in (old, new):
        with pytest.raises(KeyError), files.folder_for(place):
            assert place.is_dir()
            raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    with pytest.raises(KeyError), files.folder_for(new):
        (new / "a.png").write_bytes(b"")
        raise KeyError
    assert (new / "a.png").exists()


def test_the_pack_is_named_with_what_should_be_known_of_it(capsys):
    pull, use = "t2i-person packs pull faces", "--pack faces"
    for name, licence, best, says in (
        ("faces", "research or evaluation only", "faces", "research or evaluation"),
        ("embedded", "CC BY 4.0", "embedded", pull),
        ("embedded", "CC BY 4.0", "faces", use),
        ("mine", "CC0", "faces", "mine: CC0."),
        ("gone", "", "faces", "gone."),
    ):
        said = telling.pack_note(name, licence, best)
        assert f"Drawn with the pack {name}" in said and says in said
        assert (pull in said) == (says == pull), "it is not to be pulled again"
    telling.name_pack("embedded")
    assert capsys.readouterr().err == f"Drawn with the pack embedded; photographs instead: {pull}.\n"


def test_progress_where_nobody_watches_is_a_line_now_and_then(capsys):
    times = iter((0, 0.1, 1.9, 2.5, 3, 4.0, 4.5, 12.5, 14.6))
    lines = telling._Lines(lambda: next(times))
    for stage, person, step in (
        ("text", None, None),
        ("candidates", 0, None),
        ("candidates", 0, 3),  # the first to last two seconds
        ("candidates", 0, 4),
        ("people", 0, None),
        ("candidates", 1, None),
        ("candidates", 1, 7),
        ("candidates", 1, 8),
    ):
        lines(Event(stage, person, step=step, steps=step and 9))
    first = "candidates, person 1, step 3 of 9 (2 s)\n"
    assert capsys.readouterr() == (
        "",
        first + "candidates, person 2 (4 s)\ncandidates, person 2, step 8 of 9 (15 s)\n",
    )


def test_what_is_denied_is_named_as_it_was_written():
    features = [{"text": "Без шапки", "normalized": "шапка", "negated": True}]
    features += [{"text": "очков", "normalized": "очки", "negated": True}]
    names = ("не шапка", "не очки", "борода", "не борода")
    assert [said(name, features) for name in names] == ["без шапки", "нет: очки", "борода", "нет: борода"]


def test_results_go_beside_their_file_or_where_they_are_told(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    monkeypatch.chdir(here)
    for to, place in (
        (None, there / "a-again.png"),
        (Path("b.png"), Path("b.png")),
        (Path("new"), Path("new/a-again.png")),
        (tmp_path / "deep/c.PNG", tmp_path / "deep/c.PNG"),
    ):
        there.mkdir(exist_ok=True)
        assert files.place_for(to, there / "a.png", "a-again.png") == place


def test_each_exit_code_is_in_the_docs():
    table = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    assert re.findall(r"^\| (\d+) \|", table, re.M) == ["0", *map(str, (FAILURE, USAGE, INTERRUPTED))]


def test_nothing_half_written(tmp_path):
    """The kernel refuses the write half-way, as on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, old[1]))
    try:
        with pytest.raises(OSError, match="cannot be saved"):
            files.save(tmp_path, "a.png", os.urandom(50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert not list(tmp_path.iterdir())


def test_other_pictures_are_not_replaced(tmp_path):
    first, second = (files.save(tmp_path, "a.png", data) for data in (b"one", b"two"))
    assert (first.name, second.name) == ("a.png", "a-2.png")
    assert files.save(tmp_path, "a.png", b"two") == second
    assert first.read_bytes() == b"one" and len(list(tmp_path.iterdir())) == 2


BOOK = """Глава 1

Анна Каренина вошла в зал. На ней было чёрное платье. Брюнет у окна поклонился ей.

Глава 2. Осень

{filler}

Рыжая Анна сняла перчатки. У неё были чёрные волосы.
"""


def test_describe_a_book(tmp_path):
    filler = "Дождь шёл до самого вечера, и река поднялась.\r\n" * 1000  # two blocks
    (tmp_path / "book.txt").write_bytes(BOOK.format(filler=filler).encode())
    done = t2i("describe", "-f", "book.txt", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    anna, guest = json.loads(done.stdout)
    text = (tmp_path / "book.txt").read_bytes().decode()
    assert (anna["lemma"], anna["gender"], anna["name"]) == ("Анна Каренина", "female", True)
    said = {f["normalized"]: f for f in anna["features"]}
    assert {k: f["chapter"] for k, f in said.items()} == {
        "чёрное платье": "Глава 1",
        "рыжий": "Глава 2. Осень",
        "чёрные волосы": "Глава 2. Осень",
    }
    assert all(text[f["start"] : f["end"]] == f["text"] for f in said.values())
    assert [[a["normalized"], b["normalized"]] for a, b in anna["contradictions"]] == [
        ["рыжий", "чёрные волосы"]
    ]
    assert not guest["name"] and guest["attributes"][0]["chapter"] == "Глава 1"
    told = runner.invoke(cli.app, ["describe", "-f", "-"], input=text.encode())
    assert told.stdout.startswith(text.replace("\r", "")) and "рыжий (Глава 2. Осень, " in told.stdout
