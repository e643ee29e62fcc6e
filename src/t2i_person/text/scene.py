"""Who is who: one entity for each person of the text, across sentences."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import evidence, scorer
from .analysis import Token
from .found import DASH, HARD, QUOTES, UNSEXED, Found
from .lexicon import fold, people, short_names, things, verbs
from .phrases import NUMBER_KEYS

# Words that name a person already on stage again: their age group must not clash.
AGE_GROUP = {
    "мальчик": "child", "девочка": "child", "ребенок": "child", "малыш": "child", "малышка": "child",
    "девушка": "young", "парень": "young", "юноша": "young", "старик": "old", "старуха": "old",
    "старушка": "old", "дед": "old", "бабушка": "old", "старичок": "old", "мальчишка": "child",
    "девчонка": "child", "бабка": "old",
}  # fmt: skip
ANOTHER = frozenset("другой другая второй вторая еще третий иной какой-то один одна некий незнакомый".split())
KINDS_AGAIN = ("generic", "role", "folk", "people")


DEEMING = frozenset("назвать называть считать признать признавать посчитать счесть прозвать".split())
NAMING = frozenset("звать величать прозвать окрестить назвать прозывать".split())
GRANDPARENTS = frozenset("дед дедушка дедуля бабушка бабка бабуля бабуся".split())
EXCLAIMED = frozenset("блин жесть капец прикол ужас кошмар боже господи черт мама атас".split())
MEMORY = 12  # sentences a common noun may refer back over; names refer back over the whole text
CROWD = 40
GHOST = 0.85  # probability from which somebody talked about is in the scene
TOLD = 0.15  # the same, of whom looks are told
PRESENT = 0.35  # probability below which somebody told of is not in the scene


@dataclass(slots=True)
class Fact:
    """A feature before it becomes public: token offsets already turned into character offsets."""

    start: int
    end: int
    category: str
    normalized: str
    negated: bool
    adjectives: tuple[str, ...] = ()
    noun: str = ""
    verb: str = ""
    text: str = ""  # the words of the span, and its chapter: put in while the text is at hand
    chapter: str = ""


@dataclass(slots=True, eq=False)
class Entity:
    """One person while the text is being read. It keeps numbers and words, not what they were found by."""

    number: str
    gender: str
    head: Found | None = None  # first noun or name; a pronoun only until there is one
    head_at: int = 0  # place of the head among the mentions
    starts: "array[int]" = field(default_factory=lambda: array("q"))  # character offsets of the mentions
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    texts: list[str] = field(default_factory=list)  # their words, put in while the text is at hand
    facts: list[Fact] = field(default_factory=list)
    says: dict[str, Fact] = field(default_factory=dict)  # what its nouns say themselves, by category
    kinds: set[str] = field(default_factory=set)  # lexicon kinds of its nouns, "name" for a bare name
    parts: dict[str, set[str]] = field(default_factory=dict)  # parts of its name: given, patronymic, family
    count: int = 1
    seen: bool = False  # whether some noun or name shows the person as present
    named: bool = False
    full_name: str = ""
    unsexed: bool = False
    last: int = -1  # sentence of the last mention
    subject: bool = False  # whether that mention was a subject
    place: int = 0
    second: bool = False
    unnamed: bool = False  # looks without a noun for the person: a noun that comes next is theirs
    hint: str = ""
    evidence: tuple[str, ...] = ()  # how it was first told of by a noun or name
    nouns: int = 0  # mentions by nouns and names
    subjects: int = 0  # mentions as a subject
    there: float = 0.0  # how likely the surest of its nouns and names is that of somebody who is there
    ghost: bool = False  # so far only talked about
    words: set[str] = field(default_factory=set)  # keys of the nouns and names it was called by

    @property
    def nominal(self) -> bool:
        return bool(self.kinds)

    @property
    def kept(self) -> bool:
        """Whether this is somebody to tell of: with looks, or shown by a noun, not only talked about."""
        if self.head is None:
            return False  # nobody mentioned it: reading its sentence failed
        seen = self.count > 1 if self.number == "plur" else self.seen
        shown = (bool(self.facts) or (self.nominal and seen)) and not self.ghost
        if not self.nominal:
            return shown  # a mere pronoun with looks
        p = scorer.probability("present", evidence.presence(self))
        if p is None:
            return shown
        return p > (GHOST if not shown else TOLD if self.facts else PRESENT)

    def mention(self, f: Found, start: int, end: int) -> None:
        """Take in one more mention and what its words say."""
        if self.head is None or (not self.nominal and f.kind in ("noun", "name")):
            self.head, self.head_at = f, len(self.starts)
        self.starts.append(start)
        self.ends.append(end)
        if f.counted:
            self.count = max(self.count, f.count)
        if f.kind not in ("noun", "name"):
            return
        self.words |= f.keys
        self.kinds.add(f.person.kind if f.person else "name")
        self.seen |= not f.absent and not (f.person is not None and f.person.kind == "someone")
        self.unsexed |= f.kind == "noun" and bool(f.keys & UNSEXED)
        self.named |= f.kind == "name"
        if (
            f.kind == "name"
            and f.number == "sing"
            and f.lemma.count(" ") >= self.full_name.count(" ") + (bool(self.full_name))
        ):
            self.full_name = f.lemma
        for part, keys in f.parts.items():
            self.parts.setdefault(part, set()).update(keys)
        for category, normal, english in f.person.facts if f.person and not f.denied else ():
            if category != "role" or self.head is f:
                self.says.setdefault(category, Fact(start, end, category, normal, False, noun=english))


class Scene:
    """Entities in order of appearance and the rules that say which mention is whose."""

    def __init__(self) -> None:
        self.entities: list[Entity] = []  # those who may still be spoken of
        self.ghosts: list[Entity] = []  # those talked about
        self.cast: list[Entity] = []  # those who have a name: it may come again in any chapter
        self.left: list[Entity] = []  # nameless ones nobody can refer to any more, for the reader to take
        self.named: dict[str, Entity] = {}
        self.came: list[Fact] = []  # those whose person has come, for the reader to mark
        self.waiting: list[tuple[int, Fact]] = []  # looks told of nobody yet, each with its sentence
        self.narrator: Entity | None = None  # who says "я"
        self.sentence = -1
        self._done: list[Found] = []

    def enter(self, tokens: list[Token], found: list[Found]) -> None:
        """Give every mention of a sentence its entity."""
        self.sentence += 1
        self._forget()
        self._done = found
        spoken = [f for f in found if f.lemma == "я" and _spoken(tokens, f)]
        spoken += [f for f in found if f.kind == "name" and _introduced(tokens, f)]
        order = [f for f in found if f not in spoken] + spoken  # who speaks is named after the words
        for f in order:
            at = found.index(f)
            if f in spoken:
                entity = self._speaker(tokens, found)
                if entity is None and f.kind == "name":
                    entity = self.topic(f.gender) or self._resolve(tokens, found, at)
            else:
                entity = self._resolve(tokens, found, at)
            f.entity = entity
            if entity is None and f.absent and f.kind in ("noun", "name"):
                f.ghost = entity = self._talked_about(f)
            if entity is None:
                continue
            if f.kind == "rel":
                continue
            entity.hint = entity.hint or f.hint
            entity.subjects += f.case == "nom"
            if f.kind in ("noun", "name"):
                entity.nouns += 1
                entity.there = max(entity.there, *(t.person for t in tokens[f.first : f.end]))
            if not entity.evidence or (entity.nouns == 1 and f.kind in ("noun", "name")):
                entity.evidence = (*evidence.mention(tokens, f), *f.near)
            if f.kind == "name":
                if not entity.named:
                    self.cast.append(entity)
                for key in set().union(*f.parts.values()) if f.parts else f.keys:
                    self.named.setdefault(key, entity)
            f.denied = f.start > 0 and tokens[f.start - 1].low == "не"
            entity.mention(f, tokens[f.first].start, tokens[f.last].end)
            entity.last, entity.place = self.sentence, f.first
            entity.subject = f.case == "nom" or (entity.subject and f.kind == "poss")
            if entity.gender == "u" and f.gender != "u" and f.number == "sing":
                entity.gender = f.gender

    def _forget(self) -> None:
        """Let go of what the coming sentences cannot refer to, so that a book takes little memory."""
        for f in self._done:
            f.phrase, f.forms, f.entity = None, (), None
        stay = [e for e in self.entities if e.last >= self.sentence - MEMORY][-CROWD:]
        gone = [e for e in self.entities if e not in stay]
        gone += [e for e in self.ghosts if e.last < self.sentence - MEMORY]
        self.ghosts = [e for e in self.ghosts if e.last >= self.sentence - MEMORY]
        self.left += [e for e in gone if not e.named and e is not self.narrator]
        self.entities = stay

    def close(self) -> None:
        """The text is over: everybody leaves."""
        narrator = [self.narrator] if self.narrator is not None and not self.narrator.named else []
        self.left += [e for e in self.entities + self.ghosts if not e.named and e is not self.narrator]
        self.left += narrator + self.cast
        self.entities, self.ghosts, self.cast, self.narrator = [], [], [], None

    def compatible(self, entity: Entity, gender: str, number: str) -> bool:
        if (entity.number == "plur") != (number == "plur"):
            return False
        return number == "plur" or "u" in (entity.gender, gender) or entity.gender == gender

    def topic(self, gender: str = "u", number: str = "sing", before: int | None = None) -> Entity | None:
        """The person being spoken of: the latest fitting subject."""
        best, top = None, -1e9
        for e in self.entities:
            if e.second or e is self.narrator or not self.compatible(e, gender, number):
                continue
            if e.last < self.sentence - 4:
                continue
            points = 3.0 * (e.last - self.sentence) + 2.0 * e.subject + 0.01 * e.place
            points -= 0.5 * (e.gender == "u" and gender != "u")
            points += 0.3 * len(e.facts[:3])
            if points >= top:
                best, top = e, points
        return best

    def unnamed(self) -> Entity:
        """Somebody of whom only looks are told: "Рыжие волосы, зелёные глаза"."""
        entity = Entity("sing", "u", last=self.sentence, subject=True, unnamed=True)
        self.entities.append(entity)
        return entity

    def _talked_about(self, f: Found) -> Entity:
        """Somebody who is not in the scene by the rules; what is told of them is kept until that is sure."""
        for e in reversed(self.ghosts):
            if f.keys & e.words and e.number == f.number and not _other_name(f, e):
                return e
        entity = Entity(f.number, f.gender, ghost=True)
        self.ghosts.append(entity)
        return entity

    def _speaker(self, tokens: list[Token], found: list[Found]) -> Entity | None:
        """Who says "я" in quotes or after a dash: "— Я рыжая, — сказала Маша"."""
        speech = verbs("speech").keys()
        for g in found:
            near = tokens[max(0, g.start - 2) : g.end + 2]
            if g.entity is not None and g.case == "nom" and any(t.keys("VERB") & speech for t in near):
                return g.entity if g.lemma != "я" else None  # type: ignore[no-any-return]
        return None

    def _new(self, f: Found) -> Entity:
        for e in self.entities:
            if e.unnamed and not e.nominal and e.last >= self.sentence - 2 and f.kind in ("noun", "name"):
                if self.compatible(e, f.gender, f.number):
                    return e
        entity = Entity(f.number, f.gender)
        self.entities.append(entity)
        return entity

    def _resolve(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        f = found[at]
        if f.kind == "rel":
            return self._relative(found, at)
        if f.kind in ("pron", "poss"):
            return self._pronoun(tokens, found, at)
        key = (
            fold(tokens[f.start - 2].low)
            if f.start > 1 and tokens[f.start - 1].low in (":", "-", "—")
            else ""
        )
        if key in ("раса", "профессия", "вид", "национальность", "должность", "кто", "роль", "класс"):
            entity = self.topic(f.gender, f.number)
            if entity is not None:
                return entity
        if f.person and f.person.kind == "collective" and f.kind == "noun":
            return None
        spoken_to = self._spoken_to(tokens, found, at)
        if spoken_to is not None:
            return spoken_to
        same = self._same(tokens, f, found)
        if same is not None:
            return same
        if self._likened(tokens, f):
            f.absent = True
        if f.absent:
            return None
        linked = self._linked(tokens, found, at)
        if linked is not None:
            return linked
        again = self._again(tokens, f, found)
        if again is not None:
            return again
        f.near = self._may_mean(f)
        return self._new(f)

    def _may_mean(self, f: Found) -> tuple[str, ...]:
        """Of a new noun or name: who of those told of before it might mean all the same, as facts."""
        if f.number != "sing" or f.counted:
            return ()
        fits = [
            e
            for e in self.entities
            if not e.second and e is not self.narrator and e.number == "sing" and e.last >= self.sentence - 5
            if self.compatible(e, f.gender, f.number) and not _other_name(f, e)
            if not (f.kind == "name" and e.named)
        ]
        return evidence.near(f, sorted(fits, key=lambda e: (-e.last, -e.place)), self.sentence)

    def _spoken_to(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        """ "Вы, сударь, небриты", "У вас прекрасные волосы, мадам.": the noun is the one spoken to."""
        f = found[at]
        if f.kind != "noun" or f.case != "nom" or f.number != "sing" or f.start == 0:
            return None
        after = tokens[f.end].low if f.end < len(tokens) else "."
        if tokens[f.start - 1].low != "," or (after not in HARD and after != ","):
            return None
        you = [g for g in found[:at] if g.lemma in ("ты", "вы") and g.entity is not None]
        if not you or (after == "," and you[-1].end != f.start - 1):
            return None
        entity: Entity = you[-1].entity
        return entity if not entity.nominal and self.compatible(entity, f.gender, "sing") else None

    def _likened(self, tokens: list[Token], f: Found) -> bool:
        """ "Запонки, тонкие пальцы пианиста.": whose they are was said; the noun tells what they are like."""
        if f.kind != "noun" or f.case != "gen" or f.start != f.first or f.first < 2 or self.sentence == 0:
            return False
        if any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens) or self.topic() is None:
            return False
        before = tokens[f.first - 1]
        return bool(before.keys("NOUN") & things().keys()) and tokens[f.first - 2].has("ADJF")

    def _relative(self, found: list[Found], at: int) -> Entity | None:
        f = found[at]
        for g in reversed(found[:at]):
            if g.kind in ("noun", "name", "pron") and g.entity is not None and f.first - g.last < 9:
                if f.lemma == "чей" or self.compatible(g.entity, f.gender, f.number):
                    return g.entity  # type: ignore[no-any-return]
        return None

    def _pronoun(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        f = found[at]
        if f.lemma == "я":
            if self.narrator is None:
                self.narrator = self._new(f)
            elif self.narrator not in self.entities:
                self.entities.append(self.narrator)
            return self.narrator
        if fold(f.lemma) in ("мужской", "женский"):
            return self.topic(f.gender) or self._new(f)
        if fold(f.lemma) not in ("он", "она", "они", "ты", "вы"):
            return self._one_of_them(f) or self._new(f)
        if f.lemma in ("ты", "вы"):
            for e in self.entities:
                if e.second:
                    return e
            told = [g for g in found[:at] if g.kind in ("noun", "name") and g.entity is not None]
            if len(told) == 1 and f.case == "nom" and tokens[f.start - 1].low == "," and f.lemma == "ты":
                told[0].entity.second = True  # "парень в очках, ты улыбался"
                return told[0].entity  # type: ignore[no-any-return]
            entity = self._new(f)
            entity.second = True
            return entity
        best, top = None, -1e9
        for e in self.entities:
            if e.second or not self.compatible(e, f.gender, f.number) or e.last < self.sentence - 6:
                continue
            if e is self.narrator:
                continue
            points = 3.0 * (e.last - self.sentence) + 1.5 * e.subject + 0.02 * e.place
            points -= 1.6 * (e.gender == "u" and f.gender != "u")
            if e.last == self.sentence and e.subject and f.case != "nom" and f.kind == "pron":
                if self._same_clause(tokens, e.place, f.first):
                    points -= 4.0  # an object pronoun is not its own subject
            if points >= top:
                best, top = e, points
        if best is not None:
            return best
        if f.number == "plur" or self._thing_before(tokens, f):
            return None
        return self._new(f)

    def _one_of_them(self, f: Found) -> Entity | None:
        """ "двое матросов: один смуглый, другой рыжий": the counted people just named."""
        if f.lemma not in ("один", "другой", "второй", "первый"):
            return None
        many = [e for e in self.entities if e.number == "plur" and e.count > 1 and e.nominal]
        many = [e for e in many if e.last >= self.sentence - 1 and e.gender in ("u", f.gender)]
        return many[-1] if many else None

    @staticmethod
    def _same_clause(tokens: list[Token], a: int, b: int) -> bool:
        return a < b and not any(t.low == "," or t.low in HARD or t.low in DASH for t in tokens[a:b])

    @staticmethod
    def _thing_before(tokens: list[Token], f: Found) -> bool:
        """A thing earlier in the sentence that the pronoun stands for."""
        want = {"m": "masc", "f": "femn"}.get(f.gender, "")
        if (
            f.kind == "pron"
            and f.case != "nom"
            and any(
                t.best.gender == want and t.best.key in things() and not _of_body(t.best.key)
                for t in tokens[: f.first]
            )
        ):
            return True
        return f.kind == "pron" and any(
            t.best.pos == "NOUN"
            and t.best.case == "nom"
            and not _of_body(t.best.key)
            and t.best.key not in people()
            and t.best.gender == want
            and t.best.animacy == "inan"
            and t.best.key not in EXCLAIMED
            for t in tokens[: f.first]
        )

    def _same(self, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
        """An entity already called by this word."""
        words = {fold(t.low) for t in tokens[f.start : f.first]} | {
            r.key for t in tokens[f.start : f.first] for r in t.readings
        }
        if words & ANOTHER:
            return None
        known = [self.named[k] for k in f.keys if k in self.named] if f.kind == "name" else []
        short = self._short_for(f, found)
        ghosts = [] if f.absent else self.ghosts[::-1]
        for e in known + self.entities[::-1] + short + ghosts:
            if e.number != f.number and not f.absent:
                continue
            if not (f.keys & e.words or e in short):
                continue
            if (f.gender == "u" or e.gender in ("u", f.gender)) and not _other_name(f, e):
                here = any(g.entity is e and g.kind in ("noun", "name") for g in found)
                if f.kind == "name" and _beside(f, e, found):
                    continue  # "Александр и Александра"
                if here and f.kind == "noun" and f.start != f.first:
                    continue  # "рыжий парень и лысый парень" are two
                if here and f.kind == "noun" and f.counted:
                    continue
                if e not in self.entities:
                    self.entities.append(e)  # named again after a while
                if e.ghost:
                    e.ghost = False
                    self.ghosts = [g for g in self.ghosts if g is not e]
                return e
        return None

    def _short_for(self, f: Found, found: list[Found]) -> list[Entity]:
        """The one known person whose full name "Ваня" is short for, unless both are in this sentence."""
        if "given" not in f.parts:
            return []
        mine = _full(f.parts["given"])
        fits = [e for e in self.cast if mine & _full(e.parts.get("given", ()))]
        fits = [e for e in fits if not _other_name(f, e)]
        fits = [e for e in fits if f.gender == "u" or e.gender in ("u", f.gender)]
        return fits if len(fits) == 1 and not any(g.entity is fits[0] for g in found) else []

    def _linked(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        """Apposition and predicate: "сосед, молодой человек", "это был человек", "он был врачом"."""
        f = found[at]
        previous = next(
            (g for g in reversed(found[:at]) if g.kind in ("noun", "name", "pron") and g.entity is not None),
            None,
        )
        k = f.start - 1
        if k < 0:
            return None
        gap = [fold(t.low) for t in tokens[max(0, k - 2) : k + 1]]
        be = verbs("be")
        if (
            f.case in ("nom", "ins")
            and ("это" in gap or (gap[0] == "то" and k < 3))
            and (gap[-1] in ("это", "сам", "сама") or tokens[k].keys() & be.keys() or gap[-1] in DASH)
        ):
            entity = self.topic(f.gender, f.number)
            if entity is not None:
                f.predicate = f.person is not None
                return entity
        if f.kind == "name":
            named = self._name_of(tokens, found, at)
            if named is not None:
                return named
        if previous is None or not self.compatible(previous.entity, f.gender, f.number):
            return None
        if f.kind == "name" and _called(tokens, previous, f):
            return previous.entity  # type: ignore[no-any-return]
        between = tokens[previous.end : f.start]
        low = [t.low for t in between]
        has_verb = any(t.best.pos in ("VERB", "INFN") for t in between)
        is_be = any(t.keys("VERB") & be.keys() for t in between)
        if f.kind == "noun" and f.case == "ins" and is_be and previous.case == "nom" and not f.phrase.prep:  # type: ignore[union-attr]
            if not any(t.low in HARD for t in between) and len(between) < 5:
                f.predicate = True
                return previous.entity  # type: ignore[no-any-return]
        if f.kind == "noun" and f.case == "ins" and previous.case in ("acc", "gen"):
            if any(t.keys("VERB", "INFN") & DEEMING for t in between) and len(between) < 6:
                f.predicate = True  # "Ольгу можно было назвать красавицей"
                return previous.entity  # type: ignore[no-any-return]
        if f.case == previous.case == "nom" and f.number == previous.number == "sing":
            if self._predicative(tokens, previous, f, between, is_be):
                f.predicate = f.kind == "noun"
                return previous.entity  # type: ignore[no-any-return]
        if f.kind == "noun" and f.case == previous.case == "nom" and is_be and len(between) < 4:
            if not any(t.low in HARD or t.low in (",", "и", "а") for t in between) and f.number == "sing":
                f.predicate = True  # "Марья была женщина полная"
                return previous.entity  # type: ignore[no-any-return]
        if (
            f.kind == "noun"
            and f.case == "nom"
            and previous.kind == "pron"
            and previous.case == "nom"
            and low in ([], ["не"])
        ):
            f.predicate = True  # "она блондинка"
            return previous.entity  # type: ignore[no-any-return]
        if low and low[-1] == ":" and not has_verb and f.case == "nom" and previous.start <= 3:
            form = previous.kind == "noun" and f.kind == "name" and len(low) == 1  # "Персонаж: Анна"
            if form or (previous.kind == "name" and f.kind == "noun" and f.number == "sing"):
                f.predicate = f.kind == "noun"  # "Мельник Захар: старик с бородой"
                return previous.entity  # type: ignore[no-any-return]
            kinds = [g.person.kind if g.person else "" for g in (previous, f)]
            if f.kind == "noun" and kinds[1] == "generic" and kinds[0] in ("role", "folk", "kin"):
                return previous.entity  # type: ignore[no-any-return]
            if f.kind == "name" and kinds[0] in ("generic", "kin", "role"):
                return previous.entity  # type: ignore[no-any-return]
        if f.kind == "noun" and f.case == "nom" and previous.case == "nom" and not has_verb and between:
            if len(between) == 1 and low[0] in DASH:
                f.predicate = True
                return previous.entity  # type: ignore[no-any-return]
        if low and low[-1] in ("не", "почти", "совсем", "еще", "уже"):
            low.pop()  # "господин, не красавец", "юноша, почти мальчик"
        if not low or has_verb or len(between) > 7:
            return None
        if low[-1] != "," and low[-1] not in DASH:
            return None
        if any(x in HARD for x in low) or "и" in low or "или" in low or low.count(",") > 1:
            return None
        cases = {r.case for r in f.forms} & ({r.case for r in previous.forms} or {previous.case})
        if previous.case not in cases and previous.case != f.case:
            return None
        if f.phrase is not None and f.phrase.prep:
            return None
        if f.kind == "name" and previous.kind == "name":
            return None
        after = tokens[f.end : f.end + 2]
        listed = (
            after and after[0].low in ("и", ",") and at + 1 < len(found) and found[at + 1].start <= f.end + 2
        )
        if listed and found[at + 1].kind in ("noun", "name") and found[at + 1].case == f.case:
            if after[0].low == "и":
                return None
        if f.person and f.person.kind == "kin" and previous.kind == "noun":
            return None
        f.predicate = f.kind == "noun"
        return previous.entity  # type: ignore[no-any-return]

    @staticmethod
    def _predicative(tokens: list[Token], who: Found, f: Found, between: list[Token], is_be: bool) -> bool:
        """A predicate noun parted by its own adjectives, or without a verb, or joined to another one."""
        quiet = ("ADJF", "PRTF", "ADVB", "PRCL", "CONJ", "ADJS", "COMP")
        plain = [t for t in between if not t.keys("VERB") & verbs("be").keys()]
        if f.kind == "name":  # "дама эта была Анна Сергеевна"
            return (
                is_be
                and who.kind == "noun"
                and len(plain) < 2
                and all(t.low in ("эта", "этот", "сам", "сама") for t in plain)
            )
        if is_be and plain and len(plain) < 8 and who.kind in ("name", "pron"):
            # "Лида была худенькая, но довольно хорошенькая брюнетка"
            return all(t.best.pos in quiet or t.low == "," for t in plain) and plain[-1].low != ","
        if who.kind == "name" and who.person is None and len(plain) < 3 and not is_be:
            # "Семён большой шутник", "Игорь уже старик"
            return all(t.best.pos in ("ADVB", "PRCL") and t.low not in ("и", "не") for t in plain)
        if who.predicate and [t.low for t in between] == ["и"]:
            return True
        return False

    def _name_of(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        """Whom a name is told of: "звали его Архип", "имя её было Агафья", "«Гурий Фомич!»" to a guest."""
        f = found[at]
        before = tokens[max(0, f.start - 4) : f.start]
        if any(t.keys("VERB") & NAMING or t.low in ("имя", "фамилия", "прозвище") for t in before):
            near = [g for g in found[:at] if g.entity is not None and f.start - g.end < 4]
            near = [g for g in near if g.case != "nom" or g.kind == "poss"]
            if near and self.compatible(near[-1].entity, f.gender, f.number):
                return near[-1].entity  # type: ignore[no-any-return]
        return self._greeted(tokens, found, at)

    def _greeted(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        f = found[at]
        called = f.end < len(tokens) and tokens[f.end].low == "!" and f.start > 0
        if not called or not (tokens[f.start - 1].low in QUOTES or tokens[f.start - 1].low in DASH):
            return None
        guests = [e for e in self.entities if e.nominal and not e.named and e.last == self.sentence - 1]
        guests = [e for e in guests if e.number == "sing" and self.compatible(e, f.gender, "sing")]
        return guests[0] if len(guests) == 1 and guests[0].facts else None

    def _again(self, tokens: list[Token], f: Found, found: list[Found]) -> Entity | None:
        """A definite noun for someone on stage: "гость вошёл... мужчина сел"."""
        if f.kind != "noun" or f.person is None or f.person.kind not in KINDS_AGAIN or f.counted:
            return None
        if f.case != "nom" or f.number != "sing" or self.sentence == 0:
            return None
        words = {fold(t.low) for t in tokens[f.start : f.first]}
        if words & ANOTHER or words & NUMBER_KEYS.keys():
            return None
        before = [t for t in tokens[: f.start] if t.best.pos == "VERB"]
        if before and not before[-1].keys("VERB") & verbs("speech").keys():
            return None  # "вошёл мужчина" brings someone new
        key = next(iter(f.keys))
        hyper = key in AGE_GROUP or key in (
            "мужчина",
            "женщина",
            "человек",
            "незнакомец",
            "незнакомка",
            "гость",
            "гостья",
            "господин",
            "дама",
            "красавица",
            "красавец",
            "мужик",
            "тетка",
            "посетитель",
            "посетительница",
            "хозяин",
            "хозяйка",
        )
        fits = []
        for e in self.entities:
            if not self.compatible(e, f.gender, "sing") or e.last == self.sentence or not e.nominal:
                continue
            if any(g.entity is e for g in found):
                continue
            groups = {AGE_GROUP[k] for k in e.words if k in AGE_GROUP}
            group = AGE_GROUP.get(key)
            if group and groups and group not in groups:
                continue
            if not hyper and (not e.kinds <= {"generic", "people"} or not before):
                continue  # "сказала ведьма" may be the old woman; "носильщик тащил" is someone new
            if f.start != f.first and not hyper:
                continue
            if e.kinds == {"kin"} and (not group or key in GRANDPARENTS):
                continue
            fits.append(e)
        return fits[-1] if len(fits) == 1 else None


def _introduced(tokens: list[Token], f: Found) -> bool:
    """ "Меня зовут Крюков", "моя фамилия Штейн": the speaker's own name."""
    before = tokens[max(0, f.start - 4) : f.start]
    mine = any(t.low in ("меня", "моя", "мое", "моё") for t in before)
    return mine and any(t.keys("VERB") & NAMING or t.low in ("фамилия", "имя", "прозвище") for t in before)


