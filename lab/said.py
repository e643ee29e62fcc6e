"""Is what was said what was drawn? Held-out sentences through the whole pipeline, and single directions, judged by lab/judge.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch

from lab.captions import FACTS, WIDER, truths
from lab.data import People
from lab.encoder import SIDE
from lab.judge import HEADS, Judge
from t2i_person import change, draw
from t2i_person.latent.edits.directions import apply_directions
from t2i_person.latent.targets import Target
from t2i_person.packs import Pack

WHO = {"Девушка": "female", "Женщина": "female", "Дама": "female", "Старушка": "female",
       "Мужчина": "male", "Парень": "male", "Старик": "male", "Юноша": "male"}  # fmt: skip
HAIRS = {"чёрными": "black", "каштановыми": "brown", "русыми": "fair", "белокурыми": "blond", "рыжими": "red", "седыми": "grey",
         "розовыми": "pink", "синими": "blue"}  # fmt: skip
COLOURS = {"красн": "красный", "бордов": "бордовый", "розов": "розовый", "оранжев": "оранжевый", "жёлт": "жёлтый", "коричнев": "коричневый",
           "зелён": "зелёный", "бирюзов": "бирюзовый", "голуб": "голубой", "син": "синий", "фиолетов": "фиолетовый", "чёрн": "чёрный",
           "сер": "серый", "бел": "белый"}  # fmt: skip
WEAR = {"футболке": "ой", "рубашке": "ой", "кофте": "ой", "куртке": "ой", "блузке": "ой", "свитере": "ом", "пиджаке": "ом",
        "жилете": "ом", "пальто": "ом", "платье": "ом"}  # fmt: skip
FEMALE_ONLY = ("платье", "блузке")
CLOSE_HAIR = {"black": ("dark",), "brown": ("dark",), "red": ("orange",)}
# never in lab/captions.py: synonyms that the encoder meets for the first time
UNSEEN = {
    "лазоревый": "in голубой", "алая одежда": "in красный", "багровый": "in бордовый", "аквамариновый": "in бирюзовый", "шафрановый": "in жёлтый",
    "кофейный": "in коричневый", "малахитовый": "in тёмно-зелёный", "сизый": "in серый", "свитерок": "sweater", "худи": "jumper", "блейзер": "suit",
    "бушлат": "jacket", "безрукавка": "vest", "ковбойка": "shirt", "очёчки": "glasses", "пенсне": "glasses", "бородища": "beard", "бородка": "beard",
    "усики": "moustache", "усищи": "moustache", "плешь": "bald", "косматый": "tousled", "златовласый": "blond hair", "русоволосая": "fair hair",
    "светлокудрый": "blond hair", "темнокудрый": "dark hair", "ухмылка": "smile", "хохот": "laugh", "тоска": "sad", "разгневанный": "angry",
    "ошеломлённый": "surprised", "старикан": "old", "молоденький": "young", "мужичок": "male", "тётенька": "female",
}  # fmt: skip

# nothing that the renderer has: the encoder should say that it does not know them
OUTSIDE = ("татуировка", "серёжка", "шрам", "доспехи", "меч", "крылья", "рога", "попугай", "трость", "кольчуга", "веснушка", "корона", "ожерелье", "маска",
           "хромой", "перчатка", "флейта", "протез", "вуаль", "эполеты", "ошейник", "пирсинг", "наушники", "трубка", "клыки", "хвостик лисы")  # fmt: skip


def sentences(count: int, seed: int = 77) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """Sentences and, for each head of the judge that they speak of, the answers that are right."""
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        who = list(WHO)[k % len(WHO)]
        male = WHO[who] == "male"
        hair = str(rng.choice(list(HAIRS)))
        stem = str(rng.choice(list(COLOURS)))
        wear = str(rng.choice([w for w in WEAR if not (male and w in FEMALE_ONLY)]))
        colour = COLOURS[stem]
        ending = {"син": {"ой": "ей", "ом": "ем"}}.get(stem, {}).get(WEAR[wear], WEAR[wear])
        extra = str(
            rng.choice(["", " в очках", " в шляпе", " с бородой" if male else " в очках", " в тёмных очках"])
        )
        asked = {
            "gender": (WHO[who],),
            "hair_color": (HAIRS[hair], *CLOSE_HAIR.get(HAIRS[hair], ())),
            "clothes_color": (colour, *WIDER.get(colour, ())),
        }
        asked |= {" в очках": {"glasses": ("clear", "dark")}, " в тёмных очках": {"glasses": ("dark",)}, " в шляпе": {"hat": ("fedora", "bucket")},
                  " с бородой": {"facial_hair": ("beard",)}}.get(extra, {})  # fmt: skip
        out.append((f"{who} с {hair} волосами в {stem}{ending} {wear}{extra}.", asked))
    return out


@torch.no_grad()
def seen(judge: Judge, images: torch.Tensor) -> dict[str, list[str]]:
    """Most likely class of each head for pictures [n,3,h,w] in [-1,1]."""
    judge.eval()
    return {
        head: [HEADS[head][i] for i in logits.argmax(1).tolist()] for head, logits in judge(images).items()
    }


def said_and_drawn(judge: Judge, count: int, on_miss: Callable[[str], None] = print) -> dict[str, float]:
    """Share of what was said that the judge sees, for each head."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for text, asked in sentences(count):
        person = draw(text, pack="embedded", per_character=1, background="kept", seed=1).characters[0]
        for portrait in person.portraits:
            found = seen(judge, _picture(portrait.rgba))
            for head, right in asked.items():
                hits[head].append(found[head][0] in right)
                if found[head][0] not in right:
                    on_miss(f"{text} {head}: {found[head][0]}")
        if not person.portraits:
            on_miss(f"{text} not drawn: {person.notes}")
            for head in asked:
                hits[head].append(False)
    return {head: float(np.mean(values)) for head, values in hits.items()}


