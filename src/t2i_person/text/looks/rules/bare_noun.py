"""Nouns without a preposition: subjects, objects and what the instrumental or "нет" tells.

Each rule answers True where it made a feature, False where the noun is none, None where it has no say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.nominative import normalize
from ...lexicon.lists import fold, things, verbs, word_set
from .rule import rule

if TYPE_CHECKING:
    from ...people.coreference.entity import Entity
    from .noun import NounAt


@rule("Иван вошёл. Синяки под глазами его темнели.", "синяки под глазами")
def under_eyes(noun: NounAt) -> bool | None:
    return True if noun.looks._under_eyes(noun.phrase, noun.entry) else None


OF_A_GARMENT = word_set("rules.txt", "of a garment")


@rule("Оля порылась в кармане халата.", "халат")
def pocket_of(noun: NounAt) -> bool | None:
    """In the genitive behind a part of a garment: somebody does something with it, who wears it."""
    looks, k = noun.looks, noun.start - 1
    if k < 0 or not noun.worn or "gen" not in noun.cases or noun.prep or noun.verb is None:
        return None
    part = noun.tokens[k]
    if not part.keys("NOUN") & OF_A_GARMENT or looks._elsewhere(noun.place) or part.rel.startswith("nsubj"):
        return None
    return noun.emit(noun.possessor or looks.subject(noun.verb))


@rule("Иван повертел в руках чужую перчатку.", "")
def anothers(noun: NounAt) -> bool | None:
    """What one handles that is somebody else's is not worn."""
    if not any(noun.tokens[m].keys("ADJF") & {"чужой"} for m in noun.phrase.mods) or noun.body:
        return None
    if noun.prep or "acc" not in noun.cases or noun.verb_keys & verbs("wear").keys() - verbs("hold").keys():
        return None
    noun.looks.barred |= set(range(noun.start, noun.end))
    return False


@rule("Женщина не снимала перчаток.", "перчатки")
def taken_off(noun: NounAt) -> bool | None:
    """What one takes off is no look; what one does not take off is."""
    looks, verb = noun.looks, noun.verb
    if verb is None or not noun.verb_keys & verbs("remove").keys() or noun.verb_keys & verbs("wear").keys():
        return None
    if "nom" in noun.cases and noun.place < verb and looks._thing_does(verb):
        return None  # the noun is the verb's subject
    kept = verb > 0 and noun.tokens[verb - 1].low == "не" and noun.worn and noun.start > verb
    if kept and "gen" in noun.cases | {noun.phrase.case}:
        return noun.emit(looks.subject(verb))
    if noun.worn and not kept and {"acc", "gen"} & noun.cases:
        looks.barred |= set(range(noun.start, noun.end))  # the network would read it
    return False


@rule("У мужчины нет усов.", "!усы")
def denied(noun: NounAt) -> bool | None:
    looks = noun.looks
    if "gen" not in noun.cases:
        return None
    denial = looks._denial_start(noun.phrase)
    if denial is None or (noun.body and looks._unseen(noun.phrase)):
        return None
    owner = noun.possessor or (looks.subject(noun.verb) if noun.verb is not None else None)
    if owner is looks.scene.narrator and owner is not None and looks.others_here():
        owner = looks.others_here()[0].entity  # "ни морщинки: такой Аню я видел впервые"
    near = noun.start - 3 <= denial and all(k not in looks.at for k in range(denial, noun.start))
    first = denial if near else noun.start
    done = noun.emit_from(first, noun.end, owner or looks.scene.topic() or looks.scene.narrator, True)
    lacking = noun.tokens[noun.start - 1].keys("VERB", "PRTF", "PRTS", "NOUN") & word_set(
        "grammar.txt", "lacking"
    )
    if done and first < noun.start and lacking:
        looks.made[-1] = (*looks.made[-1][:4], "без", "gen")  # "лишён бровей и ресниц"
    return done


@rule("Волосы у девушки были рыжими.", "рыжие волосы")
def told_after(noun: NounAt) -> bool | None:
    """What the noun is like stands after it."""
    looks = noun.looks
    told = looks._predicate(noun.phrase, noun.entry) if "nom" in noun.cases else None
    if told is None:
        return None
    end, normalized, negated = told
    owner = noun.possessor or looks._continuing(noun.place)
    if owner is None and noun.worn and not looks.people_here():
        owner = looks.scene.topic() if looks.scene.entities else None
    elif owner is None:
        owner = looks._body_owner(noun.phrase, None)
    return noun.emit_from(noun.start, end, owner, negated, normalized)


@rule("Забинтована рука у солдата.", "забинтованная рука")
def told_before(noun: NounAt) -> bool | None:
    """What a part of the body is like stands before it as a predicate."""
    told = noun.looks._predicate_before(noun.phrase) if noun.body and "nom" in noun.cases else None
    if told is None:
        return None
    first, normalized, negated = told
    owner = noun.possessor or noun.looks._body_owner(noun.phrase, None)
    return noun.emit_from(first, noun.end, owner, negated, normalized)


