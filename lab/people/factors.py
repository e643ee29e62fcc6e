"""Who is drawn: the factors of a person, how they come from z ~ N(0, I), and their numbers for the generator."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erf, sqrt

import numpy as np


@dataclass(frozen=True)
class Garment:
    assets: tuple[str, ...]  # female first, then male when it differs
    second: float | None = None  # chroma distance from which texels take the second colour
    flat: bool = False  # its texture is left out
    logos: dict[str, tuple[tuple[int, int, int, int], ...]] = field(default_factory=dict)

    def asset(self, gender: str) -> str:
        return self.assets[0] if gender == "female" else self.assets[-1]


@dataclass(frozen=True)
class HairStyle:
    """``hem``: cut off so far below the mouth, ``strip``: kept this far from the middle, ``wave``: swing of the
    strands, ``lift``: how far the crown is pulled up (all in distances from eyes to mouth); ``shaved``: how dark the shaved scalp is, in [0, 1]."""

    asset: str | None
    hem: float | None = None
    strip: float | None = None
    wave: float = 0.0
    lift: float = 0.0
    shaved: float = 0.0


GARMENTS: dict[str, Garment] = {
    "t-shirt": Garment(("female_casualsuit01", "male_casualsuit04"), logos={"female_casualsuit01": ((350, 66, 460, 170),), "male_casualsuit04": ((244, 44, 330, 130),)}),
    "sweater": Garment(("Rolled_neck_blouse",)),
    "shirt": Garment(("female_elegantsuit01", "male_casualsuit01")),
    "suit": Garment(("male_elegantsuit01",), second=0.03),
    "coat": Garment(("Coat",)),
    "dress": Garment(("F_Dress_02",)),
    "tank top": Garment(("Tank_Top_01",)),
    "overalls": Garment(("male_worksuit01",), second=0.05),
    "jumper": Garment(("male_casualsuit06",)),
    "blouse": Garment(("Sleeveless",)),
    "vest": Garment(("male_elegantsuit01",), second=0.03),
    "jacket": Garment(("male_casualsuit05",)),
    "tunic": Garment(("Asymmetric_Tunic_and_Sash",), flat=True),
    "sari": Garment(("Sari1",)),
    "sundress": Garment(("F_Beach_Dress_01",)),
    "top": Garment(("female_top_01",)),
}  # fmt: skip
HAIR: dict[str, HairStyle] = {
    "bald": HairStyle(None),
    "crop": HairStyle("short04"),
    "short": HairStyle("short02"),
    "tousled": HairStyle("short01"),
    "afro": HairStyle("afro01"),
    "bob": HairStyle("bob02"),
    "long": HairStyle("long01"),
    "ponytail": HairStyle("ponytail01"),
    "buzz": HairStyle(None, shaved=0.8),
    "mohawk": HairStyle("short01", strip=0.8, lift=0.35, shaved=0.5),
    "side-swept": HairStyle("Braid01"),
    "shoulder-length": HairStyle("long01", hem=1.75),
    "wavy": HairStyle("long01", wave=0.22),
    "ringlets": HairStyle("southernbelleringlets"),
}
PATTERNS = ("plain", "striped", "checked")
FACIAL_HAIR = ("none", "stubble", "moustache", "beard")
HATS = ("fedora", "bucket", "beanie")
MOODS = ("angry", "surprised")
GLASSES = ("none", "clear", "dark")


@dataclass(frozen=True)
class Person:
    """Every factor but the colours."""

    gender: str = "female"
    age: float = 0.0  # 0 young, 1 old
    ethnicity: tuple[float, float, float] = (1.0, 0.0, 0.0)  # caucasian, asian, african
    weight: float = 0.5
    hair: str = "long"
    garment: str = "t-shirt"
    pattern: str = "plain"
    facial_hair: str = "none"
    glasses: str = "none"
    hat: str = "none"  # or one of HATS
    smile: float = 0.0  # -1 sad, 0 neutral, 1 wide smile
    mood: str = "none"  # or one of MOODS; then smile is 0
    shape: tuple[float, ...] = (0.0,) * 8

    @property
    def shadow(self) -> float:
        """How dark a man's shaved chin is, in [0, 1]."""
        return 0.0 if self.gender == "female" else 0.75 if self.facial_hair == "stubble" else 0.18

    @property
    def shows_teeth(self) -> bool:
        return self.smile > 0.75

    def facial_hair_assets(self) -> tuple[str, ...]:
        return {"beard": ("Full_beard",), "moustache": ("Moustache",)}.get(self.facial_hair, ())

    def targets(self) -> list[tuple[str, float]]:
        """Morph targets and their weights."""
        g, old = self.gender, 0.92 * self.age
        out: list[tuple[str, float]] = []
        muscle = {"female": 0.4, "male": 0.62}[g]

        def triple(x: float, name: str) -> list[tuple[str, float]]:
            return [
                ("min" + name, max(0, 1 - 2 * x)),
                ("average" + name, 1 - abs(2 * x - 1)),
                ("max" + name, max(0, 2 * x - 1)),
            ]

        for age, wa in (("young", 1 - old), ("old", old)):
            for people, we in zip(("caucasian", "asian", "african"), self.ethnicity, strict=True):
                out.append((f"macrodetails/{people}-{g}-{age}", wa * we))
            for m, wm in triple(muscle, "muscle"):
                for w, ww in triple(self.weight, "weight"):
                    out.append((f"macrodetails/universal-{g}-{age}-{m}-{w}", wa * wm * ww))
                    ideal = 0.55 if g == "female" else 0.3
                    out.append(
                        (f"macrodetails/proportions/{g}-{age}-{m}-{w}-idealproportions", wa * wm * ww * ideal)
                    )
        out += DIMORPHISM[g]
        for (down, up), x in zip(SHAPES, self.shape, strict=True):
            sides = ("l-", "r-") if "@" in up else ("",)
            out += [((up if x > 0 else down).replace("@", s), abs(x)) for s in sides]
        s = self.smile
        units = {"mouthSmile": max(s, 0), "cheekSquint": 0.45 * max(s, 0), "eyeSquint": 0.2 * max(s, 0), "mouthDimple": 0.25 * max(s, 0),
                 "mouthFrown": 0.9 * max(-s, 0), "eyeBlink": 0.14}  # fmt: skip
        if self.shows_teeth:
            units |= {"mouthUpperUp": 0.35, "mouthLowerDown": 0.25}
            out.append(("face:jawOpen", 0.10))
        brows = 0.25 + 0.6 * max(-s, 0)
        if self.mood == "angry":
            brows = 0.0
            units |= {
                "browDown": 1.1,
                "noseSneer": 0.55,
                "mouthFrown": 0.35,
                "mouthPress": 0.5,
                "eyeSquint": 0.45,
                "eyeBlink": 0.1,
            }
        elif self.mood == "surprised":
            brows = 1.0
            units |= {"browOuterUp": 0.9, "eyeWide": 0.9, "eyeBlink": 0.0, "mouthStretch": -0.25}
            out += [("face:jawOpen", 0.34), ("face:mouthFunnel", 0.35)]
        out.append(("face:browInnerUp", brows))
        out += [(f"face:{n}{side}", w) for n, w in units.items() for side in ("Left", "Right")]
        return [(n, w) for n, w in out if abs(w) > 1e-3]


