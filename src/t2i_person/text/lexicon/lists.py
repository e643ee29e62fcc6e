"""Word lists as dictionaries; the lists themselves are the .txt files beside this module."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from .morph import noun_lemmas


@lru_cache(30_000)  # rules ask it of the same words by the hundred thousand
def fold(word: str) -> str:
    """Lower case with е for ё: the key of every list."""
    return word.lower().replace("ё", "е")


@dataclass(frozen=True, slots=True)
class Person:
    """A noun for a person: gender letter (m, f, r, c, u), class, own facts and English."""

    word: str
    gender: str
    kind: str
    english: str
    facts: tuple[tuple[str, str, str], ...] = ()  # category, normalised, English


@dataclass(frozen=True, slots=True)
class Thing:
    """A noun for something worn or a part of the body."""

    word: str
    category: str
    needs: bool  # a feature only with a modifier: "глаза" says nothing, "голубые глаза" does
    carried: bool
    english: str
    held: bool = False  # shown only by "с": "с мячом", never by a verb


@dataclass(frozen=True, slots=True)
class Look:
    """An adjective that shows a person's looks."""

    word: str
    category: str
    english: str


def _entries(name: str) -> list[tuple[str, list[str], str]]:
    """(section header, words, right-hand side) of each entry of one list."""
    out: list[tuple[str, list[str], str]] = []
    header = ""
    for line in files(__package__).joinpath(name).read_text("utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            header = line[1 : line.rindex("]")]
            continue
        for entry in line.split(";"):
            words, _, english = entry.partition("=")
            out.append((header, [w.strip() for w in words.split(",") if w.strip()], english.strip()))
    return out


@cache
def sections(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Header and words of each section of one list."""
    return tuple((header, tuple(words)) for header, words, _ in _entries(name))


@cache
def people() -> dict[str, Person]:
    """Nouns for persons by folded lemma."""
    out: dict[str, Person] = {}
    for header, words, english in _entries("people.txt"):
        left, _, fact = header.partition("|")
        gender, kind = left.split()
        facts: tuple[tuple[str, str, str], ...] = ()
        if fact:
            category, _, rest = fact.partition(":")
            normal, _, english_fact = rest.partition("/")
            facts = ((category.strip(), normal.strip(), english_fact.strip()),)
        for word in words:
            out.setdefault(fold(word), Person(word, gender, kind, english, facts))
    return out


@cache
def names() -> dict[str, str]:
    """Short given names: gender letter by folded lemma."""
    return {fold(w): header for header, words, _ in _entries("names.txt") for w in words if header != "short"}


@cache
def short_names() -> dict[str, frozenset[str]]:
    """Full given names a short one may stand for, all folded."""
    out: dict[str, set[str]] = {}
    for header, words, full in _entries("names.txt"):
        for word in words if header == "short" else ():
            out.setdefault(fold(word), set()).update(fold(full).split())
    return {word: frozenset(full) for word, full in out.items()}


@cache
def things() -> dict[str, Thing]:
    """What is worn and what a body has, by folded lemma."""
    out: dict[str, Thing] = {}
    for header, words, english in _entries("things.txt"):
        flags = header.split()
        if len(flags) < 2:
            continue
        for word in words:  # "сапожки" is looked up as "сапожок"
            for form in noun_lemmas(word):
                out.setdefault(
                    fold(form),
                    Thing(
                        word,
                        flags[0],
                        "needs" in flags,
                        bool({"carried", "held"} & set(flags)),
                        english,
                        "held" in flags,
                    ),
                )
    return out


ENDINGS = tuple(
    (old, new)
    for old, many in {
        "чик": ("", "ы"), "чики": ("ы",), "ик": ("",), "ики": ("ы", "и"), "очка": ("ка", "а"),
        "ечка": ("ка", "а"), "онка": ("а", "ка"), "енка": ("а", "ка"), "ишка": ("а", ""), "ишко": ("о", ""),
        "ище": ("",), "ища": ("а",), "чок": ("к",), "ушка": ("а",), "юшка": ("я",),
    }.items()
    for new in many
)  # fmt: skip


PREFIXES = ("нано", "экзо", "кибер", "супер", "мини", "мега", "техно", "био", "термо", "евро", "псевдо")


@lru_cache(10_000)
def base_of(key: str) -> str:
    """The listed thing that a word makes small, big or new, "" for none: "панталончики", "нанокостюм"."""
    for old, new in ENDINGS:
        stem = key.removesuffix(old)
        if stem != key and len(stem) > 2 and stem + new in things():
            return stem + new
    for start in PREFIXES:
        rest = key.removeprefix(start)
        if rest != key and rest in things():
            return rest
    return ""


@cache
def word_set(name: str, section: str) -> frozenset[str]:
    """Folded words of one section of one list."""
    listed = [w for header, words, _ in _entries(name) if header == section for w in words]
    if name == "things.txt":
        listed = [form for w in listed for form in noun_lemmas(w)]
    return frozenset(map(fold, listed))


@cache
def word_map(name: str, section: str) -> dict[str, str]:
    """Folded words of one section of one list, with what stands right of "=" there."""
    return {fold(w): right for header, words, right in _entries(name) if header == section for w in words}


@cache
def looks() -> dict[str, Look]:
    """Adjectives of looks by folded lemma; the first list that has a word wins."""
    out: dict[str, Look] = {}
    for category, words, english in _entries("looks.txt"):
        if category != "suffix":
            for word in words:
                out.setdefault(fold(word), Look(word, category, english))
    return out


@cache
def suffixes() -> tuple[tuple[str, str, str], ...]:
    """(ending, noun, category) of compound adjectives such as "рыжебородый", longest ending first."""
    out = []
    for header, words, right in _entries("looks.txt"):
        if header == "suffix":
            noun, category = right.split()
            out += [(fold(w), noun, category) for w in words]
    return tuple(sorted(out, key=lambda x: -len(x[0])))


@cache
def verbs(section: str) -> dict[str, str]:
    """Verbs of one section with what stands right of "=" in the list."""
    return word_map("verbs.txt", section)


@cache
def prepositions() -> dict[str, tuple[str, ...]]:
    """Cases that each preposition governs, none where it only ends a phrase: "рядом"."""
    return {
        fold(w): tuple(right.split())
        for header, words, right in _entries("grammar.txt")
        for w in words
        if header == "preposition"
    }


@cache
def english(section: str) -> dict[str, str]:
    """English of the adjectives of one section of words.txt."""
    return word_map("words.txt", section)
