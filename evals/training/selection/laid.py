"""Questions laid out, and the units that they are laid out with, each kept once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.training.questions.arrays import Arrays, read_arrays, write_arrays
from kb.answer.selection.rows import Row, to_be_read
from kb.answer.selection.sheet import Sheet

_RAGGED = ("tokens", "rows", "numbers", "joins")  # of as many lines as a question has
_EVEN = ("vector", "cues")
_PLAIN = ("id", "company", "category", "text", "found")


@dataclass
class Units:
    """Units by number: the parallel lists tell of each what training needs."""

    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # of UNITS
    boards: list[str] = field(default_factory=list)
    vectors: list[NDArray[np.float16]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # by id

    def words(self, number: int) -> str:
        """Return what the lower layers read of a unit."""
        return to_be_read(self.kinds[number], self.texts[number])

    def number(self, row: Row) -> int:
        """Return the number of a row's unit; one that is new gets the next."""
        name = row.hit.id
        if name not in self.numbers:
            self.numbers[name] = len(self.ids)
            self.ids.append(name)
            self.texts.append(row.text)
            self.kinds.append(row.unit)
            self.boards.append(str(row.payload["board"]))
            self.vectors.append(np.asarray(row.point.dense, np.float16))
        return self.numbers[name]


@dataclass
class Laid:
    """One wording laid out, with what is right.

    Attributes:
        tokens: what each token of the question became: (tokens, dim).
        vector: of the question: (dim,).
        rows: numbers of units, in the order of the sheet.
        groups: all are needed; of the sets of rows in one, any will do.
        starts: rows that the question names.
        found: whether search found every board that is needed.
    """

    id: str
    company: str
    category: str
    text: str
    tokens: NDArray[np.float16]
    vector: NDArray[np.float32]
    cues: NDArray[np.float32]
    units: Units
    rows: NDArray[np.int32]
    numbers: NDArray[np.float16]
    joins: NDArray[np.int16]
    groups: list[list[frozenset[int]]]
    starts: frozenset[int]
    found: bool

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Of each row: (rows, dim)."""
        dim = len(self.vector)
        return np.array([self.units.vectors[n] for n in self.rows], np.float32).reshape(-1, dim)

    @property
    def boards(self) -> list[str]:
        """Id of the board of each row."""
        return [self.units.boards[n] for n in self.rows]

    @property
    def is_node(self) -> NDArray[np.bool_]:
        """Whether each row is a node."""
        return np.array([self.units.kinds[n] == "node" for n in self.rows], bool)

    @property
    def right(self) -> set[int]:
        """All rows that are right, of every alternative."""
        return {row for group in self.groups for rows in group for row in rows}


def of_sheet(sheet: Sheet, units: Units) -> dict[str, Any]:
    """Return the fields of `Laid` that a sheet has."""
    return {
        "cues": sheet.cues,
        "units": units,
        "rows": np.array([units.number(row) for row in sheet.rows], np.int32),
        "numbers": sheet.numbers.astype(np.float16),
        "joins": sheet.joins,
    }


def part_of(folder: Path, name: str, part: int, of: int) -> Path:
    """Return the file of a part of what is laid out, from 0 on."""
    return folder / f"{name}-{part}-of-{of}.npz"


def parts_of(folder: Path, name: str) -> list[Path]:
    """Return the files of all parts, [] where one is missing.

    Raises:
        LookupError: all parts are there more than once, in different numbers.
    """
    numbers = {int(file.stem.rpartition("-")[2]) for file in folder.glob(f"{name}-*-of-*.npz")}
    ways = [[part_of(folder, name, part, of) for part in range(of)] for of in sorted(numbers)]
    whole = [files for files in ways if all(one.exists() for one in files)]
    if len(whole) > 1:
        told = " and ".join(f"of {len(files)}" for files in whole)
        raise LookupError(f"all parts {told} of {name} are in {folder}: remove those of before")
    return whole[0] if whole else []


def save(laid: Sequence[Laid], path: Path) -> None:
    """Write questions that share their units to `path`."""
    units = laid[0].units
    arrays: Arrays = {"vectors": np.stack(units.vectors)}
    for name in _RAGGED:
        parts = [getattr(one, name) for one in laid]
        arrays[name] = np.concatenate(parts)
        arrays[f"{name} end"] = np.cumsum([len(part) for part in parts])
    arrays |= {name: np.stack([getattr(one, name) for one in laid]) for name in _EVEN}
    about = {
        "units": {name: getattr(units, name) for name in ("ids", "texts", "kinds", "boards")},
        "asked": [
            {name: getattr(one, name) for name in _PLAIN}
            | {"groups": [[sorted(rows) for rows in group] for group in one.groups]}
            | {"starts": sorted(one.starts)}
            for one in laid
        ],
    }
    write_arrays(path, arrays, about)


def load(paths: Iterable[Path]) -> list[Laid]:
    """Read the questions of files that `save` wrote."""
    return [one for path in paths for one in _load(path)]


def _load(path: Path) -> list[Laid]:
    arrays, about = read_arrays(path)
    units = Units(**about["units"], vectors=list(arrays["vectors"]))
    units.numbers = {name: number for number, name in enumerate(units.ids)}
    cut = {name: _cut(arrays[name], arrays[f"{name} end"]) for name in _RAGGED}
    laid = []
    for n, told in enumerate(about["asked"]):
        groups = [[frozenset(rows) for rows in group] for group in told.pop("groups")]
        starts = frozenset(told.pop("starts"))
        own: dict[str, Any] = {name: parts[n] for name, parts in cut.items()}
        own |= {name: arrays[name][n] for name in _EVEN}
        laid.append(Laid(**told, **own, units=units, groups=groups, starts=starts))
    return laid


def _cut(array: NDArray[Any], ends: NDArray[np.int64]) -> list[NDArray[Any]]:
    return [array[start:end] for start, end in pairwise([0, *ends.tolist()])]
