"""Rerankers: models that read question and evidence together, one seam for both kinds.

Off unless the settings name one: a sentence-transformers CrossEncoder (by name or folder), or an
endpoint that speaks ``/v1/rerank`` as SGLang, vLLM, Jina and Cohere do.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import URLError

import numpy as np

if TYPE_CHECKING:
    from kb.index import Hit
    from kb.settings import Settings

DEPTH = 30  # hits that are read once more
WEIGHT = 2.0  # of the reranker's 0 … 1, so that its order counts; the first score breaks ties
MAX_CHARACTERS = 2_000  # of one document
TIMEOUT_S = 10.0
PAUSE_S = 60.0  # in which a judge that failed is not asked again
MAX_ANSWER = 1_000_000  # bytes of an endpoint's answer

_log = logging.getLogger(__name__)


class Judge(Protocol):
    """Says how well texts answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text, higher is better, 0 … 1. Raises `RerankFailed`."""


class RerankFailed(Exception):
    """The model or endpoint gave no usable scores."""


class Reranker:
    """Brings the best hits into a judge's order; the others stay behind them as they were.

    Safe to share among threads. A judge that failed is left alone for PAUSE_S, so that one that is
    down costs its timeout now and then, not with every question.
    """

    def __init__(self, judge: Judge, depth: int = DEPTH) -> None:
        self._judge = judge
        self._depth = depth
        self._paused_until = 0.0  # by the monotonic clock

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return all of `hits` in their new order; unchanged, with a warning, where it fails."""
        head, tail = list(hits[: self._depth]), list(hits[self._depth :])
        if not head or time.monotonic() < self._paused_until:
            return list(hits)
        texts = [_read(hit) for hit in head]
        try:
            scores = self._judge.scores(question, texts)
        except RerankFailed as error:
            self._paused_until = time.monotonic() + PAUSE_S
            _log.warning(
                "the reranker failed, hits stay as they are for %.0f s: %s", PAUSE_S, error
            )
            return list(hits)
        judged = [hit.raised(WEIGHT * score) for hit, score in zip(head, scores, strict=True)]
        return sorted(judged, key=lambda hit: (-hit.score, hit.id)) + tail


def open_reranker(settings: Settings) -> Reranker | None:
    """Return the reranker that the settings name, or None. Loads and connects to nothing yet."""
    if settings.rerank_url:
        key = settings.rerank_api_key.get_secret_value()
        return Reranker(RerankEndpoint(settings.rerank_url, settings.rerank_model, key))
    if settings.rerank_model:
        return Reranker(LocalCrossEncoder(settings.rerank_model))
    return None


class LocalCrossEncoder:
    """A sentence-transformers CrossEncoder on the processor; loads with the first question."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._lock = threading.Lock()
        self._model: Any = None

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Judge`."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            found = self._model.predict(
                [(question, text) for text in texts], show_progress_bar=False
            )
        return _within(np.asarray(found, np.float64).reshape(len(texts), -1)[:, -1].tolist())

    def _load(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self._name, device="cpu")
        except (OSError, ValueError) as error:
            raise RerankFailed(f"{self._name} can't be loaded: {error}") from error


class RerankEndpoint:
    """A server's ``/v1/rerank``.

    Args:
        url: of the server, with or without ``/v1/rerank`` at its end.
        model: the name to ask for; "" where the server has one only.
        key: sent as a bearer token; "" for none.
    """

    def __init__(self, url: str, model: str, key: str = "") -> None:
        base = url.rstrip("/").removesuffix("/rerank").removesuffix("/v1")
        self._url = f"{base}/v1/rerank"
        self._model = model
        self._key = key

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Judge`."""
        body: dict[str, Any] = {"query": question, "documents": list(texts), "top_n": len(texts)}
        if self._model:
            body["model"] = self._model
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting
            self._url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        if self._key:
            request.add_header("Authorization", f"Bearer {self._key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                told = json.loads(response.read(MAX_ANSWER))
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise RerankFailed(f"{self._url}: {error}") from error
        return _within(_told_scores(told, len(texts)))


def _told_scores(told: Any, count: int) -> list[float]:
    """Read ``{"results": [{"index", "relevance_score"}]}``, or SGLang's ``[{"index", "score"}]``.

    A text that the answer leaves out gets the lowest score that it gives.
    """
    rows: Any = told.get("results", told.get("data")) if isinstance(told, dict) else told
    try:
        by_index = {
            int(row["index"]): float(
                row["relevance_score" if "relevance_score" in row else "score"]
            )
            for row in rows or ()
        }
    except (TypeError, KeyError, ValueError) as error:
        raise RerankFailed("the answer is no list of scores") from error
    if not by_index or not set(by_index) <= set(range(count)):
        raise RerankFailed("the answer scores other texts than were sent")
    lowest = min(by_index.values())
    return [by_index.get(i, lowest) for i in range(count)]


def _within(scores: Sequence[float]) -> list[float]:
    """Bring scores into 0 … 1, in their order: those beyond are logits."""
    values = np.asarray(scores, np.float64)
    if not np.isfinite(values).all():
        raise RerankFailed("scores that are no numbers")
    if values.min() < 0 or values.max() > 1:
        values = 1 / (1 + np.exp(-np.clip(values, -50, 50)))
    return [float(value) for value in values]


def _read(hit: Hit) -> str:
    """What the judge reads of a hit: where it stands, and its words."""
    payload = hit.payload
    parts = [payload["title"], payload["text"]] if payload["unit"] != "board" else [payload["text"]]
    return "\n".join(filter(None, parts))[:MAX_CHARACTERS]