SHAPES = (
    ("nose/nose-scale-horiz-decr", "nose/nose-scale-horiz-incr"),
    ("nose/nose-scale-vert-decr", "nose/nose-scale-vert-incr"),
    ("mouth/mouth-scale-horiz-decr", "mouth/mouth-scale-horiz-incr"),
    ("chin/chin-width-decr", "chin/chin-width-incr"),
    ("cheek/@cheek-volume-decr", "cheek/@cheek-volume-incr"),
    ("eyes/@eye-corner1-down", "eyes/@eye-corner1-up"),
    ("head/head-scale-horiz-decr", "head/head-scale-horiz-incr"),
    ("eyebrows/eyebrows-trans-down", "eyebrows/eyebrows-trans-up"),
)
# Faces are made more feminine or masculine than MakeHuman's so that a gender classifier agrees.
DIMORPHISM: dict[str, list[tuple[str, float]]] = {
    "female": [("chin/chin-width-decr", 0.5), ("chin/chin-prominent-decr", 0.5), ("chin/chin-height-decr", 0.35), ("chin/chin-bones-decr", 0.5),
               ("nose/nose-scale-horiz-decr", 0.35), ("eyes/l-eye-scale-incr", 0.5), ("eyes/r-eye-scale-incr", 0.5),
               ("mouth/mouth-upperlip-volume-incr", 0.4), ("mouth/mouth-lowerlip-volume-incr", 0.35), ("torso/torso-scale-horiz-decr", 0.4),
               ("eyebrows/eyebrows-angle-up", 0.3), ("head/head-age-decr", 0.3), ("neck/neck-scale-horiz-decr", 0.35), ("neck/neck-scale-depth-decr", 0.25)],
    "male": [("chin/chin-width-incr", 0.45), ("chin/chin-prominent-incr", 0.35), ("chin/chin-height-incr", 0.3), ("chin/chin-bones-incr", 0.5),
             ("eyebrows/eyebrows-trans-down", 0.4), ("mouth/mouth-upperlip-volume-decr", 0.3), ("neck/neck-scale-horiz-incr", 0.3),
             ("torso/torso-scale-horiz-decr", 0.2), ("nose/nose-scale-horiz-incr", 0.2), ("eyes/l-eye-scale-decr", 0.1), ("eyes/r-eye-scale-decr", 0.1)],
}  # fmt: skip


