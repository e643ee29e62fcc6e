"""The whole way from a text to its characters: `describe`, `stream` for long texts, `cast` for a book."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..errors import Cancelled
from . import english
from .clashes import clashes
from .grammar.tokens import WINDOW, Token, sentences
from .input.blocks import blocks, heading, paragraphs
from .input.clean import check, clean
from .learned import tagger
from .looks.finder import SentenceLooks
from .model import Character, Feature, Gender, Mention, TextError
from .people.coreference.aloud import is_address
from .people.coreference.entity import Entity, Fact
from .people.coreference.scene import Scene
from .people.found import UNSEXED, Found
from .people.mentions import find

log = logging.getLogger(__name__)

MANY = 12  # features of one person from which on moods are capped
MOODS = 4
PREDICATES = ("VERB", "PRTS", "ADJS")
GENDER: dict[str, Gender] = {"m": "male", "f": "female"}


class People(list[Character]):
    """The characters of a text; `skipped` counts the sentences that could not be read."""

    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A block of the text as it was read.

    Attributes
    ----------
    start, text
        Offset of the block in the whole text, and the block itself.
    marks
        (start, end, category, negated) of each feature and attribute, offsets in the whole text.
    done
        Characters the reader is done with: nameless ones once nobody can refer to them any more, named
        ones with the last block.
    skipped
        How many sentences of the block the reader failed on; they are logged, the others are read.
    """

    start: int
    text: str
    marks: tuple[tuple[int, int, str, bool], ...]
    done: tuple[Character, ...]
    skipped: int = 0


def describe(text: str, *, cancelled: Callable[[], bool] | None = None) -> People:
    """Read a Russian text and return the people it describes, in order of appearance.

    Parameters
    ----------
    text
        Russian text of any length: a phrase or a whole book.
    cancelled
        Asked at each sentence, for a book takes long to read.

    Returns
    -------
    list of Character
        Empty when the text shows no one. Its `skipped` counts sentences that could not be read.

    Raises
    ------
    TextError
        For empty text and for text that is not Russian; the message names the cure.
    Cancelled
        `cancelled` said yes.
    """
    if not isinstance(text, str):
        raise TextError(f"The text must be a str, not {type(text).__name__}: decode it as UTF-8 first")
    found: list[Character] = []
    skipped = 0
    for page in pages(text, cancelled):
        found += page.done
        skipped += page.skipped
    people = People(sorted(found, key=lambda c: c.start))
    people.skipped = skipped
    return people


def check_text(text: str) -> None:
    """Raise `TextError` for a text that `describe` refuses; nothing is read for it."""
    for _, block in blocks(text):
        if block.strip():
            return check(block)
    check("")


def stream(source: str | Iterable[str]) -> Iterator[Character]:
    """The people of a text of any length, each as soon as the reader is done with them.

    Nameless people come once the text cannot refer to them any more, those with a name at the end: they
    may return in any chapter and are one person. Memory does not grow with the text, only with what is
    said of the named.

    Parameters
    ----------
    source
        The text, or an open text file, or any pieces that make up the text: ``open("book.txt")``.

    Raises
    ------
    TextError
        As `describe`, when the first block has been read.
    """
    for page in pages(source):
        yield from page.done


def cast(source: str | Iterable[str]) -> list[Character]:
    """The named people of a book in order of appearance, each with all the book says of their looks.

    Every feature keeps its place: offsets in the whole text and the chapter's title where the book has
    headings. Features that contradict each other are all kept; `Character.contradictions` lists them.

    Parameters, Raises
        As `stream`.
    """
    people = [person for page in pages(source) for person in page.done if person.name]
    return [_lasting_first(c) for c in sorted(people, key=lambda c: c.start)]


def _lasting_first(person: Character) -> Character:
    """What lasts comes before passing expressions, each part in the text's order."""
    return replace(person, features=tuple(sorted(person.features, key=lambda f: f.category == "expression")))


def pages(source: str | Iterable[str], cancelled: Callable[[], bool] | None = None) -> Iterator[Page]:
    """Read block by block; `stream` and `cast` are the simple ways to use it."""

    def ask() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    scene = Scene()
    chapter = ""
    waiting: tuple[int, str] | None = None
    checked = False
    for start, text in blocks(source):
        if not checked and text.strip():
            check(text)
            checked = True
        if waiting is not None:
            chapter, page = _page(scene, chapter, *waiting, last=False, ask=ask)
            yield page
        waiting = start, text
    if waiting is None or not checked:
        check("")
        return
    yield _page(scene, chapter, *waiting, last=True, ask=ask)[1]


