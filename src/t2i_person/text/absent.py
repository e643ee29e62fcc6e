"""Those the text talks about without showing them: authors, comparisons, the wanted, the painted."""

from .analysis import Token
from .found import DASH, HARD, QUOTES, Found
from .lexicon import fold, people, things, verbs, word_set
from .phrases import build, look_of, number_value

WANTED = frozenset("разыскиваться разыскивать требоваться".split())
SOFT = frozenset("искать разыскать вспоминать вспомнить помнить представить забыть воображать".split())

POSTERS = frozenset("афиша плакат обложка вывеска этикетка открытка марка билборд гобелен фреска".split())

# How one asks for a picture; the first need no word for it.
DRAWING = frozenset("нарисовать рисовать сгенерировать изобразить создать".split())
ASKING = frozenset("сделать нужный нужно хотеть показать дать сделать придумать".split())

DRESSED_AS = frozenset(
    "наряженный переодетый загримированный нарядиться переодеться вырядиться одетый".split()
)


def mark_absent(tokens: list[Token], found: list[Found]) -> None:
    """Mark those the text talks about without showing them: authors, comparisons, the wanted."""
    about = word_set("absent.txt", "about")
    like = word_set("absent.txt", "like")
    nouns_of = word_set("absent.txt", "of")
    absent_verbs = verbs("absent")
    acts = word_set("absent.txt", "act")
    asked = _asked(tokens)
    for f in found:
        if f.kind in ("pron", "poss", "rel") or f.start in asked:
            continue
        k = f.start - 1
        before = tokens[k] if k >= 0 else None
        low = fold(before.low) if before else ""
        if _addressed(tokens, f):
            f.absent = True
        seen = f.kind == "noun" and low in ("о", "об") and f.phrase is not None
        if seen and f.end + 1 < len(tokens) and tokens[f.end].low == ",":
            told = any(look_of(tokens[m]) is not None for m in f.phrase.mods)  # type: ignore[union-attr]
            if told and tokens[f.end + 1].has("PRTF"):
                continue  # "подумала она о толстом господине, проехавшем навстречу"
        if low in about and not (low == "до" and False):
            f.absent = True
        if low == "по" and f.case == "dat":
            f.absent = True  # "тосковала по мужу"
        if low == "под" and f.case == "acc" and f.kind == "noun":
            f.absent = True
        if f.case == "ins" and before is not None and before.keys("PRTF", "PRTS", "VERB") & DRESSED_AS:
            f.absent = True  # "наряженная Снегурочкой"
        if f.case == "ins" and f.kind == "noun" and not (f.phrase and f.phrase.prep):
            near = tokens[max(0, f.start - 4) : f.start]
            if any(t.keys("PRTF", "PRTS", "ADJS") & DRESSED_AS for t in near):
                f.absent = not any(t.low in ("в", ",", "и") for t in near)  # "одет он был помещиком"
        if low in ("с", "со") and k > 0 and tokens[k - 1].keys("NOUN") & nouns_of:
            f.absent = True  # "картинка с королём"
        if low in like and low not in ("что",) and not (low == "как" and (k == 0 or _does(tokens, f))):
            f.absent = True
        if low in ("у", "на", "с", "в") and k > 0 and fold(tokens[k - 1].low) in like:
            f.absent = tokens[k - 1].low != "что"  # "кудрявые, как у негра"
        if low == "цвета":
            f.absent = True  # "лицо цвета больного"
        if _on_poster(tokens, f):
            f.absent = True
        if low == "на" and any(
            t.keys() & {"похожий", "похож", "походить"} for t in tokens[max(0, k - 2) : k]
        ):
            f.absent = True  # "похожа была на мать"
        if low == "от" and k > 0 and tokens[k - 1].keys() & nouns_of:
            f.absent = True
        if before is not None and f.case in ("gen", "dat") and before.has("NOUN"):
            owner_key = before.keys("NOUN")
            if owner_key & nouns_of and before.best.pos == "NOUN":
                f.absent = True
            elif (
                f.case == "gen"
                and before.best.pos == "NOUN"
                and not owner_key & things().keys()
                and not (owner_key & {k2 for k2, p in people().items() if p.kind == "collective"})
            ):
                met = f.kind == "name" and tokens[f.head].rel in ("obj", "nsubj", "iobj")
                kin = f.kind == "name" and any(
                    people()[key].kind == "kin" for key in owner_key & people().keys()
                )
                if met or owner_key & acts or (kin and before.i + 1 == f.start):
                    pass  # "при входе Зимина", "муж Веры"
                elif not number_value(before) and not (
                    owner_key & things().keys() and before.best.case == "nom"
                ):
                    f.absent = True
            elif f.case == "gen" and _prepositional(tokens, k) and owner_key & things().keys():
                f.absent = f.number == "sing" and f.kind == "noun" and _prepositional(tokens, k)
        if f.case in ("acc", "nom", "gen", "dat") or True:
            for k2 in range(max(0, f.start - 4), f.start):
                said = tokens[k2].keys("VERB", "INFN", "GRND", "PRED", "ADJS") & absent_verbs.keys()
                follows = tokens[f.end].low if f.end < len(tokens) else ""
                wanted = any("1per" in r.grams and r.number == "plur" for r in tokens[k2].readings)
                if said & (SOFT | WANTED) and _told_after(tokens, f):
                    continue  # "Разыскивается мужчина: рост 180"
                if said <= SOFT and not wanted and (follows in ("в", "с", "со", "без") or f.start < f.first):
                    continue  # looked for or remembered, but described
                if said:
                    if not any(t.low in HARD or t.low == "," for t in tokens[k2 : f.start]):
                        f.absent = True
            if f.case == "nom":
                for k2 in range(f.end, min(len(tokens), f.end + 2)):
                    if tokens[k2].keys("VERB", "ADJS") & {
                        "требоваться",
                        "понадобиться",
                        "нужный",
                        "разыскиваться",
                    } and not _told_after(tokens, f):
                        f.absent = True
        if (f.case == "gen" and before is not None and f.number == "plur") or low in ("ни", "никакого"):
            span = [t.low for t in tokens[max(0, f.start - 3) : f.start]]
            if "нет" in span or "ни" in span or ("не" in span and "было" in span):
                f.absent = True
        if (
            before is not None
            and before.low in QUOTES
            and f.end < len(tokens)
            and tokens[f.end].low in QUOTES
        ):
            f.absent = True
        if before is not None and low in QUOTES and k > 0 and tokens[k - 1].keys("NOUN") & nouns_of:
            f.absent = True


