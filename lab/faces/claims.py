"""Is what is called drawn really there? 200 claims about people that nothing else here is measured on.

    python -m lab faces claims         # edits and sheets of what is called drawn, 20 minutes on two quiet cores

Each phrase is edited into three people, in a second set into one or two. The sheets show each claim with the person
before it; what was seen is written into looked_claims.csv, a line for each picture: the phrase, the person, the seed,
1 if it shows what is called drawn.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lab.faces.encoder import WORK
from lab.faces.report import report
from t2i_person import change, draw, load_pack
from t2i_person.errors import T2IError

PLACE = WORK / "claims"
LOOKED = Path(__file__).with_name("looked_claims.csv")
SIDE = 192
SETS = {
    540: 1,
    640: 2,
}  # seed of the first person -> every so many of the edits; another seed is other people
WOMEN = (
    "Женщина.", "Девушка.", "Пожилая женщина.", "Блондинка.", "Темнокожая женщина.", "Женщина с чёлкой.", "Рыжая женщина.",
    "Японка.", "Женщина с кудрявыми волосами.", "Женщина средних лет.", "Брюнетка.", "Женщина с короткими волосами.",
)  # fmt: skip
MEN = (
    "Мужчина.", "Парень.", "Старик.", "Брюнет.", "Темнокожий мужчина.", "Мужчина с бородой.", "Лысый мужчина.", "Кореец.",
    "Мужчина с длинными волосами.", "Мужчина средних лет.", "Блондин.", "Мужчина со щетиной.",
)  # fmt: skip
BOTH = """в очках; в тёмных очках; в кепке; в вязаной шапке; в шляпе; в синей шапке; в красной бейсболке; в соломенной шляпе;
в берете; в солнечных очках; с длинными волосами; с короткими волосами; с кудрявыми волосами; с чёлкой; с прямыми волосами;
с растрёпанными волосами; с волнистыми волосами; со светлыми волосами; с рыжими волосами; с чёрными волосами;
с каштановыми волосами; с русыми волосами; с седыми волосами; с розовыми волосами; с синими волосами; с проседью;
в красной кофте; в синей рубашке; в зелёном свитере; в белой футболке; в чёрном пиджаке; в жёлтой кофте; в сером пальто;
в фиолетовой водолазке; в коричневой куртке; в оранжевом свитере; старый; молодой; пожилой; средних лет; с улыбкой;
смеётся; без улыбки; грустный; удивлённый; злой; серьёзный; с веснушками; с морщинами; смуглый; бледный; загорелый; полный;
худой; с открытым ртом; с зелёными глазами; с голубыми глазами; с карими глазами; с румянцем; с высоким лбом"""
HERS = """в платке; с накрашенными губами; с красной помадой; с макияжем; с хвостом; с косой; с серьгами; с каре;
с распущенными волосами; с пучком; в синем платье; в чёрной шляпе; с тонкими бровями; с пухлыми губами"""
HIS = """с бородой; с усами; со щетиной; лысый; с густой бородой; с седой бородой; с бородкой; бритый; с рыжей бородой;
с длинной бородой; с густыми бровями; с залысинами; в чёрной шапке; коротко стриженный"""
WITHOUT = {  # who wears what is to go
    "без очков": ("Женщина в очках.", "Мужчина в очках."),
    "без тёмных очков": ("Женщина в тёмных очках.", "Мужчина в тёмных очках."),
    "без шапки": ("Женщина в вязаной шапке.", "Мужчина в вязаной шапке."),
    "без шляпы": ("Женщина в шляпе.", "Мужчина в шляпе."),
    "без бороды": ("Мужчина с бородой.", "Старик с бородой."),
    "без усов": ("Мужчина с усами.", "Мужчина с усами и бородой."),
    "без чёлки": ("Женщина с чёлкой.", "Девушка с чёлкой."),
    "без макияжа": ("Женщина с макияжем.", "Девушка с красной помадой."),
}


def jobs() -> list[tuple[str, str, int]]:
    """Phrase, who it is, seed, of all sets."""
    return [job for seed, step in SETS.items() for job in of_set(seed)[::step]]


def of_set(seed: int) -> list[tuple[str, str, int]]:
    """Phrase, who it is, seed: three people a phrase, in turn."""
    both, hers, his = ([p.strip() for p in some.replace("\n", " ").split(";")] for some in (BOTH, HERS, HIS))
    found, turn = [], {True: 7, False: 7}
    for phrase in (*both, *hers, *his):
        third = len(found) // 3 % 2 == 0  # a woman or a man by turns
        for women in (True, False, third) if phrase in both else (phrase in hers,) * 3:
            who = (WOMEN if women else MEN)[turn[women] % 12]
            found.append((phrase, who, seed + turn[women] % 12))
            turn[women] += 5  # coprime to 12: all of them meet all kinds
    return found + [(p, who, seed + 20 + k) for p, some in WITHOUT.items() for k, who in enumerate(some)]


def main(argv: Sequence[str] | None = None) -> None:
    """Edit what is missing, write the sheets of claims; figures where all of them were looked at."""
    PLACE.mkdir(parents=True, exist_ok=True)
    pack, people = load_pack("faces"), {}
    for i, (phrase, who, seed) in enumerate(jobs()):
        place = PLACE / f"{i:03}.json"
        if place.exists():
            continue
        if (who, seed) not in people:
            found = draw(who, pack=pack, seed=seed, background="kept")
            people[who, seed] = found.characters[0].portraits[0]
        before = people[who, seed]
        try:
            after = change(before.record, text=phrase, pack=pack, background="kept")
        except T2IError as error:  # refused as unknown, which is no claim
            place.write_text(
                json.dumps({"phrase": phrase, "refused": str(error)}, ensure_ascii=False), "utf-8"
            )
            continue
        both = np.concatenate([before.rgba[..., :3], after.rgba[..., :3]], 1)
        image = Image.fromarray(both).resize((2 * SIDE, SIDE), Image.Resampling.BOX)
        image.save(place.with_suffix(".png"))
        row = {
            "phrase": phrase,
            "who": who,
            "seed": seed,
            "scores": after.scores,
            "not_drawn": after.not_drawn,
        }
        place.write_text(json.dumps(row | {"edits": list(after.edits)}, ensure_ascii=False), "utf-8")
        print(i, phrase, who, after.scores, after.not_drawn, flush=True)
    rows = [(i, json.loads((PLACE / f"{i:03}.json").read_text("utf-8"))) for i in range(len(jobs()))]
    claims = [(i, row) for i, row in rows if "refused" not in row and not _missing(row)]
    sheets(claims)
    with LOOKED.open(encoding="utf-8") as file:
        looked = {
            (row["phrase"], row["who"], int(row["seed"])): row["shown"] == "1" for row in csv.DictReader(file)
        }
    unseen = [row["phrase"] for _, row in claims if _key(row) not in looked]
    if unseen:
        print("to be looked at:", "; ".join(unseen))
        return
    wrong = sum(not looked[_key(row)] for _, row in claims)
    report({"claims": len(claims), "claims_wrong": round(wrong / len(claims), 3)})
    print(len(claims), "claims,", wrong, "of them wrong")


def _key(row: Mapping[str, Any]) -> tuple[str, str, int]:
    return row["phrase"], row["who"], row["seed"]


def _missing(row: Mapping[str, Any]) -> bool:
    """Whether something that was asked for is told as not drawn; what an edit cost was not asked for."""
    return any("the edit cost it" not in reason for reason in row["not_drawn"].values())


def sheets(claims: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Thirty claims a sheet: before, after, the phrase and its probability."""
    font = ImageFont.truetype("DejaVuSans.ttf", 13)
    for first in range(0, len(claims), 30):
        page = Image.new("RGB", (5 * (2 * SIDE + 6), 6 * (SIDE + 20)), "white")
        pen = ImageDraw.Draw(page)
        for k, (i, row) in enumerate(claims[first : first + 30]):
            x, y = k % 5 * (2 * SIDE + 6), k // 5 * (SIDE + 20)
            page.paste(Image.open(PLACE / f"{i:03}.png"), (x, y + 18))
            pen.text((x + 2, y + 2), f"{i} {row['phrase']} {row['scores']}"[:60], "black", font)
        page.save(PLACE / f"sheet-{first // 30}.png")


if __name__ == "__main__":
    main()
