"""How alike two pictures look: difference hashes of their brightness, 16 × 16."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

SIDE = 16


class Looks:
    """The pictures of one store, each decoded once."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._blobs = base.blobs
        self._hash = lru_cache(maxsize=256)(self._hashed)

    def alike(self, one: str, two: str) -> float:
        """Return the likeness of two stored pictures, 0 … 1; 0 where one is missing or plain."""
        if one == two:
            return 1.0
        a, b = self._hash(one), self._hash(two)
        return 0.0 if a is None or b is None else float(np.mean(a == b))

    def _hashed(self, name: str) -> NDArray[np.bool_] | None:
        from PIL import Image

        if not self._blobs.has(name):
            return None
        try:
            with Image.open(io.BytesIO(self._blobs.get(name))) as opened:
                opened.draft("L", (8 * SIDE, 8 * SIDE))  # a JPEG is decoded no larger
                small = opened.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
        except (OSError, ValueError):  # a damaged blob is for `kb check` to find
            return None
        grey = np.asarray(small, np.int16)
        return None if np.ptp(grey) < SIDE else np.asarray(grey[:, 1:] > grey[:, :-1])
