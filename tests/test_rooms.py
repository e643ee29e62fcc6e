"""The whole: rooms of the package import each other one way only, and no module itself by a detour."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import t2i_person

HOME = Path(t2i_person.__file__).parent
VALUES = {"errors", "portrait", "record", "request"}
READERS = {"pipeline", "pipeline.drawing", "pipeline.read"}  # of `pipeline` and `latent` read a text
MAY = {  # room -> rooms that it may import, beside the values
    "text": set(),
    "nets": set(),
    "packs": {"nets", "text"},
    "picture": {"nets", "packs"},
    "latent": {"nets", "packs", "picture", "text"},
    "pipeline": {"latent", "nets", "packs", "picture", "text"},
    "service": {"pipeline"},
    "serve_ray": {"nets", "pipeline", "service"},
    "api": {"pipeline"},
    "cli": {"nets", "packs", "picture", "pipeline", "service", "text"},
    "portrait": {"picture", "text"},
    "record": {"picture"},
    "request": {"picture"},
    "errors": set(),
}
TEXT = {  # rooms of `text`, a room within a room by its own name -> rooms of `text` that it may import
    "lexicon": set(),
    "grammar": {"lexicon"},
    "clashes": {"grammar"},
    "model": {"clashes"},
    "changes": {"model"},
    "input": {"lexicon", "model"},
    "learned": {"grammar", "lexicon"},
    "people": {"grammar", "lexicon", "model"},
    "people.coreference": {"grammar", "learned", "lexicon", "model", "people"},
    "looks.rules": {"grammar", "lexicon", "model", "people"},
    "looks": {"grammar", "learned", "lexicon", "looks.rules", "model", "people", "people.coreference"},
    "english": {"grammar", "lexicon", "model", "people.coreference"},
    "reader": {
        "clashes", "english", "grammar", "input", "learned", "looks", "model", "people", "people.coreference",
    },
    "": {"model", "reader"},
}  # fmt: skip

SERVICE = {  # rooms of `service`, folders or modules -> rooms of `service` that it may import
    "settings": set(),
    "artist": set(),
    "connections": set(),
    "metrics": set(),
    "models": set(),
    "prefix": {"settings"},
    "problems": {"settings"},
    "limits": {"problems"},
    "logs": {"metrics"},
    "wrong": {"models", "problems", "settings"},
    "keep": {"problems"},
    "queue": {"artist", "keep", "metrics", "models", "problems", "settings"},
    "runtime": {"artist", "keep", "metrics", "problems", "queue", "settings"},
    "doors": {"keep", "limits", "models", "problems", "queue", "runtime", "settings"},
    "app": {
        "artist", "connections", "doors", "limits", "logs",
        "prefix", "problems", "runtime", "settings", "wrong",
    },
}  # fmt: skip


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(HOME.rglob("*.py")):
        parts = path.relative_to(HOME.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Our modules that one imports, also inside its functions; not for type checkers alone."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
        base = f"{base}.{node.module}" if node.module else base
        for alias in node.names:
            yield full if (full := f"{base}.{alias.name}") in known else base


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_arrows_run_one_way() -> None:
    known = modules()
    wrong = {
        (module, other)
        for module, path in known.items()
        for other in imported(module, path, known)
        if room(module) in MAY and room(other) not in {room(module), *MAY[room(module)], *VALUES}
    }
    assert not wrong, sorted(wrong)
    unknown = {room(module) for module in known} - {*MAY, "", "__main__"}
    assert not unknown, f"say in MAY what these rooms may import: {unknown}"


def within(home: str, may: dict[str, set[str]]) -> None:
    """The rooms of `home` import one way: each only rooms that were told of before it."""
    list(TopologicalSorter(may).static_order())
    known = {name: path for name, path in modules().items() if f"{name}.".startswith(f"t2i_person.{home}.")}

    def inner(module: str) -> str:
        name = module.removeprefix(f"t2i_person.{home}").removeprefix(".")
        return max((one for one in may if f"{name}.".startswith(f"{one}.")), key=len, default="")

    unknown = {name for name in known if not inner(name) and name != f"t2i_person.{home}"}
    assert not unknown, f"say what these rooms of {home} may import: {unknown}"
    assert {inner(name) for name in known} == {*may, ""}, "a room that is gone"
    wrong = {
        (module, other)
        for module, path in known.items()
        for other in imported(module, path, known)
        if other in known and inner(other) not in {inner(module), *may.get(inner(module), ())}
    }
    assert not wrong, sorted(wrong)


def test_arrows_inside_text_run_one_way() -> None:
    within("text", TEXT)


def test_arrows_inside_the_service_run_one_way() -> None:
    within("service", SERVICE)


def test_tests_lie_in_the_rooms_of_what_they_test() -> None:
    tests = Path(__file__).parent
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert Path("service/doors") in folders
    strange = [folder for folder in folders if not (HOME / folder).is_dir()]
    assert not strange, strange


def test_no_door_imports_a_door() -> None:
    """A door may have models of its own: `openai` and `openai_models`."""
    known = modules()
    doors = [name for name in known if name.startswith("t2i_person.service.doors.")]
    assert len(doors) >= 7
    wrong = [
        (door, other)
        for door in doors
        for other in imported(door, known[door], known)
        if other in doors and other != f"{door}_models"
    ]
    assert not wrong, wrong


def test_doors_know_the_pipeline_from_outside() -> None:
    known = modules()
    for module, path in known.items():
        if room(module) in {"api", "cli", "service"}:
            behind = [other for other in imported(module, path, known) if ".pipeline." in other]
            assert not behind, (module, behind)


def test_a_text_is_read_in_one_stage() -> None:
    """What comes later has features, and no words to read."""
    known = modules()
    found = set()
    for module, path in known.items():
        if room(module) in {"latent", "pipeline"}:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and any(alias.name == "describe" for alias in node.names):
                    found.add(module.removeprefix("t2i_person."))
    assert found == READERS


def test_no_circles() -> None:
    known = modules()
    graph = {module: set(imported(module, path, known)) - {module} for module, path in known.items()}
    assert len(graph) > 100 and "t2i_person.text" in graph["t2i_person.pipeline.drawing"]
    list(TopologicalSorter(graph).static_order())  # CycleError names one