DIRECTIONS = {
    "чёрные волосы": ("hair_color", ("black", "dark")), "светлые волосы": ("hair_color", ("blond",)), "рыжие волосы": ("hair_color", ("red",)),
    "седые волосы": ("hair_color", ("grey",)), "длинные волосы": ("hair_style", ("long", "wavy")), "кудрявые волосы": ("hair_style", ("afro", "wavy", "ringlets")),
    "лысый": ("hair_style", ("bald", "buzz")), "каре": ("hair_style", ("bob",)), "красная футболка": ("clothes_color", ("красный", "бордовый")),
    "голубая кофта": ("clothes_color", ("голубой",)), "зелёная рубашка": ("clothes_color", ("зелёный", "тёмно-зелёный", "салатовый")),
    "чёрный костюм": ("clothes_color", ("чёрный",)), "белая блузка": ("clothes_color", ("белый",)), "полосатая рубашка": ("pattern", ("striped",)),
    "пальто": ("clothes", ("coat",)), "платье": ("clothes", ("dress", "sundress")), "пиджак": ("clothes", ("suit", "jacket")), "очки": ("glasses", ("clear", "dark")),
    "тёмные очки": ("glasses", ("dark",)), "шляпа": ("hat", ("fedora", "bucket")), "шапка": ("hat", ("beanie",)), "борода": ("facial_hair", ("beard",)),
    "усы": ("facial_hair", ("moustache",)), "улыбка": ("expression", ("smile",)), "грустный": ("expression", ("sad",)), "злой": ("expression", ("angry",)),
    "удивлённый": ("expression", ("surprised",)), "пожилой": ("age", ("old",)), "молодой": ("age", ("young",)),
}  # fmt: skip


