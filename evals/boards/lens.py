"""Takes a photograph as phones do: what lies around, hard and soft light, a poor sensor, JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from evals.boards.camera import Floats32, View, edge, homography, project
from evals.boards.pen import Bytes, Floats
from evals.boards.spec import Camera, SurfaceName
from evals.boards.surface import clouds, is_paper

_CLOSEST = 2.0  # pixels of the photo per pixel of the board at most
_COARSE = 8  # pixels of the photo per pixel of its light


def snap(
    board: Bytes, camera: Camera, surface: SurfaceName, rng: np.random.Generator, content: Floats
) -> View:
    """Take a picture of `board`, ``(height, width, 3)`` uint8 RGB.

    Args:
        board: what is photographed.
        camera: how.
        surface: what the board is.
        rng: chance.
        content: points ``(n, 2)`` of the board that must be seen.
    """
    height, width = board.shape[:2]
    matrix = _framed(width, height, camera, content)
    if surface == "screen":
        photo = np.full((camera.height, camera.width, 3), board[0, 0], np.uint8)
    else:
        photo = _background(surface, camera, rng)
        edge(photo, matrix, width, height, "paper" if is_paper(surface) else "whiteboard")
        if not is_paper(surface):
            _tray(photo, matrix, width, height, rng)
    size = (camera.width, camera.height)
    warped = cv2.warpPerspective(board, matrix, size, flags=cv2.INTER_AREA)
    full = np.full((height, width), 255, np.uint8)
    mask = np.asarray(cv2.warpPerspective(full, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
    np.copyto(photo, np.asarray(warped, np.uint8), where=mask[:, :, None] > 127)
    lit = _lit(photo, mask, camera, rng)
    return View(_sensed(lit, camera, rng), matrix)


def _framed(width: int, height: int, camera: Camera, content: Floats) -> Floats:
    """Return the view in which `content` spans the share of the photo that the camera says."""
    matrix = homography(width, height, camera)
    seen = project(matrix, content)
    low, high = seen.min(axis=0), seen.max(axis=0)
    size = np.array([camera.width, camera.height])
    board = project(matrix, np.array([(0, 0), (width, 0), (width, height), (0, height)]))
    pixels = float(np.sqrt(width * height) / np.sqrt(np.prod(np.ptp(board, axis=0))))
    scale = min(float((size * camera.fill / (high - low)).min()), _CLOSEST * pixels)
    at = (size - (high - low) * scale) * (0.1 + 0.8 * np.array(camera.shift)) - low * scale
    return np.array([[scale, 0, at[0]], [0, scale, at[1]], [0, 0, 1]]) @ matrix


def _background(surface: SurfaceName, camera: Camera, rng: np.random.Generator) -> Bytes:
    """Return a wall or a desk with some large things on it, out of focus."""
    height, width = camera.height // 4 + 1, camera.width // 4 + 1
    tone = rng.uniform(60, 225) + rng.normal(0, 8, 3)
    if is_paper(surface):
        tone = np.array([150, 110, 74]) * rng.uniform(0.3, 1.4) + rng.normal(0, 12, 3)
    small = np.full((height, width, 3), np.clip(tone, 0, 255), np.uint8)
    for _ in range(int(rng.integers(0, 9)) if rng.random() < 0.7 else 0):
        x, y = rng.uniform(-0.2, 1.1) * width, rng.uniform(-0.2, 1.1) * height
        w, h = rng.uniform(0.05, 0.6) * width, rng.uniform(0.05, 0.8) * height
        other = [float(v) for v in np.clip(rng.uniform(10, 250) + rng.normal(0, 9, 3), 0, 255)]
        corners = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
        corners += rng.normal(0, 0.02 * width, (4, 2))
        cv2.fillPoly(small, [corners.astype(np.int32)], other, cv2.LINE_AA)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.5, 4))), np.uint8)
    rough = 1 + 0.03 * clouds(rng, height, width, int(rng.integers(2, 9)))
    small = np.clip(small * rough[:, :, None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(small, (camera.width, camera.height)), np.uint8)


def _tray(photo: Bytes, matrix: Floats, width: int, height: int, rng: np.random.Generator) -> None:
    """Put a tray with pens under the board, in place."""
    if rng.random() < 0.5:
        return

    def block(x0: float, y0: float, x1: float, y1: float, tone: list[float]) -> None:
        corners = project(matrix, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        cv2.fillPoly(photo, [np.round(corners * 16).astype(np.int32)], tone, cv2.LINE_AA, 4)

    unit = width / 100
    left, right = sorted(rng.uniform(0, width, 2))
    top = height + unit * 0.6
    grey = float(rng.uniform(90, 220))
    block(left, top, right, top + unit * 2.2, [grey, grey, grey])
    for _ in range(int(rng.integers(0, 6))):
        x = float(rng.uniform(left, right))
        tone = [float(v) for v in rng.integers(10, 230, 3)]
        block(x, top - unit * 0.5, x + unit * 8, top + unit * 0.6, [240.0, 240.0, 240.0])
        block(x, top - unit * 0.5, x + unit * 2.5, top + unit * 0.6, tone)


def _lit(photo: Bytes, mask: Bytes, camera: Camera, rng: np.random.Generator) -> Floats32:
    """Cast light and shadows, worked out coarsely."""
    height, width = camera.height // _COARSE + 1, camera.width // _COARSE + 1
    ys, xs = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    slope = float(rng.uniform(0, 2 * np.pi))
    ramp = np.cos(slope) * (xs - 0.5) + np.sin(slope) * (ys - 0.5)
    corner = (xs - 0.5) ** 2 + (ys - 0.5) ** 2
    patch = clouds(rng, height, width, int(rng.integers(2, 5))).astype(np.float32)
    level = camera.exposure * (1 + camera.light * (ramp - 0.7 * corner + 0.1 * patch))
    if camera.shadow:
        level = level * (1 - 0.5 * camera.shadow * _shadow(height, width, rng))
    tint = np.array([1 + 0.09 * camera.warmth, 1.0, 1 - 0.14 * camera.warmth], np.float32)
    gain = np.maximum(level, 0.08)[:, :, None] * tint
    size = (camera.width, camera.height)
    out = photo * np.asarray(cv2.resize(gain.astype(np.float32), size), np.float32)
    if camera.glare:
        on_board = np.asarray(cv2.resize(mask, (width, height)), np.float32) / 255
        shine = _glare(xs, ys, rng) * camera.glare * on_board
        full = np.asarray(cv2.resize(shine, size), np.float32)[:, :, None]
        out = out + (255 - out) * full
    return np.asarray(out, np.float32)


def _shadow(height: int, width: int, rng: np.random.Generator) -> Floats32:
    """Return the shadow of somebody, of a window's bars or of a hand with a phone."""
    layer = np.zeros((height, width), np.float32)
    kind = int(rng.integers(3))
    if kind == 0:
        x, y, r = rng.uniform(0.1, 0.9) * width, rng.uniform(0.4, 0.8) * height, 0.09 * width
        cv2.ellipse(layer, (int(x), int(y)), (int(r), int(1.2 * r)), 0, 0, 360, 1.0, -1)
        cv2.ellipse(
            layer,
            (int(x), height),
            (int(2.6 * r), int(max(height - y - r, 1))),
            0,
            180,
            360,
            1.0,
            -1,
        )
    elif kind == 1:
        spots = np.array([(0, 0), (width, 0), (width, height), (0, height)]) * rng.uniform(
            0.2, 1.2, (4, 2)
        )
        cv2.fillPoly(layer, [spots.astype(np.int32)], 1.0)
    else:
        x, lean = rng.uniform(0, 1) * width, rng.normal(0, 0.3) * width
        wide = rng.uniform(0.1, 0.4) * width
        spots = np.array([(x, 0), (x + wide, 0), (x + wide + lean, height), (x + lean, height)])
        cv2.fillPoly(layer, [spots.astype(np.int32)], 1.0)
    soft = float(rng.choice([0.6, 2.0, 6.0]))
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), soft), np.float32)


