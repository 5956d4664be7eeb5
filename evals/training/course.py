"""What every training does alike: the pace, a running mean, going on where it stopped."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn as _mean_of

_WARM_UP = 150  # steps
_SAVE_EVERY_S = 180.0
_SAY_EVERY = 25  # steps
_STEEPEST = 5.0  # norm of a gradient; steeper ones are cut


def device_of(net: nn.Module) -> torch.device:
    """Return where the weights of `net` are."""
    return next(net.parameters()).device


class Course:
    """A net on its way. ``last.pt`` in `folder` holds how far it is.

    `keep`: share of the running mean that a step leaves as it is. `minutes`: after them the course
    ends, however many steps were made; the pace is set by whichever end is nearer.
    """

    def __init__(
        self, net: nn.Module, optimiser: torch.optim.Optimizer, folder: Path, *, keep: float,
        minutes: float = math.inf,
    ) -> None:  # fmt: skip
        self.net, self.optimiser, self.folder, self.keep = net, optimiser, folder, keep
        self.begin, self.limit = time.monotonic(), minutes * 60
        self.step = 0
        self.mean = {name: value.clone() for name, value in net.state_dict().items()}

    def learn(self, batch: Any) -> dict[str, Tensor]:
        """Take one step on `batch` and return the parts of its loss by name."""
        raise NotImplementedError

    def run(self, batches: Iterable[Any], steps: int) -> None:
        """Train up to step `steps`; say how it goes; save now and then and at the end."""
        begin, first, saved = time.monotonic(), self.step, time.monotonic()
        self.begin = begin
        sums: dict[str, Tensor] = {}
        said = self.step
        for batch in batches:
            for name, value in self.learn(batch).items():
                sums[name] = sums.get(name, 0.0) + value.detach()
            if self.step % _SAY_EVERY == 0:
                pace = (time.monotonic() - begin) / (self.step - first)
                left = min(pace * (steps - self.step), self.limit - time.monotonic() + begin) / 60
                parts = " ".join(
                    f"{k} {float(v) / (self.step - said):.3f}" for k, v in sums.items()
                )
                sys.stdout.write(
                    f"step {self.step} {pace:.2f} s/step, {left:.0f} min left: {parts}\n"
                )
                sys.stdout.flush()
                sums, said = {}, self.step
            if self._done(steps) >= 1.0:
                break
            if time.monotonic() - saved > _SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()
        self.save()

    def resume(self) -> None:
        """Go on from ``last.pt``, if there is one."""
        path = self.folder / "last.pt"
        if path.exists():
            state = torch.load(path, weights_only=True, map_location=device_of(self.net))
            self.net.load_state_dict(state["net"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.mean, self.step = state["mean"], state["step"]

    def set_rate(self, highest: float, steps: int) -> None:
        """Set the learning rate of this step: a short rise, then a cosine down to 0 at `steps`."""
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, self._done(steps)))
        for group in self.optimiser.param_groups:
            group["lr"] = highest * min(1.0, (self.step + 1) / _WARM_UP) * fall + 1e-7

    def _done(self, steps: int) -> float:
        return max(self.step / steps, (time.monotonic() - self.begin) / self.limit)

    def descend(self, loss: Tensor) -> None:
        """Take one step down `loss`; one that is not finite is left out."""
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        if torch.isfinite(loss):
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.net.parameters(), _STEEPEST)
            self.optimiser.step()
            self._follow()

    def _follow(self) -> None:
        keep = min(self.keep, (1 + self.step) / (10 + self.step))
        now = self.net.state_dict()
        smooth = [name for name, value in now.items() if value.is_floating_point()]
        with torch.no_grad():
            mix = _mean_of(keep)  # type: ignore[no-untyped-call]
            mix([self.mean[n] for n in smooth], [now[n] for n in smooth], 1)
            for name in now.keys() - set(smooth):
                self.mean[name].copy_(now[name])

    def save(self) -> None:
        """Write ``last.pt``, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(),
            "mean": self.mean, "step": self.step,
        }  # fmt: skip
        unfinished = self.folder / "last.unfinished"
        torch.save(state, unfinished)
        unfinished.replace(self.folder / "last.pt")
