"""Rules as values. The lists hold their order; the first rule that takes a place keeps it."""

from .body import once_and_now, part_gerund, part_stops
from .denial import gone, not_of_height, stopped_wearing, there_is_none
from .forms import age_key, excluded, height, height_of_most, key_and_look, yes_or_no
from .idle import condition, full_of, handled, idiom, keys, question, roar, worn_by_things
from .own import own
from .rule import Rule, rule
from .worn import changed_clothes

# Before anything else is read in the sentence.
FIRST: tuple[Rule, ...] = (
    part_gerund,
    part_stops,
    once_and_now,
    age_key,
    height,
    height_of_most,
    yes_or_no,
    excluded,
    key_and_look,
    keys,
    condition,
    question,
    idiom,
    full_of,
    roar,
    handled,
    worn_by_things,
    own,
    stopped_wearing,
    gone,
    there_is_none,
    not_of_height,
    changed_clothes,
)

RULES: tuple[Rule, ...] = FIRST

__all__ = ["FIRST", "RULES", "Rule", "rule"]
