"""A line at a small shape and its name is one line."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.extract.local.eyes.judge import Joined
from ingest.extract.local.eyes.named import names_of, told_together
from ingest.extract.local.seen import Shape
from ingest.extract.local.things import Thing
from kb.scene import Box, NodeKind


def thing(kind: NodeKind, box: Box, text: str = "") -> Thing:
    if kind == "text":
        return Thing(kind, box, text, 0.9, words=box, height=box[3] - box[1])
    return Thing(kind, box, text, 0.9, Shape(kind, box, 0.9))


def chances(**more: float) -> list[float]:
    row = [0.0] * len(Joined)
    for name, chance in more.items():
        row[Joined[name]] = chance
    row[Joined.NOT] = 1 - sum(row)
    return row


WORDS = thing("text", (140.0, 335.0, 220.0, 361.0), "Browser")


@pytest.mark.parametrize(
    ("shape", "named"),
    [
        (thing("icon", (140.0, 240.0, 207.0, 330.0)), True),
        (thing("ellipse", (150.0, 270.0, 210.0, 330.0)), True),
        (thing("ellipse", (150.0, 270.0, 210.0, 330.0), "1"), False),  # it has words
        (thing("ellipse", (50.0, 130.0, 310.0, 330.0)), False),  # room for a name
        (thing("box", (150.0, 270.0, 210.0, 330.0)), False),
        (thing("icon", (140.0, 140.0, 207.0, 230.0)), False),  # too far
    ],
)
def test_words_close_to_a_small_shape_without_words_may_name_it(
    shape: Thing, *, named: bool
) -> None:
    assert names_of([shape, WORDS]) == ({1: 0} if named else {})


def test_of_two_shapes_the_nearer_is_meant() -> None:
    far, near = (thing("icon", (x, 300.0, x + 40, 340.0)) for x in (230.0, 95.0))
    assert names_of([far, near, WORDS]) == {2: 1}


ICON, NAME, GOAL = 0, 1, 2
PLACES = np.array([(ICON, NAME), (ICON, GOAL), (NAME, GOAL)])


@pytest.mark.parametrize(
    ("icon", "name", "told"),
    [
        (0.16, 0.17, {NAME: 0.33}),
        (0.2, 0.17, {ICON: 0.37}),
        (0.1, 0.1, {}),  # both together are not enough
        (0.5, 0.2, {}),  # one is enough by itself
    ],
)
def test_shares_of_a_shape_and_its_name_count_together(
    icon: float, name: float, told: dict[int, float]
) -> None:
    scores = np.array([chances(), chances(THERE=icon), chances(THERE=name)])
    found = told_together(PLACES, scores, {NAME: ICON}, 0.3)
    assert found.sum(axis=1) == pytest.approx(1)
    changed = {int(PLACES[row, 0]): found[row, Joined.THERE] for row in (1, 2)}
    expected = {ICON: icon, NAME: name} | told
    assert changed == pytest.approx(expected)
    assert (found[0] == scores[0]).all()


def test_pairs_told_from_other_ends_are_turned() -> None:
    words, goal, shape = 0, 1, 2
    places = np.array([(words, goal), (goal, shape)])
    scores = np.array([chances(THERE=0.2), chances(BACK=0.15)])  # both lead to the goal
    found = told_together(places, scores, {words: shape}, 0.3)
    assert found[0, Joined.THERE] == pytest.approx(0.35)
    assert found[1] == pytest.approx(scores[1])


def test_what_the_name_is_joined_with_by_its_shape_is_nothing_new() -> None:
    scores = np.array([chances(THERE=0.2), chances(), chances()])
    assert told_together(PLACES, scores, {NAME: ICON}, 0.3) == pytest.approx(scores)
