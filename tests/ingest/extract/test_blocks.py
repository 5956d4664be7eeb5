"""Which lines of words are one block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.local.blocks import groups_of, rejoined
from ingest.extract.local.seen import Line
from kb.scene import Box
from tests.ingest.extract.test_assembly import line


def rows(top: float, *texts: str, pitch: float = 30.0, left: float = 0.0) -> list[Line]:
    """Lines 30 pixels high, one below the other."""
    return [
        line((left, top + pitch * n, left + 200.0, top + pitch * n + 30), text)
        for n, text in enumerate(texts)
    ]


def said(groups: list[list[Line]]) -> list[list[str]]:
    return [[line.text for line in group] for group in groups]


PAIR = ["declare root", "while queue"]


@pytest.mark.parametrize(
    ("lower", "whole"),
    [
        (rows(60, "front = queue"), True),
        (rows(66, "front = queue"), False),  # farther than its lines are from one another
        (rows(60, "front = queue", left=190), False),  # beside it
        ([line((0.0, 60.0, 200.0, 120.0), "front = queue")], False),  # much larger
        (rows(60, "- front"), False),  # an item of a list
    ],
)
def test_a_block_seen_in_pieces_is_one(lower: list[Line], whole: bool) -> None:
    upper = rows(0, *PAIR, pitch=29)
    assert (len(rejoined([upper], [lower])) == 1) == whole


def test_an_item_joins_what_was_seen_as_a_list() -> None:
    items = rows(0, "- root", "- queue"), rows(60, "- front")
    assert said(rejoined(items, [])) == [["- root", "- queue", "- front"]]
    assert len(rejoined([], items)) == 2


def test_items_that_nobody_saw_together_stay_apart_though_one_has_two_lines() -> None:
    texts = "- call the bank", "about the loan", "- pay rent", "- book a room", "- mail Tom"
    groups = groups_of(rows(0, *texts, pitch=31))
    assert len(groups) == 4
    assert rejoined([], groups) == groups
    first, *others = groups
    assert len(rejoined([first], others)) == 4  # one item is no list yet


def test_of_two_blocks_the_nearer_one_goes_on() -> None:
    one, two = rows(0, *PAIR, pitch=29), rows(2, *PAIR, pitch=29, left=230)
    below = line((0.0, 61.0, 430.0, 91.0), "front = queue")
    assert rejoined([one, two], [[below]]) == [one, [*two, below]]


def test_single_lines_tell_nothing_of_how_far_lines_are_apart() -> None:
    assert len(rejoined([rows(0, "one"), rows(30, "two")], [])) == 2


boxes = st.tuples(*[st.integers(0, 40)] * 2).map(
    lambda at: (at[0] * 10.0, at[1] * 10.0, at[0] * 10.0 + 90, at[1] * 10.0 + 20)
)


@given(st.lists(st.lists(boxes, min_size=1, max_size=4), max_size=6), st.integers(0, 6))
def test_no_line_is_lost_or_told_twice(groups: list[list[Box]], seen: int) -> None:
    lines = [[line(box, f"{i} {j}") for j, box in enumerate(one)] for i, one in enumerate(groups)]
    joined = rejoined(lines[:seen], lines[seen:])
    assert sorted(t for group in said(joined) for t in group) == sorted(
        t for group in said(lines) for t in group
    )
