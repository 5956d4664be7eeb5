"""Which rows are read: the best, and the boards that they are on."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.selection.likeliest import MOST_READ, NAMED, likeliest, scores_of


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[float], list[int], list[bool]]:
    """Rows of a few boards in any order, most boards with one row that is the whole of it."""
    scores, boards, wholes = [], [], []
    for board, size in enumerate(draw(st.lists(st.integers(1, 30), min_size=1, max_size=8))):
        whole = draw(st.integers(-1, size - 1))  # -1: none
        for n in range(size):
            scores.append(draw(st.sampled_from((-9.0, -1.5, 0.0, 0.25, 4.0))))
            boards.append(board)
            wholes.append(n == whole)
    order = draw(st.permutations(range(len(scores))))
    return [scores[n] for n in order], [boards[n] for n in order], [wholes[n] for n in order]


@given(sheets())
def test_the_best_rows_are_read_with_their_boards(
    sheet: tuple[list[float], list[int], list[bool]],
) -> None:
    scores, boards, wholes = sheet
    read = likeliest(np.array(scores, np.float32), np.array(boards), np.array(wholes)).tolist()
    assert read == sorted(set(read))
    assert min(MOST_READ, len(scores)) <= len(read) <= MOST_READ + len(set(boards))
    assert sum(not wholes[n] for n in read) <= MOST_READ
    for n, score in enumerate(scores):
        beside = any(boards[m] == boards[n] for m in read if m != n)
        if n not in read:
            assert sum(scores[m] >= score for m in read) >= MOST_READ
            assert not (wholes[n] and beside)
        elif not (wholes[n] and beside):
            assert sum(other > score for other in scores) < MOST_READ


def test_what_a_question_starts_from_is_read_too() -> None:
    member, start = (np.array(one, np.float32) for one in ([2, -9, -9], [-9, 2, -9]))
    assert scores_of(member, start).tolist() == [2, 2 - NAMED, -9]
