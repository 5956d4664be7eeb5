"""Search terms of a text, and which of them another text holds as written or misread."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kb.answer.matching import same_word
from kb.text import content_terms


def terms(text: str) -> set[str]:
    """Return the content terms of `text`."""
    return set(content_terms(text))


def covered(wanted: Iterable[str], pool: Collection[str]) -> set[str]:
    """Return those of `wanted` that stand in `pool`, as they are or nearly."""
    return {t for t in wanted if t in pool or any(same_word(t, other) for other in pool)}
