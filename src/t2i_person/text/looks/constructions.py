"""Constructions beyond the plain phrase: verbs that tell how a thing looks, hair, years, what is stuck on."""

from collections.abc import Set

from ..grammar.agreement import noun_readings
from ..grammar.marks import DASH, HARD
from ..grammar.nominative import locative, masculine, nominative, normalize
from ..grammar.phrases import Phrase
from ..lexicon.lists import Thing, fold, things, verbs, word_set
from ..model import WORN
from ..people.coreference.entity import Entity
from .extent import WAYS
from .wording import Wording

QUALITY = word_set("rules.txt", "quality")
STUCK = word_set("rules.txt", "stuck")
WHITHER = ("на", "до", "из", "с", "по", "в", "во")
THERE = word_set("rules.txt", "there")
SOIL = word_set("rules.txt", "soil")
UNDER_EYES = word_set("rules.txt", "under eyes")
HAIR = word_set("rules.txt", "hair with something in it")
TO_BE_SEEN = word_set("rules.txt", "to be seen")
LIFE = word_set("rules.txt", "of years")


class Constructions(Wording):
    """Less common ways of saying how someone looks; each returns whether it made a feature."""

    def _clause_of(self, phrase: Phrase, end: int, verb: int | None) -> tuple[int, int]:
        """ "плащ висел клочьями", "на щеке белел шрам": without an adjective it is the verb that tells."""
        there = self.place_before(phrase, end)
        plain = phrase.start if there is None else there.whole, end
        if verb is None or self.clause[verb] != self.clause[phrase.noun] or not self._does(phrase, verb):
            return plain
        if self._describing(phrase) and not self.tokens[verb].keys("VERB") & verbs("part").keys():
            return plain
        if end <= verb <= end + 3:
            return self._with_verb_after(phrase, end, verb)
        place = next((p for p in self.phrases.values() if self._there(p, verb, phrase)), None)
        if place is None or verb + 1 != phrase.start or verb - place.noun > 3:
            return plain
        return plain if any(k in self.used for k in range(place.whole, verb)) else (place.whole, end)

    def _there(self, place: Phrase, verb: int, phrase: Phrase) -> bool:
        """A place of the body before the verb, and behind the verb what is there: "по щекам текли слёзы"."""
        keys = self.tokens[place.noun].keys("NOUN")
        if not place.noun < verb < phrase.start or place.whole == place.start:
            return False
        on = place.prep == "на" and keys & word_set("things.txt", "place")
        return bool(on or {f"{place.prep} {key}" for key in keys} & THERE)

    def place_before(self, phrase: Phrase, end: int) -> Phrase | None:
        """ "на щеке родинка", "через бровь — шрам": the place right before what is there, with no verb."""
        k = phrase.start - 1
        k -= k > 0 and self.tokens[k].low in DASH
        while k > 0 and (self.tokens[k].low == "у" or (k in self.at and self.at[k].kind in ("pron", "poss"))):
            k -= 1  # "на щеке у него родинка"
        place = self.phrases.get(k)
        if phrase.prep or place is None or place.noun in self.used or place.whole == place.start:
            return None
        prep = "в" if place.prep == "во" else place.prep
        spots = {f"{prep} {key}" for key in self.tokens[place.noun].keys("NOUN")}
        opens = place.whole == 0 or not self.tokens[place.whole - 1].low[0].isalnum()
        opens = opens or self.tokens[place.whole - 1].low in ("и", "а", "да", "только", "лишь")
        alone = (end == len(self.tokens) or not self.is_verb(end)) and not self.barred & {place.noun}
        return place if opens and alone and spots & THERE else None

    def _does(self, phrase: Phrase, verb: int) -> bool:
        """The noun agrees with an intransitive verb that tells more than that it is there."""
        does = [r for r in self.tokens[verb].readings if r.pos == "VERB" and "intr" in r.grams]
        noun = phrase.reading
        agrees = any(r.number == noun.number and r.gender in ("", noun.gender) for r in does)
        return agrees and not self.tokens[verb].keys("VERB") & verbs("be").keys()

    def _with_verb_after(self, phrase: Phrase, end: int, verb: int) -> tuple[int, int]:
        if any(self.tokens[k].low in ("и", ",") or k in self.used for k in range(end, verb)):
            return phrase.start, end
        last = verb + 1
        how = next((p for p in self.phrases.values() if p.start == last and not p.prep), None)
        if how is not None and self.tokens[how.noun].best.case == "ins" and how.noun not in self.used:
            last = how.noun + 1
        if last < len(self.tokens) and fold(self.tokens[last].low) in WAYS:
            return phrase.start, last + 1  # "бабочка съехала набок"
        whither = self.governed_at(last)  # "очки сползли на нос", "рубашка вылезла из брюк"
        if whither is not None and whither.prep in WHITHER and whither.noun not in self.used:
            listed = things().keys() | word_set("things.txt", "place") | word_set("things.txt", "part")
            if self.tokens[whither.noun].keys("NOUN") & listed:
                last = whither.noun + 1
        return phrase.start, last

    def _unseen(self, phrase: Phrase) -> bool:
        """ "не было видно глаз" """
        around = self.tokens[max(0, phrase.start - 3) : phrase.noun + 4]
        return any(t.low in TO_BE_SEEN for t in around)

    def _part_does(self, phrase: Phrase, entry: Thing, end: int, verb: int | None, keys: Set[str]) -> bool:
        """ "щёки пылали румянцем", "глаза слезятся": the verb is what describes the part."""
        worn = entry.category in WORN
        if verb is None or worn or not keys & verbs("part").keys() or not 0 <= verb - phrase.noun <= 4:
            return False
        does = next((r for r in self.tokens[verb].readings if r.pos == "VERB"), None)
        if does is None:
            return False  # "глаза, блестя, следили"
        subjects = [r for r in noun_readings(self.tokens[phrase.noun]) if r.case == "nom"]
        if not any(r.number == does.number and does.gender in ("", r.gender) for r in subjects):
            return False
        how = next((p for p in self.phrases.values() if self._tells_how(p, verb + 1)), None)
        last = how.noun + 1 if how is not None else verb + 1
        owner = self.possessor(phrase, end) or self._body_owner(phrase, None)
        spoken = " ".join(t.low for t in self.tokens[verb:last])
        normal = f"{normalize(self.tokens, phrase, phrase.noun + 1)} {spoken}"
        return self.emit(owner, phrase, entry, phrase.start, last, self.negation(verb), normal)

    def _tells_how(self, phrase: Phrase, place: int) -> bool:
        """What follows a part's verb at the place: "пылали румянцем", "от слёз", "на щеках"."""
        if phrase.reading.animacy == "anim":
            return False
        noun = self.tokens[phrase.noun]
        if phrase.start == place and not phrase.prep and phrase.noun not in self.used:
            if noun.best.case == "ins":
                return True
        if phrase.prep_at != place or phrase.prep not in ("на", "от", "в"):
            return False
        return phrase.prep == "от" or bool(noun.keys("NOUN") & word_set("things.txt", "place"))

    def _stuck(self, phrase: Phrase) -> bool:
        """ "в петлице белела гвоздика", "за поясом торчал нож", "в зубах дымилась сигара" """
        nominative_too = any(r.case == "nom" for r in noun_readings(self.tokens[phrase.noun]))
        if phrase.prep or phrase.noun in self.at or phrase.reading.animacy == "anim" or not nominative_too:
            return False
        verb = self._clause_verb(phrase.noun)
        if verb is None or not self._thing_does(verb):
            return False
        there = verbs("be").keys() | verbs("fits").keys() | {"дымиться"}
        if not self.tokens[verb].keys("VERB") & there:
            return False
        for p in self.phrases.values():
            spot = f"{p.prep} {self.tokens[p.noun].key}"
            if spot in STUCK and self.clause[p.noun] == self.clause[phrase.noun]:
                owner = self.possessor(phrase, phrase.noun + 1) or self._body_owner(phrase, None)
                if owner is None:
                    return False
                told = tuple(masculine(self.tokens[m]) for m in self._describing(phrase))
                end = phrase.noun + 1
                normal = normalize(self.tokens, phrase, end)
                self.add(owner, phrase.start, end, "accessory", normal, False, told, phrase.reading.lemma)
                return True
        return False

    def _under_eyes(self, phrase: Phrase, entry: Thing | None) -> bool:
        """ "под глазами лежали тени" """
        if phrase.reading.key not in UNDER_EYES:
            return False
        for p in self.phrases.values():
            if (
                p.prep == "под"
                and self.tokens[p.noun].keys("NOUN") & {"глаз"}
                and self.clause[p.noun] == self.clause[phrase.noun]
            ):
                owner = self.possessor(phrase, phrase.noun + 1) or self._body_owner(phrase, None)
                first, end = min(p.whole, phrase.start), max(p.noun, phrase.noun) + 1
                if owner is None or end - first > 8:
                    return False
                normal = f"{normalize(self.tokens, phrase, phrase.noun + 1)} под глазами"
                self.add(owner, first, end, "face", normal, False, (), phrase.reading.lemma)
                return True
        return False

    def _shown(self, phrase: Phrase, verb: int | None, keys: Set[str]) -> bool:
        """The garment is on its owner: "на нём был пиджак", "её платье", not "его шляпа лежала на столе"."""
        if verb is None or keys & verbs("be").keys() or keys & verbs("fits").keys():
            return not self._elsewhere(phrase.noun)
        subject = self.tokens[phrase.noun].best.case == "nom" or self._thing_does(verb)
        return not self._elsewhere(phrase.noun) and subject

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
                text = f"{nominative(p.reading)} в {locative(phrase.reading)}"
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
        if self._in_years(phrase):
            return True
        if phrase.prep in ("в", "во") and phrase.case == "loc" and phrase.reading.key in SOIL:
            k = phrase.prep_at - 1  # "весь в грязи"
            if k >= 0 and (self.tokens[k].keys("ADJF") & {"весь"} or k in self.used):
                owner = self.nominal_owner(phrase.prep_at, phrase.noun + 1)
                normal = normalize(self.tokens, phrase)
                self.add(
                    owner, phrase.prep_at, phrase.noun + 1, "other", normal, False, (), phrase.reading.lemma
                )
                return owner is not None
        if phrase.reading.key not in QUALITY or not self._describing(phrase) or phrase.case != "gen":
            return False
        kind = "face" if phrase.reading.key == "красота" else "build"
        kind = "age" if phrase.reading.key in ("год", "лето", "возраст") else kind
        adjective = self.tokens[self._describing(phrase)[0]]
        if kind == "age" and phrase.reading.key in ("год", "лето"):
            if adjective.key not in LIFE:
                return False
            normalized = f"{adjective.low} {self.tokens[phrase.noun].low}"
        else:
            normalized = normalize(self.tokens, phrase)
        owner = self.nominal_owner(phrase.start, phrase.noun + 1)
        self.add(
            owner,
            phrase.start,
            phrase.noun + 1,
            kind,
            normalized,
            self.negation(phrase.start),
            (masculine(adjective),),
            phrase.reading.lemma,
        )
        return True

    def _in_years(self, phrase: Phrase) -> bool:
        """ "в летах", "в преклонном возрасте" """
        told = self._describing(phrase)
        bare = not told and self.tokens[phrase.noun].low in ("летах", "годах", "возрасте")
        grown = bool(told) and phrase.reading.key == "возраст" and self.tokens[told[0]].key in LIFE
        if phrase.prep != "в" or phrase.case != "loc" or not (bare or grown):
            return False
        near = phrase.prep_at - 1
        near -= self.tokens[near].low in ("уже", "тоже")
        if bare and (
            (
                phrase.noun + 1 < len(self.tokens)
                and self.tokens[phrase.noun + 1].best.pos in ("NOUN", "ADJF", "NUMR", "PRTF")
            )
            or not (near in self.at or near in self.used or self.tokens[near].low in (",", "был", "была"))
        ):
            return False
        owner = self.nominal_owner(phrase.prep_at, phrase.noun + 1)
        if owner is None:
            return False
        normal = "пожилой" if bare else normalize(self.tokens, phrase)
        self.add(owner, phrase.prep_at, phrase.noun + 1, "age", normal, False, (normal,))
        return True

    def _in_hair(self, phrase: Phrase) -> bool:
        """ "в волосах была белая роза": what no list has, worn in the hair."""
        hair = [
            p
            for p in self.phrases.values()
            if p.prep in ("в", "во")
            and p.noun != phrase.noun
            and self.tokens[p.noun].keys("NOUN") & HAIR
            and self.clause[p.noun] == self.clause[phrase.noun]
            and self.same_segment(p.noun, phrase.noun)
        ]
        if not hair:
            return self._stuck(phrase)
        if phrase.prep or "nom" not in {r.case for r in noun_readings(self.tokens[phrase.noun])}:
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
