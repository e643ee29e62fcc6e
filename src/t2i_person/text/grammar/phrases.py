"""Noun phrases by agreement and linear order; the parser's tree is not trusted for them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..lexicon.compounds import compound
from ..lexicon.lists import fold, looks, prepositions, things, word_set
from .agreement import MODIFIERS, OWNER_WORDS, agrees, is_modifier, noun_readings
from .numbers import COLLECTIVES, FEW, number_value
from .tokens import Reading, Token

GOVERNS_KEYS = prepositions()
DEGREE = word_set("grammar.txt", "degree")
PARTICLES = word_set("grammar.txt", "particle")
INSERTS = word_set("grammar.txt", "insert")
CONTRASTS = word_set("grammar.txt", "contrast")


@dataclass(slots=True)
class Phrase:
    """A noun with what modifies it. All numbers are token places in the sentence."""

    noun: int
    start: int  # first modifier or the noun, without the preposition
    end: int  # one past the last token
    reading: Reading
    mods: list[int] = field(default_factory=list)
    mod_readings: dict[int, Reading] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)  # an inserted comparison: "рыжей, как медь, бородой"
    prep: str = ""
    prep_at: int = -1
    count: int = 1
    counted: bool = False

    @property
    def case(self) -> str:
        return self.reading.case

    @property
    def whole(self) -> int:
        """Where the phrase starts with its preposition."""
        return self.prep_at if self.prep_at >= 0 and self.prep_at == self.start - 1 else self.start


@dataclass(slots=True)
class _Draft:
    """A phrase that grows to the left, word by word, while its noun's readings become fewer."""

    tokens: list[Token]
    phrase: Phrase
    options: list[Reading]  # readings of the noun that agree with all modifiers so far
    adjectives: dict[int, list[Reading]]  # readings of each modifier that agree with some of those
    at: int  # place of the word that is looked at now

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def low(self) -> str:
        return fold(self.tokens[self.at].low)

    def take(self, place: int) -> None:
        """The phrase begins at this modifier."""
        self.phrase.mods.append(place)
        self.phrase.start = place
        self.at = place - 1

    def take_adjective(self, place: int, pairs: list[tuple[Reading, Reading]]) -> None:
        self.options = [r for r in self.options if any(r is noun for _, noun in pairs)]
        self.adjectives[place] = [adjective for adjective, _ in pairs]
        self.take(place)

    def agreeing(self, place: int) -> list[tuple[Reading, Reading]]:
        """Pairs of an adjective's and the noun's readings that agree."""
        adjectives = _adjectives(self.tokens[place])
        return [(a, r) for r in self.options for a in adjectives if agrees(a, r)]


def _adjectives(token: Token) -> list[Reading]:
    return [r for r in token.readings if r.pos in MODIFIERS]


def build(tokens: list[Token], n: int) -> Phrase | None:
    """The phrase around the noun at place `n`, or None if it is no noun."""
    options = noun_readings(tokens[n])
    if not options:
        return None
    draft = _Draft(tokens, Phrase(n, n, n + 1, options[0]), options, {}, n - 1)
    while draft.at >= 0:
        if not next((more for step in LEFTWARD if (more := step(draft)) is not None), False):
            break
    _govern(draft)
    phrase = draft.phrase
    phrase.reading = draft.options[0]
    for m, found in draft.adjectives.items():
        fit = [a for a in found if agrees(a, phrase.reading)] or found
        phrase.mod_readings[m] = fit[0]
    phrase.mods.sort()
    return phrase


# Each step looks at one word left of the phrase: True when the phrase has grown past it, False when the
# phrase begins right of it, None when the word is no matter of this step.


def _preposition(draft: _Draft) -> bool | None:
    """ "в | синем платье": before a preposition the phrase ends."""
    ends = draft.low in GOVERNS_KEYS and draft.token.best.pos in ("PREP", "ADVB", "NOUN", "COMP")
    return False if ends else None


def _owner_word(draft: _Draft) -> bool | None:
    """ "её синее платье" """
    if draft.low not in OWNER_WORDS or draft.token.pos not in ("DET", "PRON"):
        return None
    draft.take(draft.at)
    return True


