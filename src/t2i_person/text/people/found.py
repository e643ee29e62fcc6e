"""A place in a sentence that names someone."""

from dataclasses import dataclass, field
from typing import Any

from ..grammar.phrases import Phrase
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import Person, people, word_set

UNSEXED = word_set("reference.txt", "unsexed")


@dataclass(slots=True)
class Found:
    """A place in a sentence that names someone."""

    head: int  # place of the noun, or of the first word of a name
    first: int  # head span, token places, `last` included
    last: int
    kind: str  # noun, name, pron, poss, rel, subst
    lemma: str
    gender: str  # m, f, u
    number: str
    case: str
    phrase: Phrase | None = None
    person: Person | None = None
    count: int = 1
    counted: bool = False
    absent: bool = False
    predicate: bool = False
    denied: bool = False  # "не блондинка"
    sought: bool = False  # "требуется актриса": whom a notice asks for
    wished: bool = False  # "ищу мужчину": whom somebody would like to meet
    forms: tuple[Reading, ...] = ()
    entity: Any = None
    near: tuple[str, ...] = ()  # who of those told of before it may mean, as facts
    ghost: Any = None  # the entity of somebody talked about, who may be there all the same
    keys: set[str] = field(default_factory=set)
    sure: bool = False  # of a name: the sentence tells the sex
    hint: str = ""  # weak evidence of sex: "новый директор" may be a woman
    parts: dict[str, set[str]] = field(default_factory=dict)  # of a name: given, patronymic, family

    @property
    def start(self) -> int:
        """First token of the whole phrase."""
        return min(self.first, self.phrase.start) if self.phrase else self.first

    @property
    def end(self) -> int:
        return self.last + 1


def lookup(key: str) -> Person | None:
    """Lexicon entry of a noun, hyphenated words by their first known half."""
    entry = people().get(key)
    if entry is None and "-" in key:
        halves = [people()[part] for part in key.split("-") if part in people()]
        halves = [half for half in halves if half.kind != "collective"]
        sexed = [half for half in halves if half.gender in ("m", "f") and half.kind == "generic"]
        return next(iter(sexed or halves), None)  # "гот-девушка" is a girl
    base = people().get(key[:-2]) if entry is None and key.endswith("рша") else None
    if base is not None and base.kind == "role":
        return Person(key, "f", "role", base.english)  # "тренерша", "блогерша"
    return entry


def capital(token: Token) -> bool:
    return token.text[:1].isupper()
