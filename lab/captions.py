"""Facts about a rendered person: their truth, and their Russian and English wordings.

The factors of a render are known. So the truth of each text about each picture is computed, a number in [0, 1], and the
encoder learns from all pairs of a batch without false negatives. NaN means that the truth is not known.

The file is long because most of it is tables of words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lab.people.factors import COLOURS, Person

CLOTH_COLOURS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "красный": ((196, 32, 38), (222, 44, 44)), "бордовый": ((104, 22, 40), (122, 36, 52)), "розовый": ((232, 140, 176), (224, 90, 150)),
    "оранжевый": ((232, 128, 40), (206, 104, 40)), "жёлтый": ((232, 208, 54), (214, 190, 90)), "бежевый": ((214, 194, 160), (196, 172, 136)),
    "коричневый": ((108, 72, 46), (138, 96, 62)), "зелёный": ((50, 140, 68), (70, 168, 84), (96, 160, 60)), "салатовый": ((156, 224, 84), (120, 214, 70)),
    "тёмно-зелёный": ((22, 78, 46), (40, 84, 60)), "бирюзовый": ((52, 190, 186), (40, 150, 150)), "голубой": ((130, 190, 236), (120, 170, 214), (90, 170, 230)),
    "синий": ((40, 72, 190), (52, 96, 200), (60, 90, 160)), "тёмно-синий": ((24, 34, 88), (34, 44, 74)), "фиолетовый": ((110, 48, 160), (86, 40, 130)),
    "сиреневый": ((184, 148, 212), (168, 120, 206)), "чёрный": ((30, 30, 32), (44, 42, 44)), "серый": ((128, 128, 128), (96, 96, 98), (168, 168, 168)),
    "белый": ((240, 240, 238), (226, 224, 220)),
}  # fmt: skip
COLOUR_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # name -> Russian adjectives, English ones
    "красный": (("красный", "алый", "ярко-красный", "пунцовый", "гранатовый", "кумачовый", "багряный"), ("red", "scarlet")), "бордовый": (("бордовый", "вишнёвый", "тёмно-красный", "рубиновый", "свекольный", "винный"), ("burgundy", "maroon")),
    "розовый": (("розовый", "малиновый", "ярко-розовый", "коралловый", "клубничный"), ("pink",)), "оранжевый": (("оранжевый", "рыжий", "апельсиновый", "морковный", "янтарный", "терракотовый"), ("orange",)),
    "жёлтый": (("жёлтый", "золотой", "лимонный", "золотистый", "горчичный", "канареечный"), ("yellow", "golden")), "бежевый": (("бежевый", "песочный", "кремовый", "персиковый", "молочный"), ("beige", "cream")),
    "коричневый": (("коричневый", "шоколадный", "бурый", "каштановый", "медный", "кирпичный"), ("brown",)), "зелёный": (("зелёный", "ярко-зелёный", "травяной", "оливковый"), ("green",)),
    "салатовый": (("салатовый", "светло-зелёный", "фисташковый", "мятный"), ("lime", "lime")), "тёмно-зелёный": (("тёмно-зелёный", "болотный", "изумрудный", "хвойный", "бутылочный"), ("dark green",)),
    "бирюзовый": (("бирюзовый", "лазурный", "морской"), ("turquoise", "teal")), "голубой": (("голубой", "светло-синий", "небесный", "нежно-голубой", "небесно-голубой"), ("light blue", "sky blue")),
    "синий": (("синий", "ярко-синий", "васильковый", "сапфировый", "кобальтовый"), ("blue",)), "тёмно-синий": (("тёмно-синий", "чернильный"), ("navy", "dark blue")),
    "фиолетовый": (("фиолетовый", "лиловый", "пурпурный", "сливовый", "баклажановый", "аметистовый"), ("purple", "violet")), "сиреневый": (("сиреневый", "лавандовый", "фиалковый"), ("lilac", "lavender")),
    "чёрный": (("чёрный", "тёмный", "угольный", "смоляной"), ("black",)), "серый": (("серый", "серебристый", "пепельный", "стальной", "дымчатый", "мышиный"), ("grey", "gray")), "белый": (("белый", "белоснежный", "светлый", "снежный"), ("white",)),
}  # fmt: skip
WIDER = {
    "красный": {"бордовый": 0.5},
    "синий": {"тёмно-синий": 0.8},
    "зелёный": {"тёмно-зелёный": 0.9, "салатовый": 0.6},
}

GARMENT_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "t-shirt": (("футболка", "тенниска"), ("t-shirt", "tee")),
    "jumper": (("джемпер", "пуловер", "водолазка", "толстовка"), ("jumper", "pullover", "sweatshirt")),
    "sweater": (("кофта", "свитер", "кардиган", "кофточка"), ("sweater", "cardigan")),
    "shirt": (("рубашка", "рубаха", "сорочка", "косоворотка"), ("shirt",)),
    "blouse": (("блузка", "блуза"), ("blouse",)),
    "vest": (("жилет", "жилетка"), ("vest", "waistcoat")),
    "suit": (("костюм", "пиджак", "смокинг", "фрак", "сюртук"), ("suit", "tuxedo")),
    "jacket": (("куртка", "жакет", "ветровка"), ("jacket",)),
    "coat": (("пальто", "плащ", "шинель", "пальтишко"), ("coat", "overcoat", "raincoat")),
    "tunic": (("туника", "хитон"), ("tunic",)),
    "dress": (("платье", "платьице", "халат"), ("dress", "gown")),
    "sari": (("сари", "накидка"), ("sari", "wrap")),
    "sundress": (("сарафан",), ("sundress",)),
    "top": (("топ", "топик"), ("top",)),
    "tank top": (("майка",), ("tank top", "undershirt")),
    "overalls": (("комбинезон",), ("overalls", "dungarees")),
}
# garments that people confuse: one name for the other is neither right nor wrong
NEAR = (("jumper", "sweater"), ("shirt", "blouse"), ("jacket", "coat"), ("jacket", "suit"), ("suit", "vest"), ("dress", "sundress"), ("top", "tank top"),
        ("dress", "sari"), ("tunic", "dress"), ("top", "sundress"))  # fmt: skip
HAIR_COLOURS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "black": ((22, 19, 20), (34, 26, 23)), "dark": ((46, 30, 22), (62, 40, 28)), "brown": ((84, 54, 34), (104, 66, 40)), "fair": ((140, 92, 52), (160, 112, 64)),
    "blond": ((206, 164, 100), (188, 146, 84), (226, 196, 142)), "red": ((150, 72, 38), (185, 100, 55), (126, 54, 28)), "orange": ((232, 120, 24), (220, 96, 20)), "crimson": ((190, 52, 52), (210, 60, 80), (150, 44, 50)),
    "yellow": ((214, 206, 80), (180, 174, 64)), "grey": ((150, 149, 149), (184, 184, 184), (222, 222, 222), (128, 126, 126)),
    "pink": ((214, 110, 160), (190, 70, 130)), "blue": ((80, 120, 190), (60, 90, 160), (90, 170, 200)), "green": ((90, 170, 90), (120, 180, 100), (60, 130, 100)),
    "violet": ((130, 80, 180), (100, 60, 140)),
}  # fmt: skip
HAIR_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {  # adjectives, whole phrases, English
    "black": (("чёрный", "смоляной", "вороной"), ("брюнет", "брюнетка", "черноволосый", "черноволосая"), ("black hair",)),
    "dark": (("тёмный", "тёмно-каштановый", "тёмно-русый"), ("темноволосый", "шатенка", "брюнетка", "брюнет"), ("dark hair", "dark brown hair")),
    "brown": (("каштановый", "коричневый"), ("шатен", "шатенка"), ("brown hair", "chestnut hair")),
    "fair": (("русый", "светло-русый", "пшеничный"), ("русоволосый", "русый"), ("fair hair", "light brown hair")),
    "blond": (("светлый", "белокурый", "золотистый", "льняной", "соломенный"), ("блондинка", "блондин", "светловолосый", "белокурый", "белокурая"), ("blond hair", "blonde hair", "fair hair")),
    "red": (("рыжий", "медный", "огненный"), ("рыжий", "рыжая", "рыжеволосая", "рыжеволосый"), ("red hair", "ginger hair")),
    "grey": (("седой", "серебристый", "белый", "пепельный"), ("седой", "седая", "седина", "седовласый"), ("grey hair", "gray hair", "white hair")),
    "orange": (("оранжевый", "апельсиновый"), (), ("orange hair",)), "crimson": (("красный", "алый", "малиновый", "вишнёвый"), (), ("crimson hair", "scarlet hair", "bright red hair")),
    "yellow": (("жёлтый", "лимонный"), (), ("yellow hair",)), "pink": (("розовый",), (), ("pink hair",)), "blue": (("синий", "голубой"), (), ("blue hair",)),
    "green": (("зелёный",), (), ("green hair",)), "violet": (("фиолетовый", "сиреневый"), (), ("purple hair",)),
}  # fmt: skip


def lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB 0..255 [..., 3] -> CIE L*a*b* (D65)."""
    x = np.asarray(rgb, float) / 255
    x = np.where(x > 0.04045, ((x + 0.055) / 1.055) ** 2.4, x / 12.92)
    m = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = (x @ m.T) / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


