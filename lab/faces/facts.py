"""Facts about a photographed face, how Russian says them, and how true each is by the labels' probabilities.

A face is a table: for each column of the labels the probability of each of its words. A fact's truth is a weighed sum
over one column, or a product of such sums; phrases come from prose, and whole groups of synonyms from the reader's
own word lists. A rule may give NaN where the labels cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lab.captions import COLOUR_WORDS
from t2i_person.text.lexicon.lists import _entries

VALUES: dict[str, tuple[str, ...]] = {
    "sex": ("f", "m"),
    "age": ("baby", "child", "teen", "young", "middle", "older", "old"),
    "skin": ("light", "tan", "brown", "dark"),
    "look": ("european", "eastasian", "southasian", "african", "latin"),
    "hair": ("blond", "lightbrown", "brown", "black", "red", "grey", "white", "dyed", "none", "hidden"),
    "length": ("bald", "cropped", "short", "medium", "long", "up", "hidden"),
    "texture": ("straight", "wavy", "curly", "afro"),
    "hairline": ("full", "fringe", "receding", "balding", "hidden"),
    "facial": ("none", "stubble", "moustache", "goatee", "beard"),
    "brows": ("thin", "normal", "thick"),
    "eyes": ("brown", "dark", "blue", "green", "grey"),
    "lids": ("open", "squint"),
    "glasses": ("none", "clear", "dark"),
    "hat": ("none", "cap", "beanie", "brim", "scarf", "band", "other"),
    "mouth": ("closed", "smile", "teeth", "open"),
    "mood": ("neutral", "happy", "sad", "angry", "surprised"),
    "lips": ("natural", "lipstick"),
    "makeup": ("no", "yes"),
    "build": ("thin", "normal", "plump"),
    "jewels": ("none", "earrings", "necklace", "both"),
    "wrinkles": ("no", "some", "deep"),
    "cloth": ("tshirt", "collar", "suit", "jacket", "sweater", "dress", "uniform", "other"),
    "clothcolor": ("white", "grey", "black", "red", "pink", "orange", "yellow", "green", "lightblue", "blue", "purple", "brown", "beige", "mixed"),
    "seen": ("no", "yes"),  # of the clothes: whether their colour could be told
    "pose": ("front", "left", "right"),
    "ground": ("plain", "nature", "room", "dark", "mixed"),
    "quality": ("a", "b", "c", "d"),
}  # fmt: skip
ALIKE = {"longbeard": "beard", "closed": "squint"}  # words too rare to be learned by themselves

Table = Mapping[str, np.ndarray]  # column -> [n, values]
Rule = Callable[[Table], np.ndarray]  # -> [n]


@dataclass(frozen=True)
class Fact:
    key: str
    kind: str
    phrases: tuple[str, ...]
    rule: Rule


def is_(column: str, **weights: float) -> Rule:
    """Weighed sum over one column's words; the words not named count 0."""
    unknown = set(weights) - set(VALUES[column])
    if unknown:
        raise ValueError(f"{column} has no {unknown}")
    row = np.array([weights.get(v, 0.0) for v in VALUES[column]])
    return lambda t: t[column] @ row


def all_(*rules: Rule) -> Rule:
    return lambda t: np.prod([rule(t) for rule in rules], axis=0)


def any_(*rules: Rule) -> Rule:
    return lambda t: 1 - np.prod([1 - rule(t) for rule in rules], axis=0)


def not_(rule: Rule) -> Rule:
    return lambda t: 1 - rule(t)


def part(rule: Rule, share: float) -> Rule:
    return lambda t: share * rule(t)


def listed(category: str, *english: str) -> list[str]:
    """Words of the reader's lists under one category that it translates so."""
    found = []
    for name in ("looks.txt", "things.txt"):
        for header, words, meaning in _entries(name):
            if header.split()[0] == category and meaning in english:
                found += [
                    w
                    for w in words
                    if "-" not in w
                    or w.split("-")[-1]
                    not in ("волос", "лицо", "худой", "возраст", "стиль", "вуаль", "старый")
                ]
    return found


def _phrases(text: str) -> list[str]:
    return [p.strip() for p in text.split("|")]


FEMALE, MALE = is_("sex", f=1), is_("sex", m=1)
SMALL = is_("age", baby=1, child=1)
YOUNG = is_("age", child=0.5, teen=0.9, young=1)
GIRL = is_("age", teen=0.9, young=1, middle=0.15)
MIDDLE = is_("age", middle=1, older=0.4, young=0.08)
OLD = is_("age", old=1, older=0.75)
VERY_OLD = is_("age", old=1, older=0.35)
GREY = is_("hair", grey=1, white=1)

