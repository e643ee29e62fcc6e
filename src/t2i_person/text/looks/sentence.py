"""A sentence as the rules of looks see it: its tokens, people, noun phrases and clauses."""

from functools import cached_property

from ..grammar.marks import DASH, HARD
from ..grammar.phrases import Phrase, build, look_of
from ..grammar.tokens import Token
from ..lexicon.lists import fold, things, verbs, word_set
from ..people.coreference.entity import Entity, Fact
from ..people.coreference.scene import Scene
from ..people.found import Found

BREAKS = frozenset('« » “ ” ! ? ; … "'.split())
ENDS = (";", ".", "!", "?")
WORN_PLACES = word_set("grammar.txt", "worn at")
MEMBERS = ("один", "другой", "первый", "второй")
BODY_PLACES = WORN_PLACES | word_set("grammar.txt", "kept at")


class Sentence:
    """A sentence's tokens, people and noun phrases, and what was found in it so far."""

    def __init__(self, tokens: list[Token], found: list[Found], scene: Scene) -> None:
        self.tokens = tokens
        self.found = found
        self.scene = scene
        self.at: dict[int, Found] = {i: f for f in found for i in range(f.first, f.last + 1)}
        self.used: set[int] = set()
        self.barred: set[int] = set()  # places that are no looks, whatever they say: idioms, conditions
        self.certain: set[int] = set()  # where a look begins that is not weighed, for it was never learned
        self.both: list[tuple[int, Entity]] = []  # plural adjectives said of two people
        # start, end, owner, negated, preposition, case
        self.made: list[tuple[int, int, Entity, bool, str, str]] = []
        self.facts: list[tuple[int, int, Entity, Fact]] = []  # start, end, owner, what was added
        self.phrases = self._noun_phrases()
        self.mod_of = self._modified()
        self.clause = self._clauses()
        self.pair_at, self.pair = self._both_of_them()

    def _noun_phrases(self) -> dict[int, Phrase]:
        """Phrases by the place of their nouns, but for the nouns that name people."""
        phrases = {}
        for t in self.tokens:
            if t.i in self.at or not t.has("NOUN"):
                continue
            if t.has("ADJF", "PRTF") and not t.keys("NOUN") & things().keys() and look_of(t) is not None:
                continue  # "лысый" as a noun would take the adjectives before it
            phrase = build(self.tokens, t.i)
            if phrase is not None:
                phrases[t.i] = phrase
        return phrases

    def _modified(self) -> dict[int, int]:
        """The noun that each modifier belongs to: the nearest thing, or a person who stands before it."""
        mod_of: dict[int, int] = {}
        for n, phrase in self.phrases.items():
            for m in phrase.mods:
                if m not in mod_of or n - m < abs(mod_of[m] - m):
                    mod_of[m] = n
        for f in self.found:
            if f.phrase is None:
                continue
            for m in f.phrase.mods:
                if m not in mod_of or f.phrase.noun < mod_of[m]:
                    mod_of[m] = f.phrase.noun
        return mod_of

    def phrase_at(self, start: int) -> Phrase | None:
        """The phrase that starts at the place, its preposition left aside."""
        return next((p for p in self.phrases.values() if p.start == start), None)

    def governed_at(self, preposition: int) -> Phrase | None:
        """The phrase whose preposition stands at the place."""
        return next((p for p in self.phrases.values() if p.prep_at == preposition), None)

    def is_verb(self, i: int) -> bool:
        t = self.tokens[i]
        return t.best.pos == "VERB" or (t.pos in ("VERB", "AUX") and t.has("VERB") and t.best.pos != "NOUN")

    def _both_of_them(self) -> tuple[int, list[Entity]]:
        """Place of a lone оба or обе and the two people it means; of "все смеются" all of the sentence."""
        for i, t in enumerate(self.tokens):
            after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
            if fold(t.low) == "все" and after is not None and after.keys("VERB") & verbs("expression").keys():
                all_here = [e for e in self.scene.entities if e.last == self.scene.sentence and e.nominal]
                return (i, all_here) if len(all_here) > 1 else (-1, [])
            told_apart = [f.entity for f in self.found if f.lemma in MEMBERS and f.entity is not None]
            if fold(t.low) in ("оба", "обе") and len(told_apart) == 2:
                return i, told_apart  # "две подруги: одна рыжая, другая бледная, обе смеются"
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
        for i, t in enumerate(self.tokens):
            border = t.low in HARD or t.low in DASH or t.low == ","
            if t.low in BREAKS or (t.low == ":" and i <= 4):
                top += 1
                number, seen, outer = top, False, []
            elif t.low == "," and self._relative_after(i):
                outer.append((number, seen))
                top += 1
                number, seen = top, False
            elif border and outer and (seen or self._nominal_relative(marks, number, i)):
                number, seen = outer.pop()
            elif seen and (border or t.low in ("и", "а", "но")) and self._opens_clause(i):
                top += 1
                number, seen = top, False
            seen = seen or self.is_verb(i)
            marks.append(number)
        return marks

    def _opens_clause(self, i: int) -> bool:
        """Whether a mark or an "и" after a verb begins a clause of its own: the next one has a verb too."""
        return self.tokens[i].low in ENDS or self._verb_ahead(i)

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

    def _near_verb(self, i: int, keys: set[str] | frozenset[str]) -> int | None:
        clause = self.clause[i]
        for k in range(i - 1, -1, -1):
            if self.clause[k] != clause:
                break
            if self.tokens[k].keys("VERB", "GRND", "INFN", "PRTF", "PRTS") & keys:
                return k
        return None

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

    def _elsewhere(self, n: int) -> bool:
        """A place that is no body: "на вешалке", "в шкафу", "под кроватью"."""
        for p in self.phrases.values():
            if self.clause[p.noun] != self.clause[n] or p.noun == n:
                continue
            in_place = p.prep in ("на", "в", "во", "под", "за") and p.case == "loc"
            below = p.prep in ("под", "за", "над") and p.case == "ins" and p.reading.animacy == "inan"
            keys = self.tokens[p.noun].keys("NOUN")
            if not (in_place or below) or self._of_mouth(p.noun):
                continue
            listed = things().keys(), word_set("things.txt", "place"), word_set("things.txt", "part")
            if all(keys.isdisjoint(words) for words in listed):
                return True
        return False

    def _of_mouth(self, n: int) -> bool:
        """ "в углу рта", "в уголке губ" """
        after = self.tokens[n + 1].keys("NOUN") if n + 1 < len(self.tokens) else frozenset()
        return bool(self.tokens[n].keys("NOUN") & {"угол", "уголок"} and after & {"рот", "губа", "глаз"})

    def _on_body(self, n: int) -> bool:
        return any(
            self.clause[p.noun] == self.clause[n]
            and p.prep in ("на", "в", "под", "из", "за", "вокруг", "через", "с")
            and self.tokens[p.noun].keys("NOUN") & BODY_PLACES
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
        does = [r.number for r in self.tokens[verb].readings if r.pos == "VERB"]
        if does and not any(r.number in does for r in t.readings if r.pos == "NOUN"):
            return False  # "очки не носит"
        return t.rel.startswith("nsubj") and t.head == verb and not self.people_here()
