"""Who is who: one entity for each person of the text, across sentences."""

from ...grammar.marks import DASH, HARD, QUOTES
from ...grammar.phrases import look_of
from ...grammar.tokens import Token
from ...lexicon.lists import fold, things, verbs, word_set
from ...model import WORN
from ..found import Found, capital
from ..name_words import SUBJECT
from ..names import known_name_at
from . import evidence
from .alone import alone, likened, wished_for
from .aloud import addressed, called_aloud, introduced, is_address, spoken_to, told_aloud
from .antecedents import antecedent, relative
from .entity import NOMINAL, Entity, Fact
from .links import apposed, linked, named_at_last
from .namesakes import again, may_mean, namesake, nominatives, other_name, pointed_at
from .pairs import BY_NAME
from .rows import rows

MEMORY = 12  # sentences a common noun may refer back over; names refer back over the whole text
CROWD = 40
MEASURED = ("возраст", "рост", "внешность", "типаж", "телосложение")
LINE = word_set("forms.txt", "line")  # "Особые приметы: шрам на щеке"
NAMING = ("NOUN", "PROPN", "X")
NAMES = word_set("verbs.txt", "name")


class Scene:
    """Entities in order of appearance and the rules that say which mention is whose."""

    def __init__(self) -> None:
        self.entities: list[Entity] = []  # those who may still be spoken of
        self.ghosts: list[Entity] = []  # those talked about
        self.cast: list[Entity] = []  # those who have a name: it may come again in any chapter
        self.left: list[Entity] = []  # nameless ones nobody can refer to any more, for the reader to take
        self.described: list[Entity] = []  # nameless ones who have left, and may have got a name since
        self.named: dict[str, list[Entity]] = {}  # a family shares a name
        self.titles: dict[str, Entity] = {}  # "доктор Краснов" is "доктор" as well
        self.came: list[Fact] = []  # those whose person has come, for the reader to mark
        self.waiting: list[tuple[int, Fact]] = []  # looks told of nobody yet, each with its sentence
        self.narrator: Entity | None = None  # who says "я"
        self.announced: tuple[int, Entity] | None = None  # somebody named after a while, and when
        self.looked_at: tuple[int, Entity] | None = None  # whom somebody looks at, and when
        self.bodies: dict[str, tuple[int, Entity]] = {}  # part of the body -> when it was last whose
        self.portrait: tuple[int, Entity | None] = (-2, None)  # when looks were told without a word for whose
        self.aloud = False  # the paragraph is somebody's speech
        self.sentence = -1
        self.asked_name = -2  # the sentence that asked for somebody's name
        self._done: list[Found] = []

    def enter(self, tokens: list[Token], found: list[Found]) -> None:
        """Give every mention of a sentence its entity."""
        self.sentence += 1
        self._forget()
        self._done = found
        if tokens[0].opens:
            self.aloud = tokens[0].low in DASH
        self._recognise(tokens, found)
        self._described_after(tokens)
        if tokens[-1].low == "?" and any(t.keys("VERB") & NAMES for t in tokens):
            self.asked_name = self.sentence
        speakers = [k for k, f in enumerate(found) if f.lemma == "я" and (self.aloud or _spoken(tokens, f))]
        speakers += [k for k, f in enumerate(found) if f.kind == "name" and introduced(tokens, f)]
        speakers += [
            k for k, f in enumerate(found) if f.kind == "noun" and f.start > 1 and is_address(tokens, f)
        ]
        others = [k for k in range(len(found)) if k not in speakers]
        for k in others + speakers:  # who speaks, and to whom, is named after the words
            f = found[k]
            if k in speakers and f.kind != "noun":
                entity = self._speaker(tokens, found)
                if entity is None and f.kind == "name":
                    entity = self.topic(f.gender) or self._resolve(tokens, found, k)
            else:
                entity = self._resolve(tokens, found, k)
            f.entity = entity
            if entity is None and f.absent and f.kind in NOMINAL:
                f.ghost = entity = self._talked_about(f)
            if entity is not None and f.kind != "rel":
                self._take_in(tokens, f, entity)
        self._told_apart(found)
        for row in rows(tokens, found):
            people = tuple(f.entity for f in row if f.entity is not None and not f.absent)
            for entity in people:
                entity.listed = people
        self._bodies(tokens, found)

    def _bodies(self, tokens: list[Token], found: list[Found]) -> None:
        """Whose face or hands were spoken of last: "это лицо" is the same one."""
        for f in found:
            if f.entity is None or not (f.kind == "poss" or (f.case == "gen" and f.kind in NOMINAL)):
                continue
            near = tokens[max(0, f.start - 1) : f.start]
            if f.kind == "poss":
                near = [*near, *[t for t in tokens[f.end : f.end + 4] if t.best.pos == "NOUN"][:1]]
            for t in near:
                if t.key in things() and things()[t.key].category not in WORN:
                    self.bodies[t.key] = self.sentence, f.entity

    def that_body(self, key: str) -> Entity | None:
        """Whose this part of the body was in the sentence before."""
        at, entity = self.bodies.get(key, (-2, None))
        return entity if at >= self.sentence - 1 else None

    def _recognise(self, tokens: list[Token], found: list[Found]) -> None:
        """Find names that pass for other words and that somebody has here."""
        taken = {k for f in found for k in range(f.first, f.end)}
        for t in tokens:
            if t.i in taken or not capital(t) or t.best.pos not in ("NOUN", "X") or t.pos not in NAMING:
                continue
            if t.i == 0 and t.rel not in SUBJECT:
                continue
            keys = t.keys("NOUN") | {fold(t.low)}
            if t.pos == "PROPN" and t.best.animacy == "inan":
                keys |= nominatives(fold(t.low))  # "у Лемма", whom the dictionary takes for a lemma
            if keys & self.named.keys():
                f = known_name_at(tokens, t.i)
                if f is not None:
                    found.append(f)
                    found.sort(key=lambda f: f.first)

    def _described_after(self, tokens: list[Token]) -> None:
        """ "Требуется актриса. Возраст 65+, седая": looks told next are of the one whom a notice asks for."""
        asked = [e for e in self.ghosts if e.sought and e.number == "sing" and e.last == self.sentence - 1]
        others = [e for e in self.entities if e.last >= self.sentence - 1]
        first = tokens[0]
        told = first.keys("NOUN") & things().keys() or look_of(first) is not None
        told = told or (first.key in MEASURED and any(t.low[0].isdigit() for t in tokens))
        told = told or (fold(first.low) in LINE and any(t.low == ":" for t in tokens[1:4]))
        if asked and not others and told:
            self.recall(asked[0])
            asked[0].seen = True

    def _take_in(self, tokens: list[Token], f: Found, entity: Entity) -> None:
        """What a mention adds to the one it means."""
        entity.hint = entity.hint or f.hint
        called = is_address(tokens, f)
        entity.only_called = called and (not entity.starts or entity.only_called)
        entity.subjects += f.case == "nom"
        if f.case == "nom" and f.kind != "poss" and not called:
            entity.acted = self.sentence, f.first
        if f.kind in NOMINAL:
            entity.heard = self.sentence
            entity.nouns += 1
            if _looked_at(tokens, f):
                self.looked_at = self.sentence, entity
            entity.there = max(entity.there, *(t.person for t in tokens[f.first : f.end]))
        if not entity.evidence or (entity.nouns == 1 and f.kind in NOMINAL):
            entity.evidence = (*evidence.mention(tokens, f), *f.near)
        if f.kind == "name":
            said = self.aloud or _spoken(tokens, f) or not any(t.best.pos == "VERB" for t in tokens)
            self._take_name(f, entity, said)
        f.denied = f.start > 0 and tokens[f.start - 1].low == "не"
        entity.mention(f, tokens[f.first].start, tokens[f.last].end)
        if not (entity.second and entity.named and f.lemma in ("ты", "вы")):
            again = entity.last == self.sentence and _in_main_clause(tokens, entity.acted[1])
            entity.last, entity.place = self.sentence, f.first
            entity.subject = entity.subject and (f.kind == "poss" or again)
            entity.subject = entity.subject or (_stands_out(tokens, f) and not called)
        if entity.gender == "u" and f.gender != "u" and f.number == "sing":
            entity.gender = f.gender

    def _take_name(self, f: Found, entity: Entity, said: bool) -> None:
        """Who has a name is kept to the end, and found again by each of its words; `said` aloud, or alone."""
        if not entity.named:
            self.cast.append(entity)
        if (not entity.starts or entity.last < self.sentence - MEMORY) and f.number == "sing":
            if said:
                self.announced = self.sentence, entity
            if f.case == "nom":
                self._described_before(entity)
        if f.person is not None and f.person.kind == "role":
            self.titles.setdefault(f.person.word, entity)
        for key in sorted(set().union(*f.parts.values()) if f.parts else f.keys):
            same = self.named.setdefault(key, [])
            if entity not in same:
                same.append(entity)

    def _described_before(self, entity: Entity) -> None:
        """A new name may be that of somebody who is there already: then the noun is not heard again."""
        fits = [
            e
            for e in self.entities
            if e.facts and "generic" in e.kinds and not e.named and not self.apart(e)
            if e.last >= self.sentence - 8 and e.first > entity.last
            if e.becomes is None or (e.heard > e.becomes.heard and not e.announced)
            if e.number == "sing" and self.compatible(e, entity.gender, entity.number)
        ]
        if fits:
            max(fits, key=lambda e: (len(e.starts), e.last)).becomes = entity

    def _told_apart(self, found: list[Found]) -> None:
        """Who is told of beside somebody named is somebody else, unless it is said aloud."""
        if self.aloud:
            return
        named = {id(f.entity) for f in found if f.kind == "name"}
        for f in found:
            e = f.entity
            if f.kind in NOMINAL and e is not None and e.becomes is not None and id(e.becomes) in named:
                e.becomes = None

    def _forget(self) -> None:
        """Let go of what the coming sentences cannot refer to, so that a book takes little memory."""
        for f in self._done:
            f.phrase, f.forms, f.entity = None, (), None
        stay = [e for e in self.entities if e.last >= self.sentence - MEMORY][-CROWD:]
        gone = [e for e in self.entities if e not in stay]
        gone += [e for e in self.ghosts if e.last < self.sentence - MEMORY]
        self.ghosts = [e for e in self.ghosts if e.last >= self.sentence - MEMORY]
        for e in gone:
            if e.becomes is not None:
                self.described.append(e)
            elif not e.named and e is not self.narrator:
                self.left.append(e)
        self.entities = stay

    def close(self) -> None:
        """The text is over: everybody leaves."""
        for e in self.described:
            if e.becomes is not None and len(e.becomes.starts) > 2:  # fewer, and the name is hardly one
                e.becomes.absorb(e)
            else:
                self.left.append(e)
        narrator = [self.narrator] if self.narrator is not None and not self.narrator.named else []
        self.left += [e for e in self.entities + self.ghosts if not e.named and e is not self.narrator]
        self.left += narrator + self.cast
        self.entities, self.ghosts, self.cast, self.described, self.narrator = [], [], [], [], None

    @staticmethod
    def compatible(entity: Entity, gender: str, number: str) -> bool:
        """Whether a mention of this sex and number can mean the person."""
        if (entity.number == "plur") != (number == "plur"):
            return False
        return number == "plur" or "u" in (entity.gender, gender) or entity.gender == gender

    def apart(self, entity: Entity) -> bool:
        """Whether this is "я" or "ты", whom "он" never means; "ты" may, who has a name."""
        return entity is self.narrator or (entity.second and not entity.named)

    def topic(self, gender: str = "u", number: str = "sing") -> Entity | None:
        """The person being spoken of: the latest fitting subject."""
        best, top = None, -1e9
        for e in self.entities:
            if self.apart(e) or not self.compatible(e, gender, number):
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
            if f.keys & e.words and e.number == f.number and not other_name(f, e):
                return e
        entity = Entity(f.number, f.gender, ghost=True, sought=f.sought)
        self.ghosts.append(entity)
        return entity

    def _speaker(self, tokens: list[Token], found: list[Found]) -> Entity | None:
        """Who says "я" in quotes or after a dash: "— Я рыжая, — сказала Маша"."""
        speech = verbs("speech").keys()
        for g in found:
            near = tokens[max(0, g.start - 2) : g.end + 2]
            if g.entity is not None and g.case == "nom" and any(t.keys("VERB") & speech for t in near):
                return g.entity if g.lemma != "я" else None
        return None

    def newcomer(self, f: Found) -> Entity:
        """Somebody new, or somebody of whom only looks were told and who now gets a noun."""
        for e in self.entities:
            if e.unnamed and not e.nominal and e.last >= self.sentence - 2 and f.kind in NOMINAL:
                if self.compatible(e, f.gender, f.number):
                    return e
        if f.kind == "name":
            told_of = self._told_before_named(f) or self._called_before(f)
            if told_of is not None:
                return told_of
        entity = Entity(f.number, f.gender, first=self.sentence)
        self.entities.append(entity)
        self._announced_before(f, entity)
        return entity

    def _told_before_named(self, f: Found) -> Entity | None:
        """ "Не было в ней красоты. Глаза у Анны были серые": of whom only "она" was said so far."""
        others = [e for e in self.entities if not self.apart(e) and e.number == "sing"]
        others = [e for e in others if e.last >= self.sentence - 3 and e.gender == f.gender]
        alone = len(others) == 1 and f.gender != "u" and f.number == "sing"
        return others[0] if alone and not others[0].nominal and others[0].last < self.sentence else None

    def _called_before(self, f: Found) -> Entity | None:
        """ "— Где течёт, хозяйка? — Вера Львовна, бледная, молчала": who was only called so far."""
        if f.case != "nom" or f.number != "sing" or f.gender == "u":
            return None
        near = [e for e in self.entities if e.last >= self.sentence - 2 and e.number == "sing"]
        near = [e for e in near if e.only_called and e.kinds == {"generic"} and e.gender == f.gender]
        return near[-1] if len(near) == 1 else None

    def _announced_before(self, f: Found, entity: Entity) -> None:
        """ "Вот и Кузьмич." Вошёл старик...": whose name was just said comes in."""
        if self.announced is None or f.kind != "noun" or f.person is None or f.person.kind != "generic":
            return
        at, other = self.announced
        if self.sentence - 2 <= at < self.sentence and f.number == "sing":
            if self.compatible(other, f.gender, "sing"):
                entity.becomes, entity.announced = other, True

    def recall(self, entity: Entity) -> None:
        """Somebody is named again after a while, or comes in who was only talked about."""
        if entity not in self.entities:
            self.entities.append(entity)
        if entity.ghost:
            entity.ghost = False
            self.ghosts = [e for e in self.ghosts if e is not entity]

    def _are_one(self, entity: Entity, other: Entity) -> None:
        """Somebody just brought in is somebody known."""
        entity.absorb(other)
        self.entities = [e for e in self.entities if e is not other]
        self._renamed(entity, other)

    def just_described(self, f: Found, named: Entity) -> Entity | None:
        """ "Вошёл высокий человек. Громов был человек лет сорока": who came in and has got a name since."""
        fits = [
            e
            for e in self.entities
            if e is not named and not e.named and f.keys & e.words and e.number == f.number
            if self.sentence - 4 < e.last < self.sentence and e.first < named.first
            if not self.apart(e) and self.compatible(e, named.gender, "sing")
        ]
        return fits[-1] if fits else None

    def unite(self, entity: Entity, other: Entity) -> None:
        """Two who were told of by different parts of one name are one person."""
        entity.absorb(other)
        entity.take_names_of(other)
        self.entities = [e for e in self.entities if e is not other]
        self.cast = [e for e in self.cast if e is not other]
        for same in self.named.values():
            if other in same:
                same.remove(other)
                if entity not in same:
                    same.append(entity)
        self.titles = {word: entity if e is other else e for word, e in self.titles.items()}
        self.narrator = entity if self.narrator is other else self.narrator
        for e in (*self.entities, *self.described):
            if e.becomes is other:
                e.becomes = entity if e is not entity else None
        if self.announced is not None and self.announced[1] is other:
            self.announced = None
        self._renamed(entity, other)

    def _renamed(self, entity: Entity, other: Entity) -> None:
        """What was remembered of the other is this one's."""
        if self.looked_at is not None and self.looked_at[1] is other:
            self.looked_at = self.looked_at[0], entity
        if self.portrait[1] is other:
            self.portrait = self.portrait[0], entity
        self.bodies = {key: (at, entity if e is other else e) for key, (at, e) in self.bodies.items()}
        for f in self._done:
            if f.entity is other:
                f.entity = entity

    def _resolve(self, tokens: list[Token], found: list[Found], at: int) -> Entity | None:
        """Whom a mention means; None for nobody who is there."""
        f = found[at]
        if f.kind == "rel":
            return relative(self, found, at)
        if f.kind in ("pron", "poss"):
            return antecedent(self, tokens, found, at)
        entity = self.topic(f.gender, f.number) if _in_form(tokens, f) else None
        if entity is not None:
            return entity
        if f.person and f.person.kind == "collective" and f.kind == "noun":
            return None
        entity = spoken_to(self, tokens, found, at)
        known = called_aloud(self, tokens, found, at) if entity is not None else None
        if entity is not None and known is not None:
            self._are_one(known, entity)
            return known
        entity = entity or apposed(self, tokens, found, at) or pointed_at(self, tokens, f, found)
        entity = entity or namesake(self, tokens, f, found)
        if entity is not None:
            same = named_at_last(self, tokens, found, at) if f.kind == "name" else None
            if same is not None:
                self._are_one(entity, same)
            return entity
        entity = addressed(self, tokens, found, at) or called_aloud(self, tokens, found, at)
        entity = entity or told_aloud(self, tokens, found, at) or alone(self, tokens, f)
        if entity is not None:
            return entity
        by_name = f.kind == "name" and f.start > 0 and tokens[f.start - 1].low in BY_NAME
        f.absent = not by_name and (f.absent or likened(self, tokens, f) or wished_for(self, tokens, f))
        if f.absent:
            return None
        entity = linked(self, tokens, found, at) or again(self, tokens, f, found)
        if entity is not None:
            return entity
        f.near = may_mean(self, f)
        return self.newcomer(f)