@rule("Вошёл мужчина крепкого телосложения.", "крепкое телосложение")
def in_genitive(noun: NounAt) -> bool | None:
    """A part of the body in the genitive right after its owner, a feature or a comma."""
    before = noun.start - 1
    if noun.phrase.case != "gen" or before < 0 or not noun.described or not noun.body:
        return None
    if before in noun.looks.at or before in noun.looks.used or noun.tokens[before].low == ",":
        return noun.emit(noun.looks.nominal_owner(noun.start, noun.end))
    return None


@rule("Девушка носила синее платье.", "синее платье")
def object_of_wearing(noun: NounAt) -> bool | None:
    looks, verb = noun.looks, noun.verb
    if verb is None or not noun.cases & {"acc", "gen", "nom"} or not _wears(noun):
        return None
    if not noun.enough or looks._subject_thing(noun.place, verb):
        return None
    owner = noun.possessor or looks.subject(verb)
    after = looks._trailing(noun.phrase, verb)
    if after is not None:
        return noun.emit_from(noun.start, after[0], owner, False, after[1])
    return noun.emit(owner, looks.verb_denied(verb) or looks.negation(noun.start))


@rule("Иван держал в охапке халат.", "")
def held_clothes(noun: NounAt) -> bool | None:
    """Clothes in the hands are not worn."""
    if not noun.worn or not noun.verb_keys & verbs("hold").keys() or "acc" not in noun.cases:
        return None
    apart = noun.verb is None or not noun.looks.same_segment(noun.verb, noun.place)
    if apart and (noun.verb is None or noun.place < noun.verb):
        return None  # "зелёное платье, держу кота"
    noun.looks.barred |= set(range(noun.start, noun.end))
    return False


def _wears(noun: NounAt) -> bool:
    """The clause's verb is one of wearing the garment or of having what is carried."""
    keys = noun.verb_keys
    raised = noun.key in word_set("rules.txt", "raised") and keys & verbs("raise").keys()
    if not raised and not keys & verbs("wear").keys():
        return False
    held = keys & verbs("hold").keys()
    if noun.entry.carried:
        return bool(held or keys & verbs("carry").keys())
    return not (noun.worn and held)


@rule("Вошёл старик, закутанный пледом.", "закутанный пледом")
def wrapped_in(noun: NounAt) -> bool | None:
    """In the instrumental without a verb that shows it, only what a participle before it wraps with."""
    if not _instrumental(noun) or (noun.enough and (noun.body or _shown_by_verb(noun))):
        return None
    return noun.looks._wrapped(noun.phrase, noun.entry, noun.end)


def _instrumental(noun: NounAt) -> bool:
    return noun.phrase.case == "ins" or ("ins" in noun.cases and "nom" not in noun.cases)


def _shown_by_verb(noun: NounAt) -> bool:
    keys = noun.verb_keys
    waves = verbs("wave").keys() if noun.entry.carried else set()  # "обмахивался картузом": not worn
    shows = keys & (verbs("show off").keys() | waves)
    return bool(shows or (noun.worn and keys & verbs("ring").keys()))


@rule("Старик сверкал лысиной.", "лысина")
def shown_by_verb(noun: NounAt) -> bool | None:
    if not _instrumental(noun):
        return None
    if noun.entry.category in ("build", "other") and not noun.described:
        if not noun.verb_keys & verbs("get").keys():
            return False
    if noun.possessor is not None or noun.verb is None:
        return noun.emit(noun.possessor or noun.looks.nominal_owner(noun.start, noun.end))
    return noun.emit(noun.looks.subject(noun.verb))


@rule("Иван радовался сапогам.", "")
def neither_subject_nor_object(noun: NounAt) -> bool | None:
    """The rules after this one are of subjects and objects."""
    object_too = "acc" in noun.cases and (noun.body or noun.phrase.case in ("nom", "acc"))
    return None if "nom" in noun.cases or object_too else False


@rule("Щёки девушки пылали румянцем.", "щёки пылали румянцем")
def part_does(noun: NounAt) -> bool | None:
    """A noun that needs an adjective and has none may have a verb that tells as much."""
    if noun.enough:
        return None
    return noun.looks._part_does(noun.phrase, noun.entry, noun.end, noun.verb, noun.verb_keys)


@rule("Вид её страданий раздражил Ивана.", "")
def plain_look(noun: NounAt) -> bool | None:
    """ "вид" alone is a view."""
    view = noun.entry.category == "expression" and fold(noun.entry.word) == "вид"
    return False if noun.body and view and not noun.described else None


@rule("Лицо старика покрывали морщины.", "лицо в морщинах")
def covering_a_part(noun: NounAt) -> bool | None:
    if noun.verb is None or not noun.body or noun.described or not noun.verb_keys & verbs("cover").keys():
        return None
    return noun.looks._covered(noun.phrase, noun.entry, noun.end, noun.verb, noun.possessor)


