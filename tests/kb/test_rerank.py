from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kb.index.points import Hit
from kb.rerank import (
    PAUSE_S,
    LocalCrossEncoder,
    RerankEndpoint,
    Reranker,
    RerankFailed,
    open_reranker,
)
from kb.settings import load_settings

TEXTS = ["Check stock", "Ship parcel", "退款审核"]


def hits() -> list[Hit]:
    return [
        Hit(str(n), 1.0 - n / 10, {"unit": "node", "title": "Flow", "text": text})
        for n, text in enumerate(TEXTS)
    ]


class Likes:
    def __init__(self, *scores: float) -> None:
        self._scores = scores
        self.read: list[str] = []

    def scores(self, _question: str, texts: Sequence[str]) -> list[float]:
        self.read = list(texts)
        return list(self._scores[: len(texts)])


def test_the_judges_order_counts_and_the_rest_stays_behind() -> None:
    judge = Likes(0.1, 0.9)
    shown = Reranker(judge, depth=2).rerank("parcel", hits())
    assert [hit.payload["text"] for hit in shown] == ["Ship parcel", "Check stock", "退款审核"]
    assert judge.read == ["Flow\nCheck stock", "Flow\nShip parcel"]
    assert [hit.score for hit in shown] == sorted((hit.score for hit in shown), reverse=True)
    assert Reranker(judge).rerank("parcel", []) == []


def test_a_judge_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def scores(self, _question: str, _texts: Sequence[str]) -> list[float]:
            raise RerankFailed("down")

    assert Reranker(Broken()).rerank("parcel", hits()) == hits()
    assert "down" in caplog.text


def test_a_judge_that_failed_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Recovering(Likes):
        asked = 0

        def scores(self, question: str, texts: Sequence[str]) -> list[float]:
            self.asked += 1
            if self.asked == 1:
                raise RerankFailed("down")
            return super().scores(question, texts)

    now = 1_000.0
    monkeypatch.setattr("kb.rerank.time.monotonic", lambda: now)
    judge = Recovering(0.1, 0.9, 0.5)
    reranker = Reranker(judge)
    for _ in range(3):
        assert reranker.rerank("parcel", hits()) == hits()
    assert judge.asked == 1
    assert caplog.text.count("the reranker failed") == 1
    now += PAUSE_S
    assert reranker.rerank("parcel", hits())[0].payload["text"] == "Ship parcel"


def test_off_unless_configured() -> None:
    assert open_reranker(load_settings()) is None
    assert open_reranker(load_settings(rerank_model="some/folder")) is not None
    assert open_reranker(load_settings(rerank_url="http://127.0.0.1:1")) is not None


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    """A rerank endpoint that answers what the test puts down, and keeps what it was asked."""
    told: dict[str, Any] = {"status": 200, "answer": b"[]", "headers": {}}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told["asked"] = json.loads(body)
            told["path"], told["key"] = self.path, self.headers.get("Authorization")
            self.send_response(told["status"])
            for name, value in told["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told["answer"])

        def log_message(self, *_: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", told
        http.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "scores"),
    [
        (
            {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0}]},
            [0.0, 0.9, 0.0],
        ),
        ([{"index": i, "score": s, "document": "x"} for i, s in enumerate([0.2, 0.4, 1.0])], None),
        ([{"index": 0, "score": -3.0}, {"index": 1, "score": 5.0}, {"index": 2, "score": 0}], None),
    ],
)
def test_the_endpoint_is_asked_and_read(
    server: tuple[str, dict[str, Any]], answer: Any, scores: list[float] | None
) -> None:
    url, told = server
    told["answer"] = json.dumps(answer).encode()
    found = RerankEndpoint(f"{url}/v1", "judge", "secret").scores("parcel", TEXTS)
    assert (told["path"], told["key"]) == ("/v1/rerank", "Bearer secret")
    assert told["asked"]["query"] == "parcel"
    assert told["asked"]["documents"] == TEXTS
    assert told["asked"]["model"] == "judge"
    assert all(0 <= score <= 1 for score in found)
    assert scores is None or found == scores
    if scores is None:
        raw = [row["score"] for row in answer]
        assert sorted(found) == [found[raw.index(value)] for value in sorted(raw)]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b"{}"),
        (200, b"not json"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'[{"index": 9, "score": 1}]'),
        (200, b'[{"index": 0, "score": "NaN"}]'),
        (200, b'[{"score": 1}]'),
        (200, b'{"results": 5}'),
    ],
)
def test_a_bad_answer_is_a_failure(
    server: tuple[str, dict[str, Any]], status: int, answer: bytes
) -> None:
    url, told = server
    told.update(status=status, answer=answer)
    with pytest.raises(RerankFailed):
        RerankEndpoint(url, "").scores("parcel", TEXTS)


def test_an_answer_cut_short_is_a_failure(server: tuple[str, dict[str, Any]]) -> None:
    url, told = server
    told.update(answer=b'[{"index"', headers={"Content-Length": "500"})
    with pytest.raises(RerankFailed):
        RerankEndpoint(url, "").scores("parcel", TEXTS)


def test_nobody_there_is_a_failure() -> None:
    with pytest.raises(RerankFailed):
        RerankEndpoint("http://127.0.0.1:1", "").scores("parcel", TEXTS)
    with pytest.raises(RerankFailed):
        LocalCrossEncoder("/no/such/folder").scores("parcel", TEXTS)


def test_a_cross_encoder_from_a_folder(tmp_path: Path) -> None:
    folder = tiny_cross_encoder(tmp_path)
    judge = LocalCrossEncoder(str(folder))
    found = judge.scores("parcel", TEXTS)
    assert len(found) == len(TEXTS)
    assert all(0 <= score <= 1 for score in found)
    assert found == pytest.approx(judge.scores("parcel", TEXTS))


def tiny_cross_encoder(folder: Path) -> Path:
    """Write a CrossEncoder of a few thousand random weights."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz退款审核"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder
