"""Case and sex of a whole name, by all its words and by the sentence around it."""

from dataclasses import replace

from ..grammar.marks import DASH, HARD
from ..grammar.phrases import GOVERNS_KEYS
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import fold, word_set
from .found import Found, lookup
from .name_words import SEX, SUBJECT, NameWord

GENDERS = {"m": "masc", "f": "femn"}
CONSONANTS = frozenset("бвгджзйклмнпрстфхцчшщ")
PREDICATES = ("VERB", "ADJS", "PRTS")
SURE = 4.5  # how much likelier one sex must be for it to be told rather than guessed
AGE_VERBS = word_set("ages.txt", "turns, of a name")

NAME_KEYS = word_set("forms.txt", "name")

Option = tuple[str, str, str]  # case, number, gender
Chain = list[tuple[int, list[NameWord]]]  # the places of a name's words and the readings of each


def decide(tokens: list[Token], i: int, last: int, chain: Chain) -> Found | None:
    """Choose case and sex for the whole name."""
    options = _common_options(chain)
    points = {option: score + _fit(tokens, i, last, option) for option, score in options.items()}
    ranked = sorted(points, key=lambda option: points[option], reverse=True)
    case, number, gender = best = ranked[0]
    other = next((o for o in ranked if o[2] != gender and o[1] == number), None)
    ahead = points[best] - points[other] if other is not None else 0.0
    unsure = other is not None and ahead < 1.0
    lemmas: list[str] = []
    keys: set[str] = set()
    parts: dict[str, set[str]] = {}
    for _, words in chain:
        fits = _suiting(words, best)
        lemmas.append(fits[0].lemma.capitalize() if "-" not in fits[0].lemma else fits[0].lemma.title())
        keys |= {w.key for w in (words if unsure else fits)}
        parts.setdefault(fits[0].part, set()).update(w.key for w in fits)
    hint = gender if unsure and gender != "u" else ""
    if gender == "u" and number == "sing":
        hint = _sex_by_ending(lemmas[0])
    return Found(
        i,
        i,
        last,
        "name",
        " ".join(_with_particles(tokens, chain, lemmas)),
        "u" if unsure else gender,
        number,
        case,
        forms=tuple(_form(tokens[i].best, o) for o in ranked if o[1] == number),
        keys=keys,
        parts=parts,
        sure=ahead >= SURE,
        hint=hint,
    )


def _common_options(chain: Chain) -> dict[Option, float]:
    """What all words of the name can be, each with the sum of the words' scores."""
    options = {(w.case, w.number, w.gender): w.score for w in chain[0][1]}
    for _, words in chain[1:]:
        kept: dict[Option, float] = {}
        for (case, number, gender), score in options.items():
            for w in words:
                if (w.case, w.number) != (case, number) or not may_be_one(gender, w.gender):
                    continue
                option = case, number, w.gender if gender == "u" else gender
                kept[option] = max(kept.get(option, 0.0), score + w.score)
        options = kept or options
    return options


def may_be_one(gender: str, other: str) -> bool:
    """Whether two words of these sexes can name one person."""
    return gender == other or "u" in (gender, other)


def _suiting(words: list[NameWord], option: Option) -> list[NameWord]:
    """The readings of a word that have the chosen case, number and sex, or as much of it as there is."""
    case, number, gender = option
    fits = [w for w in words if (w.case, w.number) == (case, number) and w.gender in (gender, "u")]
    return fits or [w for w in words if w.case == case] or words


def _sex_by_ending(lemma: str) -> str:
    return "f" if lemma[-1] in "ая" else "m" if lemma[-1] in CONSONANTS else ""


def _with_particles(tokens: list[Token], chain: Chain, lemmas: list[str]) -> list[str]:
    """ "Шарль де Бац": a word left out between two of the name belongs to it."""
    out = [lemmas[0]]
    for (before, _), (place, _), word in zip(chain, chain[1:], lemmas[1:], strict=False):
        if place == before + 2:
            out.append(tokens[before + 1].low)
        out.append(word)
    return out


