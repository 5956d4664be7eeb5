"""Used boards and sheets: worn, ruled, folded, punched, with a back side that shows through."""

from __future__ import annotations

import cv2
import numpy as np

from evals.boards.pen import Bytes, Floats
from evals.boards.spec import Manner, Style
from evals.boards.surface import clouds, is_paper


def ground(style: Style, width: int, height: int, rng: np.random.Generator) -> Bytes:
    """Return an empty surface ``(height, width, 3)`` uint8 RGB.

    Raises ValueError without a manner.
    """
    if style.manner is None:
        raise ValueError("a style without a manner has a clean ground")
    if style.surface == "screen":
        tint = rng.integers(244, 256)
        return np.full((height, width, 3), tint, np.uint8)
    if style.surface == "blackboard":
        sheet = _tinted(_dark(rng), height, width, rng, 6.0)
        _wipes(sheet, rng, 22)
        return sheet
    if not is_paper(style.surface):
        sheet = _tinted(np.array([246, 248, 249]) - rng.uniform(0, 14, 3), height, width, rng, 2.0)
        _wipes(sheet, rng, -int(rng.integers(2, 12)))
        return sheet
    sheet = _tinted(np.array([250, 248, 242]) - rng.uniform(0, 16, 3), height, width, rng, 1.5)
    if style.surface in ("squared", "ruled"):
        _rule(sheet, style, rng)
    _crumple(sheet, style.manner, rng)
    if rng.random() < 0.25:
        _holes(sheet, rng)
    return sheet


def _dark(rng: np.random.Generator) -> Floats:
    tones = ((38, 56, 48), (34, 40, 44), (28, 30, 34), (44, 62, 58), (20, 22, 28))
    return np.array(tones[int(rng.integers(len(tones)))]) + rng.normal(0, 4, 3)


def _tinted(tone: Floats, height: int, width: int, rng: np.random.Generator, rough: float) -> Bytes:
    waves = clouds(rng, height // 4 + 1, width // 4 + 1, 3)[:, :, None] * rough
    small = np.clip(tone + waves, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(small, (width, height)), np.uint8)


def _wipes(sheet: Bytes, rng: np.random.Generator, tone: int) -> None:
    """Leave the broad strokes of a sponge, in place; `tone` is their strength."""
    height, width = sheet.shape[0] // 8 + 1, sheet.shape[1] // 8 + 1
    layer = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(0, 9))):
        spot = rng.uniform((0, 0), (width, height))
        way = rng.normal(0, 14, (6, 2)).cumsum(axis=0) * (1.6, 0.7) + spot
        strength = float(rng.uniform(0.2, 1.0))
        cv2.polylines(layer, [way.astype(np.int32)], False, strength, int(rng.integers(3, 12)))
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), 1.6), np.float32) * tone
    full = np.asarray(cv2.resize(layer, sheet.shape[1::-1]), np.float32)
    np.copyto(sheet, np.clip(sheet + full[:, :, None], 0, 255).astype(np.uint8))


def _rule(sheet: Bytes, style: Style, rng: np.random.Generator) -> None:
    """Print squares or lines: pale to strong, fine to wide."""
    height, width = sheet.shape[:2]
    step = style.text * float(
        rng.uniform(0.5, 1.2) if style.surface == "squared" else rng.uniform(1.2, 1.9)
    )
    deep = float(rng.uniform(14, 75))
    away = (
        np.array([[1.0, 0.85, 0.5], [0.8, 0.8, 0.8], [0.5, 0.8, 0.9]][int(rng.integers(3))]) * deep
    )
    layer = np.zeros((height, width), np.uint8)
    thick = 1 if step < 26 or rng.random() < 0.7 else 2
    for y in np.arange(float(rng.uniform(0, step)), height, step):
        cv2.line(layer, (0, round(y * 16)), (width * 16, round(y * 16)), 255, thick, cv2.LINE_AA, 4)
    if style.surface == "squared":
        for x in np.arange(float(rng.uniform(0, step)), width, step):
            cv2.line(
                layer, (round(x * 16), 0), (round(x * 16), height * 16), 255, thick, cv2.LINE_AA, 4
            )
    lines = (layer.astype(np.float32) / 255)[:, :, None] * away.astype(np.float32)
    np.copyto(sheet, np.clip(sheet - lines, 0, 255).astype(np.uint8))
    if rng.random() < 0.35:
        x = int(width * float(rng.choice([0.06, 0.1, 0.92])))
        cv2.line(sheet, (x, 0), (x, height), (232, 150, 150), 2, cv2.LINE_AA)


def _crumple(sheet: Bytes, manner: Manner, rng: np.random.Generator) -> None:
    """Shade folds, in place."""
    if not manner.crumple:
        return
    height, width = sheet.shape[0] // 4 + 1, sheet.shape[1] // 4 + 1
    shade = np.zeros((height, width), np.float32)
    for _ in range(int(2 + 14 * manner.crumple * rng.random())):
        angle, at = rng.uniform(0, np.pi), rng.uniform((0, 0), (width, height))
        ys, xs = np.ogrid[0:height, 0:width]
        far = (xs - at[0]) * np.cos(angle) + (ys - at[1]) * np.sin(angle)
        crease = np.exp(-np.abs(far) / float(rng.uniform(2, 30))) * np.sign(far)
        shade += crease.astype(np.float32) * float(rng.normal(0, 0.035))
    if manner.crumple > 0.5:
        shade += clouds(rng, height, width, int(rng.integers(5, 12))).astype(np.float32) * 0.02
    full = np.asarray(cv2.resize(1 + shade * manner.crumple, sheet.shape[1::-1]), np.float32)
    np.copyto(sheet, np.clip(sheet * full[:, :, None], 0, 255).astype(np.uint8))


def _holes(sheet: Bytes, rng: np.random.Generator) -> None:
    """Punch holes along an edge, in place."""
    height, width = sheet.shape[:2]
    tone = rng.uniform(20, 120, 3)
    color = (float(tone[0]), float(tone[1]), float(tone[2]))
    unit = max(width, height) / 100
    many = int(rng.choice([2, 4, 30]))
    upright = rng.random() < 0.6
    long = height if upright else width
    for k in range(many):
        along, off = long * (k + 0.5) / many, unit * 1.3
        x, y = (off, along) if upright else (along, off)
        size = unit * (0.8 if many < 10 else 0.5)
        cv2.circle(sheet, (round(x), round(y)), max(2, round(size)), color, -1, cv2.LINE_AA)
