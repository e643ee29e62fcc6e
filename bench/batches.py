"""Does it pay to draw several people in one batch? Images a second of the generator, in batches of 1, 2, 4.

    python bench/batches.py                  # the embedded pack, 256 pixels and whole
    python bench/batches.py --pack faces --threads 2

Only the generator's forward pass, which requests would share if a server gathered their drawing steps.
Batches take turns, and the fastest of the rounds counts. On a CPU a second is one of processor time, of all
threads together: what a core draws, whatever else the machine does meanwhile.
"""

import argparse
import os
import time

import torch

from t2i_person.nets.memory import keep_freed_memory
from t2i_person.packs import load_pack

BATCHES = (1, 2, 4)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description="Images a second by the size of a batch.")
    parser.add_argument("--pack", default="embedded")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=8)
    asked = parser.parse_args()
    keep_freed_memory()  # as every server does
    torch.set_num_threads(asked.threads)
    pack = load_pack(asked.pack, asked.device)
    z = torch.randn(max(BATCHES), pack.generator.z_dim, generator=torch.Generator().manual_seed(0))
    styles = pack.generator.styles(pack.generator.w_plus(z.to(pack.device), 0.7))
    clock = time.perf_counter if pack.device.type == "cuda" else time.process_time
    for side in (pack.side(256), None):
        best = dict.fromkeys(BATCHES, float("inf"))
        for number in range(asked.rounds + 1):
            for size in BATCHES:
                start = clock()
                image = pack.render([style[:size] for style in styles], side)
                if image.is_cuda:
                    torch.cuda.synchronize()
                if number:  # the first warms up
                    best[size] = min(best[size], clock() - start)
        rates = {size: size / seconds for size, seconds in best.items()}
        told = ", ".join(f"{size}: {rate:.2f} ({rate / rates[1]:.2f})" for size, rate in rates.items())
        print(f"{image.shape[-1]} pixels, images a second (times that of 1) by batch: {told}")


if __name__ == "__main__":
    main()
