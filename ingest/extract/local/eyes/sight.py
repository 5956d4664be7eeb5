"""Runs the net over a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import (
    BOX,
    CHANNELS,
    FRAME_BOX,
    LONGEST,
    MULTIPLE,
    TO_HEAD,
    TO_TAIL,
    WAY,
)
from ingest.extract.local.eyes.light import even_out
from ingest.extract.local.geometry import stretch_of

Array = npt.NDArray[Any]

_EVEN = 1280  # longest side at which the light is evened out, as in training; of elongated more


@dataclass(frozen=True, slots=True)
class Maps:
    """What the net answered.

    Attributes:
        values: `CHANNELS`×h×w, float32.
        scale: pixels the net saw per pixel of the picture asked about.
        origin: (x, y) of the net's first pixel, in pixels of that picture.
    """

    values: Array
    scale: float
    origin: tuple[float, float] = (0.0, 0.0)

    def seen(self, points: Array) -> Array:
        """Take points ``(…, 2)`` of the picture to pixels that the net saw."""
        return np.asarray((points - np.asarray(self.origin)) * self.scale)

    def meant(self, points: Array) -> Array:
        """Take points ``(…, 2)`` that the net saw to pixels of the picture."""
        return np.asarray(points / self.scale + np.asarray(self.origin))


class Net(Protocol):
    """Something that answers 1×2×h×w (0…1, sides multiples of `MULTIPLE`) with its maps."""

    def __call__(self, pixels: Array, /) -> Array:
        """Return 1×`CHANNELS`×h/4×w/4."""
        ...


class OnnxNet:
    """The net as onnxruntime runs it. `threads`: of one run."""

    def __init__(self, weights: Path, *, threads: int = 1) -> None:
        from ingest.extract.local.sessions import open_session

        self._session = open_session(weights, threads)

    def __call__(self, pixels: Array) -> Array:
        """Return the maps of `pixels`."""
        return np.asarray(self._session.run(None, {"picture": pixels})[0])


def light_of(bgr: Array) -> Array:
    """Return ink and colour of a picture (h×w×3, uint8): h×w×2.

    The longest side is at most 1280, of an elongated picture up to twice that.
    """
    scale = min(1.0, _EVEN * stretch_of(*bgr.shape[:2]) / max(bgr.shape[:2]))
    return even_out(_resized(bgr, scale))


def look(net: Net, light: Array, longest: int = LONGEST) -> Maps:
    """Show `light` (h×w×2, uint8) and its mirror image to the net, `longest` pixels long.

    The mean of both answers is steadier than one: a hundredth more of the arrows of hdBPMN val.
    """
    scale = longest / max(light.shape[:2])
    small = _resized(light, scale)
    height, width = small.shape[:2]
    padded = np.zeros((_up(height), _up(width), 2), np.float32)
    padded[:height, :width] = small.astype(np.float32) / 255.0
    pixels = np.ascontiguousarray(padded.transpose(2, 0, 1)[None])
    other = net(np.ascontiguousarray(pixels[..., ::-1]))[0]
    return Maps((net(pixels)[0] + mirrored(other)) / 2, scale)


def mirrored(maps: Array) -> Array:
    """Return the maps of a picture whose mirror image has `maps`."""
    order = np.arange(CHANNELS)
    for box in (BOX, FRAME_BOX):  # left, top, right, bottom
        order[[box.start, box.start + 2]] = box.start + 2, box.start
    turned = maps[order, :, ::-1]
    for way in (WAY, TO_HEAD, TO_TAIL):  # across, down
        turned[way.start] *= -1
    return np.asarray(turned)


def _up(side: int) -> int:
    return -(-side // MULTIPLE) * MULTIPLE


def _resized(pixels: Array, scale: float) -> Array:
    if abs(scale - 1) < 1e-6:
        return pixels
    size = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=way))
