"""What a phrase names as a feature: the listed thing, its category, and the words it is given in."""

from dataclasses import replace

from ..grammar.agreement import MODIFIERS, agrees, is_pointing, noun_readings
from ..grammar.nominative import masculine, normalize
from ..grammar.phrases import Phrase
from ..grammar.tokens import Reading
from ..lexicon.compounds import is_colour
from ..lexicon.lists import Thing, base_of, fold, people, things, word_set
from ..lexicon.neighbours import kind_of
from ..people.coreference.entity import Entity
from .extent import FURS, QUANTITY, extent
from .predicates import Predicates
from .sentence import WORN_PLACES

CARRIED_AT = word_set("grammar.txt", "carried at")
JOINING = (",", "и", "или", "да", "также", "а", "ни")
HAIR_PLACES = word_set("grammar.txt", "in hair")


ABSTRACT = ("ение", "ание", "енье", "анье", "ость", "ство")  # nobody holds that


class Wording(Predicates):
    """Extent, normal form and category of a feature."""

    def thing(self, phrase: Phrase) -> Thing | None:
        """Lexicon entry of the phrase's noun, a guess from its neighbours when no list has it."""
        low = fold(self.tokens[phrase.noun].low)
        if low in things() and phrase.reading.key not in things():
            return things()[low]  # "худи" and other words the dictionary does not know
        return (
            self._listed(phrase)
            or self._measured(phrase)
            or self._furs(phrase)
            or self._worn_in_hair(phrase)
            or self._held(phrase)
            or self._put_on(phrase)
            or self._small(phrase)
        )

    def _listed(self, phrase: Phrase) -> Thing | None:
        """Entry of one of the noun's readings; the phrase takes that reading where its words allow."""
        nouns = [r for r in self.tokens[phrase.noun].readings if r.pos == "NOUN"]
        options = [phrase.reading, *[r for r in nouns if r.case == phrase.case]]
        if phrase.reading.key not in things():
            options += nouns
        for r in options:
            entry = _entry(r.key)
            if entry is None:
                continue
            if r is not phrase.reading and r.case and (not phrase.prep or r.case == phrase.case):
                if not phrase.mod_readings or self._some_agree(phrase, r):
                    phrase.reading = r
            return entry
        return None

    def _some_agree(self, phrase: Phrase, noun: Reading) -> bool:
        return any(agrees(a, noun) for m in phrase.mod_readings for a in self.tokens[m].readings)

    def _all_agree(self, phrase: Phrase, noun: Reading) -> bool:
        return all(any(agrees(a, noun) for a in self.tokens[m].readings) for m in phrase.mod_readings)

    def _read_as(self, phrase: Phrase, noun: Reading) -> None:
        """Give the phrase another reading of its noun, one that all its modifiers agree with."""
        phrase.reading = noun
        for m in phrase.mod_readings:
            phrase.mod_readings[m] = next(a for a in self.tokens[m].readings if agrees(a, noun))

    def _measured(self, phrase: Phrase) -> Thing | None:
        """ "копна волос" is hair."""
        inner = self.phrase_at(phrase.noun + 1) if phrase.reading.key in QUANTITY else None
        if inner is None or inner.reading.key not in things():
            return None
        if not any(r.case == "gen" for r in noun_readings(self.tokens[inner.noun])):
            return None
        part = things()[inner.reading.key]
        return Thing(part.word, part.category, False, part.carried, part.english)

    def _furs(self, phrase: Phrase) -> Thing | None:
        """ "в соболях" """
        many = phrase.reading.key in FURS and phrase.reading.number == "plur"
        return Thing("меха", "clothes", False, False, "furs") if many and phrase.prep in ("в", "во") else None

    def _worn_in_hair(self, phrase: Phrase) -> Thing | None:
        """ "с розой в волосах": whatever it is, it is worn."""
        place = self.governed_at(phrase.noun + 1) if phrase.case == "ins" else None
        if place is None or place.prep not in ("в", "во", "за"):
            return None
        worn = self.tokens[place.noun].keys("NOUN") & HAIR_PLACES
        return Thing(phrase.reading.lemma, "accessory", False, False, "") if worn else None

    def _held(self, phrase: Phrase) -> Thing | None:
        """ "с мячом под мышкой", "с попугаем на плече"; without a place, what is near to listed things."""
        key = phrase.reading.key
        animal = key in word_set("absent.txt", "animal")
        held = phrase.prep in ("с", "со") and phrase.case == "ins"
        if not held or not (animal or phrase.reading.animacy == "inan") or key.endswith(ABSTRACT):
            return None  # "с чириканьем над головами"
        place = self.governed_at(phrase.noun + 1)
        worn = place is not None and bool(self.tokens[place.noun].keys("NOUN") & (WORN_PLACES | CARRIED_AT))
        if worn or (not animal and kind_of(key) == "thing:accessory:0"):
            return Thing(phrase.reading.lemma, "accessory", False, True, "", held=not worn)
        return None

    def _put_on(self, phrase: Phrase) -> Thing | None:
        """ "в кардигане": a word near to listed clothes."""
        if phrase.prep not in ("в", "во") or phrase.case != "loc" or phrase.reading.animacy != "inan":
            return None
        kind = kind_of(phrase.reading.key)
        if not kind.startswith(("thing:clothes", "thing:headwear")):
            return None
        return Thing(phrase.reading.lemma, kind.split(":")[1], False, False, "")

    def _small(self, phrase: Phrase) -> Thing | None:
        """ "в панталончиках", "куртёнка": made of a listed word."""
        if phrase.reading.animacy == "anim" or phrase.reading.key in people():
            return None
        base = base_of(phrase.reading.key)
        return things()[base] if base else None

    def extend(self, phrase: Phrase, entry: Thing) -> int:
        """One past the last token of the complements."""
        return extent(self, phrase, entry)

    def _describing(self, phrase: Phrase) -> list[int]:
        told = [m for m in phrase.mods if m == phrase.start or self.tokens[m - 1].low != "не"]
        return [m for m in told if not is_pointing(self.tokens[m]) and self.tokens[m].has(*MODIFIERS)]

    def _category(self, entry: Thing, adjectives: list[str]) -> str:
        if entry.category == "hair":
            colour = any(is_colour(a) for a in adjectives) or fold(entry.word) in ("седина", "проседь")
            return "hair_color" if colour else "hair_style"
        return entry.category

    def emit(
        self,
        owner: Entity | None,
        phrase: Phrase,
        entry: Thing,
        first: int,
        end: int,
        negated: bool,
        normalized: str = "",
    ) -> bool:
        if owner is None:
            return False
        adjectives = [masculine(self.tokens[m], phrase.mod_readings.get(m)) for m in self._describing(phrase)]
        tail = self.tokens[phrase.noun + 1 : end]
        adjectives += [masculine(t) for t in tail if t.best.pos in MODIFIERS]
        if first == phrase.start:
            while first < phrase.noun and (is_pointing(self.tokens[first]) or self.tokens[first].low == "же"):
                first += 1
        self.add(
            owner,
            first,
            end,
            self._category(entry, adjectives),
            normalized or normalize(self.tokens, phrase, end),
            negated,
            tuple(adjectives),
            phrase.reading.lemma,
            prep=phrase.prep,
            case=phrase.case,
        )
        return True

    def _as_locative(self, phrase: Phrase) -> None:
        """Read "в платье" as wearing where the form allows it."""
        for r in noun_readings(self.tokens[phrase.noun]):
            if r.case == "loc" and r.key == phrase.reading.key and self._all_agree(phrase, r):
                self._read_as(phrase, r)
                return

    def _coordinated_feature(self, phrase: Phrase) -> tuple[Entity, bool, str, str] | None:
        """Owner and negation of the feature this one is joined to by и or a comma, same case, no verb."""
        k = phrase.start - 1
        while k >= 0 and self.tokens[k].low in JOINING:
            k -= 1
        joint = [t.low for t in self.tokens[k + 1 : phrase.start]]
        if not joint or phrase.prep or "а" in joint:
            return None
        for _, end, owner, negated, prep, case in reversed(self.made):
            if end == k + 1 and prep and self._read_in_case(phrase, case):
                return owner, negated, prep, case
        return None

    def _read_in_case(self, phrase: Phrase, case: str) -> bool:
        """Read the phrase in this case, if its words can stand in it."""
        options = [r for r in noun_readings(self.tokens[phrase.noun]) if r.case == case]
        if phrase.case == case:
            return bool(options)
        fits = next((r for r in options if self._all_agree(phrase, r)), None)
        if fits is None:
            return False
        self._read_as(phrase, fits)
        return True


def _entry(key: str) -> Thing | None:
    """Entry of a word, of a hyphenated one by its first or last part: "платье-халат"."""
    entry = things().get(key)
    if entry is None and "-" in key:
        parts = key.split("-")
        entry = things().get(parts[0]) or things().get(parts[-1])
        if entry is not None and entry.needs:
            return replace(entry, needs=False)  # "ногти-миндаль"
    return entry
