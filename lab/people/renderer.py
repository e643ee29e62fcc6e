"""Aligned half-length portraits as palette layers, drawn headless with OpenGL.

Instead of finished colours the renderer gives, for each pixel, how much light each *material* sends to the
camera (Render.layers): the picture is ``sum_k colour_k * layer_k``, so skin, hair, clothes, lips, eyes, hat and
background are recoloured at training time for nothing. One camera, one frontal pose, the eyes always at the same
place (the alignment of Karras et al. 2019, section 4): every pixel keeps its meaning.

The file is long because shaders, textures and the two OpenGL passes share one context and one set of parts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, lru_cache

os.environ.setdefault("LP_NUM_THREADS", "1")  # llvmpipe: one process a core is faster than threads

import moderngl
import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter

from lab.people import assets
from lab.people.assets import Proxy, proxy
from lab.people.factors import GARMENTS, HAIR, PATTERNS, HairStyle, Person

f4 = np.float32

_VERTEX = """#version 330
in vec3 p; in vec3 n; in vec2 uv; in vec2 light; in vec2 mark; out vec3 P, N, S; out vec2 UV, L, M;
uniform mat4 camera, sun;
invariant gl_Position;
void main() { P = p; N = n; UV = uv; L = light; M = mark;
  vec4 s = sun * vec4(p + n * .02, 1); S = s.xyz * .5 + .5; gl_Position = camera * vec4(p, 1); }"""

# kinds: 0 skin, 1 cloth, 2 hair, 3 eye, 4 teeth, 5 brow and lash, 6 glass, 7 hat
_FRAGMENT = """#version 330
in vec3 P, N, S; in vec2 UV, L, M; layout(location=0) out vec4 A; layout(location=1) out vec4 B; layout(location=2) out vec4 C;
uniform sampler2D tex, tex2, shade; uniform int kind, pattern; uniform vec3 eye, key, fill, rim; uniform vec4 dial; uniform float brim, under, edge, hem, strip, sleeve, shaved;
float shadow() {
  if (S.z > .999) return 1.;
  float a = 6.2831853 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715)))), s = 0.;
  for (int i = 0; i < 10; i++) { float r = sqrt((float(i) + .5) / 10.) * .035, t = a + 2.399963 * float(i);
    s += smoothstep(-.012, .004, texture(shade, S.xy + r * vec2(cos(t), sin(t))).r - S.z + .012); }
  return s / 10.; }
float ggx(vec3 n, vec3 v, vec3 l, float r, float f0) {  // Walter et al. 2007, Schlick's Fresnel
  vec3 h = normalize(v + l); float nl = max(dot(n, l), 0.), nv = max(dot(n, v), .05), nh = max(dot(n, h), 0.);
  float a2 = r * r * r * r, d = nh * nh * (a2 - 1.) + 1., k = (r + 1.) * (r + 1.) / 8.;
  float f = f0 + (1. - f0) * pow(1. - max(dot(v, h), 0.), 5.);
  return a2 / (3.14159 * d * d) * f * nl / ((nl * (1. - k) + k) * (nv * (1. - k) + k) * 4.); }
