"""StyleCLIP here against the formulation of its published code: time and memory, ratios from one run.

usage: python bench/edit.py [--rounds N] [--clock wall|cpu] [--json FILE]

Weights are random config-f at 1024 pixels and ViT-B/32, the same on both sides. Each contender is a process
of its own, so that peak memory is its own; they take turns, and a ratio is that of the medians. Read the
ratios: seconds depend on what else the machine does. On a busy machine take ``OMP_NUM_THREADS=1`` and
``--clock cpu``: threads that wait for each other suffer from neighbours far more in short steps than in long
ones, and the processor's own seconds of one thread do not.
"""

import argparse
import ctypes
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from pathlib import Path

from t2i_person.latent import PRESETS

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "edit.json"
# Groups take turns one after the other, which bounds memory; name -> (kind, dtype, resolution, portraits)
GROUPS: list[dict[str, tuple[str, str, int | None, int]]] = [
    {
        "published step": ("published", "float32", None, 1),
        "exact step": ("step", "float32", None, 1),
        "default step": ("step", "auto", None, 1),
        "fast step": ("step", "auto", 256, 1),
    },
    {
        "one portrait": ("step", "auto", None, 1),
        "four portraits": ("step", "auto", None, 4),
        "one portrait, fast": ("step", "auto", 256, 1),
        "four portraits, fast": ("step", "auto", 256, 4),
        "one portrait, default preset": ("step", "auto", PRESETS["default"].resolution, 1),
        "four portraits, default preset": ("step", "auto", PRESETS["default"].resolution, 4),
    },
    {
        "published forward": ("published forward", "float32", None, 1),
        "forward": ("forward", "auto", None, 1),
        "global direction": ("direction", "auto", None, 1),
    },
    {
        "published step, weights frozen": ("frozen", "float32", None, 1),
        "exact step, beside the frozen": ("step", "float32", None, 1),
    },
]
BARS = {
    "step_exact_fp32": "at least 3",
    "step_default": "at least 7",
    "step_fast": "at least 25",
    "forward": "at least 4",
    "batch4_cost": "under 3.2",
    "memory_ratio": "at most 0.5",
}


def contender(  # noqa: PLR0915  (a process from its first import on: what it holds is what is measured)
    pipe, clock: str, kind: str, dtype: str, resolution: int | None, n: int
) -> None:
    """Answer each request with ``(seconds, peak MB since the models were loaded, figures of the result)``."""
    sys.path.insert(0, str(HERE))
    import torch
    from published import Published, clip_loss
    from transformers import CLIPConfig, CLIPModel

    from t2i_person.nets.clip import CLIP
    from t2i_person.nets.memory import keep_freed_memory
    from t2i_person.nets.stylegan2 import Generator
    from t2i_person.nets.stylegan2_config import GeneratorConfig
    from t2i_person.packs.device import fast_dtype

    torch.manual_seed(0)
    generator = Generator(GeneratorConfig())
    with torch.device("meta"):
        CLIPModel(CLIPConfig())  # its imports, before memory is counted
    model = CLIPModel(CLIPConfig()).eval()
    w_plus = generator.w_plus(torch.randn(n, 512)).detach().contiguous()
    tokens = torch.randint(1, 49405, (n, 77))
    tokens[:, 20] = 49407  # end of text
    place = torch.float32 if dtype == "float32" else fast_dtype(torch.device("cpu"))
    published = "published" in kind or kind == "frozen"
    if not published:
        keep_freed_memory()  # as the command line and the service do
    if not published or kind == "frozen":
        generator.requires_grad_(False)
        model.requires_grad_(False)
    if not published:  # ours changes the model's way of computing
        clip = CLIP(model)
        with torch.no_grad():
            target = torch.nn.functional.normalize(clip.text_features(tokens))
    theirs = Published(generator)
    latent = w_plus.clone().requires_grad_()
    styles = generator.styles(w_plus)

    def run() -> list[float]:
        if "forward" in kind or kind == "direction":
            with torch.no_grad():
                if published:
                    return theirs(w_plus).flatten()[:8].tolist()
                with torch.autocast("cpu", place, enabled=place != torch.float32):
                    moved = [style + 0.1 for style in styles] if kind == "direction" else styles
                    return generator.render(moved).flatten()[:8].tolist()
        latent.grad = None
        if published:
            loss = clip_loss(model, theirs(latent), tokens)
        else:
            with torch.autocast("cpu", place, enabled=place != torch.float32):
                image = generator.render(generator.styles(latent), resolution=resolution)
                loss = 1 - (clip.encode_image(image, normalize=False).float() * target).sum(1)
        loss.sum().backward()
        return [loss[0].item(), latent.grad.norm().item()]

    now = time.process_time if clock == "cpu" else time.perf_counter
    before = _resident()
    pipe.send("ready")
    while pipe.recv():
        if not published:
            for _ in range(3):  # brings back the memory that was given up while others had their turn: the
                run()  # heap finds its size in the third run, and an optimization has 20
        spent = []
        for _ in range(1 if published else 5):  # a published step takes as long as all of these
            started = now()
            figures = run()
            spent.append(now() - started)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).malloc_trim(0)
        pipe.send((statistics.median(spent), peak, peak - before, figures))