def _numeral(draft: _Draft) -> bool | None:
    """ "две косы", "трое парней": the noun is in the plural, the genitive or, after 2 to 4, singular."""
    value = number_value(draft.token)
    counts = value is not None and not draft.token.has("ADJF")
    if not counts and draft.low not in COLLECTIVES:
        return None
    fits = [
        r
        for r in draft.options
        if r.case == "gen"
        or r.number == "plur"
        or (r.number == "sing" and value in FEW and r.case in ("nom", "acc"))
    ]
    if not fits or not value:
        return False
    draft.options = fits
    phrase = draft.phrase
    if phrase.counted and phrase.count < 10 <= value:
        value += phrase.count  # "двадцать пять"
    phrase.count, phrase.counted, phrase.start = value, True, draft.at
    draft.at -= 1
    return True


def _adjective(draft: _Draft) -> bool | None:
    """ "синее платье": an adjective that does not agree ends the phrase."""
    if not is_modifier(draft.token):
        return None
    place, low = draft.at, draft.low
    value = number_value(draft.token)
    pairs = draft.agreeing(place)
    if not pairs and value is None:
        pairs = _after_numeral(draft)
    if not pairs:
        return False
    if value is not None and low.startswith("од"):
        draft.phrase.counted = True
    draft.take_adjective(place, pairs)
    return True


def _after_numeral(draft: _Draft) -> list[tuple[Reading, Reading]]:
    """ "две молодые девушки": the adjective is plural, the noun is not."""
    j = draft.at
    return [
        (a, r)
        for r in draft.options
        for a in _adjectives(draft.token)
        if a.number == "plur" and r.case == "gen" and j > 0 and number_value(draft.tokens[j - 1])
    ]


def _behind_modifier(draft: _Draft) -> bool:
    """Whether the word stands right before a modifier of the phrase."""
    mods = draft.phrase.mods
    return bool(mods) and mods[-1] == draft.at + 1


def _degree(draft: _Draft) -> bool | None:
    """ "очень длинные волосы" """
    low = draft.low
    adverb = draft.token.best.pos in ("ADVB", "PRCL", "COMP") and (low in DEGREE or low.endswith(("о", "и")))
    if not adverb or low in PARTICLES or not _behind_modifier(draft):
        return None
    draft.take(draft.at)
    return True


def _joint(draft: _Draft) -> bool | None:
    """ "длинные и рыжие волосы": what joins two modifiers, but not "муж её, отставной майор"."""
    j, tokens = draft.at, draft.tokens
    if draft.low not in (",", "и", "или", "но", "а", "да") or j == 0 or not _behind_modifier(draft):
        return None
    before = tokens[j - 1]
    if not is_modifier(before) or before.low in (*OWNER_WORDS, "который") or not draft.agreeing(j - 1):
        return None
    draft.at -= 1
    return True


def _contrast(draft: _Draft) -> bool | None:
    """ "в поношенном, но ещё щеголеватом сюртуке", "чистая, хоть и не новая рубашка"."""
    if draft.low not in CONTRASTS or not _behind_modifier(draft):
        return None
    k = draft.at
    while k > 0 and fold(draft.tokens[k].low) in CONTRASTS:
        k -= 1
    if k == 0 or draft.tokens[k].low != ",":
        return None
    before = draft.tokens[k - 1]
    if not is_modifier(before) or before.low in (*OWNER_WORDS, "который") or not draft.agreeing(k - 1):
        return None
    if any(t.low == "не" for t in draft.tokens[max(0, k - 3) : k]):
        return None  # "не в новой, но чистой рубашке"
    draft.at = k - 1
    return True


def _insertion(draft: _Draft) -> bool | None:
    """ "в длинном, до пят, пальто": what stands between marks is left inside the phrase."""
    left = _inserted(draft.tokens, draft.at, draft.options) if draft.low in (",", ")") else None
    if left is None:
        return None
    draft.phrase.inside |= set(range(left, draft.at + 1))
    draft.at = left - 1
    return True


def _same(draft: _Draft) -> bool | None:
    """ "в том же сером пальто" """
    j = draft.at
    follows = draft.low == "же" and j > 0 and draft.tokens[j - 1].has("ADJF")
    if not follows or draft.phrase.start != j + 1:
        return None
    draft.at -= 1
    return True


def _parted(draft: _Draft) -> bool | None:
    """ "чёрным от угля лицом": an adjective with its own words between it and the noun."""
    far = _far_modifier(draft)
    if far is None:
        return None
    draft.take_adjective(far, draft.agreeing(far))
    return True