def _glare(xs: Floats32, ys: Floats32, rng: np.random.Generator) -> Floats32:
    """Return the reflections of lamps, a flash or a window."""
    shine = np.zeros(xs.shape, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        cx, cy = rng.uniform(0.05, 0.95), rng.uniform(0.0, 0.9)
        wide, tall = rng.uniform(0.015, 0.14), rng.uniform(0.015, 0.09)
        lean = float(rng.normal(0, 0.3))
        dx, dy = (xs - cx) + lean * (ys - cy), ys - cy
        if rng.random() < 0.35:  # a window
            far = np.maximum(np.abs(dx / wide), np.abs(dy / tall) * 0.5) ** 6
            shine += np.exp(-far).astype(np.float32) * float(rng.uniform(0.2, 0.8))
        else:
            far = (dx / wide) ** 2 + (dy / tall) ** 2
            shine += (np.exp(-far) * 0.95 + 0.25 * np.exp(-far / 9)).astype(np.float32)
    return np.asarray(np.clip(shine, 0, 1), np.float32)


def _sensed(photo: Floats32, camera: Camera, rng: np.random.Generator) -> Bytes:
    """Blur, lose pixels, add grain and pack as JPEG."""
    height, width = photo.shape[:2]
    if camera.blur:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), camera.blur), np.float32)
    if camera.sharpness < 1:
        less = (max(1, int(width * camera.sharpness)), max(1, int(height * camera.sharpness)))
        photo = np.asarray(cv2.resize(photo, less, interpolation=cv2.INTER_AREA), np.float32)
    grain = rng.standard_normal((*photo.shape[:2], 1), np.float32)
    photo = photo + np.float32(camera.noise) * grain
    low = np.asarray(np.clip(photo + 0.5, 0, 255), np.uint8)
    if low.shape[1] != width:
        low = np.asarray(cv2.resize(low, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    _, packed = cv2.imencode(".jpg", low[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, camera.quality])
    back = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(back[:, :, ::-1])
