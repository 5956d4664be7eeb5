"""Lessons from drawn and annotated boards can be learnt as they are."""

from __future__ import annotations

from evals.training.split import is_held_out
from evals.tuning.sources import hdbpmn_lessons, plain_lessons, rendered_lessons
from ingest.extract.vlm.codec import decode, encode
from tests.shared import shared_data


def test_plain_boards_are_half_chinese_with_an_arrow_to_each_node_but_the_first() -> None:
    lessons = list(plain_lessons(8))
    assert [lesson.scene.language for lesson in lessons] == ["en", "zh"] * 4
    for lesson in lessons:
        scene = lesson.scene
        assert len(scene.nodes) == 10
        assert len({relation.target for relation in scene.relations}) == 9
        assert lesson.picture().size == (scene.width, scene.height)
    assert len({lesson.scene.nodes[0].text for lesson in lessons}) == 8


def test_a_writer_of_hdbpmn_is_a_source_and_held_out_exercises_are_not_learnt() -> None:
    lessons = list(hdbpmn_lessons(shared_data("hdbpmn")))
    assert len(lessons) > 300
    assert not any(is_held_out(lesson.name) for lesson in lessons)
    assert all(lesson.name.endswith(lesson.source) for lesson in lessons)
    assert 20 < len({lesson.source for lesson in lessons}) < len(lessons)
    for lesson in lessons[::40]:
        scene = lesson.scene
        assert lesson.picture().size == (scene.width, scene.height)
        back = decode(encode(scene), scene.width, scene.height)
        assert len(back.nodes) == len(scene.nodes)
        assert sorted(node.text for node in back.nodes) == sorted(node.text for node in scene.nodes)


def test_a_shape_without_words_is_learnt_as_one() -> None:
    """Board 0 is sketched with shapes that hold nothing."""
    (lesson,) = rendered_lessons(1)
    texts = [node.text for node in lesson.scene.nodes]
    assert "" in texts
    assert " " not in texts
