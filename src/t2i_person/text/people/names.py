"""Names: "Иван Петрович", "тётя Зина", "капитан Смоллетт", "Иванова" who is a woman.

The dictionary gives a word several readings as a name; surnames it does not have are read by their
endings. The sentence then decides on case and sex together: a subject stands in the nominative, its verb
tells the sex, a preposition asks for a case.
"""

from dataclasses import replace

from ..grammar.tokens import Token
from ..lexicon.lists import fold, word_set
from .found import Found, capital, lookup
from .name_fit import Chain, called, decide, may_be_one
from .name_sense import DEPENDENT, is_name, is_no_name
from .name_words import NAMED, SUBJECT, UNKNOWN, NameWord, foreign_words, is_surname, name_words

PARTICLES = word_set("reference.txt", "particle")
LONGEST = 4  # words of a name


def name_at(tokens: list[Token], i: int, lower_text: bool) -> Found | None:
    """A name starting at place `i`: "Иван Петрович", "Штерн"."""
    words = _first_word(tokens, i, lower_text)
    if not words or is_no_name(tokens, i):
        return None
    chain = [(i, words)]
    while len(chain) < LONGEST:
        step = _next_word(tokens, chain)
        if step is None:
            break
        chain.append(step)
    return decide(tokens, i, chain[-1][0], chain)


def known_name_at(tokens: list[Token], i: int) -> Found | None:
    """A word with a capital that the text has used as a name before."""
    words = name_words(tokens[i], first=True)
    return decide(tokens, i, i, [(i, words)]) if words else None


def _first_word(tokens: list[Token], i: int, lower_text: bool) -> list[NameWord]:
    token = tokens[i]
    if is_name(tokens, i, lower_text) or _has_title(tokens, i):
        words = name_words(token, first=True) or foreign_words(token)
        if called(tokens, i) and not any(w.case == "nom" for w in words):
            return [NameWord("given", "u", "nom", "sing", token.low, fold(token.low), UNKNOWN)]
        return words
    return []


def _has_title(tokens: list[Token], i: int) -> bool:
    """ "капитан Смоллетт": after a noun for a person an unknown word with a capital is a name."""
    token = tokens[i]
    if i == 0 or not capital(token) or tokens[i - 1].best.pos != "NOUN":
        return False
    if (token.best.known and token.pos != "PROPN") or not token.has("NOUN"):
        return False
    title = lookup(tokens[i - 1].best.key)
    return title is not None and title.kind != "collective" and not lookup(token.best.key)


def _next_word(tokens: list[Token], chain: Chain) -> tuple[int, list[NameWord]] | None:
    """The following word of the same name and its place."""
    last = chain[-1][0]
    k = _past_insertions(tokens, last + 1)
    if k >= len(tokens) or not capital(tokens[k]):
        return None
    words = _words_after(tokens[k], chain)
    if len(chain) == 1:
        chain[0] = chain[0][0], [*chain[0][1], *_undeclined(chain[0][1], words)]
    if not words or not _can_be_one(chain[-1][1], words):
        return None
    if _two_surnames(tokens, k, chain, words) or _two_people(tokens, k, chain):
        return None
    return k, words


def _past_insertions(tokens: list[Token], k: int) -> int:
    """Past "(Иванова)" in "Сидорова (Иванова) Надежда", and past "де"."""
    if k + 3 < len(tokens) and tokens[k].low == "(" and tokens[k + 2].low == ")":
        if capital(tokens[k + 1]) and name_words(tokens[k + 1], first=False):
            k += 3
    if k + 1 < len(tokens) and tokens[k].low in PARTICLES and not capital(tokens[k]):
        both = tokens[k].low == "да" and any(r.grams & NAMED for r in tokens[k + 1].readings)
        k += not both  # "Лиза да Марфа"
    return k


def _words_after(token: Token, chain: Chain) -> list[NameWord]:
    """Readings of a word that follows others of the name."""
    words = [w for w in name_words(token, first=False) if w.number == "sing"]
    if chain[0][1][0].part == "family":  # "Иванов Саша"
        given = [w for w in name_words(token, first=True) if w.part == "given"]
        words = given + [w for w in words if w.part != "given"] if given else words
    if not words and token.pos == "PROPN" and token.has("NOUN", "X") and not lookup(token.key):
        words = foreign_words(token)
        if token.rel == "flat:name" or chain[-1][1][0].part == "given":
            words = [replace(words[0], case=w.case) for w in chain[-1][1]]
    return words


def _undeclined(given: list[NameWord], words: list[NameWord]) -> list[NameWord]:
    """ "к Иван Кузмичу": old books leave a man's name as it is before the patronymic."""
    fathers = [w for w in words if w.part == "patronymic" and w.gender == "m" and w.case != "nom"]
    if any(w.part == "patronymic" and w.case == "nom" for w in words) or _can_be_one(given, fathers):
        return []
    names = [w for w in given if w.part == "given" and (w.gender, w.case) == ("m", "nom")]
    return [replace(name, case=w.case) for name in names[:1] for w in fathers]


def _can_be_one(one: list[NameWord], two: list[NameWord]) -> bool:
    """Whether the two words have a case, a number and a sex in common."""
    return any(
        a.case == b.case and a.number == b.number and may_be_one(a.gender, b.gender) for a in one for b in two
    )


def _two_surnames(tokens: list[Token], k: int, chain: Chain, words: list[NameWord]) -> bool:
    """ "с Лаевским Самойленко": somebody else's name begins."""
    families = words[0].part == "family" and all(w.part == "family" for _, one in chain for w in one)
    return families and is_surname(tokens[chain[-1][0]]) and is_surname(tokens[k])


def _two_people(tokens: list[Token], k: int, chain: Chain) -> bool:
    """A name that depends on a word before it stands next to the subject."""
    last = chain[-1][0]
    token, before = tokens[k], tokens[last]
    if before.rel not in DEPENDENT and not before.low.endswith(("у", "ю")):
        return False
    case = before.feats.get("Case")
    if token.rel in SUBJECT and case != "Nom":
        return True  # "увидев Громова Илья улыбнулся"
    if before.low.endswith(("у", "ю")) and not before.best.known and token.feats.get("Case") == "Nom":
        return True  # "Фенечку Илья не видел"
    # "по просьбе Дубова Марья Ивановна"
    flat = token.rel == "flat:name" and case == "Gen" and token.feats.get("Case") == "Nom"
    return flat and len(chain) == 1 and last > 0


def same_case(a: Found, b: Found) -> bool:
    """Whether a title and the name after it can be one person: "тётя Зина", not "мать Соню"."""
    if a.number != b.number:
        return False
    return b.case == a.case or b.case in {r.case for r in a.forms if r.number == a.number and a.case != "nom"}


def titled(title: Found, name: Found, tokens: list[Token]) -> Found:
    """The title and the name after it as one name."""
    gender = name.gender if name.gender != "u" else title.gender
    if title.gender in ("m", "f"):
        gender = title.gender
    first = title.lemma if title.first > 0 and not capital(tokens[title.first]) else title.lemma.capitalize()
    return Found(
        title.head,
        title.first,
        name.last,
        "name",
        f"{first} {name.lemma}",
        gender,
        name.number,
        name.case,
        title.phrase,
        title.person,
        forms=title.forms,
        keys=name.keys | (title.keys if title.number == "sing" else set()),
        parts=name.parts,
        sure=name.sure or title.gender in ("m", "f"),
        hint=name.hint,
    )
