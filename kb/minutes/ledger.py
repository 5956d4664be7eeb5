"""The citations of one set of minutes: every number belongs to nodes of a board that was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb.apart import named
from kb.evidence import BoardRef, Citation
from kb.minutes.shapes import Section
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

    def in_order(
        self, sections: Sequence[Section]
    ) -> tuple[tuple[Section, ...], tuple[Citation, ...]]:
        """Return `sections` and what they cite, numbered from 1 as a reader meets the numbers."""
        met = dict.fromkeys(n for section in sections for line in section.lines for n in line.cites)
        new = {old: number for number, old in enumerate(met, start=1)}
        renumbered = tuple(
            section.model_copy(
                update={
                    "lines": tuple(
                        line.model_copy(update={"cites": tuple(new[n] for n in line.cites)})
                        for line in section.lines
                    )
                }
            )
            for section in sections
        )
        cited = (self._citations[old - 1].model_copy(update={"n": new[old]}) for old in met)
        return renumbered, named(list(cited))
