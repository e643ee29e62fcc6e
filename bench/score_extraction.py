"""Score what was read against annotated texts; `bench/extraction.py` reads them and calls `evaluate`.

    python bench/score_extraction.py GOLD.jsonl READ.jsonl [--json] [--errors N]

A line of each file is one text: `id`, `text`, and its `characters` with their features, as in
tests/data/extraction. People are paired by place, features by their words in dictionary forms.
"""

import argparse
import json
import re
import sys
from collections import OrderedDict
from functools import lru_cache

import pymorphy3

MORPH = pymorphy3.MorphAnalyzer()

THRESHOLD = 0.6
TOKEN = re.compile(r"[0-9a-zа-я]+(?:-[0-9a-zа-я]+)*")
STOP_POS = {"PREP", "CONJ", "PRCL", "NPRO", "INTJ"}
# support verbs, pronouns and intensifiers: carry no visual content
STOP = set(
    """быть являться оказаться оказываться стать становиться казаться иметь иметься весь
одетый одеть одевать одеться одеваться надеть надевать носить нацепить натянуть накинуть
мой твой свой наш ваш его ее их этот тот такой который чей сам самый один нет не ни без
очень совсем совершенно почти слишком довольно уже ещё еще вид""".replace("ё", "е").split()
)


NUM = set("два три четыре двое трое четверо оба пара".split())
AGE = set("год лето летний".split())


def norm(s):
    return (s or "").lower().replace("ё", "е")


@lru_cache(None)
def lemmas(word):
    """(frozenset of possible lemmas, is_stop) for one lower-cased token."""
    ps = MORPH.parse(word)
    out = {norm(p.normal_form) for p in ps} | {word}
    for p in ps:  # participle <-> same participle's own nominative form
        if p.tag.POS in ("PRTF", "PRTS"):
            i = p.inflect({"PRTF", "masc", "sing", "nomn"}) if p.tag.POS == "PRTF" else None
            if i:
                out.add(norm(i.word))
    top = ps[0]
    stop = (
        (top.tag.POS in STOP_POS and not word[0].isdigit())
        or norm(top.normal_form) in STOP
        or word in STOP
        or "Apro" in top.tag
    )
    return frozenset(out), stop


def content(text):
    toks = TOKEN.findall(norm(text))
    keep = [t for t in toks if not lemmas(t)[1]]
    if not any(
        AGE & lemmas(t)[0] for t in keep
    ):  # "две косички" ~ "косички", but "два года" keeps the number
        keep = [t for t in keep if not NUM & lemmas(t)[0]]
    # a set: repeated words count once
    return tuple(OrderedDict.fromkeys(keep or toks))


def jaccard(a, b):
    if not a or not b:
        return 0.0
    used, hit = set(), 0
    for x in a:
        for j, y in enumerate(b):
            if j not in used and lemmas(x)[0] & lemmas(y)[0]:
                used.add(j)
                hit += 1
                break
    return hit / (len(a) + len(b) - hit)


def feat_sim(pred, gold):
    best = 0.0
    for p in (pred.get("normalized"), pred.get("text")):
        for g in [gold.get("normalized"), gold.get("text")]:
            if p and g:
                best = max(best, jaccard(content(p), content(g)))
    return best


def match_features(pred, gold):
    """one-to-one, best similarity first, ties by order."""
    pairs = sorted(((-feat_sim(p, g), i, j) for i, p in enumerate(pred) for j, g in enumerate(gold)))
    pi, gj, out = set(), set(), []
    for s, i, j in pairs:
        if -s < THRESHOLD:
            break
        if i not in pi and j not in gj:
            pi.add(i)
            gj.add(j)
            out.append((i, j))
    return out


def head_tokens(strings):
    out = []
    for s in strings:
        for t in TOKEN.findall(norm(s)):
            out.append(lemmas(t)[0])
    return out


def head_match(pred, gold):
    ps, gs = pred.get("start"), gold.get("start")
    if ps is not None and gs is not None and pred.get("end") is not None:
        if ps < gold["end"] and gs < pred["end"]:
            return True
    a = head_tokens([pred.get("lemma"), pred.get("head")])
    b = head_tokens([gold.get("lemma"), gold.get("head"), *list(gold.get("aliases", []))])
    return any(x & y for x in a for y in b)


