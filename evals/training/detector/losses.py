"""How wrong the maps of a net are."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from ingest.extract.local.eyes.layout import (
    BOX,
    DASHED,
    FRAME_BOX,
    HEAD,
    KIND,
    LINE,
    REACH,
    TAIL,
    TO_HEAD,
    TO_TAIL,
    WAY,
)

WEIGHTS = {
    "kind": 1.0, "box": 1.0, "frame": 0.5, "ends": 1.0, "line": 1.0, "way": 0.7, "reach": 0.6,
    "either": 1.4, "dashed": 0.3,
}  # fmt: skip


def losses(maps: Tensor, true: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the loss, each one number, before `WEIGHTS`.

    Args:
        maps: what the net answers, b×`CHANNELS`×n×n.
        true: the maps that `targets.targets` paints.
    """
    maps = maps.float()
    ends = maps[:, HEAD : TAIL + 1]
    parts = {
        "kind": _focal(maps[:, KIND], true["kind"], true["kind_known"]),
        "box": _overlap(maps[:, BOX], true["box"], true["box_known"]),
        "frame": _overlap(maps[:, FRAME_BOX], true["frame"], true["frame_known"]),
        "ends": _focal(ends, true["ends"], true["ends_known"]),
        "line": _mask(maps[:, LINE], true["line"], true["line_known"]),
        "way": _mean((maps[:, WAY] - true["way"]).abs().sum(1), true["way_known"]),
        "dashed": _mean(
            functional.binary_cross_entropy_with_logits(
                maps[:, DASHED], true["dashed"], reduction="none"
            ),
            true["line"],
        ),
    }
    reach = torch.cat([maps[:, TO_HEAD], maps[:, TO_TAIL]], 1) * REACH
    parts["reach"], parts["either"] = _reaches(reach, true)
    return parts


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def _focal(logits: Tensor, true: Tensor, known: Tensor) -> Tensor:
    """Focal loss on peaks that fall off gently (Zhou et al. 2019, Objects as points)."""
    p = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    peak = (true >= 0.999).float()
    loss = -peak * (1 - p) ** 2 * torch.log(p)
    loss = loss - (1 - peak) * (1 - true) ** 4 * p**2 * torch.log(1 - p)
    return (loss * known).sum() / (peak * known).sum().clamp(min=1.0)


def _overlap(logs: Tensor, true: Tensor, weights: Tensor) -> Tensor:
    """-log of intersection over union of boxes around the same cell."""
    sides = torch.exp(logs.clamp(-5, 5))
    both = torch.minimum(sides, true)
    common = (both[:, 0] + both[:, 2]) * (both[:, 1] + both[:, 3])
    areas = sum((s[:, 0] + s[:, 2]) * (s[:, 1] + s[:, 3]) for s in (sides, true))
    iou = common / (areas - common).clamp(min=1e-6)
    return _mean(-torch.log(iou.clamp(min=1e-3)), weights)


def _mask(logits: Tensor, true: Tensor, known: Tensor) -> Tensor:
    """Cross entropy plus Dice (Milletari et al. 2016): lines cover a few cells in a hundred."""
    heavier = logits.new_tensor(2.0)
    cross = functional.binary_cross_entropy_with_logits(
        logits, true, reduction="none", pos_weight=heavier
    )
    p = torch.sigmoid(logits) * known
    dice = 2 * (p * true).sum() / (p.sum() + (true * known).sum() + 1)
    return (cross * known).mean() * 4 + 1 - dice


def _reaches(reach: Tensor, true: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Loss of the ways to both ends, in their order, and in whichever order fits better.

    Far ends count less. The second helps while the direction is still unknown, and is all there is
    for lines without one head.
    """
    known = true["reach_known"]
    far = torch.stack([true["reach"][:, k : k + 2].abs().sum(1) for k in (0, 2)], 1)
    weight = (1 / (3 + 0.25 * far)).repeat_interleave(2, 1)
    inside = known.repeat_interleave(2, 1)
    ordered = inside * true["ordered"][:, None]
    first = ((reach - true["reach"]).abs() * weight * ordered).sum() / ordered.sum().clamp(min=1.0)
    both = (known[:, 0] * known[:, 1])[:, None]
    swap = [2, 3, 0, 1]
    one = ((reach - true["reach"]).abs() * weight * both).sum(1)
    two = ((reach - true["reach"][:, swap]).abs() * weight[:, swap] * both).sum(1)
    return first, torch.minimum(one, two).sum() / (4 * both.sum()).clamp(min=1.0)