# ------------------------------------------------------------------ colours

LAYERS = ("white", "hat", "iris", "skin", "hair", "cloth", "lips", "cloth2", "brow")  # of a render
COLOURS = ("skin", "hair", "brow", "iris", "lips", "cloth", "cloth2", "hat", "background")
_SKIN = np.array(
    [(238, 200, 180), (222, 178, 152), (200, 152, 122), (160, 112, 84), (112, 74, 54), (74, 48, 36)], float
)
_HAIR = np.array(
    [(22, 19, 20), (52, 34, 25), (92, 58, 36), (140, 88, 48), (206, 164, 100), (232, 206, 158)], float
)
_RED, _GREY = (
    np.array([(120, 50, 26), (198, 108, 60)], float),
    np.array([(128, 126, 126), (232, 232, 232)], float),
)
_IRIS = np.array(
    [(58, 36, 22), (104, 66, 36), (118, 104, 58), (88, 116, 74), (104, 124, 136), (84, 128, 178)], float
)


def _along(stops: np.ndarray, t: float) -> np.ndarray:
    x = np.clip(t, 0, 1) * (len(stops) - 1)
    i = min(int(x), len(stops) - 2)
    return stops[i] + (stops[i + 1] - stops[i]) * (x - i)


def _hsv(h: float, s: float, v: float) -> np.ndarray:
    k = (np.array([5, 3, 1]) + 6 * h) % 6
    return 255 * (v - v * s * np.clip(np.minimum(k, 4 - k), 0, 1))


def linear(srgb: np.ndarray) -> np.ndarray:
    """sRGB 0..255 -> linear light, gamma 2.2."""
    return (np.asarray(srgb, np.float32) / 255) ** 2.2


def _cloth(u: np.ndarray) -> np.ndarray:
    """A colour of cloth from three uniforms: a quarter greys, most of them nearly black or white, else a hue."""
    if u[0] < 0.26:
        return np.full(3, 24 + 218 * (0.5 - 0.5 * np.cos(np.pi * u[0] / 0.26))) + (u[1] - 0.5) * np.array(
            [10, 0, -10]
        )
    return _hsv((u[0] - 0.26) / 0.74, 0.28 + 0.62 * u[1] ** 0.7, 0.28 + 0.68 * u[2] ** 0.8)


