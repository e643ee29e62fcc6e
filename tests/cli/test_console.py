"""How commands say things, and how they fail."""

import io

import pytest
import typer

from t2i_person import errors
from t2i_person.cli import console
from t2i_person.cli.console import FAILURE, INTERRUPTED, USAGE, encode_what_can_be, failures, slug


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (errors.T2IError("Say who."), USAGE, "Say who."),
        (errors.TooManyPeople("Too many."), USAGE, "Too many."),
        (errors.NoPeople("Nobody."), FAILURE, "Nobody."),
        (errors.NobodyFits("Nobody fits."), FAILURE, "Nobody fits."),
        (errors.PackError("Damaged."), FAILURE, "Damaged."),
        (errors.WrongPack("Another name, please."), USAGE, "Another name, please."),
        (OSError(28, "No space left on device", "a.png"), FAILURE, "a.png: No space left on device."),
        (OSError("odd"), FAILURE, "odd."),
        (KeyboardInterrupt(), INTERRUPTED, "Interrupted."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_goes_wrong_is_a_line_and_an_exit_code(error, code, says, capsys):
    with pytest.raises(typer.Exit) as left, failures():
        raise error
    assert left.value.exit_code == code
    told = capsys.readouterr()
    assert told.err == says + "\n" and not told.out


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError), failures():
        _ = 1 // 0


def test_what_goes_well_goes_on(capsys):
    with failures():
        console.out.print("[red]Готово[/red]: 1 из 1")
    assert capsys.readouterr().out == "[red]Готово[/red]: 1 из 1\n", "words are no markup"


def test_letters_that_an_output_lacks_are_written_out():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    encode_what_can_be(stream, object())  # the second as of a program without a console
    print("Борис", flush=True, file=stream)
    assert raw.getvalue() == rb"\u0411\u043e\u0440\u0438\u0441" + b"\n"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Блондинка", "Блондинка"),
        ("Иван Петрович", "Иван-Петрович"),
        ("../../etc/passwd", "etc-passwd"),
        ("«!»", "person"),
        ("", "person"),
        ("а" * 99, "а" * 40),
    ],
)
def test_a_word_as_a_file_name(head, name):
    assert slug(head) == name