# the colours of the clothes that a Russian colour may be by the labels' fourteen words
CLOTHES: dict[str, dict[str, float]] = {
    "красный": {"red": 1}, "бордовый": {"red": 0.5, "purple": 0.25, "brown": 0.1}, "розовый": {"pink": 1},
    "оранжевый": {"orange": 1}, "жёлтый": {"yellow": 1}, "бежевый": {"beige": 1},
    "коричневый": {"brown": 1, "beige": 0.1}, "зелёный": {"green": 1}, "салатовый": {"green": 0.55, "yellow": 0.15},
    "тёмно-зелёный": {"green": 0.6}, "бирюзовый": {"lightblue": 0.5, "green": 0.25}, "голубой": {"lightblue": 1, "blue": 0.12},
    "синий": {"blue": 1, "lightblue": 0.1}, "тёмно-синий": {"blue": 0.65, "black": 0.05}, "фиолетовый": {"purple": 1},
    "сиреневый": {"purple": 0.7, "pink": 0.2}, "чёрный": {"black": 1, "grey": 0.05}, "серый": {"grey": 1}, "белый": {"white": 1, "beige": 0.05},
}  # fmt: skip
SEEN = is_("seen", yes=1)

_C = "clothes"
GARMENTS: dict[str, tuple[list[str], Rule]] = {
    "t-shirt": (["футболка", "тенниска", "лонгслив", *listed(_C, "t-shirt", "long-sleeved t-shirt")], is_("cloth", tshirt=1, other=0.1)),
    "tank top": (listed(_C, "tank top", "crop top"), is_("cloth", tshirt=0.55, dress=0.5)),
    "shirt": (listed(_C, "shirt"), is_("cloth", collar=1, suit=0.3, other=0.05)),
    "polo": (["поло", "рубашка поло"], is_("cloth", collar=0.8, tshirt=0.15)),
    "blouse": (listed(_C, "blouse"), all_(not_(part(MALE, 0.8)), is_("cloth", collar=0.7, other=0.35, tshirt=0.25, dress=0.2))),
    "suit": (["пиджак", "костюм", "деловой костюм", "блейзер", *listed(_C, "suit", "tuxedo", "tailcoat", "frock coat")], is_("cloth", suit=1, jacket=0.2)),
    "tie": (["галстук", "рубашка с галстуком", "бабочка", "при галстуке"], all_(not_(part(FEMALE, 0.7)), is_("cloth", suit=0.75, collar=0.1))),
    "jacket": (["ветровка", "пуховик", "куртка с капюшоном", *listed(_C, "jacket", "leather biker jacket", "hood")], is_("cloth", jacket=1, suit=0.12, other=0.05)),
    "hoodie": (listed(_C, "hoodie"), is_("cloth", jacket=0.7, sweater=0.45)),
    "coat": (listed(_C, "coat", "cloak", "fur coat"), is_("cloth", jacket=0.7, other=0.15, suit=0.1)),
    "sweater": (["вязаный свитер", *listed(_C, "sweater", "turtleneck")], is_("cloth", sweater=1, other=0.2, jacket=0.1, tshirt=0.1)),
    "cardigan": (listed(_C, "cardigan"), is_("cloth", sweater=0.9, jacket=0.5, tshirt=0.35, other=0.3)),
    "dress": (["вечернее платье", "открытые плечи", "голые плечи", *listed(_C, "dress", "wedding dress", "bodice", "nightgown")], all_(not_(part(MALE, 0.7)), is_("cloth", dress=1, other=0.15))),
    "uniform": (["военная форма", *listed(_C, "uniform")], is_("cloth", uniform=1, suit=0.1)),
}  # fmt: skip

