"""Read what a request says, before anything is drawn; this needs no weights."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from ..errors import NoPeople, T2IError, TooManyPeople
from ..latent.targets import GENDERS, NAMED, feature_name
from ..request import Request
from ..text import Character, Feature, check_text, describe
from .run import IsCancelled

CROWD = 8  # people of one character, at most
SUBJECTS = {"male": "Мужчина", "female": "Женщина", "unknown": "Человек"}
OWN = frozenset(NAMED).union(*(words.values() for words in GENDERS.values()))  # names that say nothing
Phrases = Mapping[str, tuple[Feature, ...]]  # phrase -> what it asks for


class Reader(Protocol):
    """The people of a text, as `describe` finds them."""

    def __call__(self, text: str, *, cancelled: IsCancelled | None) -> Sequence[Character]: ...


def read_request(
    request: Request,
    most: int | None = None,  # portraits of all characters together; more is an error
    *,
    read: Reader = describe,
    cancelled: IsCancelled | None = None,
    heard: Callable[[Sequence[Character]], None] = lambda people: None,  # told as soon as the text is read
) -> tuple[Sequence[Character], Collection[int], Mapping[str, Phrases]]:
    """The people of the text, the indexes of those to draw, and what the strengths ask for, by gender.

    Raises
    ------
    T2IError : a character that is not there, a strength that says nothing about looks.
    TextError, NoPeople, TooManyPeople : in the text.
    Cancelled : `cancelled` said yes.
    """
    people = read(request.text, cancelled=cancelled)
    if not people:
        raise NoPeople("No people were found in the text: name somebody, as in «Блондинка в голубой кофте».")
    heard(people)
    wanted = _wanted(people, request, most)
    genders = dict.fromkeys(people[i].gender for i in sorted(wanted))
    return (
        people,
        wanted,
        {
            gender: read_strengths(
                request.strengths,
                gender,
                [feature for person in people for feature in person.described],
                cancelled,
                nouns=[person.lemma for person in people],
                read=read,
            )
            for gender in genders
        },
    )


def read_phrase(
    text: str, gender: str, cancelled: IsCancelled | None = None, read: Reader = describe
) -> tuple[Feature, ...]:
    """The features in a phrase such as «в синей шляпе, без бороды».

    Raises
    ------
    T2IError : the phrase says nothing about one person's looks.
    """
    people = read(text, cancelled=cancelled)
    for subject in dict.fromkeys((gender, *SUBJECTS)):  # «лысый» is said of a woman, too
        if any(person.described for person in people):
            break
        people = read(f"{SUBJECTS[subject]}, {text}", cancelled=cancelled)
    if len(people) > 1 or not people or not people[0].described:
        raise no_looks(text)
    return people[0].described


def read_strengths(
    names: Iterable[str],
    gender: str,
    said: Iterable[Feature],  # of all people: what the text says needs no reading
    cancelled: IsCancelled | None = None,
    *,
    nouns: Iterable[str] = (),  # for the people
    read: Reader = describe,
) -> Phrases:
    """The features that each name of a strength stands for, for a person of that gender.

    A name may have no features if a pack may use it for a gender or an age, or if it is the turn of the head.

    Raises
    ------
    T2IError : any other name says nothing about one person's looks.
    """
    found: dict[str, tuple[Feature, ...]] = {feature_name(feature): (feature,) for feature in said}
    maybe = OWN.union(nouns)
    for name in names:
        if name not in found and name not in NAMED:
            try:
                found[name] = read_phrase(name, gender, cancelled, read)
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


def _wanted(characters: Sequence[Character], request: Request, most: int | None) -> Collection[int]:
    """The indexes of the characters to draw."""
    everybody = range(len(characters))
    chosen = set(everybody if request.characters is None else request.characters)
    if not chosen or not chosen <= set(everybody):
        raise T2IError(
            f"Characters are chosen by index, 0 to {len(characters) - 1} in this text, not {sorted(chosen)}."
        )
    portraits = sum(min(characters[i].count, CROWD) * request.per_character for i in chosen)
    if most is not None and portraits > most:
        raise TooManyPeople(
            f"This asks for {portraits} portraits of {len(chosen)} people, {most} at once are drawn here: "
            "choose some of the people, fewer portraits of each, or send the text in parts."
        )
    return chosen
