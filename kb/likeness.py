"""How alike two boards are, from sketches of a few bytes: the same board photographed again.

MinHash (Broder 1997) over the letter triples of a board's words, one byte each (Li and König,
"b-bit minwise hashing", 2010): readings of one board differ in letters, not in most triples. A
sketch stands in the payload of every unit, so that comparing costs a search nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from operator import eq

import numpy as np

from kb.text import key_of

HASHES = 48
ALIKE = 0.5  # share of common triples from which two boards are versions of one
SHORTEST = 24  # letters; boards that say less are not compared
_CHANCE = 1 / 256  # of two different bytes being equal

_RANDOM = np.random.default_rng(20)
_FACTORS = _RANDOM.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
_SHIFTS = _RANDOM.integers(0, 2**63, HASHES, dtype=np.uint64)


def sketch_of(texts: Iterable[str]) -> str:
    """Return the sketch of a board with these texts, in any order; "" where they are too short."""
    keys = sorted({key_of(text) for text in texts} - {""})
    if sum(map(len, keys)) < SHORTEST:
        return ""
    triples = {key[i : i + 3] for key in keys for i in range(max(1, len(key) - 2))}
    numbers = np.array([_number(triple) for triple in triples], np.uint64)
    mixed = numbers[:, None] * _FACTORS + _SHIFTS  # modulo 2**64
    lowest = mixed.min(axis=0)
    return bytes((lowest >> np.uint64(40) & np.uint64(0xFF)).astype(np.uint8)).hex()


def likeness(one: str, two: str) -> float:
    """Estimate the share of common triples of two sketched boards: 0 … 1, give or take .07."""
    if not one or not two:
        return 0.0
    equal: float = sum(map(eq, _bytes(one), _bytes(two))) / HASHES
    return max(0.0, (equal - _CHANCE) / (1 - _CHANCE))


@lru_cache(maxsize=10_000)
def _bytes(sketch: str) -> bytes:
    return bytes.fromhex(sketch)


def _number(triple: str) -> int:
    digest = hashlib.blake2b(triple.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
