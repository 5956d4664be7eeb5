"""Obsidian's Excalidraw notes (``.excalidraw.md``): Markdown around the drawing's JSON.

The drawing stands in a fenced block under the heading "Drawing", plain (``json``) or packed by
LZ-string (``compressed-json``). The list of texts above it repeats the drawing and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.board import Board, Limits
from ingest.readers.excalidraw import draft_of
from ingest.readers.lz import decompress_base64
from ingest.safe import MAX_UNPACKED, check_size, decode_text, parse_json
from kb.errors import BadSource

_HEADING = re.compile(r"^#{1,2} Drawing[ \t]*$", re.MULTILINE)
_BLOCK = re.compile(r"^```(compressed-json|json)[ \t]*$(.*?)^```", re.MULTILINE | re.DOTALL)


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield the one board of an Obsidian Excalidraw note. Raises BadSource."""
    check_size(data, name, limits)
    text = decode_text(data, name).replace("\r\n", "\n")
    headings = list(_HEADING.finditer(text))
    block = _BLOCK.search(text, headings[-1].end() if headings else 0)
    if block is None:
        raise BadSource(f"{name}: the note holds no Excalidraw drawing")
    drawing = block[2]
    if block[1] == "compressed-json":
        drawing = decompress_base64(drawing, name, min(limits.max_bytes, MAX_UNPACKED))
    yield draft_of(parse_json(drawing, name), name, limits).board()
