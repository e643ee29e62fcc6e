"""Rules as values. The lists hold their order; the first rule that takes a place keeps it."""

from collections.abc import Callable

from .after_preposition import (
    along_hair,
    behind_glasses,
    covered_in,
    dressed_up_with,
    having,
    held_in_hair,
    inside_another,
    joined_to_feature,
    leaned_on,
    looked_into,
    on_crutches,
    on_someones_part,
    on_their_part,
    over_clothes,
    peered_from_under,
    stood_on,
    their_part,
    under_clothes,
    under_covering,
    without,
    worn_in,
)
from .bare_noun import (
    acted_upon,
    covering_a_part,
    denied,
    doing_or_alone,
    garment_in_another_case,
    in_genitive,
    listed_after_feature,
    neither_subject_nor_object,
    object_of_wearing,
    on_body,
    part_does,
    part_there,
    plain_look,
    shown_by_verb,
    shown_on_owner,
    taken_off,
    told_after,
    told_before,
    under_eyes,
    wrapped_in,
)
from .body import once_and_now, part_gerund, part_stops
from .denial import gone, not_of_height, stopped_wearing, there_is_none
from .forms import age_key, excluded, height, height_of_most, key_and_look, yes_or_no
from .idle import condition, full_of, handled, idiom, keys, question, roar, worn_by_things
from .noun import NounAt
from .own import own
from .rule import OfSentence, Rule, decide, rule
from .worn import changed_clothes

# Before anything else is read in the sentence.
FIRST: tuple[Rule[OfSentence], ...] = (
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

# What a noun of the lists tells; a noun that no rule has a say on tells nothing.
NOUNS: tuple[Rule[Callable[[NounAt], bool | None]], ...] = (
    inside_another,
    held_in_hair,
    joined_to_feature,
    without,
    having,
    worn_in,
    covered_in,
    looked_into,
    on_their_part,
    stood_on,
    leaned_on,
    on_someones_part,
    on_crutches,
    under_covering,
    peered_from_under,
    under_clothes,
    behind_glasses,
    along_hair,
    over_clothes,
    dressed_up_with,
    their_part,
    under_eyes,
    taken_off,
    denied,
    told_after,
    told_before,
    in_genitive,
    object_of_wearing,
    wrapped_in,
    shown_by_verb,
    neither_subject_nor_object,
    part_does,
    plain_look,
    covering_a_part,
    part_there,
    garment_in_another_case,
    shown_on_owner,
    acted_upon,
    on_body,
    listed_after_feature,
    doing_or_alone,
)

RULES: tuple[Rule[Callable[..., object]], ...] = (*FIRST, *NOUNS)

__all__ = ["FIRST", "NOUNS", "RULES", "NounAt", "Rule", "decide", "rule"]
