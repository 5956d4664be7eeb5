"""Words into boxes: fonts, wrapping (Chinese by character, English by word) and fitting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

from ingest.draw.colours import RGB

FONTS = Path(__file__).with_name("fonts")
DEFAULT_FONT = "lxgw-wenkai.ttf"
SMALLEST = 9  # px of a letter that can still be read
LEADING = 1.3  # line height, in units of the font size
_MEASURED = 100  # px: the size at which widths are taken
_SLACK = 1.01  # small sizes round each character to whole pixels
_LONG_WORD = 24  # signs; a longer one (a path, a link) may be cut rather than shrunk
_ALWAYS_DRAWN = 200  # characters, however small the box
MAX_DRAWN = 4_000  # characters of one text that a picture can show at all

_CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_CJK}]|[^\S\n]+|[^\s{_CJK}]+")
_NOT_FIRST = "，。、；：？！）》」』】”’…,.;:?!)]}"  # never begin a line (kinsoku)


@lru_cache(maxsize=256)
def font(size: int, name: str = DEFAULT_FONT) -> ImageFont.FreeTypeFont:
    """Return the font file `name` of the fonts folder at `size` pixels."""
    return ImageFont.truetype(str(FONTS / name), max(1, size), layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=20_000)
def _advance(sign: str) -> float:
    """Return how far one character moves the pen, in units of the font size."""
    return font(_MEASURED).getlength(sign) / _MEASURED


def length(text: str, size: int) -> float:
    """Return the width of one line in pixels (the font has no kerning, so widths add up)."""
    return sum(map(_advance, text)) * size * _SLACK


@dataclass(frozen=True)
class Block:
    """Wrapped words: their lines, font size and extent, in pixels."""

    lines: tuple[str, ...]
    size: int
    width: float
    height: float
    whole: bool = True  # no word had to be cut


def wrap(text: str, size: int, width: float) -> Iterator[str]:
    """Yield the lines of `text` no wider than `width` pixels; a too long word is cut."""
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _PIECES.findall(paragraph):
            step = length(piece, size)
            if line and piece not in _NOT_FIRST and used + step > width:
                yield line.rstrip()
                line, used = "", 0.0
                if piece.isspace():
                    continue
            line, used = line + piece, used + step
            if step > width and len(piece) > 1:
                *full, line = _cut(line, size, width)
                used = length(line, size)
                yield from full
        yield line.rstrip()


def _cut(word: str, size: int, width: float) -> list[str]:
    parts, part, used = [], "", 0.0
    for sign in word:
        step = length(sign, size)
        if part and sign not in _NOT_FIRST and used + step > width:
            parts.append(part)
            part, used = "", 0.0
        part, used = part + sign, used + step
    return [*parts, part]


def fit(
    text: str,
    width: float,
    height: float,
    largest: int,
    smallest: int = SMALLEST,
    most: int = MAX_DRAWN,
) -> Block:
    """Wrap `text` into `width` × `height` pixels with the largest font that fits.

    No more than `most` characters are drawn, and fewer of a text that the box can't show.
    Below `smallest` pixels nothing could be read: the block then overflows downwards rather than
    losing words.
    """
    room = 2 * width * height / (smallest * smallest)  # narrow letters are half as wide as high
    text = text.strip("\n")[: int(min(most, max(_ALWAYS_DRAWN, 2 * room)))]
    low, high = smallest, max(smallest, largest)
    block = _block(text, high, width)
    if _fits(block, width, height):
        return block
    block = _block(text, low, width)
    while low < high - 1:
        middle = (low + high) // 2
        tried = _block(text, middle, width)
        if _fits(tried, width, height):
            low, block = middle, tried
        else:
            high = middle
    return block


def _fits(block: Block, width: float, height: float) -> bool:
    return block.whole and block.width <= width + 0.5 and block.height <= height + 0.5


def _block(text: str, size: int, width: float) -> Block:
    width = max(width, size)
    lines = tuple(wrap(text, size, width))
    widest = max((length(line, size) for line in lines), default=0.0)
    words = (piece for piece in text.split() if len(piece) <= _LONG_WORD and piece.isascii())
    whole = all(length(word, size) <= width for word in words)
    return Block(lines, size, widest, len(lines) * size * LEADING, whole)


def draw_block(
    pen: ImageDraw.ImageDraw,
    block: Block,
    x: float,
    y: float,
    width: float,
    colour: RGB,
    *,
    centred: bool = True,
) -> None:
    """Write `block` with its top at `y`, its lines centred in or left of ``x … x + width``."""
    face = font(block.size)
    for number, line in enumerate(block.lines):
        left = x + (width - face.getlength(line)) / 2 if centred else x
        top = y + number * block.size * LEADING + block.size * (LEADING - 1) / 2
        pen.text((left, top), line, font=face, fill=colour)


def measure(text: str, size: int) -> tuple[float, float]:
    """Return width and height in pixels of `text` unwrapped at `size`."""
    lines = text.split("\n")
    return max(length(line, size) for line in lines), len(lines) * size * LEADING
