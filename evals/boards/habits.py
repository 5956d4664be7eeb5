"""How one person draws nodes and links all over a board."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evals.boards.spec import Emphasis, Item, Link, Route, Shape, Side, Tip

_SHAPES: tuple[Shape, ...] = (
    "box", "box", "box", "round", "round", "ellipse", "ellipse", "diamond", "cylinder", "document",
    "cloud", "text", "text",
)  # fmt: skip
_COLORS = ("red", "blue", "green", "orange", "purple", "black", "brown")
_FILLS = ("yellow", "pink", "green", "blue", "orange", "purple", "red", "grey")
_EMPHASES: tuple[Emphasis, ...] = (
    "underline", "underline", "wave", "strike", "circle", "bracket", "highlight",
)  # fmt: skip
_SIDES: tuple[Side, ...] = ("left", "above", "right", "below")
_TIPS: tuple[Tip, ...] = ("open", "open", "open", "filled", "half", "sloppy", "sloppy", "hollow")


@dataclass(frozen=True)
class Habits:
    """What somebody mostly does; shares from 0 to 1.

    Attributes:
        text: size of the letters, pixels of the flat board.
        wordy: how many nodes are bare words.
        shapes: what the others are.
        colourful: how many nodes have a colour of their own.
        route: how lines go.
        tip: how arrows end.
        tip_size: in text sizes.
        gap: mean pixels between a line's end and its node.
        heads: how many lines have a head.
        dashed: how many lines are dashed.
        forks: how likely lines from one node start as one.
        aimed: how likely lines end at the middle of a side.
        emphasis: how many words are marked.
        sizes: how much text sizes differ.
    """

    text: float
    wordy: float
    shapes: tuple[Shape, ...]
    colourful: float
    route: Route
    tip: Tip
    tip_size: float
    gap: float
    heads: float
    dashed: float
    forks: float
    aimed: float
    emphasis: float
    sizes: float

    def shape(self, rng: np.random.Generator) -> Shape:
        """Return the shape of a next node."""
        if rng.random() < self.wordy:
            return "text"
        return self.shapes[int(rng.integers(len(self.shapes)))]

    def item(
        self, name: str, text: str, shape: Shape, rng: np.random.Generator, **more: Any
    ) -> Item:
        """Return a node; `more` sets fields of it."""
        color = str(rng.choice(_COLORS)) if rng.random() < self.colourful else ""
        item = Item(name, text.strip(), shape, color)
        item = replace(item, size=float(np.clip(rng.normal(1, self.sizes), 0.65, 1.9)))
        if shape == "text":
            item = replace(item, wrap=int(self.text * rng.uniform(4, 13)))
            if rng.random() < self.emphasis:
                item = replace(item, emphasis=(_EMPHASES[int(rng.integers(len(_EMPHASES)))],))
            if rng.random() < 0.06:
                item = replace(item, angle=float(rng.normal(0, 8)))
        elif shape in ("box", "ellipse", "round", "diamond") and rng.random() < 0.12:
            if rng.random() < 0.6:
                item = replace(item, fill=str(rng.choice(_FILLS)))
            elif rng.random() < 0.4:
                item = replace(item, hatched=True)
        return replace(item, **more)

    def link(self, source: str, target: str, label: str, rng: np.random.Generator) -> Link:
        """Return a link."""
        odd = rng.random(6)
        route: Route = self.route
        if odd[0] < 0.15:
            route = ("straight", "curve", "elbow", "auto")[int(rng.integers(4))]
        heads = int(odd[1] < self.heads) * (2 if odd[2] < 0.07 else 1)
        tip = self.tip if odd[3] < 0.85 else _TIPS[int(rng.integers(len(_TIPS)))]
        low, high = np.clip(rng.normal(self.gap, 5, 2), -6, 25)
        return Link(
            source, target, label, heads, bool(odd[4] < self.dashed), route,
            str(rng.choice(_COLORS)) if rng.random() < self.colourful * 0.4 else "",
            aim=_SIDES[int(rng.integers(4))] if odd[5] < self.aimed else "",
            gaps=(float(low), float(high)), tip=tip,
            tip_size=float(np.clip(self.tip_size * rng.normal(1, 0.15), 0.25, 1.5)),
        )  # fmt: skip


def habits(rng: np.random.Generator, text: float, wordy: bool | None) -> Habits:
    """Return somebody's habits. `wordy` None: as it comes."""
    bare = float(rng.choice([0.0, 0.1, 0.3, 0.6, 0.9]))
    if wordy is not None:
        bare = float(rng.choice([0.75, 0.9, 1.0] if wordy else [0.0, 0.1, 0.3]))
    few = int(rng.integers(1, 6))
    shapes = tuple(_SHAPES[int(i)] for i in rng.integers(len(_SHAPES), size=few))
    shares = rng.random(4)
    return Habits(
        text=text, wordy=bare, shapes=shapes,
        colourful=float(rng.choice([0.0, 0.0, 0.1, 0.3, 0.7])),
        route=("straight", "straight", "auto", "curve", "elbow")[int(rng.integers(5))],
        tip=_TIPS[int(rng.integers(len(_TIPS)))], tip_size=float(rng.uniform(0.35, 1.0)),
        gap=float(rng.uniform(-2, 13)),
        heads=float(rng.choice([1.0, 1.0, 1.0, 0.9, 0.5, 0.1])),
        dashed=float(rng.choice([0.0, 0.0, 0.05, 0.2, 0.6])),
        forks=0.25 * float(shares[0] < 0.6),
        aimed=float(rng.choice([0.0, 0.0, 0.1, 0.3])),
        emphasis=float(rng.choice([0.0, 0.05, 0.15])),
        sizes=float(rng.choice([0.03, 0.08, 0.2])),
    )  # fmt: skip