HAIR: dict[str, tuple[str, str, Rule]] = {  # adjectives of the hair, phrases, truth
    "blond": ("светлый|белокурый|золотистый|льняной|соломенный|пшеничный|золотой|белый", "блондинка|блондин|светловолосый|светловолосая|белокурый|светлая шевелюра|платиновая блондинка",
              is_("hair", blond=1, lightbrown=0.3, white=0.08)),
    "lightbrown": ("русый|светло-русый|светло-каштановый|тёмно-русый", "русоволосый|русая|русоволосая", is_("hair", lightbrown=1, blond=0.3, brown=0.35)),
    "brown": ("каштановый|коричневый|шоколадный|тёмно-каштановый|ореховый", "шатен|шатенка|каштановая шевелюра", is_("hair", brown=1, lightbrown=0.3, black=0.05)),
    "dark": ("тёмный", "темноволосый|темноволосая|брюнетка|брюнет|тёмная шевелюра|чернявый", is_("hair", brown=0.65, black=1)),
    "black": ("чёрный|смоляной|вороной|угольный|агатовый|иссиня-чёрный", "черноволосый|черноволосая|жгучая брюнетка|жгучий брюнет|чернокудрый", is_("hair", black=1, brown=0.1)),
    "red": ("рыжий|медный|огненный|огненно-рыжий|ярко-рыжий|рыжеватый|морковный", "рыжий|рыжая|рыженькая|рыжеволосая|рыжеволосый|медноволосый", is_("hair", red=1, lightbrown=0.04, brown=0.03)),
    "grey": ("седой|серебристый|пепельный|поседевший|серый|седеющий", "седой|седая|седина|седовласый|седоголовый|проседь|с проседью|поседевший", is_("hair", grey=1, white=1)),
    "white": ("белоснежный|совсем седой|абсолютно белый", "беловолосый|белоголовый|белый как лунь", is_("hair", white=1, grey=0.3, blond=0.1)),
    "dyed": ("крашеный|розовый|синий|голубой|зелёный|фиолетовый|сиреневый|малиновый|выкрашенный", "крашеные волосы|яркие крашеные волосы", is_("hair", dyed=1)),
}  # fmt: skip
WEARS_HAIR = is_("length", cropped=1, short=1, medium=1, long=1, up=1)
STYLES: dict[str, tuple[str, str, Rule]] = {  # adjectives of the hair, phrases, truth
    "long": ("длинный|длинный распущенный|длиннющий", "длинноволосый|длинноволосая|распущенные волосы|волосы ниже плеч|длинные локоны|грива волос", is_("length", long=1, medium=0.2)),
    "medium": ("средний|полудлинный", "волосы до плеч|волосы средней длины|каре|стрижка каре|боб", is_("length", medium=1, long=0.12, short=0.12)),
    "short": ("короткий|коротко стриженный|стриженый", "короткая стрижка|коротко стриженный|короткостриженый|стриженый|остриженный|подстриженный|коротко остриженный", is_("length", short=1, cropped=0.9, bald=0.1, medium=0.05)),
    "cropped": ("очень короткий", "ёжик|стрижка ёжиком|бритая голова|бритый наголо|под машинку|обритый|короткий ёжик", is_("length", cropped=1, bald=0.7, short=0.08)),
    "up": ("собранный|убранный|заплетённый|зачёсанный назад", "пучок|хвост|волосы собраны|волосы собраны в хвост|конский хвост|коса|косы|косичка|гладко зачёсанные волосы|узел волос", is_("length", up=1, short=0.08)),
    "straight": ("прямой|гладкий", "прямоволосая|гладкие волосы", all_(WEARS_HAIR, is_("texture", straight=1))),
    "wavy": ("волнистый|вьющийся", "волнистые волосы|волны волос|локоны|завитки|завитой", all_(WEARS_HAIR, is_("texture", wavy=1, curly=0.7, afro=0.1))),
    "curly": ("кудрявый|курчавый|кучерявый", "кудрявый|кудри|кудряшки|курчавый|кучерявый|кудлатый|кудреватый", all_(WEARS_HAIR, is_("texture", curly=1, afro=0.9, wavy=0.25))),
    "afro": ("мелко вьющийся|пышный курчавый", "афро|причёска афро|копна курчавых волос", all_(WEARS_HAIR, is_("texture", afro=1, curly=0.15))),
}  # fmt: skip


def numerals() -> dict[int, str]:
    """Ages in words, as the reader gives them."""
    ones = "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать".split()
    tens = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
    out = {i + 1: w for i, w in enumerate(ones)}
    for i, ten in enumerate(tens):
        for k in range(10):
            out[20 + 10 * i + k] = ten + (f" {ones[k - 1]}" if k else "")
    return out


_EDGES = {
    "baby": (0, 2.5),
    "child": (2.5, 11.5),
    "teen": (11.5, 17.5),
    "young": (17.5, 34.5),
    "middle": (34.5, 49.5),
    "older": (49.5, 64.5),
    "old": (64.5, 99),
}


def aged(years: float) -> Rule:
    """How well each group fits an age: 1 inside, less and less outside (a fifth of the age is a standard error)."""
    width = 0.15 * years + 1
    fit = {}
    for name, (low, high) in _EDGES.items():
        off = max(low - years, years - high, 0.0)
        fit[name] = float(np.exp(-0.5 * (off / width) ** 2)) if off else 1.0
    return is_("age", **{k: v if v > 0.1 else 0.0 for k, v in fit.items()})


