"""The maps that the net should answer with for a batch of crops, painted where it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from evals.training.detector.boards import DOUBT
from evals.training.detector.line_maps import line_maps
from evals.training.detector.placed import Placed, moved
from ingest.extract.local.eyes.layout import FRAMES, KINDS, STRIDE, UNIT

Array = npt.NDArray[Any]
Maps = dict[str, Tensor]
"""By name, each with the batch in front, float32:

- kind: KINDS×n×n, peaks of 1 at centres; `kind_known` is 0 where nothing is asked.
- box: 4×n×n, ways to the sides in `UNIT` cells, where `box_known` (n×n) > 0; `frame` alike.
- ends: 2×n×n, peaks at heads and tails; `ends_known` as for kinds.
- line: n×n, 1 on lines; `line_known`.
- way: 2×n×n, unit vectors; `way_known` on lines with one head.
- reach: 4×n×n, cells to head and tail; `reach_known` (2×n×n) where that end is in the crop;
  `ordered` (n×n) where it is known which is the head.
- dashed: n×n.
"""

_SEEN = 0.55  # a node of which less is in the crop is neither right nor wrong
_LEAST = 8  # pixels: smaller nodes are not asked for
_CORE = 0.35  # of the peak: these cells tell the box
_FRAMES = sorted(KINDS.index(kind) for kind in FRAMES)


def targets(boards: Sequence[Placed], matrices: Array, size: int) -> Maps:
    """Return the maps of the crops that ``matrices (b, 3, 3)`` take from `boards`."""
    n = size // STRIDE
    device = boards[0].pixels.device
    return _node_maps(boards, matrices, n, device) | line_maps(boards, matrices, n, device)


def _node_maps(boards: Sequence[Placed], matrices: Array, n: int, device: torch.device) -> Maps:
    crops = np.repeat(np.arange(len(boards)), [len(board.kinds) for board in boards])
    kinds = np.concatenate([board.kinds for board in boards])
    corners = np.concatenate([board.corners for board in boards])
    spots, ahead = moved(corners, matrices[crops][:, None])
    spots = spots / STRIDE
    boxes = np.concatenate([spots.min(axis=1), spots.max(axis=1)], 1)
    clipped = np.clip(boxes, 0.0, n)
    sides, whole = clipped[:, 2:] - clipped[:, :2], np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    there = ahead.all(axis=1) & (sides.min(axis=1, initial=np.inf) >= 0.5)
    small = sides.max(axis=1, initial=0) * STRIDE < _LEAST
    asked = there & ~small & (kinds != DOUBT) & (sides.prod(axis=1) >= _SEEN * whole)
    shapes = torch.from_numpy(np.c_[crops, kinds, clipped].astype(np.float32)).to(device)
    maps = _peaks(shapes[torch.from_numpy(asked).to(device)], len(boards), n)
    known = _known(shapes[torch.from_numpy(there & ~asked).to(device)], len(boards), n)
    return {**maps, "kind_known": torch.maximum(known, (maps["kind"] >= 1.0).float())}


def _peaks(shapes: Tensor, count: int, n: int) -> Maps:
    """Paint ``shapes (s, 6)``: crop, kind, box in cells."""
    crops, kinds = shapes[:, 0].long(), shapes[:, 1].long()
    low, high = shapes[:, 2:4], shapes[:, 4:6]
    middle = ((low + high) / 2 - 0.5).round().clamp(0, n - 1)
    spread = ((high - low) * 0.1).clamp(min=0.9)
    cells = torch.arange(n, device=shapes.device, dtype=torch.float32)
    away = cells - middle[..., None]  # s×2×n
    slopes = torch.exp(-(away**2) / (2 * spread[..., None] ** 2))
    hills = slopes[:, 1, :, None] * slopes[:, 0, None, :]
    kind = _highest(hills, crops * len(KINDS) + kinds, count * len(KINDS))
    sides = torch.stack([cells + 0.5 - low[..., None], high[..., None] - cells - 0.5])  # 2×s×2×n
    inside = sides.amin(0) > 0.2
    core = (hills > _CORE) & inside[:, 1, :, None] & inside[:, 0, None, :]
    core |= (away[:, 1, :, None] == 0) & (away[:, 0, None, :] == 0)
    told = torch.where(core, hills, 0.0)
    frame = torch.isin(kinds, torch.tensor(_FRAMES, device=kinds.device)).long()
    places = crops * 2 + frame
    weight = _highest(told, places, count * 2)
    shape, row, column = ((told > 0) & (told == weight[places])).nonzero(as_tuple=True)
    ways = torch.zeros(count * 2, 4, n, n, device=shapes.device)
    left, right = sides[:, shape, 0, column]
    top, bottom = sides[:, shape, 1, row]
    ways[places[shape], :, row, column] = torch.stack([left, top, right, bottom], 1).clamp(min=0.1)
    ways, weight = ways.view(count, 2, 4, n, n) / UNIT, weight.view(count, 2, n, n)
    return {
        "kind": kind.view(count, len(KINDS), n, n),
        "box": ways[:, 0], "box_known": weight[:, 0],
        "frame": ways[:, 1], "frame_known": weight[:, 1],
    }  # fmt: skip


def _highest(hills: Tensor, places: Tensor, count: int) -> Tensor:
    """Return the highest of ``hills (s, n, n)`` at each of `count` places, else 0."""
    maps = hills.new_zeros(count, *hills.shape[1:])
    index = places[:, None, None].expand_as(hills)
    return maps.scatter_reduce_(0, index, hills, "amax")


def _known(shapes: Tensor, count: int, n: int) -> Tensor:
    """Return 0 where one of ``shapes (s, 6)`` is partly seen: count×KINDS×n×n."""
    crops, kinds = shapes[:, 0].long(), shapes[:, 1].long()
    cells = torch.arange(n, device=shapes.device, dtype=torch.float32)
    low, high = shapes[:, 2:4, None].floor(), shapes[:, 4:6, None].ceil()
    covered = (cells >= low) & (cells < high)
    boxes = (covered[:, 1, :, None] & covered[:, 0, None, :]).float()
    frame = torch.isin(kinds, torch.tensor(_FRAMES, device=kinds.device)).long()
    doubt = _highest(boxes, crops * 2 + frame, count * 2).view(count, 2, 1, n, n)
    known = (1 - doubt[:, 0]).repeat(1, len(KINDS), 1, 1)
    known[:, _FRAMES] *= 1 - doubt[:, 1]
    return known
