"""Rules as values. The lists hold their order; the first rule that takes a place keeps it."""

from .body import part_gerund, part_stops
from .rule import Rule, rule

# Before anything else is read in the sentence.
FIRST: tuple[Rule, ...] = (part_gerund, part_stops)

RULES: tuple[Rule, ...] = FIRST

__all__ = ["FIRST", "RULES", "Rule", "rule"]
