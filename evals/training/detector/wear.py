"""Crops as worn pens, poor lamps, sensors and ruled paper leave them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

Array = npt.NDArray[Any]

_BLUR = 7  # cells of the kernel


def worn(ink: Tensor, rng: np.random.Generator, chance: torch.Generator) -> Tensor:
    """Return ``ink (b, size, size)`` as worn pens, poor lamps and sensors leave it."""
    count, size = ink.shape[:2]

    def some(share: float, low: float, high: float, usual: float) -> Tensor:
        drawn = rng.uniform(low, high, count)
        return each(np.where(rng.random(count) < share, drawn, usual), ink)

    ink = ink.clamp(min=1e-6) ** some(0.5, -0.5, 0.5, 0.0).exp()
    ink = ink * some(1.0, 0.6, 1.15, 1.0)
    ink = _blurred(ink, some(0.3, 0.5, 1.3, 0.05).flatten())
    few = max(2, size // 16)
    cells = torch.rand((count, 1, few, few), generator=chance, device=ink.device)  # a dry pen
    patches = functional.interpolate(cells, (size, size), mode="bicubic")[:, 0].clamp(min=0)
    ink = ink * (patches * 3 + some(0.25, 0.1, 0.1, 1.0)).clamp(0.35, 1)
    ink = _ruled(ink, rng)
    slope = torch.linspace(0, 1, size, device=ink.device)  # uneven light that was not evened out
    ink = ink + some(0.15, -0.15, 0.15, 0.0) * slope[:, None]
    ink = ink + some(0.15, -0.15, 0.15, 0.0) * slope
    noise = torch.randn(ink.shape, generator=chance, device=ink.device)
    ink = ink + noise * some(0.6, 0.005, 0.06, 0.0)
    for at in np.nonzero(rng.random(count) < 0.2)[0]:
        for _ in range(int(rng.integers(1, 4))):
            (y, x), (high, wide) = rng.integers(0, size, 2), rng.integers(8, 40, 2)
            ink[at, y : y + high, x : x + wide] = 0.6 if rng.random() < 0.3 else 0.0
    return ink


def each(values: Array, like: Tensor) -> Tensor:
    """Return ``values (b,)`` as b×1×1, where `like` is."""
    return torch.from_numpy(np.asarray(values, np.float32)).to(like.device)[:, None, None]


def _blurred(pictures: Tensor, sigmas: Tensor) -> Tensor:
    """Blur each of ``pictures (b, h, w)`` with its own of ``sigmas (b,)``, in pixels."""
    away = torch.arange(_BLUR, device=pictures.device) - _BLUR // 2
    kernel = torch.exp(-(away**2) / (2 * sigmas[:, None] ** 2))
    kernel = (kernel / kernel.sum(1, keepdim=True))[:, None, None]
    room = _BLUR // 2
    rows = functional.pad(pictures[None], (room, room, room, room), mode="replicate")
    rows = functional.conv2d(rows, kernel, groups=len(pictures))
    return functional.conv2d(rows, kernel.transpose(2, 3), groups=len(pictures))[0]


def _ruled(ink: Tensor, rng: np.random.Generator) -> Tensor:
    """Draw ruled or squared paper into some of ``ink (b, size, size)``."""
    count, size = ink.shape[:2]
    along = torch.arange(size, device=ink.device, dtype=torch.float32)
    step, start = rng.uniform(12, 40, count), rng.uniform(0, 40, count)
    thick = rng.integers(1, 3, count)
    dark = np.where(rng.random(count) < 0.12, rng.uniform(0.05, 0.3, count), 0.0)
    squared = rng.random(count) < 0.6
    for rows, depth in ((True, dark), (False, dark * squared)):
        place = (along + each(start, ink)[:, 0]) % each(step, ink)[:, 0]
        lines = (place < each(thick, ink)[:, 0]).float() * each(depth, ink)[:, 0]
        ink = torch.maximum(ink, lines[:, :, None] if rows else lines[:, None, :])
    return ink
