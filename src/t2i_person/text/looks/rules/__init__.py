"""Rules as values. The lists hold their order; the first rule that takes a place keeps it."""

from collections.abc import Callable

from .adjective import AdjectiveAt
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
from .age import (
    IsAge,
    about_after_person,
    bare_digits,
    beside_person,
    by_that_age,
    by_the_look,
    of_whom_it_turned,
    span_of_time,
    time_ago,
    years_first,
)
from .bare_noun import (
    acted_upon,
    covering_a_part,
    denied,
    doing_or_alone,
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
from .detached import (
    Owner,
    after_person,
    before_object,
    before_subject,
    nominative_of_anyone,
    of_both,
    of_counted_group,
    of_joined_people,
    of_thing,
    of_topic,
    opens_next_clause,
    predicate_in_instrumental,
    right_after_person,
    short_of_both,
    short_of_polite_you,
    short_of_subject,
    short_of_topic,
)
from .forms import age_key, excluded, height, height_of_most, key_and_look, yes_or_no
from .idle import condition, full_of, handled, idiom, keys, question, roar, worn_by_things
from .noun import NounAt
from .number import NumberAt
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
    shown_on_owner,
    acted_upon,
    on_body,
    listed_after_feature,
    doing_or_alone,
)

# Whose an adjective is that stands apart from its noun; without a rule's answer it is nobody's.
DETACHED: tuple[Rule[Callable[[AdjectiveAt], Owner]], ...] = (
    of_counted_group,
    of_thing,
    right_after_person,
    predicate_in_instrumental,
    short_of_subject,
    short_of_polite_you,
    short_of_both,
    short_of_topic,
    opens_next_clause,
    after_person,
    before_subject,
    before_object,
    of_both,
    of_joined_people,
    nominative_of_anyone,
    of_topic,
)

# Whether a number is an age, and whose; without a rule's answer it is none.
AGES: tuple[Rule[Callable[[NumberAt], IsAge]], ...] = (
    time_ago,
    years_first,
    of_whom_it_turned,
    bare_digits,
    about_after_person,
    span_of_time,
    by_that_age,
    beside_person,
    by_the_look,
)

RULES: tuple[Rule[Callable[..., object]], ...] = (*FIRST, *AGES, *NOUNS, *DETACHED)

__all__ = [
    "AGES",
    "DETACHED",
    "FIRST",
    "NOUNS",
    "RULES",
    "AdjectiveAt",
    "NounAt",
    "NumberAt",
    "Rule",
    "decide",
    "rule",
]
