"""The README's pictures: real output of a pack for the sample sentences, over a checkerboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from t2i_person import change, draw

SAMPLE = "Блондинка в голубой кофте шла по улице."
SENTENCES = (
    SAMPLE,
    "Рыжий бородатый мужчина в чёрном костюме.",
    "Девушка с длинными чёрными волосами в красном платье и старик в очках.",
    "Лысый мужчина в зелёной футболке улыбался.",
    "Пожилая женщина с седыми волосами.",
    "Темнокожий парень в шляпе.",
)
EDITED = ("Рыжая девушка в зелёном свитере.", "Мужчина с бородой в рубашке.", SAMPLE)
EDITS = ("в синей шляпе", "в красной куртке", "в очках", "с длинными волосами", "в кепке и с седыми волосами")
IMAGES = Path(__file__).parents[1] / "docs/images"


def on_checkerboard(rgba: np.ndarray, side: int) -> Image.Image:
    """HWC uint8 RGBA over the grey squares that stand for transparency, reduced to ``side``."""
    person = Image.fromarray(rgba, "RGBA").resize((side, side), Image.Resampling.LANCZOS)
    squares = (np.indices((side, side)) // 16).sum(0) % 2 * 24 + 216
    back = Image.fromarray(np.dstack([squares] * 3).astype(np.uint8), "RGB").convert("RGBA")
    return Image.alpha_composite(back, person).convert("RGB")


def sheet(rows: list[tuple[str, list[np.ndarray]]], side: int, file: Path) -> None:
    """One line of text and one row of pictures each."""
    wide = max(len(pictures) for _, pictures in rows)
    page = Image.new("RGB", (wide * side, len(rows) * (side + 28)), "white")
    pen = ImageDraw.Draw(page)
    try:
        font = ImageFont.truetype("DejaVuSans.ttf", 15)
    except OSError:
        font = ImageFont.load_default(15)
    for k, (text, pictures) in enumerate(rows):
        pen.text((6, k * (side + 28) + 5), text, "black", font)
        for j, picture in enumerate(pictures):
            page.paste(on_checkerboard(picture, side), (j * side, k * (side + 28) + 28))
    page.save(file, quality=90)


def main(pack: str = "embedded") -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    mark = "" if pack == "embedded" else f"{pack}-"
    rows, first = [], []
    for text in SENTENCES:
        result = draw(text, pack=pack, per_character=4 if text != SENTENCES[2] else 2)
        portraits = [p for person in result.characters for p in person.portraits]
        for person in result.characters:
            for p in person.portraits:
                print(
                    person.character.head,
                    p.seed,
                    p.gender_found,
                    {k: round(v, 2) for k, v in p.scores.items()},
                    p.not_drawn,
                    flush=True,
                )
        rows.append((text, [p.rgba for p in portraits]))
        first = first or [p.rgba for p in portraits]
        print({k: round(v, 2) for k, v in result.seconds.items()})
    sheet(rows, 256, IMAGES / f"{mark}contact-sheet.jpg")
    sheet([("", first)], 320, IMAGES / f"{mark}sample.jpg")
    rows = []
    for text in EDITED:
        portrait = draw(text, pack=pack, seed=2).characters[0].portraits[0]
        changed = [change(portrait.record, text=edit) for edit in EDITS]
        print(text, [made.not_drawn for made in changed], flush=True)
        rows.append((text, [portrait.rgba, *(made.rgba for made in changed)]))
    sheet(rows, 256, IMAGES / f"{mark}edits.jpg")
