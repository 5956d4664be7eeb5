"""Drawn lines can be told apart: they lead around nodes, and ends of two kinds stand apart."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evals.boards import render
from evals.boards.crowd import Ground
from evals.boards.routes import End
from evals.boards.spec import BoardSpec, Item, Link, Manner, Part, Route, Shape, Style
from evals.boards.ways import plan
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


def spec_of(nodes: dict[str, tuple[float, float]], links: tuple[Link, ...]) -> BoardSpec:
    items = tuple(Item(name, name, "box", at=at) for name, at in nodes.items())
    return BoardSpec("", ((Part("p", "free", items),),), links, style=Style(manner=Manner()))


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
    spec = spec_of(
        {"hub": (120, 300), "x": (420, 300), "y": (420, 120), "z": (420, 480)},
        (
            Link("x", "hub", route="straight"),
            Link("hub", "y", trunk="t", route="elbow"),
            Link("hub", "z", trunk="t", route="elbow"),
        ),
    )
    into, up, down = (line.path for line in render(spec).lines)
    assert up[0] == pytest.approx(down[0], abs=4)
    assert np.hypot(*(np.array(into[-1]) - np.array(up[0]))) > 12


def test_a_fork_does_not_start_where_a_line_of_another_fork_ends() -> None:
    board = spec_of(
        {"hub": (500, 300), "y": (800, 150), "z": (800, 450), "s": (800, 300), "w": (500, 550)},
        tuple(
            Link(source, target, trunk=trunk, route="elbow")
            for source, target, trunk in map(str.split, ("s hub u", "s w u", "hub y t", "hub z t"))
        ),
    )
    into_hub, _, up, down = (np.array(line.path) for line in render(board).lines)
    assert min(np.hypot(*(into_hub[-1] - way[0])) for way in (up, down)) > 12


def test_no_words_that_are_drawn_look_like_an_arrow() -> None:
    arrows = re.compile(r"[-=~]>|<[-=~]")
    assert [words for words in (*_CODE, *_FORMULAS) if arrows.search(words)] == []
