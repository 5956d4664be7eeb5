"""From maps to nodes and links: a perfect net's maps must give back what was drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.training.detector.boards import Board, TrueLine, TrueShape
from evals.training.detector.oracle import perfect_maps
from ingest.extract.local.eyes.courses import seen_along
from ingest.extract.local.eyes.detector import WEIGHTS
from ingest.extract.local.eyes.judge import Joined, Judge
from ingest.extract.local.eyes.layout import FRAMES, KINDS
from ingest.extract.local.eyes.links import SeenLink, find_links
from ingest.extract.local.eyes.nodes import find_nodes
from ingest.extract.local.eyes.pairs import find_pairs
from ingest.extract.local.eyes.routes import find_routes
from ingest.extract.local.eyes.sight import mirrored
from ingest.extract.local.eyes.strokes import short_arrows
from ingest.extract.local.eyes.trace import Trace, trace_ends
from ingest.extract.local.eyes.votes import Ends, find_ends, owners
from kb.scene import Box

Array = npt.NDArray[Any]

NODE_KINDS = [place for place, kind in enumerate(KINDS) if kind not in FRAMES]
SIZE = 1280


def board(
    boxes: list[Box], ways: list[list[tuple[float, float]]], heads: int = 1, words: int = 0
) -> Board:
    """Draw `boxes`, the last `words` of them without a border."""
    kinds = [KINDS.index("text" if i >= len(boxes) - words else "box") for i in range(len(boxes))]
    shapes = tuple(TrueShape(kind, box) for kind, box in zip(kinds, boxes, strict=True))
    lines = tuple(TrueLine(np.array(way, float), heads) for way in ways)
    return Board("drawn", np.zeros((SIZE, SIZE, 2), np.uint8), shapes, lines)


def seen(drawn: Board) -> tuple[Array, Array, Array, Ends, Array]:
    """Return what walks and routes are told: maps, boxes, which are words, ends, their owners."""
    maps, scale = perfect_maps(drawn)
    boxes = np.array([shape.box for shape in drawn.shapes]) * scale
    words = np.array([shape.kind for shape in drawn.shapes]) == KINDS.index("text")
    boxes = boxes + np.where(words, 6.0, 0.0)[:, None] * (-1, -1, 1, 1)  # lines keep off words
    ends = find_ends(maps)
    return maps, boxes, words, ends, owners(maps, ends, boxes, words)


def walks(drawn: Board) -> list[Trace]:
    maps, boxes, words, ends, own = seen(drawn)
    return trace_ends(maps, ends, own, boxes, words)


def joined(drawn: Board, *, leaning: bool = False) -> set[tuple[int, int]]:
    """Return (tail, head) of every walk that started at a head; `leaning`: those that turn too."""
    found = walks(drawn)
    return {(w.stop, w.start) for w in found if w.headed and (leaning or not w.leaning)}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_nodes_come_back_with_kind_and_box(data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.sampled_from(range(16)), min_size=1, max_size=9, unique=True))
    shapes = []
    for cell in cells:
        x, y = 320 * (cell % 4), 320 * (cell // 4)
        wide, high = data.draw(st.tuples(st.floats(40, 280), st.floats(30, 280)))
        kind = data.draw(st.sampled_from(NODE_KINDS))
        shapes.append(TrueShape(kind, (x + 10.0, y + 10.0, x + 10 + wide, y + 10 + high)))
    drawn = Board("drawn", np.zeros((SIZE, SIZE, 2), np.uint8), tuple(shapes), ())
    maps, scale = perfect_maps(drawn)
    seen = find_nodes(maps, 0.5)
    found = {
        (int(kind), *np.round(box / scale))
        for kind, box in zip(seen.kinds, seen.boxes, strict=True)
    }
    assert len(found) == len(shapes)
    for shape in shapes:
        near = [f for f in found if f[0] == shape.kind and np.allclose(f[1:], shape.box, atol=4)]
        assert len(near) == 1


def test_a_frame_does_not_hide_what_it_holds() -> None:
    inner = [(100.0 + 300 * i, 500.0, 300.0 + 300 * i, 620.0) for i in range(3)]
    shapes = [TrueShape(KINDS.index("container"), (50.0, 400.0, 1200.0, 700.0))]
    shapes += [TrueShape(KINDS.index("box"), box) for box in inner]
    maps, _ = perfect_maps(Board("", np.zeros((SIZE, SIZE, 2), np.uint8), tuple(shapes), ()))
    kinds = [KINDS[kind] for kind in find_nodes(maps, 0.5).kinds]
    assert sorted(kinds) == ["box", "box", "box", "container"]


LEFT, RIGHT, BELOW = (
    (100.0, 100.0, 300.0, 220.0),
    (900.0, 100.0, 1100.0, 220.0),
    (900.0, 900.0, 1100.0, 1020.0),
)


@pytest.mark.parametrize(
    "way",
    [
        [(300, 160), (900, 160)],
        [(300, 160), (600, 160), (600, 130), (900, 130)],
        [(300, 160), (450, 400), (700, 400), (900, 160)],
    ],
)
def test_a_line_is_followed_round_its_corners(way: list[tuple[float, float]]) -> None:
    assert joined(board([LEFT, RIGHT], [way])) == {(0, 1)}


def test_the_direction_is_that_of_the_head() -> None:
    assert joined(board([LEFT, RIGHT], [[(900.0, 160.0), (300.0, 160.0)]])) == {(1, 0)}


def test_lines_that_cross_keep_their_course() -> None:
    boxes: list[Box] = [
        (100, 500, 250, 600), (1000, 500, 1150, 600), (560, 100, 710, 200), (560, 1000, 710, 1100),
    ]  # fmt: skip
    ways = [[(250.0, 550.0), (1000.0, 550.0)], [(635.0, 200.0), (635.0, 1000.0)]]
    assert joined(board(boxes, ways)) == {(0, 1), (2, 3)}


def test_arrows_that_share_an_end_are_two() -> None:
    ways = [[(300.0, 160.0), (900.0, 160.0)], [(300.0, 160.0), (500, 160), (500, 960), (900, 960)]]
    found = joined(board([LEFT, RIGHT, BELOW], ways))
    assert found == {(0, 1), (0, 2)}


def test_arrows_that_part_in_a_fork_have_one_source() -> None:
    above, under = (700.0, 60.0, 900.0, 180.0), (700.0, 1000.0, 900.0, 1120.0)
    source = (100.0, 540.0, 300.0, 660.0)
    ways = [[(300.0, 600.0), (500, 600), (500, y), (700, y)] for y in (120.0, 1060.0)]
    assert {(0, 1), (0, 2)} <= joined(board([source, above, under], ways), leaning=True)


def test_a_head_that_stops_short_means_what_it_points_at() -> None:
    assert joined(board([LEFT, RIGHT], [[(300.0, 160.0), (860.0, 160.0)]])) == {(0, 1)}


def test_a_line_runs_through_its_label_to_the_shape() -> None:
    label = (500.0, 120.0, 700.0, 200.0)
    found = walks(board([LEFT, RIGHT, label], [[(300.0, 160.0), (900.0, 160.0)]], words=1))
    strength = {(walk.stop, walk.start): walk.strength for walk in found if walk.headed}
    assert set(strength) == {(0, 1), (2, 1)}  # the words may be meant, the shape is meant more
    assert strength[0, 1] > 1.5 * strength[2, 1]


def test_an_end_beside_a_label_is_the_shapes() -> None:
    label = (760.0, 165.0, 890.0, 215.0)
    assert (0, 1) in joined(board([LEFT, RIGHT, label], [[(300, 160), (895, 160)]], words=1))


def test_words_at_the_end_of_a_line_are_meant() -> None:
    words = (900.0, 130.0, 1100.0, 190.0)
    assert joined(board([LEFT, words], [[(300.0, 160.0), (895.0, 160.0)]], words=1)) == {(0, 1)}


def test_a_line_without_heads_is_walked_from_both_ends() -> None:
    found = walks(board([LEFT, RIGHT], [[(300.0, 160.0), (900.0, 160.0)]], heads=0))
    assert {(walk.start, walk.stop, walk.headed) for walk in found} == {
        (0, 1, False),
        (1, 0, False),
    }


def links(drawn: Board, said: dict[Joined, float]) -> list[SeenLink]:
    """Return the links where a judge believes so of the first two boxes, and in no other."""
    maps, scale = perfect_maps(drawn)
    boxes = np.array([shape.box for shape in drawn.shapes]) * scale
    pairs = find_pairs(maps, boxes, np.array([shape.kind for shape in drawn.shapes]))
    scores = np.zeros((len(pairs.places), len(Joined)))
    scores[:, Joined.NOT] = 1.0
    (first,) = np.nonzero((pairs.places == (0, 1)).all(axis=1))[0]
    scores[first] = [said.get(kind, 0.0) for kind in Joined]
    return find_links(maps, pairs, scores, arrow=0.3, line=0.5)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({Joined.THERE: 0.4, Joined.NOT: 0.6}, [(0, 1, 1)]),
        ({Joined.BACK: 0.4, Joined.NOT: 0.6}, [(1, 0, 1)]),
        ({Joined.THERE: 0.2, Joined.NOT: 0.8}, []),
        ({Joined.THERE: 0.2, Joined.BACK: 0.15, Joined.NOT: 0.65}, [(0, 1, 1)]),
        ({Joined.BOTH: 0.5, Joined.THERE: 0.4}, [(0, 1, 2)]),
        ({Joined.TWO: 0.6, Joined.BOTH: 0.3}, [(0, 1, 1), (1, 0, 1)]),
        ({Joined.PLAIN: 0.4, Joined.THERE: 0.2, Joined.NOT: 0.4}, [(0, 1, 0)]),
        ({Joined.PLAIN: 0.4, Joined.NOT: 0.6}, []),
        ({Joined.PLAIN: 0.6, Joined.THERE: 0.4}, [(0, 1, 1)]),  # a doubtful arrow says more
    ],
)
def test_from_a_chance_on_there_is_an_arrow_and_the_likeliest_is_meant(
    said: dict[Joined, float], found: list[tuple[int, int, int]]
) -> None:
    drawn = board([LEFT, RIGHT], [[(300.0, 160.0), (900.0, 160.0)]])
    assert [(link.source, link.target, link.heads) for link in links(drawn, said)] == found


@pytest.mark.parametrize(
    ("said", "scores"),
    [
        ({Joined.THERE: 0.5, Joined.BOTH: 0.3, Joined.TWO: 0.1, Joined.BACK: 0.1}, [0.9]),
        ({Joined.BACK: 0.5, Joined.TWO: 0.2, Joined.THERE: 0.3}, [0.7]),
        ({Joined.BOTH: 0.5, Joined.TWO: 0.3, Joined.THERE: 0.2}, [0.8]),
        ({Joined.TWO: 0.5, Joined.BOTH: 0.2, Joined.THERE: 0.3}, [1.0, 0.7]),
        ({Joined.PLAIN: 0.5, Joined.THERE: 0.2, Joined.NOT: 0.3}, [0.7]),
    ],
)
def test_a_link_is_as_sure_as_all_that_holds_where_it_does(
    said: dict[Joined, float], scores: list[float]
) -> None:
    drawn = board([LEFT, RIGHT], [[(300.0, 160.0), (900.0, 160.0)]])
    assert [link.score for link in links(drawn, said)] == pytest.approx(scores)


@pytest.mark.parametrize("kind", [Joined.THERE, Joined.BACK, Joined.BOTH, Joined.PLAIN, Joined.TWO])
def test_a_line_runs_from_its_source_to_its_target(kind: Joined) -> None:
    ways = [[(300.0, 130.0), (900.0, 130.0)], [(900.0, 190.0), (300.0, 190.0)]]
    found = links(board([LEFT, RIGHT], ways), {kind: 1.0})
    assert found
    for link in found:
        leftmost = link.path[0, 0] < link.path[-1, 0]
        assert leftmost == (link.source == 0)
    if kind is Joined.TWO:  # each has its own
        assert abs(np.median(found[0].path[:, 1]) - np.median(found[1].path[:, 1])) > 30


@pytest.mark.parametrize("apart", [0.0, 10.0, 40.0])
def test_the_order_of_the_nodes_changes_nothing(apart: float) -> None:
    one, two = 160 - apart, 160 + apart
    ways = [[(300.0, one), (900.0, one)], [(900.0, two), (300.0, two)]]
    maps, scale = perfect_maps(board([LEFT, RIGHT, BELOW], ways))
    boxes = np.array([LEFT, RIGHT, BELOW]) * scale
    pairs = find_pairs(maps, boxes, np.zeros(3, int))
    turned = find_pairs(maps, boxes[[1, 0, 2]], np.zeros(3, int))
    first, other = (np.nonzero((p.places == (0, 1)).all(axis=1))[0][0] for p in (pairs, turned))
    assert np.allclose(pairs.there[first], turned.back[other], atol=1e-4)
    assert np.allclose(pairs.back[first], turned.there[other], atol=1e-4)


@pytest.mark.parametrize(
    ("gap", "heads", "joined"),
    [
        (8, 1, Joined.TWO), (16, 1, Joined.TWO), (40, 1, Joined.TWO),
        (None, 2, Joined.BOTH), (None, 1, Joined.THERE), (None, 0, Joined.PLAIN),
    ],
)  # fmt: skip
def test_the_judge_tells_what_joins_two_nodes(
    gap: float | None, heads: int, joined: Joined
) -> None:
    one, two = 160 - (gap or 0) / 2, 160 + (gap or 0) / 2
    ways = [[(300.0, one), (900.0, one)], [(900.0, two), (300.0, two)]][: 1 + (gap is not None)]
    maps, scale = perfect_maps(board([LEFT, RIGHT], ways, heads))
    pairs = find_pairs(maps, np.array([LEFT, RIGHT]) * scale, np.zeros(2, int))
    assert pairs.places.tolist() == [[0, 1]]
    with np.load(WEIGHTS / "judge.npz") as file:
        assert pairs.there.shape == (1, *file["mean"].shape)
    assert Judge(WEIGHTS / "judge.npz")(pairs)[0].argmax() == joined


def test_a_course_through_another_node_says_so() -> None:
    between = (500.0, 100.0, 700.0, 220.0)
    drawn = board([LEFT, RIGHT, between], [[(300.0, 160.0), (900.0, 160.0)]])
    maps, scale = perfect_maps(drawn)
    boxes = np.array([LEFT, RIGHT, between]) * scale
    course = [find_pairs(maps, boxes, np.zeros(3, int)).courses.between(0, 1)]
    with_it, without = (
        seen_along(maps, boxes, np.array([(0, 1)]), course),
        seen_along(maps, boxes[:2], np.array([(0, 1)]), course),
    )
    changed = with_it - without
    assert 3 <= (changed == 1).sum() <= 8
    assert (changed != 0).sum() == (changed == 1).sum()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=2, max_size=2, unique=True))
def test_a_straight_line_joins_any_two_places(cells: list[int]) -> None:
    middles = [np.array([320.0 * (c % 4) + 150, 320.0 * (c // 4) + 150]) for c in cells]
    way = (middles[1] - middles[0]) / np.abs(middles[1] - middles[0]).max() * 40
    ends = [(float(x), float(y)) for x, y in (middles[0] + way, middles[1] - way)]
    boxes = [(float(x) - 40, float(y) - 40, float(x) + 40, float(y) + 40) for x, y in middles]
    assert joined(board(boxes, [ends])) == {(0, 1)}


def test_maps_of_the_mirror_image_say_the_same() -> None:
    drawn = [LEFT, RIGHT, BELOW]
    boxes: list[Box] = [(SIZE - x1, y0, SIZE - x0, y1) for x0, y0, x1, y1 in drawn]
    ways = [[(300.0, 160.0), (600, 160), (600, 960), (900, 960)]]
    maps, scale = perfect_maps(board(boxes, [[(SIZE - x, y) for x, y in way] for way in ways]))
    turned = mirrored(maps)
    assert np.allclose(mirrored(turned), maps)
    seen = np.sort(find_nodes(turned, 0.5).boxes / scale, axis=0)
    assert np.allclose(seen, np.sort(np.array(drawn), axis=0), atol=4)
    ends, shapes, words = find_ends(turned), np.array(drawn) * scale, np.zeros(3, bool)
    traces = trace_ends(turned, ends, owners(turned, ends, shapes, words), shapes, words)
    assert {(walk.stop, walk.start) for walk in traces if walk.headed} == {(0, 2)}


def routes(drawn: Board) -> dict[tuple[int, int], float]:
    maps, boxes, _, ends, own = seen(drawn)
    found = find_routes(maps, ends, own, boxes)
    return {(route.source, route.target): route.strength for route in found}


def test_a_route_goes_round_any_number_of_corners() -> None:
    way = [(300.0, 160.0), (400, 160), (400, 700), (600, 700), (600, 300), (800, 300), (800, 960)]
    assert routes(board([LEFT, BELOW], [[*way, (900.0, 960.0)]]))[0, 1] > 0.4


def test_a_route_leads_from_the_tail_to_the_head() -> None:
    assert set(routes(board([LEFT, RIGHT], [[(900.0, 160.0), (300.0, 160.0)]]))) == {(1, 0)}


def test_there_is_no_route_where_no_line_is() -> None:
    above, under = (100.0, 600.0, 300.0, 720.0), (900.0, 600.0, 1100.0, 720.0)
    ways = [[(300.0, y), (900.0, y)] for y in (160.0, 660.0)]
    found = routes(board([LEFT, RIGHT, above, under], ways))
    assert set(found) == {(0, 1), (2, 3)}


def test_lines_that_cross_are_the_best_routes_of_their_ends() -> None:
    boxes: list[Box] = [
        (100, 500, 250, 600), (1000, 500, 1150, 600), (560, 100, 710, 200), (560, 1000, 710, 1100),
    ]  # fmt: skip
    ways = [[(250.0, 550.0), (1000.0, 550.0)], [(635.0, 200.0), (635.0, 1000.0)]]
    found = routes(board(boxes, ways))
    assert found[0, 1] > 1.05 * found.get((0, 3), 0)
    assert found[2, 3] > 1.05 * found.get((2, 1), 0)


def test_short_straight_arrows_are_seen_without_any_node() -> None:
    ways = [[(300.0, 160.0), (380.0, 160.0)], [(700.0, 500.0), (620.0, 500.0)]]
    long = [(100.0, 900.0), (1100.0, 900.0)]
    maps, scale = perfect_maps(board([], [*ways, long]))
    found = short_arrows(maps, find_ends(maps))
    assert len(found) == 2
    for way, pair in zip(ways, sorted(found, key=lambda pair: pair[0][1]), strict=True):
        assert np.abs(np.array(pair) / scale - way).max() < 8
