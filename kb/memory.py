"""Memory that native libraries took and freed, handed back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Ask the C library to return freed memory: glibc keeps what a large picture or batch took."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
