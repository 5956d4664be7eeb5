"""How sure a selection is: the upper layers' own word, held against what can be counted.

What is foretold is whether there is an answer. Layers that were taught on large stores say too much
in small ones. A name or a figure of the question that no board holds, or words that stand nowhere,
count against an answer whatever they say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.numbers import NUMBERS

COUNTED = (
    "near", "near_z", "held", "named", "hit", "rank", "board_score", "board_rank", "written",
    "written_all", "exact", "lacks_name", "has_name", "lacks_figure", "has_figure", "colour",
    "span", "who", "when", "number", "same_language",
)  # fmt: skip
SIGNS = ("bias", "none", "best", "over_none", "lead", "several", *COUNTED)
SURE_OF_ONE = 8.0  # logits; the lead of a row without a rival


def signs_of(
    members: NDArray[np.float32], none: float, numbers: NDArray[np.float32]
) -> list[float]:
    """Return what tells whether there is an answer: a number for each of SIGNS.

    Args:
        members: logits by the upper layers, of the rows that may answer: (rows,).
        none: theirs of there being no answer.
        numbers: the table of those rows: (rows, NUMBERS).
    """
    order = np.argsort(-members, kind="stable")
    best = float(members[order[0]])
    lead = best - float(members[order[1]]) if len(order) > 1 else SURE_OF_ONE
    several = float(np.logaddexp.reduce(members)) - best
    counted = [float(numbers[order[0], NUMBERS.index(name)]) for name in COUNTED]
    return [1.0, none, best, best - none, min(lead, SURE_OF_ONE), several, *counted]


def sureness(signs: list[float], weights: Mapping[str, float]) -> float:
    """Return the chance that there is an answer: 0 … 1."""
    total = sum(weights.get(name, 0.0) * one for name, one in zip(SIGNS, signs, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))
