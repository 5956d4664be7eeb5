"""What a step of selection says of a question, and what two steps say together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.net import GONE


class Logits(NamedTuple):
    """What is said of a question.

    Attributes:
        member: (rows,): of each row of the sheet for being of the answer, GONE where it isn't read.
        start: (rows,): likewise for being where the answer starts.
        none: for there being no answer.
    """

    member: NDArray[np.float32]
    start: NDArray[np.float32]
    none: float


def mixed(first: Logits, second: Logits, share: float) -> Logits:
    """Return the weighted mean of what two steps say; `share` is the weight of the second.

    Rows that the second didn't read are GONE. That there is no answer is said by whichever doubts
    more: in a store of a few boards the selector net seldom does.
    """

    def both(one: NDArray[np.float32], two: NDArray[np.float32]) -> NDArray[np.float32]:
        mean = (1 - share) * one + share * two
        return np.asarray(np.where(two > GONE, mean, GONE), np.float32)

    return Logits(
        member=both(first.member, second.member),
        start=both(first.start, second.start),
        none=max(first.none, second.none),
    )
