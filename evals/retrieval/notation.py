r"""The boards of the question sets, as they are written down by hand: one text file a company.

::

    === 2026-02-03 box | Checkout, first idea     a board: file name, manner, title (may be empty)
    Cart -> <Card ok?> -[yes]-> (Paid)            arrows, with a label; -- is a line without a head
    <Card ok?> -[no]-> Ask bank@red & Retry       one arrow each; ``@red`` is the colour of the ink
    # Risks@red                                   a frame; a lone # closes it
    ## Next                                       a heading over a list, without a frame
    - words that stand alone
    * a sticky note@yellow                        the colour of the paper
    : Postgres | cheap | known                    a row of a table

``[box]``, ``(ellipse)``, ``<diamond>`` and ``{sticky}`` say what is drawn around words; without
them the board's manner does: ``text`` (nothing, the default), ``box`` or ``sticky``. The same words
again mean the same thing on the board. ``\n`` starts a new line. A file name that ends in
``.canvas`` makes a JSON Canvas, any other an Excalidraw file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

Shape = Literal["text", "box", "ellipse", "diamond", "sticky"]

_JOIN = re.compile(r"\s+(?:-\[(?P<label>[^\]]*)\])?(?P<line>->|--)\s+")
_INK = re.compile(r"@(red|orange|yellow|green|teal|blue|purple|pink|gray|black)$")
_SHAPES: dict[str, Shape] = {"[]": "box", "()": "ellipse", "<>": "diamond", "{}": "sticky"}
_MANNERS: dict[str, Shape] = {"": "text", "text": "text", "box": "box", "sticky": "sticky"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass
class Thing:
    """Something with words on it; `frame` is the number of the frame it stands in."""

    id: str
    text: str
    shape: Shape
    color: str | None = None
    block: int = 0


@dataclass(frozen=True)
class Join:
    """A line between two things, by their ids."""

    source: str
    target: str
    label: str
    directed: bool


@dataclass
class Block:
    """A part of the board: framed, or under a heading, or neither."""

    name: str = ""
    framed: bool = False
    color: str | None = None


@dataclass
class Drawing:
    """One board as it is meant: what stands on it and what is joined.

    Attributes:
        name: file name below the folder of all boards, with its suffix.
        drawn: the day in its file name; None where there is none.
    """

    name: str
    title: str
    manner: Shape = "text"
    things: list[Thing] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=lambda: [Block()])

    @property
    def drawn(self) -> datetime | None:
        """When it was drawn: the day in its file name, in the morning."""
        found = _DAY.search(self.name)
        return datetime.fromisoformat(f"{found[0]}T10:30") if found else None


def drawings(path: Path) -> list[Drawing]:
    """Read the boards of one file. Raises ValueError, with the line, where it makes no sense."""
    boards: list[Drawing] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if line.startswith("=== "):
                boards.append(_headed(line[4:], path.stem))
            elif line.strip():
                _add(boards[-1], line.strip())
        except (ValueError, LookupError) as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from error
    return boards


def _headed(line: str, folder: str) -> Drawing:
    name, _, title = (part.strip() for part in line.partition("|"))
    name, *manners = name.split()
    suffix = "" if name.endswith(".canvas") else ".excalidraw"
    return Drawing(f"{folder}/{name}{suffix}", title, _MANNERS[" ".join(manners)])


def _add(board: Drawing, line: str) -> None:
    mark, _, rest = line.partition(" ")
    if mark in ("#", "##"):
        text, color = _inked(rest.strip())
        board.blocks.append(Block(text, framed=mark == "#" and bool(text), color=color))
    elif mark == "-":
        thing(board, rest, "text")
    elif mark == "*":
        thing(board, rest, "sticky")
    elif mark == ":":
        thing(board, rest, "text")
    else:
        board.joins += _joined(board, line)


def _joined(board: Drawing, line: str) -> Iterator[Join]:
    parts = _JOIN.split(line)
    before = [thing(board, one) for one in parts[0].split(" & ")]
    if len(parts) == 1 and len(before) > 1:
        raise ValueError("an & without an arrow")
    for at in range(1, len(parts), 3):
        label, kind, words = parts[at : at + 3]
        after = [thing(board, one) for one in words.split(" & ")]
        for source in before:
            for target in after:
                yield Join(source.id, target.id, label or "", kind == "->")
        before = after


def thing(board: Drawing, token: str, shape: Shape | None = None) -> Thing:
    """Return the thing of these words on `board`, made now unless it is there."""
    words, color = _inked(token.strip())
    drawn = _SHAPES.get(words[:1] + words[-1:]) if shape is None and len(words) > 2 else None
    text = (words[1:-1] if drawn else words).strip().replace("\\n", "\n")
    if not text or text in _SHAPES or "->" in text:
        raise ValueError(f"these are no words of a thing: {text!r}")
    for known in board.things:
        if known.text == text:
            return known
    made = Thing(
        id=f"n{len(board.things) + 1}",
        text=text,
        shape=drawn or shape or board.manner,
        color=color,
        block=len(board.blocks) - 1,
    )
    board.things.append(made)
    return made


def _inked(words: str) -> tuple[str, str | None]:
    found = _INK.search(words)
    return (words[: found.start()].strip(), found[1]) if found else (words, None)
