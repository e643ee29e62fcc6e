"""Is what was said what is drawn? 200 portraits of 100 sentences, judged by looking.

    python -m lab faces report --draw     # portraits and sheets into lab's folder of work, an hour
    python -m lab faces report --pictures # those of the README
    python -m lab faces report            # figures from what looking found (looked.csv) into report.json

looked.csv names for each portrait the rows of its sentence that are wrong, and what nobody asked for.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lab import sheet
from lab.faces.sentences import FRESH, ROWS, sentences
from t2i_person import draw
from t2i_person.errors import NobodyFits
from t2i_person.packs.places import built_in

WORK = Path(__file__).parent.parent / "work" / "faces" / "report"
LOOKED = Path(__file__).with_name("looked.csv")
SEEDS = (0, 1)
UNSAID = ("beard on a woman", "hat", "dark glasses", "dyed hair", "child", "broken")
NAMES = {  # figure -> what it is called in the card
    "drawn_gender": "said = drawn: gender (bar .99)",
    "drawn_age": "... age group (bar .95)",
    "drawn_skin": "... skin (bar .95)",
    "drawn_glasses": "... glasses (bar .95)",
    "drawn_length": "... length of hair (bar .95)",
    "drawn_smile": "... smile (bar .95)",
    "drawn_hair": "... hair colour (bar .92)",
    "drawn_facial": "... beard, moustache, bald (bar .92)",
    "drawn_hat": "... headwear (bar .85)",
    "drawn_clothes": "... colour of clothes (bar .80)",
    "drawn_fresh": "all of these rows for 20 sentences written after the other 80 had been looked at",
    "unsaid_beard_on_a_woman": "unsaid: beard on a woman (bar 0)",
    "unsaid_hat": "... hat (bar .05)",
    "unsaid_dark_glasses": "... dark glasses (bar .02)",
    "unsaid_dyed_hair": "... dyed hair (bar 0)",
    "unsaid_child": "... child (bar 0)",
    "unsaid_broken": "broken faces (bar .02)",
    "nobody": "sentences and seeds for which nobody was found, of 200",
    "seconds_median": "seconds a portrait, median",
    "encoder_auc_picture": "encoder on the faces that two people labelled: mean area under the curve, by the picture",
    "encoder_auc_w": "... by w",
    "encoder_auc_both": "... by both",
    "encoder_calibration": "... its probabilities against the truth, mean gap over ten bins",
    "matte_mad": "matte against ISNet's, 64 faces never trained on, MAD (bar .012)",
    "matte_mad_median": "... median",
    "matte_mad_sound": "... mean over the 52 where ISNet is right, by looking",
}
NAMES |= {
    "words_auc_surprised": "area under the curve, surprised: 31 of the labelled faces, five folds",
    "words_auc_sad": "... sad: 35",
    "words_auc_angry": "... angry: 13",
    "words_auc_school": "... pupils among 269 children",
    "edits": "edits: 35 phrases on 8 people, where they make sense",
    "edits_drawn": "... drawn, by the tutors (bar .90); they never saw a painted colour and miss most of them",
    "edits_looked": "... drawn, by looking at all of them",
    "edits_claimed_not_drawn": "... called drawn, and by the tutors not",
    "edits_claimed_looked": "... called drawn, and by looking not (bar .03)",
    "claims": "other edits that are called drawn: 96 phrases, two sets of people never seen before (bar 200)",
    "claims_wrong": "... and by looking are not (bar .03)",
    "words": "words drawn at random from the reader's lists that are called drawn",
    "words_wrong": "... and by looking are not",
    "edits_same_person": "... same person: dlib's descriptor below .45, age aside (bar .95)",
    "edits_others_changed": "... of 12 other labels changed (bar .3)",
    "edits_seconds_median": "... seconds, median (bar 3)",
    "cast": "people kept by name and drawn in another scene: other clothes, a hat, a laugh, old age",
    "cast_same": "... the same by dlib's descriptor, below .5 (bar 19)",
    "cast_median": "... distance, median",
    "photos_drawn_median": "24 drawn people in other light, cut, as JPEG: distance of the inversion, median (bar .35)",
    "photos_median": "real photographs that packages carry: the same, median (bar .5)",
}
SIDE, ACROSS, DOWN = 320, 4, 4


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m lab faces report", description=__doc__)
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--pictures", action="store_true", help="of the README, for six other sentences")
    a = parser.parse_args(argv)
    if a.pictures:
        sheet.main("faces")
    elif a.draw:
        portraits()
        sheets()
    else:
        print(json.dumps(figures(), indent=1, ensure_ascii=False))


def portraits() -> None:
    """Draw what is missing."""
    WORK.mkdir(parents=True, exist_ok=True)
    for i, (text, _) in enumerate(sentences()):
        for seed in SEEDS:
            place = WORK / f"{i:02}-{seed}.json"
            if place.is_file():
                continue
            begun = time.perf_counter()
            try:
                result = draw(text, pack="faces", seed=seed, background="kept", characters=[0])
            except NobodyFits as error:
                place.write_text(
                    json.dumps({"text": text, "nobody": str(error)}, ensure_ascii=False), "utf-8"
                )
                continue
            seconds = time.perf_counter() - begun
            (portrait,) = result.characters[0].portraits
            image = Image.fromarray(portrait.rgba[..., :3])
            image.resize((512, 512), Image.Resampling.LANCZOS).save(place.with_suffix(".jpg"), quality=88)
            told = {
                "text": text,
                "seconds": round(seconds, 2),
                "scores": portrait.scores,
                "not_drawn": portrait.not_drawn,
                "edits": list(portrait.edits),
            }
            place.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
            print(i, seed, f"{seconds:.1f} s", text, portrait.scores, flush=True)


def sheets() -> None:
    """The portraits with their numbers, sixteen on a sheet."""
    files = sorted(WORK.glob("*-*.json"))
    font = ImageFont.load_default(18)
    for first in range(0, len(files), ACROSS * DOWN):
        sheet = Image.new("RGB", (ACROSS * SIDE, DOWN * (SIDE + 24)), "white")
        pen = ImageDraw.Draw(sheet)
        for k, place in enumerate(files[first : first + ACROSS * DOWN]):
            x, y = k % ACROSS * SIDE, k // ACROSS * (SIDE + 24)
            picture = place.with_suffix(".jpg")
            if picture.is_file():
                sheet.paste(Image.open(picture).resize((SIDE, SIDE)), (x, y + 24))
            pen.text((x + 4, y + 2), place.stem, "black", font)
        sheet.save(WORK / f"sheet-{first // (ACROSS * DOWN):02}.png")


def figures() -> dict[str, float]:
    """Share of what was said that is drawn, by row; and of portraits with what nobody said."""
    with LOOKED.open(encoding="utf-8") as file:
        looked = {row["portrait"]: row for row in csv.DictReader(file)}
    said, wrong = dict.fromkeys(ROWS, 0), dict.fromkeys(ROWS, 0)
    unsaid = dict.fromkeys(UNSAID, 0)
    for name, row in looked.items():
        expected = sentences()[int(name.split("-")[0])][1]
        missed = row["wrong"].split()
        if unknown := set(missed) - set(expected):
            raise ValueError(f"{name}: the sentence says nothing of {unknown}")
        for key in expected:
            said[key] += 1
            wrong[key] += key in missed
        for thing in filter(None, row["unsaid"].split("; ")):
            unsaid[thing] += 1
    out = {f"drawn_{row}": round(1 - wrong[row] / said[row], 3) for row in ROWS if said[row]}
    fresh = [name for name in looked if int(name.split("-")[0]) >= FRESH]
    asked = sum(len(sentences()[int(name.split("-")[0])][1]) for name in fresh)
    out["drawn_fresh"] = round(1 - sum(len(looked[name]["wrong"].split()) for name in fresh) / asked, 3)
    out |= {f"unsaid_{thing.replace(' ', '_')}": round(n / len(looked), 3) for thing, n in unsaid.items()}
    drawn = [json.loads(place.read_text("utf-8")) for place in sorted(WORK.glob("*-*.json"))]
    if seconds := [one["seconds"] for one in drawn if "seconds" in one]:
        out["seconds_median"] = round(statistics.median(seconds), 2)
    out |= {"portraits": len(looked), "nobody": sum("nobody" in one for one in drawn)}
    report(out)
    return out


def report(found: dict[str, float]) -> None:
    """Write figures into the pack's report, and all of it into its card."""
    place, card = built_in("faces") / "report.json", built_in("faces") / "CARD.md"
    told = json.loads(place.read_text("utf-8")) if place.is_file() else {}
    told |= found
    place.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    rows = [f"| {what} | {told[key]:g} |" for key, what in NAMES.items() if key in told]
    head, rest = card.read_text("utf-8").split("<!-- figures -->")
    tail = rest.split("<!-- /figures -->")[1]
    table = "\n".join(["| what | figure |", "|---|---|", *rows])
    card.write_text(f"{head}<!-- figures -->\n{table}\n<!-- /figures -->{tail}", "utf-8")
