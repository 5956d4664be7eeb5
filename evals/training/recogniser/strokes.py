"""Chinese signs written stroke by stroke by hands that are made up: fonts of handwriting are few.

``strokes.npz`` holds where the pen goes in 9,574 signs. `pack` made it of the npm package
hanzi-writer-data 2.0.1 (Make Me a Hanzi), which comes from fonts by Arphic and stands under their
licence, ``strokes-ARPHICPL.txt``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from evals.boards.lettering import CHINESE, MASTER, Hand
from evals.training.recogniser.lines import Array

_FILE = Path(__file__).parent / "strokes.npz"
_NOTICE = (
    "Changed on 2026-11-27: the medians of hanzi-writer-data 2.0.1 alone, in steps of 1/255 of a "
    "sign's side. Arphic Public License, see strokes-ARPHICPL.txt."
)
_UNIT, _TOP = 1024.0, 900.0  # of the package: the side of a sign, and y of its upper edge
_BASE = 0.86  # of a sign's side: how far its base line is from its upper edge
_OVERSAMPLE = 3
_FINE = 4  # pieces between two points of a stroke
_NEAR = 0.45  # of a sign's side: a pen that moves on so far may stay down


@dataclass(frozen=True)
class Manner:
    """How somebody writes; lengths are in parts of a sign's side.

    Attributes:
        slant: how far right the top leans, and `rise` how far up the right end goes.
        stretch: width over height.
        weight: powers of x and y: which half of a sign is the larger one.
        bend: depth and phase of a wave in x and in y.
        pen: width of the pen, and `pressure` how much of it comes and goes along a stroke.
        haste: 0…1: corners become round, strokes taper and are joined.
        mess: how far strokes stray.
        pace: from sign to sign.
    """

    slant: float
    rise: float
    stretch: float
    weight: tuple[float, float]
    bend: tuple[float, float, float, float]
    pen: float
    pressure: float
    haste: float
    mess: float
    pace: float

    @classmethod
    def made_up(cls, rng: np.random.Generator) -> Manner:
        """Return somebody's manner."""
        return cls(
            slant=float(rng.normal(0.02, 0.1)),
            rise=float(rng.uniform(-0.02, 0.14)),
            stretch=float(np.exp(rng.normal(-0.05, 0.12))),
            weight=(float(np.exp(rng.normal(0, 0.12))), float(np.exp(rng.normal(0, 0.12)))),
            bend=(
                float(rng.normal(0, 0.025)), float(rng.uniform(0, 6.3)),
                float(rng.normal(0, 0.025)), float(rng.uniform(0, 6.3)),
            ),
            pen=0.028 + 0.07 * float(rng.beta(1.2, 1.8)),
            pressure=float(rng.uniform(0, 0.45)),
            haste=float(rng.beta(1.2, 1.3)),
            mess=float(rng.uniform(0.3, 1.6)),
            pace=float(rng.uniform(0.8, 1.1)),
        )  # fmt: skip

    def moved(self, points: Array) -> Array:
        """Return where ``points (n, 2)`` of a sign, 0…1 from its upper left, are in this hand."""
        x, y = (np.clip(points[:, k], 0, 1) ** self.weight[k] for k in (0, 1))
        depth_x, phase_x, depth_y, phase_y = self.bend
        x, y = x + depth_x * np.sin(5 * y + phase_x), y + depth_y * np.sin(5 * x + phase_y)
        x, y = x + self.slant * (0.5 - y), y - self.rise * (x - 0.5)
        return np.stack([0.5 + (x - 0.5) * self.stretch, y], axis=1)


