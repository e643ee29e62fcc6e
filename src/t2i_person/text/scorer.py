"""What the rules propose is weighed here: small linear models, trained on annotated texts (`lab reader`)."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from math import exp

Weigh = Callable[[str, Sequence[str]], float]


@cache
def _tables() -> dict[str, dict[str, float]]:
    path = files(__package__).joinpath("scorer.json")
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}  # type: ignore[no-any-return]


def probability(task: str, facts: Sequence[str]) -> float | None:
    """How likely the facts are to mean yes; None where the task was never trained."""
    table = _tables().get(task)
    if table is None:
        return None
    total = table[""] + sum(table.get(fact, 0.0) for fact in set(facts))
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
