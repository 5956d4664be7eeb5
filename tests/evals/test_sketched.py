"""Boards as drawing programs sketch them: some are, and their truth stays where the ink is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.boards import BoardSpec, render, training_spec
from evals.boards.layouts.plan import Desk
from evals.boards.lettering import Hand
from evals.boards.sketched import sketched
from evals.boards.spec import Item, Manner, Part, Style

SPECS = [training_spec(seed, "en", photo=False) for seed in range(200)]


def is_sketched(spec: BoardSpec) -> bool:
    return any(item.least != (0.0, 0.0) for item in spec.items)


def test_a_part_of_the_boards_is_sketched_and_none_of_those_that_are_measured():
    assert 30 < sum(is_sketched(spec) for spec in SPECS) < 80
    assert not any(is_sketched(training_spec(s, "en", unseen=True)) for s in range(60))


def test_a_tidy_board_stays_as_it_is():
    spec = BoardSpec("Plan", ((Part("p1", "flow", (Item("a", "one"), Item("b", "two"))),),))
    assert all(sketched(replace(spec, seed=seed)) == replace(spec, seed=seed) for seed in range(20))


def test_only_shapes_grow():
    for spec in filter(is_sketched, SPECS):
        for item in spec.items:
            if item.shape in ("text", "sticky", "icon", "person") or item.outside:
                assert item.least == (0.0, 0.0)


@pytest.mark.parametrize(
    "spec", [s for s in SPECS if is_sketched(s)][:5], ids=lambda s: str(s.seed)
)
def test_the_boxes_of_a_sketched_board_hold_ink_and_are_as_large_as_asked(spec: BoardSpec):
    board = render(spec)
    boxes = {node.id: node.bbox for node in board.scene.nodes}
    for item in spec.items:
        x0, y0, x1, y1 = (int(v) for v in boxes[item.id])
        assert board.ink[y0 : y1 + 1, x0 : x1 + 1].max() > 60
        assert x1 - x0 > 0.8 * item.least[0] * spec.style.text - 4
        assert y1 - y0 > 0.8 * item.least[1] * spec.style.text - 4


@pytest.mark.parametrize("style", [Style(), Style(manner=Manner())], ids=["tidy", "sloppy"])
def test_a_shape_without_words_has_an_empty_text(style: Style):
    items = (Item("a", "one"), Item("b", " "), Item("c", "二"), Item("d", " ", "ellipse"))
    board = render(BoardSpec("", ((Part("p1", "flow", items),),), style=style))
    assert [node.text for node in board.scene.nodes] == ["one", "", "二", ""]


def test_no_node_of_a_sketched_board_has_a_blank_text():
    specs = [s for s in SPECS if is_sketched(s) and any(not i.words for i in s.items)][:3]
    texts = [node.text for spec in specs for node in render(spec).scene.nodes]
    assert "" in texts
    assert all(text.strip() for text in texts if text)


def test_a_stroke_drawn_twice_puts_more_ink_down():
    items = (Item("a", "one", "box"), Item("b", "two", "box"))
    once = BoardSpec("", ((Part("p1", "flow", items),),), style=Style(manner=Manner()))
    twice = replace(once, style=Style(manner=Manner(twice=1.0)))
    inks = [int((render(spec).ink > 120).sum()) for spec in (once, twice)]
    assert inks[1] > 1.15 * inks[0]


def test_the_desk_keeps_to_the_least_size():
    desk = Desk(Hand("kalam", "long-cang"), 20.0, None)  # type: ignore[arg-type]
    small, large = Item("a", "x"), Item("a", "x", least=(9.0, 4.0))
    assert desk.measure(large) == (180.0, 80.0)
    assert desk.measure(small) < desk.measure(large)
