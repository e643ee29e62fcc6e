"""Whose a described thing is by the grammar: the subject of a verb, "его глаза", "глаза Анны", "у него"."""

from ..grammar.phrases import Phrase
from ..grammar.tokens import Reading
from ..lexicon.lists import fold, things, verbs
from ..model import WORN
from ..people.coreference.aloud import is_address
from ..people.coreference.entity import Entity
from ..people.found import Found
from .denials import Denials


class SaidOwners(Denials):
    """The rules of who does what a verb says, and of owners said in words."""

    def subject(self, i: int) -> Entity | None:
        """Subject of the verb, gerund or predicate at place `i`."""
        t = self.tokens[i]
        verb = next((r for r in t.readings if r.pos in ("VERB", "GRND", "ADJS", "PRTS")), t.best)
        if "1per" in verb.grams:
            told = [f for f in self.found if f.lemma == "я" and f.case == "nom"]
            if told or self.scene.aloud:
                return told[-1].entity if told else None
            alone = self.scene.entities[0] if len(self.scene.entities) == 1 else None
            return self.scene.narrator or alone  # "Вика, 27. Очки ношу."
        if "impr" in verb.grams:
            return None
        gender, number = _asked_of_subject(verb)
        fits = [f for f in self.found if self._may_be_subject(f, gender, number)]
        subject = self._nearest_subject(fits, i)
        if subject is not None:
            return subject.entity
        if "2per" in verb.grams:
            return None
        if fits and verb.pos == "GRND":
            return fits[0].entity
        return None if gender == "n" else self.scene.topic(gender, number or "sing")

    def _nearest_subject(self, fits: list[Found], i: int) -> Found | None:
        """One of the verb's own clause, rather before it; else the last before it, rather no "который"."""
        here = [f for f in fits if self.clause[f.first] == self.clause[i]]
        before = [f for f in here or fits if f.last < i]
        if here:
            return before[-1] if before else here[0]
        plain = [f for f in before if f.kind != "rel"] or before
        return plain[-1] if plain else None

    def _may_be_subject(self, f: Found, gender: str, number: str) -> bool:
        """A person in the nominative who agrees with the verb in number and gender."""
        if f.case != "nom" or f.kind == "poss" or self.is_called(f):
            return False
        if number and f.number != number and not self._many(f):
            return False
        return gender == "u" or number != "sing" or f.gender in ("u", gender)

    def is_called(self, f: Found) -> bool:
        """Whether somebody is called by it: "— Вам через двор, молодой человек"."""
        return is_address(self.tokens, f)

    def _many(self, f: Found) -> bool:
        """ "два парня", or one of "Иван и Анна": a plural verb may be theirs."""
        if f.counted and f.count > 1:
            return True
        k = f.start - 1
        after = self.tokens[f.end].low if f.end < len(self.tokens) else ""
        return (k >= 0 and self.tokens[k].low == "и") or after == "и"

    def possessor(self, phrase: Phrase, end: int) -> Entity | None:
        """Owner said in words: его, genitive, "у него", "на нём", "ему"."""
        if (same := self._that_same(phrase)) is not None:
            return same
        said = next((f for f in self.found if f.kind == "poss" and self._stands_by(f, phrase, end)), None)
        if said is not None and self._looked_over(said, phrase):
            return self.subject(said.first - 1)
        if said is not None:
            return self._in_anothers(phrase) or self._wearer(said, phrase) or said.entity
        if any(self.tokens[m].keys("ADJF") & {"свой"} for m in phrase.mods):
            subject = [f for f in self.people_here() if f.case == "nom"]
            return subject[0].entity if subject else self.scene.topic()
        return self._owner_in_genitive(phrase) or self._owner_governed(phrase)

    def _in_anothers(self, phrase: Phrase) -> Entity | None:
        """ "девушка в его рубашке": hers who wears it, whosever it is."""
        entry = things().get(phrase.reading.key)
        if entry is None or entry.category not in WORN or phrase.prep not in ("в", "во"):
            return None
        right_before = (f for f in self.people_here() if f.end == phrase.prep_at and f.kind != "poss")
        return next((f.entity for f in right_before), None)

    def _that_same(self, phrase: Phrase) -> Entity | None:
        """ "Он рассматривал её лицо. Это лицо было бледно", "Это было бледное лицо"."""
        this = any(self.tokens[m].keys("ADJF") & {"этот"} for m in (*phrase.mods, max(0, phrase.start - 1)))
        opens = phrase.case == "nom" and len(self.tokens) > 2 and self.tokens[0].low in ("это", "то")
        opens = opens and bool(self.tokens[1].keys("VERB") & verbs("be").keys())
        return self.scene.that_body(self.tokens[phrase.noun].key) if this or opens else None

    def _looked_over(self, said: Found, phrase: Phrase) -> bool:
        """ "окинула его ледяным взглядом": hers who looks."""
        before = self.tokens[said.first - 1] if said.first else None
        over = before is not None and before.keys("VERB", "GRND") & verbs("look over").keys()
        return bool(over) and phrase.case == "ins"

    def _stands_by(self, f: Found, phrase: Phrase, end: int = -1) -> bool:
        """Among the phrase's modifiers, right before it, or right after its noun or at `end`."""
        return f.first in phrase.mods or f.first in (phrase.start - 1, phrase.noun + 1, end)

    def _wearer(self, said: Found, phrase: Phrase) -> Entity | None:
        """ "в платье, открывавшем её плечи": hers who wears the dress."""
        place = said.first
        verb = next((k for k in range(place - 1, max(0, place - 3), -1) if self.tokens[k].has("PRTF")), -1)
        if verb < 1 or self.tokens[verb - 1].low != "," or not self._stands_by(said, phrase):
            return None
        worn = [m for m in self.made if m[1] == verb - 1 and m[4] in ("в", "во")]
        if not worn or said.entity is None:
            return None
        wearer = worn[-1][2]
        return wearer if wearer.gender in ("u", said.gender) else None

    def _owner_in_genitive(self, phrase: Phrase) -> Entity | None:
        """ "глаза Анны", "женщина, волосы которой", "чьи волосы" """
        after = phrase.noun + 1
        for f in self.found:
            if f.entity is None:
                continue
            genitive = f.start == after and f.case == "gen" and f.kind in ("noun", "name", "rel")
            relative = f.kind == "rel" and f.first == after
            if genitive or relative or (f.lemma == "чей" and self._stands_by(f, phrase)):
                return f.entity
        return None

    def _owner_governed(self, phrase: Phrase) -> Entity | None:
        """ "у него", then "на нём", then "ему": the nearest in the clause, those before the noun first."""
        clause = self.clause[phrase.noun]
        near = [f for f in self.found if self.clause[f.first] == clause and f.entity is not None]
        near.sort(key=lambda f: (f.first > phrase.noun, abs(f.first - phrase.noun)))
        verb = self._clause_verb(phrase.noun) if phrase.case == "acc" else None
        given = verb is not None and self.tokens[verb].keys("VERB", "GRND") & verbs("give").keys()
        to_whom = () if given else (self._to_whom,)  # "подал ему руку": his who gives it
        for governs in (self._at_whom, self._on_whom, *to_whom):
            owner = next((f.entity for f in near if governs(f)), None)
            if owner is not None:
                return owner
        return None

    def _preposition_of(self, f: Found) -> str:
        return fold(self.tokens[f.start - 1].low) if f.start > 0 else ""

    def _at_whom(self, f: Found) -> bool:
        """ "у него" """
        return f.kind != "poss" and self._preposition_of(f) == "у"

    def _on_whom(self, f: Found) -> bool:
        """ "на нём"; "на меня" is a look, not a place."""
        if f.kind == "poss" or self._preposition_of(f) not in ("на", "под", "в"):
            return False
        return f.case in ("loc", "gen") or (f.case == "acc" and f.lemma != "я")

    def _to_whom(self, f: Found) -> bool:
        """ "ему"; "к нему" leads to him."""
        return f.case == "dat" and self._preposition_of(f) not in ("к", "ко", "по")


def _asked_of_subject(verb: Reading) -> tuple[str, str]:
    """Gender and number that the verb asks of its subject, "u" and "" where it asks none."""
    if verb.pos in ("INFN", "GRND"):
        return "u", ""
    return {"masc": "m", "femn": "f", "neut": "n"}.get(verb.gender, "u"), verb.number
