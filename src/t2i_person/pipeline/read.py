"""Read the phrases of changes and strengths, before anything is drawn; this needs no weights."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..errors import T2IError
from ..latent.targets import GENDERS, NAMED, feature_name
from ..text import Character, Feature, check_text, describe

SUBJECTS = {"male": "Мужчина", "female": "Женщина", "unknown": "Человек"}
OWN = frozenset(NAMED).union(*(words.values() for words in GENDERS.values()))  # names that say nothing
Phrases = Mapping[str, tuple[Feature, ...]]  # phrase -> what it asks for


def read_phrase(text: str, gender: str, cancelled: Callable[[], bool] | None = None) -> tuple[Feature, ...]:
    """The features in a phrase such as «в синей шляпе, без бороды».

    Raises
    ------
    T2IError : the phrase says nothing about one person's looks.
    """
    people = describe(text, cancelled=cancelled)
    for subject in dict.fromkeys((gender, *SUBJECTS)):  # «лысый» is said of a woman, too
        if any(person.described for person in people):
            break
        people = describe(f"{SUBJECTS[subject]}, {text}", cancelled=cancelled)
    if len(people) > 1 or not people or not people[0].described:
        raise no_looks(text)
    return people[0].described


def read_strengths(
    names: Iterable[str],
    gender: str,
    people: Sequence[Character],  # all of the text: what it says of them needs no reading
    cancelled: Callable[[], bool] | None = None,
) -> Phrases:
    """The features that each name of a strength stands for, for a person of that gender.

    A name may have no features if a pack may use it for a gender or an age, or if it is the turn of the head.

    Raises
    ------
    T2IError : any other name says nothing about one person's looks.
    """
    found: dict[str, tuple[Feature, ...]] = {
        feature_name(feature): (feature,) for person in people for feature in person.described
    }
    maybe = OWN.union(person.lemma for person in people)
    for name in names:
        if name not in found and name not in NAMED:
            try:
                found[name] = read_phrase(name, gender, cancelled)
            except T2IError:
                if name not in maybe:
                    raise
    return found


def check_strength(name: str) -> None:
    """Raise TextError for a name that is no Russian, and no pack's own; nothing is read for it."""
    if name not in OWN:
        check_text(name)


def no_looks(text: str) -> T2IError:
    """What to raise for a phrase that asks for nothing."""
    return T2IError(f"«{text}» names no looks of one person: say «рыжие волосы» or «в синей шляпе».")
