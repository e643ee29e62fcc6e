"""Every step of making the pack, one after another: ``python -m lab all``. A killed run goes on where it was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

# name, arguments, minutes (0: as long as it takes); the minutes are those of two CPU cores
RECIPE: tuple[tuple[str, str, float], ...] = (
    ("fetch", "fetch", 0), ("render 256", "render --size 256 --stop 72", 0), ("render 1024", "render --size 1024 --stop 7", 0),
    ("generator 64", "generator --size 64", 40), ("generator 128", "generator --size 128 --batch 8", 60), ("adversary", "adversary", 60),
    ("mapping", "mapping", 35), ("encoder", "encoder", 50), ("drawn", "drawn --random 3000 --sought 60", 0),
    ("encoder on drawn people", "encoder --on-generator 0.5 --lr 1.5e-3", 22), ("drawn again", "drawn --sought 220 --seed 2", 0),
    ("encoder on them", "encoder --on-generator 0.6 --lr 1.2e-3", 18), ("drawn once more", "drawn --sought 110 --seed 4", 0),
    ("encoder at the end", "encoder --on-generator 0.6 --lr 8e-4", 11), ("judge", "judge", 60), ("matting 128", "matting --size 128", 4),
    ("matting 256", "matting --size 256", 5), ("matting 512", "matting --size 512 --batch 3", 20), ("pack", "pack", 0), ("report", "report", 0), ("sheet", "sheet", 0),
)  # fmt: skip


def run(work: Path, scale: float, recipe: Sequence[tuple[str, str, float]] = RECIPE) -> None:
    """Do what is left to do; ``scale`` shortens or lengthens every training."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "recipe.json"
    spent: dict[str, dict[str, float]] = json.loads(file.read_text()) if file.exists() else {}

    def note(name: str, seconds: float, done: bool) -> None:
        spent[name] = {"seconds": seconds, "done": float(done)}
        file.write_text(json.dumps(spent, indent=1))

    for name, arguments, minutes in recipe:
        before = spent.get(name, {"seconds": 0.0, "done": 0.0})
        if before["done"]:
            continue
        command = [sys.executable, "-u", "-m", "lab", *arguments.split()]
        if minutes:
            left = minutes * scale - before["seconds"] / 60
            command += ["--minutes", f"{max(left, 0.05):.2f}"]
        print(f"== {name}: {' '.join(command[2:])}", flush=True)
        start = time.time()
        process = subprocess.Popen(command)
        try:
            while process.poll() is None:
                time.sleep(2)
                note(name, before["seconds"] + time.time() - start, False)
        finally:
            process.terminate()
        if process.returncode:
            raise SystemExit(f"{name} failed with {process.returncode}; run it again to go on from here")
        note(name, before["seconds"] + time.time() - start, True)
    for name, row in spent.items():
        print(f"{name:26} {row['seconds'] / 60:6.1f} min")