@torch.no_grad()
def directions(pack: Pack, judge: Judge, people: int = 12) -> dict[str, dict[str, float]]:
    """For each phrase: strength chosen, share of people who then have it, other factors that changed, change of the face.

    Global directions alone, at default strengths, on random people who lack it. ``others``: mean number of the judge's
    other heads (of 10) whose answer changed; ``face``: mean absolute difference of the face crop, in [0, 1].
    """
    random = torch.Generator().manual_seed(404)
    z = torch.randn(96, pack.generator.config.z_dim, generator=random)
    styles = pack.generator.styles(pack.generator.w_plus(z))
    first = torch.cat(
        [pack.render([s[k : k + 16] for s in styles], SIDE).float().clamp(-1, 1) for k in range(0, 96, 16)]
    )
    before = seen(judge, first)
    out = {}
    for text, (head, right) in DIRECTIONS.items():
        lack = [
            k
            for k in range(96)
            if before[head][k] not in right
            and not (head == "facial_hair" and before["gender"][k] == "female")
        ][:people]
        hit, others, face, strengths = [], [], [], []
        for k in lack:
            one = [s[k : k + 1] for s in styles]
            wish = Target(text, text, head)
            moved, steps = apply_directions(pack, one, [wish], pack.neutral, SIDE)
            image = pack.render(moved, SIDE).float().clamp(-1, 1)
            after = seen(judge, image)
            hit.append(after[head][0] in right)
            others.append(sum(after[h][0] != before[h][k] for h in HEADS if h != head))
            face.append(float((image[0] - first[k])[:, 40:68, 48:80].abs().mean()) / 2)
            strengths.append(steps[0].alpha if steps else 0.0)
        out[text] = {
            "alpha": float(np.mean(strengths)),
            "success": float(np.mean(hit)),
            "others": float(np.mean(others)),
            "face": float(np.mean(face)),
        }
    return out


