"""The bundled model against sentence-transformers, which runs the same weights in float32."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.embed import Embedder, bundled
from kb.embed.network import Network
from kb.embed.packed import PackedModel
from kb.embed.tokens import Tokenizer
from kb.errors import KBError
from tests.kb.embed.folder import write_folder
from tests.kb.embed.packing import write_packed

TEXTS = [
    "Check stock before the order is confirmed",
    "库存预警：低于安全库存时通知采购",
    "short",
    "Risk: the payment provider may be down on launch day. " * 8,
    "支付失败后重试三次，然后转人工处理" * 60,
    "word " * 700,
]
ODD = [
    "",
    " ",
    "  two   spaces ",
    "tab\tand\nline",
    "a\x00b \x7f \u200bzero \ufeff \ufffd",
    "\ufb01ne \uff26\uff55\uff4c\uff4c \u2460 e\u0301 \ufdfa",
    "\U0001f600 \U0001f600\U0001fae8\U0001fae8 x",
    "\u2c81\u2c83 \u03a9mega \u2581 Привет мир",
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    write_folder(PackedModel(bundled._source()), folder)
    return folder


def test_equals_sentence_transformers(reference: Path) -> None:
    ours, theirs = Embedder(""), Embedder(str(reference))
    assert (ours.passages(TEXTS) * theirs.passages(TEXTS)).sum(axis=1).min() >= 0.9998
    assert min(ours.query(text) @ theirs.query(text) for text in TEXTS) >= 0.9998
    assert ours.dim == theirs.dim
    assert ours.fingerprint != theirs.fingerprint


def test_cuts_texts_as_the_tokenizers_library_does(reference: Path) -> None:
    from tokenizers import Tokenizer as Library

    library: Any = Library.from_file(str(reference / "tokenizer.json"))
    ours = Tokenizer(PackedModel(bundled._source()).pieces)
    for text in [*TEXTS, *ODD, *_mixed(100)]:
        assert ours.encode(f"query: {text}", 100_000) == library.encode(f"query: {text}").ids, text


def _mixed(count: int) -> list[str]:
    """Signs of any script side by side."""
    rng = random.Random(1)
    places = [(32, 127), (0x4E00, 0x9FA5), (1, 0x3000), (0x1F300, 0x1FAFF)]
    return [
        "".join(chr(rng.randrange(*rng.choice(places))) for _ in range(60)) for _ in range(count)
    ]


def test_marks_in_a_text_are_text() -> None:
    tokenizer = Tokenizer(PackedModel(bundled._source()).pieces)
    assert not {0, 1, 2, 3} & set(tokenizer.encode("</s> <s> <pad>", 100)[1:-1])


def test_a_long_text_is_cut_and_still_ends() -> None:
    tokenizer = Tokenizer(PackedModel(bundled._source()).pieces)
    numbers = tokenizer.encode("词 " * 5_000, 512)
    assert len(numbers) == 512
    assert (numbers[0], numbers[-1]) == (0, 2)


def test_padding_changes_nothing(tmp_path: Path) -> None:
    write_packed(tmp_path / "tiny.bin")
    network = Network(PackedModel(tmp_path / "tiny.bin"), threads=1)
    together = network.run([[0, 4, 2], [0, 5, 6, 4, 5, 2]])
    assert np.allclose(together[0], network.run([[0, 4, 2]])[0], atol=1e-4)
    assert not np.allclose(together[0], together[1], atol=1e-2)


def test_another_model_in_the_wheel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "SOURCE_SHA256", "0" * 64)
    with pytest.raises(KBError, match="checksum differs"):
        bundled.BundledModel()


def test_a_missing_wheel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(KBError, match="not installed"):
        bundled.BundledModel()
