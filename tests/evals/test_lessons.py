"""The small boards that a tiny model learns from and is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.models.lessons import SIZE, lesson
from ingest.extract.vlm.codec import decode, encode


@settings(max_examples=30)
@given(st.integers(0, 10**7))
def test_a_lesson_is_drawn_where_its_scene_says_and_can_be_answered(seed: int) -> None:
    picture, scene = lesson(seed)
    assert picture.size == SIZE
    assert 1 <= len(scene.nodes) <= 3
    for node in scene.nodes:
        ink = picture.crop(tuple(map(round, node.bbox))).convert("L").getextrema()
        assert ink[0] < 100 < ink[1]
    told = decode(encode(scene), *SIZE)
    assert {node.text for node in told.nodes} == {node.text for node in scene.nodes}
    assert len(told.relations) == len(scene.relations)


def test_the_same_number_gives_the_same_lesson_and_another_one_another() -> None:
    (picture, scene), (again, same) = lesson(7), lesson(7)
    assert scene == same
    assert picture.tobytes() == again.tobytes()
    assert lesson(8)[1] != scene


@pytest.mark.parametrize("seed", range(3))
def test_an_answer_is_short(seed: int) -> None:
    assert len(encode(lesson(seed)[1])) < 600
