"""Is what is called drawn really there, whatever word a text has? Words drawn at random from the reader's lists.

    python -m lab faces vocabulary     # portraits and sheets, eight minutes on two quiet cores

Portraits are drawn until 48 of them show, as they say, what the word says. What was seen is written into
looked_words.csv: the word, 1 if the picture shows it. Another SEED is other words and other people.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lab.faces.encoder import WORK
from lab.faces.report import report
from t2i_person import describe, draw, load_pack
from t2i_person.latent.targets import targets_of
from t2i_person.text.lexicon.lists import looks, things
from t2i_person.text.lexicon.morph import morphology

PLACE = WORK / "vocabulary"
LOOKED = Path(__file__).with_name("looked_words.csv")
SEED, CLAIMS, SIDE = 10, 48, 224
WORN = ("clothes", "headwear")


def sentences(draws: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Word and sentence: an adjective of looks before a person, a thing that they wear or have."""
    listed = [(look.word, "") for look in looks().values() if look.category in draws]
    listed += [(word, thing.category) for word, thing in things().items() if thing.category in draws]
    chance = random.Random(SEED)
    chance.shuffle(listed)
    for word, kind in listed:
        who, gender = chance.choice((("мужчина", "masc"), ("женщина", "femn")))
        grams = {"loct" if kind in WORN else "ablt"} if kind else {gender, "nomn", "sing"}
        if (form := morphology().parse(word)[0].inflect(grams)) is None:
            continue
        said = f"{who} {'в' if kind in WORN else 'с'} {form.word}" if kind else f"{form.word} {who}"
        yield word, f"{said.capitalize()}."


def main(argv: Sequence[str] | None = None) -> None:
    """Draw what is missing, write the sheet of claims; figures where all of them were looked at."""
    PLACE.mkdir(parents=True, exist_ok=True)
    pack, claims = load_pack("faces"), []
    for i, (word, text) in enumerate(sentences(pack.draws)):
        place = PLACE / f"{i:04}.json"
        if not place.exists():
            people = describe(text)
            able = targets_of(pack, people[0])[0] if people and people[0].features else []
            row: dict[str, object] = {"word": word, "text": text, "drawn": []}
            if any(target.category != "gender" and not target.obstacle for target in able):
                result = draw(text, pack=pack, seed=SEED + i, background="kept")
                (portrait,) = result.characters[0].portraits
                row |= {"drawn": portrait.drawn, "scores": portrait.scores}
                image = Image.fromarray(portrait.rgba[..., :3])
                image.resize((SIDE, SIDE), Image.Resampling.BOX).save(place.with_suffix(".png"))
                print(i, text, portrait.scores, portrait.drawn, flush=True)
            place.write_text(json.dumps(row, ensure_ascii=False), "utf-8")
        row = json.loads(place.read_text("utf-8"))
        claims += [(i, row)] if row["drawn"] else []
        if len(claims) == CLAIMS:
            break
    sheet(claims)
    with LOOKED.open(encoding="utf-8") as file:
        looked = {row["word"]: row["shown"] == "1" for row in csv.DictReader(file)}
    if unseen := [row["word"] for _, row in claims if row["word"] not in looked]:
        print("to be looked at:", "; ".join(unseen))
        return
    wrong = [row["word"] for _, row in claims if not looked[row["word"]]]
    report({"words": len(claims), "words_wrong": round(len(wrong) / len(claims), 3)})
    print(len(claims), "claims, wrong:", "; ".join(wrong))


def sheet(claims: Sequence[tuple[int, dict[str, object]]]) -> None:
    """Eight claims a row, each with its sentence."""
    font = ImageFont.truetype("DejaVuSans.ttf", 13)
    page = Image.new("RGB", (8 * SIDE, -(-len(claims) // 8) * (SIDE + 18)), "white")
    pen = ImageDraw.Draw(page)
    for k, (i, row) in enumerate(claims):
        x, y = k % 8 * SIDE, k // 8 * (SIDE + 18)
        page.paste(Image.open(PLACE / f"{i:04}.png"), (x, y + 18))
        pen.text((x + 2, y + 2), str(row["text"]), "black", font)
    page.save(PLACE / "sheet.png")


if __name__ == "__main__":
    main()