def assign(pred, gold):
    """best one-to-one character alignment (max: #chars, then #features, gender)."""
    w = {}
    for i, p in enumerate(pred):
        for j, g in enumerate(gold):
            if head_match(p, g):
                off = p.get("start") is not None and p.get("start") == g.get("start")
                w[i, j] = (
                    10000
                    + 100 * len(match_features(p.get("features") or [], g["features"]))
                    + 10 * (p.get("gender") == g["gender"])
                    + 5 * off
                    + (norm(p.get("head")) == norm(g["head"]))
                )

    @lru_cache(None)
    def go(j, used):
        if j == len(gold):
            return 0, ()
        best = go(j + 1, used)
        for i in range(len(pred)):
            if (i, j) in w and not used >> i & 1:
                s, path = go(j + 1, used | 1 << i)
                if s + w[i, j] > best[0]:
                    best = s + w[i, j], ((i, j), *path)
        return best

    return list(go(0, 0)[1])


KEYS = [
    "items",
    "exact",
    "char_tp",
    "char_fp",
    "char_fn",
    "gender_n",
    "gender_ok",
    "count_n",
    "count_ok",
    "feat_tp",
    "feat_fp",
    "feat_fn",
    "feat_strict_tp",
    "neg_n",
    "neg_ok",
    "goldneg",
    "goldneg_ok",
    "prededneg",
    "prededneg_ok",
]


def score_item(gold, pred_chars):
    c = dict.fromkeys(KEYS, 0)
    c["items"] = 1
    g, p = gold["characters"], pred_chars
    al = assign(p, g)
    c["char_tp"], c["char_fp"], c["char_fn"] = len(al), len(p) - len(al), len(g) - len(al)
    ok = c["char_fp"] == c["char_fn"] == 0
    pm, gm = {i for i, _ in al}, {j for _, j in al}
    det = {"missed": [], "spurious": []}
    for i, j in al:
        if g[j]["gender"] != "unknown":
            c["gender_n"] += 1
            good = p[i].get("gender") == g[j]["gender"]
            c["gender_ok"] += good
            ok &= good
        if g[j].get("count") is not None:
            c["count_n"] += 1
            good = (p[i].get("count") or 1) == g[j]["count"]
            c["count_ok"] += good
            ok &= good
        pf, gf = p[i].get("features") or [], g[j]["features"]
        fm = match_features(pf, gf)
        c["feat_tp"] += len(fm)
        c["feat_fp"] += len(pf) - len(fm)
        c["feat_fn"] += len(gf) - len(fm)
        ok &= len(pf) == len(gf) == len(fm)
        for a, b in fm:
            same = bool(pf[a].get("negated")) == bool(gf[b].get("negated"))
            c["feat_strict_tp"] += same
            c["neg_n"] += 1
            c["neg_ok"] += same
            c["goldneg_ok"] += same and bool(gf[b].get("negated"))
            ok &= same
        fa, fb = {a for a, _ in fm}, {b for _, b in fm}
        det["missed"] += [g[j]["head"] + ": " + f["text"] for b, f in enumerate(gf) if b not in fb]
        det["spurious"] += [
            "{}: {}".format(p[i].get("head") or p[i].get("lemma"), f.get("text") or f.get("normalized"))
            for a, f in enumerate(pf)
            if a not in fa
        ]
        c["prededneg"] += sum(bool(f.get("negated")) for f in pf)
        c["prededneg_ok"] += sum(bool(pf[a].get("negated")) and bool(gf[b].get("negated")) for a, b in fm)
    for i, ch in enumerate(p):
        if i not in pm:
            c["feat_fp"] += len(ch.get("features") or [])
            c["prededneg"] += sum(bool(f.get("negated")) for f in ch.get("features") or [])
            det["spurious"].append("CHAR " + str(ch.get("head") or ch.get("lemma")))
    for j, ch in enumerate(g):
        if j not in gm:
            c["feat_fn"] += len(ch["features"])
            det["missed"].append("CHAR " + ch["head"])
            det["missed"] += [ch["head"] + ": " + f["text"] for f in ch["features"]]
    c["goldneg"] = sum(f["negated"] for ch in g for f in ch["features"])
    c["exact"] = int(ok)
    return c, det


