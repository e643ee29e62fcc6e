"""Bare adjectives and participles: whose they are, and phrases that two people share."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from .analysis import Reading
from .compounds import is_colour
from .found import DASH, HARD, Found
from .lexicon import fold, things, verbs
from .phrases import DEGREE, MODIFIERS, agrees, look_of, masculine, nominative

if TYPE_CHECKING:
    from .looks import SentenceLooks
    from .scene import Entity

DRESSED = frozenset(
    "одетый закутанный укутанный облаченный затянутый завернутый обутый наряженный переодетый разодетый "
    "обряженный укрытый".split()
)


IDIOMS = {("по", "пояс"), ("с", "иголочки"), ("по", "моде"), ("по", "форме"), ("по", "погоде")}


def adjective(looks: SentenceLooks, i: int) -> bool:
    """Make a feature of the adjective at place `i` if it shows someone's looks."""
    tokens = looks.tokens
    t = tokens[i]
    if _coloured_clothes(looks, i):
        return True
    if t.best.pos in ("VERB", "ADVB", "PREP", "CONJ") and t.pos not in ("ADJ",):
        return False
    if t.best.pos == "NOUN" and t.keys("NOUN") & things().keys():
        return False
    if (
        i > 0
        and fold(looks.tokens[i - 1].low) in ("один", "одна", "другой", "другая")
        and i - 1 not in looks.at
    ):
        return False  # "один карий, другой зелёный" speaks of eyes
    found = look_of(t)
    if found is None and t.low in ("хорош", "хороша", "хороши", "недурен", "недурна", "дурна", "дурён"):
        return _in_person(looks, i)
    if found is None:
        return False
    category, normalized, key = found
    if _rather(looks, i, category):
        return True
    if fold(key) in DRESSED and _dressed_in(looks, i):
        return False
    noun = looks.mod_of.get(i)
    owner: Entity | None = None
    if noun is not None and noun in looks.at:
        f = looks.at[noun]
        owner = f.entity if not f.absent or f.entity is not None else None
        if owner is None:
            return False
    elif noun is not None and noun > i:
        return False
    else:
        owner = _standing_alone(looks, i)
    if owner is None:
        return False
    first, end = _span(looks, i)
    if fold(key) == "одетый" and end == first + 1:
        return False  # "одета она была так: ..."
    if " " in normalized:
        adjectives: tuple[str, ...] = (key.split()[0],)
        head = key.split()[-1]
    else:
        adjectives, head = (key,), ""
        normalized = " ".join(
            [x.low for x in tokens[first:i]] + [normalized] + [x.low for x in tokens[i + 1 : end]]
        )
    looks.add(owner, first, end, category, normalized, looks.negation(first), adjectives, head)
    shown = next((r for r in t.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")), None)
    if (
        owner.gender == "u"
        and not owner.unsexed
        and owner.number == "sing"
        and shown is not None
        and shown.number == "sing"
    ):
        if shown.gender in ("masc", "femn") and (shown.case == "nom" or shown.pos in ("ADJS", "PRTS")):
            owner.gender = "m" if shown.gender == "masc" else "f"
    return True


def _rather(looks: SentenceLooks, i: int, category: str) -> bool:
    """ "борода была не седая, а рыжая": the second word is still about the beard."""
    tokens = looks.tokens
    if i < 3 or [t.low for t in tokens[i - 2 : i]] != [",", "а"] or not looks.made:
        return False
    first, end, owner, negated, *_ = looks.made[-1]
    part = next((p for n, p in looks.phrases.items() if first <= n < end and not p.prep), None)
    if end != i - 2 or not negated or part is None:
        return False
    noun = part.reading
    shown = next((r for r in tokens[i].readings if r.pos in MODIFIERS and r.number == noun.number), None)
    if shown is None or (noun.number == "sing" and shown.gender not in ("", noun.gender)):
        return False
    word = nominative(shown, noun.number, noun.gender if noun.number == "sing" else "")
    looks.add(owner, i, i + 1, category, f"{word} {nominative(noun)}", False, (shown.lemma,), noun.lemma)
    return True


def _in_person(looks: SentenceLooks, i: int) -> bool:
    """ "хороша собой", "хороша была собой" """
    for k in range(i + 1, min(i + 3, len(looks.tokens))):
        if looks.tokens[k].low == "собой":
            word = "некрасивый" if looks.tokens[i].low.startswith("дур") else "красивый"
            owner = _standing_alone(looks, i)
            looks.add(owner, i, k + 1, "face", word, looks.negation(i), (word,))
            return owner is not None
    low = looks.tokens[i].low
    near = [t for t in looks.tokens[i + 1 : i + 3] if t.low != "же"]
    if low in ("хорош", "хороша") and near and near[0].keys("VERB") & {"быть"}:
        if len(near) > 1 and near[1].i in looks.at and looks.at[near[1].i].case == "nom":
            owner = looks.at[near[1].i].entity  # "хороша была цыганка"
            looks.add(owner, i, i + 1, "face", "красивый", looks.negation(i), ("красивый",))
            return owner is not None
    return False


def _dressed_in(looks: SentenceLooks, i: int) -> bool:
    """What one is dressed in follows and is the feature itself."""
    if any(t.low in ("в", "во") for t in looks.tokens[i + 1 : i + 5]):
        return True
    for p in looks.phrases.values():
        if i < p.start <= i + 4 and not p.prep and looks.tokens[p.noun].best.case == "ins":
            if not any(t.low == "," or k + i in looks.at for k, t in enumerate(looks.tokens[i : p.start])):
                return looks.thing(p) is not None  # "укутанная до глаз шалью"
    return False


def _span(looks: SentenceLooks, i: int) -> tuple[int, int]:
    """The adjective with the adverbs and the complement of a participle."""
    tokens = looks.tokens
    first, end = i, i + 1
    if (
        end + 1 < len(tokens)
        and tokens[end].low == "в"
        and fold(tokens[end + 1].low) in ("плечах", "талии", "кости", "бедрах")
    ):
        return first, end + 2
    if first > 2 and [t.low for t in tokens[first - 3 : first - 1]] == ["не", "по"]:
        return first - 3, end  # "не по годам седая"
    if end + 1 < len(tokens) and (tokens[end].low, tokens[end + 1].low) in IDIOMS:
        return first, end + 2
    dressed = looks.at.get(end)
    if dressed is not None and dressed.absent and dressed.case == "ins":
        return first, dressed.end  # "наряженная Снегурочкой"
    if end < len(tokens) and tokens[end].low in ("собой", "лицом", "ростом", "телом"):
        return first, end + 1
    participle = any(r.pos in ("PRTF", "PRTS") for r in tokens[i].readings) or fold(tokens[i].low).endswith(
        "бритый"
    )
    if not participle:
        cause = next((p for p in looks.phrases.values() if p.prep_at == end and p.prep == "от"), None)
        if cause is not None and cause.reading.animacy != "anim" and end == i + 1:
            return first, cause.noun + 1  # "румяная от мороза"
        return first, end
    while first > 0 and tokens[first - 1].best.pos == "ADVB" and tokens[first - 1].low.endswith(("о", "и")):
        if tokens[first - 1].low in ("уже", "ещё", "еще", "только", "также", "почти"):
            break
        first -= 1
    k = end
    while (
        k < len(tokens)
        and tokens[k].best.pos == "ADVB"
        and (fold(tokens[k].low) in DEGREE or tokens[k].low.endswith("о"))
    ):
        k += 1
        end = k
    for means in looks.phrases.values():
        if means.start != end or means.prep or tokens[means.noun].best.case != "ins":
            continue
        worn = looks.thing(means)
        if (
            means.noun not in looks.used
            and means.reading.animacy != "anim"
            and (
                not worn
                or worn.carried
                or fold(tokens[i].low).startswith(("подпояс", "опояс", "перепояс", "перетян"))
                or worn.category not in ("clothes", "headwear", "accessory")
            )
        ):
            return first, means.noun + 1  # "перепачканный сажей"
    if end < len(tokens) and tokens[end].low in ("на", "под") and look_of(tokens[i]) is not None:
        p = next((p for p in looks.phrases.values() if p.prep_at == end), None)
        worn = looks.thing(p) if p is not None else None
        if p is not None and p.noun - end < 4 and (worn is None or worn.category.startswith("hair")):
            return first, p.noun + 1  # "причёсанная на прямой пробор"
        if p is None and looks.at.get(end + 1) is not None and looks.at[end + 1].absent:
            return first, end + 2  # "стриженная под мальчика"
    if end < len(tokens) and fold(tokens[end].low) in ("до", "от") and end + 1 < len(tokens):
        p = next((p for p in looks.phrases.values() if p.prep_at == end), None)
        if p is not None:
            end = p.noun + 1
    return first, end


def _coloured_clothes(looks: SentenceLooks, i: int) -> bool:
    """ "она в алом", "весь в чёрном": a colour alone stands for clothes."""
    tokens = looks.tokens
    t = tokens[i]
    k = i - 1
    if k >= 0 and fold(tokens[k].low) in ("всем", "все"):
        k -= 1
    if k >= 0 and tokens[k].low in ("только", "лишь", "всё", "все", "исключительно"):
        k -= 1
    if k >= 0 and tokens[k].keys("VERB", "GRND") & {"носить", "надеть", "надевать", "одевать"}:
        return _worn_colour(looks, i, k)
    if k < 0 or tokens[k].low not in ("в", "во"):
        return False
    fits = [
        r
        for r in t.readings
        if r.pos == "ADJF"
        and r.number == "sing"
        and (r.gender in ("neut", "masc") or _left_out(looks, i, k) is not None)
        and r.case in ("loc", "acc")
    ]
    fits = [
        r
        for r in fits
        if is_colour(r.lemma) or r.key in ("темный", "светлый", "штатский", "гражданский", "траурный")
    ]
    if not fits:
        return False
    if i in looks.mod_of and looks.mod_of[i] > i:
        return False
    if fits[0].case == "acc" and not looks._dressing(k):
        return False
    owner = looks.nominal_owner(k, i + 1)
    if owner is None:
        return False
    colour = nominative(fits[0], "sing", "femn")
    left_out = _left_out(looks, i, k)
    if left_out is not None:
        shown = nominative(fits[0], "sing", left_out.gender)
        negated = looks.negation(k)
        first = k - 1 if negated and k and tokens[k - 1].low == "не" else k
        looks.add(owner, first, i + 1, "clothes", f"{shown} {nominative(left_out, 'sing')}", negated,
                  (fits[0].lemma,), left_out.lemma, prep="в", case="loc")  # fmt: skip
        return True
    looks.add(
        owner,
        k,
        i + 1,
        "clothes",
        f"{colour} одежда",
        looks.negation(k),
        (fits[0].lemma,),
        "одежда",
        prep="в",
        case="loc",
    )
    return True


def _left_out(looks: SentenceLooks, i: int, prep: int) -> Reading | None:
    """The garment named elsewhere: "не в синем, а в чёрном платье", "в красной куртке и ... в синей"."""
    own = [r for r in looks.tokens[i].readings if r.pos == "ADJF" and r.case in ("loc", "acc")]
    denied = prep > 0 and looks.tokens[prep - 1].low == "не"
    for p in looks.phrases.values():
        entry = things().get(p.reading.key)
        worn = entry is not None and entry.category in ("clothes", "headwear", "accessory")
        if not worn or p.prep not in ("в", "во") or not p.mods or p.reading.number != "sing":
            continue
        after = denied and p.noun > i and any(looks.tokens[x].low in ("а", "но") for x in range(i, p.whole))
        before = p.noun < prep and any(f.first > p.noun and f.last < prep for f in looks.people_here())
        if (after or before) and any(r.gender in ("", p.reading.gender) for r in own):
            return p.reading
    return None


def _worn_colour(looks: SentenceLooks, i: int, verb: int) -> bool:
    """ "носила только чёрное"."""
    fits = [
        r
        for r in looks.tokens[i].readings
        if r.pos == "ADJF" and r.gender == "neut" and r.case == "acc" and is_colour(r.lemma)
    ]
    owner = looks.subject(verb)
    if not fits or i in looks.mod_of or owner is None:
        return False
    normalized = f"{nominative(fits[0], 'sing', 'femn')} одежда"
    looks.add(owner, i, i + 1, "clothes", normalized, looks.negation(verb), (fits[0].lemma,), "одежда")
    return True


def fitting(looks: SentenceLooks, f: Found, options: list[Reading]) -> int:
    """2 when case, number and gender agree, 1 when only number and gender do."""
    best = 0
    for a in options:
        number = a.number
        plural = f.number == "plur" or f.count > 1
        if (number == "plur") != plural and number:
            continue
        letter = {"masc": "m", "femn": "f", "neut": "n"}.get(a.gender, "u")
        gender = f.gender if f.gender != "u" else (f.entity.gender if f.entity is not None else "u")
        if number == "sing" and letter != "u" and gender != "u" and letter != gender:
            continue
        if (
            letter == "n"
            and number == "sing"
            and not (f.person and f.person.word in ("дитя", "чадо", "существо"))
        ):
            continue
        same = (
            not a.case or a.case == f.case or any(r.case == a.case and r.number == a.number for r in f.forms)
        )
        best = max(best, 2 if same else 1)
    return best


def _standing_alone(looks: SentenceLooks, i: int) -> Entity | None:
    """Owner of an adjective parted from its noun: detached, predicative or in a list."""
    tokens = looks.tokens
    t = tokens[i]
    options = [r for r in t.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")]
    short = t.best.pos in ("ADJS", "PRTS")
    options = [r for r in options if (r.pos in ("ADJS", "PRTS")) == short] or options
    group = looks._group(i)
    if group is not None and not short:
        return group
    people = [f for f in looks.people_here() if f.kind not in ("poss",)]
    before = [f for f in people if f.last < i]
    after = [f for f in people if f.first > i]
    # a thing nearer than any person that agrees is what the adjective is about
    for p in sorted(looks.phrases.values(), key=lambda p: -p.noun):
        if p.noun > i or p.noun in looks.used:
            continue
        if before and p.noun < before[-1].first:
            break
        nouns = [r for r in tokens[p.noun].readings if r.pos == "NOUN"]
        if short:
            if (
                any(
                    r.case == "nom" and r.number == o.number and (r.gender == o.gender or o.number == "plur")
                    for r in nouns
                    for o in options
                )
                and tokens[p.noun].best.case == "nom"
            ):
                return None
        elif not p.prep and any(
            agrees(o, r) for r in nouns for o in options if o.case == tokens[p.noun].best.case
        ):
            if tokens[p.noun].best.case in ("nom", "acc") and not any(
                f.case == "nom" and f.last < i for f in before
            ):
                return None
    if i > 2 and tokens[i - 1].low == "," and i - 2 in looks.at and not short:
        near = looks.at[i - 2]  # "моложе сестры, худенькой и рыжей"
        cases = {o.case for o in options}
        if (
            near.entity is not None
            and near.case in cases - {"nom", "acc"}
            and fitting(looks, near, options) == 2
        ):
            return near.entity
    # "он был высоким": the predicate goes to the subject
    if not short and any(o.case == "ins" for o in options):
        being = verbs("be").keys() | verbs("depict").keys()
        if any(t2.keys("VERB", "GRND", "INFN") & being for t2 in tokens[max(0, i - 6) : i]):
            subjects = [f for f in before if f.case == "nom" and fitting(looks, f, options)]
            if subjects:
                return subjects[-1].entity
            if not before:
                return _topic(looks, [o for o in options if o.case == "ins"])
    if short:
        subjects = [f for f in before if f.case == "nom" and fitting(looks, f, options)]
        subjects = subjects or [f for f in after if f.case == "nom" and fitting(looks, f, options)]
        you = [f for f in before if f.lemma == "вы" and f.entity is not None]
        if not subjects and you and all(o.number == "plur" for o in options):
            return you[-1].entity  # "вы, сударь, бледны"
        if not subjects and looks.pair and any(o.number == "plur" for o in options):
            return looks.pair[0]
        return subjects[-1].entity if subjects else _topic(looks, options)
    exact = [f for f in before if fitting(looks, f, options) == 2]
    nominative_first = [f for f in after if f.case == "nom" and fitting(looks, f, options) == 2]
    if exact:
        if nominative_first and not looks.same_segment(exact[-1].last, i) and _opens(looks, i, exact[-1]):
            return nominative_first[0].entity
        return exact[-1].entity
    if nominative_first:
        return nominative_first[0].entity
    later = [f for f in after if fitting(looks, f, options) == 2]
    if later and looks.same_segment(i, later[0].first):
        return later[0].entity
    if looks.pair and any(o.number == "plur" for o in options):
        return looks.pair[0]
    if any(o.number == "plur" and o.case == "nom" for o in options):
        pair = [f for f in before if f.case == "nom" and f.number == "sing" and f.kind in ("noun", "name")]
        if len(pair) >= 2 and looks.tokens[pair[-1].start - 1].low == "и":
            looks.both.append((i, pair[-2].entity))
            return pair[-1].entity
    loose = [f for f in before if fitting(looks, f, options) and any(o.case == "nom" for o in options)]
    if loose:
        return loose[-1].entity
    if any(o.case in ("nom", "ins") for o in options) and not before:
        return _topic(looks, options)
    return None


def _opens(looks: SentenceLooks, i: int, f: Found) -> bool:
    """The adjective opens a clause of its own after the person's clause."""
    return looks.clause[i] != looks.clause[f.first]


def _topic(looks: SentenceLooks, options: list[Reading]) -> Entity | None:
    for o in options:
        letter = {"masc": "m", "femn": "f"}.get(o.gender, "u")
        if o.gender == "neut":
            continue
        for f in looks.tokens[:0]:
            del f
        thing = any(
            p.reading.case == "nom"
            and not p.prep
            and p.reading.number == o.number
            and (o.number == "plur" or p.reading.gender == o.gender)
            for p in looks.phrases.values()
        )
        if thing:
            return None
        found = looks.scene.topic(letter, o.number or "sing")
        if found is not None:
            return found
    return None


def share(looks: SentenceLooks) -> None:
    """Repeat for each of two coordinated people what is said of both."""
    tokens = looks.tokens
    for i, other in looks.both:  # "мужчина и мальчик: оба кудрявые"
        place = tokens[i].start, tokens[i].end
        for e in {id(m[2]): m[2] for m in looks.made}.values():
            for fact in list(e.facts):
                if (fact.start, fact.end) == place and e is not other:
                    other.facts.append(replace(fact))
    people = [f for f in looks.found if f.kind in ("noun", "name") and f.entity is not None and not f.absent]
    for a, b in pairwise(people):
        if a.entity is b.entity or a.entity is None or b.entity is None:
            continue
        between = [t.low for t in tokens[a.end : b.start]]
        same = any(fold(t.low).startswith("одинаков") for t in tokens[b.end :])
        if not (same and between == ["с"]) and (between not in (["и"], [","]) or a.case != b.case):
            continue
        # "молодые мужчина и женщина": a plural adjective before the first
        for i in range(max(0, a.first - 4), a.first):
            t = tokens[i]
            plural = [r for r in t.readings if r.pos in MODIFIERS and r.number == "plur" and r.case == a.case]
            if plural and a.number == "sing" and i not in looks.used:
                found = look_of(t)
                if found:
                    for owner in (a.entity, b.entity):
                        looks.used.discard(i)
                        looks.add(owner, i, i + 1, found[0], found[1], looks.negation(i), (masculine(t),))
        if any(o is a.entity and s >= a.end for s, _, o, *_ in looks.made):
            continue
        if b.start != b.first:
            continue
        for start, end, owner, _negated, _prep, _case in list(looks.made):
            if owner is not b.entity or start < b.end:
                continue
            if not same and any(
                looks.is_verb(k) or tokens[k].low in HARD or tokens[k].low in DASH
                for k in range(b.end, start)
            ):
                continue
            nouns = [p for n, p in looks.phrases.items() if start <= n < end]
            plural_noun = nouns and nouns[0].reading.number == "plur"
            plural_adjective = not nouns and any(
                r.number == "plur"
                for r in tokens[end - 1].readings
                if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")
            )
            if plural_noun or plural_adjective:
                text = tokens[start].start, tokens[end - 1].end
                for fact in b.entity.facts:
                    if (fact.start, fact.end) == text:
                        a.entity.facts.append(replace(fact))
