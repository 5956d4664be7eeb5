r"""The lessons as they are written down: boards in `boards/`, and in `asked/` questions about them.

::

    category | question | boards: nodes | nodes that the question starts from
    = the same asked in other words, or in the other language

Boards and nodes are named as in `evals.retrieval.questions`, ``\|`` is a bar within their words;
the fourth part holds, by the start of their words, the nodes that the question itself names ("what
follows *checkout*?"), if any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.retrieval.notation import Drawing, drawings
from evals.retrieval.questions import CATEGORIES, UNANSWERABLE, Place

FOLDER = Path(__file__).parent

_BAR = re.compile(r"\s*(?<!\\)\|\s*")


@dataclass(frozen=True)
class Lesson:
    """One thing that is asked, in several wordings.

    Attributes:
        wordings: all mean the same; the first is the one written first.
        places: all of these are needed; of the places in one, any will do.
        starts: beginnings of the nodes that the question names.
    """

    company: str
    category: str
    wordings: tuple[str, ...]
    places: tuple[tuple[Place, ...], ...]
    starts: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the boards hold the answer."""
        return self.category != UNANSWERABLE


def lessons(folder: Path = FOLDER) -> list[Lesson]:
    """Read all lessons. Raises ValueError, with the line, where one is none."""
    return [one for path in sorted((folder / "asked").glob("*.txt")) for one in _of_file(path)]


def boards(folder: Path = FOLDER) -> list[Drawing]:
    """Read all boards of the lessons."""
    return [one for path in sorted((folder / "boards").glob("*.txt")) for one in drawings(path)]


def _of_file(path: Path) -> Iterator[Lesson]:
    entry: list[str] = []
    for number, line in enumerate([*path.read_text("utf-8").splitlines(), "|"], 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        if words.startswith("=") and entry:
            entry.append(words[1:].strip())
            continue
        if entry:
            try:
                yield _lesson(path.stem, entry)
            except ValueError as error:
                raise ValueError(f"{path.name}, before line {number}: {error}") from error
        entry = [words]


def _lesson(company: str, entry: list[str]) -> Lesson:
    category, text, *rest = (part.replace("\\|", "|") for part in _BAR.split(entry[0].strip()))
    if category not in CATEGORIES or not text or len(rest) > 2:
        raise ValueError("not: category | question | boards: nodes | starts")
    groups = (rest[0] if rest else "").split(" + ")
    places = tuple(tuple(_place(one, company) for one in group.split(" ~ ")) for group in groups)
    starts = _listed(rest[1]) if len(rest) > 1 else ()
    if category != UNANSWERABLE and not all(place.nodes for group in places for place in group):
        raise ValueError("an answerable question needs boards and nodes")
    return Lesson(company, category, (text, *entry[1:]), places, starts)


def _place(words: str, company: str) -> Place:
    board, _, nodes = words.strip().partition(": ")
    return Place(f"{company}/{board}", _listed(nodes))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in words.split(";") if one.strip())