float wrap(float d, float w) { return clamp((d + w) / (1. + w), 0., 1.); }
void main() {
  vec3 v = normalize(eye - P), n = normalize(N); if (kind != 0 && kind != 7 && dot(n, v) < 0.) n = -n;
  vec4 t = texture(tex, UV); float a = t.a; float sh = shadow();
  vec3 dx = dFdx(P), dy = dFdy(P); vec2 ux = dFdx(UV), uy = dFdy(UV);
  vec3 T = normalize(dx * uy.y - dy * ux.y + 1e-9), Bt = normalize(dy * ux.x - dx * uy.x + 1e-9);
  float white = 0., hat = 0., iris = 0., skin = 0., hair = 0., cloth = 0., lips = 0., cloth2 = 0., brow = 0.;
  float nk = dot(n, key), nf = wrap(dot(n, fill), .4);
  float lit = L.x + 1.55 * sh * wrap(nk, .10) + .38 * nf;
  if (kind == 0) {
    float detail = mix(t.r, texture(tex2, UV).r, dial.x);  // young to old
    float soft = L.x + 1.55 * sh * mix(wrap(nk, .30), wrap(nk, .10), .5) + .38 * nf;
    float scalp = smoothstep(.3, .7, -M.x) * shaved;
    float lip = smoothstep(.25, .75, M.x) * dial.y, blush = max(M.y, 0.) * dial.z, beard = clamp(-M.y, 0., 1.) * dial.w;
    skin = detail * soft * (1. - lip) * (1. - .25 * blush); lips = (detail * lip + .18 * blush * (1. - lip)) * soft;
    // light that scattered through skin comes out red at the shadow's edge (d'Eon and Luebke 2007)
    lips += .10 * max(wrap(nk, .45) - wrap(nk, .05), 0.) * sh;
    brow += beard * .45 * soft; skin *= 1. - .5 * beard;
    hair = scalp * .8 * soft; skin *= 1. - scalp;
    if (P.y + .35 * abs(P.x) < under) { cloth2 = soft * mix(.75, 1., L.y); skin = lips = brow = 0.; }  // a shirt under the coat
    white = (1.5 * sh * ggx(n, v, key, mix(.46, .36, lip), .028) + .4 * ggx(n, v, fill, .46, .028)) + .05 * pow(1. - max(dot(n, v), 0.), 5.) * L.y;
  } else if (kind == 1) {
    if (a < .5) discard;
    float m = texture(tex2, UV).r;
    float stripe = 0.; vec2 q = P.xy * 6.2831853;
    if (pattern == 1) stripe = smoothstep(-.2, .2, sin(q.y * 2.6) - .25);
    if (pattern == 2) stripe = .5 * smoothstep(-.2, .2, sin(q.y * 1.9)) + .5 * smoothstep(-.2, .2, sin(q.x * 1.9));
    m = max(m, stripe); if (abs(P.x) > sleeve) m = 1.;
    float d = t.r * 2. * lit * mix(.75, 1., L.y); cloth = d * (1. - m); cloth2 = d * m;
    white = .35 * sh * ggx(n, v, key, .62, .03) + .035 * pow(1. - max(dot(n, v), 0.), 4.) * lit;
  } else if (kind == 2) {
    if (P.y > brim || abs(P.x) > strip) discard;  // no hair above a hat's brim
    if (P.y < hem + .25 * fract(sin(floor(P.x * 9.)) * 43758.5)) discard;
    if (a < .03) discard; if (a >= .8) a = 1.;
    float th = (t.g * 2. - 1.) * 1.5707963; vec3 s = normalize(T * cos(th) + Bt * sin(th));  // strand direction
    float st = pow(clamp(t.r * 2., .06, 2.6), .62), tl = dot(s, key);
    hair = st * (L.x + 1.3 * mix(sh, 1., .08) * sqrt(max(1. - tl * tl, 0.)) * wrap(nk, .45) * .8 + .3 * nf);
    float spec = 0.;  // Kajiya and Kay 1989, two shifted lobes (Marschner et al. 2003)
    for (int i = 0; i < 3; i++) { vec3 l = i == 0 ? key : (i == 1 ? fill : rim); float w = i == 0 ? 1.5 * sh : (i == 1 ? .4 : .5 * L.y);
      vec3 h = normalize(l + v); float nl = clamp(dot(n, l) * 1.2 + .35, 0., 1.);
      float d1 = dot(normalize(s - n * .10), h), d2 = dot(normalize(s + n * .14), h);
      spec += w * nl * .05 * pow(max(1. - d1 * d1, 0.), 80.); hair += w * nl * .30 * pow(max(1. - d2 * d2, 0.), 20.) * st; }
    white = spec * clamp(st, .3, 1.) * L.y;
  } else if (kind == 3) {
    if (distance(UV, vec2(.934, .066)) < .07) discard;  // the cornea is a clear shell
    float m = texture(tex2, UV).r; lit = mix(lit, L.x + 1.2 * sh, .4) * .9 * mix(.55, 1., L.y);
    iris = t.r * 2. * m * lit; white = t.r * (1. - m) * lit * .8;
  } else if (kind == 4) { white = t.r * lit * .5 * L.y;
  } else if (kind == 5) { a = pow(a, dial.x); if (a < .03) discard; brow = dial.y * .9 * lit;
  } else if (kind == 6) {  // glasses: dark frame, lens of opacity dial.x
    bool frame = a > .8; vec3 r = reflect(-v, n);
    white = (frame ? .5 : .8) * sh * ggx(n, v, key, .2, .05) + .12 * smoothstep(.3, .9, r.y) * .3;
    a = frame ? 1. : dial.x; if (a < .02) discard;
  } else { if (a < .5 || P.y < edge) discard;
    hat = t.r * 2. * dial.x * lit * mix(1., .5 + .5 * sin(70. * atan(P.x, P.z + 1.)), 1. - dial.y);  // ribs of a knitted hat
    white = .3 * sh * ggx(n, v, key, .6, .03); }
  A = vec4(vec3(white, hat, iris) * a, a); B = vec4(vec3(skin, hair, cloth) * a, a); C = vec4(vec3(lips, cloth2, brow) * a, a);
}"""

_DEPTH_VERTEX = """#version 330
in vec3 p; in vec2 uv; uniform mat4 M; out vec2 UV; void main() { UV = uv; gl_Position = M * vec4(p, 1); }"""
_DEPTH_FRAGMENT = """#version 330
in vec2 UV; uniform sampler2D tex; uniform float cut; void main() { if (texture(tex, UV).a < cut) discard; }"""


@dataclass
class Render:
    """``layers`` [9,h,w] float32 >= 0, premultiplied, linear light, in the order of LAYERS; ``alpha`` [h,w] in [0,1]."""

    layers: np.ndarray
    alpha: np.ndarray


@dataclass
class Part:
    kind: int
    vertices: np.ndarray
    asset: Proxy | None
    mesh: assets.Mesh
    textures: tuple[str, ...]
    mark: np.ndarray | None = None
    keep: np.ndarray | None = None
    dial: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)


def _ortho(direction: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    d = direction / np.linalg.norm(direction)
    x = np.cross((0, 1, 0) if abs(d[1]) < 0.95 else (0, 0, 1), d)
    x /= np.linalg.norm(x)
    m = np.eye(4)
    m[:3, :3] = np.stack([x, np.cross(d, x), -d]) / radius
    m[:3, 3] = -m[:3, :3] @ centre
    return m.astype(f4)


def _direction(azimuth: float, elevation: float) -> np.ndarray:
    a, e = np.radians([azimuth, elevation])
    return np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)], f4)


def _about_z(degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


KEY, FILL, RIM = _direction(-32, 34), _direction(50, 10), _direction(140, 35)
_k = np.arange(18) + 0.5
_SKY = np.stack([np.sin(np.pi * (1 + 5**0.5) * _k) * np.sqrt(1 - (1 - 1.5 * _k / 18) ** 2), 1 - 1.5 * _k / 18,
                 np.cos(np.pi * (1 + 5**0.5) * _k) * np.sqrt(1 - (1 - 1.5 * _k / 18) ** 2)], 1).astype(f4)  # fmt: skip
_SKY_LIGHT = (0.45 + 0.55 * np.clip((_SKY[:, 1] + 0.6) / 1.4, 0, 1)) * (1 + 0.3 * _SKY[:, 2]) * 0.62


# ------------------------------------------------------------------ shape


def morph(person: Person) -> np.ndarray:
    """The body of a person, [19158,3]."""
    v = assets.base().vertices.copy()
    for name, weight in person.targets():
        index, shift = assets.target(name)
        v[index] += shift * f4(weight)
    return v


def _pose(vertices: np.ndarray, body: np.ndarray, weight: dict[str, np.ndarray]) -> np.ndarray:
    """Lower the arms; the head stays straight."""
    b = assets.base()
    x = vertices.astype(np.float64)
    for side, sign in (("L", -1), ("R", 1)):
        joint = b.joint(body, f"{side.lower()}-shoulder")
        clavicle = (b.joint(body, f"{side.lower()}-clavicle") + joint) / 2
        for bone, angle, pivot in ((f"upperarm01.{side}", 30, joint), (f"shoulder01.{side}", 4, clavicle)):
            w = weight[bone][:, None]
            x = x * (1 - w) + ((x - pivot) @ _about_z(sign * angle).T + pivot) * w
    return x.astype(f4)


def _unit(body: np.ndarray) -> float:
    """Distance from the eyes to the mouth, in decimetres."""
    b = assets.base()
    eyes = (b.joint(body, "l-eye") + b.joint(body, "r-eye")) / 2
    return float(eyes[1] - b.joint(body, "mouth")[1])


def _style(hair: np.ndarray, body: np.ndarray, style: HairStyle) -> np.ndarray:
    """The crown pulled up, and strands that swing from side to side, more and more below the eyes."""
    unit, hair = _unit(body), hair.copy()
    below = (assets.base().joint(body, "l-eye")[1] - hair[:, 1]) / unit
    hair[:, 1] += style.lift * unit * np.clip(-below - 0.9, 0, 1)
    angle = 6.0 * below + 1.5 * np.sign(hair[:, 0]) + 1.2 * hair[:, 2]
    grow = np.clip(0.5 + below, 0, 1)
    hair[:, 0] += style.wave * unit * grow * np.sin(angle)
    hair[:, 2] += 0.6 * style.wave * unit * grow * np.cos(angle)
    return hair


def _beanie(posed: np.ndarray) -> Part:
    """A knitted cap: the scalp blown up, with a turned-up edge."""
    b, unit = assets.base(), _unit(posed)
    above = (posed[:, 1] - b.joint(posed, "l-eye")[1]) / unit - BEANIE
    keep = ((above > -0.3) & (b.weights["head"] > 0.5))[b.quads].all(1)
    thick = 0.16 + 0.07 * (above < 0.5) + 0.12 * np.clip(above - 0.9, 0, 1)
    x = posed + b.low.normals(posed) * (thick * unit)[:, None]
    return Part(7, x.astype(f4), None, b.mesh, (), keep=keep, dial=(0.5, 0.7, 1, 1))


BEANIE = 0.5  # its edge above the eyes, in distances from eyes to mouth


def _brim(hat: str, parts: list[Part], surfaces: list[np.ndarray], posed: np.ndarray) -> float:
    """Height above which no hair shows."""
    if hat == "none":
        return 1e3
    if hat == "beanie":
        return float(assets.base().joint(posed, "l-eye")[1] + (BEANIE + 0.1) * _unit(posed))
    top = next(s for part, s in zip(parts, surfaces, strict=True) if part.kind == 7)[:, 1]
    return float(top.min() + (0.16 if hat == "fedora" else 0.22))


def _part_fringe(hair: np.ndarray, body: np.ndarray) -> np.ndarray:
    """Push strands that hang over the face to the rim of an oval around it."""
    b = assets.base()
    eyes = (b.joint(body, "l-eye") + b.joint(body, "r-eye")) / 2
    mouth = b.joint(body, "mouth")
    unit = (
        0.5 * (eyes[1] - mouth[1]) / 0.40
        + 0.5 * abs(b.joint(body, "l-eye") - b.joint(body, "r-eye"))[0] / 0.62
    )
    offset = (hair[:, :2] - (eyes[:2] + [0, -0.2 * unit])) / (np.array([0.66, 0.86], f4) * unit)
    radius = np.linalg.norm(offset, axis=1)
    move = (radius < 1) & (hair[:, 2] > eyes[2] - 0.3)
    hair = hair.copy()
    hair[move, :2] += (
        offset * (1 / np.maximum(radius, 0.05) - 1)[:, None] * np.array([0.66, 0.86], f4) * unit
    )[move]
    return hair


def _head_scale(body: np.ndarray) -> np.ndarray:
    base = assets.base().vertices
    pairs = ((5399, 11998), (791, 881), (962, 5320))
    return np.array(
        [abs(body[a, k] - body[b, k]) / abs(base[a, k] - base[b, k]) for k, (a, b) in enumerate(pairs)], f4
    )


def _body_scale(body: np.ndarray) -> np.ndarray:
    b = assets.base()
    span = lambda v: abs(b.joint(v, "l-shoulder") - b.joint(v, "r-shoulder"))[0]  # noqa: E731
    height = lambda v: abs(b.joint(v, "neck") - b.joint(v, "pelvis"))[1]  # noqa: E731
    x, y = span(body) / span(b.vertices), height(body) / height(b.vertices)
    return np.array([x, y, (x + y) / 2], f4)


@cache
def _face_marks() -> np.ndarray:
    """Where lips are (-1 on the scalp) and where blood shows (cheeks, nose; -1 on the beard's ground). [19158,2]"""
    b = assets.base()

    def mark(*names: str) -> np.ndarray:
        m = np.zeros(len(b.vertices), f4)
        for name in names:
            index, shift = assets.target(name)
            length = np.linalg.norm(shift, axis=1)
            m[index] = np.maximum(m[index], length / length.max())
        return m

    lips = np.clip(1.6 * mark("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr"), 0, 1)
    blush = np.clip(
        mark("cheek/l-cheek-volume-incr", "cheek/r-cheek-volume-incr")
        + 0.8 * mark("nose/nose-point-width-incr"),
        0,
        1,
    )
    ground = np.unique(proxy("hair", "Full_beard").reference)
    blush[ground] = np.where(lips[ground] < 0.2, -1, blush[ground])
    scalp = np.zeros((len(b.vertices), 1), f4)
    scalp[np.unique(proxy("hair", "short04").reference)] = 1
    scalp = _diffuse(scalp, b.quads, len(b.vertices), 3)[:, 0]  # references leave holes
    height = b.vertices[:, 1] - b.joint(b.vertices, "l-eye")[1]
    scalp *= np.clip(1 + 2 * height, 0, 1)  # no sideburns
    lips = np.where(lips > 0.05, lips, -np.clip(2.2 * scalp, 0, 1))
    return np.stack([lips, blush], 1)


# ------------------------------------------------------------------ textures


def _read(path: str) -> np.ndarray:
    """RGBA float32 in [0,1]; transparent texels take their neighbours' colour, so that edges do not darken."""
    a = np.asarray(Image.open(path).convert("RGBA"))
    clear = a[..., 3] < 100
    if clear.any() and not clear.all():
        y, x = distance_transform_edt(clear, return_distances=False, return_indices=True)
        a = np.dstack([a[y, x, :3], a[..., 3]])
    return a.astype(f4) / 255


def _light(rgb: np.ndarray) -> np.ndarray:
    return (rgb**2.2) @ np.array([0.33, 0.4, 0.27], f4)


def _flat(value: np.ndarray, alpha: np.ndarray | None = None, second: np.ndarray | None = None) -> np.ndarray:
    zero = np.zeros_like(value)
    out = np.stack(
        [value, zero if second is None else second, zero, np.ones_like(value) if alpha is None else alpha], -1
    )
    return (np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8)


@lru_cache(None)
def skin_texture(path: str) -> np.ndarray:
    """Skin detail, 1 at the face's mean, halved to fit a byte (the shader takes it as it is: a darker base)."""
    light = _light(_read(path)[..., :3])
    h, w = light.shape
    mean = np.median(light[int(h * 0.46) : int(h * 0.6), int(w * 0.8) : int(w * 0.9)])
    return _flat((light / mean) ** 0.8 * 0.5)


@cache
def _skin(gender: str, age: str) -> str:
    """Path of a skin texture without special marks."""
    files = sorted(assets.data(f"skins/{age}_caucasian_{gender}/textures").glob("*.png"))
    return next(str(f) for f in files if "special" not in f.name)


@lru_cache(None)
def hair_texture(path: str) -> np.ndarray:
    """Red: lightness over its median, halved; green: strand angle in [-pi/2, pi/2]."""
    a = _read(path)
    light = _light(a[..., :3])
    shown = a[..., 3] > 0.5
    lum = a[..., :3] @ np.array([0.33, 0.4, 0.27], f4)
    lum = gaussian_filter(lum / (gaussian_filter(lum, 6) + 0.02), 0.8)
    gy, gx = np.gradient(lum)
    c, s = (
        -gaussian_filter(gx * gx - gy * gy, 4),
        gaussian_filter(2 * gx * gy, 4),
    )  # across the gradient, v flipped
    return _flat(
        light / max(np.median(light[shown]), 0.004) / 2,
        a[..., 3],
        np.arctan2(s, c) / 2 / (np.pi / 2) * 0.5 + 0.5,
    )


@lru_cache(None)
def cloth_texture(path: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Lightness over its median (halved), and where the second colour is."""
    a = _read(path)
    rgb = a[..., :3].copy()
    garment = next((g for g in GARMENTS.values() if name in g.assets), None)
    size = len(rgb) / 512
    for x0, y0, x1, y1 in garment.logos.get(name, ()) if garment else ():
        x0, y0, x1, y1 = (int(v * size) for v in (x0, y0, x1, y1))
        rgb[y0:y1, x0:x1] = np.median(rgb[y0:y1, x0:x1].reshape(-1, 3), 0)
    light = _light(rgb)
    shown = a[..., 3] > 0.5
    if garment and garment.flat:
        light = np.full_like(light, 0.5)
    middle = np.median(light[shown])
    second = np.zeros_like(light)
    if garment and garment.second is not None:
        tone = np.median(rgb[shown], 0)
        apart = np.linalg.norm(rgb / (rgb.sum(-1, keepdims=True) + 0.1) - tone / (tone.sum() + 0.1), axis=-1)
        second = np.clip((apart - garment.second) / 0.06, 0, 1)
        inner = second > 0.5
        if inner.any():
            light = np.where(inner, light / max(np.median(light[inner]), 0.02) * middle, light)
    flat = (np.clip(light / max(middle, 0.01), 0, 2.4)) ** (0.8 if middle > 0.1 else 0.55)
    return _flat(flat / 2, a[..., 3]), _flat(second)


@lru_cache(None)
def eye_texture(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Lightness and where the iris is (its own colour is replaced)."""
    rgb = _read(path)[..., :3]
    light = _light(rgb)
    blue = np.clip((rgb[..., 2] - rgb[..., 0] - 0.02) / 0.08, 0, 1)
    dark = np.clip((0.12 - light) / 0.06, 0, 1)
    iris = np.clip(np.maximum(blue, dark), 0, 1)
    return _flat(np.where(iris > 0.5, light * 1.6, light * 0.95)), _flat(iris)


# ------------------------------------------------------------------ drawing


class Renderer:
    """Holds the OpenGL context; one in a process. ``size`` is the side of the picture in pixels."""

    def __init__(self, size: int = 256, samples: int = 4) -> None:
        self.size = size
        self.gl = moderngl.create_standalone_context(backend="egl")
        self.program = self.gl.program(_VERTEX, _FRAGMENT)
        self.depth = self.gl.program(_DEPTH_VERTEX, _DEPTH_FRAGMENT)
        side = (size, size)
        self.buffer = self.gl.framebuffer(
            [self.gl.renderbuffer(side, 4, samples=samples, dtype="f2") for _ in range(3)],
            self.gl.depth_renderbuffer(side, samples=samples),
        )
        self.resolved = self.gl.framebuffer([self.gl.texture(side, 4, dtype="f2") for _ in range(3)])
        self.shadow, self.shadow_buffer = self._depth_target(768)
        self.sky, self.sky_buffer = self._depth_target(128 * 5)
        self._textures: dict[tuple[str, int], moderngl.Texture] = {}
        self._white = self._upload(np.full((4, 4, 4), 255, np.uint8))

    def _depth_target(self, side: int) -> tuple[moderngl.Texture, moderngl.Framebuffer]:
        t = self.gl.depth_texture((side, side))
        t.compare_func, t.filter = "", (moderngl.LINEAR, moderngl.LINEAR)
        t.repeat_x = t.repeat_y = False
        return t, self.gl.framebuffer(depth_attachment=t)

    def _upload(self, image: np.ndarray) -> moderngl.Texture:
        t = self.gl.texture(image.shape[1::-1], 4, np.ascontiguousarray(image[::-1]).tobytes())
        t.build_mipmaps()
        t.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return t

    def texture(self, part: Part, slot: int) -> moderngl.Texture:
        """Textures stay on the device: recolouring never needs new ones."""
        if slot >= len(part.textures):
            return self._white
        key = (part.textures[slot], part.kind * 2 + slot)
        if key not in self._textures:
            path = part.textures[slot]
            if part.kind == 0:
                image = skin_texture(path)
            elif part.kind == 2:
                image = hair_texture(path)
            elif part.kind in (1, 7):
                image = cloth_texture(path, part.asset.name)[slot]
            elif part.kind == 3:
                image = eye_texture(path)[slot]
            else:
                a = _read(path)
                image = _flat(_light(a[..., :3]), a[..., 3])
            self._textures[key] = self._upload(image)
        return self._textures[key]

    # one branch for each kind of part: apart they would share the body, its pose and both scales as arguments
    def parts(self, person: Person) -> tuple[list[Part], np.ndarray]:
        """Everything to draw, posed, and the posed body."""
        b = assets.base()
        body = morph(person)
        posed = _pose(body, body, b.weights)
        head, trunk = _head_scale(body), _body_scale(body)
        garment = GARMENTS[person.garment].asset(person.gender)
        wear = proxy("clothes", garment, True)
        young, old = _skin(person.gender, "young"), _skin(person.gender, "old")
        covered = wear.hides[b.quads].all(1)
        parts = [Part(0, posed, None, b.mesh, (young, old), _face_marks(), ~covered,
                      (person.age, 0.6 if person.gender == "female" else 0.22, 0.5 if person.gender == "female" else 0.2, person.shadow))]  # fmt: skip

        def add(
            kind: int,
            folder: str,
            name: str,
            scale: np.ndarray,
            smooth: bool = False,
            dial=(1.0,) * 4,
            second=False,
        ):
            a = proxy(folder, name, smooth)
            x = a.worn(body, scale)
            if kind == 6:
                x[:, 2] += 0.09  # clear of broad noses
            if kind == 2 and name == HAIR[person.hair].asset:
                x = _style(_part_fringe(x, body), body, HAIR[person.hair])
            if folder == "clothes" and kind == 1:
                x = _pose(x, body, {k: (w[a.reference] * a.weights).sum(1) for k, w in b.weights.items()})
            path = str(a.folder / a.material["mapDiffuse"])
            parts.append(Part(kind, x, a, a.mesh, (path, path) if second else (path,), dial=dial))

        add(1, "clothes", garment, trunk, True, second=True)
        add(3, "eyes", "HighPolyEyes", head, second=True)
        parts[-1].textures = (str(parts[-1].asset.folder / "textures/blue_eye.png"),) * 2
        if person.shows_teeth:
            add(4, "teeth", "Teeth_Base", head)
        add(5, "eyebrows", "eyebrow006" if person.gender == "female" else "eyebrow002", head,
            dial=(0.75, 1.0, 1, 1) if person.gender == "female" else (0.45, 1.0, 1, 1))  # fmt: skip
        add(5, "eyelashes", "Eyelashes01", head, dial=(0.6 if person.gender == "female" else 1.6, 0.0, 1, 1))
        for name in person.facial_hair_assets():
            add(2, "hair", name, head)
        if (style := HAIR[person.hair]).asset:
            add(2, "hair", style.asset, head, style.asset == "long01")
        if person.hat == "beanie":
            parts.append(_beanie(posed))
        elif person.hat != "none":
            add(
                7,
                "clothes",
                {"fedora": "fedora", "bucket": "Fishing_Hat_01"}[person.hat],
                head,
                True,
                second=True,
            )
        if person.glasses != "none":
            add(6, "clothes", "glasses", head, dial=(0.06 if person.glasses == "clear" else 0.82, 1, 1, 1))
        return parts, posed

    # one pass of OpenGL: set the uniforms, draw the parts back to front, read the planes; each step needs the last
    def render(self, person: Person) -> Render:
        """Draw a person: layers of light for each material, and the alpha of the whole."""
        gl, program = self.gl, self.program
        parts, posed = self.parts(person)
        camera, eye = _camera(posed)
        surfaces = [part.mesh.surface(part.vertices) for part in parts]
        normals = [part.mesh.normals(s) for part, s in zip(parts, surfaces, strict=True)]
        visible = self._visibility(parts, surfaces, normals, posed)
        self.buffer.use()
        self.buffer.clear(0, 0, 0, 0, depth=1.0)
        program["camera"].write(camera.T.tobytes())
        program["sun"].write(self._sun.T.tobytes())
        for name, value in dict(eye=eye, key=KEY, fill=FILL, rim=RIM).items():
            program[name].value = tuple(float(x) for x in value)
        for slot, name in enumerate(("tex", "tex2", "shade")):
            program[name].value = slot
        self.shadow.use(2)
        style, unit = HAIR[person.hair], _unit(posed)
        mouth = assets.base().joint(posed, "mouth")[1]
        far = 1e3
        brim = _brim(person.hat, parts, surfaces, posed)
        program["brim"].value = brim
        program["edge"].value = brim - 0.1 * unit if person.hat == "beanie" else -far
        program["hem"].value = -far if style.hem is None else float(mouth - style.hem * unit)
        program["strip"].value = far if style.strip is None else style.strip * unit
        program["shaved"].value = style.shaved
        shoulder = abs(assets.base().joint(posed, "l-shoulder")[0])
        program["sleeve"].value = float(0.8 * shoulder) if person.garment == "vest" else far
        under = assets.base().joint(posed, "neck")[1] - 0.2 if person.garment == "coat" else -1e3
        program["under"].value = float(under)
        program["pattern"].value = PATTERNS.index(person.pattern)
        order = sorted(
            range(len(parts)),
            key=lambda i: (parts[i].kind in (2, 5, 6), parts[i].kind == 2, parts[i].kind == 6),
        )
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        gl.depth_func = "<="
        held = []
        for i in order:
            part, mesh = parts[i], parts[i].mesh
            mark = part.mark if part.mark is not None else np.zeros((len(part.vertices), 2), f4)
            rows = np.concatenate([surfaces[i][mesh.source], normals[i][mesh.source], mesh.uv, visible[i][mesh.source],
                                   mesh.surface(mark)[mesh.source]], 1).astype(f4)  # fmt: skip
            triangles = mesh.triangles if part.keep is None else mesh.triangles[part.keep[mesh.quad_of]]
            if part.kind in (2, 5, 6):
                triangles = triangles[np.argsort(surfaces[i][mesh.source][triangles][..., 2].mean(1))]
            data, index = (
                gl.buffer(rows.tobytes()),
                gl.buffer(np.ascontiguousarray(triangles, "i4").tobytes()),
            )
            array = gl.vertex_array(
                program, [(data, "3f 3f 2f 2f 2f", "p", "n", "uv", "light", "mark")], index
            )
            program["kind"].value, program["dial"].value = part.kind, part.dial
            self.texture(part, 0).use(0)
            self.texture(part, 1).use(1)
            self.buffer.depth_mask = part.kind not in (5, 6)
            array.render()
            held += [array, data, index]
        self.buffer.depth_mask = True
        gl.copy_framebuffer(self.resolved, self.buffer)
        raw = [
            np.frombuffer(self.resolved.read(components=4, attachment=k, dtype="f2"), np.float16)
            for k in range(3)
        ]
        for item in held:
            item.release()
        planes = [r.reshape(self.size, self.size, 4)[::-1].astype(f4) for r in raw]
        layers = np.concatenate([p[..., :3] for p in planes], -1).transpose(2, 0, 1)
        layers = np.nan_to_num(np.maximum(layers, 0))  # a degenerate triangle can give a pixel of NaN
        return Render(layers, np.clip(np.nan_to_num(planes[0][..., 3]), 0, 1))

    # one pass of OpenGL again: draw the depth maps, then look up each vertex in them
    def _visibility(self, parts, surfaces, normals, posed) -> list[np.ndarray]:
        """Sky light that reaches each surface vertex, and how open it is: [n,2] for each part (18 depth maps)."""
        gl, tile = self.gl, 128
        centre = assets.base().joint(posed, "head") - np.array([0, 1.0, 0], f4)
        maps = [_ortho(d, centre, 3.9) for d in _SKY]
        self._sun = _ortho(KEY, centre + np.array([0, 0.5, 0], f4), 3.7)
        casters = []
        for part in parts:
            if part.kind not in (0, 1, 2, 7):
                continue
            mesh = part.mesh if part.kind != 0 else assets.base().low
            points = mesh.surface(part.vertices)
            triangles = mesh.triangles if part.keep is None else mesh.triangles[part.keep[mesh.quad_of]]
            data = gl.buffer(np.concatenate([points[mesh.source], mesh.uv], 1).astype(f4).tobytes())
            index = gl.buffer(np.ascontiguousarray(triangles, "i4").tobytes())
            casters.append(
                (part, gl.vertex_array(self.depth, [(data, "3f 2f", "p", "uv")], index), data, index)
            )
        gl.enable_only(moderngl.DEPTH_TEST)
        for target, views in ((self.sky_buffer, maps), (self.shadow_buffer, [self._sun])):
            target.viewport = (0, 0, *target.size)
            target.clear(depth=1.0)
            target.use()
            for i, m in enumerate(views):
                if len(views) > 1:
                    target.viewport = (i % 5 * tile, i // 5 * tile, tile, tile)
                self.depth["M"].write(m.T.astype(f4).tobytes())
                for part, array, *_ in casters:
                    self.texture(part, 0).use(0)
                    self.depth["cut"].value = 0.5 if part.kind == 2 else 0.0
                    array.render()
        for _, array, data, index in casters:
            for item in (array, data, index):
                item.release()
        atlas = np.frombuffer(self.sky.read(), f4).reshape(tile * 5, tile * 5)
        out = []
        for part, surface, normal in zip(parts, surfaces, normals, strict=True):
            n = len(part.vertices)
            used = np.unique(part.mesh.base_quads if part.keep is None else part.mesh.base_quads[part.keep])
            point, direction = surface[used] + 0.05 * normal[used], normal[used]
            facing = _SKY @ direction.T
            weight = (
                np.clip(facing, 0, None) if part.kind not in (2, 5) else np.clip(0.5 + 0.5 * facing, 0, None)
            )
            weight /= weight.sum(0) + 1e-6
            seen = np.empty_like(weight)
            for i, m in enumerate(maps):
                c = point @ m[:3, :3].T + m[:3, 3]
                x, y = (np.clip((c[:, k] * 0.5 + 0.5) * tile - 0.5, 0, tile - 1.001) for k in (0, 1))
                xi, yi = x.astype(int), y.astype(int)
                fx, fy = x - xi, y - yi
                xi, yi, z = xi + i % 5 * tile, yi + i // 5 * tile, c[:, 2] * 0.5 + 0.5 - 0.006
                lit = [atlas[yi + b, xi + a] > z for b in (0, 1) for a in (0, 1)]
                seen[i] = (lit[0] * (1 - fx) + lit[1] * fx) * (1 - fy) + (
                    lit[2] * (1 - fx) + lit[3] * fx
                ) * fy
            full = np.zeros((n, 2), f4)
            openness = (weight * seen).sum(0)
            full[used, 0] = (weight * seen * _SKY_LIGHT[:, None]).sum(0) + 0.12 * (1 - openness)
            full[used, 1] = np.clip(openness * 1.25, 0.15, 1)
            if part.kind == 0:
                full = _diffuse(full, part.mesh.base_quads[part.keep], n)
            out.append(part.mesh.surface(full))
        return out


def _diffuse(values: np.ndarray, quads: np.ndarray, n: int, steps: int = 2) -> np.ndarray:
    """Smooth over the mesh: light spreads inside skin."""
    for _ in range(steps):
        total, count = np.zeros_like(values), np.zeros((n, 1), f4)
        for k in range(4):
            np.add.at(total, quads[:, k], values[quads[:, (k + 1) % 4]] + values[quads[:, k - 1]])
            np.add.at(count, quads[:, k], 2)
        values = np.where(count > 0, 0.5 * values + 0.5 * total / np.maximum(count, 1), values)
    return values


EYES_AT, FACE = (
    0.42,
    0.094,
)  # eyes' height from the top, and eyes-to-mouth distance, as fractions of the frame


def _camera(posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Perspective camera that puts the eyes and the mouth of everyone at the same places."""
    b = assets.base()
    eyes = (b.joint(posed, "l-eye") + b.joint(posed, "r-eye")) / 2
    apart = np.linalg.norm(b.joint(posed, "l-eye") - b.joint(posed, "r-eye"))
    mouth = b.joint(posed, "mouth")
    height = (0.5 * (eyes[1] - mouth[1]) / 0.40 + 0.5 * apart / 0.62) * 0.40 / FACE
    distance = height / 2 / np.tan(np.radians(9))
    cy = eyes[1] - height * (0.5 - EYES_AT)
    eye = np.array([0, cy, distance + eyes[2]], f4)
    near, far = distance - 6, distance + 10
    p = np.zeros((4, 4))
    p[0, 0] = p[1, 1] = 1 / np.tan(np.radians(9))
    p[2, 2], p[2, 3], p[3, 2] = -(far + near) / (far - near), -2 * far * near / (far - near), -1
    view = np.eye(4)
    view[:3, 3] = -eye
    return (p @ view).astype(f4), eye