def _page(
    scene: Scene, chapter: str, start: int, raw: str, last: bool, ask: Callable[[], None]
) -> tuple[str, Page]:
    text, places = clean(raw)
    marks: list[tuple[int, int, str, bool]] = []
    run: list[tuple[Sequence[int], str]] = []
    skipped = 0

    def read() -> None:
        nonlocal skipped
        for tokens, found in _named(sentences(run)):
            ask()
            try:
                _read(scene, tokens, found)
            except Exception:  # whatever it is, one sentence must not cost the whole text
                skipped += 1
                log.exception("A sentence was skipped, characters %d to %d", tokens[0].start, tokens[-1].end)
            marks.extend(_settle(scene, raw, start, chapter, tokens[0].start))
        run.clear()

    for at, paragraph in paragraphs(text):
        title = heading(paragraph)
        if title:
            read()  # in the chapter before
            chapter = title
        elif paragraph.strip():
            run.append((_moved(places, at, at + len(paragraph) + 1, start), paragraph))
    read()
    if last:
        scene.close()
    done = tuple(_character(e) for e in scene.left if e.kept)
    scene.left.clear()
    return chapter, Page(start, raw, tuple(marks), done, skipped)


def _moved(places: Sequence[int], first: int, end: int, start: int) -> Sequence[int]:
    """Places in the whole text of a part of a block that begins at `start`."""
    part = places[first:end]
    return (
        range(part[0] + start, part[-1] + start + 1) if isinstance(part, range) else [x + start for x in part]
    )


def _named(parsed: Iterator[list[Token]]) -> Iterator[tuple[list[Token], list[Found] | Exception]]:
    """Sentences with those they name, or with what went wrong; the network reads many of them together."""
    while window := list(islice(parsed, WINDOW)):
        out = [(tokens, _tried(find, tokens)) for tokens in window]
        good = [(tokens, found) for tokens, found in out if not isinstance(found, Exception)]
        if isinstance(_tried(tagger.tag, good), Exception):  # one of them is to blame
            failed = {id(one[0]): error for one in good if (error := _tried(tagger.tag, [one])) is not None}
            out = [(tokens, failed.get(id(tokens), found)) for tokens, found in out]
        yield from out


def _tried(function: Callable[[Any], Any], argument: Any) -> Any:
    """What a function gives, or what it fails with: the sentence is then skipped when its turn comes."""
    try:
        return function(argument)
    except Exception as error:
        return error


def _read(scene: Scene, tokens: list[Token], found: list[Found] | Exception) -> None:
    if isinstance(found, Exception):
        raise found
    agree(tokens, found)
    scene.enter(tokens, found)
    SentenceLooks(tokens, found, scene).run()


def _settle(
    scene: Scene, raw: str, start: int, chapter: str, since: int
) -> Iterator[tuple[int, int, str, bool]]:
    """Give what the latest sentence said its words and chapter, from `since` on; yields where each stands."""
    for _, fact in scene.waiting:
        if not fact.text:
            fact.text, fact.chapter = raw[fact.start - start : fact.end - start], chapter
    for fact in scene.came:
        yield fact.start, fact.end, fact.category, fact.negated
    scene.came.clear()
    for entity in (*scene.entities, *scene.ghosts):
        for at in range(len(entity.texts), len(entity.starts)):
            words = raw[entity.starts[at] - start : entity.ends[at] - start]
            entity.texts.append(sys.intern(words))
        for fact in reversed(entity.facts):
            if fact.text and fact.start < since:
                break
            if fact.text:
                continue  # two people share it
            fact.text = raw[fact.start - start : fact.end - start]
            fact.chapter = chapter
            yield fact.start, fact.end, fact.category, fact.negated
        for fact in entity.says.values():
            if not fact.text:
                fact.text = raw[fact.start - start : fact.end - start]
                fact.chapter = chapter
                if entity.kept:
                    yield fact.start, fact.end, fact.category, fact.negated


