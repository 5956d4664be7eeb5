"""What an ingest tells while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["added", "unchanged", "failed"]
Step = Literal["read"] | Outcome


@dataclass(frozen=True)
class Event:
    """Something for the eyes of who waits: a source's outcome.

    What is added was ``read`` before, which is where its time goes: progress counts that.
    """

    outcome: Step
    path: str
    code: str = ""
    message: str = ""


@dataclass
class Summary:
    """What became of every file; the shape of ``kb ingest --json``.

    `replaced` and `blank` are some of those files: `replaced` had other bytes before, whose boards
    it replaced; on `blank` nothing could be read.
    `model`: what a model server was asked, what went wrong and what was mended, summed over all
    boards; empty without one.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    seconds: float = 0.0
    model: dict[str, float] = field(default_factory=dict)

    def count(self, figures: Mapping[str, float]) -> None:
        """Sum up what the model server was asked; shares such as the agreement are no sums."""
        for name, value in figures.items():
            if not name.startswith("agreement"):
                self.model[name] = round(self.model.get(name, 0.0) + value, 3)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        told: dict[str, Any] = {
            "added": self.added,
            "unchanged": self.unchanged,
            "failed": self.failed,
            "replaced": self.replaced,
            "blank": self.blank,
            "seconds": round(self.seconds, 3),
        }
        return {**told, "model": self.model} if self.model else told


@dataclass(frozen=True)
class Watcher:
    """Who is told how an ingest goes.

    Attributes:
        start: gets how many files there are.
        event: gets each file's outcome as it is known.
        wait: gets who holds the store when it must be waited for.
        reached: gets each stage of each source as it is reached (for crash tests).
    """

    start: Callable[[int], None] = lambda _count: None
    event: Callable[[Event], None] = lambda _event: None
    wait: Callable[[str], None] = lambda _holder: None
    reached: Callable[[str], None] = lambda _stage: None


QUIET = Watcher()  # for whoever looks at the summary only
