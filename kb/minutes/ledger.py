"""The citations of one set of minutes: every number belongs to nodes of a board that was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.evidence import BoardRef, Citation
from kb.scene import Node, Scene, union_box

MAX_QUOTE = 2_000


@dataclass(frozen=True)
class Read:
    """A board that the minutes are made of."""

    ref: BoardRef
    scene: Scene


@dataclass
class Ledger:
    """Gives each cited place its number."""

    _numbers: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    _citations: list[Citation] = field(default_factory=list)

    def cite(self, board: Read, nodes: Iterable[Node], text: str = "") -> int:
        """Return the number of these nodes (at least one); `text` stands for their own words."""
        found = list(dict.fromkeys(nodes))
        place = (board.ref.id, tuple(node.id for node in found))
        if place not in self._numbers:
            words = text or "\n".join(filter(None, (node.text.strip() for node in found)))
            citation = Citation(
                n=len(self._citations) + 1,
                board=board.ref,
                nodes=place[1],
                region=union_box([node.bbox for node in found]),
                text=words[:MAX_QUOTE],
            )
            self._numbers[place] = citation.n
            self._citations.append(citation)
        return self._numbers[place]

    def citations(self) -> tuple[Citation, ...]:
        """Return what was cited, numbered from 1."""
        return tuple(self._citations)
