"""Compound adjectives: "рыжебородый" is a red beard, "сорокалетний" an age."""

from functools import lru_cache

from .lists import english, fold, suffixes
from .morph import morphology

# Stem of the first half -> adjective; what is not here is looked up by adding an ending.
STEMS = {
    "одн": "", "больш": "большой", "дв": "", "безн": "", "голуб": "голубой", "син": "синий", "кар": "карий",
    "велик": "большой", "пол": "полный", "злат": "золотой", "остр": "острый", "бел": "белый", "рыж": "рыжий",
}  # fmt: skip
ENDINGS = ("ый", "ий", "ой")
NO_AGES = ("многолетний", "малолетний", "позапрошлолетний", "долголетний")


@lru_cache(5_000)
def _stem_adjective(stem: str) -> str:
    """Full adjective of a linking stem: "рыже" -> "рыжий", "светло" -> "светлый"."""
    base = stem.rstrip("-")
    if "-" in base:
        first, _, last = base.rpartition("-")
        made = _stem_adjective(last)
        return f"{first}-{made}" if made else ""
    if not base or base[-1] not in "оеё":
        return ""
    base = base[:-1]
    if base in STEMS:
        return STEMS[base]
    for ending in ENDINGS:
        for p in morphology().parse(base + ending):
            if p.is_known and p.tag.POS == "ADJF" and fold(p.normal_form) == fold(base + ending):
                return str(p.normal_form)
    return ""


@lru_cache(5_000)
def compound(lemma: str) -> tuple[str, str, str] | None:
    """(category, normalised phrase, English key) of a compound adjective, None for other words."""
    key = fold(lemma)
    if key.endswith("летний") and len(key) > 8:
        return ("age", lemma, lemma) if _tells_age(key) else None
    for ending, noun, category in suffixes():
        if key.endswith(ending) and len(key) > len(ending) + 2:
            adjective = _stem_adjective(key[: -len(ending)])
            if not adjective:
                return None
            kind = category
            if category == "hair":
                kind = "hair_color" if is_colour(adjective) else "hair_style"
            return kind, f"{_agree(adjective, noun)} {noun}", f"{adjective} {noun}"
    return None


def _tells_age(key: str) -> bool:
    """ "сорокалетний", "20-летний", but not "многолетний" and "совершеннолетний"."""
    stem = key.removesuffix("летний").rstrip("-")
    counted = stem.isdigit() or stem.endswith(("и", "а", "у", "о"))
    return counted and not stem.startswith("совершенно") and key not in NO_AGES


def is_colour(adjective: str) -> bool:
    """Whether the adjective, or the last part of a compound one, names a colour."""
    key = fold(adjective)
    colours = english("colour")
    return key in colours or fold(key.rsplit("-", 1)[-1]) in colours


@lru_cache(5_000)
def _agree(adjective: str, noun: str) -> str:
    n = next(p for p in morphology().parse(noun) if p.tag.POS == "NOUN" and "nomn" in p.tag)
    for p in morphology().parse(adjective):
        if p.tag.POS in ("ADJF", "PRTF"):
            grams = {"nomn", n.tag.number}
            if n.tag.number == "sing":
                grams.add(n.tag.gender)
            made = p.inflect(grams)
            if made:
                return str(made.word)
    return adjective
