"""Predicates of a thing: "волосы были рыжими", "собраны в пучок", "борода лопатой", "велик был нос"."""

from ..grammar.agreement import MODIFIERS, agrees, noun_readings
from ..grammar.nominative import nominative, normalize, plain_readings
from ..grammar.phrases import DEGREE, Phrase, look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import Thing, fold, verbs, word_set
from .extent import SHAPES, participle_tail, with_apart
from .owner import Owners

NOT_PREDICATE = word_set("grammar.txt", "empty")
BEFORE_PREDICATE = frozenset("не — – - уже всегда тоже давно у".split())
SHORT = ("ADJS", "PRTS")
SHAPED = ("hair", "facial_hair", "face", "eyes")


class Predicates(Owners):
    """What is said of a thing as its predicate; each gives where it ends or begins, normal form, denial."""

    def _predicate(self, phrase: Phrase, entry: Thing) -> tuple[int, str, bool] | None:
        """ "волосы были рыжими", "лицо некрасивое, скуластое", "борода лопатой"."""
        nouns = [r for r in noun_readings(self.tokens[phrase.noun]) if r.case == "nom"]
        if not nouns or phrase.prep:
            return None
        noun = nouns[0]
        owned = self._past_owner(phrase.noun + 1)
        first, negated, copula = self._past_copula(owned)
        if copula and first < len(self.tokens) and self.tokens[first].low == "цвета":
            shade = self.phrase_at(first + 1)
            if shade is not None:  # "глаза были цвета неба"
                told = " ".join(t.low for t in self.tokens[first : shade.noun + 1])
                return shade.noun + 1, f"{normalize(self.tokens, phrase, phrase.noun + 1)} {told}", negated
            first = self._past_likened(first)
        adjectives, last = self._predicate_adjectives(first, phrase.noun, noun)
        if adjectives:
            words = [_attribute(r, noun) for r in adjectives]
            base = nominative(noun, noun.number)
            if phrase.mods:
                base = normalize(self.tokens, phrase, phrase.noun + 1)
            done = adjectives[-1].pos in ("PRTS", "PRTF") or self.tokens[last - 1].has("PRTS")
            end = participle_tail(self, last) if done else last
            end = self.with_detail(entry, end)
            return end, " ".join([*words, base]), negated
        return self._shape(phrase, entry) if first == phrase.noun + 1 else None

    def with_detail(self, entry: Thing, end: int) -> int:
        """One past a part of the thing set off behind it: "лицо было широкое, с ямочкой"."""
        return with_apart(self, entry, end) or end

    def _past_owner(self, k: int) -> int:
        """Past the owner right after the noun: "глаза Анны", "глаза у него", "рубашка на нём"."""
        tokens = self.tokens
        if k < len(tokens) and tokens[k].low in ("у", "на") and any(g.start == k + 1 for g in self.found):
            k += 1
        f = next((g for g in self.found if g.start == k), None)
        if f is None:
            return k
        on = tokens[k - 1].low == "на"
        owner = f.case == "gen" or on or f.kind in ("poss", "rel") or fold(f.lemma) in ("он", "она")
        return f.end if owner else k

    def _past_copula(self, k: int) -> tuple[int, bool, bool]:
        """Past "не", "—", "были", "очень": the place, whether не was there, whether a verb was."""
        negated = copula = False
        while k < len(self.tokens) and self._leads_to_predicate(k, copula):
            negated |= self.tokens[k].low == "не"
            copula |= self.is_verb(k)
            k += 1
        return k, negated, copula

    def _leads_to_predicate(self, k: int, copula: bool) -> bool:
        low = self.tokens[k].low
        if low in BEFORE_PREDICATE or fold(low) in DEGREE:
            return True
        if self.is_verb(k) and self.tokens[k].keys("VERB") & verbs("be").keys():
            return True
        f = self.at.get(k)
        return f is not None and f.kind == "pron" and not copula and self.tokens[k - 1].low == "у"

    def _past_likened(self, k: int) -> int:
        """ "волосы были цвета льна, длинные": past somebody or something named only to compare with."""
        f = self.at.get(k + 1)
        if f is None or not f.absent:
            return k
        return f.end + (f.end < len(self.tokens) and self.tokens[f.end].low == ",")

    def _predicate_adjectives(self, k: int, n: int, noun: Reading) -> tuple[list[Reading], int]:
        """Adjectives and participles from the place on that agree with the noun, and one past the last."""
        tokens = self.tokens
        adjectives: list[Reading] = []
        last = k
        while k < len(tokens):
            t = tokens[k]
            fits = [r for r in t.readings if _predicates(r, noun)]
            noun_too = t.best.pos == "NOUN" and look_of(t) is not None  # "волосы чёрные"
            if fits and (noun_too or t.best.pos not in ("NOUN", "VERB", "ADVB") or _no_verb_of(t, noun)):
                if self.mod_of.get(k, n) != n and self.mod_of[k] > k:
                    break
                adjectives.append(fits[0])
                last = k + 1
            elif not self._between_adjectives(k, bool(adjectives)):
                break
            k += 1
        return adjectives, last

    def _between_adjectives(self, k: int, begun: bool) -> bool:
        """ "рыжие, но очень редкие", "аккуратно уложены" """
        t = self.tokens[k]
        after = self.tokens[k + 1] if k + 1 < len(self.tokens) else None
        if after is not None and begun and t.low in (",", "и", "а", "но") and after.has(*MODIFIERS, *SHORT):
            return True
        if fold(t.low) in DEGREE:
            return True
        return after is not None and t.best.pos == "ADVB" and after.has("PRTS", "PRTF")

    def _shape(self, phrase: Phrase, entry: Thing) -> tuple[int, str, bool] | None:
        """ "борода лопатой", but not "промокнул лоб платком"."""
        n, place = phrase.noun, phrase.noun + 1
        p = self.phrases.get(place)
        if p is None or p.start != place or entry.category not in SHAPED:
            return None
        token = self.tokens[place]
        if token.best.case != "ins" or not any(r.case == "ins" for r in noun_readings(token)):
            return None
        verb = self._clause_verb(n)
        acts = verb is not None and verb < n and not self.tokens[verb].keys("VERB") & verbs("be").keys()
        if acts and fold(token.low) not in SHAPES:
            return None
        return place + 1, f"{normalize(self.tokens, phrase, place)} {token.low}", False

    def _predicate_before(self, phrase: Phrase) -> tuple[int, str, bool] | None:
        """ "забинтована рука"."""
        k = phrase.start - 1
        if k < 0 or phrase.prep or k in self.used:
            return None
        while k > 0 and (
            k in self.at
            or self.tokens[k].low in ("у", "не")
            or (self.tokens[k].keys("VERB") & {"быть"} and self.is_verb(k))
        ):
            k -= 1
        if k < phrase.start - 1:
            return self._far_predicate(k, phrase)
        for r in self.tokens[k].readings:
            if r.pos in SHORT and r.key not in NOT_PREDICATE and r.number == phrase.reading.number:
                if self.tokens[k].best.pos not in SHORT:
                    return None
                word = _full_adjective(r, phrase.reading)
                if word:
                    return k, f"{word} {normalize(self.tokens, phrase, phrase.noun + 1)}", False
        return None

    def _far_predicate(self, k: int, phrase: Phrase) -> tuple[int, str, bool] | None:
        """ "густые были у парня ресницы", "велик был у него нос" """
        between = self.tokens[k + 1 : phrase.start]
        if k in self.used or k in self.mod_of or not any(t.keys("VERB") & {"быть"} for t in between):
            return None
        r = next((r for r in self.tokens[k].readings if _told_of(r, phrase.reading)), None)
        if r is None or self.tokens[k].best.pos not in ("ADJF", "ADJS") or r.key in NOT_PREDICATE:
            return None
        word = _full_adjective(r, phrase.reading)
        if not word:
            return None
        negated = any(t.low == "не" for t in between)
        return k, f"{word} {normalize(self.tokens, phrase, phrase.noun + 1)}", negated

    def short_told(self, k: int, noun: Reading) -> tuple[str, int] | None:
        """ "собраны в узел" as said before the noun, and one past it."""
        r = next((r for r in self.tokens[k].readings if r.pos == "PRTS" and r.number == noun.number), None)
        if r is None:
            return None
        end = participle_tail(self, k + 1)
        return " ".join([_attribute(r, noun), *(x.low for x in self.tokens[k + 1 : end])]), end

    def _trailing(self, phrase: Phrase, verb: int) -> tuple[int, str] | None:
        """ "платья носила простые, коричневые": adjectives after the verb."""
        if phrase.mods or not phrase.noun < verb:
            return None
        k, last = verb + 1, None
        words = []
        noun = phrase.reading
        while k < len(self.tokens):
            fits = _trailing_readings(self.tokens[k], noun)
            if fits and (k not in self.mod_of or self.mod_of[k] < k):
                words.append(_in_nominative(fits[0], noun))
                last = k + 1
            elif self.tokens[k].low not in (",", "и") or last is None:
                break
            k += 1
        return None if last is None else (last, " ".join([*words, nominative(noun, noun.number)]))