# ------------------------------------------------------------------ from z

Z_DIM = 64
# Short-haired women and long-haired men are rarer than in life: a gender classifier takes a third of them for the other.
_FEMALE_HAIR = {"buzz": 0.01, "crop": 0.02, "short": 0.035, "tousled": 0.03, "mohawk": 0.015, "afro": 0.08, "ringlets": 0.09, "bob": 0.15, "side-swept": 0.11,
                "shoulder-length": 0.14, "long": 0.15, "wavy": 0.12, "ponytail": 0.05}  # fmt: skip
_MALE_HAIR = {"bald": 0.14, "buzz": 0.12, "crop": 0.16, "short": 0.19, "tousled": 0.17, "mohawk": 0.06, "afro": 0.07, "side-swept": 0.02,
              "shoulder-length": 0.02, "long": 0.02, "ponytail": 0.02}  # fmt: skip
_FEMALE_GLASSES = {"clear": 0.05, "none": 0.92, "dark": 0.03}  # likewise: their frames are heavy
_MALE_GLASSES = {"clear": 0.11, "none": 0.83, "dark": 0.06}
_FEMALE_WEAR = {"t-shirt": 0.1, "jumper": 0.08, "sweater": 0.1, "blouse": 0.09, "shirt": 0.07, "vest": 0.05, "suit": 0.06, "jacket": 0.06, "coat": 0.07,
                "tunic": 0.05, "dress": 0.08, "sari": 0.03, "sundress": 0.06, "top": 0.05, "tank top": 0.05, "overalls": 0.04}  # fmt: skip
_MALE_WEAR = {"t-shirt": 0.15, "jumper": 0.11, "sweater": 0.12, "shirt": 0.13, "vest": 0.08, "suit": 0.14, "jacket": 0.09, "coat": 0.08,
              "tunic": 0.03, "tank top": 0.07, "overalls": 0.07}  # fmt: skip


def _cut(table: dict[str, float], u: float) -> str:
    """Cut points on [0, 1]; neighbours in the table look alike."""
    edges = np.cumsum(list(table.values()))
    return list(table)[int(min(np.searchsorted(edges, u * edges[-1], side="right"), len(table) - 1))]


def person_from_z(z: np.ndarray) -> tuple[Person, np.ndarray]:
    """The person at z [64], and the colours [9,3] in sRGB 0..255 in the order of COLOURS.

    As in StyleGAN only z's direction counts: it is scaled to length sqrt(64) first.
    """
    z = z / np.sqrt(np.mean(z**2) + 1e-8)
    u = np.array([0.5 * (1 + erf(x / sqrt(2))) for x in z])
    female = u[0] < 0.5
    old = float(np.interp(u[1], [0, 0.5, 0.75, 1], [0, 0.25, 0.6, 1]))
    e = np.exp(2.2 * np.array([0.9 + z[2], z[3], z[4]]))
    people = e / e.sum()
    tone = np.clip(np.dot(people, (0.18, 0.38, 0.80)) + 0.09 * z[5], 0, 1)
    hair = _cut(_FEMALE_HAIR if female else _MALE_HAIR, u[7])
    wear = _cut(_FEMALE_WEAR if female else _MALE_WEAR, u[8])
    beard = (
        "none" if female else _cut({"none": 0.5, "stubble": 0.14, "moustache": 0.12, "beard": 0.24}, u[10])
    )
    # the common one in the middle, so that each rare one lies at an end: between two others it comes out a blend of them
    hat = _cut({"beanie": 0.06, "none": 0.81, "bucket": 0.05, "fedora": 0.08}, u[12])
    mood = _cut({"angry": 0.05, "none": 0.9, "surprised": 0.05}, u[14])
    person = Person(
        gender="female" if female else "male",
        age=old,
        ethnicity=tuple(float(x) for x in people),
        weight=float(np.clip(0.5 + 0.2 * z[6], 0.05, 0.95)),
        hair=hair,
        garment=wear,
        pattern=_cut({"striped": 0.14, "plain": 0.74, "checked": 0.12}, u[9])
        if wear not in ("suit", "overalls", "vest")
        else "plain",
        facial_hair=beard,
        glasses=_cut(_FEMALE_GLASSES if female else _MALE_GLASSES, u[11]),
        hat="none" if hair in ("afro", "mohawk") else hat,
        smile=float(np.interp(u[13], [0, 0.2, 0.45, 0.75, 1], [-1, 0, 0.1, 0.7, 1]))
        if mood == "none"
        else 0.0,
        mood=mood,
        shape=tuple(float(x) for x in np.clip(0.33 * z[16:24], -0.8, 0.8)),
    )
    return person, colours_from(person, float(tone), z[24:64])


