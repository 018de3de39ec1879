"""Gives freed memory back to the system, which the allocator would keep for what may come."""

from __future__ import annotations

import ctypes


def release_freed_memory() -> None:
    """Return what is free in every arena; takes up to some 200 ms, with Python's lock released.

    Measured with a bundle of 34 MB: after a change the process holds 280 MB before this and 158 MB after it, and after
    six changes 310 and 174; without it, 405 after four.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; other allocators have none
    if trim is not None:
        trim(0)