def agree(tokens: list[Token], found: list[Found]) -> None:
    """Let the verb and the predicate tell the sex of a profession noun: "врач надела очки"."""
    for f in found:
        if f.gender != "u" or f.case != "nom" or f.number != "sing" or f.kind in ("rel", "poss"):
            continue
        if f.kind == "noun" and f.keys & UNSEXED:
            continue  # "ребёнок": the gender is the word's, not the person's
        if is_address(tokens, f):
            continue
        verb = _verb_of(tokens, found, f)
        for r in verb.readings if verb is not None else ():
            if r.pos in PREDICATES and r.number == "sing" and r.gender in ("masc", "femn"):
                f.gender = "m" if r.gender == "masc" else "f"
                break


def _verb_of(tokens: list[Token], found: list[Found], f: Found) -> Token | None:
    """Predicate of a nominative mention: by the tree, else the nearest after it, else before it."""
    head = tokens[f.head].head
    if tokens[f.head].rel.startswith("nsubj") and 0 <= head < len(tokens):
        if tokens[head].best.pos in PREDICATES:
            return tokens[head]
    others = [g for g in found if g is not f and g.case == "nom" and g.kind in ("noun", "name", "pron")]
    others = [g for g in others if not (g.person and g.person.kind == "collective")]  # "отряд вёл есаул"
    others = [g for g in others if not is_address(tokens, g)]
    return _predicate_after(tokens, others, f) or _verb_before(tokens, others, f)


def _predicate_after(tokens: list[Token], others: list[Found], f: Found) -> Token | None:
    """The nearest in the clause: "Врач вошла и села"; another subject opens a clause of its own."""
    starts = {g.start for g in others}
    for t in tokens[f.end :]:
        if t.low in (";", ".", "—", ":"):
            return None
        if t.i in starts and tokens[t.i - 1].low in ("и", "а", "но", "пока", "когда"):
            return None
        if t.best.pos in PREDICATES:
            return t
    return None


def _verb_before(tokens: list[Token], others: list[Found], f: Found) -> Token | None:
    """ "Вошла врач": unless somebody else is nearer to the verb or before it."""
    for t in reversed(tokens[: f.start]):
        if t.low in (";", ".", ":") or any(g.first == t.i for g in others):
            return None
        if t.best.pos == "VERB":
            return None if any(g.end <= t.i for g in others) else t
    return None


def _character(entity: Entity) -> Character:
    f, at = entity.head, entity.head_at
    assert f is not None  # whoever is kept was mentioned
    facts = _calmed(sorted(_distinct(entity.facts), key=lambda x: x.start))
    features = tuple(_feature(fact, english.phrase(fact, f.lemma)) for fact in facts)
    attributes = tuple(_feature(fact, fact.noun) for fact in entity.says.values())
    if entity.gender == "u" and entity.number == "sing":
        bearded = any(x.category == "facial_hair" and not x.negated for x in facts)
        entity.gender = "m" if bearded else entity.hint or "u"
    gender = GENDER.get(entity.gender, "unknown")
    if entity.number == "plur" and f.person is not None and f.person.gender in ("r", "u", "c"):
        gender = "unknown"
    later = {id(b) for _, b in clashes(attributes + features)}
    told = [(x.category, x.prompt_en, x.negated) for x in attributes + features if id(x) not in later]
    spans = zip(entity.texts, entity.starts, entity.ends, entity.lemmas, strict=True)
    mentions = [Mention(*span) for span in spans]
    head = mentions.pop(at)
    return Character(
        head.text,
        f.lemma,
        gender,
        entity.count,
        head.start,
        head.end,
        features,
        attributes,
        (head, *mentions),
        english.whole(f.lemma, gender, told),
        entity.named,
        entity.full_name,
    )


def _calmed(facts: list[Fact]) -> list[Fact]:
    """In a long text a person's passing moods are few, and what is told again is told once."""
    if len(facts) <= MANY:
        return facts
    told: dict[str, None] = {}
    for fact in facts:
        if fact.category == "expression":
            told.setdefault(fact.normalized)
    kept = set(list(told)[:MOODS])
    once = {(f.category, f.normalized, f.negated): f for f in reversed(facts)}
    first = {id(f) for f in once.values()}
    return [f for f in facts if id(f) in first and (f.category != "expression" or f.normalized in kept)]


def _distinct(facts: list[Fact]) -> list[Fact]:
    return list({(fact.start, fact.end): fact for fact in reversed(facts)}.values())


def _feature(fact: Fact, prompt: str) -> Feature:
    return Feature(
        fact.text, fact.start, fact.end, fact.category, fact.normalized, fact.negated, prompt, fact.chapter
    )
