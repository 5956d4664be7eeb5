"""The sheet and the pen: strokes with wobble and pressure, fills, glyphs; all ink is traced."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from evals.boards.lettering import Hand

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

INKS: dict[str, tuple[int, int, int]] = {
    "black": (38, 38, 44),
    "blue": (32, 72, 168),
    "red": (200, 36, 40),
    "green": (22, 128, 72),
    "orange": (224, 118, 20),
    "purple": (118, 54, 160),
    "grey": (120, 122, 126),
    "pencil": (84, 84, 88),
    "brown": (120, 74, 40),
    "white": (250, 250, 248),
}
FILLS: dict[str, tuple[int, int, int]] = {
    "yellow": (253, 226, 96),
    "pink": (250, 168, 196),
    "green": (176, 222, 134),
    "blue": (148, 202, 240),
    "orange": (250, 188, 106),
    "purple": (206, 180, 240),
    "red": (248, 158, 150),
    "grey": (222, 224, 226),
    "white": (252, 252, 250),
}
_OVERSAMPLE = 3


class Sheet:
    """A flat board being drawn on.

    Attributes:
        pixels: RGB, ``(height, width, 3)`` uint8.
        ink: how much ink or note paper lies on each pixel, ``(height, width)`` uint8.
    """

    def __init__(self, pixels: Bytes, rng: np.random.Generator, wobble: float) -> None:
        self.pixels = pixels
        self.ink: Bytes = np.zeros(pixels.shape[:2], np.uint8)
        self.rng = rng
        self.wobble = wobble
        self._trace: list[Floats] = []

    def take_trace(self) -> Floats:
        """Return the outline points ``(n, 2)`` of all marks since the last call."""
        points = np.concatenate(self._trace) if self._trace else np.zeros((0, 2))
        self._trace = []
        return points

    def stroke(
        self,
        points: Floats,
        color: str,
        width: float,
        *,
        dashed: bool = False,
        steady: bool = False,
    ) -> Floats:
        """Draw along ``points (n, 2)`` with a hand's wobble; `steady` leaves the path as it is.

        Returns:
            The way that the pen went, ``(m, 2)``, gaps of a dashed line included.
        """
        path = resample(points, 1.5 if steady else 5.0)
        if not steady:
            path = path + self._drift(len(path))
        widths = width * (1 + 0.12 * smooth(self.rng, len(path), 14))
        for run in self._dashes(len(path)) if dashed else [slice(0, len(path))]:
            self._draw(path[run], widths[run], color)
        return path

    def _dashes(self, n: int) -> list[slice]:
        """Runs of four samples with gaps of two (samples lie 5 px apart)."""
        return [slice(i, min(i + 4, n)) for i in range(0, n, 6) if n - i > 1]

    def _drift(self, n: int) -> Floats:
        slow = np.stack([smooth(self.rng, n, 22), smooth(self.rng, n, 22)], axis=1)
        fast = np.stack([smooth(self.rng, n, 5), smooth(self.rng, n, 5)], axis=1)
        return np.asarray(self.wobble * (1.3 * slow + 0.35 * fast))

    def _draw(self, path: Floats, widths: Floats, color: str) -> None:
        if len(path) == 0:
            return
        pad = float(widths.max()) + 2
        x0, y0 = np.floor(path.min(axis=0) - pad).astype(int)
        x1, y1 = np.ceil(path.max(axis=0) + pad).astype(int)
        mask = np.zeros(((y1 - y0) * _OVERSAMPLE, (x1 - x0) * _OVERSAMPLE), np.uint8)
        spots = np.round((path - (x0, y0)) * _OVERSAMPLE).astype(int)
        for a, b, w in zip(spots[:-1], spots[1:], widths[1:], strict=True):
            cv2.line(mask, a.tolist(), b.tolist(), 255, max(1, round(w * _OVERSAMPLE)))
        small = cv2.resize(mask, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        self._lay(np.asarray(small, np.uint8), int(x0), int(y0), INKS[color], 0.94)
        half = widths[:, None] / 2
        self._trace += [path - half, path + half]

    def fill(self, polygon: Floats, color: tuple[int, int, int], strength: float) -> None:
        """Fill ``polygon (n, 2)``; counts as a mark."""
        x0, y0 = np.floor(polygon.min(axis=0)).astype(int) - 1
        x1, y1 = np.ceil(polygon.max(axis=0)).astype(int) + 1
        mask = np.zeros((int(y1 - y0), int(x1 - x0)), np.uint8)
        cv2.fillPoly(mask, [np.round((polygon - (x0, y0)) * 16).astype(np.int32)], 255, 16, 4)
        self._lay(mask, int(x0), int(y0), color, strength)
        self._trace.append(polygon)

    def soften(self, polygon: Floats, strength: float, blur: float) -> None:
        """Cast a soft shadow of ``polygon (n, 2)``: no mark."""
        pad = int(3 * blur) + 1
        x0, y0 = np.floor(polygon.min(axis=0)).astype(int) - pad
        x1, y1 = np.ceil(polygon.max(axis=0)).astype(int) + pad
        mask = np.zeros((int(y1 - y0), int(x1 - x0)), np.uint8)
        cv2.fillPoly(mask, [np.round(polygon - (x0, y0)).astype(np.int32)], 255)
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), blur), np.uint8)
        self._lay(mask, int(x0), int(y0), (60, 60, 70), strength, ink=False)

    def write(
        self, hand: Hand, lines: list[str], centre: tuple[float, float], size: float, color: str,
        *, left: bool = False, angle: float = 0.0,
    ) -> None:  # fmt: skip
        """Write `lines` around `centre`, turned by `angle` degrees (counter-clockwise)."""
        widest = max(hand.advance(line, size) for line in lines)
        height = len(lines) * size * hand.leading
        turn = np.deg2rad(-angle)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        for i, line in enumerate(lines):
            advances = hand.widths(line, size)
            x = -widest / 2 if left else -sum(advances) / 2
            y = -height / 2 + (i + 0.86) * size * hand.leading
            slope = float(self.rng.normal(0, 0.004)) * self.wobble
            for sign, advance in zip(line, advances, strict=True):
                dy = y + slope * x + float(self.rng.normal(0, 0.018)) * size * self.wobble
                at = (centre[0] + x * cos - dy * sin, centre[1] + x * sin + dy * cos)
                if sign != " ":
                    self._glyph(hand, sign, at, size, color, angle)
                x += advance

    def _glyph(
        self, hand: Hand, sign: str, at: tuple[float, float], size: float, color: str, angle: float
    ) -> None:
        lean = angle + float(self.rng.normal(0, 1.1)) * self.wobble
        grown = size * (1 + float(self.rng.normal(0, 0.018)) * self.wobble)
        image, bx, by = hand.glyph(sign, grown, lean)
        mask = np.asarray(image, np.uint8)
        x, y = round(at[0] - bx), round(at[1] - by)
        self._lay(mask, x, y, INKS[color], 0.95)
        ys, xs = np.nonzero(mask > 60)
        if len(xs):
            hull = cv2.convexHull(np.stack([xs, ys], axis=1).astype(np.int32))
            self._trace.append(hull.reshape(-1, 2).astype(np.float64) + (x, y) + 0.5)

    def _lay(
        self, mask: Bytes, x: int, y: int, color: tuple[int, int, int], strength: float,
        *, ink: bool = True,
    ) -> None:  # fmt: skip
        height, width = self.ink.shape
        x0, y0 = max(x, 0), max(y, 0)
        x1, y1 = min(x + mask.shape[1], width), min(y + mask.shape[0], height)
        if x0 >= x1 or y0 >= y1:
            return
        cut = mask[y0 - y : y1 - y, x0 - x : x1 - x]
        share = (cut.astype(np.float32) * (strength / 255.0))[:, :, None]
        under = self.pixels[y0:y1, x0:x1].astype(np.float32)
        mixed = under * (1 - share) + np.asarray(color, np.float32) * share
        self.pixels[y0:y1, x0:x1] = (mixed + 0.5).astype(np.uint8)
        if ink:
            np.maximum(self.ink[y0:y1, x0:x1], cut, out=self.ink[y0:y1, x0:x1])


def resample(points: Floats, step: float) -> Floats:
    """Walk along ``points (n, 2)`` in steps of about `step` pixels, both ends included."""
    points = np.asarray(points, np.float64)
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    n = max(2, int(lengths[-1] / step) + 1)
    at = np.linspace(0, lengths[-1], n)
    return np.stack([np.interp(at, lengths, points[:, k]) for k in (0, 1)], axis=1)


def rounded(path: Floats, reach: int = 3) -> Floats:
    """Soften the corners of ``path (n, 2)`` within `reach` steps of 6 pixels; its ends stay."""
    dots = resample(path, 6.0)
    if len(dots) < 4 * reach:
        return dots
    kernel = np.ones(2 * reach + 1) / (2 * reach + 1)
    padded = np.pad(dots, ((reach, reach), (0, 0)), mode="edge")
    soft = np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], axis=1)
    soft[0], soft[-1] = dots[0], dots[-1]
    return np.asarray(soft)


def smooth(rng: np.random.Generator, n: int, period: int) -> Floats:
    """Return noise ``(n,)`` of standard deviation about 1 that changes over `period` samples."""
    knots = rng.normal(size=max(2, n // period + 3))
    at = np.linspace(0, len(knots) - 1.001, n)
    low = at.astype(int)
    share = (1 - np.cos((at - low) * np.pi)) / 2
    return np.asarray(knots[low] * (1 - share) + knots[low + 1] * share)