def div(a, b):
    return round(a / b, 4) if b else None


def prf(tp, fp, fn):
    p, r = (tp / (tp + fp) if tp + fp else None), (tp / (tp + fn) if tp + fn else None)
    f = 2 * tp / (2 * tp + fp + fn) if 2 * tp + fp + fn else None
    return {k: (None if v is None else round(v, 4)) for k, v in (("p", p), ("r", r), ("f1", f))}


def metrics(c):
    st = c["feat_strict_tp"]
    extra = c["feat_tp"] - st
    return {
        "items": c["items"],
        "exact": div(c["exact"], c["items"]),
        "character": prf(c["char_tp"], c["char_fp"], c["char_fn"]),
        "gender_accuracy": div(c["gender_ok"], c["gender_n"]),
        "count_accuracy": div(c["count_ok"], c["count_n"]),
        "feature": prf(c["feat_tp"], c["feat_fp"], c["feat_fn"]),
        "feature_strict_negation": prf(st, c["feat_fp"] + extra, c["feat_fn"] + extra),
        "negation_accuracy": div(c["neg_ok"], c["neg_n"]),
        "negated_recall": div(c["goldneg_ok"], c["goldneg"]),
        "negated_precision": div(c["prededneg_ok"], c["prededneg"]),
        "raw": c,
    }


def load(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def evaluate(gold, preds):
    by_id = {}
    for p in preds:
        if p["id"] in by_id:
            raise SystemExit("duplicate prediction id " + p["id"])
        by_id[p["id"]] = p
    total, tags, items = dict.fromkeys(KEYS, 0), {}, []
    for it in gold:
        pred = by_id.get(it["id"], {"characters": []})
        c, det = score_item(it, pred.get("characters") or [])
        items.append((it, c, det))
        for d in [total] + [tags.setdefault(t, dict.fromkeys(KEYS, 0)) for t in it["tags"]]:
            for k in KEYS:
                d[k] += c[k]
    unknown = sorted(set(by_id) - {g["id"] for g in gold})
    return {
        "overall": metrics(total),
        "tags": {t: metrics(tags[t]) for t in sorted(tags)},
        "missing_predictions": sum(g["id"] not in by_id for g in gold),
        "unknown_ids": unknown,
    }, items


def fmt(x):
    return "  -  " if x is None else f"{x:5.3f}"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("gold")
    ap.add_argument("pred")
    ap.add_argument("--json", action="store_true")
    ap.add_argument("--errors", type=int, default=0, help="print the first N items that are not exact")
    a = ap.parse_args()
    res, items = evaluate(load(a.gold), load(a.pred))
    if a.json:
        json.dump(res, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
        print()
        return
    rows = [("ALL", res["overall"]), *list(res["tags"].items())]
    print(f"{'tag':<15} items  exact |   chP   chR  chF1 | gender |   ftP   ftR  ftF1 | negAcc negRec")
    for t, m in rows:
        people, looks = m["character"], m["feature"]
        print(
            f"{t:<15} {m['items']:>5} {fmt(m['exact']):>6} | "
            f"{fmt(people['p'])} {fmt(people['r'])} {fmt(people['f1'])} | "
            f"{fmt(m['gender_accuracy']):>6} | {fmt(looks['p'])} {fmt(looks['r'])} {fmt(looks['f1'])} | "
            f"{fmt(m['negation_accuracy']):>6} {fmt(m['negated_recall']):>6}"
        )
    n = 0
    for it, c, det in items:
        if not c["exact"] and n < a.errors:
            n += 1
            print(
                "\n{} {}\n  missed: {}\n  spurious: {}".format(
                    it["id"], it["text"], det["missed"], det["spurious"]
                )
            )


if __name__ == "__main__":
    main()