def _facts() -> list[Fact]:
    out: list[Fact] = []

    def add(key: str, kind: str, phrases: str | list[str], rule: Rule) -> None:
        words = _phrases(phrases) if isinstance(phrases, str) else phrases
        out.append(Fact(key, kind, tuple(dict.fromkeys(words)), rule))

    add("man", "gender", "мужчина|мужик|мужской|он|господин|джентльмен|мужчина", MALE)
    add("woman", "gender", "женщина|дама|женский|она|женщина|госпожа", FEMALE)
    add("girl", "who", "девушка|юная девушка|молодая женщина|барышня|девица", all_(FEMALE, GIRL))
    add("lad", "who", "парень|юноша|молодой человек|молодой мужчина|паренёк", all_(MALE, GIRL))
    add("grandfather", "who", "старик|дед|дедушка|старец|пожилой мужчина|старичок", all_(MALE, OLD))
    add(
        "grandmother",
        "who",
        "старуха|бабушка|старушка|бабка|пожилая женщина|старая женщина",
        all_(FEMALE, OLD),
    )
    add("child", "age", "ребёнок|дитя|малыш|детское лицо|ребёнок|маленький ребёнок", SMALL)
    add(
        "baby",
        "age",
        "младенец|грудной ребёнок|грудничок|годовалый ребёнок|карапуз",
        is_("age", baby=1, child=0.1),
    )
    add(
        "little girl",
        "who",
        "девочка|маленькая девочка|девчонка",
        all_(not_(part(MALE, 1)), is_("age", baby=0.5, child=1, teen=0.5)),
    )
    add(
        "little boy",
        "who",
        "мальчик|мальчишка|маленький мальчик|мальчуган",
        all_(not_(part(FEMALE, 1)), is_("age", baby=0.5, child=1, teen=0.5)),
    )
    add(
        "teenager",
        "age",
        "подросток|тинейджер|юношеский возраст|школьник|несовершеннолетний",
        is_("age", teen=1, child=0.25, young=0.06),
    )
    add("young", "age", ["молодой", "молодая", "молодость", *listed("age", "young")], YOUNG)
    add(
        "adult",
        "age",
        "взрослый|взрослый человек|совершеннолетний",
        is_("age", young=1, middle=1, older=1, old=1, teen=0.2),
    )
    add(
        "middle",
        "age",
        "средних лет|средний возраст|зрелый|зрелые годы|не молодой и не старый|солидный возраст",
        MIDDLE,
    )
    add(
        "elderly",
        "age",
        ["пожилой", "пожилая", "преклонный возраст", "в годах", *listed("age", "elderly")],
        OLD,
    )
    add("old", "age", ["старый", "старая", "глубокий старик", "старость", *listed("age", "old")], VERY_OLD)
    for years, words in numerals().items():
        if years <= 20 or years % 5 == 0 or years % 7 == 3:
            last = "год" if years % 10 == 1 and years != 11 else "лет"
            add(f"{years}", "years", [f"{words} {last}", f"{words} лет", f"возраст {words} лет"], aged(years))
    for key, words, decade in (("twenties", "двадцать с небольшим|за двадцать", 23), ("thirties", "за тридцать|под сорок", 36), ("forties", "за сорок|лет сорок", 44),
                               ("fifties", "за пятьдесят|под шестьдесят", 56), ("sixties", "за шестьдесят|под семьдесят", 66)):  # fmt: skip
        add(key, "years", words, aged(decade))

    add(
        "fair skin",
        "skin",
        [
            "светлая кожа",
            "белая кожа",
            "светлокожий",
            "бледный",
            "бледная кожа",
            "бледное лицо",
            *listed("skin", "pale skin"),
        ],
        is_("skin", light=1, tan=0.15),
    )
    add("tan skin", "skin", ["смуглый", "смуглая кожа", "загорелый", "загар", "оливковая кожа", "смуглянка", "бронзовая кожа",
                             "смугленький", "смугловатый", "загоревший"], is_("skin", tan=1, brown=0.85, dark=0.1))  # fmt: skip
    add(
        "dark skin",
        "skin",
        "темнокожий|чернокожий|тёмная кожа|темнокожая|чёрная кожа|шоколадная кожа",
        is_("skin", dark=1, brown=0.7),
    )
    add(
        "african",
        "people",
        "африканец|африканка|негр|негритянка|мулат|мулатка|африканской внешности|афроамериканец|африканская внешность",
        is_("look", african=1),
    )
    add("asian", "people", "азиат|азиатка|японец|японка|китаец|китаянка|кореец|кореянка|азиатской внешности|азиатская внешность|восточноазиатская внешность|монголоидное лицо|вьетнамец|раскосый|раскосые глаза|узкоглазый|казах|якут|бурят|монгол",
        is_("look", eastasian=1))  # fmt: skip
    add(
        "indian",
        "people",
        "индус|индианка|индийская внешность|индийской внешности|индиец|пакистанец|цыган|цыганка",
        is_("look", southasian=1, latin=0.1),
    )
    add("latin", "people", "латиноамериканец|латиноамериканка|восточная внешность|восточной внешности|кавказская внешность|араб|арабка|южная внешность|мексиканец|испанка|армянин|грузин|турок|кавказец|южанин|итальянец",
        is_("look", latin=1, southasian=0.3, european=0.04))  # fmt: skip
    add(
        "european",
        "people",
        "европеец|европейская внешность|европейской внешности|славянская внешность|белый человек|славянин|европейка|русский|немец|скандинав",
        is_("look", european=1, latin=0.15),
    )

    hairy = {}
    for name, (adjectives, phrases, rule) in HAIR.items():
        hairy[name] = [f"{a} волосы" for a in _phrases(adjectives)]
        add(f"{name} hair", "hair_color", hairy[name] + _phrases(phrases), rule)
    for name, (adjectives, phrases, rule) in STYLES.items():
        add(name, "hair_style", [f"{a} волосы" for a in _phrases(adjectives)] + _phrases(phrases), rule)
    for length in ("long", "medium", "short", "wavy", "curly", "straight", "up"):
        for colour in HAIR:
            pairs = [
                f"{a} {b} волосы"
                for a in _phrases(STYLES[length][0])[:2]
                for b in _phrases(HAIR[colour][0])[:5]
            ]
            pairs += [
                f"{b} {a} волосы"
                for a in _phrases(STYLES[length][0])[:1]
                for b in _phrases(HAIR[colour][0])[:3]
            ]
            if length in ("wavy", "curly"):
                pairs += [f"{b} {n}" for n in ("кудри", "локоны") for b in _phrases(HAIR[colour][0])[:5]]
            if length == "up":
                pairs += [
                    f"{b} {n}" for n in ("коса", "хвост", "пучок") for b in _phrases(HAIR[colour][0])[:4]
                ]
            add(f"{length} {colour}", "hair_both", pairs, all_(STYLES[length][2], HAIR[colour][2]))
    for length in ("long", "medium", "short"):
        for texture in ("straight", "wavy", "curly"):
            pairs = [
                f"{a} {b} волосы"
                for a in _phrases(STYLES[length][0])[:2]
                for b in _phrases(STYLES[texture][0])
            ]
            add(f"{length} {texture}", "hair_both", pairs, all_(STYLES[length][2], STYLES[texture][2]))
    add("bald", "hair_style", ["лысый", "лысая голова", "лысина", "без волос", "плешь", "голый череп", "совершенно лысый", *[w for w in listed("hair_style", "bald") if "-" not in w]],
        any_(is_("length", bald=1, cropped=0.05), part(is_("hairline", balding=1), 0.9)))  # fmt: skip
    add(
        "receding",
        "hair_style",
        "залысины|залысина|высокий лоб|редеющие волосы|поредевшие волосы|лысеющий|редкие волосы",
        is_("hairline", receding=1, balding=0.8),
    )
    add(
        "fringe",
        "hair_style",
        "чёлка|чёлочка|с чёлкой|длинная чёлка|волосы на лбу|чуб|прядь на лбу",
        is_("hairline", fringe=1),
    )
    add(
        "open forehead",
        "hair_style",
        "открытый лоб|без чёлки",
        is_("hairline", full=1, receding=1, balding=1, hidden=0.3),
    )

    beard = is_("facial", beard=1, goatee=0.9)
    add(
        "beard",
        "facial_hair",
        ["борода", "бородатый", "с бородой", "бородач", "борода", *listed("facial_hair", "beard", "bearded")],
        beard,
    )
    add(
        "full beard",
        "facial_hair",
        "густая борода|окладистая борода|пышная борода|длинная борода|борода лопатой|большая борода",
        is_("facial", beard=1, goatee=0.2),
    )
    add(
        "goatee",
        "facial_hair",
        "бородка|эспаньолка|козлиная бородка|бородка клинышком|клиновидная бородка|короткая бородка",
        is_("facial", goatee=1, beard=0.55),
    )
    add("moustache", "facial_hair", ["усы", "усатый", "с усами", "усач", "пышные усы", "густые усы", *listed("facial_hair", "moustache", "with a moustache")],
        is_("facial", moustache=1, goatee=0.65, beard=0.75))  # fmt: skip
    add(
        "stubble",
        "facial_hair",
        [
            "щетина",
            "лёгкая щетина",
            "небритый",
            "трёхдневная щетина",
            *listed("facial_hair", "stubble", "unshaven"),
        ],
        is_("facial", stubble=1, goatee=0.15, moustache=0.15, beard=0.25),
    )
    add(
        "shaven",
        "facial_hair",
        [
            "без бороды",
            "гладко выбритый",
            "безбородый",
            "чисто выбритое лицо",
            *[w for w in listed("facial_hair", "clean-shaven") if "-" not in w],
        ],
        is_("facial", none=1),
    )
    for name, (adjectives, _, rule) in HAIR.items():
        if name in ("grey", "white", "black", "red", "brown", "dark", "lightbrown"):
            words = _phrases(adjectives)[:4]
            add(
                f"{name} beard",
                "facial_hair_both",
                [f"{a} {n}" for a in words for n in ("борода", "бородка", "борода")],
                all_(beard, rule),
            )
            add(
                f"{name} moustache",
                "facial_hair_both",
                [f"{a} усы" for a in words],
                all_(is_("facial", moustache=1, goatee=0.65, beard=0.75), rule),
            )

    add(
        "thick brows",
        "brows",
        [
            "густые брови",
            "чёрные густые брови",
            "широкие брови",
            "кустистые брови",
            "мохнатые брови",
            *listed("face", "thick eyebrows"),
        ],
        is_("brows", thick=1, normal=0.08),
    )
    add(
        "thin brows",
        "brows",
        "тонкие брови|выщипанные брови|редкие брови|светлые брови|брови ниточкой",
        is_("brows", thin=1, normal=0.05),
    )
    for key, words, rule in (
        ("blue", "голубой|синий|небесный|васильковый|лазурный", is_("eyes", blue=1, grey=0.3)), ("brown", "карий|коричневый|шоколадный|ореховый|янтарный", is_("eyes", brown=1, dark=0.55)),
        ("dark", "тёмный|чёрный", is_("eyes", dark=1, brown=0.6)), ("grey", "серый|стальной|дымчатый", is_("eyes", grey=1, blue=0.3)), ("green", "зелёный|изумрудный", is_("eyes", green=1, grey=0.08)),
        ("light", "светлый|прозрачный", is_("eyes", blue=1, grey=1, green=0.9)),
    ):  # fmt: skip
        visible = not_(part(is_("glasses", dark=1), 0.8))
        add(f"{key} eyes", "eyes", [f"{a} {n}" for a in _phrases(words) for n in ("глаза", "глаза", "очи")] + {"blue": ["голубоглазый", "синеглазый"], "brown": ["кареглазый"], "dark": ["черноглазый", "темноглазый"], "grey": ["сероглазый"], "green": ["зеленоглазый"]}.get(key, []),
            all_(visible, rule))  # fmt: skip
    add(
        "squint",
        "lids",
        "прищур|прищуренные глаза|прищурился|щуриться|сощуренные глаза|прищуренный взгляд",
        is_("lids", squint=1),
    )
    add("wide eyes", "lids", "открытые глаза|распахнутые глаза|большие глаза", is_("lids", open=1))

    add(
        "glasses",
        "glasses",
        "очки|в очках|очкарик|прозрачные очки|очки в оправе|круглые очки|очки для зрения|пенсне|очки|очкастый",
        is_("glasses", clear=1, dark=0.5),
    )
    add(
        "clear glasses",
        "glasses",
        "прозрачные очки|очки для зрения|очки с диоптриями|обычные очки",
        is_("glasses", clear=1, dark=0.05),
    )
    add(
        "dark glasses",
        "glasses",
        "тёмные очки|солнечные очки|солнцезащитные очки|чёрные очки|очки от солнца|затемнённые очки",
        is_("glasses", dark=1, clear=0.02),
    )
    add("no glasses", "glasses", "без очков|открытое лицо без очков", is_("glasses", none=1))

    hats: list[tuple[str, list[str], Rule]] = [
        ("headwear", ["головной убор", "в головном уборе", "покрытая голова"], is_("hat", cap=1, beanie=1, brim=1, scarf=1, other=0.9, band=0.12)),
        ("hat", ["шляпа", "шляпка", "в шляпе", "фетровая шляпа", *listed("headwear", "hat", "cowboy hat")], is_("hat", brim=1, other=0.3, cap=0.08)),
        ("visor", ["кепка", "бейсболка", "кепка", "бейсболка", "картуз", "фуражка", "кепи", "козырёк", "жокейка", "кепочка", "картузик"], is_("hat", cap=1, other=0.08, brim=0.05)),
        ("knitted", ["шапка", "вязаная шапка", "шапочка", "тёплая шапка", "шапка", "бини", "колпак", "зимняя шапка"], is_("hat", beanie=1, other=0.3)),
        ("fur hat", ["ушанка", "меховая шапка", "папаха", "шапка-ушанка", "кубанка", "малахай"], is_("hat", other=0.45, beanie=0.45)),
        ("beret", ["берет", "пилотка", "тюбетейка", "ермолка", "кипа", "феска", "чепец", "бескозырка"], is_("hat", other=0.55, beanie=0.3, brim=0.05)),
        ("scarf", ["платок", "косынка", "хиджаб", "тюрбан", "чалма", "бандана", "платок на голове", *listed("headwear", "headscarf", "keffiyeh")], is_("hat", scarf=1, other=0.25, band=0.08)),
        ("band", ["ободок", "бант", "венок", "цветок в волосах", "повязка на голове", "лента в волосах", "заколка", "обруч", "ободок", "диадема", "корона", "бантик"], is_("hat", band=1, other=0.12, scarf=0.08)),
        ("helmet", ["шлем", "каска"], is_("hat", other=0.5, cap=0.12, beanie=0.1)),
    ]  # fmt: skip
    for key, words, rule in hats:
        add(key, "hat", words, rule)
    add(
        "bareheaded",
        "hat",
        "без шапки|без головного убора|непокрытая голова|простоволосая|без шляпы",
        is_("hat", none=1, band=0.7),
    )
    # the labels say nothing of a hat's colour: a coloured hat is at most an even chance
    for name, (adjectives, _) in COLOUR_WORDS.items():
        for key, words, rule in hats[1:7]:
            nouns = [w for w in words if " " not in w][:5]
            add(
                f"{name} {key}",
                "hat_both",
                [f"{a} {n}" for a in adjectives[:3] for n in nouns],
                part(rule, 0.5),
            )

    smile = is_("mouth", smile=1, teeth=1)
    grim = is_("mouth", closed=1, open=0.5)
    add(
        "smile",
        "expression",
        ["улыбка", "улыбаться", "улыбающийся", "с улыбкой", "улыбчивый", "улыбнуться", "улыбка", "улыбаться"],
        any_(part(smile, 0.97), part(is_("mood", happy=1), 0.5)),
    )
    add(
        "happy",
        "expression",
        [
            "весёлый",
            "радостный",
            "счастливый",
            "довольный",
            "сияющий",
            "жизнерадостный",
            *listed("expression", "smiling"),
        ],
        is_("mood", happy=1),
    )
    add(
        "teeth",
        "expression",
        "широкая улыбка|смеяться|смеющийся|белозубая улыбка|хохотать|белозубый|смех|обнажённые зубы|улыбка до ушей|хохочущий|ослепительная улыбка|зубы",
        is_("mouth", teeth=1, open=0.08),
    )
    add(
        "slight smile",
        "expression",
        "лёгкая улыбка|полуулыбка|усмешка|сдержанная улыбка|ухмылка|улыбка уголками губ|улыбка одними губами",
        is_("mouth", smile=1, teeth=0.15, closed=0.06),
    )
    add(
        "open mouth",
        "expression",
        "открытый рот|приоткрытый рот|приоткрытые губы|разинутый рот",
        is_("mouth", open=1, teeth=0.12),
    )
    add("no smile", "expression", "без улыбки|серьёзное лицо|сомкнутые губы|не улыбается|неулыбчивый", grim)
    add(
        "serious",
        "expression",
        [
            "серьёзный",
            "спокойный",
            "строгий",
            "нейтральное лицо",
            "сосредоточенный",
            "задумчивый",
            "невозмутимый",
            *[w for w in listed("expression", "serious") if "-" not in w],
        ],
        is_("mood", neutral=1, sad=0.35, angry=0.25),
    )
    dull = all_(grim, is_("mood", neutral=0.12, sad=1, angry=0.4))
    add(
        "sad",
        "expression",
        [
            "грустный",
            "печальный",
            "унылый",
            "грусть",
            "тоскливый",
            "плачущий",
            "заплаканный",
            "скорбный",
            "плакать",
            "печаль",
            "расстроенный",
        ],
        all_(grim, is_("mood", sad=1, neutral=0.1, angry=0.2)),
    )
    add(
        "gloomy",
        "expression",
        ["хмурый", "угрюмый", "мрачный", "насупленный", "суровый", "хмуриться", "нахмуренный", "недовольный"],
        any_(dull, is_("mood", angry=0.9)),
    )
    add(
        "angry",
        "expression",
        [
            "злой",
            "сердитый",
            "гневный",
            "злость",
            "яростный",
            "разъярённый",
            "свирепый",
            "раздражённый",
            "нахмуренные брови",
            "грозный",
            "взбешённый",
        ],
        is_("mood", angry=1, sad=0.12, neutral=0.03),
    )
    add(
        "surprised",
        "expression",
        [
            "удивлённый",
            "изумлённый",
            "удивление",
            "испуганный",
            "потрясённый",
            "ошарашенный",
            "удивиться",
            "поражённый",
            "растерянный",
        ],
        is_("mood", surprised=1),
    )

    add(
        "lipstick",
        "makeup",
        "помада|накрашенные губы|яркая помада|красная помада|алые губы|ярко накрашенные губы|красные губы|губная помада|алая помада|розовая помада",
        is_("lips", lipstick=1),
    )
    add(
        "makeup",
        "makeup",
        [
            "макияж",
            "накрашенные глаза",
            "яркий макияж",
            "косметика",
            "накрашенная",
            "подведённые глаза",
            "тушь",
            "тени на веках",
            "длинные ресницы",
            *listed("face", "heavy makeup"),
        ],
        is_("makeup", yes=1),
    )
    add(
        "no makeup",
        "makeup",
        "без макияжа|без косметики|ненакрашенная|естественные губы",
        all_(is_("makeup", no=1), is_("lips", natural=1, lipstick=0.2)),
    )
    add(
        "plump",
        "build",
        [
            "полное лицо",
            "пухлые щёки",
            "круглое лицо",
            "щекастый",
            "круглолицый",
            "двойной подбородок",
            "толстощёкий",
            *[
                w
                for w in listed("build", "plump", "heavy build", "stout")
                if w not in ("обширный", "широкий", "круглый")
            ],
        ],
        is_("build", plump=1, normal=0.04),
    )
    add(
        "thin",
        "build",
        [
            "худое лицо",
            "впалые щёки",
            "осунувшийся",
            "узкое лицо",
            "скуластый",
            *[
                w
                for w in listed("build", "thin", "bony", "frail")
                if "-" not in w and w not in ("узкий", "сухой")
            ],
        ],
        all_(not_(SMALL), is_("build", thin=1, normal=0.4)),
    )
    add(
        "slender",
        "build",
        ["стройный", "стройная", "изящный", "подтянутый"],
        all_(not_(SMALL), is_("build", thin=0.8, normal=0.75)),
    )
    add(
        "earrings",
        "jewels",
        "серьги|серёжки|серьга|в серьгах|клипсы|золотые серьги|длинные серьги|жемчужные серьги",
        is_("jewels", earrings=1, both=1),
    )
    add(
        "necklace",
        "jewels",
        "ожерелье|бусы|колье|цепочка|цепь|кулон|подвеска|медальон|жемчуг|украшение на шее|золотая цепочка",
        is_("jewels", necklace=1, both=1),
    )
    add("no jewels", "jewels", "без украшений|без серёг", is_("jewels", none=1))
    add(
        "wrinkles",
        "wrinkles",
        "морщины|морщинистый|морщинистое лицо|сморщенный|глубокие морщины|лицо в морщинах|изборождённое морщинами лицо",
        is_("wrinkles", deep=1, some=0.5),
    )
    add(
        "some wrinkles",
        "wrinkles",
        "морщинки|лёгкие морщинки|гусиные лапки|первые морщины",
        is_("wrinkles", deep=0.8, some=0.9),
    )
    add("smooth", "wrinkles", "гладкая кожа|гладкое лицо|без морщин", is_("wrinkles", no=1))

    for name, (words, rule) in GARMENTS.items():
        add(name, "clothes", [w for w in words if "-" not in w or w in ("майка-футболка",)], all_(SEEN, rule))
    for name, weights in CLOTHES.items():
        adjectives = COLOUR_WORDS[name][0]
        colour = all_(SEEN, is_("clothcolor", **weights))
        add(
            f"in {name}",
            "clothes",
            [f"{a} {n}" for a in adjectives for n in ("одежда", "наряд", "одежда")]
            + [f"одетый в {a}" for a in adjectives[:3]],
            colour,
        )
        for garment, (words, rule) in GARMENTS.items():
            nouns = [w for w in words if " " not in w and "-" not in w][:8]
            add(
                f"{name} {garment}",
                "clothes_both",
                [f"{a} {n}" for a in adjectives[:5] for n in nouns],
                all_(colour, rule),
            )
    add(
        "mixed",
        "clothes",
        "пёстрая одежда|разноцветная одежда|узорчатая одежда|цветастое платье|клетчатая рубашка|полосатая кофта|одежда с узором|в клетку|в полоску|в цветочек|цветной узор|полосатый|клетчатый|пёстрый",
        all_(SEEN, is_("clothcolor", mixed=1)),
    )
    add(
        "dark clothes",
        "clothes",
        "тёмная одежда|тёмный пиджак|тёмная куртка|одетый в тёмное|тёмная кофта|тёмное платье",
        all_(SEEN, is_("clothcolor", black=1, grey=0.4, blue=0.4, brown=0.4, purple=0.2, green=0.2)),
    )
    add(
        "light clothes",
        "clothes",
        "светлая одежда|светлая рубашка|одетый в светлое|светлая кофта|светлое платье|светлая футболка",
        all_(SEEN, is_("clothcolor", white=1, beige=0.9, lightblue=0.5, pink=0.4, yellow=0.3, grey=0.3)),
    )
    add("clothes seen", "frame", "видна одежда|одежда в кадре", SEEN)
    add("front", "frame", "анфас|лицо прямо|смотреть прямо|голова прямо", is_("pose", front=1))
    add(
        "turned",
        "frame",
        "вполоборота|повёрнутая голова|голова в повороте|повернувшийся боком|в профиль",
        is_("pose", left=1, right=1),
    )
    add(
        "good",
        "quality",
        "хороший снимок|чёткая фотография|качественное фото|хороший портрет",
        is_("quality", a=1, b=0.5),
    )
    add("flawless", "quality", "безупречный снимок|снимок без изъяна", is_("quality", a=1))
    add(
        "bad",
        "quality",
        "испорченный снимок|плохая фотография|брак|искажённое лицо|бракованный снимок",
        is_("quality", c=1, d=1),
    )
    add("plain ground", "ground", "однотонный фон|простой фон|ровный фон", is_("ground", plain=1, dark=0.4))
    add("nature", "ground", "фон природы|на природе|зелень на фоне", is_("ground", nature=1, mixed=0.05))
    add("dark ground", "ground", "тёмный фон|чёрный фон", is_("ground", dark=1))
    return out


FACTS = _facts()
KINDS = np.array([fact.kind for fact in FACTS])

# Words for what shows in a face but could not be learned: no label, or too few examples. They are refused.
UNSEEN = """веснушка веснушки веснушчатый конопатый шрам рубец родинка ямочка татуировка тату пирсинг прыщ прыщавый румянец румяный синяк
царапина курносый горбоносый нос подбородок скула ухо лопоухий ресница бакенбарда баки маска повязка дред дреды ирокез слеза родимый
косоглазый одноглазый слепой беззубый красивый некрасивый""".split()


def truths(table: Table) -> np.ndarray:
    """Truth [n, facts] in [0, 1] of every fact."""
    return np.stack([np.clip(fact.rule(table), 0, 1) for fact in FACTS], 1)