LEFTWARD: tuple[Callable[[_Draft], bool | None], ...] = (
    _preposition, _owner_word, _numeral, _adjective, _degree, _contrast, _joint, _insertion, _same, _parted,
)  # fmt: skip


def _govern(draft: _Draft) -> None:
    """Note the preposition before the phrase and keep the noun's readings in a case that it governs."""
    phrase, k = draft.phrase, draft.phrase.start - 1
    low = fold(draft.tokens[k].low) if k >= 0 else ""
    cases = GOVERNS_KEYS.get(low)
    if cases:
        phrase.prep, phrase.prep_at = low, k
        governed = [r for r in draft.options if r.case in cases]
        if low in ("с", "со"):
            governed = [r for r in governed if r.case == "ins"] or governed
        draft.options = governed or draft.options
    elif any(r.case != "loc" for r in draft.options):
        draft.options = [r for r in draft.options if r.case != "loc"]


def _inserted(tokens: list[Token], end: int, options: list[Reading]) -> int | None:
    """Where what stands between marks inside a phrase begins: "в длинном, до пят, сером пальто"."""
    opening = "(" if tokens[end].low == ")" else ","
    for k in range(end - 1, max(0, end - 8), -1):
        t = tokens[k]
        if t.low == opening:
            inner = tokens[k + 1]
            of_whom = inner.best.pos in ("ADJF", "NOUN") and inner.best.case == "gen"
            if opening == "," and fold(inner.low) not in INSERTS and not of_whom:
                return None
            if not is_modifier(tokens[k - 1]) or (k > 1 and tokens[k - 2].best.pos == "NOUN"):
                return None
            return k if any(agrees(a, r) for a in _adjectives(tokens[k - 1]) for r in options) else None
        if t.best.pos in ("VERB", "GRND") or t.low in (".", ";", ":", "!", "?"):
            return None
    return None


def _far_modifier(draft: _Draft) -> int | None:
    """Place of an adjective parted from its noun: "чёрным от угля лицом", "одетая в белое дама"."""
    if not draft.token.low[0].isalnum():
        return None  # "волосы русые до плеч, глаза голубые"
    for k in range(draft.at - 1, max(-1, draft.at - 6), -1):
        token = draft.tokens[k]
        if not token.low[0].isalnum() or token.best.pos in ("VERB", "INFN", "CONJ", "GRND"):
            return None
        if (
            is_modifier(token)
            and token.low not in OWNER_WORDS
            and _opens_own_words(draft.tokens, k)
            and draft.agreeing(k)
            and not any("Apro" in a.grams for a in _adjectives(token))
            and (not _fits_nearer(draft.tokens, k) or _has_instrument(draft, k))
        ):
            return k
    return None


def _opens_own_words(tokens: list[Token], k: int) -> bool:
    """ "чёрным от угля", "одетая в белое": a preposition follows, or what a participle governs."""
    inner = tokens[k + 1]
    participle = any(r.pos == "PRTF" for r in tokens[k].readings)
    return inner.best.pos == "PREP" or (participle and not is_modifier(inner))


def _fits_nearer(tokens: list[Token], k: int) -> bool:
    """The adjective agrees with the noun right after it."""
    nearer = noun_readings(tokens[k + 1])
    return any(agrees(a, r) for a in _adjectives(tokens[k]) for r in nearer)


def _has_instrument(draft: _Draft, k: int) -> bool:
    """ "с перепачканным мазутом лицом": the participle's own instrument agrees by chance."""
    tokens = draft.tokens
    return (
        any(r.pos == "PRTF" for r in tokens[k].readings)
        and bool(tokens[draft.phrase.noun].keys("NOUN") & things().keys())
        and k > 0
        and tokens[k - 1].best.pos == "PREP"
        and not tokens[k + 1].keys() & things().keys()
    )


def look_of(token: Token) -> tuple[str, str, str] | None:
    """(category, normalised, English key) if an adjective of looks, else None."""
    for r in token.readings:
        if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS") or (r.pos == "NOUN" and r.grams & {"Subx"}):
            look = looks().get(r.key)
            if look:
                return look.category, r.lemma, look.word
            made = compound(r.lemma)
            if made:
                return made
            shade, _, base = r.key.rpartition("-")
            if shade.endswith("о") and base in looks():
                return looks()[base].category, r.lemma, r.lemma  # "тёмно-рыжая"
    return None
