"""Boards to learn from: as varied as asked for, and their truth is where the ink is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from evals.boards import Rendered, render, training_spec
from evals.boards.crowd import Ground
from evals.boards.curriculum import MOST_NODES
from evals.boards.drafting import Draft, Drafted
from evals.boards.habits import habits
from evals.boards.lessons import MORE_LESSONS
from evals.boards.lettering import HELD_OUT_FONTS, Hand
from evals.boards.routes import End
from evals.boards.spec import BoardSpec, Link
from evals.boards.ways import plan
from evals.boards.words import Script, Writer, vocabulary
from kb.scene import Box

SCRIPTS: tuple[Script, ...] = ("en", "zh", "mixed")
SEEDS = range(12)


@cache
def drawn(seed: int, *, photo: bool) -> tuple[BoardSpec, Rendered]:
    spec = training_spec(seed, SCRIPTS[seed % 3], photo=photo)
    return spec, render(spec)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("photo", [False, True])
def test_the_truth_lies_inside_the_picture(seed: int, photo: bool):
    spec, board = drawn(seed, photo=photo)
    width, height = board.picture.size
    assert (board.scene.width, board.scene.height) == (width, height)
    boxes = [node.bbox for node in board.scene.nodes]
    for x0, y0, x1, y1 in (*boxes, *board.labels):
        assert 0 <= x0 <= x1 <= width
        assert 0 <= y0 <= y1 <= height
        assert x1 - x0 > 2 or y1 - y0 > 2
    assert len(board.lines) == len(board.scene.relations) == len(spec.links)
    if photo:  # nothing is cut off
        every = (*boxes, *board.labels)
        away = min(min(b[0], b[1], width - b[2], height - b[3]) for b in every)
        assert away > 1
        for line in board.lines:
            assert ((line.path > 0) & (line.path < (width, height))).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_box_holds_ink(seed: int):
    _, board = drawn(seed, photo=False)
    for box in (*(node.bbox for node in board.scene.nodes), *board.labels):
        x0, y0, x1, y1 = (int(v) for v in box)
        assert board.ink[y0 : y1 + 1, x0 : x1 + 1].max() > 60


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_follow_ink_and_end_near_their_nodes(seed: int):
    spec, board = drawn(seed, photo=False)
    nodes = {node.id: node for node in board.scene.nodes}
    height, width = board.ink.shape
    for line, link in zip(board.lines, spec.links, strict=True):
        x, y = np.clip(line.path.round().astype(int), 0, (width - 1, height - 1)).T
        assert (board.ink[y, x] > 40).mean() > (0.3 if link.dashed else 0.85)
        assert (line.heads, line.dashed) == (link.heads, link.dashed)
        for name, (px, py) in ((link.source, line.path[0]), (link.target, line.path[-1])):
            x0, y0, x1, y1 = nodes[name].bbox
            away = np.hypot(max(x0 - px, 0, px - x1), max(y0 - py, 0, py - y1))
            assert away < 34 + 2.2 * spec.style.text, (seed, name)


def test_same_seed_same_picture_and_others_differ():
    one, two = (render(training_spec(5, "zh", photo=True)) for _ in range(2))
    assert one.scene == two.scene
    assert one.picture.tobytes() == two.picture.tobytes()
    assert render(training_spec(6, "zh", photo=True)).scene != one.scene


def test_boards_are_of_many_kinds():
    specs = [training_spec(seed, "en") for seed in range(300)]
    layouts = Counter(part.layout for spec in specs for part in spec.parts)
    assert {"flow", "loose", "tree", "mindmap", "list", "wall", "table", "lanes"} <= set(layouts)
    shapes = Counter(item.shape for spec in specs for item in spec.items)
    assert {"text", "box", "round", "ellipse", "diamond", "sticky", "icon", "person"} <= set(shapes)
    links = [link for spec in specs for link in spec.links]
    assert {link.heads for link in links} == {0, 1, 2}
    assert {link.dashed for link in links} == {True, False}
    assert {link.route for link in links} == {"auto", "straight", "curve", "elbow"}
    assert any(link.trunk for link in links)
    assert any(link.source == link.target for link in links)
    sizes = [len(spec.items) for spec in specs]
    assert min(sizes) <= 4
    assert MOST_NODES - 10 < max(sizes) <= MOST_NODES + 12
    cameras = [spec.camera for spec in specs if spec.camera]
    assert any(camera.width < camera.height for camera in cameras)
    assert any(len(spec.parts) > 2 for spec in specs)


def test_wordy_boards_are_mostly_words():
    for wordy, least, most in ((True, 0.55, 1.0), (False, 0.0, 0.5)):
        specs = [training_spec(seed, "en", wordy=wordy) for seed in range(60)]
        words = [item.shape == "text" for spec in specs for item in spec.items]
        assert least < np.mean(words) < most


@pytest.mark.parametrize("script", ["en", "zh"])
def test_some_words_and_hands_are_never_trained_on(script: Script):
    known, unseen = vocabulary(script), vocabulary(script, unseen=True)  # type: ignore[arg-type]
    assert len(known) > 300
    assert len(unseen) > 50
    assert not set(known) & set(unseen)
    for seed in range(60):
        style = training_spec(seed, script).style
        assert not {style.latin, style.chinese} & set(HELD_OUT_FONTS)
        style = training_spec(seed, script, unseen=True).style
        assert (style.latin, style.chinese) == HELD_OUT_FONTS
    words = {Writer(np.random.default_rng(i), script, unseen=True).word() for i in range(40)}
    assert words <= set(unseen)


@pytest.mark.parametrize("script", ["en", "zh"])
def test_every_hand_writes_all_words(script: Script):
    hand = Hand(*HELD_OUT_FONTS)
    for word in vocabulary(script) + vocabulary(script, unseen=True):  # type: ignore[arg-type]
        assert all(hand.font_of(sign) for sign in word)


@pytest.mark.parametrize("lesson", MORE_LESSONS)
def test_what_was_added_is_on_boards_to_learn_from_alone(
    lesson: Callable[[Draft, int], Drafted],
) -> None:
    drafts = []
    for unseen in (False, True):
        specs = [training_spec(seed, photo=False, unseen=unseen) for seed in range(40)]
        drafts.append([item for spec in specs for item in spec.items if item.id[0] == "m"])
    added, measured = drafts
    assert added
    assert not measured
    rng = np.random.default_rng(5)
    part, _ = lesson(Draft(rng, Writer(rng, "en"), habits(rng, 20.0, None), "m"), 7)
    assert len(part.items) == 7


def test_lines_stand_as_far_apart_as_the_style_says() -> None:
    close, wide = (Hand("kalam", "long-cang", leading) for leading in (1.1, 1.9))
    (lines, _, low), (_, _, high) = (hand.block("one two three", 20, 60) for hand in (close, wide))
    assert high - low == pytest.approx(0.8 * 20 * len(lines))


@pytest.mark.parametrize(
    ("word", "end"),
    [((40, 100, 90, 120), 64), ((40, 10, 90, 24), 36)],  # below the box, above it
)
def test_an_arrow_beside_a_word_goes_straight_to_what_it_points_at(word: Box, end: float) -> None:
    link = Link("a", "b", beside="left", gaps=(3.0, 4.0))
    box = End("box", (20, 40, 100, 60))
    rng = np.random.default_rng(1)
    way = plan(link, End("text", word), box, Ground(200, 200), rng)
    assert way[:, 0].tolist() == [33, 33]  # left of the word, with the gap
    assert way[0, 1] == (word[3] if end == 64 else word[1])
    assert way[-1, 1] == end
    far = End("box", (120, 40, 180, 60))  # nothing is straight above the word
    assert not np.allclose(plan(link, End("text", word), far, Ground(200, 200), rng)[:, 0], 33)
