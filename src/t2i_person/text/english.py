"""English phrases for what the Russian text says; published text-image encoders read English."""

from .compounds import compound
from .lexicon import english, fold, looks, people, things, verbs
from .scene import Fact

FAR = {"hair_color": "hair", "hair_style": "hair"}


def adjective(word: str) -> str:
    """English of an adjective inside a phrase, "" when no list has it."""
    key = fold(word)
    for section in ("colour", "look"):
        found = english(section).get(key)
        if found:
            return found
    if "-" in key:
        first, _, last = key.rpartition("-")
        shade = english("shade").get(first, "")
        base = adjective(last)
        return f"{shade} {base}".strip() if base else shade
    if key.startswith("не") and len(key) > 5:
        base = adjective(key[2:])
        return f"not {base}" if base else ""
    return ""


def noun(word: str) -> str:
    """English of a worn thing or a part of the body."""
    key = fold(word)
    entry = things().get(key) or things().get(key.split("-")[0]) or things().get(key.split("-")[-1])
    return SPECIFIC.get(key) or (entry.english if entry else "")


SPECIFIC = {
    "коса": "braid", "косичка": "braids", "косы": "braids", "хвост": "ponytail", "хвостик": "ponytail",
    "челка": "bangs", "кудри": "curly hair", "кудряшки": "curly hair", "локон": "curls", "пучок": "hair bun",
    "лысина": "bald head", "плешь": "bald head", "залысина": "receding hairline", "дреды": "dreadlocks",
    "ирокез": "mohawk", "каре": "bob haircut", "прядь": "strand of hair", "седина": "grey hair",
    "проседь": "greying hair", "чуб": "forelock", "лицо": "face", "лоб": "forehead", "нос": "nose",
    "подбородок": "chin", "щека": "cheeks", "скула": "cheekbones", "губа": "lips", "рот": "mouth",
    "бровь": "eyebrows", "ресница": "eyelashes", "ухо": "ears", "зуб": "teeth", "челюсть": "jaw",
    "шрам": "scar", "рубец": "scar", "веснушка": "freckles", "конопушки": "freckles", "морщина": "wrinkles",
    "морщинка": "wrinkles", "ямочка": "dimples", "родинка": "mole", "румянец": "rosy cheeks", "клык": "fangs",
    "рог": "horns", "рожки": "horns", "рожок": "horns", "макияж": "makeup", "грим": "makeup",
    "синяк": "bruise",
    "плечо": "shoulders", "талия": "waist", "живот": "belly", "пузо": "belly", "брюхо": "belly",
    "грудь": "chest",
    "нога": "legs", "рука": "hands", "шея": "neck", "рост": "height", "палец": "fingers", "глаз": "eyes",
    "ус": "moustache", "бородка": "short beard", "щетина": "stubble", "слеза": "tears", "слезы": "tears",
    "взгляд": "look", "выражение": "expression", "косынка": "headscarf", "берет": "beret",
    "цилиндр": "top hat",
    "котелок": "bowler hat", "корона": "crown", "венок": "flower wreath", "серьга": "earrings",
    "перчатка": "gloves",
    "сапог": "boots", "ботинок": "boots", "кроссовок": "sneakers", "кимоно": "kimono", "одежда": "clothes",
    "седой": "grey hair", "борода": "beard", "загар": "tan", "веснушки": "freckles", "усы": "moustache",
    "кольцо": "ring", "меч": "sword", "посох": "staff", "трость": "cane", "шапка-ушанка": "ushanka hat",
    "ушанка": "ushanka hat", "голова": "head", "бровка": "eyebrows", "космы": "shaggy hair",
    "тюрбан": "turban",
    "копыто": "hooves", "хиджаб": "hijab", "палантин": "shawl", "шаль": "shawl", "кольчуга": "chain mail",
}  # fmt: skip


