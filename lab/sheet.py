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
    rows = [(text, _drawn(text, pack)) for text in SENTENCES]
    sheet(rows, 256, IMAGES / f"{mark}contact-sheet.jpg")
    sheet([("", rows[0][1])], 320, IMAGES / f"{mark}sample.jpg")
    sheet([(text, _edited(text, pack)) for text in EDITED], 256, IMAGES / f"{mark}edits.jpg")


def _drawn(text: str, pack: str) -> list[np.ndarray]:
    """Four portraits of a sentence, HWC uint8 RGBA; of the one with two people two each. Prints the scores."""
    result = draw(text, pack=pack, per_character=4 if text != SENTENCES[2] else 2)
    pictures = []
    for person in result.characters:
        for p in person.portraits:
            scores = {name: round(score, 2) for name, score in p.scores.items()}
            print(person.character.head, p.seed, p.gender_found, scores, p.not_drawn, flush=True)
            pictures.append(p.rgba)
    print({stage: round(seconds, 2) for stage, seconds in result.seconds.items()})
    return pictures


def _edited(text: str, pack: str) -> list[np.ndarray]:
    """A portrait of a sentence, then the same person with each of `EDITS`."""
    portrait = draw(text, pack=pack, seed=2).characters[0].portraits[0]
    changed = [change(portrait.record, text=edit) for edit in EDITS]
    print(text, [made.not_drawn for made in changed], flush=True)
    return [portrait.rgba, *(made.rgba for made in changed)]
