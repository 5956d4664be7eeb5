"""The questions as they are written down: a line each, with what is right.

::

    category | question | boards: nodes | facts

Boards are named without folder and suffix within their own company's file, ``+`` joins boards that
are all needed, ``~`` boards that do instead of the one before. Nodes, by the start of their words,
and facts are separated by ``;``, a fact's other wordings by `` or ``. Without facts the nodes'
words are the facts. Category ``none``: the boards don't hold it; the board named is only near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.text import language_of

FOLDER = Path(__file__).parent / "questions"
HALVES = ("dev", "report")
UNANSWERABLE = "none"
CATEGORIES = (
    "lookup", "follows", "leads", "path", "list", "owner", "across", "time", "colour", "source",
    "person", "diff", "diagram", UNANSWERABLE,
)  # fmt: skip

_BAR = re.compile(r"\s*(?<!\\)\|\s*")


@dataclass(frozen=True)
class Place:
    """A board, by its name without suffix, and the starts of the words of its right nodes."""

    board: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question and what is right.

    Attributes:
        places: all of these are needed; of the places in one, any will do.
        facts: all of these; of the wordings of one, any will do.
    """

    id: str
    category: str
    text: str
    places: tuple[tuple[Place, ...], ...]
    facts: tuple[tuple[str, ...], ...]

    @property
    def answerable(self) -> bool:
        """Whether the boards hold the answer."""
        return self.category != UNANSWERABLE

    @property
    def language(self) -> str:
        """Language of the question: "en" or "zh"."""
        return language_of(self.text) or "en"


def questions(half: str, folder: Path = FOLDER) -> list[Question]:
    """Read the questions of one half. Raises ValueError, with the line, where one is none."""
    return [one for path in sorted((folder / half).glob("*.txt")) for one in _of_file(path)]


def _of_file(path: Path) -> Iterator[Question]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            try:
                yield _question(line, path.stem, number)
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error


def _question(line: str, company: str, number: int) -> Question:
    category, text, *rest = (part.replace("\\|", "|") for part in _BAR.split(line.strip()))
    if category not in CATEGORIES or not text or len(rest) > 2:
        raise ValueError("not: category | question | boards | facts")
    places = tuple(_alternatives(one, company) for one in (rest[0] if rest else "").split(" + "))
    wanted = _listed(rest[1]) if len(rest) > 1 else _first_words(places)
    if category != UNANSWERABLE and not (places[0] and wanted):
        raise ValueError("an answerable question needs boards and facts")
    facts = tuple(tuple(one.split(" or ")) for one in wanted)
    return Question(f"{company}-{number}", category, text, places, facts)


def _alternatives(words: str, company: str) -> tuple[Place, ...]:
    return tuple(_place(one, company) for one in words.split(" ~ ") if one.strip())


def _place(words: str, company: str) -> Place:
    board, _, nodes = words.strip().partition(": ")
    name = board if "/" in board else f"{company}/{board}"
    return Place(name, _listed(nodes))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in words.split(";") if one.strip())


def _first_words(places: tuple[tuple[Place, ...], ...]) -> tuple[str, ...]:
    return tuple(node for group in places for node in (group[0].nodes if group else ()))
