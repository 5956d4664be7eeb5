"""From the bytes of a source to its boards: the right reader for each format.

Content decides before the name does: a JPEG called ``.png`` is read as what it is. Whatever a
reader trips over in a damaged file becomes a `kb.errors.BadSource` here, so that nothing else
comes out of `read`.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, cast

from ingest.readers.detect import FORMATS, HEAD, Format, detect, unsupported
from ingest.readers.embedded import holds_scene_png, holds_scene_svg
from ingest.safe import check_size
from kb.errors import BadSource

if TYPE_CHECKING:
    from ingest.board import Board, Limits, Reader

__all__ = ["FORMATS", "Format", "detect", "read"]

_log = logging.getLogger(__name__)

# What parsers raise on bytes they did not expect. A bug of ours can hide among them, which is why
# the traceback goes to the log.
_PARSING = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # RecursionError and pdfium's errors among them
    SyntaxError,
    TypeError,
    ValueError,
    Warning,  # where warnings are errors, Pillow's on damaged files
    struct.error,
    zlib.error,
)


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield the boards of a source, one at a time.

    Args:
        data: the whole file.
        name: of the file, for messages, and for its suffix where the content leaves it open.
        limits: the caps to hold.

    Raises:
        BadSource: while iterating, with the name and the reason; nothing else.
    """
    check_size(data, name, limits)
    count = 0
    for board in _guarded(_boards(data, name, limits), name):
        count += 1
        yield board
    if not count:
        raise BadSource(f"{name}: holds no board", code="empty")


def _boards(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    found = detect(data[:HEAD], name)
    if found == "svg":
        if not holds_scene_svg(data):
            raise unsupported(name, "SVG")
        found = "excalidraw"
    if found == "png" and holds_scene_png(data):
        yield from _scene_or_picture(data, name, limits)
    else:
        yield from _reader(found)(data, name, limits)


def _reader(found: str) -> Reader:
    return cast("Reader", import_module(FORMATS[found].module).read)


def _scene_or_picture(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Read a PNG by the scene it carries; where that is damaged, the picture is still there."""
    try:
        boards = list(_guarded(_reader("excalidraw")(data, name, limits), name))
    except BadSource as error:
        note = f"the embedded scene was not used: {error.message.removeprefix(f'{name}: ')}"
        for board in _reader("png")(data, name, limits):
            yield replace(board, notes=(*board.notes, note[:500]))
        return
    yield from boards


def _guarded(boards: Iterator[Board], name: str) -> Iterator[Board]:
    """Turn what a parser raises on broken bytes into a `BadSource` with the same reason."""
    try:
        yield from boards
    except BadSource:
        raise
    except MemoryError as error:
        raise BadSource(f"{name}: needs too much memory to read", code="too_large") from error
    except _PARSING as error:
        _log.info("%s could not be read", name, exc_info=True)
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise BadSource(f"{name}: the file is damaged: {reason}", code="corrupt") from error
