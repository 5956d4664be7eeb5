"""Makes the words of strangers harmless where they stand inside our own sentences.

Whoever writes on a board chooses those words; they must not move the cursor, forge a citation,
load a picture or end a code block.
"""

from __future__ import annotations

import re
import unicodedata

from kb.reading import one_line

_KEPT = frozenset("\n\t")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_BRACKETS = str.maketrans("[]", "［］")
_MARKER = re.compile(r"【([^【】]*\d[^【】]*)】")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~!&$])")
_LINE_START = re.compile(r"^(\s*)(?:([#+\-=:>])|(\d{1,9})([.)]))", re.MULTILINE)


def clean(text: str) -> str:
    """Drop control, surrogate and text-direction characters; line ends and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c
        for c in text
        if c in _KEPT or (c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    )


def quoted(text: str, limit: int = 300) -> str:
    """Return `text` on one line for use inside an answer, cut at `limit` characters.

    What looks like our citation marker ``[1]``, a Markdown link or picture, or an HTML tag gets
    full-width signs, so that it reads the same and means nothing: all square brackets do.
    """
    line = one_line(clean(text))
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return _TAG.sub("＜", _MARKER.sub(r"［\1］", line.translate(_BRACKETS)))


def markdown(text: str) -> str:
    """Escape `text` for a Markdown document; line ends stay."""
    escaped = _MARKDOWN.sub(r"\\\1", clean(text))
    return _LINE_START.sub(
        lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", escaped
    )
