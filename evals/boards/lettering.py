"""Handwriting: which font writes which sign, where lines break, how glyphs are put down."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
LATIN = (
    "kalam",
    "patrick-hand",
    "caveat",
    "pangolin",
    "shantell-sans",
    "architects-daughter",
    "neucha",
)
CHINESE = ("long-cang", "ma-shan-zheng")
# for boards to learn from, besides those above
MORE_LATIN = (
    "annie-use-your-telescope", "cedarville-cursive", "covered-by-your-grace",
    "dawning-of-a-new-day", "dekko", "delius", "edu-nsw-act-foundation", "edu-tas-beginner",
    "give-you-glory", "gloria-hallelujah", "gochi-hand", "handlee", "indie-flower",
    "just-me-again-down-here", "la-belle-aurore", "loved-by-the-king", "mali",
    "nothing-you-could-do", "over-the-rainbow", "playpen-sans", "reenie-beanie", "sedgwick-ave",
    "short-stack", "sue-ellen-francisco", "swanky-and-moo-moo", "the-girl-next-door",
    "waiting-for-the-sunrise", "zeyada",
)  # fmt: skip
MORE_CHINESE = ("liu-jian-mao-cao",)
HELD_OUT_FONTS = ("shadows-into-light", "zhi-mang-xing")  # nothing is trained on these hands
LEADING = 1.22
# x-heights differ: a factor that makes all fonts look equally large
_SCALE = {"caveat": 1.25, "pangolin": 0.98, "shantell-sans": 0.92, "architects-daughter": 0.95}
_SCALE |= {"long-cang": 1.18, "ma-shan-zheng": 1.06, "neucha": 1.08, "patrick-hand": 1.04}
_SCALE |= {"indie-flower": 1.15, "reenie-beanie": 1.3, "nothing-you-could-do": 1.08}
_SCALE |= {"shadows-into-light": 0.95, "gochi-hand": 1.05, "liu-jian-mao-cao": 1.12}
_SCALE |= {"dawning-of-a-new-day": 1.4, "dekko": 1.1, "edu-nsw-act-foundation": 1.2}
_SCALE |= {"edu-tas-beginner": 1.2, "give-you-glory": 0.9, "gloria-hallelujah": 0.91}
_SCALE |= {"just-me-again-down-here": 1.35, "la-belle-aurore": 1.25, "loved-by-the-king": 0.8}
_SCALE |= {"over-the-rainbow": 0.8, "playpen-sans": 0.9, "sedgwick-ave": 0.8, "short-stack": 0.9}
_SCALE |= {"sue-ellen-francisco": 1.3, "swanky-and-moo-moo": 1.45, "zeyada": 1.28}
# thin pens write thicker on a board, in parts of the text size
_WEIGHT = {"architects-daughter": 0.016, "caveat": 0.012, "long-cang": 0.010, "neucha": 0.008}
_OVERSAMPLE = 2
MASTER = 88  # pixels at which glyphs are drawn before they are scaled


@dataclass(frozen=True)
class Hand:
    """One writer: a Latin and a Chinese font, and how far lines are apart in letter sizes."""

    latin: str
    chinese: str
    leading: float = LEADING

    def font_of(self, sign: str) -> str:
        """Return the font that writes `sign`; raises ValueError where neither has it."""
        wide = unicodedata.east_asian_width(sign) in "WF"
        order = (self.chinese, self.latin) if wide else (self.latin, self.chinese)
        for name in order:
            if _has(name, sign):
                return name
        raise ValueError(f"no font of this hand writes {sign!r}")

    def advance(self, text: str, size: float) -> float:
        """Return the width of one line in pixels."""
        return sum(self.widths(text, size))

    def widths(self, text: str, size: float) -> list[float]:
        """Return the advance of each sign in pixels."""
        return [_advance(name, c) * points(name, size) / MASTER for c, name in self._runs(text)]

    def _runs(self, text: str) -> list[tuple[str, str]]:
        return [(c, self.font_of(c)) for c in text]

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """Break `text` at line ends, spaces and between Chinese signs."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for piece in _pieces(paragraph):
                if line and self.advance((line + piece).rstrip(), size) > width:
                    lines.append(line.rstrip())
                    line = piece.lstrip()
                else:
                    line += piece
            lines.append(line.rstrip())
        return lines

    def block(self, text: str, size: float, width: float) -> tuple[list[str], float, float]:
        """Return the lines of `text` with the width and height of the block in pixels."""
        lines = self._balance(text, size, width)
        return lines, max(self.advance(x, size) for x in lines), len(lines) * size * self.leading

    def _balance(self, text: str, size: float, width: float) -> list[str]:
        """Break into as few lines as fit, then as evenly as that number of lines allows."""
        lines = self.wrap(text, size, width)
        least = width
        while len(lines) > 1 and least > size:
            least *= 0.94
            tried = self.wrap(text, size, least)
            if len(tried) > len(lines):
                break
            lines = tried
        return lines

    def made_up(self, sign: str) -> tuple[Image.Image, float, float] | None:  # noqa: ARG002
        """Return `sign` at master size and its base point, or None where a font writes it."""
        return None

    def glyph(self, sign: str, size: float, angle: float) -> tuple[Image.Image, float, float]:
        """Draw one sign, turned by `angle` degrees around its base point.

        Returns:
            An "L" mask in board pixels and the base point (left end of the base line) within it.
        """
        name = self.font_of(sign)
        grow = points(name, size) * _OVERSAMPLE / MASTER
        side = int(size * _OVERSAMPLE * 3) // 2 * 2
        turn = np.deg2rad(angle)
        cos, sin = float(np.cos(turn)) / grow, float(np.sin(turn)) / grow
        middle, base = side / 2, MASTER * 1.5
        # the inverse of "scale, turn around the base point, move to the middle"
        dx, dy = base - cos * middle + sin * middle, base - sin * middle - cos * middle
        back = (cos, -sin, dx, sin, cos, dy)
        mask = _master(name, sign).transform(
            (side, side), Image.Transform.AFFINE, back, Image.Resampling.BICUBIC
        )
        small = mask.reduce(_OVERSAMPLE)
        box = small.getbbox()
        if box is None:
            return small.crop((0, 0, 1, 1)), 0.0, 0.0
        return small.crop(box), middle / _OVERSAMPLE - box[0], middle / _OVERSAMPLE - box[1]


