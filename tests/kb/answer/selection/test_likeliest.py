"""Which rows are read: the best nodes, lines between them, and the boards that they are on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.selection.joins import JOINS
from kb.answer.selection.likeliest import MOST_LINES, MOST_READ, NAMED, likeliest, scores_of
from kb.answer.selection.rows import to_be_read


class Rows(NamedTuple):
    scores: list[float]
    boards: list[int]
    units: list[str]
    lines: list[tuple[int, int]]  # a line and one of its ends


@st.composite
def sheets(draw: st.DrawFn) -> Rows:
    """Rows of a few boards in any order."""
    kinds = st.lists(st.sampled_from(("node", "node", "relation", "board")), max_size=30)
    units, boards = [], []
    for board, those in enumerate(draw(st.lists(kinds, min_size=1, max_size=8))):
        units += those
        boards += [board] * len(those)
    order = draw(st.permutations(range(len(units))))
    units, boards = [units[n] for n in order], [boards[n] for n in order]
    score = st.sampled_from((-9.0, -1.5, 0.0, 0.25, 4.0))
    scores = [draw(score) for _ in units]
    nodes = [n for n, unit in enumerate(units) if unit == "node"]
    ends = st.lists(st.sampled_from(nodes), max_size=2) if nodes else st.just([])
    lines = [(n, end) for n, unit in enumerate(units) if unit == "relation" for end in draw(ends)]
    return Rows(scores, boards, units, lines)


def read_of(rows: Rows) -> list[int]:
    joins = [(JOINS.index("ends"), line, end) for line, end in rows.lines]
    return likeliest(
        np.array(rows.scores, np.float32),
        np.array(rows.boards, np.int64),
        np.array(rows.units, np.str_),
        np.array(joins, np.int16).reshape(-1, 3),
    ).tolist()


@given(sheets())
def test_the_best_nodes_are_read(rows: Rows) -> None:
    read = read_of(rows)
    assert read == sorted(set(read))
    nodes = [n for n, unit in enumerate(rows.units) if unit == "node"]
    chosen = [n for n in read if rows.units[n] == "node"]
    assert len(chosen) == min(MOST_READ, len(nodes))
    least = min((rows.scores[n] for n in chosen), default=0.0)
    assert all(rows.scores[n] <= least for n in nodes if n not in chosen)


@given(sheets())
def test_beside_them_their_boards_and_the_lines_between_them(rows: Rows) -> None:
    read = read_of(rows)
    nodes = {n for n in read if rows.units[n] == "node"}
    seen = {rows.boards[n] for n in nodes}
    wholes = {n for n, unit in enumerate(rows.units) if unit == "board" and rows.boards[n] in seen}
    assert {n for n in read if rows.units[n] == "board"} == wholes
    between = [
        n
        for n, unit in enumerate(rows.units)
        if unit == "relation" and (ends := {end for line, end in rows.lines if line == n})
        and ends <= nodes
    ]  # fmt: skip
    assert [n for n in read if rows.units[n] == "relation"] == between[:MOST_LINES]


def test_what_a_question_starts_from_is_read_too() -> None:
    member, start = (np.array(one, np.float32) for one in ([2, -9, -9], [-9, 2, -9]))
    assert scores_of(member, start).tolist() == [2, 2 - NAMED, -9]


def test_of_a_line_the_label_is_read_first() -> None:
    assert to_be_read("relation", "Stock: low → Order: more: by fax") == (
        "by fax: Stock: low → Order: more"
    )
    assert to_be_read("relation", "Stock → Order") == "Stock → Order"
    assert to_be_read("node", "Stock: low") == "Stock: low"
