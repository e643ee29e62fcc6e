"""Large tensors reuse memory once asked to."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROBE = """
import resource, sys, torch
from t2i_person.nets.memory import keep_freed_memory
told = keep_freed_memory() if sys.argv[1] == "keep" else False
x = torch.ones(10_000_000)
for _ in range(20):  # the heap finds its size
    x * 2
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    x * 2
print(told, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's allocator")
def test_pages_are_kept() -> None:
    run = subprocess.run([sys.executable, "-c", PROBE, "keep"], capture_output=True, text=True, check=True)
    told, faults = run.stdout.split()
    assert told == "True"
    assert int(faults) < 1000  # of 5 x 9766 pages
