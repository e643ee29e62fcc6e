"""Find what a sentence says of people's looks: one method for each construction."""

import itertools

from .ages import age_spans
from .analysis import Token
from .constructions import FITS, Constructions
from .denials import LACKING
from .found import Found
from .lexicon import Thing, fold, looks, things, verbs, word_set
from .phrases import MODIFIERS, Phrase, nominative, normalize, noun_readings, plain_readings
from .rules import FIRST
from .scene import Entity
from .weighing import weigh

COVERING = frozenset("зонт зонтик вуаль вуалетка вуалька фата паранджа маска чадра покрывало капюшон".split())
COMPARED = {
    "помоложе": ("молодой", "age"), "постарше": ("старший", "age"), "повыше": ("высокий", "build"),
    "пониже": ("низкий", "build"), "потолще": ("толстый", "build"), "пополнее": ("полный", "build"),
    "похудее": ("худой", "build"), "поплотнее": ("плотный", "build"), "покрупнее": ("крупный", "build"),
}  # fmt: skip
RAISED = frozenset("вуаль вуалетка воротник капюшон забрало чадра маска".split())
FANNED = frozenset("обмахиваться помахивать поигрывать".split())
COVER = frozenset("покрывать покрыть усеивать усыпать избороздить изрезать бороздить испещрять".split())
RINGING = frozenset(
    "звенеть бренчать повязываться повязаться обматываться кутаться укутаться закутаться прикрываться "
    "укрываться позвякивать побрякивать поблескивать позванивать звякать".split()
)
CUT = frozenset("стричься остричься подстричься бриться краситься причесываться".split())
UNCLAD = {"босиком": "босой", "нагишом": "голый", "голышом": "голый"}


