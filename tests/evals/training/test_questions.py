"""The lessons as they are written down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evals.retrieval.notation import Drawing
from evals.retrieval.questions import CATEGORIES, HALVES, Place, questions
from evals.retrieval.world import known_boards, own_drawings, plain
from evals.training.questions import world
from evals.training.questions.arrays import read_arrays, write_arrays
from evals.training.questions.world import lessons_of, opened_world
from evals.training.questions.written import Lesson, boards, lessons
from kb.text import key_of, language_of
from tests.embedding import HashedWords
from tests.evals.training.worlds import written


@pytest.fixture(scope="module")
def every() -> list[Lesson]:
    return lessons()


@pytest.fixture(scope="module")
def drawn() -> dict[str, Drawing]:
    return {name_of(board): board for board in boards()}


def name_of(board: Drawing) -> str:
    return board.name.removesuffix(".excalidraw").removesuffix(".canvas")


def words_on(board: Drawing) -> list[str]:
    things = [thing.text for thing in board.things]
    names = [block.name for block in board.blocks if block.name]
    return [plain(text) for text in (*things, *names, board.title)]


def places(one: Lesson) -> Iterator[Place]:
    for group in one.places:
        yield from group


def test_every_file_is_of_one_organisation_with_boards_and_questions(
    every: list[Lesson], drawn: dict[str, Drawing]
) -> None:
    assert len(drawn) == len(boards())  # no name twice
    companies = {name.partition("/")[0] for name in drawn}
    assert companies == {one.company for one in every}
    assert len(companies) >= 60
    assert {one.category for one in every} == set(CATEGORIES)
    assert all(len(one.wordings) == 3 for one in every)
    assert {language_of(text) for one in every for text in one.wordings} >= {"en", "zh"}


def test_every_board_that_is_named_is_there(every: list[Lesson], drawn: dict[str, Drawing]) -> None:
    named = {place.board for one in every for place in places(one)}
    assert named <= set(drawn)


def test_every_right_node_is_told_from_all_others_by_its_beginning(
    every: list[Lesson], drawn: dict[str, Drawing]
) -> None:
    words = {name: words_on(board) for name, board in drawn.items()}
    for one in every:
        for place in places(one):
            for node in map(plain, place.nodes):
                begun = sum(text.startswith(node) for text in words[place.board])
                assert begun == 1 or words[place.board].count(node) == 1, (place.board, node)


def test_every_node_to_start_from_is_on_a_board_of_its_question(
    every: list[Lesson], drawn: dict[str, Drawing]
) -> None:
    for one in every:
        words = [text for place in places(one) for text in words_on(drawn[place.board])]
        for start in map(plain, one.starts):
            assert any(text.startswith(start) for text in words), (one.wordings[0], start)


def test_what_is_measured_is_not_learnt(every: list[Lesson], drawn: dict[str, Drawing]) -> None:
    measured = own_drawings()
    companies = {board.name.partition("/")[0] for board in measured}
    assert companies.isdisjoint(one.company for one in every)
    contents = {frozenset(words_on(board)) for board in measured}
    assert contents.isdisjoint(frozenset(words_on(board)) for board in drawn.values())
    asked = {key_of(one.text) for half in HALVES for one in questions(half)}
    assert asked.isdisjoint(key_of(text) for one in every for text in one.wordings)


def test_a_lesson_in_full(tmp_path: Path) -> None:
    asked = r"""
path | From a to b? | 2026-01-02: a \| 1; b ~ c: d + e: f | a
= 从a到b
"""
    (one,) = written(tmp_path, asked)
    assert one.wordings == ("From a to b?", "从a到b")
    assert one.starts == ("a",)
    assert [[(place.board, place.nodes) for place in group] for group in one.places] == [
        [("home/2026-01-02", ("a | 1", "b")), ("home/c", ("d",))],
        [("home/e", ("f",))],
    ]


@pytest.mark.parametrize(
    "line",
    ["lookup | what? | a", "nosuch | a? | b: c", "lookup | a? | b: c | d | e", "lookup |"],
    ids=str,
)
def test_senseless_lessons_are_told_with_their_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"home\.txt, before line 3"):
        written(tmp_path, f"# note\n{line}\n")


def test_the_dev_half_is_asked_like_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, half = lessons_of("dev"), questions("dev")
    assert [one.wordings for one in asked] == [(one.text,) for one in half]
    assert [one.places for one in asked] == [one.places for one in half]
    monkeypatch.setattr(world, "lessons", list)
    with pytest.raises(LookupError, match="nothing is asked in lessons"):
        lessons_of("lessons")


def test_the_boards_of_the_lessons_are_kept_in_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    monkeypatch.setattr(world, "boards", lambda: boards(tmp_path))
    monkeypatch.setattr("kb.embed.open_embedder", lambda _settings: HashedWords())
    for _ in range(2):
        with opened_world("lessons", tmp_path / "home") as base:
            names = set(known_boards(base, base.settings.workspace))
            assert names == {f"home/2026-01-{day}" for day in ("02", "03", "04", "10")}
            assert base.embedder.asked("why?").vector is base.embedder.asked("why?").vector


def test_arrays_come_back_with_what_is_said_about_them(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "kept.npz"
    write_arrays(path, {"a": np.arange(3), "b": np.eye(2, dtype=np.float16)}, {"说": [1, None]})
    arrays, about = read_arrays(path)
    assert about == {"说": [1, None]}
    assert arrays["a"].tolist() == [0, 1, 2]
    assert arrays["b"].dtype == np.float16
    assert [one.name for one in path.parent.iterdir()] == ["kept.npz"]
