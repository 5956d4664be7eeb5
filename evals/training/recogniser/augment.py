"""A line as another box, camera, lamp and pen would show it, at the size that the net sees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from evals.training.recogniser.lines import Array, Written

HEIGHT = 48  # pixels of a line for the net
_FAR = 14, 30  # pixels of a line's height in a photo of a whole board
LEAST_WIDTH, MOST_WIDTH = 160, 960  # of a batch: narrower ones are padded, wider lines squeezed


def at_size(pixels: Array) -> Array:
    """Scale a line as the reader does: 48 high, its width in proportion."""
    height, width = pixels.shape[:2]
    size = (min(MOST_WIDTH, max(8, math.ceil(HEIGHT * width / height))), HEIGHT)
    return np.asarray(cv2.resize(pixels, size))


def batch(lines: Sequence[Array], width: int = LEAST_WIDTH) -> Array:
    """Stand lines of 48 pixels' height in one array b×3×48×w float32, -1…1, padded with 0.

    It is `width` wide, or as wide as its widest line.
    """
    width = max(width, *(line.shape[1] for line in lines))
    out = np.zeros((len(lines), 3, HEIGHT, width), np.float32)
    for place, line in zip(out, lines, strict=True):
        place[:, :, : line.shape[1]] = line.transpose(2, 0, 1) / 127.5 - 1
    return out


def varied(line: Written, rng: np.random.Generator, far: float = 0.0) -> Array:
    """Return `line` in a random box, turn, blur and light: 48×w×3 uint8.

    `far`: of drawn lines so many are seen as small and dull as those of a board in a photo.
    """
    pixels = at_size(_boxed(line, rng))
    drawn = line.kind == "drawn"
    distant = drawn and far > 0 and rng.random() < far
    if distant:
        pixels = _from_far(pixels, rng)
    if pixels.shape[1] > 24 and rng.random() < 0.5:
        squeezed = max(16, round(pixels.shape[1] * float(np.exp(rng.normal(0, 0.1)))))
        pixels = np.asarray(cv2.resize(pixels, (min(MOST_WIDTH, squeezed), HEIGHT)))
    return photographed(pixels, rng, 1.0 if drawn and not distant else 0.55)


def photographed(pixels: Array, rng: np.random.Generator, strength: float) -> Array:
    """Lose what a cheap camera loses: sharpness, even light, colour; `strength` 0…2."""
    if rng.random() < 0.55 * strength:
        pixels = _blurred(pixels, rng, strength)
    out = pixels.astype(np.float32)
    if rng.random() < 0.7:
        out = _lit(out, rng, strength)
    if rng.random() < 0.03:
        out = 255 - out  # chalk, or a dark screen
    if rng.random() < 0.5 * strength:
        grain = rng.normal(0, rng.uniform(1, 9) * strength, (*out.shape[:2], 1))
        out = out + grain.astype(np.float32)
    done = np.clip(out, 0, 255).astype(np.uint8)
    if rng.random() < 0.35 * strength:
        quality = int(rng.integers(25, 85))
        coded = cv2.imencode(".jpg", done, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        done = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return done


def _boxed(line: Written, rng: np.random.Generator) -> Array:
    """Cut the line out in a looser or tighter, slightly turned and slanted box."""
    x0, y0, x1, y1 = (float(v) for v in line.inner)
    height, width = y1 - y0, x1 - x0
    # the text detector's boxes are looser than those of people, by a tenth to a fifth
    loose = rng.uniform(-0.06, 0.3, 4) if line.kind != "found" else rng.uniform(-0.06, 0.1, 4)
    x0, x1 = x0 - loose[0] * height, x1 + loose[1] * height
    y0, y1 = y0 - loose[2] * height, y1 + loose[3] * height
    turn = float(rng.normal(0, 1.0)) * min(1.0, 6 * height / max(width, 1))
    slant = float(rng.normal(0, 0.12))
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    spread = np.array([[cos, -sin + slant], [sin, cos]])  # of the box's own axes in the picture
    size = (max(4, round(x1 - x0)), max(4, round(y1 - y0)))
    start = middle - spread @ (np.array(size) / 2)
    matrix = np.c_[spread, start]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(line.pixels, matrix, size, None, flags, cv2.BORDER_REPLICATE)
    return np.asarray(cut)


def _blurred(pixels: Array, rng: np.random.Generator, strength: float) -> Array:
    height, width = pixels.shape[:2]
    chance = rng.random()
    if chance < 0.45:
        return np.asarray(
            cv2.GaussianBlur(pixels, (0, 0), 0.3 + float(rng.uniform(0, 0.9)) * strength)
        )
    if chance < 0.75:  # few pixels
        share = float(rng.uniform(0.4, 0.8))
        few = (max(4, round(width * share)), max(8, round(height * share)))
        small = cv2.resize(pixels, few, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
    kernel = np.ones((2, 2), np.uint8)
    shaped = cv2.erode(pixels, kernel) if rng.random() < 0.6 else cv2.dilate(pixels, kernel)
    return np.asarray(shaped)  # a thicker pen, or a thinner one


def _from_far(pixels: Array, rng: np.random.Generator) -> Array:
    """Leave the pixels that a line has in a photo of a whole board, out of focus or moved."""
    height, width = pixels.shape[:2]
    share = float(rng.uniform(*_FAR)) / height
    few = (max(4, round(width * share)), max(4, round(height * share)))
    small = cv2.resize(pixels, few, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.3, 0.8)))
    if rng.random() < 0.3:
        length = int(rng.integers(2, 4))
        way = np.ones((1, length) if rng.random() < 0.5 else (length, 1), np.float32) / length
        small = cv2.filter2D(small, -1, way)
    contrast = float(rng.uniform(0.35, 1.0))
    dull = small.mean(axis=(0, 1)) * (1 - contrast) + small.astype(np.float32) * contrast
    large = cv2.resize(dull, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(large, 0, 255), np.uint8)


def _lit(out: Array, rng: np.random.Generator, strength: float) -> Array:
    width = out.shape[1]
    gain = 1 + float(rng.uniform(-0.45, 0.15)) * strength
    out = (out - 255) * float(rng.uniform(0.55, 1.15)) + 255  # fainter ink
    tint = 1 + rng.normal(0, 0.06 * strength, 3).astype(np.float32)
    slope = 1 + np.linspace(-1, 1, width, dtype=np.float32) * float(rng.normal(0, 0.12)) * strength
    return np.asarray(out * gain * tint * slope[None, :, None], np.float32)
