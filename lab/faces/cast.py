"""Is somebody who is kept by name the same person in a later scene? 20 people, four kinds of scenes.

    python -m lab faces cast           # figures into report.json, five minutes on two cores

The judge is dlib's descriptor, which nothing here was trained on.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from PIL import Image

from lab.faces.encoder import WORK
from lab.faces.report import report
from t2i_person import draw, load_pack
from t2i_person.picture.faces import single
from t2i_person.picture.likeness import descriptor, distance

PLACE = WORK / "cast"
SAME = 0.5  # distance of dlib's descriptors below which two pictures count as one person
FIRST = {  # name -> who it is when we meet
    "Анна": "Анна, блондинка в белой блузке, шла по улице.",
    "Мария": "Мария, женщина с тёмными волосами, читала.",
    "Ольга": "Ольга, рыжая девушка, ждала.",
    "Тамара": "Тамара, пожилая женщина с седыми волосами, вязала.",
    "Жанна": "Жанна, темнокожая женщина, пела.",
    "Вера": "Вера, девушка с короткими волосами, бежала.",
    "Нина": "Нина, женщина в очках, считала.",
    "Лидия": "Лидия, женщина с кудрявыми волосами, курила.",
    "Зоя": "Зоя, девушка с чёлкой, молчала.",
    "Полина": "Полина, шатенка в синем платье, танцевала.",
    "Иван": "Иван, мужчина с бородой, рубил дрова.",
    "Пётр": "Пётр, лысый мужчина, сидел.",
    "Олег": "Олег, брюнет в чёрной рубашке, курил.",
    "Борис": "Борис, старик с седой бородой, дремал.",
    "Антон": "Антон, блондин в сером свитере, писал.",
    "Роман": "Роман, смуглый мужчина, торговал.",
    "Егор": "Егор, молодой человек в очках, читал.",
    "Степан": "Степан, усатый мужчина, пил чай.",
    "Фёдор": "Фёдор, рыжий мужчина с бородой, пел.",
    "Глеб": "Глеб, мужчина с короткими волосами, ждал.",
}
LATER = (
    "{name} в красной куртке.",
    "{name} в вязаной шапке.",
    "{name} в зелёном свитере. {name} смеётся.",
    "{name}, глубокий старик, в чёрном пальто.",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Draw both scenes of each, compare, write a sheet."""
    parser = argparse.ArgumentParser(prog="python -m lab faces cast", description=__doc__)
    parser.parse_args(argv)
    PLACE.mkdir(parents=True, exist_ok=True)
    pack = load_pack("faces")
    far: list[float] = []
    sheet = Image.new("RGB", (10 * 160, 4 * 160), "white")
    for i, (name, text) in enumerate(FIRST.items()):
        (person,) = draw(text, pack=pack, seed=i, background="kept").characters
        (before,) = person.portraits
        scene = LATER[i % len(LATER)].format(name=name)
        if before.gender_found == "female":
            scene = scene.replace("глубокий старик", "глубокая старуха")
        again = draw(scene, pack=pack, cast={name: before.record}, seed=100 + i, background="kept")
        (after,) = again.characters[0].portraits
        seen = [(p.rgba[..., :3], single(p.rgba[..., :3])) for p in (before, after)]
        gap = (
            distance(*(descriptor(pixels, face) for pixels, face in seen)) if all(f for _, f in seen) else 9.0
        )
        far.append(gap)
        for k, (pixels, _) in enumerate(seen):
            place = i % 10 * 160, (i // 10 * 2 + k) * 160
            sheet.paste(Image.fromarray(pixels).resize((158, 158), Image.Resampling.BOX), place)
        print(f"{gap:.2f}", scene, after.scores, after.not_drawn, flush=True)
    sheet.save(PLACE / "sheet.jpg", quality=88)
    report(
        {
            "cast": len(far),
            "cast_same": sum(gap < SAME for gap in far),
            "cast_median": round(statistics.median(far), 3),
        }
    )


if __name__ == "__main__":
    main()
