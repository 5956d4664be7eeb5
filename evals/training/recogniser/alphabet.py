"""The signs that the recogniser knows, and what its output says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx


class Alphabet:
    """Signs by their number in the output; 0 is the blank of CTC, the last one is the space."""

    def __init__(self, signs: Iterable[str]) -> None:
        self.signs = ["", *signs, " "]
        self._numbers = {sign: i for i, sign in enumerate(self.signs) if sign}

    @classmethod
    def of(cls, model: onnx.ModelProto) -> Alphabet:
        """Read the signs that `model` carries."""
        kept = {entry.key: entry.value for entry in model.metadata_props}
        return cls(kept["character"].splitlines())

    def __contains__(self, text: str) -> bool:
        return all(sign in self._numbers for sign in text)

    def numbers(self, text: str) -> list[int]:
        """Return the number of each sign; raises KeyError for an unknown one."""
        return [self._numbers[sign] for sign in text]

    def text(self, best: Sequence[int] | npt.NDArray[Any]) -> str:
        """Read the likeliest sign of each step: repeats are one sign, blanks none."""
        path = np.asarray(best)
        new = np.ones(len(path), bool)
        new[1:] = path[1:] != path[:-1]
        return "".join(self.signs[i] for i in path[new & (path != 0)])