def _addressed(tokens: list[Token], f: Found) -> bool:
    """ "Ну, брат, дела!": a form of address that names nobody the text tells of."""
    if f.kind == "name" and not f.keys & word_set("absent.txt", "address"):
        return False
    if f.case != "nom" or not f.keys & word_set("absent.txt", "address"):
        return False
    before = tokens[f.start - 1].low if f.start else "—"
    after = tokens[f.end].low if f.end < len(tokens) else "."
    mine = f.phrase is not None and any(tokens[m].keys("ADJF") & {"мой"} for m in f.phrase.mods)
    if after == "мой" or after == "моя":
        after = tokens[f.end + 1].low if f.end + 1 < len(tokens) else "."
    spoken = tokens[0].low in DASH or any(t.low in QUOTES or t.low in ("!", "?") for t in tokens) or mine
    apart = (before == "," or before in DASH or before in QUOTES or before in HARD) and (
        after in (",", "!", "?", "…") or after in QUOTES
    )
    spoken |= before == after == "," and bool(f.keys & {"брат", "братец", "голубчик", "батенька", "сударь"})
    calm = after == "," and before in DASH and tokens[0].low not in DASH and f.start > 0
    you = any(t.best.key in ("ты", "вы") for t in tokens)
    told = you and any(look_of(t) is not None for t in tokens) and not any(t.low == "?" for t in tokens)
    return spoken and apart and not calm and not told


def _told_after(tokens: list[Token], f: Found) -> bool:
    """Looks follow in a list, as in a notice: "ищем девушку: стройная, длинные волосы"."""
    rest = tokens[f.end :]
    if not any(t.low in (":", ",") for t in rest[:6]):
        return False
    told = (t for t in rest if t.keys("NOUN") & things().keys() or look_of(t) is not None)
    return next(told, None) is not None


def _asked(tokens: list[Token]) -> set[int]:
    """Where those stand whom the text asks to draw: "портрет девушки", "нарисуй деда"."""
    pictures = word_set("absent.txt", "picture")
    asks, opens = False, True
    for i, t in enumerate(tokens):
        if t.keys("NOUN") & pictures and (opens or asks):
            for k in range(i + 1, len(tokens)):
                if tokens[k].low in HARD or tokens[k].low in (",", "-", "—"):
                    break
                if tokens[k].best.pos == "VERB":
                    return set()  # "портрет старика висел на стене"
            return set(range(i + 1, min(i + 6, len(tokens))))
        if t.keys("VERB", "INFN") & DRAWING and not any("past" in r.grams for r in t.readings):
            return set(range(i + 1, min(i + 8, len(tokens))))
        if t.keys("VERB", "INFN", "ADJS", "PRED") & ASKING:
            asks = True
        elif t.best.pos not in ("ADJF", "PRTF", "NPRO", "PREP", "ADVB", "PRCL") and t.low[0].isalpha():
            opens = False
    return set()


def _does(tokens: list[Token], f: Found) -> bool:
    """ "лет десять, как Степан поседел": the subject of a verb of its own, no comparison."""
    verb = tokens[f.head].head
    if f.case == "nom" and f.end < len(tokens) and tokens[f.end].has("VERB") and tokens[f.end].pos == "VERB":
        return True
    return tokens[f.head].rel.startswith("nsubj") and verb > f.last and tokens[verb].has("VERB")


def _on_poster(tokens: list[Token], f: Found) -> bool:
    """ "на афише красовался клоун": printed or painted, not there."""
    for k in range(f.start):
        if tokens[k].low in HARD or tokens[k].low == ",":
            return False
        if tokens[k].keys("NOUN") & POSTERS and k > 0 and f.case == "nom":
            return any(t.low in ("на", "с", "со") for t in tokens[max(0, k - 2) : k])
    return False


def _prepositional(tokens: list[Token], i: int) -> bool:
    phrase = build(tokens, i)
    return bool(phrase and phrase.prep in ("с", "со", "в", "во", "без"))