def _fit(tokens: list[Token], i: int, last: int, option: Option) -> float:
    """How well a case and a sex suit the sentence around the name."""
    case, number, gender = option
    feats = tokens[i].feats
    points = 1.0 * (feats.get("Case", "")[:3].lower() == case)
    points += 0.5 * (SEX.get(feats.get("Gender", "").lower()[:4], "") == gender)
    before = fold(tokens[i - 1].low) if i > 0 else ""
    governed = GOVERNS_KEYS.get(before)
    if governed:
        points += 3.0 if case in governed else -3.0
    if case == "nom" and number == "plur" and i > 0 and _somebody(tokens[i - 1]):
        points -= 4.0  # "мама Вики"
    if case == "nom":
        points += _fit_as_nominative(tokens, i, last, option)
    elif case == "dat" and i == 0 and len(tokens) > last + 1:
        points += 3.0 * bool(tokens[last + 1].keys("VERB") & AGE_VERBS)  # "Крыловой было сорок лет"
    elif case in ("gen", "acc") and before and not _stands_apart(tokens, i):
        points += 0.7 * (tokens[i - 1].best.pos in ("NOUN", "VERB", "GRND", "INFN"))
    return points


def _somebody(token: Token) -> bool:
    """A noun for one person."""
    return token.best.pos == "NOUN" and token.best.number == "sing" and lookup(token.best.key) is not None


def _fit_as_nominative(tokens: list[Token], i: int, last: int, option: Option) -> float:
    """A subject or a name on its own, whose verb tells the same sex."""
    _, number, gender = option
    token = tokens[i]
    subject = token.rel in SUBJECT or (last > i and tokens[last].rel in SUBJECT) or _listed_subject(tokens, i)
    head = tokens[token.head] if 0 <= token.head < len(tokens) else None
    fragment = i == 0 and not any(t.best.pos in PREDICATES for t in tokens)
    of_verb = head is not None and head.best.pos == "VERB"
    points = 3.0 * subject + 1.5 * fragment + 4.0 * called(tokens, i)
    points += 1.5 * (_stands_apart(tokens, i) and (subject or not of_verb))
    if number == "sing" and gender in GENDERS:
        told = _told_sex(tokens, i, last, subject, head)
        points += 0.0 if not told else 3.0 if told == gender else -4.0
    return points


def called(tokens: list[Token], i: int) -> bool:
    """ "Имя: Мира" """
    if i < 2 or tokens[i - 1].low not in (":", *DASH):
        return False
    if tokens[i - 2].low in ("имя", "фио", "фамилия"):
        return True
    token = tokens[i]
    known = token.best.pos != "NOUN" or token.has("ADJF") or lookup(token.best.key) is not None
    return not known and i == 2 and token.text[:1].isupper() and tokens[0].low in NAME_KEYS


def _stands_apart(tokens: list[Token], i: int) -> bool:
    """The name opens the sentence or follows a mark."""
    return i == 0 or tokens[i - 1].low in HARD or tokens[i - 1].low in DASH or tokens[i - 1].low == ","


def _listed_subject(tokens: list[Token], i: int) -> bool:
    """ "Александр и Александра сидели": joined to a subject."""
    head = tokens[i].head
    joined = i > 0 and tokens[i - 1].low in ("и", ",") and tokens[i].rel == "conj"
    return joined and 0 <= head < i and tokens[head].rel in SUBJECT


def _told_sex(tokens: list[Token], i: int, last: int, subject: bool, head: Token | None) -> str:
    """Sex that the verb or an adjective after a comma shows, "" when none does."""
    near = _predicates_near(tokens, i, last, subject)
    for token in [head, *near] if subject and head is not None else near:
        for r in token.readings[:3]:
            suits = r.pos in PREDICATES or (r.pos in ("ADJF", "PRTF") and r.case == "nom")
            if suits and r.number == "sing" and r.gender in SEX:
                return SEX[r.gender]
    return ""


def _predicates_near(tokens: list[Token], i: int, last: int, subject: bool) -> list[Token]:
    """What may agree with the name: after a comma, right before it, after it."""
    near = []
    if last + 2 < len(tokens) and tokens[last + 1].low == ",":
        near.append(tokens[last + 2])  # "Ольга, усталая, вошла"
    if i > 0 and tokens[i - 1].best.pos == "VERB":
        near.append(tokens[i - 1])
    if subject or i == 0:
        near += [t for t in tokens[last + 1 : last + 8] if t.best.pos in PREDICATES][:1]
    return near


def _form(r: Reading, option: Option) -> Reading:
    case, number, gender = option
    return replace(r, case=case, number=number, gender=GENDERS.get(gender, ""), animacy="anim", parse=None)
