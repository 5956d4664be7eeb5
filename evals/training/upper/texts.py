"""What e5's lower layers make of every text of the lessons: read once, for many rounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.extraction.progress import shown
from evals.training.asking.encoder import PRECISION
from evals.training.questions.arrays import read_arrays, write_arrays
from evals.training.selection.laid import Laid
from kb.embed.embedder import MAX_ASKED
from kb.embed.lower import LOWER, MAX_WORDS, LowerLayers, States

_BATCH = 32
_HOW = {"layers": LOWER, "words": MAX_WORDS, "asked": MAX_ASKED, "precision": PRECISION}


@dataclass(frozen=True)
class Texts:
    """States of texts, (words, dim): of one, those from its start to its end."""

    states: NDArray[np.float16]
    ends: dict[str, tuple[int, int]]

    def __getitem__(self, text: str) -> States:
        if text not in self.ends:
            raise LookupError(f"{text!r} is laid out but was not read: `read` comes first")
        start, end = self.ends[text]
        return self.states[start:end]


def asked_of(question: str) -> str:
    """Return the name of a question among texts: a row may have the same words."""
    return f"?{question}"


def read(laid: Sequence[Laid], lower: LowerLayers) -> Texts:
    """Read all questions, and all rows that any of them has."""
    every = {id(one.units): one.units for one in laid}.values()
    parts: dict[str, States] = {}
    rows = {units.words(n) for units in every for n in range(len(units.texts))}
    for part in _parted(rows, "batches of rows"):
        parts |= zip(part, lower.rows(part), strict=True)
    for part in _parted({one.text for one in laid}, "batches of questions"):
        parts |= zip(map(asked_of, part), lower.asked(part), strict=True)
    return _together(parts)


def _parted(texts: set[str], name: str) -> Iterator[list[str]]:
    order = sorted(texts, key=lambda text: (len(text), text))
    starts = range(0, len(order), _BATCH)
    for start in shown(starts, len(starts), name):
        yield order[start : start + _BATCH]


def _together(parts: dict[str, States]) -> Texts:
    ends: dict[str, tuple[int, int]] = {}
    at = 0
    for text, states in parts.items():
        ends[text] = (at, at + len(states))
        at += len(states)
    return Texts(np.concatenate(list(parts.values())), ends)


def save(texts: Texts, path: Path) -> None:
    """Write `texts`, and how they were read."""
    about = {"names": list(texts.ends), "ends": [end for _, end in texts.ends.values()]}
    write_arrays(path, {"states": texts.states}, about | {"how": _HOW})


def load(paths: Iterable[Path]) -> Texts:
    """Read what `save` wrote, all files as one.

    Raises:
        LookupError: a file was read by other layers, or up to another length.
    """
    parts: dict[str, States] = {}
    for path in paths:
        arrays, about = read_arrays(path)
        if (how := about.get("how")) != _HOW:
            raise LookupError(f"{path} was read otherwise, {how}: `read` comes first")
        start = 0
        for name, end in zip(about["names"], about["ends"], strict=True):
            parts[name] = arrays["states"][start:end]
            start = end
    return _together(parts)
