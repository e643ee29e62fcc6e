"""What a drawing should show: made once from what the text says, or from the phrase of a strength."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import T2IError
from ..packs import Pack
from ..picture.colours import grown, said_colour
from ..text import Character, Feature
from ..text.clashes import clashes

WHO = 2.0  # weight of gender and age: nobody forgives a wrong one
RARE = 2.0  # of what few people have: it has to outweigh much that many have
FOUND = frozenset({"headwear", "facial_hair", "hair_color", "accessory"})  # categories of such things
UNASKED = 2.5  # weight of what nobody should have unasked: a child among women is worse than a wrong collar
SAID = 2.0  # of what has to be in the picture for something said: clothes, that they can be light blue
PUT = 0.5  # weight of a colour that can be put where it is missing
GENDERS = {"ru": {"male": "мужчина", "female": "женщина"}, "en": {"male": "a man", "female": "a woman"}}


NAMED = {"поворот головы": "pose"}  # strengths that are no looks: name -> category


@dataclass(frozen=True)
class Target:
    """One thing the person should have, or with `negated` should not."""

    name: str  # for people
    text: str  # for the encoder
    category: str
    negated: bool = False
    obstacle: str = ""  # why this pack cannot draw it, or not all of it; empty when it can
    weight: float = 1.0  # beside the other targets, where people are chosen
    also: tuple["Target", ...] = ()  # what has to hold, too, for this to be true: «усы» are no beard


def targets_of(pack: Pack, character: Character) -> tuple[list[Target], list[Target]]:
    """What to steer by (the gender and all that can be drawn), and what cannot be drawn."""
    who = []
    gender = gender_text(pack, character.gender)
    if gender and not pack.encoder.unknown(gender):
        who.append(Target(gender, gender, "gender", weight=WHO))
    if (age := pack.recipe.ages.get(character.lemma)) and not any(
        feature.category == "age" for feature in character.described
    ):
        who.append(Target(character.lemma, age, "age", weight=WHO))
    return _targets(pack, character.described, who)


def targets_of_phrase(pack: Pack, phrase: str, features: Sequence[Feature]) -> list[Target]:
    """What to steer by for the features that a phrase names.

    Raises
    ------
    T2IError : the pack cannot draw one of them.
    """
    able, unable = _targets(pack, tuple(features))
    if unable:
        reasons = "; ".join(f"«{target.name}»: {target.obstacle}" for target in unable)
        raise T2IError(f"This cannot be drawn: {reasons}. The pack draws {', '.join(sorted(pack.draws))}.")
    return able


def named_target(pack: Pack, name: str) -> Target:
    """What to steer by for a strength of `NAMED`.

    Raises
    ------
    T2IError : the pack has no direction for it.
    """
    if name not in pack.sliders:
        able = ", ".join(f"«{one}»" for one in pack.sliders) or "none like it"
        raise T2IError(f"The pack {pack.name} has no strength «{name}»: it has {able}.")
    return Target(name, name, NAMED[name])


def feature_name(feature: Feature) -> str:
    """As people are told of it, and as a strength may name it."""
    return f"не {feature.normalized}" if feature.negated else feature.normalized


def _targets(
    pack: Pack, features: tuple[Feature, ...], who: Sequence[Target] = ()
) -> tuple[list[Target], list[Target]]:
    """`who` and the targets of the features: what can be drawn, and what cannot."""
    russian = pack.encoder.language == "ru"
    able = {(target.text, target.negated): target for target in who}
    unable: dict[tuple[str, bool], Target] = {}
    against = _overruled(features)
    for feature in features:
        text = feature.normalized if russian else feature.prompt_en
        english = feature.prompt_en  # may know what a rare Russian word means, if nothing was lost on the way
        strange = pack.encoder.unknown(text)
        if len(strange) > len(pack.encoder.unknown(english)) and _length(english) >= _length(text):
            text = english
        obstacle, hopeless = "", False
        if feature in against:
            obstacle, hopeless = f"contradicts {against[feature]}, said before it", True
        elif hidden := pack.recipe.hidden(feature.normalized):
            obstacle, hopeless = hidden, True
        elif feature.category not in pack.draws:
            obstacle, hopeless = f"the pack {pack.name} does not draw {feature.category}", True
        elif strange := pack.encoder.unknown(text):
            obstacle = f"the pack {pack.name} does not know {', '.join(strange)}"
            hopeless = len(strange) >= _length(text)  # else the rest is tried
        also: tuple[Target, ...] = ()
        if not feature.negated:
            text, *others = _meant(pack, text)
            told = [f.normalized for f in features if not f.negated and f is not feature]
            also = tuple(
                Target(other, other.removeprefix("не "), feature.category, other.startswith("не "))
                for other in others
                if not any(other.removeprefix("не ")[:4] in words for words in told)  # «с усами и бородой»
            )
        said = said_colour(text, feature.category) if "recolour" in pack.recipe.edits else None
        weight = WHO if feature.category == "age" else RARE if feature.category in FOUND else 1.0
        if said and not feature.negated and not grown(*said):
            weight = PUT
        name = feature_name(feature)
        target = Target(name, text, feature.category, feature.negated, obstacle, weight, also)
        (unable if hopeless else able).setdefault((text, feature.negated), target)
    return list(able.values()), list(unable.values())


def implied(pack: Pack, character: Character) -> list[Target]:
    """What goes without saying: no hats and glasses where nothing was said of them, clothes in sight where
    they were; in the pack's words.
    """
    said = {feature.category for feature in character.described}
    if character.lemma in pack.recipe.ages:
        said.add("age")
    found = []
    for place, texts in pack.recipe.unasked.items():
        gender, _, category = place.rpartition("/")
        if category not in said and gender in ("", character.gender):
            found += [
                Target(f"не {text}", text, category, True, weight=UNASKED) for text in texts.split("; ")
            ]
    shown = {feature.category for feature in character.described if not feature.negated}
    for category, text in pack.recipe.said.items():
        if category in shown:
            found.append(Target(text, text, category, weight=SAID))
    told = [feature for feature in character.described if not feature.negated]
    for feature in told:
        if feature.category == "headwear" and "recolour" in pack.recipe.edits:
            # its colour can be put on it, but it has to be there: «шляпа» of «синяя шляпа»
            thing = feature.normalized.split()[-1]
            if said_colour(feature.normalized, "headwear") and not pack.encoder.unknown(thing):
                found.append(Target(thing, thing, "headwear", weight=RARE))
    return found


def without_colour(pack: Pack, target: Target) -> Target:
    """«шляпа» of «синяя шляпа», for a pack that can put the colour on it; else the target itself."""
    thing = target.text.split()[-1]
    if (
        "recolour" in pack.recipe.edits
        and said_colour(target.text, target.category)
        and thing != target.text
        and not pack.encoder.unknown(thing)
    ):
        return replace(target, text=thing, also=())
    return target


def _meant(pack: Pack, phrase: str) -> list[str]:
    """What a phrase means on this pack, the first in its place, the others beside it.

    Of «седые усы» that is what «усы» mean, but for the first.
    """
    means = pack.recipe.means
    if phrase in means:
        return means[phrase].split("; ")
    *_, last = phrase.split() or [""]
    return [phrase, *means.get(last, "").split("; ")[1:]]


def gender_text(pack: Pack, gender: str) -> str:
    """The word for a man or a woman in the encoder's language; empty for unknown."""
    return GENDERS[pack.encoder.language].get(gender, "")


def _overruled(features: tuple[Feature, ...]) -> dict[Feature, str]:
    """What contradicts something said before it, and what that was: of such a pair the first is drawn."""
    out: dict[Feature, str] = {}
    for pair in sorted(clashes(features), key=lambda pair: max(f.start for f in pair)):
        first, second = sorted(pair, key=lambda f: f.start)
        if first not in out:
            out[second] = feature_name(first)
    return out


def _length(text: str) -> int:
    """Words that carry meaning, roughly."""
    return sum(len(word) > 2 for word in text.split())
