"""Whose a described thing is where no word says so: told by where people stand in and before the sentence."""

from dataclasses import dataclass

from ..grammar.marks import DASH
from ..grammar.phrases import Phrase
from ..lexicon.lists import fold, verbs, word_set
from ..people.coreference.entity import Entity, Fact
from ..people.found import Found
from .said_owner import SaidOwners

LEADING = frozenset("против перед за к ко около возле подле рядом мимо напротив над под".split())
MIRRORS = word_set("rules.txt", "mirrors")
BETWEEN_FEATURES = frozenset(", и — : – весь вся сразу".split())


@dataclass(frozen=True, slots=True)
class Beside:
    """A prepositional phrase and the people around it."""

    start: int
    end: int
    before: list[Found]
    near: Found | None  # whom of those before it may describe
    follow: Found | None  # the first after it


class Owners(SaidOwners):
    """The rules of ownership."""

    def nominal_owner(self, start: int, end: int) -> Entity | None:
        """Whom a prepositional phrase describes: the nearest person before it, else after it."""
        said = self._narrator_still(start) or self._rather_than(start)
        if said is not None:
            return said
        beside = self._beside(start, end)
        if self._said_of_the_absent(beside):
            return None
        return (
            self._group(start)
            or self._named_after(beside)
            or self._before_in_segment(beside)
            or self._subject_after(beside)
            or self._anyone_before(beside)
            or (beside.follow.entity if beside.follow is not None else None)
            or (self.pair[0] if self.pair and start > self.pair_at else None)
            or self._portrayed()
            or self.scene.topic()
        )

    def _beside(self, start: int, end: int) -> Beside:
        here = self.people_here()
        before = [f for f in here if f.last < start and f.kind != "poss"]
        if before and any(f.lemma != "я" for f in here):
            before = [f for f in before if f.lemma != "я" or self._is_so(f.last, start)]
        follow = next((f for f in here if f.start >= end and f.kind not in ("poss", "rel")), None)
        return Beside(start, end, before, self._nearest(before), follow)

    def _nearest(self, before: list[Found]) -> Found | None:
        """The last of those before, but in "подруга Лены была в очках" the friend, not Лена."""
        near = before[-1] if before else None
        if near is not None and len(before) > 1 and near.case == "gen" and near.kind in ("noun", "name"):
            whose = before[-2]
            if whose.end == near.start - 1 and self.tokens[near.start - 1].low == "из":
                return whose  # "одна из студенток, в очках"
            if whose.end == near.start and whose.kind == "noun" and whose.case == "nom":
                return whose
        return near

    def _narrator_still(self, start: int) -> Entity | None:
        """ "я — заспанный, в дедовом тулупе": the list of the narrator's own looks goes on."""
        narrator = self.scene.narrator
        own = bool(self.made) and self.made[-1][2] is narrator
        return narrator if own and self._listed_after(start) else None

    def _said_of_the_absent(self, beside: Beside) -> bool:
        """What is said right after somebody who is not here is said of them."""
        start, near = beside.start, beside.near
        unseen = [f for f in self.found if f.absent and f.entity is None and f.last < start]
        if not unseen or unseen[-1].last != start - 1:
            return False
        absent = unseen[-1]
        if near is None:
            return self.same_segment(absent.last, start)
        owned = near.end == absent.start and absent.case == "gen"
        return absent.first > near.last and not owned and self.same_segment(absent.last, start)

    def _named_after(self, beside: Beside) -> Entity | None:
        """ "увидел у окна с трубкой в зубах Кузьму" """
        start, near, follow = beside.start, beside.near, beside.follow
        if near is None or follow is None or follow.first != beside.end or follow.kind != "name":
            return None
        seen = any(self.is_verb(k) for k in range(near.last, start))
        told = follow.case in ("acc", "nom") and seen and self.tokens[start - 1].best.pos == "NOUN"
        return follow.entity if told else None

    def _before_in_segment(self, beside: Beside) -> Entity | None:
        """Somebody before with no comma between: "вошла девушка в красном платье"."""
        near, follow = beside.near, beside.follow
        if near is None or not self.same_segment(near.last, beside.start):
            return None
        if follow is not None and near.kind == "pron" and near.case != "nom" and follow.case == "nom":
            if self.same_segment(beside.end - 1, follow.first):
                return follow.entity  # "к нему в чёрном плаще подошла Анна"
        leads = near.start > 0 and fold(self.tokens[near.start - 1].low) in LEADING
        if near.kind == "pron" and near.case != "nom" and leads:
            clause = self.clause[beside.start]  # "стоял против неё с пистолетом": his
            subjects = [f for f in beside.before if f.case == "nom" and self.clause[f.first] == clause]
            return subjects[-1].entity if subjects else near.entity
        if near.kind == "rel" and near.case != "nom":
            clause = self.clause[beside.start]
            subjects = [f for f in beside.before if f.case == "nom" and self.clause[f.first] == clause]
            if subjects:
                return subjects[-1].entity
        return near.entity

    def _subject_after(self, beside: Beside) -> Entity | None:
        """ "в красном платье вошла девушка" """
        follow = beside.follow
        if follow is None or follow.case != "nom" or not self.same_segment(beside.end - 1, follow.start):
            return None
        return None if self._listed_after(beside.start) else follow.entity

    def _anyone_before(self, beside: Beside) -> Entity | None:
        """The nearest before, rather a subject: "Иван ждал сестру, в очках и плаще"."""
        near = beside.near
        if near is None:
            return None
        subjects = [f for f in beside.before if f.case == "nom" and f.kind != "rel"]
        if near.case != "nom" and subjects and not self._tight(near, beside.start):
            near = subjects[-1]
        return near.entity

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
        so = ("не", "весь", "вся", *DASH)  # "а я — в свитере"
        return all(t.keys("VERB") & verbs("be").keys() or t.low in so for t in between)

    def _tight(self, f: Found, start: int) -> bool:
        """Only features and punctuation stand between a person and the place."""
        return all(
            i in self.used or self.tokens[i].low in BETWEEN_FEATURES or self._adjective_of(f, i)
            for i in range(f.last + 1, start)
        )

    def _adjective_of(self, f: Found, i: int) -> bool:
        """ "господина лобастого, бородастого, с широкой шеей": no list need know each of them."""
        told = self.tokens[i].best
        return told.pos in ("ADJF", "PRTF") and (told.case, told.number) == (f.case, f.number)

    def _listed_after(self, start: int) -> bool:
        """The phrase continues a list of features: "мужчина, лысый, в очках"."""
        k = start - 1
        while k >= 0 and self.tokens[k].low in (",", "и", "весь", "вся"):
            k -= 1
        return k >= 0 and k in self.used

    def _verb_owner(self, i: int) -> Entity | None:
        for k in [*range(i - 1, -1, -1), *range(i + 1, len(self.tokens))]:
            if (
                self.clause[k] == self.clause[i]
                and self.tokens[k].has("VERB", "GRND")
                and (self.is_verb(k) or self.tokens[k].best.pos == "GRND")
            ):
                return self.subject(k)
        return self.nominal_owner(i, i + 1)

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
        if (seen := self._seen_on_another(phrase)) is not None:
            return seen
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
        if verb is not None and not self.tokens[n].rel.startswith("nsubj"):
            owner = self._doer(verb)
            if owner is not None:
                return owner
        return self._continuing(n) or self._loose_subject(n)

    def _seen_on_another(self, phrase: Phrase) -> Entity | None:
        """ "Один сидел впереди. Фома видел широкую спину": not his who sees it, unless in a mirror."""
        verb = self._clause_verb(phrase.noun) if phrase.case == "acc" else None
        sees = verbs("looking") if phrase.prep in ("на", "в") else verbs("see a face")
        if verb is None or not self.tokens[verb].keys("VERB", "GRND") & sees.keys():
            return None
        if self.tokens[phrase.noun].rel.startswith("nsubj") or any(t.key in MIRRORS for t in self.tokens):
            return None
        subject = self.subject(verb)
        here = [f.entity for f in self.others_here() if f.last < phrase.noun and f.entity is not subject]
        if here:
            return here[-1]
        others = [e for e in self.scene.entities if e.number == "sing" and not self.scene.apart(e)]
        others = [e for e in others if e is not subject and e.last >= self.scene.sentence - 2]
        return max(others, key=lambda e: (e.last, e.subject, e.place)) if others else None

    def _loose_subject(self, n: int) -> Entity | None:
        here = [f for f in self.others_here() if f.kind != "rel"]
        before = [f for f in here if f.last < n] or (here if len(self.others_here()) == 1 else [])
        if before and before[0].first > n and self.clause[before[0].first] != self.clause[n]:
            told = self._subject_of_last()  # "Волосы рассыпались по плечам, и стражник отступил"
            if told is not None:
                return told
        if before:
            subject = [f for f in before if f.case == "nom"]
            return (subject or before)[-1].entity
        topic = self._portrayed() or self.scene.topic()
        if topic is not None and topic.last < self.scene.sentence:
            return topic
        return topic or (here[0].entity if here else None)

    def _portrayed(self) -> Entity | None:
        """ "Это лицо было бледно, с бородой. Глаза были голубые": looks go on where nobody is named."""
        at, entity = self.scene.portrait
        return entity if at >= self.scene.sentence - 1 and not self.people_here() else None

    def _subject_of_last(self) -> Entity | None:
        """The one subject of the sentence before, if this one does not name them."""
        here = {id(f.entity) for f in self.found}
        last = [e for e in self.scene.entities if e.last == self.scene.sentence - 1 and id(e) not in here]
        subjects = [e for e in last if e.subject and not self.scene.apart(e)]
        return subjects[0] if len(subjects) == 1 else None

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
        if not self.people_here():
            self.scene.portrait = self.scene.sentence, owner
        if not shared:
            self.facts.append((first, end, owner, fact))
