"""Are edits through the skip output at 256 (fast mode) as good as those through the whole picture?

usage: python bench/fast.py [--pack NAME] [--people N] [--steps N] [--json FILE]

The same people, phrases and number of steps, both ways; each result is drawn whole and judged by the pack's
encoder: the cosine to the phrase, StyleCLIP's score. Learning rate and L2 are those of the default preset;
nothing stops early.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from edit import machine

from t2i_person import load_pack
from t2i_person.latent import PRESETS, clip_loss, optimize
from t2i_person.latent.judge import ByEncoder
from t2i_person.nets.memory import keep_freed_memory

RESULTS = Path(__file__).parent / "results" / "fast.json"
PHRASES = {  # of each kind one; English for packs whose encoder is CLIP
    "рыжие волосы": "red hair",
    "длинные волосы": "long hair",
    "борода": "a beard",
    "очки": "glasses",
    "красная футболка": "a red t-shirt",
    "улыбка": "a smile",
}
WAYS = {"fast": 256, "whole": None}


@torch.no_grad()
def main() -> None:
    preset = PRESETS["default"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", default="embedded")
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the last run is kept")
    args = parser.parse_args()
    keep_freed_memory()
    pack = load_pack(args.pack)
    random = torch.Generator().manual_seed(0)
    z = torch.randn(args.people, pack.generator.config.z_dim, generator=random).to(pack.device)
    start = pack.generator.w_plus(z, preset.truncation_psi).contiguous()
    judge = ByEncoder(pack, None)
    begun = judge.embed(pack.generator.styles(start))
    rows, seconds = {}, dict.fromkeys(WAYS, 0.0)
    for russian, english in PHRASES.items():
        phrase = russian if pack.encoder.language == "ru" else english
        target = pack.text([phrase])[0]
        row = {"start": begun @ target}
        for way, resolution in WAYS.items():
            began = time.perf_counter()
            found = optimize(
                pack,
                start,
                clip_loss(pack, phrase),
                steps=args.steps,
                learning_rate=preset.learning_rate,
                l2=preset.l2,
                resolution=resolution,
            )
            seconds[way] += time.perf_counter() - began
            row[way] = judge.embed(pack.generator.styles(found.latent)) @ target
        rows[phrase] = row
        means = "  ".join(f"{name} {score.mean():+.3f}" for name, score in row.items())
        print(f"{phrase:<20}{means}", flush=True)
    mean = {
        name: torch.stack([row[name] for row in rows.values()]).mean().item() for name in ("start", *WAYS)
    }
    loss = {phrase: (row["whole"] - row["fast"]).mean().item() for phrase, row in rows.items()}
    worst = max(loss, key=loss.__getitem__)
    report = {
        "mean": {name: round(score, 4) for name, score in mean.items()},
        "gain_ratio": round((mean["fast"] - mean["start"]) / (mean["whole"] - mean["start"]), 4),
        "worst_phrase": {"phrase": worst, "whole_minus_fast": round(loss[worst], 4)},
        "time_ratio": round(seconds["whole"] / seconds["fast"], 2),
        "scores": {
            phrase: {name: [round(s, 4) for s in score.tolist()] for name, score in row.items()}
            for phrase, row in rows.items()
        },
        "steps": args.steps,
        "pack": {"name": pack.name, "version": pack.version, "digest": pack.digest},
        **machine(),
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps({name: report[name] for name in ("mean", "gain_ratio", "worst_phrase", "time_ratio")},
                     ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    main()