class SentenceLooks(Constructions):
    """The features of one sentence; `run` adds them to the scene's entities."""

    def run(self) -> None:
        unnamed = self.scene.unnamed() if self._unowned() else None
        for r in FIRST:
            r.apply(self)
        for first, end, normalized, owner_hint in age_spans(self):
            owner = owner_hint or self.nominal_owner(first, end)
            self.add(owner, first, end, "age", normalized, self.negation(first), noun="age")
        i = 0
        n = len(self.tokens)
        while i < n:
            if i not in self.used:
                self._place(i)
            i += 1
        weigh(self)
        self._share()
        if unnamed is not None:
            self._settle_unnamed(unnamed)

    def _unowned(self) -> bool:
        """Looks in a list, nobody they could be of, and no verb: "Рыжие волосы, зелёные глаза"."""
        if self.scene.entities or any(f.kind != "poss" for f in self.found):
            return False
        acting = [t for t in self.tokens if self.is_verb(t.i) and not t.keys("VERB") & verbs("be").keys()]
        return not acting

    def _settle_unnamed(self, entity: Entity) -> None:
        opens = [t for t in self.tokens if t.low[0].isalnum() and t.best.pos not in ("PREP", "NUMR")]
        colon = next((t.i for t in self.tokens[:6] if t.low == ":"), -1)
        opens = [
            t for t in opens if t.i > colon or t.start >= min((x.start for x in entity.facts), default=0)
        ]
        titled = self._titled(colon) if entity.facts else None
        if titled is not None:
            f = Found(titled.i, titled.i, titled.i, "pron", titled.best.lemma, "u", "sing", "nom")
            entity.mention(f, titled.start, titled.end)
        elif (
            not entity.facts
            or (opens and opens[0].start > max(x.end for x in entity.facts))
            or (opens and all(x.start > opens[0].start for x in entity.facts))
        ):
            self.scene.entities.remove(entity)
        elif entity.head is None:
            start = min(x.start for x in entity.facts)
            told = next(t for t in self.tokens if t.start >= start and t.best.pos != "PREP")
            f = Found(told.i, told.i, told.i, "pron", told.best.lemma, entity.gender, "sing", "nom")
            entity.mention(f, told.start, told.end)

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
        if i in self.phrases and not (self.mod_of.get(i) and i not in self.phrases):
            if self._noun(i):
                return
        if t.has("ADJF", "PRTF", "ADJS", "PRTS"):
            if self._adjective(i):
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
        for category, normal, _ in f.person.facts:
            apposition = self.tokens[f.start - 1].low == "," and not f.denied
            if category == "hair_color" and not apposition:  # "она была брюнетка"
                adjectives, _, noun = normal.rpartition(" ")
                told = tuple(x.lemma for w in adjectives.split() for x in plain_readings(w)[:1])
                self.add(f.entity, f.first, f.end, category, normal, f.denied, told, noun)
                return
        if f.person.kind not in ("role", "folk") or f.keys & word_set("absent.txt", "praise"):
            return
        self.add(f.entity, f.first, f.end, "role", f.lemma, self.negation(f.start), noun=f.lemma)

    def _noun(self, n: int) -> bool:
        phrase = self.phrases[n]
        entry = self.thing(phrase)
        tokens = self.tokens
        if entry is None:
            return self._quality(phrase) or self._in_hair(phrase) or self._under_eyes(phrase, entry)
        if any(m in self.used for m in range(phrase.start, n + 1)) or self._inside(phrase):
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
        if coordinated is not None and (enough or coordinated[1]):
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
            seen = entry.category in ("face", "other", "expression", "hair") and not entry.needs
            if seen and phrase.case == "loc":
                return self.emit(
                    self.nominal_owner(whole, end), phrase, entry, whole, end, self.negation(whole)
                )
            if body and entry.category in ("eyes", "face") and described:
                owner = self.possessor(phrase, end)
                return owner is not None and self.emit(owner, phrase, entry, phrase.start, end, False)
            return False
        if prep == "на":
            if (
                body
                and (described or not entry.needs)
                and any(
                    f.kind == "poss" and (f.first in phrase.mods or f.first == phrase.start - 1)
                    for f in self.found
                )
            ):
                return self.emit(self.possessor(phrase, end), phrase, entry, phrase.start, end, False)
            if (
                entry.category == "clothes"
                and phrase.case == "loc"
                and fold(tokens[n].low)
                in ("шпильках", "каблуках", "шпильке", "каблуке", "коньках", "роликах")
            ):
                return self.emit(
                    self.nominal_owner(whole, end), phrase, entry, whole, end, self.negation(whole)
                )
            if entry.carried and any(
                t.keys() & verbs("lean").keys() for t in tokens[max(0, whole - 5) : whole]
            ):
                return self.emit(self._verb_owner(whole), phrase, entry, phrase.start, end, False)
            if (
                body
                and (described or not entry.needs)
                and phrase.case == "loc"
                and (self.possessor(phrase, end) is not None)
            ):
                return self.emit(self.possessor(phrase, end), phrase, entry, phrase.start, end, False)
            if entry.carried and phrase.case == "loc" and phrase.reading.key in ("костыль",):
                return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
            return False
        if prep == "под" and phrase.reading.key in COVERING:
            return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
        if prep == "из-под" and (
            entry.category in ("headwear",) or phrase.reading.key in ("очки", "капюшон", "челка")
        ):
            owner = self.possessor(phrase, end) or self._continuing(n) or self.nominal_owner(whole, end)
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if prep == "под" and worn and phrase.case == "ins" and entry.category == "clothes":
            owner = self.possessor(phrase, end)
            verb = self._clause_verb(n)
            if owner is None and verb is not None:
                owner = self.subject(verb)
            return self.emit(owner, phrase, entry, whole, end, False)
        if (
            prep == "за"
            and phrase.case == "ins"
            and (
                entry.english == "glasses"
                or (phrase.reading.key == "стекло" and "очки" in {t.key for t in tokens[n + 1 : n + 3]})
            )
        ):
            owner = self.possessor(phrase, end) or self._continuing(n) or self.nominal_owner(whole, end)
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if prep == "по" and phrase.case == "dat" and described and entry.category in ("hair", "facial_hair"):
            owner = self.possessor(phrase, end) or self._verb_owner(n)  # "провёл по редким волосам"
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if prep == "поверх" and entry.category == "clothes" and phrase.case == "gen":
            return self.emit(self._verb_owner(whole), phrase, entry, phrase.start, end, False)
        if prep == "при" and worn:
            return self.emit(self.nominal_owner(whole, end), phrase, entry, whole, end, False)
        if prep or entry.held:
            owner = next((f.entity for f in self.found if f.kind == "poss" and f.first in phrase.mods), None)
            if owner is not None and body and described:
                return self.emit(owner, phrase, entry, phrase.start, end, False)
            return False
        return self._bare_noun(phrase, entry, end, enough, described, worn, body)

    def _inside(self, phrase: Phrase) -> bool:
        """Part of a longer phrase: "в летней без пояса белой рубашке"."""
        if phrase.prep not in ("без", "до", "с", "со", "от", "из", "на"):
            return False
        return any(
            p.start < phrase.whole and phrase.noun < p.noun and p.mods and p.mods[0] < phrase.whole
            for p in self.phrases.values()
            if p is not phrase and p.noun - phrase.noun < 6 and self.thing(p) is not None
        )

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

    def _wear_in(self, phrase: Phrase, entry: Thing, whole: int, end: int) -> bool:
        first = whole
        owner = None
        verb = self._near_verb(whole, verbs("dress").keys() - verbs("be").keys())
        if verb is not None and self.tokens[verb].has("VERB", "GRND"):
            dressed = [f for f in self.people_here() if verb < f.start and f.end == whole and f.case == "acc"]
            itself = any(r.lemma.endswith(("ся", "сь")) for r in self.tokens[verb].readings)
            owner = dressed[-1].entity if dressed and not itself else self.subject(verb)
        owner = owner or self._dressed_by(whole) or self.nominal_owner(whole, end)
        return self.emit(owner, phrase, entry, first, end, self.negation(whole) or self._negated_verb(whole))

    def _dressed_by(self, whole: int) -> Entity | None:
        """ "помог Ульяне, одетой в сарафан": whom the participle right before agrees with."""
        from .adjectives import fitting

        for k in range(whole - 1, max(0, whole - 3), -1):
            options = [r for r in self.tokens[k].readings if r.pos == "PRTF"]
            if options and self.tokens[k - 1].low == ",":
                before = [f for f in self.people_here() if f.last < k and f.kind in ("noun", "name", "pron")]
                fits = [f for f in before if fitting(self, f, options) == 2]
                return fits[-1].entity if fits else None
        return None

    def _bare_noun(
        self, phrase: Phrase, entry: Thing, end: int, enough: bool, described: bool, worn: bool, body: bool
    ) -> bool:
        tokens, n = self.tokens, phrase.noun
        if self._under_eyes(phrase, entry):
            return True
        verb = self._clause_verb(n)
        keys = set() if verb is None else tokens[verb].keys("VERB", "GRND", "INFN")
        lemmas = {r.case for r in noun_readings(tokens[n])}
        adorned = "nom" in lemmas and verb is not None and n < verb and self._thing_does(verb)
        if keys & verbs("remove").keys() and not keys & verbs("wear").keys() and not adorned:
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
        if "gen" in lemmas and self._denied(phrase) and not (body and self._unseen(phrase)):
            owner = self.possessor(phrase, end) or (self.subject(verb) if verb is not None else None)
            if owner is self.scene.narrator and owner is not None and self.others_here():
                owner = self.others_here()[0].entity  # "ни морщинки: такой Аню я видел впервые"
            k = phrase.start
            before = self._denial_start(phrase)
            first = before if before is not None and all(x not in self.at for x in range(before, k)) else k
            if first < k - 3:
                first = k
            done = self.emit(owner or self.scene.topic(), phrase, entry, first, end, True)
            if done and first < k and tokens[k - 1].keys("VERB", "PRTF", "PRTS", "NOUN") & LACKING:
                self.made[-1] = (*self.made[-1][:4], "без", "gen")  # "лишён бровей и ресниц"
            return done
        predicate = self._predicate(phrase, entry) if "nom" in lemmas else None
        if predicate is None and "nom" in lemmas and body:
            predicate = self._predicate_before(phrase)
            if predicate is not None:
                owner = self.possessor(phrase, end) or self._body_owner(phrase, None)
                return self.emit(owner, phrase, entry, predicate[0], end, predicate[2], predicate[1])
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
        if phrase.reading.key in RAISED:
            wears |= keys & {"поднять", "поднимать", "опустить", "опускать", "откинуть", "приспустить"}
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
                negated = self.verb_denied(verb) or self.negation(phrase.start)
                return self.emit(owner or self.subject(verb), phrase, entry, phrase.start, end, negated)
        if phrase.case == "ins" or ("ins" in lemmas and "nom" not in lemmas):
            if not enough or not (
                body
                or keys & {"щеголять", "сверкать", "блестеть", "обмотать", "укрыть", "блеснуть"}
                or (worn and keys & RINGING)
                or keys & FANNED
            ):
                return self._wrapped(phrase, entry, end)
            got = keys & {"обзавестись", "обзаводиться", "обрасти", "отличаться", "сверкать"}
            if entry.category in ("build", "other") and not (self._looks_like(phrase) or got):
                return False
            owner = owner or (
                self.subject(verb) if verb is not None else self.nominal_owner(phrase.start, end)
            )
            return self.emit(owner, phrase, entry, phrase.start, end, False)
        if "nom" in lemmas or "acc" in lemmas:
            if not enough:
                return self._part_does(phrase, entry, end, verb, keys) or self._under_eyes(phrase, entry)
            if body:
                if described and entry.category in ("build", "other") and not self._looks_like(phrase):
                    if owner is None:
                        return False
                if entry.category == "expression" and fold(entry.word) in ("вид",) and not described:
                    return False
                if verb is not None and keys & COVER and not described:
                    return self._covered(phrase, entry, end, verb, owner)
                owner = owner or self._body_owner(phrase, verb)
                first, last = self._clause_of(phrase, end, verb)
                normal = normalize(tokens, phrase, end)
                return self.emit(owner, phrase, entry, first, last, False, normal)
            if phrase.case not in ("nom", "acc") and "nom" not in lemmas:
                return False
            first, last = self._clause_of(phrase, end, verb)
            normal = normalize(tokens, phrase, end)
            if owner is not None and self._shown(phrase, verb, keys):
                negated = self.negation(phrase.start)
                return self.emit(owner, phrase, entry, first, last, negated, normal)
            if entry.carried and verb is not None and not self._thing_does(verb):
                if any("tran" in r.grams for r in tokens[verb].readings if r.pos == "VERB"):
                    return False  # "подхватил чемодан"
            if self._on_body(n) or (keys & FITS and not self._elsewhere(n)):
                owner = owner or self._body_owner(phrase, verb)
                return self.emit(owner, phrase, entry, first, last, False, normal)
            joined = [m for m in self.made if m[1] <= phrase.start and phrase.start - m[1] <= 2]
            if (
                joined
                and not joined[-1][4]
                and tokens[phrase.start - 1].low in ("и", ",")
                and not self.is_verb(phrase.start - 1)
            ):
                return self.emit(joined[-1][2], phrase, entry, phrase.start, end, joined[-1][3])
            acting = (
                verb is not None
                and described
                and any(r.pos == "VERB" and "tran" in r.grams for r in tokens[verb].readings)
                and phrase.noun < verb
                and "nom" in lemmas
                and self._thing_does(verb)
                and not any(f.case == "nom" and self.clause[f.first] == self.clause[n] for f in self.found)
            )  # "цветастая юбка мела пыль"
            if (verb is None or acting) and self.scene.entities and not self._elsewhere(n):
                return self.emit(self._body_owner(phrase, verb), phrase, entry, phrase.start, end, False)
        return False

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
                end = i + 1
                for p in self.phrases.values():
                    if p.start == end and i + 1 < end and p.case == "gen" and not p.prep:
                        end = p.noun + 1
                    elif p.prep_at == end and p.prep == "до":
                        end = p.noun + 1  # "покраснел до корней волос"
                self.add(self.subject(i), i, end, "expression", r.lemma, self.negation(i), verb=r.key)
                return True
            grown = self.phrases.get(i + 2) or self.phrases.get(i + 1)
            if r.key in ("обрасти", "зарасти") and grown is not None and grown.case == "ins":
                continue  # "оброс рыжеватой щетиной": the stubble is the feature
            if r.key in CUT and i + 1 < len(self.tokens) and self.tokens[i + 1].best.pos == "ADVB":
                word = f"{r.lemma} {self.tokens[i + 1].low}"
                self.add(self.subject(i), i, i + 2, "hair_style", word, self.negation(i), verb=r.key)
                return True
            if r.key in verbs("become"):
                word, category = verbs("become")[r.key].split()
                end = (
                    i + 2
                    if i + 1 < len(self.tokens) and self.tokens[i + 1].low in ("лицом", "телом")
                    else i + 1
                )
                to = next((p for p in self.phrases.values() if p.prep == "до" and p.prep_at == end), None)
                end = to.noun + 1 if to is not None else end  # "покраснел до корней волос"
                self.add(self.subject(i), i, end, category, word, self.negation(i), (word,))
                return True
        return False

    def _compared(self, i: int) -> bool:
        """ "второй, помоложе, в кепке" """
        before = self.tokens[i - 1].low if i > 0 else ""
        found = COMPARED.get(fold(self.tokens[i].low))
        if found is None or before not in (",", "и", "чуть", "немного"):
            return False
        self.add(self.nominal_owner(i, i + 1), i, i + 1, found[1], found[0], False, (found[0],))
        return True

    def _more(self, i: int) -> bool:
        """ "она была моложе и красивее сестры": said of the subject, in the positive."""
        t = self.tokens[i]
        r = next((r for r in t.readings if r.pos == "COMP"), None)
        before = self.tokens[i - 1] if i > 0 else None
        if r is None or before is None or t.best.pos != "COMP" or r.key not in looks():
            return False
        joined = before.low in ("и", ",") and (i - 2 in self.used)
        scale = fold(before.low) in (
            "гораздо",
            "намного",
            "чуть",
            "еще",
            "заметно",
            "куда",
            "немного",
            "явно",
        )
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

    def _share(self) -> None:
        """Coordinated people share a plural phrase: "мужчина и женщина в дождевиках"."""
        from .adjectives import share

        share(self)
