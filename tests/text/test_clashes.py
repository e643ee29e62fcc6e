"""Contradictions of very much that is said of one person."""

import random
import time
from itertools import product

from t2i_person.text import Feature
from t2i_person.text.clashes import clashes

SAID = [
    ("hair_color", "рыжий", "red hair"),
    ("hair_color", "рыжие волосы", "red hair"),
    ("hair_color", "чёрные волосы", "black hair"),
    ("hair_style", "лысый", "bald"),
    ("hair_style", "длинные волосы", "long hair"),
    ("age", "двадцать лет", "20 years old"),
    ("age", "сорок лет", "40 years old"),
    ("build", "высокий", "tall"),
    ("build", "низкий", "short"),
    ("eyes", "серо-зелёные глаза", "grey-green eyes"),
    ("eyes", "голубые глаза", "blue eyes"),
    ("clothes", "чёрный плащ", "black coat"),
]


def features(said: list[tuple[str, str, str]]) -> tuple[Feature, ...]:
    return tuple(Feature(x[1], i, i + 1, x[0], x[1], False, x[2]) for i, x in enumerate(said))


def test_pairs() -> None:
    found = {
        (a.normalized, b.normalized)
        for one, two in product(SAID, SAID)
        for a, b in clashes(features([one, two]))
    }
    both = {
        ("рыжий", "чёрные волосы"),
        ("рыжие волосы", "чёрные волосы"),
        ("лысый", "рыжий"),
        ("лысый", "рыжие волосы"),
        ("лысый", "чёрные волосы"),
        ("лысый", "длинные волосы"),
        ("двадцать лет", "сорок лет"),
        ("высокий", "низкий"),
    }
    assert found == both | {(b, a) for a, b in both}


def test_what_is_said_again_counts_once() -> None:
    red, again, black, last = features([SAID[0], SAID[0], SAID[2], SAID[1]])
    assert clashes((red, again, black, last)) == ((red, black), (black, last))


def test_the_cost_grows_with_the_text_and_not_with_its_square() -> None:
    """Thousands of contradictions: of a megabyte such a thread would be held for half an hour."""
    costs = []
    for count in (4000, 32000):
        said = features(random.Random(0).choices(SAID, k=count))
        start = time.process_time()
        pairs = clashes(said)
        costs.append(time.process_time() - start)
        assert count < len(pairs) < 7 * count
    assert costs[1] < 40 * costs[0], "eight times as many: 64 times by the square"