class Names:
    """Colour names and their examples, in L*a*b*."""

    def __init__(self, table: dict[str, tuple[tuple[float, float, float], ...]]) -> None:
        self.names = tuple(table)
        self.examples = lab(np.array([c for v in table.values() for c in v]))
        self.first = np.cumsum([0, *(len(v) for v in table.values())])[:-1]

    def shares(self, rgb: np.ndarray, width: float = 6.5) -> dict[str, float]:
        """How far a colour deserves each name: softmax over the distance to the nearest example of each."""
        d2 = np.minimum.reduceat(((self.examples - lab(rgb)) ** 2).sum(1), self.first)
        w = np.exp(-(d2 - d2.min()) / (2 * width**2))
        return dict(zip(self.names, (w / w.sum()).tolist(), strict=True))


CLOTH_NAMES, HAIR_NAMES = Names(CLOTH_COLOURS), Names(HAIR_COLOURS)


@dataclass(frozen=True)
class Fact:
    key: str
    kind: str  # gender, age, hair_color, hair_style, clothes, headwear, accessory, facial_hair, skin, eyes, expression, build
    russian: tuple[str, ...]
    english: tuple[str, ...]


def _step(x: float, low: float, high: float) -> float:
    return min(max((float(x) - low) / (high - low), 0.0), 1.0)


