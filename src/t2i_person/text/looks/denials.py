"""What a sentence denies: "бороды нет", "не носил очков", "надевать шляпу не стал"."""

from ..grammar.marks import HARD
from ..grammar.phrases import Phrase
from ..lexicon.lists import fold, verbs, word_set
from .sentence import Sentence

BEING_THERE = word_set("grammar.txt", "being there")
LACKING = word_set("grammar.txt", "lacking")
WILLING = word_set("grammar.txt", "willing")
BETWEEN = word_set("grammar.txt", "denied through")
AHEAD = 5  # words after the noun in which "нет" still denies it


class Denials(Sentence):
    """Whether a feature is said to be there or not."""

    def negation(self, start: int) -> bool:
        """не or ни right before the place."""
        k = start - 1
        while k >= 0 and (
            fold(self.tokens[k].low) in BETWEEN
            or (self.is_verb(k) and self.tokens[k].keys("VERB") & {"быть", "казаться", "выглядеть"})
        ):
            k -= 1  # "не был толстым"
        if k < 0:
            return False
        low = self.tokens[k].low
        if low == "не" and start < len(self.tokens) and self.tokens[start].low == "только":
            return False
        return low in ("не", "ни")

    def _denied(self, phrase: Phrase) -> bool:
        return self._denial_start(phrase) is not None

    def _denial_start(self, phrase: Phrase) -> int | None:
        """Where the denial of a phrase in the genitive begins, None where nothing denies it."""
        inside = self.phrases.get(phrase.start - 1)
        if inside is not None and inside.prep and not phrase.prep:
            return None  # "не было видно под полями шляпы"
        before = self._denied_before(phrase)
        if before is not None:
            return before
        no_such = any(self.tokens[m].keys("ADJF") & {"никакой"} for m in phrase.mods)  # "никакого макияжа"
        return phrase.start if no_such or self._denied_after(phrase) else None

    def _denied_before(self, phrase: Phrase) -> int | None:
        """ "нет бороды", "ни бороды", "лишён волос", "не носит очков": where the denying word stands."""
        tokens = self.tokens
        for k in range(phrase.start - 1, -1, -1):
            if self.clause[k] != self.clause[phrase.start] or tokens[k].low in HARD:
                break
            if tokens[k].low in ("нет", "нету", "ни"):
                return k
            if k == phrase.start - 1 and tokens[k].keys("VERB", "PRTF", "PRTS", "NOUN") & LACKING:
                return k
            if k < phrase.start - 1 and self._is_not(k):
                return k
        return None

    def _denied_after(self, phrase: Phrase) -> bool:
        """ "бороды нет", "очков не носит" """
        for k in range(phrase.noun + 1, min(len(self.tokens), phrase.noun + 1 + AHEAD)):
            low = self.tokens[k].low
            if low in HARD or low == ",":
                return False
            if low in ("нет", "нету") or self._is_not(k):
                return True
        return False

    def _is_not(self, k: int) -> bool:
        """ "не было", "не носил", "не видно": не at the place, and a verb of being there or wearing."""
        tokens = self.tokens
        if tokens[k].low != "не" or k + 1 == len(tokens):
            return False
        there = verbs("be").keys() | verbs("wear").keys() | BEING_THERE
        return bool(tokens[k + 1].keys("VERB") & there)

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