@dataclass(frozen=True)
class PenHand(Hand):
    """Writes Chinese signs stroke by stroke, no two alike, and all others with its fonts."""

    manner: Manner = field(kw_only=True)
    rng: np.random.Generator = field(kw_only=True, compare=False)

    @classmethod
    def of_nobody(cls, latin: str, rng: np.random.Generator) -> PenHand:
        """Return somebody's hand, whose letters are those of the font `latin`."""
        marks = str(rng.choice(CHINESE))  # the font of marks as wide as signs
        return cls(latin, marks, manner=Manner.made_up(rng), rng=rng)

    def widths(self, text: str, size: float) -> list[float]:
        """Return the advance of each sign in pixels; raises ValueError for an unknown one."""
        pace = self.manner.pace * size
        return [pace if c in pen_ways() else super(PenHand, self).widths(c, size)[0] for c in text]

    def made_up(self, sign: str) -> tuple[Image.Image, float, float] | None:
        """Return a Chinese sign at master size and its base point, no two alike."""
        return self.glyph(sign, MASTER, 0.0) if sign in pen_ways() else None

    def glyph(self, sign: str, size: float, angle: float) -> tuple[Image.Image, float, float]:
        """Draw one sign as `Hand.glyph` does."""
        if sign not in pen_ways():
            return super().glyph(sign, size, angle)
        paths, widths = zip(*self._strokes(pen_ways()[sign]), strict=True)
        points = (np.concatenate(paths) - (0.0, _BASE)) * size
        turn = np.deg2rad(-angle)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        points = points @ np.array([[cos, sin], [-sin, cos]])
        thick = np.concatenate(widths) * size
        pad = float(thick.max()) + 2
        low = np.floor(points.min(axis=0) - pad)
        wide, high = (np.ceil(points.max(axis=0) + pad) - low).astype(int)
        mask = np.zeros((high * _OVERSAMPLE, wide * _OVERSAMPLE), np.uint8)
        spots = np.round((points - low) * _OVERSAMPLE).astype(int).tolist()
        pens = np.maximum(1, np.round(thick * _OVERSAMPLE)).astype(int).tolist()
        begin = 0
        for path in paths:
            for i in range(begin + 1, begin + len(path)):
                cv2.line(mask, spots[i - 1], spots[i], 255, pens[i])
            begin += len(path)
        small = cv2.resize(mask, (int(wide), int(high)), interpolation=cv2.INTER_AREA)
        return Image.fromarray(np.asarray(small)), -float(low[0]), -float(low[1])

    def _strokes(self, strokes: Sequence[Array]) -> Iterator[tuple[Array, Array]]:
        """Yield where the pen goes without a break, and how wide it is there."""
        rng, manner = self.rng, self.manner
        shape = manner.pen * np.exp(rng.normal(0, 0.04))
        end: Array | None = None
        for stroke in strokes:
            path = _smooth(manner.moved(self._strayed(stroke)), manner.haste)
            along = np.linspace(0, 1, len(path))
            swing = 1 + manner.pressure * np.sin(np.pi * (along * rng.uniform(0.5, 1.5) + 0.2))
            taper = 1 - 0.6 * manner.haste * np.clip((along - 0.6) / 0.4, 0, 1)
            width = shape * swing * taper
            if end is not None and self._stays_down(end, path[0]):
                thin = np.full(3, shape * rng.uniform(0.3, 0.8))
                yield np.linspace(end, path[0], 3), thin
            end = path[-1]
            yield path, width

    def _strayed(self, stroke: Array) -> Array:
        """Shift, turn and stretch one stroke as no hand can help."""
        mess, middle = self.manner.mess, stroke.mean(axis=0)
        turn = np.eye(2) + self.rng.normal(0, 0.035 * mess, (2, 2))
        return np.asarray((stroke - middle) @ turn + middle + self.rng.normal(0, 0.012 * mess, 2))

    def _stays_down(self, end: Array, start: Array) -> bool:
        near = float(np.linalg.norm(start - end)) < _NEAR
        return near and bool(self.rng.random() < 0.8 * self.manner.haste**1.3)


def _smooth(path: Array, haste: float) -> Array:
    """Return `path` with more points, its corners the rounder the more `haste`."""
    at = np.linspace(0, len(path) - 1, (len(path) - 1) * _FINE + 1)
    fine = np.stack([np.interp(at, np.arange(len(path)), path[:, k]) for k in (0, 1)], axis=1)
    reach = 1 + round(haste * _FINE)
    ends = np.pad(fine, ((reach, reach), (0, 0)), mode="edge")
    kernel = np.ones(2 * reach + 1) / (2 * reach + 1)
    soft = np.stack([np.convolve(ends[:, k], kernel, mode="valid") for k in (0, 1)], axis=1)
    soft[0], soft[-1] = (fine[0] + soft[0]) / 2, (fine[-1] + soft[-1]) / 2
    return soft


@lru_cache
def pen_ways() -> dict[str, list[Array]]:
    """Return the strokes of each known sign in order: points (n, 2), 0…1 from the upper left."""
    with np.load(_FILE) as kept:
        signs, strokes, points = kept["signs"], kept["strokes"], kept["points"] / 255.0
        sizes = kept["sizes"].astype(int)
    paths = np.split(points, np.cumsum(sizes)[:-1])
    ends = np.cumsum(strokes.astype(int))
    return {
        chr(sign): paths[end - count : end]
        for sign, count, end in zip(signs.tolist(), strokes.tolist(), ends.tolist(), strict=True)
    }


def pack(package: Path, to: Path = _FILE) -> int:
    """Write the strokes that the unpacked npm `package` hanzi-writer-data holds; their number."""
    signs, strokes, sizes, points = [], [], [], []
    for path in sorted(package.glob("?.json")):
        ways = json.loads(path.read_text(encoding="utf-8"))["medians"]
        signs.append(ord(path.stem))
        strokes.append(len(ways))
        sizes += [len(way) for way in ways]
        points += [((x / _UNIT), (_TOP - y) / _UNIT) for way in ways for x, y in way]
    coded = np.round(np.clip(np.array(points), 0, 1) * 255).astype(np.uint8)
    np.savez_compressed(
        to, signs=np.array(signs, np.uint32), strokes=np.array(strokes, np.uint8),
        sizes=np.array(sizes, np.uint8), points=coded,
        notice=np.array(_NOTICE),
    )  # fmt: skip
    return len(signs)
