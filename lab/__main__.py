"""``python -m lab STEP``: every step of making the embedded pack."""

import argparse
from importlib import import_module
from pathlib import Path

WORK = Path(__file__).parent / "work"
FACES = {  # step -> module of lab.faces whose main(argv) does it
    "all": "recipe",
    "heads": "heads",
    "cast": "cast",
    "claims": "claims",
    "donors": "donors",
    "edits": "edits",
    "encoder": "encoder",
    "inversion": "inversion",
    "light": "light",
    "naming": "naming",
    "photos": "photos",
    "regions": "regions",
    "report": "report",
    "sliders": "sliders",
    "stylespace": "stylespace",
    "vocabulary": "vocabulary",
    "words": "words",
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("fetch", help="download the public assets")
    render = steps.add_parser("render", help="draw people as palette layers")
    render.add_argument("--size", type=int, default=256)
    render.add_argument("--start", type=int, default=0)
    render.add_argument("--stop", type=int, default=28, help="shards of 100 people")
    render.add_argument(
        "--every", type=int, default=1, help="with --start: share the shards between processes"
    )
    generator = steps.add_parser("generator", help="distil the renderer, whole pictures of one size")
    generator.add_argument("--size", type=int, default=64, choices=(64, 128, 256))
    generator.add_argument("--minutes", type=float, default=30)
    generator.add_argument("--batch", type=int, default=16)
    generator.add_argument("--lr", type=float, default=4e-3)
    generator.add_argument("--device", default="cpu")
    encoder = steps.add_parser("encoder", help="train the text-image encoder")
    encoder.add_argument("--minutes", type=float, default=15)
    encoder.add_argument("--lr", type=float, default=2e-3)
    encoder.add_argument(
        "--on-generator", type=float, default=0.0, help="share of batches with pictures of the step drawn"
    )
    drawn = steps.add_parser("drawn", help="draw people for the encoder to learn from")
    drawn.add_argument("--random", type=int, default=0, help="so many as they come")
    drawn.add_argument(
        "--sought", type=int, default=0, help="for so many descriptions, as a search finds them"
    )
    drawn.add_argument("--seed", type=int, default=1)
    adversary = steps.add_parser("adversary", help="sharpen the blocks from 256 up against a critic of crops")
    adversary.add_argument("--minutes", type=float, default=30)
    adversary.add_argument("--lr", type=float, default=1e-3)
    adversary.add_argument("--device", default="cpu")
    mapping = steps.add_parser("mapping", help="train z -> w")
    mapping.add_argument("--minutes", type=float, default=4)
    mapping.add_argument("--lr", type=float, default=1e-2)
    mapping.add_argument("--device", default="cpu")
    matting = steps.add_parser("matting", help="train MODNet")
    matting.add_argument("--size", type=int, default=256, choices=(128, 256, 512))
    matting.add_argument("--minutes", type=float, default=10)
    matting.add_argument("--batch", type=int, default=8)
    matting.add_argument("--lr", type=float, default=2e-3)
    judge = steps.add_parser("judge", help="train the classifier that judges drawings")
    judge.add_argument("--minutes", type=float, default=12)
    everything = steps.add_parser("all", help="the whole recipe; goes on where it was stopped")
    everything.add_argument("--scale", type=float, default=1.0, help="of all training times")
    steps.add_parser("sheet", help="draw the pictures of the README")
    steps.add_parser("page", help="pictures of the page in all its states, for the docs")
    steps.add_parser("report", help="measure the pack on held-out people")
    pack = steps.add_parser("pack", help="compute directions and write the embedded pack")
    pack.add_argument("--images", type=int, default=8)
    pack.add_argument("--resolution", type=int, default=128)
    pack.add_argument("--device", default="cpu")
    reader = steps.add_parser(
        "reader", help="the models that weigh what the reader's rules propose", add_help=False
    )
    reader.add_argument("arguments", nargs=argparse.REMAINDER)
    faces = steps.add_parser("faces", help="steps of the faces pack", add_help=False)
    faces.add_argument("what", choices=FACES)
    faces.add_argument("arguments", nargs=argparse.REMAINDER)
    a, rest = parser.parse_known_args()
    if rest and a.step != "reader":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if a.step not in ("fetch", "render", "all"):
        from t2i_person.nets.memory import keep_freed_memory

        keep_freed_memory()
    if a.step == "faces":
        import_module(f"lab.faces.{FACES[a.what]}").main(a.arguments)
    elif a.step == "reader":
        what, *others = [*rest, *a.arguments] or [""]
        if what == "books":
            import_module("lab.reader.books").main(others)
        else:
            import_module("lab.reader.train").main([*rest, *a.arguments])
    elif a.step == "fetch":
        from lab.people.assets import fetch

        fetch()
    elif a.step == "render":
        from lab.people.dataset import render_all

        render_all(WORK / f"renders{a.size}", a.size, a.start, a.stop, a.every)
    elif a.step == "generator":
        from lab.generator import train_whole

        train_whole(WORK, a.size, a.minutes, a.batch, a.lr, a.device)
    elif a.step == "encoder":
        from lab.encoder import train

        train(WORK, a.minutes, a.lr, a.on_generator)
    elif a.step == "drawn":
        from lab.drawn import draw_random, draw_sought
        from lab.encoder import load_encoder

        if a.random and not (WORK / f"drawn/random-{a.seed}.npz").exists():
            draw_random(WORK, a.random, a.seed)
        if a.sought and not (WORK / f"drawn/sought-{a.seed}.npz").exists():
            draw_sought(WORK, a.sought, a.seed, load_encoder(WORK).eval())
    elif a.step == "adversary":
        from lab.adversary import train as train_adversary

        train_adversary(WORK, a.minutes, a.lr, a.device)
    elif a.step == "mapping":
        from lab.generator import train_mapping

        train_mapping(WORK, a.minutes, a.lr, a.device)
    elif a.step == "matting":
        from lab.matting import train as train_matting

        train_matting(WORK, a.minutes, a.lr, a.size, a.batch)
    elif a.step == "judge":
        from lab.judge import train as train_judge

        train_judge(WORK, a.minutes)
    elif a.step == "all":
        from lab.recipe import run

        run(WORK, a.scale)
    elif a.step == "pack":
        from lab.pack import build

        build(WORK, a.images, a.resolution, a.device)
    elif a.step == "report":
        from lab.report import measure

        print(measure(WORK))
    elif a.step == "sheet":
        from lab.sheet import main

        main()
    elif a.step == "page":
        from lab.page import main as page

        page()
