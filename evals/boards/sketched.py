"""Boards as drawing programs sketch them: boxes of one size, strokes drawn twice, hatched fills.

Their exports are read as often as photos, and they are photographed from screens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evals.boards.spec import BoardSpec, Item, Link, Manner, Part

_SHARE = 0.3  # of the boards
_SHAPED = frozenset({"box", "round", "ellipse", "diamond", "document", "cylinder"})
_FILLS = ("yellow", "pink", "green", "blue", "orange", "purple", "red", "grey")


def sketched(spec: BoardSpec) -> BoardSpec:
    """Return `spec`, or in three of ten cases the same board as a drawing program has it.

    Chance is that of the spec's seed alone, so all other boards stay as they are.
    """
    rng = np.random.default_rng([spec.seed, 32])
    manner = spec.style.manner
    if manner is None or rng.random() > _SHARE:
        return spec
    habit = _habit(rng)
    rows = tuple(tuple(_part(part, habit, rng) for part in row) for row in spec.rows)
    style = replace(spec.style, manner=_manner(manner, rng))
    links = tuple(_link(link, rng) for link in spec.links)
    return replace(spec, rows=rows, style=style, links=links)


@dataclass(frozen=True)
class _Habit:
    """How somebody uses the program.

    `least`: usual width and height of a shape in text sizes. `filled`, `hatched`, `empty`, `large`:
    how many shapes are.
    """

    least: tuple[float, float]
    filled: float
    hatched: float
    empty: float
    large: float


def _habit(rng: np.random.Generator) -> _Habit:
    return _Habit(
        least=(float(rng.uniform(2, 12)), float(rng.uniform(1.5, 5))),
        filled=float(rng.choice([0.0, 0.15, 0.5, 1.0])),
        hatched=float(rng.choice([0.0, 0.5, 1.0])),
        empty=float(rng.choice([0.0, 0.0, 0.1, 0.5])),
        large=float(rng.choice([0.0, 0.0, 0.05, 0.2])),
    )


def _manner(manner: Manner, rng: np.random.Generator) -> Manner:
    twice = float(rng.choice([0.0, 0.6, 1.0, 1.0]))
    spread = manner.spread * float(rng.choice([0.3, 0.6, 1.0]))
    streaks = manner.streaks * float(rng.choice([0.0, 0.3]))
    return replace(manner, twice=twice, spread=spread, streaks=streaks)


def _part(part: Part, habit: _Habit, rng: np.random.Generator) -> Part:
    if part.layout in ("lanes", "table", "list", "wall"):
        return part
    return replace(part, items=tuple(_item(item, habit, rng) for item in part.items))


def _item(item: Item, habit: _Habit, rng: np.random.Generator) -> Item:
    chance = rng.random(4)
    if item.shape not in _SHAPED or item.outside:
        return item
    grown = float(rng.uniform(1.5, 4)) if chance[0] < habit.large else 1.0
    item = replace(item, least=(habit.least[0] * grown, habit.least[1] * grown))
    if chance[1] < habit.empty:
        item = replace(item, text=" ")
    if chance[2] < habit.filled:
        fill = _FILLS[int(rng.integers(len(_FILLS)))]
        item = replace(item, fill=fill, hatched=bool(chance[3] < habit.hatched))
    return item


def _link(link: Link, rng: np.random.Generator) -> Link:
    """Return a link whose ends touch more often than hands make them."""
    return replace(link, gaps=(1.0, 1.0)) if rng.random() < 0.5 else link
