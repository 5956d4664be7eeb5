"""The maps of lines: where they run, which way, where their ends are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from evals.training.detector.placed import Placed, moved
from ingest.extract.local.eyes.layout import STRIDE

Array = npt.NDArray[Any]

_APART = 0.5  # cells between the points that a line is painted by
_REACH, _DOUBT = 1.5, 2.0  # cells around them that are line, or not asked for
_END = 1.2  # sigma of an end's peak, cells
_LEAST = 0.2  # cells: shorter stretches have no way
_BESIDE = 3.0  # cells beside a crop from which a stretch reaches into it


@dataclass(frozen=True)
class _Ways:
    """All lines of a batch, in cells; l of them with k stretches, those painted later further on.

    Attributes:
        crops: l.
        spots: l×2×2, head and tail.
        heads, dashed, exact: l.
        starts: k×2; `stops` alike; `lines` k: whose each stretch is.
    """

    crops: Array
    spots: Array
    heads: Array
    dashed: Array
    exact: Array
    starts: Array
    stops: Array
    lines: Array


def line_maps(
    boards: Sequence[Placed], matrices: Array, n: int, device: torch.device
) -> dict[str, Tensor]:
    """Return the maps of lines by name, see `targets.Maps`."""
    ways = _all_ways(boards, matrices)
    starts_in, stops_in, near = _clipped(ways.starts, ways.stops, -_BESIDE, n + _BESIDE)
    kept = near & (np.hypot(*(ways.stops - ways.starts).T) >= _LEAST)
    starts, stops, lines, crops, spots, heads, dashed, exact = (
        torch.from_numpy(values).to(device)
        for values in (
            starts_in[kept].astype(np.float32), stops_in[kept].astype(np.float32),
            ways.lines[kept], ways.crops, ways.spots.astype(np.float32), ways.heads, ways.dashed,
            ways.exact > 0,
        )
    )  # fmt: skip
    shape = (len(boards), n, n)
    inside = ((spots >= -0.5) & (spots < n - 0.5)).all(2)
    top, doubt = _owners(starts, stops, crops[lines], exact[lines], shape)
    told = (top >= 0) & torch.cat([exact[lines], exact.new_zeros(1)])[top]
    b, row, column = told.nonzero(as_tuple=True)
    stretch = top[told]
    of = lines[stretch]
    here = torch.stack([column, row], 1).float()[:, None]

    def map_of(values: Tensor) -> Tensor:
        """Return ``values (cells, c)`` where a line runs, 0 elsewhere: b×c×n×n."""
        filled = torch.zeros(len(boards), values.shape[1], n, n, device=device)
        filled[b, :, row, column] = values.float()
        return filled

    ordered = map_of(heads[of][:, None] == 1)[:, 0]
    ends, asked = _ends(crops, spots, heads, exact, inside, shape)
    return {
        "line": told.float(), "line_known": 1 - doubt,
        "way": map_of(functional.normalize(stops - starts, dim=1)[stretch]), "way_known": ordered,
        "reach": map_of((spots[of] - here).flatten(1)), "reach_known": map_of(inside[of]),
        "ordered": ordered, "dashed": map_of(dashed[of][:, None])[:, 0],
        "ends": ends, "ends_known": torch.maximum(asked, (ends >= 1.0).float()),
    }  # fmt: skip


def _all_ways(boards: Sequence[Placed], matrices: Array) -> _Ways:
    counts = [len(board.heads) for board in boards]
    crops = np.repeat(np.arange(len(boards)), counts)
    first = np.cumsum([0, *counts[:-1]])
    owners = np.concatenate([board.owners + at for board, at in zip(boards, first, strict=True)])
    points = np.concatenate([board.points for board in boards])
    spots, ahead = moved(points, matrices[crops[owners]])
    spots = spots / STRIDE - 0.5
    begins = np.searchsorted(owners, np.arange(len(crops)))
    ends = np.searchsorted(owners, np.arange(len(crops)), side="right") - 1
    joined = np.nonzero((owners[1:] == owners[:-1]) & ahead[1:] & ahead[:-1])[0]
    lengths = np.bincount(
        owners[joined], np.abs(spots[joined + 1] - spots[joined]).sum(1), len(crops)
    )
    # Short lines are painted last: where lines share a stretch, the short one needs it more.
    order = joined[np.argsort(-lengths[owners[joined]], kind="stable")]
    heads, dashed, exact = (
        np.concatenate([getattr(board, name) for board in boards])
        for name in ("heads", "dashed", "exact")
    )
    return _Ways(
        crops, np.stack([spots[ends], spots[begins]], 1).reshape(-1, 2, 2), heads, dashed, exact,
        spots[order], spots[order + 1], owners[order],
    )  # fmt: skip


def _clipped(starts: Array, stops: Array, low: float, high: float) -> tuple[Array, Array, Array]:
    """Return the parts of stretches within the square from `low` to `high`, and which have one."""
    ways = stops - starts
    ways = np.where(np.abs(ways) < 1e-9, 1e-9, ways)
    sides = np.stack([low - starts, high - starts]) / ways  # shares of the way
    enter = sides.min(0).max(1, initial=0.0)[:, None]
    leave = sides.max(0).min(1, initial=1.0)[:, None]
    return starts + enter * ways, starts + leave * ways, (enter < leave)[:, 0]


def _owners(
    starts: Tensor, stops: Tensor, crops: Tensor, exact: Tensor, shape: tuple[int, int, int]
) -> tuple[Tensor, Tensor]:
    """Return the last stretch painted on each cell, -1 for none, and 1 where nothing is asked."""
    n = shape[1]
    lengths = (stops - starts).norm(dim=1)
    counts = (lengths / _APART).ceil().long() + 1
    stretch = torch.repeat_interleave(counts)
    place = torch.arange(len(stretch), device=stretch.device) - (counts.cumsum(0) - counts)[stretch]
    share = place / (counts - 1).clamp(min=1)[stretch]
    spots = starts[stretch] + share[:, None] * (stops - starts)[stretch]
    around = torch.arange(-2, 3, device=spots.device)
    offsets = torch.cartesian_prod(around, around)
    cells = spots.round().long()[:, None] + offsets
    far = (cells - spots[:, None]).norm(dim=2)
    reach = torch.where(exact, _REACH, _DOUBT)[stretch]
    inside = ((cells >= 0) & (cells < n)).all(2) & (far <= reach[:, None])
    at, which = inside.nonzero(as_tuple=True)
    x, y = cells[at, which].unbind(1)
    flat = (crops[stretch[at]] * n + y) * n + x
    top = torch.full((shape[0] * n * n,), -1.0, device=spots.device)
    top.scatter_reduce_(0, flat, stretch[at].float(), "amax")
    doubt = torch.zeros(shape[0] * n * n, device=spots.device)
    doubt[flat[~exact[stretch[at]]]] = 1.0
    return top.long().view(shape), doubt.view(shape)


def _ends(
    crops: Tensor, spots: Tensor, heads: Tensor, exact: Tensor, inside: Tensor,
    shape: tuple[int, int, int],
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return peaks at heads and tails, b×2×n×n, and 0 near ends of lines that are not exact."""
    n = shape[1]
    ends = torch.zeros(shape[0] * 2 * n * n, device=spots.device)
    asked = torch.ones(shape, device=spots.device)
    around = torch.arange(-5, 6, device=spots.device)
    offsets = torch.cartesian_prod(around, around)
    hill = torch.exp(-(offsets**2).sum(1) / (2 * _END**2))
    for end in (0, 1):
        headed = (heads == 2) | ((heads == 1) & (end == 0))
        channel = torch.where(headed, 0, 1)
        cells = spots[:, end].round().long()
        shown = exact & inside[:, end]
        x, y = (cells[shown, axis].clamp(0, n - 1)[:, None] + offsets[:, axis] for axis in (0, 1))
        within = (x >= 0) & (x < n) & (y >= 0) & (y < n)
        flat = (((crops * 2 + channel)[shown, None] * n + y) * n + x)[within]
        ends.scatter_reduce_(0, flat, hill.expand(len(x), -1)[within], "amax")
        near = cells[~exact][:, None] + offsets[(offsets.abs() <= 2).all(1)]
        within = ((near >= 0) & (near < n)).all(2)
        x, y = near[within].unbind(1)
        asked[crops[~exact][:, None].expand_as(within)[within], y, x] = 0.0
    return ends.view(shape[0], 2, n, n), asked[:, None].repeat(1, 2, 1, 1)
