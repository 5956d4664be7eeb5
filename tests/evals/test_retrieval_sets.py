from __future__ import annotations

import re
from collections import Counter

import pytest

from evals.answers.injection import instructions
from evals.retrieval.files import canvas, excalidraw, write
from evals.retrieval.layout import places
from evals.retrieval.notation import drawings
from evals.retrieval.questions import CATEGORIES, HALVES, UNANSWERABLE, questions
from evals.retrieval.world import own_drawings, plain
from ingest.board import Limits
from ingest.readers import canvas as canvas_reader
from ingest.readers import excalidraw as excalidraw_reader

REAL = ("processes/", "kept/")


@pytest.fixture(scope="module")
def boards():
    return {board.name.rpartition(".")[0]: board for board in own_drawings()}


@pytest.fixture(scope="module")
def asked():
    return {half: questions(half) for half in HALVES}


def test_there_are_as_many_as_the_figures_need(boards, asked):
    assert len(boards) >= 250
    assert all(len(one) >= 200 for one in asked.values())
    for one in asked.values():
        kinds = Counter(question.category for question in one)
        assert 0.2 <= kinds[UNANSWERABLE] / len(one) <= 0.3
        assert set(kinds) == set(CATEGORIES)


def test_every_right_node_stands_once_on_its_board(boards, asked):
    for question in [*asked["dev"], *asked["report"]]:
        for place in [place for group in question.places for place in group]:
            if place.board.startswith(REAL):
                continue
            texts = [plain(thing.text) for thing in boards[place.board].things]
            for node in map(plain, place.nodes):
                begun = sum(text.startswith(node) for text in texts)
                assert begun == 1 or node in texts, (question.id, place.board, node)


def test_halves_ask_about_different_boards(asked):
    named = [
        {place.board for one in asked[half] for group in one.places for place in group}
        for half in HALVES
    ]
    assert named[0].isdisjoint(named[1])


def test_halves_ask_the_same_kinds_in_both_languages(asked):
    shares = []
    for half in HALVES:
        count = Counter(one.language for one in asked[half])
        shares.append(count["zh"] / len(asked[half]))
    assert min(shares) > 0.2
    assert abs(shares[0] - shares[1]) < 0.15


def test_no_question_is_asked_twice_and_ids_are_unique(asked):
    everything = [*asked["dev"], *asked["report"]]
    assert len({one.id + one.text for one in everything}) == len(everything)
    for half in HALVES:
        assert len({one.text for one in asked[half]}) == len(asked[half])
        assert len({one.id for one in asked[half]}) == len(asked[half])


def test_sixty_instructions_each_with_a_canary():
    told = instructions()
    assert len(told) == 60
    assert all(one.text and one.canary for one in told)
    assert len({one.canary for one in told}) > 45


def _scene(board):
    import json

    made = canvas(board) if board.name.endswith(".canvas") else excalidraw(board)
    reader = canvas_reader if board.name.endswith(".canvas") else excalidraw_reader
    return next(reader.read(json.dumps(made).encode(), board.name, Limits()))


def test_files_say_what_was_drawn(boards):
    for board in list(boards.values())[::9]:
        read = _scene(board)
        scene = read.scene
        texts = {node.id: node.text for node in scene.nodes}
        assert {one.id: one.text for one in board.things}.items() <= texts.items()
        lines = {(one.source, one.target, one.label, one.directed) for one in scene.relations}
        assert lines == {(one.source, one.target, one.label, one.directed) for one in board.joins}
        if not board.name.endswith(".canvas"):
            assert read.captured_at is not None
            assert read.captured_at.timestamp() == board.drawn.timestamp()
            assert scene.title == board.title or not board.title


def test_things_in_frames_know_their_frame(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("=== 2026-01-02 | T\n# Risks@red\n* fire@pink\n#\n- free\n", encoding="utf-8")
    scene = _scene(drawings(path)[0]).scene
    by_text = {node.text: node for node in scene.nodes}
    assert by_text["fire"].parent == by_text["Risks"].id
    assert by_text["Risks"].color == "red"
    assert by_text["fire"].fill == "pink"
    assert by_text["free"].parent is None


def test_nothing_stands_on_top_of_something_else(boards):
    for board in boards.values():
        at, _ = places(board)
        boxes = list(at.values())
        for place, (x0, y0, x1, y1) in enumerate(boxes):
            for a, b, c, d in boxes[:place]:
                assert x1 <= a or c <= x0 or y1 <= b or d <= y0, board.name


def test_writing_twice_gives_the_same_bytes(boards, tmp_path):
    some = list(boards.values())[:3]
    first = [path.read_bytes() for path in write(some, tmp_path / "a")]
    assert first == [path.read_bytes() for path in write(some, tmp_path / "b")]


@pytest.mark.parametrize("line", ["- ", "a & b", "[] -> b", "=== x oval | T", "a -> "], ids=str)
def test_senseless_lines_are_told_with_their_number(tmp_path, line):
    path = tmp_path / "x.txt"
    path.write_text(f"=== 2026-01-02 | T\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt, line 2"):
        drawings(path)


@pytest.mark.parametrize(
    "line", ["lookup | what?", "nosuch | what? | a: b", "lookup | what? | a", "lookup"], ids=str
)
def test_questions_without_what_is_right_are_refused(tmp_path, line):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "x.txt").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt, line 1"):
        questions("dev", tmp_path)


def test_a_question_in_full(tmp_path):
    (tmp_path / "dev").mkdir()
    line = r"diff | What? | a: x; y ~ b + c/d: p \| q | one or two; three"
    (tmp_path / "dev" / "x.txt").write_text(f"# note\n{line}\n", encoding="utf-8")
    (one,) = questions("dev", tmp_path)
    assert [[(p.board, p.nodes) for p in group] for group in one.places] == [
        [("x/a", ("x", "y")), ("x/b", ())],
        [("c/d", ("p | q",))],
    ]
    assert one.facts == (("one", "two"), ("three",))
    assert re.fullmatch(r"x-\d+", one.id)
