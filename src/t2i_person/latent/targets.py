"""Targets: what a picture should show, made from the features that were read."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..errors import T2IError
from ..packs import Pack
from ..packs.russian import lemma, words_of
from ..picture.colours import grown, said_colour
from ..text import Character, Feature
from ..text.clashes import clashes

# weights of targets in the search, unless the recipe has others; a target not named here has weight 1
WHO = 2.0  # gender and age: a wrong one spoils the portrait
RARE = 2.0  # features that few samples have; they have to outweigh many common ones
OFTEN_RARE = frozenset({"headwear", "facial_hair", "hair_color", "accessory"})  # categories
UNASKED = 2.5  # what must not appear unless it was asked for, such as a child among women
SAID = 2.0  # what a feature needs in the picture: clothes, for example, that can be coloured
PUT = 0.5  # a colour that an edit can put on later
ROUGHLY = "~"  # before a text of the recipe that is sought, but too roughly judged to be asked for
DRAWN = 0.5  # probability from which a target counts as drawn, unless the recipe has another for it
GENDERS = {"ru": {"male": "мужчина", "female": "женщина"}, "en": {"male": "a man", "female": "a woman"}}
YEARS = re.compile(r"(\d+) years? old")  # English of an age
OF_A_FACE = frozenset({"лицо", "вид", "взгляд", "глаза", "выражение"})  # «печальный вид» is «печальный»
NAMED = {"поворот головы": "pose"}  # strengths that no description says: name -> category


@dataclass(frozen=True)
class Target:
    """One text that should be true of the picture, or with `negated` false."""

    name: str  # Russian, as messages and strengths name it
    text: str  # for the encoder
    category: str  # of the feature, see `text.model.CATEGORIES`, or "gender"
    negated: bool = False
    obstacle: str = ""  # why the pack cannot draw it, or not all of it; empty when it can
    weight: float = 1.0  # of its log probability in the search
    also: tuple["Target", ...] = ()  # they have to be true, too, for this one to count: «усы» without a beard
    called: float = DRAWN  # probability from which it counts as drawn

    @property
    def hat(self) -> bool:
        """Whether it puts something on the head."""
        return self.category == "headwear" and not self.negated


def targets_of(pack: Pack, character: Character) -> tuple[list[Target], list[Target]]:
    """Targets of a character that the pack can draw, its gender among them, and those that it cannot."""
    who = []
    gender = gender_text(pack, character.gender)
    if gender and not pack.encoder.unknown(gender):
        who.append(Target(gender, gender, "gender", weight=pack.recipe.weight_of(gender, "gender", WHO)))
    said = {feature.category for feature in character.described}
    if (noun := _noun(character, pack.recipe.ages)) and "age" not in said:
        text, *others = pack.recipe.ages[noun].split("; ")
        weight = pack.recipe.weight_of(text, "age", WHO)
        who.append(Target(noun, text, "age", weight=weight, also=_beside(others, "age")))
    if noun := _noun(character, pack.recipe.origins):
        who.append(Target(noun, noun, "face", weight=RARE))
    return _targets(pack, character.described, who)


def _noun(character: Character, known: Collection[str]) -> str:
    """The first of the person's nouns that is known («девочка» of «дочь, худенькая девочка»); "" if none is.

    Of «девочка-подросток» the last part is taken first, «старик Петров» is read as «старик», too.
    """
    for noun in (character.lemma.lower(), *(mention.lemma for mention in character.mentions)):
        for part in (noun, *reversed(re.split("[- ]", noun))):
            if part in known:
                return part
    return ""


def targets_of_phrase(pack: Pack, phrase: str, features: Sequence[Feature]) -> list[Target]:
    """Targets of the features that a phrase names.

    Raises
    ------
    T2IError : the pack cannot draw one of them; the message says why.
    """
    able, unable = _targets(pack, tuple(features))
    if unable:
        reasons = "; ".join(f"«{target.name}»: {target.obstacle}" for target in unable)
        some = ", ".join(f"«{name}»" for name in pack.recipe.offers)
        what = f"; try {some}" if some else ""
        raise T2IError(f"This cannot be drawn: {reasons}. It draws {', '.join(sorted(pack.draws))}{what}.")
    return able


def named_target(pack: Pack, name: str) -> Target:
    """What to steer by for a strength of `NAMED`.

    Raises
    ------
    T2IError : the pack has no direction for it.
    """
    if name not in pack.sliders:
        able = ", ".join(f"«{one}»" for one in NAMED if one in pack.sliders) or "none like it"
        raise T2IError(f"The pack {pack.name} has no strength «{name}»: it has {able}.")
    return Target(name, name, NAMED[name])


def feature_name(feature: Feature) -> str:
    """Russian name of a feature in messages, and the name under which a strength can set it."""
    return f"не {feature.normalized}" if feature.negated else feature.normalized


def _targets(
    pack: Pack, features: tuple[Feature, ...], who: Sequence[Target] = ()
) -> tuple[list[Target], list[Target]]:
    """`who` and the targets of the features: what can be drawn, and what cannot."""
    able = {(target.text, target.negated): target for target in who}
    unable: dict[tuple[str, bool], Target] = {}
    overruled = _overruled(features)
    for feature in features:
        text, *others = _meant(pack, feature, _encoder_text(pack, feature))
        obstacle, hopeless = _obstacle(pack, feature, text, overruled)
        also = _also(feature, others, features)
        also += _beside(_without_hair_colour(pack, feature, text), "hair_style")
        weight = _weight(pack, feature, text)
        name = feature_name(feature)
        kind = "colour" if said_colour(text, feature.category) else feature.category
        said, english = (f"не {text}", "") if feature.negated else (text, feature.prompt_en)
        called = pack.recipe.called_from(said, english, kind, DRAWN)
        target = Target(name, text, feature.category, feature.negated, obstacle, weight, also, called)
        (unable if hopeless else able).setdefault((text, feature.negated), target)
    return list(able.values()), list(unable.values())


def _encoder_text(pack: Pack, feature: Feature) -> str:
    """The feature in the words of the pack's encoder.

    A Russian encoder gets the English text where it knows more words of it: the translation may know what a
    rare Russian word means. The English text has to be as long, so that nothing was lost in translation.
    """
    if _painted(pack, feature):
        return feature.normalized  # that names the colour
    if pack.encoder.language != "ru":
        return feature.prompt_en
    russian, english = feature.normalized, feature.prompt_en
    fewer = len(pack.encoder.unknown(russian)) > len(pack.encoder.unknown(english))
    return english if fewer and _length(english) >= _length(russian) else russian


def _obstacle(pack: Pack, feature: Feature, text: str, overruled: dict[Feature, str]) -> tuple[str, bool]:
    """Why the pack cannot draw a feature ("" if it can), and whether nothing of it can be drawn."""
    if feature in overruled:
        return f"contradicts {overruled[feature]}, said before it", True
    if hidden := pack.recipe.hidden(feature.normalized, feature.category):
        return hidden, True
    if feature.category not in pack.draws:
        return f"the pack {pack.name} does not draw such things ({feature.category})", True
    if not _painted(pack, feature) and (unknown := pack.encoder.unknown(text)):
        return f"the pack {pack.name} does not know {', '.join(unknown)}", len(unknown) >= _length(text)
    mistaken = [some for some in dict.fromkeys((text, *words_of(text))) if some in pack.recipe.mistaken]
    if mistaken or feature.prompt_en in pack.recipe.mistaken:
        return f"the pack {pack.name} cannot tell {', '.join(mistaken) or text} from other things", False
    if others := _shown_instead(pack, feature, text):
        # clothes are always seen, and take a colour; a hat of another kind would be no such hat
        return f"the pack {pack.name} can show no such thing, but {others}", feature.category != "clothes"
    return "", False


def _painted(pack: Pack, feature: Feature) -> bool:
    """Whether it is a colour of eyes that is put on whoever was found; encoders see little of it."""
    said = said_colour(feature.normalized, feature.category)
    return bool(said and said[0] == "eyes" and "recolour" in pack.recipe.edits and not feature.negated)


def _shown_instead(pack: Pack, feature: Feature, text: str) -> str:
    """Of a thing that the pack cannot show: what of its category it can; else ""."""
    shown = pack.recipe.shows.get(feature.category, "").split()
    words = {*words_of(feature.normalized), *words_of(text)}
    listed = words & {*map(lemma, shown), *pack.recipe.mistaken}
    return "" if feature.negated or listed else ", ".join(shown[:6])


def _also(feature: Feature, texts: Sequence[str], features: Sequence[Feature]) -> tuple[Target, ...]:
    """Targets for what else a feature means, unless another feature asks for it («с усами и бородой»)."""
    said = [f.normalized for f in features if not f.negated and f is not feature]
    free = [text for text in texts if not any(_named_in(text, words) for words in said)]
    return _beside(free, feature.category)


def _named_in(text: str, words: str) -> bool:
    """Whether words ask for what a text of the recipe is about: «борода» is in «бородатый»."""
    return all(word[:4] in words for word in text.removeprefix("не ").split())


def _without_hair_colour(pack: Pack, feature: Feature, text: str) -> list[str]:
    """«длинные волосы» of «длинные чёрные волосы»: they have to be long, too, where the colour is painted."""
    words = text.split()
    hair = feature.category == "hair_color" and not feature.negated and "recolour" in pack.recipe.edits
    if not hair or len(words) < 3 or said_colour(text, "hair") is None:
        return []
    rests = (" ".join((*words[:i], *words[i + 1 :])) for i in range(len(words) - 1))
    return [rest for rest in rests if said_colour(rest, "hair") is None and not pack.encoder.unknown(rest)]


def _beside(texts: Sequence[str], category: str) -> tuple[Target, ...]:
    """Targets of texts of the recipe, those with «не» negated; none of what is for the search only."""
    texts = [text for text in texts if not text.startswith(ROUGHLY)]
    return tuple(Target(text, text.removeprefix("не "), category, text.startswith("не ")) for text in texts)


def _weight(pack: Pack, feature: Feature, text: str) -> float:
    if _painted(pack, feature) and pack.encoder.unknown(text):
        return 0.0
    colour = said_colour(text, feature.category) if "recolour" in pack.recipe.edits else None
    if colour and not feature.negated and not grown(*colour):
        return PUT
    usual = WHO if feature.category == "age" else RARE if feature.category in OFTEN_RARE else 1.0
    return usual if feature.negated else pack.recipe.weight_of(text, feature.category, usual)


def implied(pack: Pack, character: Character) -> list[Target]:
    """Targets that go without saying, as the pack's recipe lists them.

    For example: no hat and no glasses unless the text says one; visible clothes if it says their colour.
    """
    said = {feature.category for feature in character.described}
    words = {word for feature in character.described for word in feature.normalized.split()}
    if _noun(character, pack.recipe.ages):
        said.add("age")
    found = []
    for place, texts in pack.recipe.unasked.items():
        gender, _, kind = place.rpartition("/")
        category, *asking = kind.split()
        asked = bool(words & set(asking)) if asking else category in said
        if not asked and gender in ("", character.gender):
            listed = texts.split("; ")
            wished = [text[3:] if text.startswith("не ") else f"не {text}" for text in listed]
            found += [replace(target, weight=UNASKED) for target in _beside(wished, category)]
    shown = {feature.category for feature in character.described if not feature.negated}
    for category, text in pack.recipe.said.items():
        if category in shown:
            found.append(Target(text, text, category, weight=SAID))
    found += [Target(text, text, "age") for text in _roughly(pack, character)]
    told = [feature for feature in character.described if not feature.negated]
    for feature in told:
        if feature.category == "headwear" and "recolour" in pack.recipe.edits:
            if _shown_instead(pack, feature, ""):
                continue
            # an edit can colour a hat, but not add one: «синяя шляпа» needs the target «шляпа»
            thing = feature.normalized.split()[-1]
            if said_colour(feature.normalized, "headwear") and not pack.encoder.unknown(thing):
                weight = pack.recipe.weight_of(thing, "headwear", RARE)
                found.append(Target(thing, thing, "headwear", weight=weight))
    return found


def _roughly(pack: Pack, character: Character) -> list[str]:
    """Texts of the person's age that are for the search only."""
    noun = _noun(character, pack.recipe.ages)
    texts = pack.recipe.ages[noun].split("; ") if noun else []
    ages = [f for f in character.described if f.category == "age" and not f.negated]
    texts = [text for age in ages for text in _meant(pack, age, age.normalized)] or texts
    return [text.removeprefix(ROUGHLY) for text in texts if text.startswith(ROUGHLY)]


