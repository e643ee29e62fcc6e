"""``python -m lab STEP``: every step of making the embedded pack."""

import argparse
from pathlib import Path

WORK = Path(__file__).parent / "work"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("fetch", help="download the public assets")
    render = steps.add_parser("render", help="draw people as palette layers")
    render.add_argument("--size", type=int, default=256)
    render.add_argument("--start", type=int, default=0)
    render.add_argument("--stop", type=int, default=40, help="shards of 100 people")
    render.add_argument("--step", type=int, default=1)
    a = parser.parse_args()
    if a.step == "fetch":
        from lab.people.assets import fetch

        fetch()
    elif a.step == "render":
        from lab.people.dataset import render_all

        render_all(WORK / f"renders{a.size}", a.size, a.start, a.stop, a.step)
