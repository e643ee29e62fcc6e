"""Find what a sentence says of people's looks and whose looks they are."""

from .ages import age_spans
from .analysis import Reading, Token
from .compounds import is_colour
from .lexicon import Thing, fold, things, verbs, word_set
from .neighbours import kind_of
from .people import DASH, HARD, Found
from .phrases import (
    DEGREE,
    MODIFIERS,
    Phrase,
    agrees,
    build,
    is_modifier,
    is_pointing,
    look_of,
    masculine,
    nominative,
    normalize,
    noun_readings,
    plain_readings,
)
from .scene import Entity, Fact, Scene

WORN_PLACES = frozenset(
    "голова плечо шея нога рука палец нос ухо лоб пояс грудь талия запястье лицо бедро".split()
)
FITS = frozenset(
    "висеть сидеть облегать обтягивать скрывать прикрывать закрывать развеваться блестеть блеснуть красоваться "
    "украшать покрывать стоять шуршать болтаться сверкать виднеться охватывать стягивать выглядывать торчать "
    "сверкнуть поблескивать свисать белеть чернеть краснеть алеть желтеть синеть пестреть держаться сползать "
    "спадать волочиться топорщиться сбиться съехать трещать подчеркивать оттенять обрамлять облекать закутывать "
    "надвинуть позвякивать звенеть вспыхивать мерцать обхватывать перехватывать лежать выбиваться падать "
    "спускаться рассыпаться струиться ниспадать виться быть делать делать придавать идти подходить".split()
)
QUALITY = frozenset(
    "красота рост телосложение сложение комплекция возраст наружность внешность вид год лето конституция стать".split()
)
QUANTITY = frozenset(
    "множество копна шапка грива прядь облако водопад щетка россыпь пара ряд волна каскад охапка пучок сеть сетка клок "
    "остаток масса кольцо море шлем тень след подобие венчик клочок хвост кисть кисточка узел слой пышность обилие".split()
)
NOT_PREDICATE = frozenset(
    "видный видимый нужный должный похожий готовый рад согласный полный известный прочий один весь такой".split()
)
COVER = frozenset("покрывать покрыть усеивать усыпать избороздить изрезать бороздить испещрять".split())


BREAKS = frozenset('« » “ ” ! ? ; … "'.split())


