"""Seconds a picture of the pack "faces", and the same network under OpenVINO in the same run.

    t2i-person packs pull faces --yes
    pip download --no-deps random-face==2021.7.21.1 -d wheels      # OpenVINO reads the published files
    python bench/faces.py [--wheel wheels/random_face-2021.7.21.1-py3-none-any.whl] [--rounds 9]

Without ``--wheel``, or where OpenVINO is not installed (``pip install openvino``), ours alone is timed. The
two take turns, so that what else the machine does hits both; best and median are printed. The bottom rows say
how many multiplications a picture takes, and what the processor gives in products of matrices and in copying.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from t2i_person.nets.mobilestylegan import MobileStyleGAN
from t2i_person.packs.device import fast_dtype
from t2i_person.packs.files import read_weights
from t2i_person.packs.wheels import WHEELS, pullable, read_wheel

BATCHES = (1, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    a = parser.parse_args()
    net, styles = network()
    fast, threads = fast_dtype(torch.device("cpu")), torch.get_num_threads()
    print(f"{threads} threads, torch {torch.__version__}, {fast}, load {os.getloadavg()[0]:.1f}")
    work: dict[str, Callable[[], object]] = {}
    for dtype in dict.fromkeys((torch.float32, fast)):
        for n in BATCHES:
            own = [style[:n] for style in styles]
            for side in (128, 256, 1024):
                name = f"ours, {side} pixels, {n} at once, {str(dtype)[6:]}"
                work[name] = draw(net, own, side, dtype)
        work[f"ours, 1024 pixels with features, 1 at once, {str(dtype)[6:]}"] = draw(
            net, [style[:1] for style in styles], 1024, dtype, features=True
        )
    other = openvino(a.wheel, net) if a.wheel else None
    if other:
        work["OpenVINO, 1024 pixels, 1 at once"] = other
    times = timed(work, a.rounds)
    base = "OpenVINO, 1024 pixels, 1 at once"
    for name, seconds in times.items():
        n = 4 if "4 at once" in name else 1
        best, middle = min(seconds) / n, statistics.median(seconds) / n
        row = f"{name:<52} {best * 1e3:7.0f} ms best, {middle * 1e3:7.0f} ms median a picture"
        if base in times and "1024" in name:
            row += f", {best / min(times[base]):.2f} of OpenVINO's best"
            row += f", {middle / statistics.median(times[base]):.2f} of its median"
        print(row)
    for side in (128, 256, 1024):
        count = products(net, [style[:1] for style in styles], side)
        print(f"{count / 1e9:.2f} G multiplications, {side} pixels")
    print(f"{limit():.0f} GFLOP/s in a product of matrices, {copying():.1f} GB/s in copying")


def network() -> tuple[MobileStyleGAN, list[Tensor]]:
    """The pulled network, and styles of four people."""
    pack = pullable("faces")
    assert pack is not None
    state = read_weights(pack.folder, pack.card, "generator")[0]
    state |= read_weights(pack.folder, pack.card, "heads")[0]
    net = MobileStyleGAN.from_state_dict(state).eval().requires_grad_(False)
    z = np.random.default_rng(0).standard_normal((max(BATCHES), net.z_dim)).astype(np.float32)
    return net, net.styles(net.w(torch.from_numpy(z), 0.75))


def draw(
    net: MobileStyleGAN, styles: list[Tensor], side: int, dtype: torch.dtype, features: bool = False
) -> Callable[[], object]:
    @torch.inference_mode()
    def work() -> object:
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            if features:
                return net.render_with_features(styles)
            return net.render(styles, resolution=side)

    return work


def openvino(path: Path, net: MobileStyleGAN) -> Callable[[], object] | None:
    """One picture by OpenVINO, from w as its file takes it."""
    try:
        import openvino as ov
    except ImportError:
        print("OpenVINO is not installed: ours alone")
        return None
    members = read_wheel(path, WHEELS["random-face 2021.7.21.1"])
    files = ("random_face/data/SynthesisNetwork.xml", "random_face/data/SynthesisNetwork.bin")
    xml, raw = (members[file] for file in files)
    core = ov.Core()
    weights = ov.Tensor(np.frombuffer(raw, np.uint8))
    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": str(torch.get_num_threads())}
    model = core.compile_model(core.read_model(xml, weights), "CPU", hints)
    w = net.w_mean[None].numpy()
    print(f"OpenVINO {ov.__version__}, computes in {model.get_property('INFERENCE_PRECISION_HINT')}")
    return lambda: model([w])


def timed(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each, in turns; the first turn warms up and is not counted."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, run in work.items():
            begun = time.perf_counter()
            run()
            if turn:
                times[name].append(time.perf_counter() - begun)
    return times


def products(net: MobileStyleGAN, styles: list[Tensor], side: int) -> int:
    """Multiplications (with their additions) of one picture."""
    from torch.utils.flop_counter import FlopCounterMode

    # gradients on: the way that has no products in place, which the counter does not see
    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        net.render(styles, resolution=side)
    return counter.get_total_flops() // 2


def limit() -> float:
    """GFLOP/s of a product as large as the network's, float32."""
    a, b = torch.randn(16384, 256), torch.randn(256, 256)
    with torch.inference_mode():
        best = min(_seconds(lambda: a @ b) for _ in range(20))
    return 2 * a.shape[0] * 256 * 256 / best / 1e9


def copying() -> float:
    """GB/s read and written in copying 64 MB."""
    a, b = torch.randn(1 << 24), torch.randn(1 << 24)
    return 2 * 4 * (1 << 24) / min(_seconds(lambda: b.copy_(a)) for _ in range(10)) / 1e9


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