def colours_from(person: Person, tone: float, z: np.ndarray) -> np.ndarray:
    """Colours [9,3] in sRGB 0..255 from 40 normal numbers."""
    u = np.array([0.5 * (1 + erf(x / sqrt(2))) for x in z])
    skin = _along(_SKIN, tone) * (1 + 0.03 * np.clip(z[0], -2, 2))
    dark_people = person.ethnicity[1] + person.ethnicity[2]
    if u[1] < 0.10:
        hair = _hsv(u[2], 0.45 + 0.35 * u[3], 0.45 + 0.45 * u[4])  # dyed
    elif u[5] < np.interp(person.age, [0.3, 0.8], [0.03, 0.85]):
        hair = _along(_GREY, u[2])
    elif u[6] < 0.16 * (1 - 0.6 * dark_people):
        hair = _along(_RED, u[2])
    else:
        hair = _along(_HAIR, u[2] ** (0.75 + 1.6 * dark_people))
    woman = person.gender == "female"
    brow = np.minimum(hair, 110 if woman else 150) * 0.55 * (0.6 if dark_people > 0.6 else 1.0)
    iris = _along(_IRIS, u[7] * (1 - 0.8 * dark_people))
    makeup = 0.6 + 0.4 * u[8] if woman else 0.06  # what a short-haired woman is known by
    lips = skin * (1 - makeup) + makeup * np.array([172, 30, 48]) * (0.55 + 0.45 * skin[0] / 255)
    lips = lips * np.array([1.0, 0.84, 0.86])
    background = _hsv(u[9], 0.05 + 0.22 * u[10], 0.5 + 0.45 * u[11])
    hat = _cloth(u[18:21]) * 0.75
    return np.clip(
        np.stack([skin, hair, brow, iris, lips, _cloth(u[12:15]), _cloth(u[15:18]), hat, background]), 0, 255
    )


def condition(person: Person, colours: np.ndarray) -> np.ndarray:
    """Everything that decides the picture as numbers of about [-1, 1]: what the generator is distilled from. [CONDITION]"""

    def one_hot(value: str, names) -> list[float]:
        return [1.0 if value == n else 0.0 for n in names]

    old = person.age
    return np.array(
        [1.0 if person.gender == "male" else -1.0, 2 * old - 1, *person.ethnicity, 2 * person.weight - 1]
        + one_hot(person.hair, HAIR) + one_hot(person.garment, GARMENTS) + one_hot(person.pattern, PATTERNS)
        + one_hot(person.facial_hair, FACIAL_HAIR) + one_hot(person.glasses, GLASSES)
        + one_hot(person.hat, HATS) + one_hot(person.mood, MOODS)
        + [max(person.smile, 0), max(-person.smile, 0), float(person.shows_teeth), *person.shape]
        + list((colours / 127.5 - 1).ravel()),
        np.float32,
    )  # fmt: skip


CONDITION = len(condition(Person(), np.zeros((9, 3))))