@rule("Врач сняла маску. Увидел Иван усталое лицо.", "усталое лицо")
def seen_by_somebody(noun: NounAt) -> bool | None:
    """Whose face somebody sees is not the one who sees, but who was told of before."""
    if not noun.body or "acc" not in noun.cases or noun.prep or not noun.verb_keys & verbs("notice").keys():
        return None
    if noun.possessor is not None or noun.verb is None or not noun.enough:
        return None
    who = noun.looks.subject(noun.verb)
    scene = noun.looks.scene
    others = [e for e in scene.entities if e is not who and e.nominal and e.last >= scene.sentence - 2]
    if who is None or len(others) != 1 or others[0].number != "sing":
        return None
    noun.looks.certain.add(noun.start)
    return noun.emit(others[0])


@rule("Иван молчал. На щеке белел шрам.", "шрам")
def part_there(noun: NounAt) -> bool | None:
    """A part of the body or a mark on it that is the clause's subject or object."""
    if not noun.body:
        return None
    owner = noun.possessor or noun.looks._body_owner(noun.phrase, noun.verb)
    return _emit_with_verb(noun, owner, False)


def _emit_with_verb(noun: NounAt, owner: Entity | None, negated: bool) -> bool:
    """Make a feature that takes in a verb that tells how the thing looks: "плащ висел клочьями"."""
    first, end = noun.looks._clause_of(noun.phrase, noun.end, noun.verb)
    normalized = normalize(noun.tokens, noun.phrase, noun.end)
    return noun.emit_from(first, end, owner, negated, normalized)


@rule("На нём был серый пиджак. Иван молчал.", "серый пиджак")
def shown_on_owner(noun: NounAt) -> bool | None:
    if noun.possessor is None or not noun.looks._shown(noun.phrase, noun.verb, noun.verb_keys):
        return None
    return _emit_with_verb(noun, noun.possessor, noun.looks.negation(noun.start))


@rule("Иван подхватил чемодан.", "")
def acted_upon(noun: NounAt) -> bool | None:
    """What is carried is no look as the object of just any verb."""
    verb = noun.verb
    if not noun.entry.carried or verb is None or noun.looks._thing_does(verb):
        return None
    transitive = any("tran" in r.grams for r in noun.tokens[verb].readings if r.pos == "VERB")
    apart = "nom" in noun.cases and not noun.looks.same_segment(verb, noun.place)
    return False if transitive and not apart else None  # "соседка курила, папироса в углу рта"


@rule("Вошла девушка. На шее блестела цепочка.", "цепочка")
def on_body(noun: NounAt) -> bool | None:
    """A place of the body, or a verb of how clothes sit, says that the thing is worn."""
    looks = noun.looks
    sits = noun.verb_keys & verbs("fits").keys() and not looks._elsewhere(noun.place)
    there = looks._on_body(noun.place) or looks.place_before(noun.phrase, noun.end) is not None
    if not sits and not there:
        return None
    return _emit_with_verb(noun, noun.possessor or looks._body_owner(noun.phrase, noun.verb), False)


@rule("Вошла рыжая девушка, перчатки.", "рыжий; перчатки")
def listed_after_feature(noun: NounAt) -> bool | None:
    """The next thing of a list, in a case of its own."""
    made = [m for m in noun.looks.made if m[1] <= noun.start and noun.start - m[1] <= 2]
    before = noun.start - 1
    if not made or made[-1][4]:
        return None
    if noun.tokens[before].low not in ("и", ",") or noun.looks.is_verb(before):
        return None
    return noun.emit(made[-1][2], made[-1][3] and not _in_nominative(noun))


def _in_nominative(noun: NounAt) -> bool:
    """ "нет одного глаза, рыжая борода, веснушки": no more of what is denied, as "усов, бороды" would be."""
    low = fold(noun.tokens[noun.place].low)
    plain = noun.described or "gen" not in noun.cases or low in things()
    return plain and noun.phrase.case == "nom"


@rule("Маша шла впереди. Цветастая юбка мела пыль.", "цветастая юбка")
def doing_or_alone(noun: NounAt) -> bool | None:
    """A garment that does something, or that is named in a clause without a verb."""
    looks = noun.looks
    if noun.verb is not None and not _garment_acts(noun, noun.verb):
        return None
    if not looks.scene.entities or looks._elsewhere(noun.place):
        return None
    return noun.emit(looks._body_owner(noun.phrase, noun.verb))


def _garment_acts(noun: NounAt, verb: int) -> bool:
    looks = noun.looks
    if not noun.described or "nom" not in noun.cases or noun.place >= verb:
        return False
    transitive = any(r.pos == "VERB" and "tran" in r.grams for r in noun.tokens[verb].readings)
    clause = looks.clause[noun.place]
    someone = any(f.case == "nom" and looks.clause[f.first] == clause for f in looks.found)
    return transitive and looks._thing_does(verb) and not someone
