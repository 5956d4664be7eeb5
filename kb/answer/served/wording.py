"""Search terms of a text, and which of them another text holds as written or misread."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

from kb.answer.matching import same_word
from kb.text import content_terms, segments


def terms(text: str) -> set[str]:
    """Return the content terms of `text`."""
    return set(content_terms(text))


def covered(wanted: Iterable[str], pool: Collection[str]) -> set[str]:
    """Return those of `wanted` that stand in `pool`, as they are or nearly."""
    return {t for t in wanted if t in pool or any(same_word(t, other) for other in pool)}


FRAME = terms(
    "board whiteboard diagram drawing show say list state mention note follow lead come next step "
    "include consist name call mark label connect point arrow go flow answer yes first second "
    "third finally lastly also additionally however according overall "
    "owner responsible deadline date total "
    "白板 图 显示 提到 列出 写 写道 包括 包含 步骤 分别 其次 首先 最后 接着 随后 之后 指向 对 否 "
    "负责人 日期 截止 共有 需要"
)
"""Words of speaking about boards, and of what they are asked for, which need no evidence."""


def apart(text: str) -> str:
    """Return `text` with the Chinese ones of these words apart, so that no term reaches across."""
    text = unicodedata.normalize("NFKC", text)
    words, at = "", 0
    for word in segments(text):
        begin = text.index(word, at)
        space = " " if not word.isascii() and word in FRAME else ""
        words += f"{text[at:begin]}{space}{word}{space}"
        at = begin + len(word)
    return words + text[at:]
