"""Clauses of a sentence, and whose a described thing is."""

from functools import cached_property

from .analysis import Token
from .found import DASH, HARD, Found
from .lexicon import fold, things, verbs, word_set
from .phrases import Phrase, build, look_of
from .scene import Entity, Fact, Scene

WORN_PLACES = frozenset(
    "голова плечо шея нога рука палец нос ухо лоб пояс грудь талия запястье лицо бедро".split()
)
BREAKS = frozenset('« » “ ” ! ? ; … "'.split())

BEING_THERE = frozenset(
    "хватать видно носить расти вырасти иметься остаться оставаться оказаться наблюдаться водиться найтись "
    "отрасти сохраниться уцелеть значиться полагаться замечаться".split()
)
LACKING = frozenset("лишить лишиться лишать лишенный отсутствие нехватка отсутствовать".split())
WILLING = frozenset(
    "стать захотеть хотеть пожелать желать любить мочь смочь решиться уметь успеть думать собираться "
    "привыкнуть подумать соизволить потрудиться".split()
)


class Owners:
    """A sentence's tokens, people and noun phrases, with the rules of ownership."""

    def __init__(self, tokens: list[Token], found: list[Found], scene: Scene) -> None:
        self.tokens = tokens
        self.found = found
        self.scene = scene
        self.at: dict[int, Found] = {}
        for f in found:
            for i in range(f.first, f.last + 1):
                self.at[i] = f
        self.used: set[int] = set()
        self.barred: set[int] = set()  # places that are no looks, whatever they say: idioms, conditions
        self.both: list[tuple[int, Entity]] = []  # plural adjectives said of two people
        self.made: list[
            tuple[int, int, Entity, bool, str, str]
        ] = []  # start, end, owner, negated, prep, case
        self.facts: list[tuple[int, int, Entity, Fact]] = []  # start, end, owner, what was added
        self.phrases: dict[int, Phrase] = {}
        self.mod_of: dict[int, int] = {}
        for t in tokens:
            if t.i in self.at or not t.has("NOUN"):
                continue
            if t.has("ADJF", "PRTF") and not t.keys("NOUN") & things().keys() and look_of(t) is not None:
                continue  # "лысый" as a noun would take the adjectives before it
            phrase = build(tokens, t.i)
            if phrase is not None:
                self.phrases[t.i] = phrase
        for n, phrase in self.phrases.items():
            for m in phrase.mods:
                if m not in self.mod_of or n - m < abs(self.mod_of[m] - m):
                    self.mod_of[m] = n
        for f in found:
            if f.phrase is not None:
                for m in f.phrase.mods:
                    if m not in self.mod_of or f.phrase.noun < self.mod_of[m]:
                        self.mod_of[m] = f.phrase.noun
        self.clause = self._clauses()
        self.pair_at, self.pair = self._both_of_them()

    def is_verb(self, i: int) -> bool:
        t = self.tokens[i]
        return t.best.pos == "VERB" or (t.pos in ("VERB", "AUX") and t.has("VERB") and t.best.pos != "NOUN")

    def _both_of_them(self) -> tuple[int, list[Entity]]:
        """Place of a lone оба or обе and the two people it means."""
        for i, t in enumerate(self.tokens):
            if fold(t.low) not in ("оба", "обе") or any(f.number == "plur" for f in self.found):
                continue
            singles = [e for e in self.scene.entities if e.number == "sing" and e.nominal]
            latest = sorted(singles, key=lambda e: (e.last, e.place))[-2:]
            if len(latest) == 2 and latest[0].last >= self.scene.sentence - 1:
                return i, latest
        return -1, []

    def _clauses(self) -> list[int]:
        """Clause number of each token: a border needs a verb on both sides, or a relative pronoun."""
        marks: list[int] = []
        number, top, seen = 0, 0, False
        outer: list[tuple[int, bool]] = []
        tokens = self.tokens
        for i, t in enumerate(tokens):
            hard = t.low in HARD
            border = hard or t.low in DASH or t.low == ","
            if t.low in BREAKS or (t.low == ":" and i <= 4):
                top += 1
                number, seen, outer = top, False, []
            elif t.low == "," and self._relative_after(i):
                outer.append((number, seen))
                top += 1
                number, seen = top, False
            elif border and outer and (seen or self._nominal_relative(marks, number, i)):
                number, seen = outer.pop()
            elif (border or t.low in ("и", "а", "но")) and seen:
                if t.low in (";", ".", "!", "?") or self._verb_ahead(i):
                    top += 1
                    number, seen = top, False
            if self.is_verb(i):
                seen = True
            marks.append(number)
        return marks

    def _relative_after(self, i: int) -> bool:
        """A relative pronoun right after the comma, a preposition or a noun at most between."""
        for k in range(i + 1, min(i + 4, len(self.tokens))):
            t = self.tokens[k]
            if t.low in HARD or t.low == "," or self.is_verb(k):
                return False
            if k in self.at and self.at[k].kind == "rel":
                return True
        return False

    def _nominal_relative(self, marks: list[int], number: int, i: int) -> bool:
        """A verbless relative clause ("у которой голубые глаза") has had its noun."""
        return any(marks[k] == number and k in self.phrases for k in range(i))

    def _verb_ahead(self, i: int) -> bool:
        for k in range(i + 1, len(self.tokens)):
            if self.tokens[k].low in HARD or (self.tokens[k].low == "," and k > i + 1):
                return False
            if self.is_verb(k):
                return True
        return False

    def same_segment(self, a: int, b: int) -> bool:
        """No comma, dash or hard mark between two places."""
        low, high = sorted((a, b))
        return not any(t.low == "," or t.low in HARD or t.low in DASH for t in self.tokens[low:high])

    def people_here(self) -> list[Found]:
        return [f for f in self.found if f.entity is not None and not f.absent]

    def others_here(self) -> list[Found]:
        """As `people_here` without the narrator, who tells of others."""
        return [f for f in self.people_here() if f.lemma != "я"]

    def nominal_owner(self, start: int, end: int) -> Entity | None:
        """Whom a prepositional phrase describes: the nearest person before it, else after it."""
        before = [f for f in self.people_here() if f.last < start and f.kind not in ("poss",)]
        if before and any(f.lemma != "я" for f in self.people_here()):
            before = [f for f in before if f.lemma != "я" or self._is_so(f.last, start)]
        after = [f for f in self.people_here() if f.start >= end and f.kind not in ("poss", "rel")]
        if self.made and self.made[-1][2] is self.scene.narrator and self._listed_after(start):
            return self.made[-1][2]  # "я — заспанный, в дедовом тулупе"
        rather = self._rather_than(start)
        if rather is not None:
            return rather
        near = before[-1] if before else None
        if near is not None and len(before) > 1 and near.case == "gen" and near.kind in ("noun", "name"):
            whose = before[-2]  # "подруга Лены была в очках"
            if whose.end == near.start and whose.kind == "noun" and whose.case == "nom":
                near = whose
        follow = after[0] if after else None
        unseen = [f for f in self.found if f.absent and f.entity is None and f.last < start]
        if (
            unseen
            and (near is None or unseen[-1].first > near.last)
            and self.same_segment(unseen[-1].last, start)
        ):
            owned = near is not None and near.end == unseen[-1].start and unseen[-1].case == "gen"
            if not owned and unseen[-1].last == start - 1:
                return None  # what is said of those who are not here
        group = self._group(start)
        if group is not None:
            return group
        if near is not None and follow is not None and follow.first == end and follow.kind == "name":
            seen = any(self.is_verb(k) for k in range(near.last, start))
            if follow.case in ("acc", "nom") and seen and self.tokens[start - 1].best.pos == "NOUN":
                return follow.entity  # "увидел у окна с трубкой в зубах Кузьму"
        if near is not None and self.same_segment(near.last, start):
            distant = near.kind in ("pron",) and near.case != "nom"
            if (
                distant
                and follow is not None
                and self.same_segment(end - 1, follow.first)
                and follow.case == "nom"
            ):
                return follow.entity
            if near.kind == "rel" and near.case != "nom":
                subject = [
                    f for f in before if f.case == "nom" and self.clause[f.first] == self.clause[start]
                ]
                if subject:
                    return subject[-1].entity
            return near.entity
        if follow is not None and self.same_segment(end - 1, follow.start):
            if follow.case == "nom" and not self._listed_after(start):
                return follow.entity
        if near is not None:
            subjects = [f for f in before if f.case == "nom" and f.kind != "rel"]
            if near.case != "nom" and subjects and not self._tight(near, start):
                near = subjects[-1]
            return near.entity
        if follow is not None:
            return follow.entity
        return self.pair[0] if self.pair and start > self.pair_at else self.scene.topic()

    def _rather_than(self, start: int) -> Entity | None:
        """ "не в синем, как хотела Вера, а в чёрном платье": who does not wear the one wears the other."""
        if start < 2 or self.tokens[start - 1].low not in ("а", "но") or self.tokens[start - 2].low != ",":
            return None
        denied = [m for m in self.made if m[3] and m[1] < start and m[4]]
        return denied[-1][2] if denied and denied[-1][4] == fold(self.tokens[start].low) else None

    def _group(self, start: int) -> Entity | None:
        """ "с двумя дамами: пожилой и молоденькой, в розовом": a counted group right before a colon."""
        colon = next((k for k in range(start, 0, -1) if self.tokens[k].low == ":"), 0)
        f = self.at.get(colon - 1)
        many = f is not None and f.entity is not None and f.number == "plur" and f.counted
        if not many or any(g.first > colon and g.last < start for g in self.people_here()):
            return None
        return None if any(self.is_verb(k) for k in range(colon, start)) else f.entity  # type: ignore

    def _is_so(self, i: int, start: int) -> bool:
        """Nothing but "to be" stands between: "я была в плаще"."""
        between = self.tokens[i + 1 : start]
        return all(t.keys("VERB") & verbs("be").keys() or t.low in ("не", "весь", "вся") for t in between)

    def _tight(self, f: Found, start: int) -> bool:
        """Only features and punctuation stand between a person and the place."""
        return all(
            i in self.used or self.tokens[i].low in (",", "и", "—", ":", "–", "весь", "вся", "сразу")
            for i in range(f.last + 1, start)
        )

    def _listed_after(self, start: int) -> bool:
        """The phrase continues a list of features: "мужчина, лысый, в очках"."""
        k = start - 1
        while k >= 0 and self.tokens[k].low in (",", "и", "весь", "вся"):
            k -= 1
        return k >= 0 and k in self.used

    def subject(self, i: int) -> Entity | None:
        """Subject of the verb, gerund or predicate at place `i`."""
        t = self.tokens[i]
        verb = next((r for r in t.readings if r.pos in ("VERB", "GRND", "ADJS", "PRTS")), t.best)
        if "1per" in verb.grams:
            told = [f for f in self.found if f.lemma == "я" and f.case == "nom"]
            return told[-1].entity if told else None
        if "impr" in verb.grams:
            return None
        gender = {"masc": "m", "femn": "f", "neut": "n"}.get(verb.gender, "u")
        number = verb.number or ""
        if verb.pos == "INFN" or verb.pos == "GRND":
            gender, number = "u", ""
        fits = []
        for f in self.found:
            if f.case != "nom" or f.kind == "poss":
                continue
            if number and f.number != number and not (f.counted and f.count > 1) and not self._coordinated(f):
                continue
            if gender != "u" and f.gender not in ("u", gender) and number == "sing":
                continue
            fits.append(f)
        here = [f for f in fits if self.clause[f.first] == self.clause[i]]
        if here:
            before = [f for f in here if f.last < i]
            return (before[-1] if before else here[0]).entity
        before = [f for f in fits if f.last < i]
        if before:
            plain = [f for f in before if f.kind != "rel"] or before
            return plain[-1].entity
        if "2per" in verb.grams:
            return None
        if fits and verb.pos == "GRND":
            return fits[0].entity
        if gender == "n":
            return None
        return self.scene.topic(gender, number or "sing")

    def _coordinated(self, f: Found) -> bool:
        k = f.start - 1
        after = self.tokens[f.end].low if f.end < len(self.tokens) else ""
        return (k >= 0 and self.tokens[k].low == "и") or after == "и"

    def possessor(self, phrase: Phrase, end: int) -> Entity | None:
        """Owner said in words: его, genitive, "у него", "на нём", "ему"."""
        for f in self.found:
            if f.kind == "poss" and (f.first in phrase.mods or f.first == phrase.start - 1):
                wearer = self._wearer(f.first)
                if wearer is not None and f.entity is not None and wearer.gender in ("u", f.gender):
                    return wearer
            if f.kind == "poss" and (f.first in phrase.mods or f.first == phrase.start - 1 or f.first == end):
                return f.entity
        for m in phrase.mods:
            if self.tokens[m].keys("ADJF") & {"свой"}:
                subject = [f for f in self.people_here() if f.case == "nom"]
                return subject[0].entity if subject else self.scene.topic()
        for f in self.found:
            if (
                f.start == phrase.noun + 1
                and f.case == "gen"
                and f.kind in ("noun", "name", "rel")
                and f.entity
            ):
                return f.entity
            if f.kind == "rel" and f.first == phrase.noun + 1 and f.entity:
                return f.entity
            if f.lemma == "чей" and f.entity and (f.first in phrase.mods or f.first == phrase.start - 1):
                return f.entity
        clause = self.clause[phrase.noun]
        near = [f for f in self.found if self.clause[f.first] == clause and f.entity is not None]
        near.sort(key=lambda f: (f.first > phrase.noun, abs(f.first - phrase.noun)))
        for preps in (("у",), ("на", "под", "в"), ("",)):
            for f in near:
                prep = fold(self.tokens[f.start - 1].low) if f.start > 0 else ""
                if preps == ("",):
                    if f.case == "dat" and prep not in ("к", "ко", "по"):
                        return f.entity
                elif (
                    prep in preps and f.kind != "poss" and (f.lemma != "я" or prep == "у" or f.case != "acc")
                ):
                    if prep == "у" or f.case in ("loc", "gen", "acc"):
                        return f.entity
        return None

    def _wearer(self, place: int) -> Entity | None:
        """ "в платье, открывавшем её плечи": hers who wears the dress."""
        verb = next((k for k in range(place - 1, max(0, place - 3), -1) if self.tokens[k].has("PRTF")), -1)
        if verb < 1 or self.tokens[verb - 1].low != ",":
            return None
        worn = [m for m in self.made if m[1] == verb - 1 and m[4] in ("в", "во")]
        return worn[-1][2] if worn else None

    def negation(self, start: int) -> bool:
        """не or ни right before the place."""
        k = start - 1
        while k >= 0 and (
            fold(self.tokens[k].low) in ("очень", "слишком", "совсем", "особенно", "быть")
            or (self.is_verb(k) and self.tokens[k].keys("VERB") & {"быть", "казаться", "выглядеть"})
        ):
            k -= 1  # "не был толстым"
        if k < 0:
            return False
        low = self.tokens[k].low
        if low == "не" and start < len(self.tokens) and self.tokens[start].low == "только":
            return False
        return low in ("не", "ни")

    def _near_verb(self, i: int, keys: set[str] | frozenset[str]) -> int | None:
        clause = self.clause[i]
        for k in range(i - 1, -1, -1):
            if self.clause[k] != clause:
                break
            if self.tokens[k].keys("VERB", "GRND", "INFN", "PRTF", "PRTS") & keys:
                return k
        return None

    def _verb_owner(self, i: int) -> Entity | None:
        for k in [*range(i - 1, -1, -1), *range(i + 1, len(self.tokens))]:
            if (
                self.clause[k] == self.clause[i]
                and self.tokens[k].has("VERB", "GRND")
                and (self.is_verb(k) or self.tokens[k].best.pos == "GRND")
            ):
                return self.subject(k)
        return self.nominal_owner(i, i + 1)

    @cached_property
    def _clause_verbs(self) -> dict[int, list[int]]:
        """Places of the verbs of each clause."""
        out: dict[int, list[int]] = {}
        for k, t in enumerate(self.tokens):
            if self.is_verb(k) or t.best.pos in ("GRND", "INFN"):
                out.setdefault(self.clause[k], []).append(k)
        return out

    def _clause_verb(self, i: int) -> int | None:
        """The clause's verb nearest to the place."""
        places = self._clause_verbs.get(self.clause[i])
        return min(places, key=lambda k: (abs(k - i), k > i)) if places else None

    def _continuing(self, n: int) -> Entity | None:
        """Owner of the latest feature made in this sentence."""
        past = [m for m in self.made if m[1] <= n]
        return past[-1][2] if past else None

    def _doer(self, verb: int) -> Entity | None:
        """The verb's subject, unless it is the narrator who tells of somebody else."""
        owner = self.subject(verb)
        others = self.others_here()
        return others[0].entity if owner is not None and owner is self.scene.narrator and others else owner

    def _body_owner(self, phrase: Phrase, verb: int | None) -> Entity | None:
        n = phrase.noun
        if verb is not None and phrase.case != "nom":
            owner = self._doer(verb)
            if owner is not None:
                return owner
        colon = [k for k in range(n) if self.tokens[k].low == ":"]
        if colon:  # "увидел он девицу: коса русая"
            pointed = [f for f in self.people_here() if f.last < colon[-1] and f.kind != "poss"]
            if pointed:
                return pointed[-1].entity
        here = [f for f in self.others_here() if f.case == "nom" and f.last < n and f.kind != "rel"]
        if here:
            return here[-1].entity
        if verb is not None and self.tokens[n].rel != "nsubj" and not self.tokens[n].rel.startswith("nsubj"):
            owner = self._doer(verb)
            if owner is not None:
                return owner
        return self._continuing(n) or self._loose_subject(n)

    def _loose_subject(self, n: int) -> Entity | None:
        here = [f for f in self.others_here() if f.kind != "rel"]
        before = [f for f in here if f.last < n] or (here if len(self.others_here()) == 1 else [])
        if before:
            subject = [f for f in before if f.case == "nom"]
            return (subject or before)[-1].entity
        topic = self.scene.topic()
        if topic is not None and topic.last < self.scene.sentence:
            return topic
        return topic or (here[0].entity if here else None)

    def _elsewhere(self, n: int) -> bool:
        """A place that is no body: "на вешалке", "в шкафу", "под кроватью"."""
        for p in self.phrases.values():
            if self.clause[p.noun] != self.clause[n] or p.noun == n:
                continue
            in_place = p.prep in ("на", "в", "во", "под", "за") and p.case == "loc"
            below = p.prep in ("под", "за", "над") and p.case == "ins" and p.reading.animacy == "inan"
            keys = self.tokens[p.noun].keys("NOUN")
            if not (in_place or below):
                continue
            listed = things().keys(), word_set("things.txt", "place"), word_set("things.txt", "part")
            if all(keys.isdisjoint(words) for words in listed):
                return True
        return False

    def _on_body(self, n: int) -> bool:
        return any(
            self.clause[p.noun] == self.clause[n]
            and p.prep in ("на", "в", "под", "из", "за", "вокруг", "через", "с")
            and self.tokens[p.noun].keys("NOUN")
            & (WORN_PLACES | {"карман", "зуб", "волос", "спина", "мышка", "коса"})
            for p in self.phrases.values()
            if p.noun != n and p.noun not in self.used
        )

    def _dressing(self, whole: int) -> bool:
        """A verb or participle of dressing governs "в" with the accusative."""
        for k in range(whole - 1, max(-1, whole - 7), -1):
            t = self.tokens[k]
            if t.low in HARD:
                return False
            keys = t.keys("VERB", "GRND", "INFN", "PRTF", "PRTS")
            if keys & verbs("dress").keys() or keys & word_set("looks.txt", "clothes"):
                return True
            if any(
                r.pos in ("PRTF", "PRTS")
                and r.parse is not None
                and fold(r.parse.normal_form) in verbs("dress")
                for r in t.readings
            ):
                return True
        return False

    def _thing_does(self, i: int) -> bool:
        """The verb's subject is a thing: "нос покраснел"."""
        verb = next((r for r in self.tokens[i].readings if r.pos == "VERB"), None)
        if verb is None:
            return False
        for p in self.phrases.values():
            if self.clause[p.noun] != self.clause[i] or p.prep or p.noun in self.at:
                continue
            r = p.reading
            if r.case == "nom" and r.number == verb.number and (not verb.gender or verb.gender == r.gender):
                if self.tokens[p.noun].head == i or not any(
                    f.case == "nom" and self.clause[f.first] == self.clause[i] for f in self.found
                ):
                    return True
        return False

    def _subject_thing(self, n: int, verb: int) -> bool:
        """The noun is itself the verb's subject."""
        t = self.tokens[n]
        return t.rel.startswith("nsubj") and t.head == verb and not self.people_here()

    def _denied(self, phrase: Phrase) -> bool:
        return self._denial_start(phrase) is not None

    def _denial_start(self, phrase: Phrase) -> int | None:
        tokens = self.tokens
        inside = self.phrases.get(phrase.start - 1)
        if inside is not None and inside.prep and not phrase.prep:
            return None  # "не было видно под полями шляпы"
        for k in range(phrase.start - 1, -1, -1):
            if self.clause[k] != self.clause[phrase.start] or tokens[k].low in HARD:
                break
            if tokens[k].low in ("нет", "нету") or tokens[k].low == "ни":
                return k
            if tokens[k].keys("VERB", "PRTF", "PRTS", "NOUN") & LACKING and k == phrase.start - 1:
                return k
            if tokens[k].low == "не" and k + 1 < len(tokens) and k + 1 < phrase.start:
                keys = tokens[k + 1].keys("VERB")
                if keys & (verbs("be").keys() | verbs("wear").keys() | BEING_THERE):
                    return k
        for k in range(phrase.noun + 1, min(len(tokens), phrase.noun + 6)):
            if tokens[k].low in HARD or tokens[k].low == ",":
                break
            if tokens[k].low in ("нет", "нету"):
                return phrase.start
            if (
                tokens[k].low == "не"
                and k + 1 < len(tokens)
                and tokens[k + 1].keys("VERB") & (verbs("be").keys() | verbs("wear").keys() | BEING_THERE)
            ):
                return phrase.start
        if any(tokens[m].keys("ADJF") & {"никакой"} for m in phrase.mods):
            return phrase.start  # "никакого макияжа, только веснушки"
        return None

    def verb_denied(self, verb: int) -> bool:
        """ "не надел", "надевать не стал", "не захотела надеть" """
        tokens = self.tokens
        if verb > 0 and tokens[verb - 1].low == "не":
            return True
        if tokens[verb].best.pos != "INFN":
            return False
        return any(
            tokens[k].low == "не" and tokens[k + 1].keys("VERB") & WILLING
            for k in range(max(0, verb - 5), min(len(tokens) - 1, verb + 4))
            if self.clause[k] == self.clause[verb]
        )

    def _negated_verb(self, whole: int) -> bool:
        k = whole - 1
        return (
            k > 0
            and self.is_verb(k)
            and self.tokens[k - 1].low == "не"
            and bool(self.tokens[k].keys("VERB") & (verbs("dress").keys() | verbs("be").keys()))
        )

    def add(
        self,
        owner: Entity | None,
        first: int,
        end: int,
        category: str,
        normalized: str,
        negated: bool,
        adjectives: tuple[str, ...] = (),
        noun: str = "",
        verb: str = "",
        prep: str = "",
        case: str = "",
    ) -> None:
        """Give a feature to its owner, and to those who share it."""
        if owner is None:
            return
        span = set(range(first, end))
        if span & self.used or span & self.barred:
            return
        self.used |= span
        self.made.append((first, end, owner, negated, prep, case))
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        fact = Fact(start, stop, category, normalized, negated, adjectives, noun, verb)
        shared = self.pair and first > self.pair_at and owner in self.pair
        for one in self.pair if shared else [owner]:
            one.facts.append(fact)
        if not shared:
            self.facts.append((first, end, owner, fact))
