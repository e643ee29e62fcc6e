"""One person of the text while it is being read, and what is told of them."""

import sys
from array import array
from dataclasses import dataclass, field

from ...learned import scorer
from ..found import UNSEXED, Found
from . import evidence

GHOST = 0.85  # probability from which somebody talked about is in the scene
TOLD = 0.15  # the same, of whom looks are told
PRESENT = 0.35  # probability below which somebody told of is not in the scene
NOMINAL = ("noun", "name")  # mentions that say who it is; pronouns do not


@dataclass(slots=True)
class Fact:
    """A feature before it becomes public: token offsets already turned into character offsets."""

    start: int
    end: int
    category: str
    normalized: str
    negated: bool
    adjectives: tuple[str, ...] = ()
    noun: str = ""
    verb: str = ""
    text: str = ""  # the words of the span, and its chapter: put in while the text is at hand
    chapter: str = ""


@dataclass(slots=True, eq=False)
class Entity:
    """One person while the text is being read. It keeps numbers and words, not what they were found by."""

    number: str
    gender: str
    head: Found | None = None  # first noun or name; a pronoun only until there is one
    head_at: int = 0  # place of the head among the mentions
    starts: "array[int]" = field(default_factory=lambda: array("q"))  # character offsets of the mentions
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    lemmas: list[str] = field(default_factory=list)  # of those that are nouns; "" of the others
    texts: list[str] = field(default_factory=list)  # their words, put in while the text is at hand
    facts: list[Fact] = field(default_factory=list)
    says: dict[str, Fact] = field(default_factory=dict)  # what its nouns say themselves, by category
    kinds: set[str] = field(default_factory=set)  # lexicon kinds of its nouns, "name" for a bare name
    parts: dict[str, set[str]] = field(default_factory=dict)  # parts of its name: given, patronymic, family
    count: int = 1
    seen: bool = False  # whether some noun or name shows the person as present
    named: bool = False
    full_name: str = ""
    unsexed: bool = False
    first: int = -1  # sentence of the first mention, and of the last
    last: int = -1
    subject: bool = False  # whether that mention was a subject
    place: int = 0
    acted: tuple[int, int] = (-1, 0)  # sentence and place where it was last a subject
    second: bool = False  # "ты", "вы"
    addressed: int = -1  # sentence of the last "ты"
    unnamed: bool = False  # looks without a noun for the person: a noun that comes next is theirs
    hint: str = ""
    evidence: tuple[str, ...] = ()  # how it was first told of by a noun or name
    nouns: int = 0  # mentions by nouns and names
    subjects: int = 0  # mentions as a subject
    there: float = 0.0  # how likely the surest of its nouns and names is that of somebody who is there
    ghost: bool = False  # so far only talked about
    sought: bool = False  # a notice asks for them
    only_called: bool = False  # so far somebody has only called them
    heard: int = -1  # sentence of the last noun or name
    becomes: "Entity | None" = None  # somebody named since then, who may be this one
    announced: bool = False  # whose name was said before they came in: no later name is theirs
    listed: "tuple[Entity, ...]" = ()  # who is named in one list with them: "старик, девушка и парень"
    words: set[str] = field(default_factory=set)  # keys of the nouns and names it was called by

    @property
    def nominal(self) -> bool:
        return bool(self.kinds)

    @property
    def kept(self) -> bool:
        """Whether this is somebody to tell of: with looks, or shown by a noun, not only talked about."""
        if self.head is None:
            return False  # nobody mentioned it: reading its sentence failed
        seen = self.count > 1 if self.number == "plur" else self.seen
        shown = (bool(self.facts) or (self.nominal and seen)) and not self.ghost
        if not self.nominal:
            return shown  # a mere pronoun with looks
        p = scorer.probability("present", evidence.presence(self))
        if p is None:
            return shown
        if shown:  # of a list, all are there or nobody is
            p = max([p, *(scorer.probability("present", evidence.presence(e)) or 0.0 for e in self.listed)])
        return p > (GHOST if not shown else TOLD if self.facts else PRESENT)

    def mention(self, f: Found, start: int, end: int) -> None:
        """Take in one more mention and what its words say."""
        if self.head is None or (f.kind in NOMINAL and (not self.nominal or self.head.lemma.isascii())):
            self.head, self.head_at = f, len(self.starts)
        self.starts.append(start)
        self.ends.append(end)
        self.lemmas.append(sys.intern(f.lemma) if f.kind == "noun" else "")
        if f.counted:
            self.count = max(self.count, f.count)
        if f.kind not in NOMINAL:
            return
        self.words |= f.keys
        self.kinds.add(f.person.kind if f.person else "name")
        self.seen |= not f.absent and not (f.person is not None and f.person.kind == "someone")
        self.unsexed |= f.kind == "noun" and bool(f.keys & UNSEXED)
        if f.kind == "name":
            self._take_name(f)
        for category, normal, english in f.person.facts if f.person and not f.denied else ():
            if category != "role" or self.head is f:
                self.says.setdefault(category, Fact(start, end, category, normal, False, noun=english))

    def absorb(self, other: "Entity") -> None:
        """The other turns out to be this person: all that is told of them is told of this one."""
        told, mine = len(other.texts), len(self.texts)  # those after have no words yet
        self.starts = self.starts[:mine] + other.starts[:told] + self.starts[mine:] + other.starts[told:]
        self.ends = self.ends[:mine] + other.ends[:told] + self.ends[mine:] + other.ends[told:]
        self.lemmas = self.lemmas[:mine] + other.lemmas[:told] + self.lemmas[mine:] + other.lemmas[told:]
        self.texts += other.texts
        if self.head_at >= mine:
            self.head_at += told
        self.facts[:0] = other.facts
        for category, fact in other.says.items():
            self.says.setdefault(category, fact)
        self.kinds |= other.kinds
        self.seen |= other.seen
        self.nouns += other.nouns
        self.subjects += other.subjects
        self.there = max(self.there, other.there)
        self.hint = self.hint or other.hint
        if self.gender == "u":
            self.gender = other.gender

    def take_names_of(self, other: "Entity") -> None:
        """The other's name is this person's as well."""
        self.words |= other.words
        for part, keys in other.parts.items():
            self.parts.setdefault(part, set()).update(keys)
        if other.full_name.count(" ") > self.full_name.count(" "):
            self.full_name = other.full_name
        if 0 <= other.first < self.first:
            self.first = other.first

    def _take_name(self, f: Found) -> None:
        """The full name is the one with the most words, the first of those."""
        self.named = True
        words = self.full_name.count(" ") + bool(self.full_name)
        if f.number == "sing" and f.lemma.count(" ") >= words:
            self.full_name = f.lemma
        for part, keys in f.parts.items():
            self.parts.setdefault(part, set()).update(keys)