def _spoken(tokens: list[Token], f: Found) -> bool:
    """The words are somebody's speech: in quotes or after a dash at the start."""
    if tokens[0].low in DASH:
        return True
    quotes = [t.low for t in tokens[: f.first] if t.low in QUOTES]
    return bool(quotes) and (quotes[-1] in "«“„" or len(quotes) % 2 == 1)


def _beside(f: Found, e: Entity, found: list[Found]) -> bool:
    """Somebody else with as much of a name stands in the same sentence."""
    names = [g for g in found if g.entity is e and g.kind == "name" and g is not f]
    return any(g.lemma != f.lemma and g.parts.keys() == f.parts.keys() for g in names)


def _called(tokens: list[Token], who: Found, name: Found) -> bool:
    """ "верзилу звали Эдуардом", "звали её Марфой", "старик по имени Захар"."""
    if tokens[name.start - 1].low in ("имени", "прозвищу", "кличке", "фамилии"):
        return name.start - who.end <= 3
    first = max(0, who.start - 2)
    verb = any(t.keys("VERB") & NAMING for t in tokens[first : name.start])
    return verb and who.case in ("acc", "gen") and name.case in ("nom", "ins") and name.start - who.end <= 3


def _full(given: Iterable[str]) -> set[str]:
    """Every full name the given names may be short for, themselves included."""
    return {full for name in given for full in (name, *short_names().get(name, ()))}


def _other_name(f: Found, e: Entity) -> bool:
    """ "Иван Сергеевич" is not "Иван Петрович": some part of the name is another's.

    Two names that share the given one alone are two people: "Соня Белова", "Софья Ивановна".
    """
    mine, theirs = set(f.parts) - {"given"}, set(e.parts) - {"given"}
    if "given" in f.parts and "given" in e.parts and mine and theirs and not mine & theirs:
        return True
    for part, keys in f.parts.items():
        have = e.parts.get(part)
        if have and not (keys & have or (part == "given" and _full(keys) & _full(have))):
            return True
    return False


def _of_body(key: str) -> bool:
    """A part of the body, which a pronoun next to it owns rather than stands for."""
    return key in things() and things()[key].category not in ("clothes", "headwear", "accessory")