def sought(pack: Pack, wanted: Sequence[Target]) -> list[Target]:
    """What to search for so that edits can bring what is wanted: for a moustache, a shaven man.

    «С усами и бородой» is sought as it is said.
    """
    found: list[Target] = []
    for target in wanted:
        instead = [] if target.negated else pack.recipe.sought_for(target.text)
        others = [other.text for other in wanted if other is not target and not other.negated]
        if any(_named_in(text, other) for text in instead for other in others):
            instead = []
        beside = [also for also in target.also if not also.negated]
        found += [*_beside(instead, target.category), *beside] if instead else [target]
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


def _meant(pack: Pack, feature: Feature, phrase: str) -> list[str]:
    """Texts for a feature by the recipe: the first replaces its phrase, the rest are wanted beside it.

    Years become the group of that age («сорок лет» is «средних лет»). A phrase that `means` does not list
    is found there by its English («насупиться» by "frowning"); else it stays, and gets the added texts of its
    last word: «седые усы» those of «усы».
    """
    means, english = pack.recipe.means, feature.prompt_en
    if feature.negated:  # «без круглых очков» means what the recipe has for «не очки»
        thing = phrase.rpartition(" ")[2]
        return means.get(f"не {thing}", phrase).split("; ")
    if feature.category == "age" and (said := YEARS.match(english)):
        if groups := [text for years, text in pack.recipe.years.items() if int(years) <= int(said[1])]:
            return groups[-1].split("; ")
    *first, last = phrase.split() or [""]
    if last in OF_A_FACE and first:  # «печальный вид» is «печальный»
        phrase = next((key for key in means if key[:-2] == first[0][:-2]), phrase)
    for listed in (phrase, english):
        if listed in means:
            return means[listed].split("; ")
    of_the_last = means.get(last, "").split("; ")
    # edits bring the nouns in `sought` without their adjectives: «пышные усы» are «усы»
    return of_the_last if last in pack.recipe.sought and last in means else [phrase, *of_the_last[1:]]


def gender_text(pack: Pack, gender: str) -> str:
    """Text for a gender in the encoder's language; empty if the gender is unknown."""
    return GENDERS[pack.encoder.language].get(gender, "")


def _overruled(features: tuple[Feature, ...]) -> dict[Feature, str]:
    """Features that contradict an earlier one -> the name of that one; only the earlier one is drawn."""
    out: dict[Feature, str] = {}
    for pair in sorted(clashes(features), key=lambda pair: max(f.start for f in pair)):
        first, second = sorted(pair, key=lambda f: f.start)
        if first not in out:
            out[second] = feature_name(first)
    return out


def _length(text: str) -> int:
    """Number of words longer than two letters; a rough measure of how much a text says."""
    return sum(len(word) > 2 for word in text.split())
