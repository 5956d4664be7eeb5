"""The net: a small residual encoder with a feature pyramid; maps at a quarter of the picture.

Residual blocks as in He et al. 2016, lateral sums as in Lin et al. 2017 (feature pyramids).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.extract.local.eyes.layout import CHANNELS, DASHED, HEAD, KIND, KINDS, LINE, TAIL

_WIDTHS = (16, 32, 64, 128, 192)  # at strides 2, 4, 8, 16, 32
_SPREADS = (1, 2, 3, 1)  # dilations at stride 32: a long arrow is seen whole
_NODE_CHANNELS = HEAD  # the maps before it tell of nodes, the others of lines
# Width and dilations of looks around, stride 16.
_LOOKS = ((96, (1, 2, 4)), (64, (1, 2, 4, 8)), (96, (1, 2, 4, 8)))
_RARE = -4.0  # first guess of a logit: hardly a cell is a centre or an end


class _Layer(nn.Module):
    def __init__(
        self, inner: int, outer: int, size: int = 3, step: int = 1, spread: int = 1,
        *, active: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        room = size // 2 * spread
        self.conv = nn.Conv2d(inner, outer, size, step, room, dilation=spread, bias=False)
        self.norm = nn.BatchNorm2d(outer)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return functional.relu(x, inplace=True) if self.active else x


class _Block(nn.Module):
    def __init__(self, width: int, spread: int = 1, *, silent: bool = False) -> None:
        super().__init__()
        self.first = _Layer(width, width)
        self.second = _Layer(width, width, spread=spread, active=False)
        if silent:
            nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)), inplace=True)


class _Again(nn.Module):
    """Another look around at stride 16, added to what is known at stride 8: lines run far."""

    def __init__(self, width: int, inner: int, spreads: tuple[int, ...]) -> None:
        super().__init__()
        self.down = _Layer(width, inner, step=2)
        self.blocks = nn.Sequential(*(_Block(inner, spread) for spread in spreads))
        self.up = _Layer(inner, width, 1, active=False)
        nn.init.zeros_(self.up.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + _twice(self.up(self.blocks(self.down(x)))))


class Net(nn.Module):
    """Ink and colour, n×2×h×w in 0…1, to maps n×`CHANNELS`×h/4×w/4; see `layout`."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = _WIDTHS
        self.down4 = nn.Sequential(_Layer(2, a, step=2), _Layer(a, b, step=2), _Block(b))
        self.down8 = nn.Sequential(_Layer(b, c, step=2), _Block(c), _Block(c))
        self.down16 = nn.Sequential(_Layer(c, d, step=2), _Block(d), _Block(d), _Block(d))
        self.down32 = nn.Sequential(_Layer(d, e, step=2), *(_Block(e, s) for s in _SPREADS))
        self.up16, self.mix16 = _Layer(e, d, 1), _Layer(d, 96)
        self.up8, self.side8, self.mix8 = _Layer(96, 64, 1), _Layer(c, 64, 1), _Layer(64, 64)
        self.up4, self.side4, self.mix4 = _Layer(64, 48, 1), _Layer(b, 48, 1), _Layer(48, 48)
        # These start silent, so that weights from before them stay a start.
        self.again = _Again(64, *_LOOKS[0])
        self.further = _Again(64, *_LOOKS[1])
        self.once_more = _Again(64, *_LOOKS[2])
        self.finer = nn.Sequential(*(_Block(48, silent=True) for _ in range(3)))
        self.nodes = nn.Sequential(_Layer(48, 56), nn.Conv2d(56, _NODE_CHANNELS, 1))
        self.lines = nn.Sequential(_Layer(48, 64), nn.Conv2d(64, CHANNELS - _NODE_CHANNELS, 1))
        self._start()

    def _start(self) -> None:
        for head in (self.nodes, self.lines):
            last = cast(nn.Conv2d, head[1])
            nn.init.normal_(last.weight, 0.0, 0.01)
            nn.init.zeros_(cast(Tensor, last.bias))
        with torch.no_grad():
            nodes, lines = (
                cast(Tensor, cast(nn.Conv2d, h[1]).bias) for h in (self.nodes, self.lines)
            )
            nodes[KIND.start : len(KINDS)] = _RARE
            for channel in (HEAD, TAIL, LINE):
                lines[channel - _NODE_CHANNELS] = _RARE
            lines[DASHED - _NODE_CHANNELS] = -1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps of `x`."""
        x4 = self.down4(x)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        y = self.mix16(x16 + _twice(self.up16(self.down32(x16))))
        y = self.further(self.again(self.mix8(self.side8(x8) + _twice(self.up8(y)))))
        y = self.once_more(y)
        y = self.finer(self.mix4(self.side4(x4) + _twice(self.up4(y))))
        return torch.cat([self.nodes(y), self.lines(y)], 1)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
