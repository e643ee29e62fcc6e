"""Keeping freed memory: large tensors reuse it instead of asking the system for new pages."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # M_* of glibc's malloc.h


def keep_freed_memory() -> bool:
    """Tell glibc's allocator to keep large freed blocks; True if it was told, once for the process.

    By default a large tensor is mapped anew each time, and the system clears its pages one by one at the
    first write: several times the cost of the arithmetic on it. Call this before the first network runs; the
    process then keeps its peak memory until it ends. Without glibc nothing is done. See mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another libc
        return False
    return all([mallopt(_MMAP_MAX, 0), mallopt(_TRIM_THRESHOLD, -1), mallopt(_TOP_PAD, 64 << 20)])