def points(name: str, size: float) -> float:
    """Return the size at which a font looks as large as others at `size`."""
    return size * _SCALE.get(name, 1.0)


def _pieces(text: str) -> list[str]:
    """Cut into units that stay together: words with their space, single Chinese signs."""
    pieces: list[str] = []
    open_word = False
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        stuck = wide and unicodedata.category(sign).startswith("P")  # no line starts with a comma
        if pieces and (stuck or (open_word and not wide)):
            pieces[-1] += sign
        else:
            pieces.append(sign)
        open_word = not wide and sign != " "
    return pieces


def weight_of(name: str) -> float:
    """Return by how many pixels a font's lines are thickened at master size."""
    return _WEIGHT.get(name, 0.0) * MASTER


@lru_cache
def load(name: str) -> ImageFont.FreeTypeFont:
    """Return a font at master size."""
    # one size for all: opening a Chinese font takes longer than drawing a board with it
    return ImageFont.truetype(str(FONTS / f"{name}.woff2"), MASTER)


@lru_cache(maxsize=20_000)
def _advance(name: str, sign: str) -> float:
    return float(load(name).getlength(sign))


@lru_cache(maxsize=2_000)
def _master(name: str, sign: str) -> Image.Image:
    """Return the sign at master size, its base point at 1.5 master sizes from left and top."""
    mask = Image.new("L", (MASTER * 3, MASTER * 3))
    base = MASTER * 1.5
    weight = weight_of(name)
    pen = ImageDraw.Draw(mask)
    pen.text((base, base), sign, font=load(name), fill=255, anchor="ls", stroke_width=weight)
    return mask


@lru_cache(maxsize=20_000)
def _has(name: str, sign: str) -> bool:
    if sign == " ":
        return True
    font = load(name)
    got, missing = font.getmask(sign), font.getmask("\U0010fffd")
    if got.getbbox() is None:
        return False
    return got.size != missing.size or bytes(got) != bytes(missing)