def _in_form(tokens: list[Token], f: Found) -> bool:
    """ "Раса: эльф", "Профессия - врач": more of the one who is spoken of."""
    if f.start < 2 or tokens[f.start - 1].low not in (":", "-", "—"):
        return False
    return fold(tokens[f.start - 2].low) in word_set("reference.txt", "role key")


def _in_main_clause(tokens: list[Token], i: int) -> bool:
    """No "как", "что" or "который" stands before."""
    return not any(t.pos == "SCONJ" or t.key == "который" for t in tokens[:i])


def _stands_out(tokens: list[Token], f: Found) -> bool:
    """A subject, or somebody seen: "увидел Петра. Он..." is Пётр."""
    if f.case == "nom":
        return True
    if f.case not in ("acc", "gen") or f.kind not in NOMINAL:
        return False
    return any(t.keys("VERB") & verbs("notice").keys() for t in tokens[max(0, f.start - 3) : f.start])


def _looked_at(tokens: list[Token], f: Found) -> bool:
    """ "посмотрел на чужака", "увидел девушку", and nothing more is said of it."""
    k = f.start - 1 - (f.start > 0 and tokens[f.start - 1].low == "на")
    if k < 0 or f.case not in ("acc", "gen") or (f.end < len(tokens) and tokens[f.end].low not in HARD):
        return False
    seen = verbs("notice") if k == f.start - 1 else verbs("looking")
    return bool(tokens[k].keys("VERB", "GRND") & seen.keys())


def _spoken(tokens: list[Token], f: Found) -> bool:
    """The words are somebody's speech: in quotes or after a dash at the start."""
    if tokens[0].low in DASH:
        return True
    quotes = [t.low for t in tokens[: f.first] if t.low in QUOTES]
    return bool(quotes) and (quotes[-1] in "«“„" or len(quotes) % 2 == 1)
