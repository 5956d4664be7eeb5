"""Markdown in the texts of boards: the words that a reader of it would see.

What opens a line stays as it is (``## ``, ``- ``, ``- [x] ``): it tells a name from what is said of
it, and whether a thing is done.
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S[^\n]*?)(?:[ \t]+#+)?")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
# Every repetition stops at the sign that ends it: broken Markdown takes linear time.
_CODE = re.compile(r"`{1,2}([^`]{1,1000})`{1,2}")
_HELD = "\0"  # in place of code; no text holds it (`native_values.words`)
_LETTER = "A-Za-z0-9"  # a star between two is a product; a Chinese word may have one beside it


def _paired(sign: str, beside: str) -> re.Pattern[str]:
    mark, inner = re.escape(sign), re.escape(sign[0])
    return re.compile(
        rf"(?<![{beside}{inner}\\]){mark}(?=[^\s{inner}])([^{inner}]{{1,1000}})"
        rf"(?<=[^\s\\]){mark}(?![{beside}{inner}])"
    )


_EMPHASIS = [_paired(sign, _LETTER) for sign in ("***", "**", "*", "~~", "==")] + [
    _paired(sign, r"\w") for sign in ("__", "_")
]
_INLINE = (
    re.compile(r"!?\[\[(?:[^\[\]|]{1,500}\|)?([^\[\]|]{1,500})\]\]"),
    re.compile(r"!?\[([^\[\]]{0,500})\]\([^()]{0,2000}\)"),
    re.compile(r"<(https?://[^<>\s]{1,2000})>"),
    *_EMPHASIS,
    *_EMPHASIS,  # one within another
    re.compile(r"\\([!-/:-@\[-`{-~])"),
)

_MARKS = re.compile(
    r"^\s*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|>\s+)|[*`~]{1,3}|(?<!\w)_+|_+(?!\w)"
)
_LINK = re.compile(r"!?\[\[?([^\[\]]{1,500})\]\]?(?:\([^()]{0,2000}\))?")


def plain_words(text: str) -> str:
    """Return `text` without the marks within its lines: emphasis, code, links, escapes."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        else:
            lines.append(line if fenced else _plain(line))
    return "\n".join(lines)


def _plain(line: str) -> str:
    code = iter(_CODE.findall(line))
    line = _CODE.sub(_HELD, line)
    for form in _INLINE:
        line = form.sub(r"\1", line)
    return re.sub(_HELD, lambda _: next(code), line)


def heading_level(text: str) -> int:
    """Return the level of the heading that `text` begins with, 1 to 6; 0 where it begins so not."""
    heading = _HEADING.match(text)
    return len(heading[1]) if heading else 0


def lone_heading(text: str) -> str:
    """Return the words of a heading that is all of `text`; "" where there is more, or none."""
    heading = _HEADING.fullmatch(text.strip())
    return heading[2] if heading else ""


def plain_line(text: str, limit: int = 120) -> str:
    """Return the first line of Markdown `text` that has words, without its marks."""
    for line in text.split("\n"):
        bare = " ".join(_MARKS.sub("", _LINK.sub(r"\1", line[:2000])).split())
        if bare:
            return bare if len(bare) <= limit else bare[: limit - 1].rstrip() + "…"
    return ""
