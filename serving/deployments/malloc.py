"""Returns freed memory to the operating system, which glibc's malloc would keep for later use."""

from __future__ import annotations

import ctypes


def release_freed_memory() -> None:
    """Return the free memory of every arena (malloc_trim); takes up to about 200 ms, with the GIL released.

    Measured with a bundle of 34 MB: after one change the process holds 280 MB before the call and 158 MB after it, and
    after six changes 310 and 174 MB; without it, 405 MB after four.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other allocators have none
    if trim is not None:
        trim(0)
