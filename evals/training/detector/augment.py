"""Crops of a board as another camera, pen and lamp would show it, cut where the net trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from evals.training.detector.boards import LONGEST, Board
from evals.training.detector.placed import Placed
from evals.training.detector.wear import each, worn
from ingest.extract.local.eyes.layout import LONGEST as SEEN
from ingest.extract.local.eyes.layout import STRIDE

Array = npt.NDArray[Any]

_USUAL = 0.55, 1.25  # of the size at which the net sees a board
_RARE = 0.4, 1.7  # boards seen from afar, or only a part of one
_RARE_SHARE = 0.25
_SHRUNK = 0.75  # boards that are seen smaller than this are shrunk first
_WAVES = 16, 64  # pixels of a wave of an unsteady hand
_FAR = 1.6  # pixels: the largest sigma of how far it moves
_FARTHEST = 0.7 * STRIDE  # pixels along each side: under a cell of the maps, slantwise too


def crops(
    boards: Sequence[Placed], size: int, rng: np.random.Generator, chance: torch.Generator
) -> tuple[Tensor, Array]:
    """Return random crops, b×2×size×size float32 (ink and colour, 0…1), and their b×3×3 matrices.

    A matrix takes pixels of the board to pixels of the crop. `chance` is on the device of the
    boards.
    """
    ways = [_way(board, size, rng) for board in boards]
    matrices = np.stack([matrix for matrix, _ in ways])
    pens = [
        _pen(board.pixels.float() / 255.0, scale, rng)
        for board, (_, scale) in zip(boards, ways, strict=True)
    ]
    to_pens = matrices @ np.stack([pen[1] for pen in pens])
    seen = _warped([pen[0] for pen in pens], to_pens, shaken(len(boards), size, rng, chance))
    ink = worn(seen[:, 0], rng, chance)
    count = len(boards)
    faint = np.where(rng.random(count) < 0.15, 0.0, rng.uniform(0.5, 1.4, count))
    tint = rng.uniform(0, 0.08, count) * (rng.random(count) < 0.4)
    colour = seen[:, 1] * each(faint, ink) + each(tint, ink)
    return torch.stack([ink, colour], 1).clamp(0.0, 1.0), matrices


def faded(board: Board, rng: np.random.Generator) -> Board:
    """Return `board` as a fainter, noisier picture: its whole, in its place.

    A net is surer of boards that it learnt from than of others; what learns from its answers is
    shown them like this.
    """
    pixels = board.pixels.astype(np.float32) / 255.0
    height, width = pixels.shape[:2]
    ink = pixels[..., 0] ** np.exp(rng.uniform(-0.2, 0.6)) * rng.uniform(0.55, 1.05)
    cells = rng.random((height // 24 + 1, width // 24 + 1), np.float32)
    patches = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    ink = ink * np.clip(patches * rng.uniform(1, 3) + rng.uniform(0.1, 0.5), 0.3, 1)
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.2))
    ink = ink + rng.standard_normal(ink.shape, np.float32) * rng.uniform(0.01, 0.06)
    pixels[..., 0] = ink
    return replace(board, pixels=(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _way(board: Placed, size: int, rng: np.random.Generator) -> tuple[Array, float]:
    smallest, largest = _RARE if rng.random() < _RARE_SHARE else _USUAL
    scale = float(np.exp(rng.uniform(np.log(smallest), np.log(largest)))) * SEEN / LONGEST
    angle = np.deg2rad(rng.normal(0, 3) if rng.random() < 0.8 else rng.uniform(-9, 9))
    stretch = float(np.exp(rng.uniform(-0.13, 0.13)))
    flips = [-1 if rng.random() < 0.2 else 1, -1 if rng.random() < 0.15 else 1]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([scale * stretch * flips[0], scale / stretch * flips[1]])
    if rng.random() < 0.12:
        turn = turn[::-1]
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = rng.uniform(0.1, 0.9, 2) * size - turn @ _spot(board, rng)
    _keep_inside(matrix, board, size, rng)
    if rng.random() < 0.6:
        matrix = _tilted(size, rng) @ matrix
    return matrix, scale


def _spot(board: Placed, rng: np.random.Generator) -> Array:
    """Return a point (x, y) where something is drawn."""
    height, width = board.pixels.shape[1:]
    boxes = board.boxes if len(board.boxes) else np.array([[0.0, 0.0, width, height]])
    box = boxes[int(rng.integers(len(boxes)))]
    return np.asarray(rng.uniform(box[:2], box[2:]))


def _keep_inside(matrix: Array, board: Placed, size: int, rng: np.random.Generator) -> None:
    """Move the crop so that it shows board wherever there is enough of it."""
    height, width = board.pixels.shape[1:]
    corners = np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], float)
    for axis, spots in enumerate((matrix @ corners)[:2]):
        low, high = spots.min(), spots.max()
        if high - low <= size:
            matrix[axis, 2] += rng.uniform(-low, size - high) if rng.random() < 0.8 else 0.0
        elif low > 0:
            matrix[axis, 2] -= low
        elif high < size:
            matrix[axis, 2] += size - high


def _tilted(size: int, rng: np.random.Generator) -> Array:
    tilt, centre = np.eye(3), np.array([[1, 0, size / 2], [0, 1, size / 2], [0, 0, 1.0]])
    tilt[2, :2] = rng.normal(0, 0.06, 2) / size
    return np.asarray(centre @ tilt @ np.linalg.inv(centre))


def _pen(pixels: Tensor, scale: float, rng: np.random.Generator) -> tuple[Tensor, Array]:
    """Return ``pixels (2, h, w)`` by a thicker or thinner pen, or smoothly shrunk.

    Beside them stands the 3×3 matrix that takes their places to those of `pixels`.
    """
    draw = rng.random()
    if draw < 0.04:  # a broad pen
        return torch.cat([functional.max_pool2d(pixels[:1], 3, 1, 1), pixels[1:]]), np.eye(3)
    if draw < 0.22:
        way = 1 if draw < 0.14 else -1
        ink = way * functional.max_pool2d(way * pixels[:1], 2, 1, padding=1)[:, :-1, :-1]
        return torch.cat([ink, pixels[1:]]), np.eye(3)
    if scale >= _SHRUNK:
        return pixels, np.eye(3)
    height, width = pixels.shape[1:]
    small = round(height * scale), round(width * scale)
    x, y = width / small[1], height / small[0]
    back = np.array([[x, 0, x / 2 - 0.5], [0, y, y / 2 - 0.5], [0, 0, 1]])
    pixels = functional.interpolate(pixels[None], small, mode="bilinear", antialias=True)[0]
    return pixels, back


def shaken(count: int, size: int, rng: np.random.Generator, chance: torch.Generator) -> Tensor:
    """Return the places of a crop's pixels, b×size×size×2, some as an unsteady hand moves them.

    They move by less than a cell of the maps, so what is true stays true.
    """
    along = torch.arange(size, device=chance.device, dtype=torch.float32)
    y, x = torch.meshgrid(along, along, indexing="ij")
    places = torch.stack([x, y]).expand(count, -1, -1, -1)
    cells = max(2, size // int(rng.integers(*_WAVES)))
    moves = torch.randn((count, 2, cells, cells), generator=chance, device=chance.device)
    far = np.where(rng.random(count) < 0.5, rng.uniform(0, _FAR, count), 0.0)
    moves = functional.interpolate(moves, (size, size), mode="bicubic")
    moves = (moves * each(far, moves)[..., None]).clamp(-_FARTHEST, _FARTHEST)
    return (places + moves).permute(0, 2, 3, 1)


def _warped(pictures: Sequence[Tensor], matrices: Array, places: Tensor) -> Tensor:
    """Return what `pictures`, each c×h×w, show at `places` once ``matrices (b, 3, 3)`` moved them.

    `places`: b×size×size×2; returns b×c×size×size.
    """
    device, size = places.device, places.shape[1]
    back = torch.from_numpy(np.linalg.inv(matrices).astype(np.float32)).to(device)
    flat = places.reshape(len(pictures), -1, 2)
    spots = torch.cat([flat, torch.ones_like(flat[..., :1])], -1) @ back.transpose(1, 2)
    sides = [(picture.shape[2] - 1, picture.shape[1] - 1) for picture in pictures]
    reach = torch.tensor(sides, dtype=torch.float32).to(device)[:, None]
    grids = (spots[..., :2] / spots[..., 2:] * (2 / reach) - 1).view(-1, 1, size, size, 2)
    return torch.cat(
        [
            functional.grid_sample(picture[None], grid, align_corners=True)
            for picture, grid in zip(pictures, grids, strict=True)
        ]
    )
