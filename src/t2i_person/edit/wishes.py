"""What a drawing should show, whether it does, and the step through StyleSpace that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..packs import Pack
from ..text import Character, Feature
from .directions import apply, global_direction

ALPHAS = (1.0, 2.0, 3.0, 4.0, 6.0)  # strengths tried
# of one unit of alpha, in log chance: an edit that gains little is not worth its side effects
PRICE = 0.15
DRAWN = 0.5  # chance from which a wish counts as drawn
SURE = 0.9  # chance from which a wish needs no more work


@dataclass(frozen=True)
class Wish:
    """One thing the person should have, or with `negated` should not."""

    name: str  # for people
    text: str  # for the encoder
    category: str
    negated: bool = False
    obstacle: str = ""  # why this pack cannot draw it, or not all of it; empty when it can


def wishes(pack: Pack, character: Character) -> tuple[list[Wish], list[Wish]]:
    """What to steer by (the gender and all that can be drawn), and what cannot be drawn."""
    russian = pack.encoder.language == "ru"
    able: dict[tuple[str, bool], Wish] = {}
    unable: dict[tuple[str, bool], Wish] = {}
    gender = gender_text(pack, character.gender)
    if gender and not pack.unknown(gender):
        able[gender, False] = Wish(gender, gender, "gender")
    against = _overruled(character)
    for feature in character.described:
        text = feature.normalized if russian else feature.prompt_en
        english = feature.prompt_en  # may know what a rare Russian word means, if nothing was lost on the way
        if len(pack.unknown(text)) > len(pack.unknown(english)) and _length(english) >= _length(text):
            text = english
        name = f"не {feature.normalized}" if feature.negated else feature.normalized
        obstacle, hopeless = "", False
        if feature in against:
            obstacle, hopeless = f"contradicts {against[feature]}, said before it", True
        elif feature.category not in pack.draws:
            obstacle, hopeless = f"the pack {pack.name} does not draw {feature.category}", True
        elif strange := pack.unknown(text):
            obstacle = f"the pack {pack.name} does not know {', '.join(strange)}"
            hopeless = len(strange) >= _length(text)  # else the rest is tried
        wish = Wish(name, text, feature.category, feature.negated, obstacle)
        (unable if hopeless else able).setdefault((text, feature.negated), wish)
    return list(able.values()), list(unable.values())


def _overruled(character: Character) -> dict[Feature, str]:
    """What contradicts something said before it, and what that was: of such a pair the first is drawn."""
    out: dict[Feature, str] = {}
    for pair in sorted(character.contradictions, key=lambda pair: max(f.start for f in pair)):
        first, second = sorted(pair, key=lambda f: f.start)
        if first not in out:
            out[second] = f"не {first.normalized}" if first.negated else first.normalized
    return out


def _length(text: str) -> int:
    """Words that carry meaning, roughly."""
    return sum(len(word) > 2 for word in text.split())


def unasked(pack: Pack, character: Character) -> list[Wish]:
    """What the person should not have, as nothing was said of it: hats and glasses, in the pack's words."""
    said = {feature.category for feature in character.described}
    things: dict[str, str] = pack.card.get("unasked", {})
    return [
        Wish(f"не {text}", text, category, True) for category, text in things.items() if category not in said
    ]


def gender_text(pack: Pack, gender: str) -> str:
    """The word for a man or a woman in the encoder's language; empty for unknown."""
    words = {"ru": {"male": "мужчина", "female": "женщина"}, "en": {"male": "a man", "female": "a woman"}}
    return words[pack.encoder.language].get(gender, "")


@torch.no_grad()
def look(pack: Pack, styles: Sequence[Tensor], stop_at: int | None, batch: int = 8) -> Tensor:
    """Unit embeddings [n, d] of the pictures that StyleSpace [n, c] a layer gives, a few at a time."""
    parts = zip(*(style.split(batch) for style in styles), strict=True)
    return torch.cat([embed(pack, pack.render(part, stop_at).clamp(-1, 1)) for part in parts])


@torch.no_grad()
def embed(pack: Pack, images: Tensor) -> Tensor:
    """Images [n, 3, h, w] in [-1, 1] -> unit embeddings [n, d], float32."""
    with pack.autocast():
        return normalize(pack.encoder.encode_image(images).float())


@torch.no_grad()
def chances(pack: Pack, seen: Tensor, wanted: Sequence[Wish]) -> Tensor:
    """Probability that each wish holds: unit image embeddings [n, d] -> [n, wishes]."""
    if not wanted:
        return seen.new_ones(len(seen), 0)
    true = pack.score(seen, pack.text([wish.text for wish in wanted]))
    return torch.stack([1 - p if w.negated else p for p, w in zip(true.unbind(1), wanted, strict=True)], 1)


def merit(chance: Tensor) -> Tensor:
    """Mean log probability of the wishes: [n, wishes] -> [n]; 0 is perfect."""
    if not chance.shape[1]:
        return chance.new_zeros(len(chance))
    return chance.clamp(min=1e-6).log().mean(1)


@dataclass(frozen=True)
class Step:
    """One global direction taken."""

    wish: Wish
    neutral: str
    alpha: float


def grant(
    pack: Pack,
    styles: Sequence[Tensor],  # of one person: [1, c] a layer
    wanted: Sequence[Wish],
    neutral: str,
    stop_at: int | None,
) -> tuple[list[Tensor], list[Step]]:
    """Global directions for what is not drawn yet, each in the strength that serves all wishes best.

    All strengths are looked at in one batch; none is taken if none is worth its price.
    """
    now, steps = list(styles), []
    chance = chances(pack, look(pack, now, stop_at), wanted)[0]
    for i in chance.argsort().tolist():
        wish = wanted[i]
        if wish.category == "gender" or chance[i] >= DRAWN:
            continue
        direction = global_direction(pack, wish.text, neutral)
        alphas = torch.tensor((0.0, *ALPHAS), device=pack.device) * (-1 if wish.negated else 1)
        tried = apply(now, direction, alphas)
        found = chances(pack, look(pack, tried, stop_at, len(alphas)), wanted)
        best = int((merit(found) - PRICE * alphas.abs() / len(wanted)).argmax())
        chance = found[best]
        if best:
            now = [style[best : best + 1] for style in tried]
            steps.append(Step(wish, neutral, float(alphas[best])))
    return now, steps
