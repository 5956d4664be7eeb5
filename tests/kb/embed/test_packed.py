from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kb.embed.folder import write_folder
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
    words = model.quantised("emb.word", len(PIECES), HIDDEN)
    assert np.allclose(words, meant["emb.word"], rtol=1e-3, atol=1e-4)
    assert np.allclose(model.plain("emb.ln.b", HIDDEN), meant["emb.ln.b"], rtol=1e-3, atol=1e-4)


def test_refuses_another_file(tmp_path: Path) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(b"\0" * 100)
    with pytest.raises(ValueError, match="not a packed e5 model"):
        PackedModel(path)


def test_writes_an_ordinary_folder(
    packed: tuple[PackedModel, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    from safetensors.numpy import load_file

    model, meant = packed
    folder = tmp_path / "out"
    folder.mkdir()
    write_folder(model, folder)
    weights = load_file(folder / "model.safetensors")
    assert np.allclose(
        weights["encoder.layer.0.intermediate.dense.weight"], meant["l0.fi.w"], atol=1e-2
    )
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config["hidden_size"] == HIDDEN
    assert config["vocab_size"] == len(PIECES)
