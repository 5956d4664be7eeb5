from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embed.means import LANGUAGES, language_means


class Counting:
    """An embedder of two numbers a text."""

    fingerprint = "counting"

    def query(self, text: str) -> NDArray[np.float32]:
        return np.asarray([len(text), 1.0], np.float32)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.query(text) for text in texts])


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    means = language_means(Counting(), blocked)
    assert set(LANGUAGES) <= set(means.questions)
