"""Words into boxes: fonts, wrapping (Chinese by character, English by word) and fitting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ingest.draw.colours import RGB

FONTS = Path(__file__).with_name("fonts")
DEFAULT_FONT = "lxgw-wenkai.ttf"
SMALLEST = 9
LEADING = 1.3  # line height, in units of the font size
MAX_DRAWN = 4_000  # characters of one text that a picture can show at all

_CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_CJK}]|[^\S\n]+|[^\s{_CJK}]+")
_NOT_FIRST = "，。、；：？！）》」』】”’…,.;:?!)]}"  # never begin a line (kinsoku)


@lru_cache(maxsize=256)
def font(size: int, name: str = DEFAULT_FONT) -> ImageFont.FreeTypeFont:
    """Return the font file `name` of the fonts folder at `size` pixels."""
    return ImageFont.truetype(str(FONTS / name), max(1, size), layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True)
class Block:
    """Wrapped words: their lines, font size and extent, in pixels."""

    lines: tuple[str, ...]
    size: int
    width: float
    height: float


def wrap(text: str, face: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """Yield the lines of `text` no wider than `width` pixels; a too long word is cut."""
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECES.findall(paragraph):
            if not line or piece in _NOT_FIRST or face.getlength(line + piece) <= width:
                line += piece
            else:
                yield line.rstrip()
                line = piece.lstrip()
            if face.getlength(line.rstrip()) > width and len(line) > 1:
                *full, line = _cut(line, face, width)
                yield from full
        yield line.rstrip()


def _cut(word: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    parts, part = [], ""
    for sign in word:
        if part and sign not in _NOT_FIRST and face.getlength(part + sign) > width:
            parts.append(part)
            part = ""
        part += sign
    return [*parts, part]


def fit(text: str, width: float, height: float, largest: int) -> Block:
    """Wrap `text` into `width` × `height` pixels with the largest font that fits.

    Below `SMALLEST` pixels nothing could be read: the block then overflows downwards rather than
    losing words.
    """
    text = text.strip("\n")[:MAX_DRAWN]
    low, high = SMALLEST, max(SMALLEST, largest)
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
    return block.width <= width + 0.5 and block.height <= height + 0.5


def _block(text: str, size: int, width: float) -> Block:
    face = font(size)
    lines = tuple(wrap(text, face, max(width, size)))
    widest = max((face.getlength(line) for line in lines), default=0.0)
    return Block(lines, size, widest, len(lines) * size * LEADING)


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
    block = _block(text, size, float(Image.MAX_IMAGE_PIXELS or 10**9))
    return block.width, block.height