# One long function: it is a table of facts, a call of `add` for each, and has no logic of its own to split.
def _all_facts() -> tuple[list[Fact], list[Callable[[dict], float]]]:
    facts: list[Fact] = []
    truth: list[Callable[[dict], float]] = []

    def add(key: str, kind: str, russian: str, english: str, rule: Callable[[dict], float]) -> None:
        facts.append(Fact(key, kind, tuple(russian.split("|")), tuple(english.split("|"))))
        truth.append(rule)

    add(
        "person",
        "person",
        "человек|персонаж|портрет|портрет человека|лицо человека",
        "a person|person|portrait",
        lambda s: 1.0,
    )
    add(
        "male",
        "gender",
        "мужчина|парень|мужик|юноша|молодой человек|мужской|он|господин",
        "man|male|guy|a man",
        lambda s: s["male"],
    )
    add(
        "female",
        "gender",
        "женщина|девушка|дама|женский|она|барышня|девица",
        "woman|female|girl|a woman",
        lambda s: 1 - s["male"],
    )
    young, old = (lambda s: 1 - _step(s["age"], 0.22, 0.45)), (lambda s: _step(s["age"], 0.6, 0.85))
    add("young", "age", "молодой|юный|молодая|юная|двадцать лет|молодость", "young", young)
    add(
        "middle",
        "age",
        "средних лет|средний возраст|взрослый|зрелый|сорок лет|лет сорока",
        "middle-aged|adult",
        lambda s: min(1 - young(s), 1 - old(s)),
    )
    add(
        "old",
        "age",
        "пожилой|старый|пожилая|старая|престарелый|преклонный возраст|седой старый|шестьдесят лет",
        "old|elderly|aged",
        old,
    )
    add(
        "girl",
        "who",
        "девушка|юная девушка|молодая женщина",
        "young woman|girl",
        lambda s: min(young(s), 1 - s["male"]),
    )
    add("lad", "who", "юноша|парень|молодой мужчина", "young man|lad", lambda s: min(young(s), s["male"]))
    add(
        "grandfather",
        "who",
        "старик|дед|дедушка|старец|пожилой мужчина",
        "old man",
        lambda s: min(old(s), s["male"]),
    )
    add(
        "grandmother",
        "who",
        "старуха|бабушка|старушка|бабка|пожилая женщина|старая женщина",
        "old woman",
        lambda s: min(old(s), 1 - s["male"]),
    )
    shown = lambda s: 0.0 if s["bald"] else 1.0  # noqa: E731
    for name, (adjectives, phrases, english) in HAIR_WORDS.items():
        russian = (
            [f"{a} волосы" for a in adjectives] + list(phrases) + [f"с {a} волосами" for a in adjectives]
        )
        wide = {
            "dark": ("black", 0.7),
            "black": ("dark", 0.5),
            "fair": ("blond", 0.3),
            "blond": ("fair", 0.3),
            "brown": ("dark", 0.5),
        }.get(name)
        add(f"{name} hair", "hair_color", "|".join(russian), "|".join(english),
            lambda s, n=name, w=wide: shown(s) * min(1.0, s["hair"][n] + (w[1] * s["hair"][w[0]] if w else 0)))  # fmt: skip

    def style(*names: str, perhaps: tuple[str, ...] = ()):
        return lambda s: 1.0 if s["style"] in names else np.nan if s["style"] in perhaps else 0.0

    for key, russian, english, rule in (
        ("bald", "лысый|лысая|лысина|без волос|плешивый|лысая голова|облысевший", "bald", style("bald", perhaps=("buzz",))),
        ("buzz cut", "бритый наголо|бритая голова|ёжик|стрижка ёжиком|стриженный под машинку|обритый", "buzz cut|shaved head",
         style("buzz", perhaps=("bald", "crop"))),
        ("short hair", "короткие волосы|короткая стрижка|коротко стриженный|стриженый|короткостриженый", "short hair|crop",
         style("crop", "short", "tousled", perhaps=("buzz",))),
        ("tousled", "растрёпанные волосы|взъерошенные волосы|лохматый|вихрастый|растрёпанный", "tousled hair|messy hair", style("tousled", perhaps=("afro",))),
        ("mohawk", "ирокез|хохолок|панковская причёска|волосы ирокезом", "mohawk", style("mohawk")),
        ("long hair", "длинные волосы|распущенные волосы|длинноволосый|длинноволосая|прямые длинные волосы", "long hair",
         style("long", "wavy", perhaps=("ringlets", "shoulder-length"))),
        ("wavy hair", "волнистые волосы|вьющиеся волосы|волны волос|волнистые длинные волосы", "wavy hair", style("wavy", perhaps=("ringlets", "afro"))),
        ("ringlets", "локоны|букли|завитые волосы|завитые локоны", "ringlets|curls", style("ringlets", perhaps=("wavy",))),
        ("curly", "кудрявые волосы|кудрявый|кудри|курчавый|пышные волосы|кудряшки", "curly hair|afro", style("afro", perhaps=("wavy", "ringlets"))),
        ("bob", "каре|стрижка каре|чёлка", "bob|bob cut", style("bob", perhaps=("shoulder-length", "side-swept"))),
        ("medium hair", "волосы до плеч|волосы средней длины", "medium hair|shoulder-length hair", style("shoulder-length", perhaps=("bob", "long", "ringlets"))),
        ("side-swept", "волосы набок|косой пробор|волосы зачёсаны набок|косая чёлка", "side-swept hair|side parting", style("side-swept")),
        ("ponytail", "хвост|волосы собраны в хвост|конский хвост|собранные волосы|гладко зачёсанные волосы|пучок", "ponytail|hair tied back",
         style("ponytail", perhaps=("crop",))),
    ):  # fmt: skip
        add(key, "hair_style", russian, english, rule)

    def wears(name: str):
        near = {b if a == name else a for a, b in NEAR if name in (a, b)}
        return lambda s: 1.0 if s["garment"] == name else np.nan if s["garment"] in near else 0.0

    for name, (nouns, english) in GARMENT_WORDS.items():
        add(name, "clothes", "|".join(nouns), "|".join(english), wears(name))
    for name, (adjectives, english) in COLOUR_WORDS.items():
        add(
            f"in {name}",
            "clothes",
            "|".join(f"{a} одежда|в {a}|{a}" for a in adjectives),
            "|".join(f"{e} clothes" for e in english),
            lambda s, n=name: s["cloth"][n],
        )
    add(
        "striped",
        "clothes",
        "полосатый|в полоску|полосатая одежда",
        "striped",
        lambda s: float(s["pattern"] == "striped"),
    )
    add(
        "checked",
        "clothes",
        "клетчатый|в клетку|клетчатая одежда",
        "checked|plaid",
        lambda s: float(s["pattern"] == "checked"),
    )
    add(
        "glasses",
        "accessory",
        "очки|в очках|очкарик|очки в чёрной оправе",
        "glasses|spectacles",
        lambda s: {"clear": 1.0, "dark": 0.6}.get(s["glasses"], 0.0),  # who wants dark ones says so
    )
    add(
        "dark glasses",
        "accessory",
        "тёмные очки|солнечные очки|солнцезащитные очки|чёрные очки",
        "sunglasses|dark glasses",
        lambda s: float(s["glasses"] == "dark"),
    )

    def hat(*names: str):
        return lambda s: float(s["hat"] in names)

    add(
        "headwear",
        "headwear",
        "головной убор|в головном уборе",
        "headwear",
        hat("fedora", "bucket", "beanie"),
    )
    add("hat", "headwear", "шляпа|в шляпе|шляпка|котелок", "hat", hat("fedora", "bucket"))
    add(
        "wide hat",
        "headwear",
        "панама|шляпа с полями|широкополая шляпа",
        "wide-brimmed hat|bucket hat",
        hat("bucket"),
    )
    add("cap", "headwear", "шапка|вязаная шапка|шапочка|колпак", "cap|beanie|knitted cap", hat("beanie"))
    for name, (adjectives, english) in COLOUR_WORDS.items():
        for key, noun, word, kinds in (
            ("hat", "шляпа", "hat", ("fedora", "bucket")),
            ("cap", "шапка", "cap", ("beanie",)),
        ):
            add(f"{name} {key}", "headwear", "|".join(f"{a} {noun}" for a in adjectives), "|".join(f"{e} {word}" for e in english),
                lambda s, n=name, k=kinds: float(s["hat"] in k) * s["hat_colour"][n])  # fmt: skip
    add(
        "beard",
        "facial_hair",
        "борода|бородатый|бородач|с бородой|густая борода",
        "beard|bearded",
        lambda s: float(s["facial"] == "beard"),
    )
    add(
        "moustache",
        "facial_hair",
        "усы|усатый|с усами|усач",
        "moustache|mustache",
        lambda s: {"moustache": 1.0, "beard": np.nan}.get(s["facial"], 0.0),
    )
    add(
        "stubble",
        "facial_hair",
        "щетина|небритый|небритость",
        "stubble|unshaven",
        lambda s: {"stubble": 1.0, "beard": np.nan, "moustache": 0.2}.get(s["facial"], 0.0),
    )
    add(
        "shaven",
        "facial_hair",
        "без бороды|бритый|гладко выбритый",
        "clean-shaven",
        lambda s: {"none": 1.0, "stubble": np.nan}.get(s["facial"], 0.0),
    )
    add(
        "dark skin",
        "skin",
        "темнокожий|чернокожий|тёмная кожа|темнокожая|негр|чёрная кожа|африканец",
        "dark skin|black skin",
        lambda s: 1 - _step(s["skin"], 36, 50),
    )
    add(
        "tan skin",
        "skin",
        "смуглый|смуглая кожа|загорелый|смуглая|загар",
        "tanned|swarthy|tan skin",
        lambda s: min(_step(s["skin"], 42, 54), 1 - _step(s["skin"], 62, 74)),
    )
    add(
        "fair skin",
        "skin",
        "светлая кожа|бледный|белая кожа|светлокожий|бледная кожа|бледное лицо",
        "fair skin|pale|white skin",
        lambda s: _step(s["skin"], 66, 76),
    )
    add(
        "asian",
        "skin",
        "азиат|японец|китаец|японка|китаянка|кореянка|азиатский|азиатка",
        "asian",
        lambda s: _step(s["people"][1], 0.4, 0.65),
    )
    smile = lambda s: _step(s["smile"], 0.3, 0.55)  # noqa: E731
    add(
        "smile",
        "expression",
        "улыбка|улыбаться|улыбающийся|улыбчивый|весёлый|радостный|с улыбкой|счастливый|довольный",
        "smiling|smile|happy",
        smile,
    )
    add(
        "laugh",
        "expression",
        "смеяться|смех|смеющийся|хохотать|широкая улыбка|белозубый|зубастый",
        "laughing|grin|wide smile",
        lambda s: _step(s["smile"], 0.7, 0.8),
    )
    add(
        "sad",
        "expression",
        "грустный|печальный|мрачный|унылый|плакать|грусть|тоскливый",
        "sad|gloomy",
        lambda s: _step(-s["smile"], 0.2, 0.5),
    )
    mood = lambda name: lambda s: float(s["mood"] == name)  # noqa: E731
    add(
        "angry",
        "expression",
        "злой|сердитый|хмурый|угрюмый|гневный|недовольный|хмуриться|разъярённый|нахмуренные брови|яростный|свирепый|возмущённый|раздражённый",
        "angry|frowning",
        mood("angry"),
    )
    add(
        "surprised",
        "expression",
        "удивлённый|изумлённый|удивление|поражённый|открытый рот|испуганный|потрясённый|ошарашенный",
        "surprised|astonished",
        mood("surprised"),
    )
    add(
        "serious",
        "expression",
        "серьёзный|спокойный|без улыбки|нейтральное лицо|строгий",
        "serious|calm|neutral",
        lambda s: float(s["mood"] == "none") * min(1 - smile(s), 1 - _step(-s["smile"], 0.2, 0.5)),
    )
    add(
        "stout",
        "build",
        "полный|толстый|полная|толстая|пухлый|грузный|тучный",
        "fat|plump|stout",
        lambda s: _step(s["weight"], 0.58, 0.75),
    )
    add(
        "thin",
        "build",
        "худой|стройный|худая|стройная|тощий|худощавый",
        "thin|slim|slender",
        lambda s: 1 - _step(s["weight"], 0.25, 0.42),
    )
    add(
        "blue eyes",
        "eyes",
        "голубые глаза|синие глаза|голубоглазый|голубоглазая",
        "blue eyes",
        lambda s: s["seen_eyes"] * _step(s["iris"][2] - s["iris"][0], 20, 60),
    )
    add(
        "brown eyes",
        "eyes",
        "карие глаза|кареглазый|чёрные глаза|тёмные глаза|кареглазая",
        "brown eyes",
        lambda s: s["seen_eyes"] * _step(s["iris"][0] - s["iris"][2], 25, 45),
    )
    add(
        "green eyes",
        "eyes",
        "зелёные глаза|зеленоглазый|зеленоглазая",
        "green eyes",
        lambda s: s["seen_eyes"] * _step(s["iris"][1] - max(s["iris"][0], s["iris"][2]), 0, 20),
    )
    for name, (nouns, english) in GARMENT_WORDS.items():
        worn = wears(name)
        for colour, (adjectives, shades) in COLOUR_WORDS.items():
            add(f"{colour} {name}", "clothes", "|".join(f"{a} {n}" for a in adjectives for n in nouns), "|".join(f"{e} {n}" for e in shades for n in english),
                lambda s, w=worn, c=colour: min(w(s), s["cloth"][c]) if s["cloth"][c] > 0.2 else 0.0)  # fmt: skip
        for colour in ("полосатый", "клетчатый"):
            pattern = "striped" if colour == "полосатый" else "checked"
            add(f"{pattern} {name}", "clothes", "|".join(f"{colour} {n}" for n in nouns), "|".join(f"{pattern} {e}" for e in english),
                lambda s, n=name, p=pattern: float(s["garment"] == n and s["pattern"] == p))  # fmt: skip
    for name, (adjectives, _, english) in HAIR_WORDS.items():
        for length, styles, word in (
            ("длинный", ("long", "wavy"), "long"),
            ("короткий", ("crop", "short", "tousled"), "short"),
            ("кудрявый", ("afro",), "curly"),
        ):
            add(f"{word} {name} hair", "hair_color", "|".join(f"{length} {a} волосы" for a in adjectives), "|".join(f"{word} {e}" for e in english),
                lambda s, n=name, st=styles: float(s["style"] in st) * s["hair"][n])  # fmt: skip
    return facts, truth


