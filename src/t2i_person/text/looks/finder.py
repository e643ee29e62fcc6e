"""Find what a sentence says of people's looks: first the rules of the whole sentence, then place by place."""

import itertools

from ..grammar.agreement import MODIFIERS, is_pointing, noun_readings
from ..grammar.nominative import masculine, nominative, plain_readings
from ..grammar.phrases import look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.lists import fold, looks, things, verbs, word_map, word_set
from ..people.coreference.entity import Entity
from ..people.found import Found
from .adjectives import adjective, share
from .ages import age_spans
from .constructions import Constructions
from .rules import FIRST, NOUNS, NounAt, decide
from .weighing import weigh

COMPARED = word_map("rules.txt", "compared")
OF_ANY_TRADE = word_set("rules.txt", "of any trade")
MOUTH = frozenset(("уголок", "край", "краешек", "губа", "глаз"))
NO_MORE = frozenset(("отставной", "бывший", "будущий"))
UNCLAD = word_map("rules.txt", "unclad")


class SentenceLooks(Constructions):
    """The features of one sentence; `run` adds them to the scene's entities."""

    def run(self) -> None:
        unnamed = self.scene.unnamed() if self._unowned() else None
        for r in FIRST:
            r.apply(self)
        for first, end, normalized, owner_hint in age_spans(self):
            owner = owner_hint or self.nominal_owner(first, end)
            self.add(owner, first, end, "age", normalized, self.negation(first), noun="age")
        for i in range(len(self.tokens)):
            if i not in self.used:
                self._place(i)
        weigh(self)
        share(self)
        if unnamed is not None:
            self._settle_unnamed(unnamed)

    def _unowned(self) -> bool:
        """Looks in a list, nobody they could be of, and no verb: "Рыжие волосы, зелёные глаза"."""
        if self.scene.entities or any(f.kind != "poss" for f in self.found):
            return False
        acting = [t for t in self.tokens if self.is_verb(t.i) and not t.keys("VERB") & verbs("be").keys()]
        return not acting or self._listed_first()

    def _listed_first(self) -> bool:
        """ "Блондинистая, худощавая, читает в метро": somebody's looks in a list, then a verb."""
        first = self.tokens[0]
        look = first.best.pos == "ADJF" and (first.best.case, first.best.number) == ("nom", "sing")
        told = look and look_of(first) is not None and 0 not in self.mod_of
        return (
            told
            and len(self.tokens) > 3
            and self.tokens[1].low == ","
            and look_of(self.tokens[2]) is not None
        )

    def _settle_unnamed(self, entity: Entity) -> None:
        """Give the nameless person of a list of looks a place in the text, or drop them."""
        colon = next((t.i for t in self.tokens[:6] if t.low == ":"), -1)
        titled = self._titled(colon) if entity.facts else None
        if titled is not None:
            self._stands_for(entity, titled, "u")
        elif not self._opens_with_looks(entity, colon):
            self.scene.entities.remove(entity)
        elif entity.head is None:
            start = min(x.start for x in entity.facts)
            told = next(t for t in self.tokens if t.start >= start and t.best.pos != "PREP")
            self._stands_for(entity, told, entity.gender)

    @staticmethod
    def _stands_for(entity: Entity, token: Token, gender: str) -> None:
        f = Found(token.i, token.i, token.i, "pron", token.best.lemma, gender, "sing", "nom")
        entity.mention(f, token.start, token.end)

    def _opens_with_looks(self, entity: Entity, colon: int) -> bool:
        """The sentence, or what follows its colon, begins with one of the looks."""
        if not entity.facts:
            return False
        start = min(x.start for x in entity.facts)
        for t in self.tokens:
            content = t.low[0].isalnum() and t.best.pos not in ("PREP", "NUMR")
            content = content and not t.low.isascii()  # "masterpiece, 1girl, рыжие волосы"
            if content and (t.i > colon or t.start >= start):
                return start <= t.start <= max(x.end for x in entity.facts)
        return True

    def _titled(self, colon: int) -> Token | None:
        """ "Портрет: криминальный авторитет, золотые зубы": a noun of no list is what is to be seen."""
        if colon < 1 or not self.tokens[colon - 1].keys("NOUN") & word_set("absent.txt", "picture"):
            return None
        title = itertools.takewhile(lambda t: t.low != ",", self.tokens[colon + 1 :])
        nouns = [t for t in title if t.best.pos == "NOUN" and t.best.case == "nom"]
        return nouns[0] if len(nouns) == 1 and nouns[0].i not in self.used else None

    def _place(self, i: int) -> None:
        t = self.tokens[i]
        if i in self.at:
            f = self.at[i]
            if f.predicate and i == f.head and f.kind == "noun":
                self._role(f)
            return
        if i in self.phrases and self._noun(i):
            return
        if t.has("ADJF", "PRTF", "ADJS", "PRTS") and adjective(self, i):
            return
        if t.has("COMP") and (self._compared(i) or self._more(i)):
            return
        if t.low in UNCLAD:
            self.add(self._verb_owner(i), i, i + 1, "other", t.low, self.negation(i), (UNCLAD[t.low],))
        if t.has("VERB", "GRND", "INFN"):
            self._verb(i)

    def _role(self, f: Found) -> None:
        if f.entity is not None and f.keys & {"красавец", "красавица"} and self.negation(f.start):
            self.add(f.entity, f.first, f.end, "face", f.lemma, True, ("красивый",))
            return
        if f.person is None or f.entity is None or f.entity.starts[0] == self.tokens[f.first].start:
            return  # the head itself
        if f.entity.head is f and any(word.isascii() for word in f.entity.words):
            return  # "1girl, эльфийка": who she is was not said yet
        for category, normal, _ in f.person.facts:
            apposition = self._beside_with_looks(f) and not f.denied
            if category == "hair_color" and not apposition:  # "она была брюнетка"
                adjectives, _, noun = normal.rpartition(" ")
                told = tuple(x.lemma for w in adjectives.split() for x in plain_readings(w)[:1])
                self.add(f.entity, f.first, f.end, category, normal, f.denied, told, noun)
                return
        if f.person.kind not in ("role", "folk") or f.keys & word_set("absent.txt", "praise"):
            return
        first = self._with_kind(f)
        end = self._trade_end(f)
        of_what = [t.low for t in self.tokens[f.end : end]]
        trade = " ".join([*(masculine(t) for t in self.tokens[first : f.first]), f.lemma, *of_what])
        while first - 1 in self.mod_of and self.tokens[first - 1].keys("ADJF") & NO_MORE:
            first -= 1  # "отставной полковник" is drawn as a colonel
        self.add(f.entity, first, end, "role", trade, self.negation(f.start), noun=f.lemma)

    def _trade_end(self, f: Found) -> int:
        """One past what a trade is of: "настройщик роялей", "сторож городского кладбища"."""
        inner = self.phrase_at(f.end)
        if inner is None or inner.prep or inner.noun in self.used or inner.noun in self.at:
            return f.end
        thing = inner.reading.animacy == "inan" and inner.reading.key not in things()
        genitive = any(r.case == "gen" for r in noun_readings(self.tokens[inner.noun]))
        return inner.noun + 1 if thing and genitive else f.end

    def _beside_with_looks(self, f: Found) -> bool:
        """ "майор, седеющий шатен": set apart right behind the noun, where its adjective is what is told."""
        start = f.phrase.start if f.phrase is not None else f.start
        behind = start > 1 and self.tokens[start - 1].low == "," and start - 2 in self.at
        return behind and start < f.first

    def _with_kind(self, f: Found) -> int:
        """Where "квартальный надзиратель" begins: adjectives that say what kind of one, not how they look."""
        first = f.first
        while f.phrase is not None and first - 1 in f.phrase.mods and first - 1 not in self.used:
            adjective = self.tokens[first - 1]
            if look_of(adjective) is not None or is_pointing(adjective) or not adjective.has("ADJF"):
                break
            if adjective.keys("ADJF") & OF_ANY_TRADE:
                break
            first -= 1
        return first

    def _noun(self, n: int) -> bool:
        phrase = self.phrases[n]
        entry = self.thing(phrase)
        if entry is None:
            return self._quality(phrase) or self._in_hair(phrase) or self._under_eyes(phrase, entry)
        if any(m in self.used for m in range(phrase.start, n + 1)):
            return False
        return bool(decide(NOUNS, NounAt(self, phrase, entry)))

    def _verb(self, i: int) -> bool:
        t = self.tokens[i]
        if t.best.pos not in ("VERB", "GRND", "ADJS") and t.pos not in ("VERB", "AUX"):
            return False
        if self._thing_does(i):
            return self._part_becomes(i)
        return any(self._verb_tells(i, r) for r in t.readings if r.pos in ("VERB", "GRND"))

    def _verb_tells(self, i: int, r: Reading) -> bool:
        """The verb at place `i`, read so, is itself a look."""
        if r.key in verbs("expression"):
            end = self._face_verb_end(i)
            if not self.pair and i > 0 and fold(self.tokens[i - 1].low) == "все":
                self.barred.add(i)  # "все захохотали": nobody told of
                return True
            together = bool(self.pair) and 0 < i - self.pair_at < 3  # "обе смеются"
            owner = self.pair[0] if together else self.subject(i)
            self.add(owner, i, end, "expression", r.lemma, self.negation(i), verb=r.key)
            return True
        grown = self.phrases.get(i + 2) or self.phrases.get(i + 1)
        if r.key in ("обрасти", "зарасти") and grown is not None and grown.case == "ins":
            return False  # "оброс рыжеватой щетиной": the stubble is the feature
        following = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if r.key in verbs("cut") and following is not None and following.best.pos == "ADVB":
            how = f"{r.lemma} {following.low}"
            self.add(self.subject(i), i, i + 2, "hair_style", how, self.negation(i), verb=r.key)
            return True
        if r.key not in verbs("become"):
            return False
        word, category = verbs("become")[r.key].split()
        with_part = following is not None and following.low in ("лицом", "телом")
        end = self._up_to(i + 2 if with_part else i + 1)
        self.add(self.subject(i), i, end, category, word, self.negation(i), (word,))
        return True

    def _up_to(self, end: int) -> int:
        """One past a measure that begins at `end`: "покраснел до корней волос"."""
        to = next((p for p in self.phrases.values() if p.prep == "до" and p.prep_at == end), None)
        return to.noun + 1 if to is not None else end

    def _face_verb_end(self, i: int) -> int:
        """One past a verb of the face and its measure: "покраснел до корней волос"."""
        end = i + 1
        for p in self.phrases.values():
            measure = p.prep_at == end and p.prep == "до"
            of_it = end > i + 1 and p.start == end and p.case == "gen" and not p.prep
            by = p.start == end and not p.prep and self.tokens[p.noun].keys("NOUN") & MOUTH
            if measure or of_it or (by and self.tokens[p.noun].best.case == "ins"):
                end = p.noun + 1
        return end

    def _compared(self, i: int) -> bool:
        """ "второй, помоложе, в кепке" """
        before = self.tokens[i - 1].low if i > 0 else ""
        found = COMPARED.get(fold(self.tokens[i].low))
        if found is None or before not in (",", ":", "и", "чуть", "немного"):
            return False
        word, category = found.split()
        self.add(self.nominal_owner(i, i + 1), i, i + 1, category, word, False, (word,))
        return True

    def _more(self, i: int) -> bool:
        """ "она была моложе и красивее сестры": said of the subject, in the positive."""
        t = self.tokens[i]
        r = next((r for r in t.readings if r.pos == "COMP"), None)
        before = self.tokens[i - 1] if i > 0 else None
        if r is None or before is None or t.best.pos != "COMP" or r.key not in looks():
            return False
        if i + 1 < len(self.tokens) and self.is_verb(i + 1):
            return False  # "плотнее запахнула палантин"
        joined = before.low in ("и", ",") and (i - 2 in self.used)
        scale = fold(before.low) in word_set("rules.txt", "by how much")
        k = i - 2 if scale else i - 1
        if not joined and not (k in self.at or self.tokens[k].keys("VERB") & verbs("be").keys()):
            return False
        category = looks()[r.key].category
        if joined:
            owner = self._continuing(i)
        else:
            people = [f for f in self.people_here() if f.case == "nom" and f.last < i and f.kind != "rel"]
            owner = people[-1].entity if people else None
        self.add(owner, i, i + 1, category, r.lemma, self.negation(i), (r.lemma,))
        return owner is not None

    def _part_becomes(self, i: int) -> bool:
        """ "лицо её побледнело": a part of the body that changed."""
        r = next((r for r in self.tokens[i].readings if r.pos == "VERB" and r.key in verbs("become")), None)
        if r is None:
            return False
        for p in self.phrases.values():
            entry = things().get(p.reading.key)
            behind = [k for k in range(p.noun + 1, i) if k not in self.at and self.tokens[k].low != "у"]
            if entry is None or p.noun in self.used or p.noun > i or len(behind) > 1 or p.prep:
                continue
            if entry.category in ("face", "hair", "skin", "eyes", "facial_hair"):
                word = verbs("become")[r.key].split()[0]
                full = next((x for x in plain_readings(word) if x.pos in MODIFIERS), None)
                if full is None:
                    return False
                noun = p.reading
                shown = nominative(full, noun.number, noun.gender if noun.number == "sing" else "")
                owner = self.possessor(p, p.noun + 1) or self._body_owner(p, None)
                how = self.phrases.get(i + 1)
                with_it = how is not None and not how.prep and self.tokens[i + 1].best.case == "ins"
                return self.emit(
                    owner,
                    p,
                    entry,
                    p.start,
                    i + 2 if with_it else i + 1,
                    self.negation(i),
                    f"{shown} {nominative(noun)}",
                )
        return False
