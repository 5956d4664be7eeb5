"""Marks before items of a list: an empty box is read as 口, for there is no sign; a dot as &."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.extract.local.seen import Line

_LIST = 2  # lines with a box, or a dot: one alone is the sign
# 口味, 口碑 … are no boxes.
_WORDS = "味碑头岸腔红罩令号径播试算语感袋述才气服琴技供诀粮頭紅號徑試語氣訣糧"
_BOX = re.compile(rf"^口[ \t]?(?=[^\s{_WORDS}])")
_DOT = re.compile(r"^[&.·•●][ \t]+(?=\w)")
_DRAWN = re.compile(rf"{_BOX.pattern}|[□☐☑]")


def with_checkboxes(lines: Sequence[Line]) -> list[Line]:
    """Return `lines` with □ for 口 where it opens the items of a list."""
    if sum(bool(_DRAWN.match(line.text)) for line in lines) < _LIST:
        return list(lines)
    return [replace(line, text=_BOX.sub("□ ", line.text, count=1)) for line in lines]


def with_dots(lines: Sequence[Line]) -> list[Line]:
    """Return `lines` with a dot for what dots are read as where they open the items of a list."""
    if sum(bool(_DOT.match(line.text)) for line in lines) < _LIST:
        return list(lines)
    return [replace(line, text=_DOT.sub("• ", line.text, count=1)) for line in lines]
