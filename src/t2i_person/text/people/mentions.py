"""Find the words of a sentence that name people: nouns, names, pronouns."""

from ..grammar.marks import DASH
from ..grammar.numbers import TOGETHER
from ..grammar.phrases import Phrase
from ..grammar.tokens import Token
from ..lexicon.lists import fold, things, word_set
from .absent import mark_absent
from .found import Found
from .names import PARTICLES, name_at, same_case, titled
from .nouns import noun_at
from .pronouns import ONE_OF, POSSESSIVE, pronoun_at
from .substantives import substantive_at


def find(tokens: list[Token]) -> list[Found]:
    """Everything in the sentence that names someone, in order."""
    found = _mentions(tokens)
    for k, f in enumerate(found):
        if f.kind == "pron" and fold(tokens[f.first].low) in POSSESSIVE:
            if _owns_person_before(tokens, found, k) or _owns_thing_before(tokens, f):
                f.kind = "poss"
        elif f.kind == "noun" and f.number == "plur" and not f.counted:
            _count_together(tokens, f)
    found = [f for k, f in enumerate(found) if not _told_by_name(tokens, found, k)]
    mark_absent(tokens, found)
    return found


def _told_by_name(tokens: list[Token], found: list[Found], k: int) -> bool:
    """ "Близняшки Ася и Тася", "оба брата, Семён и Лука": who they are is said right after, one by one."""
    f, names = found[k], found[k + 1 : k + 3]
    if f.kind != "noun" or f.number != "plur" or f.count > 2 or [g.kind for g in names] != ["name", "name"]:
        return False
    if f.start < f.first and not f.counted:
        return False  # "рыжие близняшки Ася и Тася"
    near = [t.low for t in tokens[f.end : names[0].start]] in ([], [","], [":"], ["—"])
    return near and [t.low for t in tokens[names[0].end : names[1].start]] == ["и"]


def _mentions(tokens: list[Token]) -> list[Found]:
    """Pronouns, names and nouns from left to right, a title and the name after it as one."""
    lower_text = not any(t.text[:1].isupper() for t in tokens[1:]) and not tokens[0].text[:1].isupper()
    out: list[Found] = []
    i = 0
    while i < len(tokens):
        past = _past_picture_key(tokens, i) or _past_each_other(tokens, i)
        if past:
            i = past
            continue
        found = (
            pronoun_at(tokens, i)
            or name_at(tokens, i, lower_text)
            or noun_at(tokens, i)
            or substantive_at(tokens, i)
        )
        if found is None:
            i += 1
            continue
        if out and _told_of_member(tokens, out[-1], found):
            i = found.last + 1
            continue
        if out and out[-1].kind == "noun" and found.phrase is not None:
            _begin_after(out[-1].last, found.phrase)
        if out and _is_title_of(tokens, out[-1], found):
            found = titled(out.pop(), found, tokens)
        out.append(found)
        i = found.last + 1
    return out


def _past_picture_key(tokens: list[Token], i: int) -> int:
    """One past "Арт" in "Арт: закат", where it names nobody; 0 elsewhere."""
    if i + 1 == len(tokens) or tokens[i + 1].low != ":":
        return 0
    return i + 1 if fold(tokens[i].low) in word_set("absent.txt", "picture") else 0


def _past_each_other(tokens: list[Token], i: int) -> int:
    """One past "друг друга", "друг к другу"; 0 elsewhere."""
    if tokens[i].low != "друг":
        return 0
    for k in range(i + 1, min(i + 3, len(tokens))):
        if tokens[k].low in ("друга", "другу", "другом", "друге"):
            return k + 1
        if tokens[k].best.pos != "PREP":
            break
    return 0


def _told_of_member(tokens: list[Token], member: Found, found: Found) -> bool:
    """ "Один, слепой, с палкой": the adjective is told of him, though it may be a noun."""
    apart = member.end == found.start - 1 and tokens[member.end].low == "," and found.start == found.first
    if not apart or found.kind != "noun" or member.kind != "pron" or found.end >= len(tokens):
        return False
    adjective = tokens[found.first].has("ADJF") and found.case == member.case
    return adjective and tokens[found.end].low == "," and fold(tokens[member.first].low) in ONE_OF


def _begin_after(last: int, phrase: Phrase) -> None:
    """ "управляющий, рыжий немец": who is named before is no adjective of the noun."""
    if phrase.start <= last < phrase.noun:
        phrase.mods = [m for m in phrase.mods if m > last]
        phrase.mod_readings = {m: r for m, r in phrase.mod_readings.items() if m > last}
        phrase.start = min([*phrase.mods, phrase.noun])
        phrase.prep, phrase.prep_at = "", -1


def _particle(tokens: list[Token], i: int) -> bool:
    """ "капитан фон Штольц" """
    return tokens[i].low in PARTICLES and not tokens[i].text[:1].isupper()


def _is_title_of(tokens: list[Token], title: Found, name: Found) -> bool:
    """ "тётя Зина", "профессор Штерн": one name."""
    if name.kind != "name" or title.kind != "noun":
        return False
    if title.last != name.first - 1 and not (
        title.last == name.first - 2 and _particle(tokens, name.first - 1)
    ):
        return False
    return title.person is not None and title.person.kind != "collective" and same_case(title, name)


def _owns_person_before(tokens: list[Token], found: list[Found], k: int) -> bool:
    """ "муж её, отставной полковник": the pronoun after a noun for a person says whose it is."""
    if k == 0 or found[k - 1].kind != "noun":
        return False
    between = tokens[found[k - 1].end : found[k].first]
    if any(t.low not in ("же", "ведь", "-то", "и") for t in between[:1]) or len(between) > 1:
        return False
    end = found[k].end
    return end < len(tokens) and tokens[end].low in (",", "—", "–")


def _owns_thing_before(tokens: list[Token], f: Found) -> bool:
    """ "глаза его, большие и чёрные": the pronoun after a part of the body says whose it is."""
    if f.first == 0 or f.end == len(tokens) or tokens[f.end].low != ",":
        return False
    part = tokens[f.first - 1]
    return part.best.pos == "NOUN" and bool(part.keys("NOUN") & things().keys())


def _count_together(tokens: list[Token], f: Found) -> None:
    """ "подруги, обе в лосинах": how many they are is said after a comma."""
    if f.end + 1 >= len(tokens):
        return
    value = TOGETHER.get(fold(tokens[f.end + 1].low))
    if value and (tokens[f.end].low == "," or tokens[f.end].low in DASH):
        f.count, f.counted = value, True