@torch.no_grad()
def edits(judge: Judge, people: int = 8) -> dict[str, dict[str, float]]:
    """For each phrase: what ``change`` makes of drawn people who lack it; ``success``, ``others`` and ``face`` as in ``directions``.

    ``claimed``: share of the pictures that the pack calls drawn though the judge does not see it.
    """
    drawn = [draw(f"{who} в сером свитере.", pack="embedded", background="kept", seed=k).characters[0].portraits[0]
             for k in range(people // 2) for who in ("Женщина", "Мужчина")]  # fmt: skip
    pictures = torch.cat([_picture(portrait.rgba) for portrait in drawn])
    before = seen(judge, pictures)
    out = {}
    for text, (head, right) in DIRECTIONS.items():
        hit, others, face, claimed = [], [], [], []
        for k, portrait in enumerate(drawn):
            if before[head][k] in right or (head == "facial_hair" and before["gender"][k] == "female"):
                continue
            changed = change(portrait.record, text=text)
            image = _picture(changed.rgba)
            after = seen(judge, image)
            hit.append(after[head][0] in right)
            claimed.append(not hit[-1] and not changed.not_drawn)
            others.append(sum(after[h][0] != before[h][k] for h in HEADS if h != head))
            face.append(float((image[0] - pictures[k])[:, 320:544, 384:640].abs().mean()) / 2)
        out[text] = {"success": float(np.mean(hit)), "claimed": float(np.mean(claimed)),
                     "others": float(np.mean(others)), "face": float(np.mean(face))}  # fmt: skip
    return out


def _picture(rgba: np.ndarray) -> torch.Tensor:
    """HWC uint8 -> [1,3,h,w] in [-1,1]."""
    return torch.from_numpy(rgba[..., :3].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


@torch.no_grad()
def recall(pack: Pack, people: People, ways: int = 32) -> float:
    """Share of held-out renders whose own caption scores best among captions that differ from it in one factor."""
    rng = np.random.default_rng(12)
    kinds: dict[str, list[int]] = defaultdict(list)
    for i, fact in enumerate(FACTS):
        if fact.key.startswith("in ") or (
            fact.kind in ("gender", "hair_color", "hair_style", "facial_hair", "expression", "age")
            and " hair" not in fact.key.replace(" hair", "", 1)
        ):
            kinds["clothes_color" if fact.key.startswith("in ") else fact.kind].append(i)
    hits = []
    for k in range(0, len(people) - 19, 20):
        _, pictures, _, persons, colours = people.pictures(range(k, k + 20), rng)
        images = pack.encoder.encode_image(pictures)
        for image, person, colour in zip(images, persons, colours, strict=True):
            true = np.nan_to_num(truths(person, colour))
            own = {
                kind: max(rows, key=lambda i: true[i])
                for kind, rows in kinds.items()
                if true[rows].max() > 0.8
            }
            captions = [", ".join(FACTS[i].russian[0] for i in own.values())]
            spare = [(kind, i) for kind, rows in kinds.items() if kind in own for i in rows if true[i] < 0.15]
            for j in rng.permutation(len(spare))[: ways - 1]:
                kind, i = spare[j]
                captions.append(", ".join(FACTS[x].russian[0] for x in (own | {kind: i}).values()))
            hits.append(int(pack.score(image[None], pack.text(captions))[0].argmax()) == 0)
    return float(np.mean(hits))


@torch.no_grad()
def synonyms(pack: Pack, people: People) -> dict[str, float]:
    """For each unseen synonym that the encoder takes for known: chance that a person it is true of scores above one it is false of (area under the ROC curve)."""
    rng = np.random.default_rng(13)
    position = {f.key: i for i, f in enumerate(FACTS)}
    scores, table = [], []
    text = pack.text(list(UNSEEN))
    for k in range(0, len(people) - 19, 20):
        _, pictures, _, persons, colours = people.pictures(range(k, k + 20), rng)
        scores.append(pack.score(pack.encoder.encode_image(pictures), text).float().cpu().numpy())
        table += [truths(p, c) for p, c in zip(persons, colours, strict=True)]
    score, truth = np.concatenate(scores), np.stack(table)
    out = {}
    for j, (word, key) in enumerate(UNSEEN.items()):
        t = truth[:, position[key]]
        yes, no = score[t > 0.7, j], score[t < 0.2, j]
        if len(yes) and len(no) and not pack.encoder.unknown(word):
            out[word] = float((yes[:, None] > no).mean())
    return out


@torch.no_grad()
def calibration(pack: Pack, people: People) -> float:
    """Mean gap between the probability said and the share that is true, over ten bins and all plain facts."""
    rng = np.random.default_rng(14)
    plain = [i for i, f in enumerate(FACTS) if " " not in f.key and f.kind not in ("build", "person")]
    text = pack.text([FACTS[i].russian[0] for i in plain])
    said, true = [], []
    for k in range(0, len(people) - 19, 20):
        _, pictures, _, persons, colours = people.pictures(range(k, k + 20), rng)
        said.append(pack.score(pack.encoder.encode_image(pictures), text).float().cpu().numpy())
        true += [truths(p, c)[plain] for p, c in zip(persons, colours, strict=True)]
    p, t = np.concatenate(said).ravel(), np.stack(true).ravel()
    p, t = p[~np.isnan(t)], t[~np.isnan(t)]
    bins = np.minimum((p * 10).astype(int), 9)
    return float(
        sum(
            (bins == b).mean() * abs(p[bins == b].mean() - t[bins == b].mean())
            for b in range(10)
            if (bins == b).any()
        )
    )


def knows(pack: Pack) -> dict[str, float]:
    """Share of unseen synonyms that the encoder takes for known, and of outside words that it says it does not know."""
    return {"unseen_synonyms_known": float(np.mean([not pack.encoder.unknown(w) for w in UNSEEN])),
            "outside_words_refused": float(np.mean([bool(pack.encoder.unknown(w)) for w in OUTSIDE]))}  # fmt: skip


def table(rows: dict[str, dict[str, float]]) -> str:
    """Markdown of ``directions`` or ``edits``."""
    words = {"alpha": "alpha", "success": "drawn", "claimed": "called drawn, but not", "others": "other factors changed, of 10",
             "face": "face changed"}  # fmt: skip
    forms = {"alpha": ".1f", "others": ".1f", "face": ".3f"}
    columns = [name for name in words if name in next(iter(rows.values()))]
    means = {name: float(np.mean([row[name] for row in rows.values()])) for name in columns}
    lines = [
        "| phrase | " + " | ".join(words[name] for name in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for text, row in (rows | {"mean": means}).items():
        lines.append(
            f"| {text} | " + " | ".join(format(row[name], forms.get(name, ".2f")) for name in columns) + " |"
        )
    return "\n".join(lines)
