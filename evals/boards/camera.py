"""Takes a photograph of a flat board: perspective, frame, wall, light, glare, shadow, noise.

The camera is a pinhole looking at a turned plane, so that a homography takes board pixels to photo
pixels; `View.map` takes the truth along.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from evals.boards.pen import Bytes, Floats
from evals.boards.spec import Camera, SurfaceName
from evals.boards.surface import clouds, is_paper, surroundings

_FRAME = 16.0  # pixels of a board's aluminium frame, on the board's plane


@dataclass(frozen=True)
class View:
    """A photograph and how it came to be.

    Attributes:
        pixels: RGB ``(height, width, 3)`` uint8.
        matrix: homography 3 by 3 from board to photo pixels.
    """

    pixels: Bytes
    matrix: Floats

    def map(self, points: Floats) -> Floats:
        """Take board points ``(n, 2)`` to photo points ``(n, 2)``."""
        return project(self.matrix, points)


def project(matrix: Floats, points: Floats) -> Floats:
    """Apply a homography to ``points (n, 2)``."""
    out = np.c_[points, np.ones(len(points))] @ matrix.T
    return np.asarray(out[:, :2] / out[:, 2:])


def photograph(
    board: Bytes, camera: Camera, surface: SurfaceName, rng: np.random.Generator
) -> View:
    """Take a picture of `board`, ``(height, width, 3)`` uint8 RGB."""
    height, width = board.shape[:2]
    matrix = homography(width, height, camera)
    size = (camera.width, camera.height)
    photo = surroundings(surface, camera.width, camera.height, rng)
    edge(photo, matrix, width, height, surface)
    warped = cv2.warpPerspective(board, matrix, size, flags=cv2.INTER_AREA)
    full = np.full((height, width), 255, np.uint8)
    mask = np.asarray(cv2.warpPerspective(full, matrix, size, flags=cv2.INTER_AREA), np.float32)
    share = (mask / 255.0)[:, :, None]
    lit = photo * (1 - share) + np.asarray(warped, np.float32) * share
    lit = _light(lit.astype(np.float32), share, camera, rng)
    return View(_sensor(lit, camera, rng), matrix)


def homography(width: int, height: int, camera: Camera) -> Floats:
    """Return the 3 by 3 matrix that fits the turned board into the photo with its margin."""
    yaw, pitch, roll = np.deg2rad([camera.yaw, camera.pitch, camera.roll])
    turn = _about("y", yaw) @ _about("x", pitch) @ _about("z", roll)
    corners = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2
    distance = 1.6 * max(width, height)
    space = np.c_[corners, np.zeros(4)] @ turn.T + (0, 0, distance)
    flat = space[:, :2] / space[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = np.array([camera.width, camera.height]) * (1 - 2 * camera.margin)
    scale = float((room / (high - low)).min())
    centre = np.array([camera.width, camera.height]) / 2
    seen = (flat - (low + high) / 2) * scale + centre
    flat_corners = (corners + np.array([width / 2, height / 2])).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat_corners, seen.astype(np.float32)))


def _about(axis: str, angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    rows = {
        "x": [[1, 0, 0], [0, cos, -sin], [0, sin, cos]],
        "y": [[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]],
        "z": [[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]],
    }
    return np.array(rows[axis], np.float64)


def _quad(matrix: Floats, width: int, height: int, grow: float) -> NDArrayInt:
    corners = np.array(
        [
            (-grow, -grow),
            (width + grow, -grow),
            (width + grow, height + grow),
            (-grow, height + grow),
        ]
    )
    return np.round(project(matrix, corners)).astype(np.int32)


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int32]]


def edge(photo: Bytes, matrix: Floats, width: int, height: int, surface: SurfaceName) -> None:
    """Put shadow and frame of the board onto what lies behind it, in place."""
    paper = is_paper(surface)
    shade = np.zeros(photo.shape[:2], np.float32)
    cast = _quad(matrix, width, height, 2 if paper else _FRAME + 2) + np.array([8, 12], np.int32)
    cv2.fillPoly(shade, [cast], 1.0)
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), 6 if paper else 11), np.float32)
    dark = photo * (1 - 0.45 * shade[:, :, None])
    np.copyto(photo, dark.astype(np.uint8))
    if paper:
        return
    for grow, tone in ((_FRAME, 168), (_FRAME - 3, 206), (_FRAME - 7, 188), (2.0, 120)):
        quad = _quad(matrix, width, height, grow)
        cv2.fillPoly(photo, [quad], (tone, tone, tone + 3), cv2.LINE_AA)


def _light(photo: Floats32, share: Floats32, camera: Camera, rng: np.random.Generator) -> Floats32:
    height, width = photo.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = float(rng.uniform(0, 2 * np.pi))
    ramp = (np.cos(slope) * (xs / width - 0.5) + np.sin(slope) * (ys / height - 0.5)) * 0.7
    corner = ((xs / width - 0.5) ** 2 + (ys / height - 0.5) ** 2) * 0.55
    patch = clouds(rng, height, width, 2).astype(np.float32) * 0.05
    level = 0.95 + camera.light * (ramp - corner + patch)
    if camera.shadow:
        level = level * (1 - 0.34 * camera.shadow * _someone(height, width, rng))
    photo = photo * level[:, :, None]
    tint = np.array([1 + 0.05 * camera.warmth, 1.0, 1 - 0.09 * camera.warmth], np.float32)
    photo = photo * tint
    if camera.glare:
        shine = _lamps(xs, ys, rng) * camera.glare
        photo = photo + (255 - photo) * (shine[:, :, None] * share)
    return np.asarray(photo, np.float32)


Floats32 = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def _someone(height: int, width: int, rng: np.random.Generator) -> Floats32:
    """Shadow of a head and shoulders, or an arm, from the lower edge."""
    mask = np.zeros((height, width), np.float32)
    x = int(rng.uniform(0.15, 0.85) * width)
    top = int(rng.uniform(0.45, 0.7) * height)
    size = int(rng.uniform(0.07, 0.11) * width)
    cv2.ellipse(mask, (x, top), (size, int(size * 1.25)), 0, 0, 360, 1.0, -1)
    wide = int(size * 2.6)
    cv2.ellipse(mask, (x, height), (wide, max(height - top - size, 1)), 0, 180, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 40), np.float32)


def _lamps(xs: Floats32, ys: Floats32, rng: np.random.Generator) -> Floats32:
    height, width = xs.shape
    shine = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        cx, cy = rng.uniform(0.15, 0.85) * width, rng.uniform(0.1, 0.7) * height
        wide, tall = rng.uniform(0.05, 0.12) * width, rng.uniform(0.02, 0.06) * height
        far = ((xs - cx) / wide) ** 2 + ((ys - cy) / tall) ** 2
        shine += np.exp(-far) * 0.95 + 0.28 * np.exp(-far / 9)
    return np.asarray(np.clip(shine, 0, 1), np.float32)


def _sensor(photo: Floats32, camera: Camera, rng: np.random.Generator) -> Bytes:
    if camera.blur:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), camera.blur), np.float32)
    if camera.noise:
        shape = photo.shape[:2]
        grain = rng.standard_normal((*shape, 1), np.float32)
        chroma = rng.standard_normal(photo.shape, np.float32)
        photo += np.float32(camera.noise) * (np.float32(0.85) * grain + np.float32(0.4) * chroma)
    return np.asarray(np.clip(photo + 0.5, 0, 255), np.uint8)