def _resident() -> float:
    """Memory in use now, MB; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(rounds: int, clock: str, group: dict[str, tuple[str, str, int | None, int]]) -> dict[str, dict]:
    """Turns of all contenders, one after the other; ours warm up before each of their turns."""
    context = multiprocessing.get_context("spawn")
    running = {}
    for name, setting in group.items():
        ours, theirs = context.Pipe()
        process = context.Process(target=contender, args=(theirs, clock, *setting), daemon=True)
        process.start()
        ours.recv()
        running[name] = ours, process
    found: dict[str, dict] = {name: {"seconds": []} for name in group}
    for turn in range(rounds):
        for name, (pipe, _) in running.items():
            pipe.send(True)
            seconds, peak, more, figures = pipe.recv()
            found[name]["seconds"].append(round(seconds, 3))
            found[name] |= {"peak_mb": round(peak), "peak_over_models_mb": round(more), "result": figures}
            print(f"{turn + 1} {name}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr, flush=True)
    for pipe, process in running.values():
        pipe.send(False)
        process.join()
    for row in found.values():
        row["median_s"] = statistics.median(row["seconds"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the last run is kept")
    args = parser.parse_args()
    found: dict[str, dict] = {}
    for group in GROUPS:
        found |= measure(args.rounds, args.clock, group)

    def ratio(above: str, below: str) -> float:
        return round(found[above]["median_s"] / found[below]["median_s"], 2)

    theirs, ours = (found[name]["result"] for name in ("published step", "exact step"))
    ratios = {
        "step_exact_fp32": ratio("published step", "exact step"),
        "step_default": ratio("published step", "default step"),
        "step_fast": ratio("published step", "fast step"),
        "forward": ratio("published forward", "forward"),
        "batch4_cost": ratio("four portraits", "one portrait"),
        "memory_ratio": round(found["exact step"]["peak_mb"] / found["published step"]["peak_mb"], 3),
    }
    more = {
        "batch4_cost_fast": ratio("four portraits, fast", "one portrait, fast"),
        "batch4_cost_default_preset": ratio("four portraits, default preset", "one portrait, default preset"),
        "step_exact_fp32_both_frozen": ratio(
            "published step, weights frozen", "exact step, beside the frozen"
        ),
        "global_direction_in_forwards": ratio("global direction", "forward"),
        "exact_loss_difference": abs(theirs[0] - ours[0]),
        "exact_gradient_difference": abs(theirs[1] / ours[1] - 1),
    }
    report = {
        **ratios,
        **more,
        **machine(args.clock),
        "contenders": found,
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(report, indent=1) + "\n")
    for name, row in found.items():
        print(f"{name:<34}{row['median_s']:>8.2f} s {row['peak_mb']:>7} MB")
    for name, value in {**ratios, **more}.items():
        print(f"{name:<34}{value:>8.4g}  {BARS.get(name, '')}")


def machine(clock: str = "wall") -> dict[str, dict]:
    """What a run was made on, and with."""
    import torch
    import transformers

    fast = torch.cpu.get_capabilities().get("avx512_bf16")
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "clock": clock,
            "load_at_end": os.getloadavg()[0],
            "default_dtype": "bfloat16" if fast else "float32",
        },
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


if __name__ == "__main__":
    main()
