"""Puts the nodes that were selected into words: verbatim, each with its citation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from kb.answer.notebook import Notebook
from kb.answer.selection.joins import JOINS
from kb.answer.selection.rows import Row
from kb.answer.selection.select import Selection
from kb.answer.selection.sheet import Sheet
from kb.quoting import quoted
from kb.reading import label_of
from kb.search import evidence_of

TOLD = 300  # characters of one node
_LEADS = {
    "after": ("After {}: {}", "{}之后是{}"),
    "before": ("Before {}: {}", "{}之前是{}"),
    "holds": ("{}: {}", "{}：{}"),
    "beside": ("With {}: {}", "与{}相连的有{}"),
}

Joined = Mapping[tuple[int, int], set[str]]


def told(selection: Selection, sheet: Sheet, notes: Notebook, *, zh: bool) -> str:
    """Return one sentence; what it says is cited in `notes`."""
    at = {id(row): n for n, row in enumerate(sheet.rows)}
    joined = _joined(sheet)
    members = _in_order([at[id(row)] for row in selection.members], joined)
    start = at[id(selection.start)] if selection.start is not None else None
    way = _way(start, members, joined)
    labels = _labels(sheet.rows) if way in ("after", "before", "beside") else {}
    parts = []
    for n in members:
        row = sheet.rows[n]
        ends = frozenset((row.node, sheet.rows[start].node)) if start is not None else frozenset()
        label = labels.get((row.board, ends), "")
        said = f"“{quoted(label_of(row.text, TOLD))}”{f' ({quoted(label)})' if label else ''}"
        parts.append(f"{said} {notes.cite(evidence_of(row.hit))}")
    listed = ("、" if zh else ", ").join(parts)
    if start is not None and way:
        listed = _LEADS[way][zh].format(f"“{quoted(label_of(sheet.rows[start].text))}”", listed)
    return listed + ("。" if zh else ".")


def _joined(sheet: Sheet) -> Joined:
    found: dict[tuple[int, int], set[str]] = {}
    for kind, one, two in sheet.joins.tolist():
        found.setdefault((one, two), set()).add(JOINS[kind])
    return found


def _in_order(members: Sequence[int], joined: Joined) -> list[int]:
    """Return rows along the arrows between them, else as they stand."""
    before = {n: [m for m in members if "before" in joined.get((n, m), ())] for n in members}
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return list(members)


def _way(start: int | None, members: Sequence[int], joined: Joined) -> str:
    """Return the way that leads from the start to every member; "" where none does."""
    if start is None or start in members:
        return ""
    for way in _LEADS:
        if all(way in joined.get((start, n), ()) for n in members):
            return way
    return ""


def _labels(rows: Sequence[Row]) -> dict[tuple[int, frozenset[str]], str]:
    """Return what is written on lines, by board and ends."""
    return {
        (row.board, frozenset(row.hit.payload["nodes"])): row.text.rsplit(": ", 1)[-1]
        for row in rows
        if row.unit == "relation"
    }
