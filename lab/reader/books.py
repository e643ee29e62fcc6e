"""Whole books: do the looks told of known heroes stand at them, and are a hero's entries one and pure?

usage: python -m lab reader books FOLDER [--each]

FOLDER holds books as "Title.txt" in UTF-8; those whose title is in books.json are read. That table was written by
reading the books before the reader had read them: a hero's names, sex, and looks as quotations, each found once in the book.
Half of the books (`"use": "mending"`) were looked at while mending, the others only measured.

Of the best described entries 100 features are judged by looking: whose each is by the text goes into looked_books.csv,
by any one word of the name, or "nobody" where it is no looks; what is not there yet is printed with its sentence.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from t2i_person import Character, describe, stream
from t2i_person.text.lexicon.lists import fold
from t2i_person.text.lexicon.morph import morphology

TABLE = Path(__file__).with_name("books.json")
LOOKED = Path(__file__).with_name("looked_books.csv")
USES = ("mending", "measuring")
BEST, JUDGED = 15, 50  # entries of each half whose features are judged, and how many of these
NOBODY = "nobody"
AROUND = 120  # characters shown around what is to be judged
WORD = re.compile(r"[А-Яа-яЁё-]+")
FEMALE = ("ова", "ева", "ина")  # ends of surnames that have only the endings of adjectives
CASES = {  # end of a name -> what may stand in its place; the first that fits
    "ая": "ая ой ою ую",
    "кий": "кий кого кому ким ком",
    "ный": "ный ного ному ным ном",
    "ой": "ой ого ому ым ом",
    "ий": "ий ия ию ием ии",
    "ия": "ия ии ию ией",
    "ья": "ья ьи ье ью ьей",
    "й": "й я ю ем е",
    "ь": "ь я ю ем е и ью",
    "а": "а ы и е у ой ою ей ею",
    "я": "я и е ю ей ею",
    "": " а у ом ем ым е",
}
SPACE = re.compile(r"\s+")
DASHES = str.maketrans("–—ёЁ", "--еЕ")


@dataclass
class Hero:
    names: list[str]
    sex: str
    looks: list[str]
    forms: frozenset[str] = frozenset()  # of all the names, folded

    def __post_init__(self) -> None:
        self.forms = frozenset(form for name in self.names for form in forms(name, self.sex))

    def called(self, word: str) -> bool:
        """Whether a word is one of the names, in any case."""
        return fold(word) in self.forms or bool(normal(word) & set(map(fold, self.names)))


def forms(name: str, sex: str) -> Iterator[str]:
    """A name in all cases, without the vowels that come and go: `normal` has these."""
    low = fold(name)
    if sex == "female" and low.endswith(FEMALE):
        yield from (low[:-1] + ending for ending in ("а", "ой", "ою", "у"))
        return
    end = next(end for end in CASES if low.endswith(end))
    yield from (low[: len(low) - len(end)] + ending for ending in CASES[end].split(" "))


@lru_cache(100_000)
def normal(word: str) -> frozenset[str]:
    """Dictionary forms of a name; none of a word that is no name."""
    names = {"Name", "Surn", "Patr"}
    found = [p for p in morphology().parse(word) if names & set(map(str, p.tag.grammemes))]
    return frozenset(fold(p.normal_form) for p in found)


@dataclass
class Look:
    hero: int
    quote: str
    at: int = -1
    end: int = -1
    whose: tuple[str, ...] = ()  # entries it stands at, each the full name or the noun
    found: bool = False
    right: bool = False


@dataclass
class Entry:
    """Somebody with a name, and the heroes whom the mentions name."""

    name: str
    sex: str
    hero: int
    own: int
    others: int
    strangers: tuple[str, ...]
    features: list[tuple[int, int, str]]


@dataclass
class Reading:
    """What was read of one book."""

    title: str
    use: str
    heroes: list[Hero]
    looks: list[Look]
    entries: list[Entry]
    seconds: float
    kilobytes: float
    memory: float

    def of(self, hero: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.hero == hero]


def read(path: Path, use: str, heroes: list[Hero]) -> Reading:
    """Read a book in this process; its time is processor time, its memory the peak of the process in MB."""
    text = path.read_text("utf-8-sig")
    describe("Анна вошла в синем платье.")  # loads everything
    began = time.process_time()
    people = list(stream(text))
    seconds = time.process_time() - began
    looks = [Look(h, quote, *place(text, quote)) for h, hero in enumerate(heroes) for quote in hero.looks]
    entries = []
    for person in people:
        hero, own, others, strangers = counted(person, heroes)
        for look in looks:
            if any(f.start < look.end and look.at < f.end for f in person.described):
                look.found = True
                look.right |= person.name and hero == look.hero
                look.whose += (person.full_name or person.head,)
        if person.name:
            features = [(f.start, f.end, f.category + " not" * f.negated) for f in person.described]
            entries.append(
                Entry(person.full_name or person.head, person.gender, hero, own, others, strangers, features)
            )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Reading(path.stem, use, heroes, looks, entries, seconds, len(text.encode()) / 1000, memory)


def counted(person: Character, heroes: Sequence[Hero]) -> tuple[int, int, int, tuple[str, ...]]:
    """The hero whom most mentions name (-1: none), how often, and the mentions that name somebody else.

    A name that two heroes share tells nothing.
    """
    whom: Counter[int] = Counter()
    words = [(m.text, WORD.findall(m.text)) for m in person.mentions]
    fits = []
    for said, parts in words:
        names = [w for w in parts if is_name(w) or any(h.called(w) for h in heroes)]
        mine = [h for h, hero in enumerate(heroes) if names and all(hero.called(w) for w in names)]
        fits.append((said, names, mine))
        if len(mine) == 1:
            whom[mine[0]] += 1
    if not whom:
        return -1, 0, 0, ()
    hero, own = whom.most_common(1)[0]
    strangers = [
        said
        for said, names, mine in fits
        if names and (hero not in mine if len(mine) == 1 else not any(heroes[hero].called(w) for w in names))
    ]
    if len(strangers) > own:
        return -1, 0, 0, ()
    return hero, own, len(strangers), tuple(strangers)


@lru_cache(100_000)
def is_name(word: str) -> bool:
    """With a capital, and no word of another kind that begins a sentence: "Она", "Старик"."""
    if not word[0].isupper():
        return False
    tag = morphology().parse(word)[0].tag
    plain = {"NPRO", "ADJF", "PREP", "CONJ"} & {str(tag.POS)} or "Apro" in tag
    noun = tag.POS == "NOUN" and not {"Name", "Surn", "Patr"} & set(map(str, tag.grammemes))
    return not plain and not (noun and morphology().word_is_known(word))


def place(text: str, quote: str) -> tuple[int, int]:
    """Where a quotation stands: once in the book, with any white space and dashes, "ё" or "е"."""
    plain = text.translate(DASHES)
    pattern = r"\s+".join(re.escape(w) for w in SPACE.split(quote)).replace(r"\-", "-{1,2}")
    found = list(re.finditer(pattern, plain))
    if len(found) != 1:
        raise SystemExit(
            f"{quote!r} stands {len(found)} times in the book: it must stand there once (books.json)"
        )
    return found[0].span()


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m lab reader books", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true", help="print where each look and each entry stands")
    options = parser.parse_args(argv)
    table = json.loads(TABLE.read_text("utf-8"))
    jobs = [
        (path, table[path.stem]["use"], [Hero(**hero) for hero in table[path.stem]["heroes"]])
        for path in sorted(options.folder.glob("*.txt"))
        if path.stem in table
    ]
    if not jobs:
        raise SystemExit(
            f"{options.folder} has no book of books.json: put one there as '{next(iter(table))}.txt'"
        )
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:  # so that each peak is one book's
        readings = [told(reading, options.each) for reading in pool.imap(_read, jobs)]
    for use in USES:
        some = [reading for reading in readings if reading.use == use]
        if some:
            print(f"{use}: {summary(some)}")
    judge(options.folder, readings)


def _read(job: tuple[Path, str, list[Hero]]) -> Reading:
    return read(*job)


def told(reading: Reading, each: bool) -> Reading:
    """Print a book's figures as soon as it is read."""
    print(
        f"{reading.title} ({reading.use}): {summary([reading])}; {reading.seconds:.1f} s, "
        f"{reading.kilobytes / reading.seconds:.0f} kB/s, {reading.memory:.0f} MB",
        flush=True,
    )
    for h, hero in enumerate(reading.heroes) if each else ():
        for e in reading.of(h):
            print(
                f"  {hero.names[0]}: {e.name}, {e.sex}, {e.own} names, {len(e.features)} looks; others: {e.strangers}"
            )
        for look in reading.looks:
            if look.hero == h:
                mark = "+" if look.right else "-" if look.found else " "
                print(f"    {mark} {look.quote}  {'' if look.right else look.whose}")
    return reading