def phrase(fact: Fact) -> str:
    """English of one feature, without the negation."""
    if fact.category == "role":
        entry = people().get(fold(fact.noun))
        return entry.english if entry else "person"
    if fact.category == "age" and (fact.noun == "age" or fact.normalized.endswith("летний")):
        return _age(fact)
    if fact.verb:
        return verbs("expression").get(fold(fact.verb), "")
    if not fact.noun:
        word = fact.adjectives[0] if fact.adjectives else fact.normalized
        entry_look = looks().get(fold(word)) or looks().get(fold(word)[2:])
        if fold(word) in BARE:
            return BARE[fold(word)]
        return entry_look.english if entry_look else adjective(word)
    words = list(dict.fromkeys(filter(None, (adjective(a) for a in fact.adjectives))))
    head = noun(fact.noun)
    if not head:
        head = FAR.get(fact.category, {"clothes": "clothes", "headwear": "hat"}.get(fact.category, ""))
    if fold(fact.noun) == "очки" and "dark" in " ".join(words):
        return "sunglasses"
    return " ".join([*words, head]).strip()


BARE = {
    "веснушчатый": "freckled face", "конопатый": "freckled face", "курносый": "snub nose",
    "беззубый": "toothless",
    "морщинистый": "wrinkled face", "рябой": "pockmarked face", "скуластый": "prominent cheekbones",
    "лопоухий": "protruding ears", "рогатый": "horns", "клыкастый": "fangs", "остроухий": "pointed ears",
    "одноглазый": "one-eyed", "слепой": "blind", "раскосый": "slanted eyes", "горбатый": "hunchbacked",
    "круглолицый": "round face", "косоглазый": "cross-eyed", "зеленый": "green skin", "синий": "blue skin",
    "серый": "grey skin", "татуированный": "tattooed", "перевязанный": "bandaged", "крылатый": "wings",
    "мокрый": "wet", "мускулистый": "muscular", "беременный": "pregnant", "сутулый": "stooped",
    "накрашенный": "heavy makeup", "губастый": "full lips", "носатый": "big nose", "бледный": "pale skin",
    "чумазый": "dirty face", "босой": "barefoot", "красный": "red face", "белокурый": "blond hair",
}  # fmt: skip


def _age(fact: Fact) -> str:
    from .numbers import years

    value = years(fact.normalized)
    if value is None:
        return "middle-aged"
    if value < 13:
        return f"{value} year old child"
    return f"{value} years old"


def compound_english(lemma: str) -> str:
    made = compound(lemma)
    return made[1] if made else ""


ORDER = ("age", "skin", "build", "expression")
WORN = ("clothes", "headwear", "accessory")


def whole(lemma: str, gender: str, features: list[tuple[str, str, bool]], count: int = 1) -> str:
    """English description of a person from its head noun and (category, English, negated) features."""
    entry = None
    for part in lemma.split():
        entry = people().get(fold(part)) or entry
    default = {"male": "man", "female": "woman"}.get(gender, "person")
    head = entry.english if entry and entry.english else default
    if gender == "female" and entry is not None and entry.gender in ("r", "c"):
        head = f"female {head}"
    elif gender == "male" and entry is not None and entry.gender in ("r", "c") and head == "person":
        head = "man"
    shown = [(c, e) for c, e, negated in features if e and not negated]
    front = [e for c, e in shown if c == "age" and " " not in e and "-" not in e]
    front += [e for c, e in shown if c == "build" and " " not in e]
    front += [
        e
        for c, e in shown
        if e in ("smiling", "bald", "bearded", "beautiful", "unshaven", "laughing", "crying")
    ]
    front = list(dict.fromkeys(w for w in front if w not in head))
    worn = [e for c, e in shown if c in WORN]
    rest = [e for c, e in shown if e not in front and c not in WORN and e not in head]
    article = "an" if (front or [head])[0][:1] in "aeiou" else "a"
    text = " ".join([article, *front, head])
    if rest:
        text += " with " + ", ".join(dict.fromkeys(rest))
    if worn:
        text += ", wearing " if rest else " wearing "
        text += " and ".join(dict.fromkeys(worn))
    return text
