"""What lies on a board and says nothing: old ink, the back side, scribbles, magnets."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from evals.boards.layouts.plan import Desk
from evals.boards.marker import Marker
from evals.boards.pen import Bytes, Floats
from evals.boards.scrawl import scrawl
from evals.boards.spec import BoardSpec, Item
from evals.boards.surface import is_paper
from kb.scene import Box


def traces(flat: Bytes, spec: BoardSpec, desk: Desk, rng: np.random.Generator) -> None:
    """Leave badly wiped ink, or let that of the back side shine through, in place."""
    manner, style = spec.style.manner, spec.style
    if manner is None or not (style.ghost or manner.mirror):
        return
    strength = manner.mirror if is_paper(style.surface) else style.ghost
    if not strength:
        return
    pale = replace(manner, opacity=0.03 + 0.13 * strength, streaks=0.6)
    old = flat[:, ::-1].copy() if is_paper(style.surface) else flat
    sheet = Marker(
        old, rng, style.wobble * 1.5, pale, style.pen * 1.2, dark=style.surface == "blackboard"
    )
    height, width = flat.shape[:2]
    texts = [item.text for item in spec.items if item.text] or ["old"]
    for _ in range(int(3 + 12 * strength * rng.random())):
        at = rng.uniform((0.05 * width, 0.05 * height), (0.95 * width, 0.95 * height))
        size = desk.text * float(rng.uniform(0.8, 1.8))
        color = str(rng.choice(["black", "blue", "red", "green"]))
        if rng.random() < 0.6:
            lines, _, _ = desk.hand.block(texts[int(rng.integers(len(texts)))], size, 10 * size)
            sheet.write(desk.hand, lines, (float(at[0]), float(at[1])), size, color)
        else:
            far = rng.uniform(2, 9, 2) * size / 2
            box = (at[0] - far[0], at[1] - far[1], at[0] + far[0], at[1] + far[1])
            shape = Item("", "", "ellipse" if rng.random() < 0.4 else "box")
            for stroke in scrawl(shape, box, 1.0, rng):
                sheet.stroke(stroke, color, style.pen)
    sheet.dry()
    if old is not flat:
        np.copyto(flat, old[:, ::-1])


def strays(
    sheet: Marker, spec: BoardSpec, desk: Desk, taken: list[Box], ways: list[Floats]
) -> None:
    """Draw marks that are no node, where nothing else is."""
    style, rng = spec.style, sheet.rng
    if style.manner is None or not style.manner.mess:
        return
    height, width = sheet.ink.shape
    for _ in range(int(rng.poisson(7 * style.manner.mess))):
        size = desk.text * float(rng.uniform(0.5, 2.5))
        at = rng.uniform((size, size), (max(width - size, size + 1), max(height - size, size + 1)))
        box = (at[0] - size, at[1] - size, at[0] + size, at[1] + size)
        if _hits(box, taken, ways):
            continue
        color = str(rng.choice([style.ink, style.ink, "red", "blue", "green"]))
        pen = style.pen * float(rng.uniform(0.6, 1.5))
        for stroke in _stray(rng):
            sheet.stroke(stroke * size * 0.8 + at, color, pen)


def _hits(box: Box, taken: list[Box], ways: list[Floats]) -> bool:
    for b in taken:
        if min(box[2], b[2]) > max(box[0], b[0]) and min(box[3], b[3]) > max(box[1], b[1]):
            return True
    low, high = np.array(box[:2]) - 10, np.array(box[2:]) + 10
    return any(bool(((low < way) & (way < high)).all(axis=1).any()) for way in ways)


def _stray(rng: np.random.Generator) -> list[Floats]:
    """Return strokes within (-1, -1) and (1, 1)."""
    kind = int(rng.integers(8))
    t = np.linspace(0, 1, 40)
    if kind == 0:  # a scribble
        xs = np.linspace(-1, 1, 26)
        return [np.stack([xs, np.where(np.arange(26) % 2, 1, -1) * rng.uniform(0.2, 0.8, 26)], 1)]
    if kind == 1:  # a curl
        return [np.stack([(1 - t) * np.cos(18 * t), (1 - t) * np.sin(18 * t)], axis=1)]
    if kind == 2:  # a tick
        return [np.array([(-0.5, 0.0), (-0.1, 0.5), (0.7, -0.7)])]
    if kind == 3:  # a cross
        return [np.array([(-0.5, -0.5), (0.5, 0.5)]), np.array([(0.5, -0.5), (-0.5, 0.5)])]
    if kind == 4:  # a slip of the pen
        return [rng.uniform(-0.7, 0.7, (2, 2))]
    if kind == 5:  # a bracket
        return [np.stack([-0.3 * np.cos((t - 0.5) * np.pi), 2 * t - 1], axis=1)]
    if kind == 6:  # a question mark
        arc = np.stack([0.4 * np.cos(4.4 * t - 2.9), 0.4 * np.sin(4.4 * t - 2.9) - 0.4], axis=1)
        return [np.concatenate([arc, [(0.0, 0.4)]]), np.array([(0.0, 0.7), (0.03, 0.75)])]
    return [
        np.array([spot, spot + 0.06]) for spot in rng.uniform(-1, 1, (int(rng.integers(1, 6)), 2))
    ]


def things(sheet: Marker, spec: BoardSpec, taken: list[Box]) -> None:
    """Put magnets on a whiteboard, off the nodes: no ink."""
    style, rng = spec.style, sheet.rng
    if style.manner is None or style.surface != "whiteboard" or rng.random() > style.manner.mess:
        return
    height, width = sheet.ink.shape
    radius = max(width, height) * float(rng.uniform(0.008, 0.016))
    for _ in range(int(rng.integers(1, 7))):
        x, y = rng.uniform((radius, radius), (width - radius, height - radius))
        box = (x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius)
        edge = min(x, y, width - x, height - y) < 6 * radius
        if not edge or _hits(box, taken, []):
            continue
        tone = [float(v) for v in rng.integers(20, 235, 3)]
        spot = (round(x), round(y))
        cv2.circle(
            sheet.pixels,
            (spot[0] + 3, spot[1] + 4),
            round(radius),
            (180, 180, 184),
            -1,
            cv2.LINE_AA,
        )
        cv2.circle(sheet.pixels, spot, round(radius), tone, -1, cv2.LINE_AA)
        shine = [min(v + 40, 255) for v in tone]
        cv2.circle(
            sheet.pixels, (spot[0] - 2, spot[1] - 3), round(radius * 0.55), shine, -1, cv2.LINE_AA
        )