FACTS, _TRUTH = _all_facts()


def cloth_shares(person: Person, colours: np.ndarray) -> dict[str, float]:
    """How far the clothes deserve each colour's name; of stripes and checks both colours count alike."""
    cloth, second = (CLOTH_NAMES.shares(colours[COLOURS.index(k)]) for k in ("cloth", "cloth2"))
    return cloth if person.pattern == "plain" else {k: (v + second[k]) / 2 for k, v in cloth.items()}


def state(person: Person, colours: np.ndarray) -> dict:
    """What the rules read: names of colours with their shares, and the plain factors."""
    c = dict(zip(COLOURS, colours, strict=True))
    cloth = cloth_shares(person, colours)
    hat = CLOTH_NAMES.shares(c["hat"])
    for shares in (cloth, hat):
        for name, extra in WIDER.items():
            shares[name] = min(1.0, shares[name] + sum(w * shares[k] for k, w in extra.items()))
    return dict(male=float(person.gender == "male"), age=person.age, bald=person.hair == "bald", style=person.hair, garment=person.garment,
                pattern=person.pattern, facial=person.facial_hair, glasses=person.glasses, hat=person.hat, mood=person.mood, smile=person.smile, weight=person.weight,
                people=person.ethnicity, hair=HAIR_NAMES.shares(c["hair"]), cloth=cloth, hat_colour=hat, skin=float(lab(c["skin"])[0]),
                iris=c["iris"].tolist(), seen_eyes=0.0 if person.glasses == "dark" else 1.0)  # fmt: skip


def truths(person: Person, colours: np.ndarray) -> np.ndarray:
    """Truth of every fact, [len(FACTS)] in [0, 1] or NaN."""
    s = state(person, colours)
    return np.array([rule(s) for rule in _TRUTH], np.float32)
