"""Russian colour words, their OKLab values on cloth, in hair and in eyes, and which of them a phrase has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from ..packs.russian import lemma
from .oklab import of_hex

Kind = Literal["clothes", "hat", "hair", "eyes"]


@dataclass(frozen=True)
class Colour:
    """A colour as it is seen in photographs, in OKLab."""

    name: str
    lightness: float  # mean over a garment, a head of hair or an iris
    a: float
    b: float
    low: float  # mean lightness from which people call it so
    high: float  # and up to which
    group: str  # the colour of `lab`'s labels that it is a shade of

    @property
    def lab(self) -> np.ndarray:
        """[3], lightness, a, b."""
        return np.array([self.lightness, self.a, self.b])


# name: colour of a garment in even light, half the width of its range of lightness, the group
_CLOTH = {
    "красный": ("#b0262e", 0.09, "red"),
    "алый": ("#cf2a2f", 0.07, "red"),
    "бордовый": ("#64192b", 0.07, "red"),
    "вишнёвый": ("#721a35", 0.06, "red"),
    "малиновый": ("#b52a58", 0.08, "pink"),
    "розовый": ("#dd8fae", 0.10, "pink"),
    "коралловый": ("#de7566", 0.07, "orange"),
    "персиковый": ("#e5b596", 0.06, "beige"),
    "оранжевый": ("#d9702b", 0.09, "orange"),
    "рыжий": ("#b0622f", 0.08, "orange"),
    "терракотовый": ("#a8583e", 0.07, "orange"),
    "жёлтый": ("#dcbd40", 0.09, "yellow"),
    "лимонный": ("#e3d45a", 0.06, "yellow"),
    "горчичный": ("#b8912f", 0.07, "yellow"),
    "золотой": ("#bf9a4c", 0.08, "yellow"),
    "песочный": ("#cbb086", 0.07, "beige"),
    "бежевый": ("#cdb799", 0.09, "beige"),
    "кремовый": ("#e6dac0", 0.05, "beige"),
    "коричневый": ("#5d4334", 0.09, "brown"),
    "шоколадный": ("#48301f", 0.06, "brown"),
    "хаки": ("#716b4b", 0.08, "green"),
    "оливковый": ("#6d6c3f", 0.08, "green"),
    "болотный": ("#55593a", 0.07, "green"),
    "зелёный": ("#35754a", 0.10, "green"),
    "салатовый": ("#9cc765", 0.07, "green"),
    "изумрудный": ("#14735a", 0.07, "green"),
    "мятный": ("#a5d3c1", 0.06, "green"),
    "бирюзовый": ("#3ea9aa", 0.08, "lightblue"),
    "голубой": ("#8db6dc", 0.08, "lightblue"),
    "синий": ("#2c4788", 0.08, "blue"),
    "васильковый": ("#4c6bc0", 0.06, "blue"),
    "фиолетовый": ("#5d3f8c", 0.08, "purple"),
    "сиреневый": ("#ae95c6", 0.08, "purple"),
    "лиловый": ("#a784b6", 0.08, "purple"),
    "лавандовый": ("#b4add4", 0.06, "purple"),
    "пурпурный": ("#832e76", 0.08, "purple"),
    "серый": ("#7b7d80", 0.10, "grey"),
    "серебряный": ("#aeb1b5", 0.06, "grey"),
    "белый": ("#e9e8e6", 0.04, "white"),
    "чёрный": ("#1d1d20", 0.05, "black"),
}

# name: mean OKLab of hair that was called so, half the width of its range of lightness, the group
_HAIR = {
    "чёрный": (0.23, 0.006, 0.004, 0.05, "black"),
    "тёмный": (0.27, 0.013, 0.011, 0.06, "black"),
    "каштановый": (0.36, 0.030, 0.028, 0.05, "brown"),
    "коричневый": (0.36, 0.027, 0.025, 0.06, "brown"),
    "тёмно-русый": (0.38, 0.020, 0.024, 0.05, "brown"),
    "русый": (0.47, 0.023, 0.033, 0.05, "lightbrown"),
    "светло-русый": (0.57, 0.023, 0.041, 0.04, "lightbrown"),
    "светлый": (0.67, 0.024, 0.051, 0.06, "blond"),
    "белокурый": (0.73, 0.018, 0.046, 0.06, "blond"),
    "золотой": (0.65, 0.032, 0.070, 0.06, "blond"),
    "платиновый": (0.76, 0.004, 0.022, 0.05, "blond"),
    "рыжий": (0.49, 0.065, 0.066, 0.07, "red"),
    "медный": (0.43, 0.066, 0.058, 0.06, "red"),
    "седой": (0.62, 0.003, 0.005, 0.07, "grey"),
    "серый": (0.58, 0.000, 0.002, 0.08, "grey"),
    "пепельный": (0.60, 0.003, 0.014, 0.07, "grey"),
    "белый": (0.80, 0.002, 0.012, 0.05, "white"),
}
# name: OKLab of an iris without its pupil in even light, half the width of its range of lightness, the group
_IRIS = {
    "голубой": (0.50, -0.008, -0.030, 0.06, "blue"),
    "синий": (0.43, -0.008, -0.048, 0.05, "blue"),
    "серый": (0.49, 0.004, -0.004, 0.06, "grey"),
    "зелёный": (0.44, -0.018, 0.030, 0.05, "green"),
    "изумрудный": (0.45, -0.048, 0.026, 0.05, "green"),
    "болотный": (0.40, 0.002, 0.036, 0.05, "hazel"),
    "ореховый": (0.38, 0.018, 0.040, 0.05, "hazel"),
    "янтарный": (0.46, 0.030, 0.070, 0.05, "amber"),
    "жёлтый": (0.56, 0.006, 0.090, 0.05, "amber"),
    "карий": (0.29, 0.030, 0.028, 0.05, "brown"),
    "чёрный": (0.18, 0.010, 0.004, 0.04, "black"),
    "бирюзовый": (0.52, -0.044, -0.020, 0.05, "turquoise"),
    "фиолетовый": (0.44, 0.034, -0.056, 0.05, "purple"),
    "алый": (0.42, 0.120, 0.050, 0.05, "red"),
}
_SAME_IRIS = {
    "коричневый": "карий", "каштановый": "карий", "шоколадный": "карий", "кофейный": "карий",
    "тёмный": "карий", "светлый": "серо-голубой", "золотой": "янтарный", "золотистый": "янтарный",
    "медовый": "янтарный", "стальной": "серый", "серебряный": "серый", "серебристый": "серый",
    "дымчатый": "серый", "пепельный": "серый", "свинцовый": "серый", "ледяной": "голубой",
    "васильковый": "синий", "оливковый": "болотный", "хаки": "болотный", "мятный": "зелёный",
    "сиреневый": "фиолетовый", "лиловый": "фиолетовый", "фиалковый": "фиолетовый",
    "лавандовый": "фиолетовый", "аметистовый": "фиолетовый", "оливка": "болотный", "смоляной": "чёрный",
}  # fmt: skip
_EYE = re.compile(r"\b(?:глаз|очи|очей|очами|око)")
_DYED = frozenset(
    "красный алый бордовый вишнёвый малиновый розовый оранжевый жёлтый зелёный салатовый изумрудный мятный "
    "бирюзовый голубой синий фиолетовый сиреневый лиловый лавандовый пурпурный".split()
)

# other words for the same
_SAME = {
    "бордо": "бордовый", "беж": "бежевый", "багровый": "бордовый", "багряный": "бордовый",
    "пунцовый": "алый", "рубиновый": "вишнёвый", "кровавый": "алый", "гранатовый": "вишнёвый",
    "бургундский": "бордовый", "винный": "бордовый", "свекольный": "вишнёвый", "кирпичный": "терракотовый",
    "морковный": "оранжевый", "апельсиновый": "оранжевый", "абрикосовый": "персиковый",
    "лососевый": "коралловый", "фуксия": "малиновый", "золотистый": "золотой", "янтарный": "горчичный",
    "кофейный": "коричневый", "ореховый": "коричневый", "телесный": "бежевый", "молочный": "кремовый",
    "сливочный": "кремовый", "ванильный": "кремовый", "айвори": "кремовый", "лаймовый": "салатовый",
    "фисташковый": "салатовый", "травяной": "зелёный", "защитный": "хаки", "аквамариновый": "бирюзовый",
    "небесный": "голубой", "лазурный": "голубой", "лазоревый": "голубой", "индиго": "синий",
    "ультрамариновый": "васильковый", "сапфировый": "синий", "электрик": "васильковый",
    "баклажановый": "фиолетовый", "сливовый": "фиолетовый", "аметистовый": "сиреневый",
    "серебристый": "серебряный", "стальной": "серый", "дымчатый": "серый", "графитовый": "тёмно-серый",
    "асфальтовый": "тёмно-серый", "антрацитовый": "тёмно-серый", "белоснежный": "белый", "снежный": "белый",
    "угольный": "чёрный", "смоляной": "чёрный", "вороной": "чёрный", "марсала": "бордовый",
    "фиалковый": "фиолетовый", "пурпуровый": "пурпурный", "бурый": "коричневый", "каштановый": "коричневый",
    "шафрановый": "жёлтый", "канареечный": "лимонный", "изумруд": "изумрудный", "кумачовый": "красный",
    "чернильный": "тёмно-синий",
}  # fmt: skip
_SAME_HAIR = {
    "блондин": "светлый", "блондинка": "светлый", "белобрысый": "белокурый", "белёсый": "белокурый",
    "льняной": "белокурый", "соломенный": "светлый", "пшеничный": "светлый", "медовый": "золотой",
    "золотистый": "золотой", "светловолосый": "светлый", "русоволосый": "русый", "шатен": "каштановый",
    "шатенка": "каштановый", "шоколадный": "каштановый", "брюнет": "тёмный", "брюнетка": "тёмный",
    "темноволосый": "тёмный", "черноволосый": "чёрный", "чернявый": "чёрный", "рыжеволосый": "рыжий",
    "огненный": "рыжий", "золотоволосый": "золотой", "седовласый": "седой", "седоволосый": "седой",
    "беловолосый": "белый", "поседелый": "седой", "поседевший": "седой", "седина": "седой",
    "серебряный": "седой", "серебристый": "седой", "розововолосый": "розовый", "синеволосый": "синий",
    "зеленоволосый": "зелёный", "голубоволосый": "голубой", "красноволосый": "красный", "вороной": "чёрный",
    "смоляной": "чёрный", "златовласый": "золотой", "платина": "платиновый", "ореховый": "каштановый",
    "коричневый": "каштановый",
}  # fmt: skip
_OF_NOUN = {
    "волна": "бирюзовый", "кость": "кремовый", "песок": "песочный", "небо": "голубой", "снег": "белый",
    "уголь": "чёрный", "вишня": "вишнёвый", "вино": "бордовый", "кофе": "коричневый",
    "шоколад": "шоколадный", "горчица": "горчичный", "золото": "золотой", "серебро": "серебряный",
    "лаванда": "лавандовый", "сирень": "сиреневый", "мята": "мятный", "беж": "бежевый", "бордо": "бордовый",
    "хаки": "хаки", "фуксия": "малиновый", "индиго": "синий", "крем": "кремовый", "персик": "персиковый",
    "лимон": "лимонный", "малина": "малиновый", "трава": "зелёный", "асфальт": "тёмно-серый",
    "марсала": "бордовый", "изумруд": "изумрудный", "бирюза": "бирюзовый", "коралл": "коралловый",
    "пудра": "бледно-розовый", "охра": "горчичный", "терракота": "терракотовый", "олива": "оливковый",
    "айвори": "кремовый", "молоко": "кремовый", "сталь": "стальной", "янтарь": "янтарный", "мёд": "медовый",
    "стать": "стальной",  # «стали» is read as a verb
    "лёд": "ледяной", "орех": "ореховый", "болото": "болотный", "василёк": "васильковый",
    "фиалка": "фиалковый",
}  # fmt: skip
# what a first part does to the lightness (added) and the chroma (times)
_SHADES = {
    "светло": (0.13, 0.72), "тёмно": (-0.13, 0.8), "темно": (-0.13, 0.8), "бледно": (0.12, 0.5),
    "нежно": (0.12, 0.55), "ярко": (0.03, 1.3), "насыщенно": (0.0, 1.25), "грязно": (-0.04, 0.5),
    "глубоко": (-0.08, 1.0), "пастельно": (0.12, 0.5), "приглушённо": (0.0, 0.6), "тускло": (0.0, 0.55),
    "кислотно": (0.06, 1.5), "густо": (-0.05, 1.1), "неоново": (0.06, 1.5), "блёкло": (0.06, 0.5),
}  # fmt: skip
_TINTS = {
    "серо": "серый", "сине": "синий", "зелено": "зелёный", "красно": "красный", "жёлто": "жёлтый",
    "желто": "жёлтый", "розово": "розовый", "золотисто": "золотой", "серебристо": "серебряный",
    "голубовато": "голубой", "зеленовато": "зелёный", "сиренево": "сиреневый", "коричнево": "коричневый",
    "фиолетово": "фиолетовый", "красновато": "красный", "желтовато": "жёлтый", "оранжево": "оранжевый",
    "бежево": "бежевый", "молочно": "кремовый", "кремово": "кремовый", "изумрудно": "изумрудный",
    "оливково": "оливковый", "рыжевато": "рыжий", "пепельно": "пепельный", "медно": "медный",
    "огненно": "рыжий", "платиново": "платиновый", "розовато": "розовый", "лимонно": "лимонный",
    "песочно": "песочный",
}  # fmt: skip
# two-coloured or patterned cloth is not of one colour
_MANY = re.compile(
    r"клет[чк]|полос|горош|горох|пёстр|пестр|узор|цветаст|разноцвет|многоцвет|цветочн|леопард|камуфляж|принт|орнамент"
    r"|двухцвет|трёхцвет|трехцвет|радуж|крапин|ёлочк|зебр|вышив|расши|мелиров|цветн|тигров|батик|рисунк|шотланд"
)
_BOTH = (
    "чёрно-белый",
    "черно-белый",
    "бело-чёрный",
    "красно-белый",
    "бело-красный",
    "сине-белый",
    "бело-синий",
)
_TAIL = re.compile(r"\s(?:с|со|на|под|поверх|из-под|без)\s")  # «шляпа с красной лентой» is not red
_WORD = re.compile(r"[а-яё]+(?:-[а-яё]+)*")


def _cloth(name: str) -> Colour:
    code, half, group = _CLOTH[name]
    lightness, a, b = (float(x) for x in of_hex(code))
    low, high = max(0.0, lightness - half), min(1.0, lightness + half)
    if name == "белый":
        low, high = 0.85, 0.95
    if name == "чёрный":
        low, high = 0.14, 0.235
    return Colour(name, lightness, a, b, low, high, group)


COLOURS: dict[str, Colour] = {name: _cloth(name) for name in _CLOTH}
"""Colours of clothes and hats by their lemma; `colour` knows their shades, too."""


def _measured(table: Mapping[str, tuple[float, float, float, float, str]]) -> dict[str, Colour]:
    """Colours of rows (lightness, a, b, half the width of the range of lightness, group)."""
    return {
        name: Colour(name, light, a, b, light - half, light + half, group)
        for name, (light, a, b, half, group) in table.items()
    }


HAIR = _measured(_HAIR)
"""Colours of hair by their lemma; dyed ones are made of `COLOURS`."""
for _name in _DYED:
    _c = COLOURS[_name]
    _light = min(max(_c.lightness, 0.38), 0.66)
    HAIR[_name] = Colour(_name, _light, 0.8 * _c.a, 0.8 * _c.b, _light - 0.09, _light + 0.09, "dyed")


IRIS = _measured(_IRIS)
"""Colours of eyes by their lemma. «Красные глаза» are tired, and «белые» blind: both are no colours here."""


@lru_cache(2000)
def colour(name: str, kind: Kind = "clothes") -> Colour | None:
    """The colour of a lemma, «голубой», «тёмно-синий», «серо-зелёный»; None for a word that is none."""
    table = {"hair": HAIR, "eyes": IRIS}.get(kind, COLOURS)
    name = name.lower()
    if name in table:
        return table[name]
    if kind == "eyes" and name in _SAME_IRIS:
        return colour(_SAME_IRIS[name], kind)
    if kind == "hair" and name in _SAME_HAIR:
        return colour(_SAME_HAIR[name], kind)
    if name in _SAME and (kind in ("clothes", "hat") or _SAME[name] in table):
        return colour(_SAME[name], kind)
    if "-" not in name:
        return None
    first, last = name.split("-", 1)
    base = colour(last, kind)
    if base is None:
        return None
    if first in _SHADES:
        return _shaded(base, name, *_SHADES[first])
    tint = colour(_TINTS[first], kind) or colour(_TINTS[first]) if first in _TINTS else None
    if tint is None:  # «небесно-голубой», «кроваво-красный»
        return replace(base, name=name)
    mixed = 0.35 * tint.lab + 0.65 * base.lab
    light, a, b = (float(x) for x in mixed)
    move = light - base.lightness
    return Colour(name, light, a, b, base.low + move, base.high + move, base.group)


def _shaded(base: Colour, name: str, lighter: float, chroma: float) -> Colour:
    if (base.group == "black" and lighter > 0) or (base.group == "white" and lighter < 0):
        lighter = 0.0
    # a dark colour has not the whole way down to go, nor a light one up
    step = lighter * (min(1, (0.97 - base.lightness) / 0.3) if lighter > 0 else min(1, base.lightness / 0.45))
    group = base.group
    if group == "blue" and lighter > 0.1:
        group = "lightblue"
    light = base.lightness + step
    half = (base.high - base.low) / 2
    return Colour(
        name, light, chroma * base.a, chroma * base.b, max(0.1, light - half), min(0.97, light + half), group
    )


def grown(region: Kind, name: str) -> bool:
    """Whether it is a colour of hair that grows so, not dyed."""
    found = colour(name, region)
    return region == "hair" and found is not None and found.group != "dyed"


def said_colour(phrase: str, category: str) -> tuple[Kind, str] | None:
    """Which colour of what a phrase speaks of.

    Parameters
    ----------
    phrase : a feature's normalised phrase, «голубая кофта», «русые волосы», «шляпа цвета хаки».
    category : the feature's, "hair_color", "hair_style", "clothes", "headwear" or "eyes".

    Returns
    -------
    The kind of region and the colour's lemma, as `colour` knows it; None when no colour, or more than one,
    or a pattern is said, or the category has no region.
    """
    kinds: dict[str, Kind] = {
        "hair_color": "hair",
        "hair_style": "hair",
        "hair": "hair",
        "clothes": "clothes",
        "headwear": "hat",
        "eyes": "eyes",
    }
    kind = kinds.get(category)
    text = _TAIL.split(phrase.lower())[0] if kind != "hair" else phrase.lower()
    if kind is None or _MANY.search(text) or any(both in text for both in _BOTH):
        return None
    if kind == "eyes" and not _EYE.search(text):  # «тёмные круги под глазами»
        return None
    words = _WORD.findall(text)
    found: list[str] = []
    for i, word in enumerate(words):
        if i and words[i - 1] in ("цвета", "цвет", "оттенка"):
            name = _of_noun(words[i:], kind)
            if name:
                found.append(name)
                break
        name = _adjective(word, kind)
        if name is None:
            continue
        before = words[i - 1] if i else ""
        if before in _SHADES and colour(shade := f"{_yo(before)}-{name}", kind):
            name = shade
        found.append(name)
    if len(set(found)) != 1:
        return None
    return kind, found[0]


def _adjective(word: str, kind: Kind) -> str | None:
    """The colour's lemma that a word is a form of."""
    head, dash, tail = word.rpartition("-")
    last = lemma(tail)
    for form in _forms(last):
        name = f"{_yo(head)}-{form}" if dash else form
        if (known := colour(name, kind)) is not None:
            return known.name
    return None


def _yo(first: str) -> str:
    """A compound's first part with its ё."""
    return {"темно": "тёмно", "желто": "жёлто", "блекло": "блёкло"}.get(first, first)


def _forms(word: str) -> list[str]:
    """The word, and with ё where a text writes е."""
    out = [word]
    for i, letter in enumerate(word):
        if letter == "е":
            out.append(word[:i] + "ё" + word[i + 1 :])
    return out


def _of_noun(words: list[str], kind: Kind) -> str | None:
    """«цвета морской волны», «цвета хаки», «цвета тёмной вишни»: the colour's lemma."""
    for word in words:
        form = lemma(word)
        if form in _OF_NOUN:
            known = colour(_OF_NOUN[form], kind)
            return known.name if known else None
        if (name := _adjective(word, kind)) is not None:
            return name
    return None
