"""Writes a tiny model in the packed format, for tests of the reader."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

HIDDEN, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 1, 2, 64, 16, 2
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁stock", "库存", "<mask>"]


def _quantise(values: np.ndarray) -> tuple[bytes, np.ndarray]:
    blocks = values.reshape(values.shape[0], -1, 32)
    scale = (np.abs(blocks).max(axis=2, keepdims=True) / 7).astype("<f2")
    bits = np.clip(np.round(blocks / scale.astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    low, high = bits[:, :, :16], bits[:, :, 16:]
    packed = np.concatenate([scale.view(np.uint8), low | (high << 4)], axis=2)
    back = ((bits.astype(np.float32) - 8) * scale.astype(np.float32)).reshape(values.shape)
    return packed.astype(np.uint8).tobytes(), back


def write_packed(path: Path) -> dict[str, np.ndarray]:
    """Write a random model to `path`; return what its tensors stand for."""
    rng = np.random.default_rng(7)
    dense = {"emb.word": (len(PIECES), HIDDEN)}
    plain = {"emb.pos": (POSITIONS, HIDDEN), "emb.type": (1, HIDDEN)}
    plain |= {"emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}
    for name, shape in {
        "q": (HIDDEN, HIDDEN),
        "k": (HIDDEN, HIDDEN),
        "v": (HIDDEN, HIDDEN),
        "ao": (HIDDEN, HIDDEN),
        "fi": (INNER, HIDDEN),
        "fo": (HIDDEN, INNER),
    }.items():
        dense[f"l0.{name}.w"] = shape
        plain[f"l0.{name}.b"] = shape[:1]
    for name in ("aln", "oln"):
        plain[f"l0.{name}.w"] = plain[f"l0.{name}.b"] = (HIDDEN,)
    meant: dict[str, np.ndarray] = {}
    raw: dict[str, bytes] = {}
    for name, shape in dense.items():
        raw[name], meant[name] = _quantise(rng.normal(size=shape).astype(np.float32))
    for name, shape in plain.items():
        meant[name] = rng.normal(size=shape).astype("<f4")
        raw[name] = meant[name].tobytes()
    path.write_bytes(_file(raw))
    return meant


def _file(raw: dict[str, bytes]) -> bytes:
    sizes = (HIDDEN, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, TYPES)
    head = b"E5S1\0\0\0\0" + struct.pack("<7ifi", *sizes, 1e-12, 32)
    encoded = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0] + [len(piece) for piece in encoded])
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, starts[-1])
    head += starts.astype("<u4").tobytes() + np.linspace(0, -5, len(PIECES)).astype("<f4").tobytes()
    head += b"".join(encoded) + struct.pack("<iI3s", 1, 3, b"abc") + struct.pack("<i", len(raw))
    entry = sum(2 + len(name) + 21 for name in raw)
    offset, directory, body = len(head) + entry, b"", b""
    for name, data in raw.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, 0, offset + len(body), len(data))
        body += data
    return head + directory + body
