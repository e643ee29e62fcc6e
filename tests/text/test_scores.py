"""The reader may not read worse than it did."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
FLOORS = {
    "dev": (0.98, 0.95, 0.9),
    "own": (0.98, 0.95, 0.92),
    "blind": (0.98, 0.95, 0.92),
    "blind2": (0.97, 0.93, 0.88),
    "blind4": (0.96, 0.93, 0.88),
    "blind3": (0.97, 0.93, 0.88),
    "blind5": (0.97, 0.91, 0.75),
    "blind6": (0.96, 0.91, 0.75),
    "kinds": (0.98, 0.98, 0.96),
    "kinds2": (0.96, 0.94, 0.88),
    "kinds3": (0.96, 0.94, 0.88),
    "written": (0.84, 0.75, 0.25),
}  # characters F1, features F1, items wholly right


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", list(FLOORS))
def test_floor(name: str) -> None:
    lines = (ROOT / "tests" / "data" / "extraction" / f"{name}.jsonl").read_text("utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    result, _ = load("score_extraction").evaluate(items, load("extraction").predict(items))
    overall = result["overall"]
    reached = overall["character"]["f1"], overall["feature"]["f1"], overall["exact"]
    assert all(a >= b for a, b in zip(reached, FLOORS[name], strict=True)), reached
    assert overall["negated_recall"] >= (0.8 if name == "written" else 0.9)
