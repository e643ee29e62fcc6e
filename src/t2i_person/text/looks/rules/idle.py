"""What only sounds like looks: keys of forms, idioms, conditions, questions, things not worn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ...grammar.marks import DASH, HARD, QUOTES
from ...lexicon.lists import fold, things, verbs, word_set
from .rule import rule

if TYPE_CHECKING:
    from ...grammar.tokens import Token
    from ..finder import SentenceLooks

YEARS = word_set("ages.txt", "years")
IF = word_set("rules.txt", "if")
NO_CONDITION = word_set("rules.txt", "no condition")
AS_IF = word_set("rules.txt", "as if")
ASKS = word_set("rules.txt", "asks")
WHY = word_set("rules.txt", "why")
LOOK_AT = word_set("verbs.txt", "look at")
FULL_OF_BODY = word_set("rules.txt", "full of")


@rule("Эльф. Оружие: лук. Броня: кольчуга.", "лук; кольчуга")
def keys(looks: SentenceLooks) -> None:
    """The key of a form's line is no feature."""
    for sign in looks.tokens[1:4]:
        if sign.low in (",", "."):
            return
        if sign.low == ":" and not any(looks.is_verb(k) for k in range(sign.i)):
            looks.barred |= {k for k in range(sign.i) if k not in looks.used and k not in looks.at}
            return


@rule("Марина, 41, стройная. Ищу мужчину, желательно с бородой.", "41 год; стройный")
def wished(looks: SentenceLooks) -> None:
    """What is told of somebody one would like to meet."""
    first = next((f.start for f in looks.found if f.wished), len(looks.tokens))
    looks.barred |= {k for k in range(first, len(looks.tokens)) if k not in looks.at}