def summary(readings: Sequence[Reading]) -> str:
    """Shares over all the books together."""
    looks = [look for r in readings for look in r.looks]
    per_hero = [(hero, r.of(h)) for r in readings for h, hero in enumerate(r.heroes)]
    entries = [(hero, entry) for hero, some in per_hero for entry in some]
    known = [some for _, some in per_hero if some]
    own, others = (sum(getattr(e, part) for _, e in entries) for part in ("own", "others"))
    sexed = sum(e.sex == hero.sex for hero, e in entries)
    return (
        f"looks {len(looks)}, found {sum(x.found for x in looks) / len(looks):.2f}, "
        f"at the right person {sum(x.right for x in looks) / len(looks):.2f}; "
        f"heroes {len(per_hero)}, without an entry {len(per_hero) - len(known)}, "
        f"entries a hero {len(entries) / max(1, len(known)):.2f} (most {max(map(len, known), default=0)}), "
        f"purity {own / max(1, own + others):.3f}, sex {sexed / max(1, len(entries)):.3f}"
    )


def judge(folder: Path, readings: Sequence[Reading]) -> None:
    """Figures of the judged features; those not looked at yet are printed, as rows without an owner."""
    with LOOKED.open(encoding="utf-8") as file:
        looked = {(row["book"], row["at"], row["look"]): row["whose"] for row in csv.DictReader(file)}
    for use in USES:
        texts = {
            r.title: (folder / f"{r.title}.txt").read_text("utf-8-sig") for r in readings if r.use == use
        }
        rows = list(chosen([r for r in readings if r.use == use], texts))
        if unseen := [row for row, _ in rows if row not in looked]:
            print(
                f"{use}: whose are these? {len(unseen)} rows for {LOOKED.name}, each with its place in the book"
            )
            for book, at, look in unseen:
                i, text = int(at), texts[book]
                csv.writer(sys.stdout).writerow((book, at, look, ""))
                around = f"{text[max(0, i - AROUND) : i]}[{look}]{text[i + len(look) :][:AROUND]}"
                print("        ", SPACE.sub(" ", around))
        elif rows:
            owners = [(looked[row], names) for row, names in rows]
            right = sum(whose in names for whose, names in owners)
            none = sum(whose == NOBODY for whose, _ in owners)
            print(
                f"{use}: of {len(rows)} features {right} right, {len(rows) - right - none} of others, {none} no looks"
            )


Row = tuple[str, str, str]  # book, where it begins, look


def chosen(readings: Sequence[Reading], texts: dict[str, str]) -> Iterator[tuple[Row, set[str]]]:
    """Features of the best described with the names of their entry; the same ones as long as they are found."""
    entries = [(r, e) for r in readings for e in r.entries]
    rows = []
    for r, e in sorted(entries, key=lambda pair: -len(pair[1].features))[:BEST]:
        names = {*e.name.split(), *(r.heroes[e.hero].names if e.hero >= 0 else ())}
        for start, end, _ in e.features:
            rows.append(((r.title, str(start), SPACE.sub(" ", texts[r.title][start:end])), names))
    yield from sorted(rows, key=lambda row: zlib.crc32(f"{row[0][0]}{row[0][1]}".encode()))[:JUDGED]
