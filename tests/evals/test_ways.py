"""Drawn lines can be told apart: they lead around nodes, and ends of two kinds stand apart."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evals.boards import render
from evals.boards.crowd import Ground
from evals.boards.routes import End
from evals.boards.spec import BoardSpec, Item, Link, Manner, Part, Route, Shape, Style
from evals.boards.ways import inner, plan
from evals.boards.words import _CODE, _FORMULAS
from kb.scene import Box

SIZE = 900
REACH = 40.0


def end(x: float, y: float, shape: Shape = "box", wide: float = 120, high: float = 60) -> End:
    return End(shape, (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))


def ground_of(*ends: End) -> Ground:
    ground = Ground(SIZE, SIZE)
    for one in ends:
        ground.put(one.box)
    return ground


def crosses(path: np.ndarray, box: Box) -> bool:
    x, y = path.T
    return bool(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).any())


@pytest.mark.parametrize("route", ["straight", "auto", "curve", "elbow"])
def test_a_line_leads_around_a_node_that_stands_between(route: Route) -> None:
    one, wall, two = end(150, 450), end(450, 450, high=400), end(750, 450)
    link = Link("a", "b", route=route)
    path = plan(link, one, two, ground_of(one, wall, two), np.random.default_rng(1))
    assert not crosses(path, wall.box)
    assert np.hypot(*(path[0] - (210, 450))) < 60
    assert np.hypot(*(path[-1] - (690, 450))) < 60


def test_a_way_around_keeps_the_shapes_of_both_ends() -> None:
    one, wall, two = end(150, 450, "ellipse"), end(450, 450, high=500), end(750, 450, "diamond")
    path = ground_of(one, wall, two).around(Link("a", "b", gaps=(4.0, 4.0)), (one, two))
    assert path is not None
    for node, spot in ((one, path[0]), (two, path[-1])):
        away = np.abs((spot - np.array(node.middle)) / ((node.box[2] - node.box[0]) / 2, 30.0))
        size = np.hypot(*away) if node is one else away.sum()
        assert 0.95 < size < 1.3


def test_ends_that_overlap_leave_no_room_for_a_way() -> None:
    one, two = end(150, 450), end(170, 455)
    assert ground_of(one, two).around(Link("a", "b"), (one, two)) is None


def test_a_way_that_is_blocked_everywhere_leads_across() -> None:
    one, wall, two = end(150, 450), end(450, 450, high=2 * SIZE), end(750, 450)
    path = ground_of(one, wall, two).around(Link("a", "b"), (one, two))
    assert path is not None
    assert crosses(path, wall.box)


def test_a_way_around_stays_on_the_board_and_stops_short() -> None:
    one, wall, two = end(150, 80), end(450, 60, high=180), end(750, 80)
    ground = Ground(SIZE, 400)
    for node in (one, wall, two):
        ground.put(node.box)
    path = ground.around(Link("a", "b", gaps=(20.0, 20.0)), (one, two))
    assert path is not None
    assert path[:, 1].min() > 0
    assert path[:, 1].max() < 400
    for node, spot in ((one, path[0]), (two, path[-1])):
        aside = np.abs(spot - np.array(node.middle)) - (60, 30)
        assert 15 < aside.max() < 25


def test_a_line_does_not_end_where_a_later_fork_starts() -> None:
    spec = BoardSpec(
        title="",
        rows=((
            Part("p", "free", (
                Item("hub", "Hub", "box", at=(120.0, 300.0)),
                Item("x", "From", "box", at=(420.0, 300.0)),
                Item("y", "Up", "box", at=(420.0, 120.0)),
                Item("z", "Down", "box", at=(420.0, 480.0)),
            )),
        ),),
        links=(
            Link("x", "hub", route="straight"),
            Link("hub", "y", trunk="t", route="elbow"),
            Link("hub", "z", trunk="t", route="elbow"),
        ),
        style=Style(manner=Manner()),
    )  # fmt: skip
    into, up, down = (line.path for line in render(spec).lines)
    assert up[0] == pytest.approx(down[0], abs=4)
    assert np.hypot(*(np.array(into[-1]) - np.array(up[0]))) > 12


def test_angled_ways_there_and_back_keep_their_corners() -> None:
    one, two = end(200, 200), end(600, 600)
    ground, rng = ground_of(one, two), np.random.default_rng(5)
    there, back = (Link(a, b, route="elbow") for a, b in ("ab", "ba"))
    first = plan(there, one, two, ground, rng)
    ground.tread(there, (one, two), first, REACH)
    second = plan(back, two, one, ground, rng)
    for way in (first, second):
        level = np.abs(np.diff(way, axis=0)).min(axis=1) < 0.5
        assert level.mean() > 0.7
    assert np.hypot(*(first[-1] - second[0])) > 0.35 * REACH


@pytest.mark.parametrize("shape", ["box", "ellipse", "diamond", "text"])
@given(
    route=st.sampled_from(["straight", "auto", "curve", "elbow"]),
    at=st.tuples(st.integers(150, 750), st.integers(150, 750)),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=15)
def test_an_arrow_back_does_not_start_where_the_other_ends(
    shape: Shape, route: Route, at: tuple[int, int], seed: int
) -> None:
    one, two = end(450, 450, shape), end(*at, shape)
    # Nearer there is hardly room for two arrows between them.
    assume(max(abs(at[0] - 450) / 120, abs(at[1] - 450) / 60) >= 2.2)
    ground, rng = ground_of(one, two), np.random.default_rng(seed)
    there, back = Link("a", "b", route=route), Link("b", "a", route=route)
    first = plan(there, one, two, ground, rng)
    ground.tread(there, (one, two), first, REACH)
    second = plan(back, two, one, ground, rng)
    for head, tail in ((first[-1], second[0]), (second[-1], first[0])):
        assert np.hypot(*(head - tail)) > 0.35 * REACH


def test_arrows_that_end_at_one_node_may_end_together() -> None:
    hub, one, two = end(700, 450), end(150, 300), end(150, 600)
    ground, link = ground_of(hub, one, two), Link("a", "b")
    path = plan(link, one, hub, ground, np.random.default_rng(2))
    ground.tread(link, (one, hub), path, REACH)
    to_same, from_it = Link("c", "b"), Link("b", "c")
    near = np.array([two.middle, path[-1]])
    heads = ground.crowding(to_same, (two, hub), near)
    assert 0 < heads < ground.crowding(from_it, (hub, two), near[::-1]) / 10


def test_a_trodden_node_is_still_a_wall() -> None:
    wall = end(450, 450)
    ground = ground_of(wall)
    way = np.array([(300.0, 450.0), (600.0, 450.0)])
    ground.tread(Link("a", "b"), (end(200, 450), end(700, 450)), way, REACH)
    assert ground.blocked(inner(way)) > 10


def test_no_words_that_are_drawn_look_like_an_arrow() -> None:
    arrows = re.compile(r"[-=~]>|<[-=~]")
    assert [words for words in (*_CODE, *_FORMULAS) if arrows.search(words)] == []
