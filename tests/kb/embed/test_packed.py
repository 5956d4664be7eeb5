from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.embed.packed import PackedModel
from tests.kb.embed.packing import HIDDEN, PIECES, write_packed


@pytest.fixture
def packed(tmp_path: Path) -> tuple[PackedModel, dict[str, np.ndarray]]:
    meant = write_packed(tmp_path / "tiny.bin")
    return PackedModel(tmp_path / "tiny.bin"), meant


def test_reads_what_was_packed(packed: tuple[PackedModel, dict[str, np.ndarray]]) -> None:
    model, meant = packed
    assert model.shape.hidden == HIDDEN
    assert model.pieces.pieces == PIECES
    assert np.array_equal(model.plain("emb.ln.b", HIDDEN), meant["emb.ln.b"])
    scales, bits = model.blocks("emb.word", HIDDEN)
    words = (bits.astype(np.float32) - 8) * scales[:, :, None]
    assert np.allclose(words.reshape(-1, HIDDEN), meant["emb.word"])


def test_reads_only_the_rows_asked_for(packed: tuple[PackedModel, dict[str, np.ndarray]]) -> None:
    model, meant = packed
    assert np.allclose(model.rows("emb.word", HIDDEN, [5, 0, 5]), meant["emb.word"][[5, 0, 5]])


@pytest.mark.parametrize("content", [b"\0" * 100, b"E5S1", b""])
def test_refuses_another_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a packed e5 model"):
        PackedModel(path)
