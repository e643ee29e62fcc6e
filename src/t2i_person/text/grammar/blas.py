"""One BLAS thread while tagging.

slovnet multiplies small matrices by the thousand. OpenBLAS splits each among all cores and its threads
spin while they wait, which on a busy machine costs ten times the work itself.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np

NAMES = (
    ("scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"),
    ("openblas_get_num_threads64_", "openblas_set_num_threads64_"),
    ("openblas_get_num_threads", "openblas_set_num_threads"),
)


@lru_cache(1)
def _openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Getter and setter of numpy's own OpenBLAS, None where numpy has another BLAS."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            try:
                library = ctypes.CDLL(str(path))
            except OSError:
                continue
            for getter, setter in NAMES:
                if hasattr(library, getter) and hasattr(library, setter):
                    return getattr(library, getter), getattr(library, setter)
    return None


@contextmanager
def one_thread() -> Iterator[None]:
    """Run the block with a single BLAS thread and put the old number back."""
    found = _openblas()
    if found is None:
        yield
        return
    get, put = found
    before = get()
    put(1)
    try:
        yield
    finally:
        put(before)