class SentenceLooks:
    """The features of one sentence; `run` adds them to the scene's entities."""

    def __init__(self, tokens: list[Token], found: list[Found], scene: Scene) -> None:
        self.tokens = tokens
        self.found = found
        self.scene = scene
        self.at: dict[int, Found] = {}
        for f in found:
            for i in range(f.first, f.last + 1):
                self.at[i] = f
        self.used: set[int] = set()
        self.both: list[tuple[int, Entity]] = []  # plural adjectives said of two people
        self.made: list[
            tuple[int, int, Entity, bool, str, str]
        ] = []  # start, end, owner, negated, prep, case
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

    # -- geometry ---------------------------------------------------------------------------------

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
        """Clause number of each token: a border needs a verb on both sides; relative clauses are their own."""
        marks: list[int] = []
        number, top, seen = 0, 0, False
        outer: list[tuple[int, bool]] = []
        tokens = self.tokens
        for i, t in enumerate(tokens):
            hard = t.low in HARD
            border = hard or t.low in DASH or t.low == ","
            if t.low in BREAKS:
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

    # -- whose ------------------------------------------------------------------------------------

    def people_here(self) -> list[Found]:
        return [f for f in self.found if f.entity is not None and not f.absent]

    def nominal_owner(self, start: int, end: int) -> Entity | None:
        """Whom a prepositional phrase describes: the nearest person before it, else after it."""
        before = [f for f in self.people_here() if f.last < start and f.kind not in ("poss",)]
        after = [f for f in self.people_here() if f.start >= end and f.kind not in ("poss", "rel")]
        near = before[-1] if before else None
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
        if "1per" in verb.grams or "impr" in verb.grams:
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
        clause = self.clause[phrase.noun]
        near = [f for f in self.found if self.clause[f.first] == clause and f.entity is not None]
        for preps in (("у",), ("на", "под", "в"), ("",)):
            for f in near:
                prep = fold(self.tokens[f.start - 1].low) if f.start > 0 else ""
                if preps == ("",):
                    if f.case == "dat" and prep not in ("к", "ко", "по"):
                        return f.entity
                elif prep in preps and f.kind != "poss":
                    if prep == "у" or f.case in ("loc", "gen", "acc"):
                        return f.entity
        return None

    # -- making a feature -------------------------------------------------------------------------

    def negation(self, start: int) -> bool:
        """не or ни right before the place."""
        k = start - 1
        while k >= 0 and fold(self.tokens[k].low) in ("очень", "слишком", "совсем", "особенно", "быть"):
            k -= 1
        if k < 0:
            return False
        low = self.tokens[k].low
        if low == "не" and start < len(self.tokens) and self.tokens[start].low == "только":
            return False
        return low in ("не", "ни")

    def add(
        self, owner: Entity | None, first: int, end: int, category: str, normalized: str, negated: bool,
        adjectives: tuple[str, ...] = (), noun: str = "", verb: str = "", prep: str = "", case: str = "",
    ) -> None:  # fmt: skip
        """Give a feature to its owner, and to those who share it."""
        if owner is None:
            return
        span = set(range(first, end))
        if span & self.used:
            return
        self.used |= span
        self.made.append((first, end, owner, negated, prep, case))
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        fact = Fact(start, stop, category, normalized, negated, adjectives, noun, verb)
        shared = self.pair and first > self.pair_at and owner in self.pair
        for one in self.pair if shared else [owner]:
            one.facts.append(fact)

    def run(self) -> None:
        for first, end, normalized, owner_hint in age_spans(self):
            owner = owner_hint or self.nominal_owner(first, end)
            self.add(owner, first, end, "age", normalized, self.negation(first), noun="age")
        i = 0
        n = len(self.tokens)
        while i < n:
            if i not in self.used:
                self._place(i)
            i += 1
        self._share()

    def _place(self, i: int) -> None:
        t = self.tokens[i]
        if i in self.at:
            f = self.at[i]
            if f.predicate and i == f.head and f.kind == "noun":
                self._role(f)
            return
        if i in self.phrases and not (self.mod_of.get(i) and i not in self.phrases):
            if self._noun(i):
                return
        if t.has("ADJF", "PRTF", "ADJS", "PRTS"):
            if self._adjective(i):
                return
        if t.has("VERB", "GRND", "INFN"):
            self._verb(i)

    def _role(self, f: Found) -> None:
        if f.person is None or f.person.kind not in ("role", "folk") or f.entity is None:
            return
        first = f.entity.mentions[0][0] if f.entity.mentions else None
        if first is f:
            return
        self.add(f.entity, f.first, f.end, "role", f.lemma, self.negation(f.start), noun=f.lemma)

    # -- nouns ------------------------------------------------------------------------------------

    def thing(self, phrase: Phrase) -> Thing | None:
        """Lexicon entry of the phrase's noun, a guess from its neighbours when no list has it."""
        token = self.tokens[phrase.noun]
        if fold(token.low) in things() and phrase.reading.key not in things():
            return things()[fold(token.low)]  # "худи" and other words the dictionary does not know
        options = [phrase.reading, *[r for r in token.readings if r.pos == "NOUN" and r.case == phrase.case]]
        if phrase.reading.key not in things():
            options += [r for r in token.readings if r.pos == "NOUN"]
        for r in options:
            entry = things().get(r.key)
            if entry is None and "-" in r.key:
                entry = things().get(r.key.split("-")[0]) or things().get(r.key.split("-")[-1])
            if entry is not None:
                if r is not phrase.reading and (not phrase.prep or r.case == phrase.case):
                    if r.case and (not phrase.mod_readings or any(
                        agrees(a, r) for m in phrase.mod_readings for a in self.tokens[m].readings
                    )):  # fmt: skip
                        phrase.reading = r
                return entry
        if phrase.reading.key in QUANTITY:
            inner = next(
                (p for p in self.phrases.values() if p.start == phrase.noun + 1 and p.case == "gen"), None
            )
            if inner is not None and inner.reading.key in things():
                part = things()[inner.reading.key]
                return Thing(part.word, part.category, False, part.carried, part.english)
        if self._worn_in_hair(phrase):
            return Thing(phrase.reading.lemma, "accessory", False, False, "")
        if phrase.prep in ("в", "во") and phrase.case == "loc" and phrase.reading.animacy == "inan":
            kind = kind_of(phrase.reading.key)
            if kind.startswith("thing:clothes") or kind.startswith("thing:headwear"):
                return Thing(phrase.reading.lemma, kind.split(":")[1], False, False, "")
        return None

    def _worn_in_hair(self, phrase: Phrase) -> bool:
        """ "с розой в волосах": whatever it is, it is worn."""
        following = next((p for p in self.phrases.values() if p.prep_at == phrase.noun + 1), None)
        return (
            following is not None
            and following.prep in ("в", "во", "за")
            and phrase.case == "ins"
            and bool(
                self.tokens[following.noun].keys("NOUN") & {"волос", "волосы", "коса", "прическа", "ухо"}
            )
        )

    def extend(self, phrase: Phrase, entry: Thing) -> int:
        """One past the last token of the complements: "в две косы", "цвета морской волны", "на щеке"."""
        end = phrase.noun + 1
        tokens = self.tokens
        worn = entry.category in ("clothes", "headwear", "accessory")
        while end < len(tokens):
            low = fold(tokens[end].low)
            nxt = next((p for p in self.phrases.values() if p.prep_at == end and p.start == end + 1), None)
            if nxt is not None and nxt.noun not in self.used:
                keys = tokens[nxt.noun].keys("NOUN")
                part = bool(keys & word_set("things.txt", "part"))
                place = bool(keys & word_set("things.txt", "place"))
                pattern = bool(keys & word_set("things.txt", "pattern"))
                if (
                    low == "из"
                    and (worn or entry.category in ("other", "hair"))
                    and nxt.reading.animacy != "anim"
                ):
                    end = nxt.noun + 1
                    continue
                if low in ("в", "во") and (pattern or (place and not worn) or (
                    place and entry.category == "accessory") or (entry.category in ("facial_hair", "hair") and
                    keys & {"коса", "косичка", "хвост", "пучок", "узел", "кольцо", "беспорядок"})):  # fmt: skip
                    end = nxt.noun + 1
                    continue
                if low in ("с", "со") and worn and part:
                    end = nxt.noun + 1
                    continue
                if low in ("на", "под", "через", "до", "за", "над", "по", "вокруг") and (place or part):
                    end = nxt.noun + 1
                    continue
            if low == "цвета" and entry.category in (
                "clothes",
                "headwear",
                "accessory",
                "hair",
                "eyes",
                "facial_hair",
                "skin",
            ):
                k = end + 1
                while (
                    k < len(tokens)
                    and (is_modifier(tokens[k]) or tokens[k].has("NOUN"))
                    and tokens[k].low[0].isalpha()
                ):
                    done = tokens[k].best.pos == "NOUN" and tokens[k].has("NOUN")
                    k += 1
                    if done and not (
                        k < len(tokens) and tokens[k].best.pos == "NOUN" and tokens[k].best.case == "gen"
                    ):
                        break
                end = k
                continue
            if tokens[end].best.pos == "PREP" or tokens[end].best.pos == "VERB":
                break
            behind = [r for r in tokens[end].readings if r.pos == "PRTF" and agrees(r, phrase.reading)]
            if behind and tokens[end].best.pos == "PRTF" and self.mod_of.get(end, -1) < end and phrase.prep:
                end = self._participle_tail(end + 1, behind[0])  # "с бородой, заплетённой в косичку"
                continue
            # genitive right after: "осанка балерины", "копна рыжих волос"
            inner = next((p for p in self.phrases.values() if p.start == end and not p.prep), None)
            living = (
                inner is not None
                and inner.reading.animacy == "anim"
                and not (entry.carried or entry.category == "other")
                and inner.reading.key not in word_set("absent.txt", "animal")
            )
            genitive = inner is not None and any(
                r.case == "gen" and inner.case in ("gen", "acc") for r in noun_readings(tokens[inner.noun])
            )
            if inner is not None and genitive and not living and inner.noun not in self.at:
                if tokens[inner.noun].has("NOUN") and inner.noun != phrase.noun:
                    end = inner.noun + 1
                    continue
            f = self.at.get(end)
            if f is not None and f.kind == "noun" and f.absent and f.case == "gen" and phrase.prep:
                end = f.end
                continue
            if low == "не" and end + 2 < len(tokens) and tokens[end + 1].low == "по":
                end += 3
                continue
            break
        return end

    def _describing(self, phrase: Phrase) -> list[int]:
        return [m for m in phrase.mods if not is_pointing(self.tokens[m]) and self.tokens[m].has(*MODIFIERS)]

    def _category(self, entry: Thing, adjectives: list[str]) -> str:
        if entry.category == "hair":
            colour = any(is_colour(a) for a in adjectives) or fold(entry.word) in ("седина", "проседь")
            return "hair_color" if colour else "hair_style"
        return entry.category

    def emit(
        self, owner: Entity | None, phrase: Phrase, entry: Thing, first: int, end: int, negated: bool,
        normalized: str = "",
    ) -> bool:  # fmt: skip
        if owner is None:
            return False
        adjectives = [masculine(self.tokens[m], phrase.mod_readings.get(m)) for m in self._describing(phrase)]
        tail = self.tokens[phrase.noun + 1 : end]
        adjectives += [masculine(t) for t in tail if t.best.pos in MODIFIERS]
        if first == phrase.start:
            while (
                first < phrase.noun and is_pointing(self.tokens[first]) and first not in phrase.mod_readings
            ):
                first += 1
            while first < phrase.noun and is_pointing(self.tokens[first]):
                first += 1
        self.add(
            owner, first, end, self._category(entry, adjectives), normalized or normalize(self.tokens, phrase, end),
            negated, tuple(adjectives), phrase.reading.lemma, prep=phrase.prep, case=phrase.case,
        )  # fmt: skip
        return True

    def _noun(self, n: int) -> bool:
        phrase = self.phrases[n]
        entry = self.thing(phrase)
        tokens = self.tokens
        if entry is None:
            return self._quality(phrase) or self._in_hair(phrase)
        if any(m in self.used for m in range(phrase.start, n + 1)):
            return False
        if entry.held and phrase.prep not in ("с", "со") and self._in_hair(phrase):
            return True
        described = bool(self._describing(phrase))
        end = self.extend(phrase, entry)
        whole = phrase.whole
        worn = entry.category in ("clothes", "headwear", "accessory") and not entry.carried
        body = not worn and not entry.carried
        enough = described or not entry.needs or end > n + 1
        prep = phrase.prep if whole < phrase.start else ""
        coordinated = self._coordinated_feature(phrase)
        if coordinated is not None and enough:
            done = self.emit(coordinated[0], phrase, entry, phrase.start, end, coordinated[1])
            if done and self.made:
                self.made[-1] = (*self.made[-1][:4], coordinated[2], coordinated[3])
            return done
        if prep == "без":
            return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, True)
        if prep in ("с", "со"):
            if phrase.case != "ins" or not enough or self._of_thing(whole, entry):
                return False
            if entry.held and not self._right_after(whole):
                return False
            return self.emit(self._with_owner(whole, end), phrase, entry, whole, end, self.negation(whole))
        if prep in ("в", "во"):
            if worn and phrase.case != "loc":
                self._as_locative(phrase)
            if worn and (phrase.case == "loc" or self._dressing(whole)):
                return self._wear_in(phrase, entry, whole, end)
            if entry.category in ("face", "other") and not entry.needs and phrase.case == "loc":
                return self.emit(
                    self.nominal_owner(whole, end), phrase, entry, whole, end, self.negation(whole)
                )
            if body and entry.category in ("eyes", "face") and described and phrase.case == "loc":
                owner = self.possessor(phrase, end)
                return owner is not None and self.emit(owner, phrase, entry, phrase.start, end, False)
            return False
        if prep == "на":
            if body and described and any(f.kind == "poss" and f.first in phrase.mods for f in self.found):
                return self.emit(self.possessor(phrase, end), phrase, entry, phrase.start, end, False)
            if entry.category == "clothes" and phrase.case == "loc" and fold(tokens[n].low) in (
                "шпильках", "каблуках", "шпильке", "каблуке", "коньках", "роликах"
            ):  # fmt: skip
                return self.emit(
                    self.nominal_owner(whole, end), phrase, entry, whole, end, self.negation(whole)
                )
            if entry.carried and any(
                t.keys() & verbs("lean").keys() for t in tokens[max(0, whole - 5) : whole]
            ):
                return self.emit(self._verb_owner(whole), phrase, entry, phrase.start, end, False)
            if body and described and phrase.case == "loc" and self.possessor(phrase, end) is not None:
                return self.emit(self.possessor(phrase, end), phrase, entry, phrase.start, end, False)
            if entry.carried and phrase.case == "loc" and phrase.reading.key in ("костыль",):
                return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
            return False
        if prep == "под" and phrase.reading.key in ("зонт", "зонтик", "вуаль", "фата", "паранджа", "маска"):
            return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
        if prep == "из-под" and (entry.category in ("headwear",) or phrase.reading.key in ("очки",)):
            owner = self.possessor(phrase, end) or self._continuing(n) or self.nominal_owner(whole, end)
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if prep == "при" and worn:
            return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
        if prep or entry.held:
            owner = next((f.entity for f in self.found if f.kind == "poss" and f.first in phrase.mods), None)
            if owner is not None and body and described:
                return self.emit(owner, phrase, entry, phrase.start, end, False)
            return False
        return self._bare_noun(phrase, entry, end, enough, described, worn, body)

    def _coordinated_feature(self, phrase: Phrase) -> tuple[Entity, bool, str, str] | None:
        """Owner and negation of the feature this one is joined to by и or a comma, same case, no verb."""
        k = phrase.start - 1
        while k >= 0 and self.tokens[k].low in (",", "и", "или", "да", "также", "а", "ни"):
            k -= 1
        if k == phrase.start - 1 or phrase.prep:
            return None
        low = [t.low for t in self.tokens[k + 1 : phrase.start]]
        for first, end, owner, negated, prep, case in reversed(self.made):
            if end == k + 1 and prep and "а" not in low:
                if any(r.case == case for r in noun_readings(self.tokens[phrase.noun])):
                    phrase_cases = [r for r in noun_readings(self.tokens[phrase.noun]) if r.case == case]
                    if phrase.case != case and phrase_cases:
                        fits = [r for r in phrase_cases if all(
                            any(agrees(a, r) for a in self.tokens[m].readings) for m in phrase.mod_readings)]  # fmt: skip
                        if not fits:
                            continue
                        phrase.reading = fits[0]
                        for m in phrase.mod_readings:
                            phrase.mod_readings[m] = next(
                                a for a in self.tokens[m].readings if agrees(a, fits[0])
                            )
                    # "в платье, волосы распущены": a nominative subject starts its own clause
                    if "," in low and phrase.case != case:
                        continue
                    return owner, negated, prep, case
        return None

    def _of_thing(self, whole: int, entry: Thing) -> bool:
        """The phrase belongs to the thing or animal right before it: "лошадь с белой гривой"."""
        k = whole - 1
        if k < 0 or k in self.at:
            return False
        t = self.tokens[k]
        if k in self.used or t.best.pos != "NOUN" or t.low == ",":
            return False
        if entry.category in ("clothes", "headwear") and not entry.carried:
            return True
        animal = t.keys("NOUN") & word_set("absent.txt", "animal")
        if animal:
            return True
        return not self.people_here() and self.scene.topic() is None

    def _right_after(self, whole: int) -> bool:
        """A person or another feature stands right before the place."""
        k = whole - 1
        while k >= 0 and self.tokens[k].low in (",", "и"):
            k -= 1
        return k in self.at or k in self.used

    def _with_owner(self, whole: int, end: int) -> Entity | None:
        return self.nominal_owner(whole, end)

    def _dressing(self, whole: int) -> bool:
        """A verb or participle of dressing governs "в" with the accusative."""
        for k in range(whole - 1, max(-1, whole - 7), -1):
            t = self.tokens[k]
            if t.low in HARD:
                return False
            keys = t.keys("VERB", "GRND", "INFN", "PRTF", "PRTS")
            if keys & verbs("dress").keys() or keys & word_set("looks.txt", "clothes"):
                return True
            if any(r.pos in ("PRTF", "PRTS") and r.parse is not None
                   and fold(r.parse.normal_form) in verbs("dress") for r in t.readings):  # fmt: skip
                return True
        return False

    def _wear_in(self, phrase: Phrase, entry: Thing, whole: int, end: int) -> bool:
        first = whole
        owner = None
        verb = self._near_verb(whole, verbs("dress").keys() - verbs("be").keys())
        if verb is not None and self.tokens[verb].has("VERB", "GRND"):
            owner = self.subject(verb)
        owner = owner or self.nominal_owner(whole, end)
        return self.emit(owner, phrase, entry, first, end, self.negation(whole) or self._negated_verb(whole))

    def _as_locative(self, phrase: Phrase) -> None:
        """Read "в платье" as wearing where the form allows it."""
        for r in noun_readings(self.tokens[phrase.noun]):
            if (
                r.case == "loc"
                and r.key == phrase.reading.key
                and all(any(agrees(a, r) for a in self.tokens[m].readings) for m in phrase.mod_readings)
            ):
                phrase.reading = r
                for m in phrase.mod_readings:
                    phrase.mod_readings[m] = next(a for a in self.tokens[m].readings if agrees(a, r))
                return

    def _negated_verb(self, whole: int) -> bool:
        k = whole - 1
        return (
            k > 0
            and self.is_verb(k)
            and self.tokens[k - 1].low == "не"
            and bool(self.tokens[k].keys("VERB") & (verbs("dress").keys() | verbs("be").keys()))
        )

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

    def _clause_verb(self, i: int) -> int | None:
        """The clause's verb nearest to the place."""
        places = [k for k in range(len(self.tokens)) if self.clause[k] == self.clause[i]
                  and (self.is_verb(k) or self.tokens[k].best.pos in ("GRND", "INFN"))]  # fmt: skip
        return min(places, key=lambda k: (abs(k - i), k > i)) if places else None

    def _continuing(self, n: int) -> Entity | None:
        """Owner of the latest feature made in this sentence."""
        past = [m for m in self.made if m[1] <= n]
        return past[-1][2] if past else None

    def _bare_noun(
        self, phrase: Phrase, entry: Thing, end: int, enough: bool, described: bool, worn: bool, body: bool
    ) -> bool:
        tokens, n = self.tokens, phrase.noun
        verb = self._clause_verb(n)
        keys = set() if verb is None else tokens[verb].keys("VERB", "GRND", "INFN")
        lemmas = {r.case for r in noun_readings(tokens[n])}
        if keys & verbs("remove").keys() and not keys & verbs("wear").keys():
            if (
                verb
                and tokens[verb - 1].low == "не"
                and worn
                and phrase.start > verb
                and "gen" in lemmas | {phrase.case}
            ):
                return self.emit(
                    self.subject(verb), phrase, entry, phrase.start, end, False
                )  # "не снимал перчаток"
            return False
        # нет / не было / не носит
        if "gen" in lemmas and self._denied(phrase):
            owner = self.possessor(phrase, end) or (self.subject(verb) if verb is not None else None)
            k = phrase.start
            before = self._denial_start(phrase)
            first = before if before is not None and all(x not in self.at for x in range(before, k)) else k
            if first < k - 3:
                first = k
            return self.emit(owner or self.scene.topic(), phrase, entry, first, end, True)
        predicate = self._predicate(phrase, entry) if "nom" in lemmas else None
        if predicate is None and "nom" in lemmas and body:
            predicate = self._predicate_before(phrase)
            if predicate is not None:
                owner = self.possessor(phrase, end) or self._body_owner(phrase, None)
                return self.emit(owner, phrase, entry, phrase.start - 1, end, False, predicate[1])
        owner = self.possessor(phrase, end)
        if predicate is not None:
            last, normalized, negated = predicate
            owner = owner or self._continuing(n) or self._body_owner(phrase, None)
            if (
                worn
                and self.possessor(phrase, end) is None
                and self._continuing(n) is None
                and not self.people_here()
            ):
                owner = self.scene.topic() if self.scene.entities else None
            return self.emit(owner, phrase, entry, phrase.start, last, negated, normalized)
        if phrase.case == "gen" and n > 0 and phrase.start > 0 and enough:
            k = phrase.start - 1
            if (k in self.at or k in self.used or tokens[k].low == ",") and described and body:
                return self.emit(
                    self.nominal_owner(phrase.start, end), phrase, entry, phrase.start, end, False
                )
        wears = keys & verbs("wear").keys()
        if wears and verb is not None and ("acc" in lemmas or "gen" in lemmas or "nom" in lemmas):
            handled = {
                "держать",
                "нести",
                "тащить",
                "сжимать",
                "прижимать",
                "прижать",
                "мять",
                "комкать",
                "волочить",
            }
            carries = handled | {"носить", "надеть", "надевать", "иметь", "нацепить", "таскать"}
            suits = keys & carries if entry.carried else not (worn and keys & handled)
            if suits and enough and not self._subject_thing(n, verb):
                after = self._trailing(phrase, verb)
                if after is not None:
                    return self.emit(
                        owner or self.subject(verb), phrase, entry, phrase.start, after[0], False, after[1]
                    )
                negated = verb > 0 and tokens[verb - 1].low == "не"
                return self.emit(owner or self.subject(verb), phrase, entry, phrase.start, end, negated)
        if phrase.case == "ins" or ("ins" in lemmas and "nom" not in lemmas):
            if not enough or not (
                body or keys & {"щеголять", "сверкать", "блестеть", "обмотать", "укрыть", "блеснуть"}
            ):
                return self._wrapped(phrase, entry, end)
            if entry.category in ("build", "other") and not self._looks_like(phrase):
                return False
            owner = owner or (
                self.subject(verb) if verb is not None else self.nominal_owner(phrase.start, end)
            )
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if "nom" in lemmas or "acc" in lemmas:
            if not enough:
                return False
            if body:
                if described and entry.category in ("build", "other") and not self._looks_like(phrase):
                    if owner is None:
                        return False
                if entry.category == "expression" and fold(entry.word) in ("вид",) and not described:
                    return False
                if verb is not None and keys & COVER and not described:
                    return self._covered(phrase, entry, end, verb, owner)
                owner = owner or self._body_owner(phrase, verb)
                return self.emit(owner, phrase, entry, phrase.start, end, False)
            if phrase.case not in ("nom", "acc") and "nom" not in lemmas:
                return False
            if owner is not None and self._shown(phrase, verb, keys):
                return self.emit(owner, phrase, entry, phrase.start, end, self.negation(phrase.start))
            if self._on_body(n) or (keys & FITS and not self._elsewhere(n)):
                owner = owner or self._body_owner(phrase, verb)
                return self.emit(owner, phrase, entry, phrase.start, end, False)
            joined = [m for m in self.made if m[1] <= phrase.start and phrase.start - m[1] <= 2]
            if (
                joined
                and not joined[-1][4]
                and tokens[phrase.start - 1].low in ("и", ",")
                and not self.is_verb(phrase.start - 1)
            ):
                return self.emit(joined[-1][2], phrase, entry, phrase.start, end, joined[-1][3])
            if verb is None and self.scene.entities and not self._elsewhere(n):
                return self.emit(self._body_owner(phrase, verb), phrase, entry, phrase.start, end, False)
        return False

    def _looks_like(self, phrase: Phrase) -> bool:
        return any(look_of(self.tokens[m]) or True for m in self._describing(phrase)) and bool(
            self._describing(phrase)
        )

    def _subject_thing(self, n: int, verb: int) -> bool:
        """The noun is itself the verb's subject."""
        t = self.tokens[n]
        return t.rel.startswith("nsubj") and t.head == verb and not self.people_here()

    def _shown(self, phrase: Phrase, verb: int | None, keys: set[str]) -> bool:
        """The garment is on its owner: "на нём был пиджак", "её платье", not "его шляпа лежала на столе"."""
        if verb is None or keys & verbs("be").keys() or keys & FITS:
            return not self._elsewhere(phrase.noun)
        return not self._elsewhere(phrase.noun) and self.tokens[phrase.noun].best.case == "nom"

    def _elsewhere(self, n: int) -> bool:
        """A place that is no body: "на вешалке", "в шкафу"."""
        for p in self.phrases.values():
            if (
                self.clause[p.noun] == self.clause[n]
                and p.noun != n
                and p.prep in ("на", "в", "во", "под", "за")
            ):
                keys = self.tokens[p.noun].keys("NOUN")
                if (
                    p.case == "loc"
                    and not keys & things().keys()
                    and not keys & word_set("things.txt", "place")
                ):
                    return True
        return False

    def _on_body(self, n: int) -> bool:
        return any(
            self.clause[p.noun] == self.clause[n] and p.prep in ("на", "в", "под", "из", "за", "вокруг", "через", "с")
            and self.tokens[p.noun].keys("NOUN") & (WORN_PLACES | {"карман", "зуб", "волос", "спина", "мышка", "коса"})
            for p in self.phrases.values() if p.noun != n
        )  # fmt: skip

    def _body_owner(self, phrase: Phrase, verb: int | None) -> Entity | None:
        n = phrase.noun
        if verb is not None and phrase.case != "nom":
            owner = self.subject(verb)
            if owner is not None:
                return owner
        colon = [k for k in range(n) if self.tokens[k].low == ":"]
        if colon:  # "увидел он девицу: коса русая"
            pointed = [f for f in self.people_here() if f.last < colon[-1] and f.kind != "poss"]
            if pointed:
                return pointed[-1].entity
        here = [f for f in self.people_here() if f.case == "nom" and f.last < n and f.kind != "rel"]
        if here:
            return here[-1].entity
        if verb is not None and self.tokens[n].rel != "nsubj" and not self.tokens[n].rel.startswith("nsubj"):
            owner = self.subject(verb)
            if owner is not None:
                return owner
        return self._continuing(n) or self._loose_subject(n)

    def _loose_subject(self, n: int) -> Entity | None:
        here = [f for f in self.people_here() if f.kind != "rel"]
        before = [f for f in here if f.last < n]
        if before:
            subject = [f for f in before if f.case == "nom"]
            return (subject or before)[-1].entity
        topic = self.scene.topic()
        if topic is not None and topic.last < self.scene.sentence:
            return topic
        return topic or (here[0].entity if here else None)

    def _denied(self, phrase: Phrase) -> bool:
        return self._denial_start(phrase) is not None

    def _denial_start(self, phrase: Phrase) -> int | None:
        tokens = self.tokens
        for k in range(phrase.start - 1, -1, -1):
            if self.clause[k] != self.clause[phrase.start] or tokens[k].low in HARD:
                break
            if tokens[k].low in ("нет", "нету") or tokens[k].low == "ни":
                return k
            if tokens[k].low == "не" and k + 1 < len(tokens) and k + 1 < phrase.start:
                keys = tokens[k + 1].keys("VERB")
                if keys & (verbs("be").keys() | verbs("wear").keys()) | (
                    keys & {"хватать", "видно", "носить"}
                ):
                    return k
        for k in range(phrase.noun + 1, min(len(tokens), phrase.noun + 4)):
            if tokens[k].low in HARD or tokens[k].low == ",":
                break
            if tokens[k].low in ("нет", "нету"):
                return phrase.start
            if (
                tokens[k].low == "не"
                and k + 1 < len(tokens)
                and tokens[k + 1].keys("VERB") & verbs("be").keys()
            ):
                return phrase.start
        return None

    def _predicate(self, phrase: Phrase, entry: Thing) -> tuple[int, str, bool] | None:
        """ "волосы были рыжими", "лицо некрасивое, скуластое", "борода лопатой"."""
        tokens, n = self.tokens, phrase.noun
        nouns = [r for r in noun_readings(tokens[n]) if r.case == "nom"]
        if not nouns or phrase.prep:
            return None
        noun = nouns[0]
        k = n + 1
        if k < len(tokens) and tokens[k].low == "у" and (k + 1) in {g.start for g in self.found}:
            k += 1
        f = next((g for g in self.found if g.start == k), None)
        if f is not None and (f.case == "gen" or f.kind in ("poss", "rel") or fold(f.lemma) in ("он", "она")):
            k = f.end
        negated = False
        copula = False
        while k < len(tokens) and (
            tokens[k].low in ("не", "—", "–", "-", "уже", "всегда", "тоже", "давно") or fold(tokens[k].low) in DEGREE
            or (self.is_verb(k) and tokens[k].keys("VERB") & verbs("be").keys())
            or (self.at.get(k) is not None and self.at[k].kind in ("pron",) and copula is False and tokens[k-1].low == "у")
            or tokens[k].low == "у"
        ):  # fmt: skip
            negated |= tokens[k].low == "не"
            copula |= self.is_verb(k)
            k += 1
        if k < len(tokens) and tokens[k].low == "цвета" and copula:
            shade = next((p for p in self.phrases.values() if p.noun > k and p.start == k + 1), None)
            if shade is not None:
                told = " ".join(t.low for t in tokens[k : shade.noun + 1])
                return shade.noun + 1, f"{normalize(tokens, phrase, n + 1)} {told}", negated
        first, last, adjectives = k, None, []
        while k < len(tokens):
            t = tokens[k]
            fits = [
                r for r in t.readings
                if (r.pos in MODIFIERS and r.case in (("nom", "ins") if copula or True else ("nom",)) and r.number == noun.number
                    and (noun.number == "plur" or not r.gender or r.gender == noun.gender))
                or (r.pos in ("ADJS", "PRTS") and r.number == noun.number
                    and (noun.number == "plur" or not r.gender or r.gender == noun.gender))
            ]  # fmt: skip
            fits = [r for r in fits if r.key not in NOT_PREDICATE and "Apro" not in r.grams]
            if fits and t.best.pos not in ("NOUN", "VERB", "ADVB"):
                if self.mod_of.get(k) is not None and self.mod_of[k] != n and self.mod_of[k] > k:
                    break
                adjectives.append(fits[0])
                last = k + 1
                k += 1
            elif (
                t.low in (",", "и", "а", "но")
                and last is not None
                and k + 1 < len(tokens)
                and tokens[k + 1].has("ADJF", "PRTF", "ADJS", "PRTS")
            ):
                k += 1
            elif fold(t.low) in DEGREE or (
                t.best.pos == "ADVB" and k + 1 < len(tokens) and tokens[k + 1].has("PRTS", "PRTF")
            ):
                k += 1
            else:
                break
        if adjectives and last is not None:
            last = self._participle_tail(last, adjectives[-1])
            words = []
            for r in adjectives:
                full = next((p for p in r.parse.lexeme if p.tag.POS in ("ADJF", "PRTF") and "nomn" in p.tag
                             and p.tag.number == noun.number and (noun.number == "plur" or p.tag.gender == noun.gender)), None)  # fmt: skip
                words.append(full.word if full else r.lemma)
            base = normalize(tokens, phrase, n + 1) if phrase.mods else nominative(noun, noun.number)
            return last, " ".join([*words, base]), negated
        if (
            first == n + 1
            and first < len(tokens)
            and entry.category in ("hair", "facial_hair", "face", "eyes")
        ):
            p = self.phrases.get(first)
            if p is not None and p.start == first and any(r.case == "ins" for r in p_readings(tokens[first])):
                if tokens[first].best.case == "ins":
                    return first + 1, f"{normalize(tokens, phrase, n + 1)} {tokens[first].low}", False
        return None

    def _trailing(self, phrase: Phrase, verb: int) -> tuple[int, str] | None:
        """ "платья носила простые, коричневые": adjectives after the verb."""
        if phrase.mods or not phrase.noun < verb:
            return None
        k, last = verb + 1, None
        words = []
        noun = phrase.reading
        while k < len(self.tokens):
            fits = [r for r in self.tokens[k].readings if r.pos in MODIFIERS and agrees(r, noun)]
            fits = fits or [
                r
                for r in self.tokens[k].readings
                if r.pos in MODIFIERS and r.case in ("acc", "nom") and r.number == noun.number == "plur"
            ]
            if fits and (k not in self.mod_of or self.mod_of[k] < k):
                words.append(nominative(fits[0], noun.number, noun.gender if noun.number == "sing" else ""))
                last = k + 1
            elif self.tokens[k].low not in (",", "и") or last is None:
                break
            k += 1
        return None if last is None else (last, " ".join([*words, nominative(noun, noun.number)]))

    def _predicate_before(self, phrase: Phrase) -> tuple[int, str, bool] | None:
        """ "забинтована рука"."""
        k = phrase.start - 1
        if k < 0 or phrase.prep or k in self.used:
            return None
        for r in self.tokens[k].readings:
            if r.pos in ("ADJS", "PRTS") and r.key not in NOT_PREDICATE and r.number == phrase.reading.number:
                if self.tokens[k].best.pos not in ("ADJS", "PRTS"):
                    return None
                noun = phrase.reading
                full = next(p for p in plain_readings(r.lemma) if p.pos in MODIFIERS)
                word = nominative(full, noun.number, noun.gender if noun.number == "sing" else "")
                return k, f"{word} {normalize(self.tokens, phrase, phrase.noun + 1)}", False
        return None

    def _participle_tail(self, last: int, reading: Reading) -> int:
        """ "собраны в пучок", "покрыто шрамами": what completes a participle."""
        if reading.pos not in ("PRTS", "PRTF") or last >= len(self.tokens):
            return last
        for p in self.phrases.values():
            if (
                p.start == last
                and not p.prep
                and "ins" in {r.case for r in noun_readings(self.tokens[p.noun])}
            ):
                return p.noun + 1
            if p.prep_at == last and p.start == last + 1 and p.prep in ("в", "во", "на", "под"):
                return p.noun + 1
        return last

    def _covered(self, phrase: Phrase, entry: Thing, end: int, verb: int, owner: Entity | None) -> bool:
        """ "лицо покрывали оспины": the face belongs to the phrase."""
        faces = [
            p for p in self.phrases.values() if p.noun < verb < phrase.start or phrase.noun < verb < p.start
        ]
        for p in faces:
            part = self.thing(p)
            if part is not None and part.category in ("face", "skin", "build") and p.noun != phrase.noun:
                first, last = min(p.noun, phrase.start), max(end, p.noun + 1)
                owner = owner or self.possessor(p, p.noun + 1) or self._body_owner(phrase, None)
                text = f"{p.reading.lemma} в {self.tokens[phrase.noun].low}"
                return self.emit(owner, phrase, entry, first, last, False, text)
        return self.emit(owner or self._body_owner(phrase, verb), phrase, entry, phrase.start, end, False)

    def _wrapped(self, phrase: Phrase, entry: Thing, end: int) -> bool:
        """ "укрытый пледом", "подпоясанный ремнём"."""
        if entry.carried:
            return False
        for k in range(phrase.start - 1, max(-1, phrase.start - 4), -1):
            t = self.tokens[k]
            if t.low in HARD or t.low == ",":
                break
            if t.has("PRTF", "PRTS") and t.best.pos in ("PRTF", "PRTS", "ADJF"):
                if k in self.mod_of and self.mod_of[k] not in self.at and self.mod_of[k] in self.phrases:
                    return False
                return self.emit(
                    self.nominal_owner(phrase.start, end), phrase, entry, phrase.start, end, False
                )
        return False

    def _quality(self, phrase: Phrase) -> bool:
        """ "средних лет", "преклонного возраста"."""
        if phrase.reading.key not in QUALITY or not self._describing(phrase) or phrase.case != "gen":
            return False
        kind = "face" if phrase.reading.key == "красота" else "build"
        kind = "age" if phrase.reading.key in ("год", "лето", "возраст") else kind
        adjective = self.tokens[self._describing(phrase)[0]]
        if kind == "age" and phrase.reading.key in ("год", "лето"):
            if adjective.key not in ("средний", "преклонный", "зрелый", "молодой", "юный", "пожилой"):
                return False
            normalized = f"{adjective.low} {self.tokens[phrase.noun].low}"
        else:
            normalized = normalize(self.tokens, phrase)
        owner = self.nominal_owner(phrase.start, phrase.noun + 1)
        self.add(owner, phrase.start, phrase.noun + 1, kind, normalized, self.negation(phrase.start),
                 (masculine(adjective),), phrase.reading.lemma)  # fmt: skip
        return True

    def _in_hair(self, phrase: Phrase) -> bool:
        """ "в волосах была белая роза": what no list has, worn in the hair."""
        hair = [p for p in self.phrases.values() if p.prep in ("в", "во") and p.noun != phrase.noun
                and self.tokens[p.noun].keys("NOUN") & {"волос", "волосы", "коса", "прическа", "кудри", "локон"}
                and self.clause[p.noun] == self.clause[phrase.noun]]  # fmt: skip
        if not hair or phrase.prep or "nom" not in {r.case for r in noun_readings(self.tokens[phrase.noun])}:
            return False
        place = hair[0]
        if phrase.reading.animacy == "anim":
            return False
        first, end = min(place.whole, phrase.start), max(place.noun, phrase.noun) + 1
        if end - first > 8 or any(i in self.at for i in range(first, end)):
            first, end = phrase.start, phrase.noun + 1
        owner = (
            self.possessor(phrase, end)
            or self.possessor(place, place.noun + 1)
            or self._loose_subject(phrase.noun)
        )
        normalized = f"{normalize(self.tokens, phrase, phrase.noun + 1)} в волосах"
        adjectives = tuple(masculine(self.tokens[m]) for m in self._describing(phrase))
        self.add(owner, first, end, "accessory", normalized, False, adjectives, phrase.reading.lemma)
        return True

    # -- adjectives and verbs ---------------------------------------------------------------------

    def _adjective(self, i: int) -> bool:
        from .adjectives import adjective

        return adjective(self, i)

    def _verb(self, i: int) -> bool:
        t = self.tokens[i]
        if t.best.pos not in ("VERB", "GRND", "ADJS") and t.pos not in ("VERB", "AUX"):
            return False
        if self._thing_does(i):
            return self._part_becomes(i)
        for r in t.readings:
            if r.pos not in ("VERB", "GRND"):
                continue
            if r.key in verbs("expression"):
                self.add(self.subject(i), i, i + 1, "expression", r.lemma, self.negation(i), verb=r.key)
                return True
            if r.key in verbs("become"):
                word, category = verbs("become")[r.key].split()
                self.add(self.subject(i), i, i + 1, category, word, self.negation(i), (word,))
                return True
        return False

    def _part_becomes(self, i: int) -> bool:
        """ "лицо её побледнело": a part of the body that changed."""
        r = next((r for r in self.tokens[i].readings if r.pos == "VERB" and r.key in verbs("become")), None)
        if r is None:
            return False
        for p in self.phrases.values():
            entry = things().get(p.reading.key)
            if entry is None or p.noun in self.used or not 0 < i - p.noun < 3 or p.prep:
                continue
            if entry.category in ("face", "hair", "skin", "eyes", "facial_hair"):
                word = verbs("become")[r.key].split()[0]
                full = next((x for x in plain_readings(word) if x.pos in MODIFIERS), None)
                if full is None:
                    return False
                noun = p.reading
                shown = nominative(full, noun.number, noun.gender if noun.number == "sing" else "")
                owner = self.possessor(p, p.noun + 1) or self._body_owner(p, None)
                return self.emit(
                    owner, p, entry, p.start, i + 1, self.negation(i), f"{shown} {nominative(noun)}"
                )
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

    def _share(self) -> None:
        """Coordinated people share a plural phrase: "мужчина и женщина в дождевиках"."""
        from .adjectives import share

        share(self)


def p_readings(token: Token) -> list[Reading]:
    return noun_readings(token)
