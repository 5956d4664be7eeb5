"""Pictures full of noise cost no more than a busy board."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ingest.extract.local.eyes.layout import BOX, CHANNELS, FRAME_BOX
from ingest.extract.local.eyes.nodes import find_nodes
from ingest.extract.local.eyes.pairs import find_pairs
from ingest.extract.local.eyes.sight import look
from ingest.extract.local.eyes.votes import find_ends

Array = npt.NDArray[Any]


def noise(seed: int) -> Array:
    maps = np.random.default_rng(seed).normal(0, 3, (CHANNELS, 256, 256)).astype(np.float32)
    maps[BOX] -= 4
    maps[FRAME_BOX] -= 4
    return maps


def test_noise_gives_bounded_nodes_ends_and_pairs() -> None:
    maps = noise(1)
    seen = find_nodes(maps, 0.3)
    assert 0 < len(seen.boxes) <= 1200
    assert 0 < len(find_ends(maps).points) <= 800
    nodes = seen.kinds < 8
    pairs = find_pairs(maps, seen.boxes[nodes], seen.kinds[nodes])
    assert np.isfinite(pairs.there).all()
    assert np.isfinite(pairs.back).all()
    assert (pairs.places[:, 0] < pairs.places[:, 1]).all()


@pytest.mark.parametrize("count", [0, 1])
def test_no_nodes_have_no_pairs(count: int) -> None:
    boxes = np.tile([10.0, 10.0, 50.0, 50.0], (count, 1))
    pairs = find_pairs(noise(2), boxes, np.zeros(count, int))
    assert len(pairs.places) == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (33, 31)])
def test_any_size_is_looked_at(size: tuple[int, int]) -> None:
    shown: list[tuple[int, ...]] = []

    def net(pixels: Array) -> Array:
        shown.append(pixels.shape)
        return np.zeros((1, CHANNELS, pixels.shape[2] // 4, pixels.shape[3] // 4), np.float32)

    look(net, np.zeros((*size, 2), np.uint8), 256)
    assert shown[0][2] % 32 == 0
    assert shown[0][3] % 32 == 0
    assert max(shown[0][2:]) == 256
