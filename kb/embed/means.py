"""What a model makes of a language as such: its mean vectors over sentences of one meaning.

Made with a model's first use, in a second or two, and kept in the cache under its fingerprint.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kb.embed.phrases import PASSAGES, QUESTIONS
from kb.index.centring import Means

LANGUAGES = ("en", "zh")


class _Embeds(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def query(self, text: str) -> NDArray[np.float32]: ...
    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def language_means(embedder: _Embeds, cache: Path) -> Means:
    """Return the means of a model, from `cache` where they are there and whole."""
    sentences = repr((QUESTIONS, PASSAGES)).encode()
    name = hashlib.sha256(embedder.fingerprint.encode() + sentences).hexdigest()[:16]
    place = cache / "means" / f"{name}.npz"
    try:
        with np.load(place, allow_pickle=False) as kept:
            return _named(kept["questions"], kept["passages"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        pass  # not there, torn, or of another layout
    questions = np.stack(
        [np.mean([embedder.query(q) for q in QUESTIONS[one]], axis=0) for one in LANGUAGES]
    )
    passages = np.stack([embedder.passages(PASSAGES[one]).mean(axis=0) for one in LANGUAGES])
    with suppress(OSError):  # a cache that can't be written costs a second at the next start
        _keep(place, questions, passages)
    return _named(questions, passages)


def _named(questions: NDArray[np.float32], passages: NDArray[np.float32]) -> Means:
    """By language; "" is any other, for which the middle has to do."""
    return Means(
        {**dict(zip(LANGUAGES, questions, strict=True)), "": questions.mean(axis=0)},
        {**dict(zip(LANGUAGES, passages, strict=True)), "": passages.mean(axis=0)},
    )


def _keep(place: Path, questions: NDArray[np.float32], passages: NDArray[np.float32]) -> None:
    """Write beside the place and rename, so that nobody reads a torn file."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=place.parent, suffix=".npz")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, questions=questions, passages=passages)
    Path(fresh).replace(place)
