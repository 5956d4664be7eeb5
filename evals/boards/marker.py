"""A pen as it really writes: pressure, dry streaks, slanted and uneven letters.

Ink is gathered in a layer for each colour, at twice the board's size, and laid on at the end.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from evals.boards.lettering import MASTER, Hand, load, points, weight_of
from evals.boards.pen import FILLS, INKS, Bytes, Floats, Sheet, smooth
from evals.boards.spec import Manner

_FINE = 2  # pixels of a layer per pixel of the board
_BESIDE = 2.2  # pixels that the ends of a stroke drawn twice lie apart
_TILE = 512
CHALKS: dict[str, tuple[int, int, int]] = {
    "black": (238, 238, 232),
    "blue": (150, 190, 240),
    "red": (244, 150, 140),
    "green": (160, 222, 160),
    "orange": (246, 200, 110),
    "purple": (214, 176, 240),
    "grey": (170, 172, 170),
    "pencil": (200, 202, 200),
    "brown": (214, 180, 140),
    "white": (250, 250, 248),
}


class Marker(Sheet):
    """A sheet and the pen of somebody's `manner`; `pen` is its width, `dark` the board's tone."""

    def __init__(
        self, pixels: Bytes, rng: np.random.Generator, wobble: float, manner: Manner, pen: float,
        *, dark: bool,
    ) -> None:  # fmt: skip
        super().__init__(pixels, rng, wobble)
        self.manner, self.pen = manner, pen
        self.tones = dict(CHALKS) if dark else {k: _near(v, rng) for k, v in INKS.items()}
        self.tones |= {f"light {name}": tone for name, tone in FILLS.items()}
        self.layers: dict[str, Bytes] = {}
        self.dash = (int(rng.integers(2, 6)), int(rng.integers(1, 4)))

    def stroke(
        self, points: Floats, color: str, width: float, *, dashed: bool = False,
        steady: bool = False,
    ) -> Floats:  # fmt: skip
        """Draw along ``points (n, 2)`` as `Sheet` does, at times twice."""
        if self.manner.twice and self.rng.random() < self.manner.twice:
            start, stop = self.rng.normal(0, _BESIDE, (2, 2))
            share = np.linspace(0, 1, len(points))[:, None]
            beside = points + start * (1 - share) + stop * share
            super().stroke(beside, color, width, dashed=dashed, steady=steady)
        return super().stroke(points, color, width, dashed=dashed, steady=steady)

    def _dashes(self, n: int) -> list[slice]:
        on, off = self.dash
        return [slice(i, min(i + on, n)) for i in range(0, n, on + off) if n - i > 1]

    def _layer(self, color: str) -> Bytes:
        if color not in self.layers:
            height, width = self.ink.shape
            self.layers[color] = np.zeros((height * _FINE, width * _FINE), np.uint8)
        return self.layers[color]

    def _draw(self, path: Floats, widths: Floats, color: str) -> None:
        if len(path) < 2:
            return
        layer, n, p = self._layer(color), len(path), self.manner.pressure
        widths = widths * np.maximum(1 + 0.3 * p * smooth(self.rng, n, 18), 0.45)
        tones = 255 * np.clip(1 - 0.25 * p * np.abs(smooth(self.rng, n, 30)), 0.4, 1)
        spots = np.round((path * _FINE) * 8).astype(np.int32)
        for a in range(0, n - 1, 3):
            b = min(a + 4, n)
            wide = max(1, round(float(widths[a:b].mean()) * _FINE))
            tone = float(tones[a:b].mean())
            cv2.polylines(layer, [spots[a:b]], False, tone, wide, cv2.LINE_AA, 3)
        half = widths[:, None] / 2
        self._trace += [path - half, path + half]

    def blot(self, polygon: Floats, color: str) -> None:
        """Fill ``polygon (n, 2)`` with the ink of the pen."""
        spots = np.round(polygon * _FINE * 8).astype(np.int32)
        cv2.fillPoly(self._layer(color), [spots], 255, cv2.LINE_AA, 3)
        self._trace.append(polygon)

    def mark(self, outline: Floats) -> None:
        """Note ``outline (n, 2)`` as part of what is being drawn."""
        self._trace.append(outline)

    def cover(self, polygon: Floats) -> None:
        """Hide the ink below ``polygon (n, 2)``: paper is stuck on it."""
        spots = np.round(polygon * _FINE).astype(np.int32)
        for layer in self.layers.values():
            cv2.fillPoly(layer, [spots], 0)

    def write(
        self, hand: Hand, lines: list[str], centre: tuple[float, float], size: float, color: str,
        *, left: bool = False, angle: float = 0.0,
    ) -> None:  # fmt: skip
        """Write `lines` around `centre`, turned by `angle` degrees (counter-clockwise)."""
        wide, loose = self.manner.stretch, self.wobble
        widest = max(hand.advance(line, size) for line in lines) * wide
        height = len(lines) * size * hand.leading
        turn = np.deg2rad(-angle)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        for i, line in enumerate(lines):
            advances = [a * wide for a in hand.widths(line, size)]
            x = -widest / 2 if left else -sum(advances) / 2
            x += float(self.rng.normal(0, 0.05)) * size * loose * left
            y = -height / 2 + (i + 0.86) * size * hand.leading
            slope = float(self.rng.normal(0, 0.008)) * loose
            wave = smooth(self.rng, len(line), 6) * 0.025 * size * loose
            for sign, advance, dip in zip(line, advances, wave, strict=True):
                dy = y + slope * x + float(dip)
                at = (centre[0] + x * cos - dy * sin, centre[1] + x * sin + dy * cos)
                if sign != " ":
                    self._glyph(hand, sign, at, size, color, angle)
                x += advance

    def _glyph(
        self, hand: Hand, sign: str, at: tuple[float, float], size: float, color: str, angle: float
    ) -> None:
        mask, base, grow = self._form(hand, sign, size)
        shake = self.rng.normal(0, 1, 4) * self.wobble
        turn = np.deg2rad(-(angle + 1.6 * shake[0]))
        lean = np.tan(np.deg2rad(self.manner.slant + 2.0 * shake[1]))
        grow = grow * (1 + 0.04 * shake[2])
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        way = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1.0, -lean], [0.0, 1.0]])
        way = way @ np.diag([grow * self.manner.stretch, grow * (1 + 0.04 * shake[3])])
        height, width = mask.shape
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - base
        spots = corners @ way.T + np.array(at) * _FINE
        low = np.floor(spots.min(axis=0)).astype(int)
        wide, tall = (int(v) for v in np.ceil(spots.max(axis=0)).astype(int) - low + 1)
        shift = np.array(at) * _FINE - low - way @ base
        patch = cv2.warpAffine(mask, np.c_[way, shift], (wide, tall), flags=cv2.INTER_LINEAR)
        self._stamp(np.asarray(patch, np.uint8), int(low[0]), int(low[1]), color)

    def _form(self, hand: Hand, sign: str, size: float) -> tuple[Bytes, Floats, float]:
        """Return a glyph, its base point within it, and by how much it is to grow."""
        own = hand.made_up(sign)
        if own is not None:
            return np.asarray(own[0], np.uint8), np.array(own[1:]), size / MASTER * _FINE
        name = hand.font_of(sign)
        grow = points(name, size) / MASTER * _FINE
        # a font's own lines are about a fourteenth of its size
        weight = max(0.0, self.pen * _FINE / grow - MASTER / 14) / 2
        return *_shape(name, sign, min(round(weight * 2), 10)), grow

    def _stamp(self, patch: Bytes, x: int, y: int, color: str) -> None:
        layer = self._layer(color)
        x0, y0 = max(x, 0), max(y, 0)
        x1, y1 = min(x + patch.shape[1], layer.shape[1]), min(y + patch.shape[0], layer.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        cut = patch[y0 - y : y1 - y, x0 - x : x1 - x]
        np.maximum(layer[y0:y1, x0:x1], cut, out=layer[y0:y1, x0:x1])
        columns, rows = (
            np.flatnonzero(patch.max(axis=0) > 60),
            np.flatnonzero(patch.max(axis=1) > 60),
        )
        if len(columns):
            box = [(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)]
            self._trace.append((np.array(box, np.float64) + np.array([x, y])) / _FINE)

    def dry(self) -> None:
        """Lay all gathered ink on the board."""
        height, width = self.ink.shape
        grain = _grain(self.rng, height, width)
        for color, layer in self.layers.items():
            x, y, w, h = cv2.boundingRect(layer)
            if not w:
                continue
            x0, y0, x1, y1 = x // 2, y // 2, (x + w + 1) // 2, (y + h + 1) // 2
            part = layer[y0 * 2 : y1 * 2, x0 * 2 : x1 * 2]
            small = np.asarray(
                cv2.resize(part, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA), np.uint8
            )
            holes = np.clip(1 - self.manner.streaks * grain[y0:y1, x0:x1], 0.15, 1.0)
            share = (small.astype(np.float32) * holes * (self.manner.opacity / 255))[:, :, None]
            under = self.pixels[y0:y1, x0:x1]
            tone = np.asarray(self.tones[color], np.float32)
            under[:] = (under * (1 - share) + tone * share + 0.5).astype(np.uint8)
            np.maximum(self.ink[y0:y1, x0:x1], small, out=self.ink[y0:y1, x0:x1])
        self.layers = {}


def _near(tone: tuple[int, int, int], rng: np.random.Generator) -> tuple[int, int, int]:
    """Return a tone like `tone`: pens of one colour differ."""
    r, g, b = (int(np.clip(v + s, 0, 255)) for v, s in zip(tone, rng.normal(4, 14, 3), strict=True))
    return r, g, b


@lru_cache(maxsize=6_000)
def _shape(name: str, sign: str, weight: int) -> tuple[Bytes, Floats]:
    """Return a glyph at master size, `weight` half pixels fatter, and its base point within it."""
    side, base = MASTER * 3, MASTER * 1.5
    image = Image.new("L", (side, side))
    fat = weight_of(name) + weight / 2
    pen = ImageDraw.Draw(image)
    pen.text((base, base), sign, font=load(name), fill=255, anchor="ls", stroke_width=fat)
    x0, y0, x1, y1 = image.getbbox() or (0, 0, 1, 1)
    cut = np.asarray(image.crop((x0 - 2, y0 - 2, x1 + 2, y1 + 2)), np.uint8)
    return cut, np.array([base - x0 + 2, base - y0 + 2])


Floats32 = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@lru_cache(maxsize=1)
def _tile() -> Bytes:
    """Noise of several sizes that repeats, from 0 to 255, mostly low."""
    rng = np.random.default_rng(5)
    total = np.zeros((_TILE, _TILE), np.float32)
    for sigma, share in ((0.7, 0.5), (1.6, 0.6), (5.0, 0.6)):
        rough = rng.standard_normal((_TILE, _TILE), np.float32)
        soft = cv2.GaussianBlur(rough, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        total += share * soft / float(soft.std())
    return np.asarray(np.clip(total, 0, 2.2) / 2.2 * 255, np.uint8)


def _grain(rng: np.random.Generator, height: int, width: int) -> Floats32:
    """Return how much ink is missing at each pixel, ``(height, width)`` from 0 to 1."""
    dx, dy = (int(v) for v in rng.integers(0, _TILE, 2))
    tile = np.roll(_tile(), (dy, dx), (0, 1))
    again = (height // _TILE + 1, width // _TILE + 1)
    return np.asarray(np.tile(tile, again)[:height, :width], np.float32) / np.float32(255)