@rule("Если бы он был лысым, девушка в шляпе бы смеялась.", "")
def condition(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    if not any(t.low in ("бы", "б") or fold(t.low) in IF for t in tokens):
        return
    nobody = any(x.low in ("никто", "никак") for x in tokens)  # "никто не дал бы сорока"
    for t in tokens:
        low = fold(t.low)
        before = fold(tokens[t.i - 1].low) if t.i else ""
        wish = low in ("бы", "б") and before not in AS_IF and not nobody
        opens = t.i == 0 or before in (",", "а", "и", "но", "—", "«")
        wish = wish and not _would_give(tokens, t.i)
        if wish or (low in IF and opens and (low != "будь" or _told(tokens, t.i))):
            said = " ".join(x.low for x in tokens[t.i : t.i + 2])
            if said in NO_CONDITION:
                continue
            looks.barred |= {k for k in _segment(tokens, t.i) if k not in looks.at}


def _would_give(tokens: list[Token], i: int) -> bool:
    """ "вы бы дали ему лет сорок": so old does he look."""
    near = tokens[max(0, i - 1) : i + 2]
    return any(t.keys("VERB", "INFN") & {"дать"} for t in near) and any(t.low in YEARS for t in tokens[i:])


def _segment(tokens: list[Token], i: int) -> range:
    """The places between the commas around a place."""
    first, end = i, i
    while first > 0 and tokens[first - 1].low != "," and tokens[first - 1].low not in HARD:
        first -= 1
    while end < len(tokens) and tokens[end].low != "," and tokens[end].low not in HARD:
        end += 1
    return range(first, end)


def _told(tokens: list[Token], i: int) -> bool:
    """ "Будь он лысым": the imperative with a subject is a condition."""
    return i + 1 < len(tokens) and tokens[i + 1].best.case == "nom"


@rule("— Ты лысый? — спросила мать в очках.", "очки")
def question(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    start = 0
    for t in tokens:
        if t.low == "?":
            span = range(start, t.i)
            you = any(looks.at[k].lemma in ("ты", "вы") for k in span if k in looks.at)
            why = any(fold(tokens[k].low) in WHY for k in span)
            asks = next((k for k in span if fold(tokens[k].low) in ASKS), t.i)
            first = start if you and not why else max(start, asks - 2)
            looks.barred |= {
                k for k in range(first, t.i) if k not in looks.at and (first == start or asks < t.i)
            }
        if t.low in HARD:
            start = t.i + 1


@rule("На шее у Ивана было что-то: чулок ли, шарф ли.", "")
def whether(looks: SentenceLooks) -> None:
    """What a thing may be or not be is not told."""
    for noun, sign in pairwise(looks.tokens):
        if sign.low == "ли" and noun.best.pos == "NOUN" and noun.i not in looks.at:
            looks.barred.add(noun.i)


@rule("«Павлик, надень шапку!» — крикнула мать в очках.", "очки")
def told_to(looks: SentenceLooks) -> None:
    """What somebody is told to put on they do not wear yet."""
    tokens = looks.tokens
    for t in tokens:
        told = any(r.key in verbs("wear") and "impr" in r.grams for r in t.readings)
        aloud = tokens[0].low in DASH or any(x.low in QUOTES for x in tokens[: t.i])
        if told and aloud and t.best.pos == "VERB":
            looks.barred |= {k for k in _segment(tokens, t.i) if k > t.i and k not in looks.at}


@rule("Среди бела дня исчез Родион, круглый сирота.", "")
def idiom(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    for i, t in enumerate(tokens):
        for said in IDIOMS.get(t.low, []) + [
            x for key in t.keys() for x in IDIOMS.get(key, []) if key != t.low
        ]:
            rest = tokens[i : i + len(said)]
            if len(rest) == len(said) and all(
                key == x.low or key in x.keys() for key, x in zip(said[1:], rest[1:], strict=True)
            ):
                looks.barred |= set(range(i, i + len(said)))


def _idioms() -> dict[str, list[tuple[str, ...]]]:
    out: dict[str, list[tuple[str, ...]]] = {}
    for words in word_set("idioms.txt", "idiom"):
        said = tuple(words.split())
        out.setdefault(said[0], []).append(said)
    return out


IDIOMS = _idioms()  # by the first word


@rule("Егор вынул кошелёк, полный серебра.", "")
def full_of(looks: SentenceLooks) -> None:
    tokens = looks.tokens
    for a in tokens:
        if not a.keys("ADJF", "ADJS") & {"полный"}:
            continue
        rest = (t for t in tokens[a.i + 1 :] if t.best.pos not in ("ADJF", "PRTF") or t.best.case != "gen")
        b = next(rest, a)  # "полный горькой обиды"
        if b.best.pos == "NOUN" and b.best.case == "gen" and looks.mod_of.get(a.i) != b.i:
            looks.barred.add(a.i)


@rule("— Убирайся! — заревел Игнат.", "")
def roar(looks: SentenceLooks) -> None:
    for a, b in pairwise(looks.tokens):
        if a.low in ("—", "–", "-") and b.keys("VERB") & verbs("roar").keys():
            looks.barred.add(b.i)


@rule("Деловитость в сапогах ходит, заметил Борис.", "")
def worn_by_things(looks: SentenceLooks) -> None:
    """ "в сапогах" right after a noun that is nobody."""
    for phrase in looks.phrases.values():
        if phrase.prep not in ("в", "во") or phrase.whole == 0 or phrase.case != "loc":
            continue
        k = phrase.whole - 1
        before = looks.tokens[k]
        if k in looks.at or k in looks.used or before.best.pos != "NOUN" or before.best.case != "nom":
            continue
        if before.best.key not in things() and before.best.animacy == "inan" and before.best.known:
            looks.barred |= set(range(phrase.whole, phrase.noun + 1))


@rule("— Вам через двор, молодой человек, — сказал старик в кепке.", "кепка")
def polite_address(looks: SentenceLooks) -> None:
    for f in looks.found:
        if "человек" in f.keys and looks.is_called(f):
            looks.barred |= set(range(f.start, f.first))