def _same_gender(r: Reading, noun: Reading) -> bool:
    return noun.number == "plur" or r.gender in ("", noun.gender)


def _predicates(r: Reading, noun: Reading) -> bool:
    """Whether a reading can be the noun's predicate: "рыжие", "рыжими", "рыжи"."""
    full = r.pos in MODIFIERS and r.case in ("nom", "ins")
    if not (full or r.pos in SHORT) or r.number != noun.number or not _same_gender(r, noun):
        return False
    return r.key not in NOT_PREDICATE and "Apro" not in r.grams


def _no_verb_of(token: Token, noun: Reading) -> bool:
    """ "глаз затянут бельмом": as a verb it would be of many."""
    verbal = [r for r in token.readings if r.pos == "VERB"]
    return token.has("PRTS") and bool(verbal) and all(r.number != noun.number for r in verbal)


def _told_of(r: Reading, noun: Reading) -> bool:
    """ "густые", "густыми", "велик": of the noun's number and gender."""
    adjective = r.pos in ("ADJF", "ADJS") and r.case in ("", "nom", "ins")
    return adjective and r.number == noun.number and _same_gender(r, noun)


def _trailing_readings(token: Token, noun: Reading) -> list[Reading]:
    """Readings that agree with the noun; in the plural an accusative one may look like a nominative."""
    modifiers = [r for r in token.readings if r.pos in MODIFIERS]
    return [r for r in modifiers if agrees(r, noun)] or [
        r for r in modifiers if r.case in ("acc", "nom") and r.number == noun.number == "plur"
    ]


def _in_nominative(adjective: Reading, noun: Reading) -> str:
    return nominative(adjective, noun.number, noun.gender if noun.number == "sing" else "")


def _full_adjective(r: Reading, noun: Reading) -> str:
    """ "велик" said before the noun: "великий"; "" when the dictionary has no such form."""
    full = next((p for p in plain_readings(r.lemma) if p.pos in MODIFIERS), None)
    return "" if full is None else _in_nominative(full, noun)


def _attribute(r: Reading, noun: Reading) -> str:
    """ "рыжими", "собраны" said before the noun: "рыжие", "собранные"."""
    for p in r.parse.lexeme:
        if (
            p.tag.POS in MODIFIERS
            and "nomn" in p.tag
            and (r.pos != "PRTS" or "pssv" in p.tag)
            and p.tag.number == noun.number
            and (noun.number == "plur" or p.tag.gender == noun.gender)
        ):
            return str(p.word)
    return r.lemma
