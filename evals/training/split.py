"""Which real boards the eyes learn from."""

from __future__ import annotations

# Never trained on, by any net: they show what a board of unseen content costs. hdBPMN's eleven
# exercises stand in each of its splits, so that a net could learn their layouts by heart.
HELD_OUT_EXERCISES = frozenset({"ex04", "ex09"})


def is_held_out(name: str) -> bool:
    """Tell whether the hdBPMN picture `name` (``ex04_writer0012``) is of a held-out exercise."""
    return name.split("_", 1)[0] in HELD_OUT_EXERCISES
