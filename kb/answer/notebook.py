"""Evidence gathered for one answer, and the numbers under which the answer cites it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.apart import named
from kb.catalog import BoardRow, LocationRow
from kb.evidence import BoardRef, Citation, Evidence
from kb.graph import Graph, Ref, Thing, Trail
from kb.quoting import quoted
from kb.reading import label_of
from kb.scene import union_box

MAX_QUOTE = 2_000  # characters of one citation


@dataclass
class Notebook:
    """Builds evidence from catalog facts; every citation number belongs to evidence kept here."""

    session: Session
    graph: Graph
    workspace: str
    cited: list[Evidence] = field(default_factory=list)
    _boards: dict[str, BoardRef] = field(default_factory=dict)

    def board(self, board_id: str) -> BoardRef:
        """Return the reference of a board of this workspace."""
        if board_id not in self._boards:
            path = (
                select(func.min(LocationRow.path))
                .where(LocationRow.source_id == BoardRow.source_id)
                .scalar_subquery()
            )
            row = self.session.execute(
                select(BoardRow.title, BoardRow.name, path).where(
                    BoardRow.id == board_id, BoardRow.workspace == self.workspace
                )
            ).one()
            self._boards[board_id] = BoardRef(
                id=board_id, source=row[2] or "", title=row[0] or row[1]
            )
        return self._boards[board_id]

    def of_thing(self, thing: Thing, score: float = 1.0) -> Evidence:
        """Return a node as evidence."""
        return Evidence(
            board=self.board(thing.ref[0]),
            unit="node",
            nodes=(thing.ref[1],),
            region=thing.region,
            text=thing.text.strip()[:MAX_QUOTE],
            score=score,
        )

    def of_trail(self, trail: Trail, things: Mapping[Ref, Thing]) -> Evidence:
        """Return a walk of one board as evidence, written along its arrows.

        A walk against the arrows is turned round; bare shapes on the way are left unnamed.
        """
        steps = list(trail)
        if steps[0].reverse:
            steps = [
                type(s)(s.target, s.source, s.relation, s.label, s.directed, not s.reverse)
                for s in reversed(steps)
            ]
        words = [label_of(things[steps[0].source].text)]
        for step in steps:
            label = label_of(step.label)
            mark = "→" if step.directed else "—"
            if step.reverse:
                mark = "←"
            name = label_of(things[step.target].text)
            words.append(f"{mark} {name}" if name else mark)
            if label:
                words[-1] += f" ({label})" if len(steps) > 1 else f": {label}"
        refs = dict.fromkeys([steps[0].source, *(step.target for step in steps)])
        return Evidence(
            board=self.board(steps[0].source[0]),
            unit="relation",
            nodes=tuple(ref[1] for ref in refs),
            region=union_box([things[ref].region for ref in refs]),
            text=" ".join(filter(None, words)),
            score=1.0,
        )

    def cite(self, evidence: Evidence) -> str:
        """Return the mark ``[n]`` of this evidence; the same evidence keeps its number."""
        for number, known in enumerate(self.cited, start=1):
            if (known.board.id, known.nodes, known.text) == (
                evidence.board.id,
                evidence.nodes,
                evidence.text,
            ):
                return f"[{number}]"
        self.cited.append(evidence)
        return f"[{len(self.cited)}]"

    def citations(self) -> tuple[Citation, ...]:
        """Return what was cited, numbered from 1."""
        return named(
            [
                Citation(n=n, board=e.board, nodes=e.nodes, region=e.region, text=e.text)
                for n, e in enumerate(self.cited, start=1)
            ]
        )


def name(thing: Thing) -> str:
    """Return the name of a thing as it stands in a sentence, in quotation marks."""
    return f"“{quoted(label_of(thing.text, 160))}”"


def merged(first: Iterable[Evidence], then: Iterable[Evidence], limit: int) -> list[Evidence]:
    """Return `first` and then what `then` adds to it; `limit` counts the additions too."""
    kept: dict[tuple[str, tuple[str, ...], str], Evidence] = {}
    for evidence in first:
        kept.setdefault((evidence.board.id, evidence.nodes, evidence.text), evidence)
    limit = max(limit, len(kept))
    for evidence in then:
        if len(kept) >= limit:
            break
        kept.setdefault((evidence.board.id, evidence.nodes, evidence.text), evidence)
    return list(kept.values())
