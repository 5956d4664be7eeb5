"""What marks mean on a workspace's boards: read from YAML, told in words, put on the scene."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.conventions import Conventions, conventions_for, load_conventions
from kb.errors import WrongUse
from kb.scene import ExtractorInfo, Node, NodeKind, Relation, Scene
from kb.settings import load_settings
from kb.tags import tag_scene

MARKS = """
marks:
  - {color: red, kinds: [box, ellipse], tag: risk}
  - {fill: yellow, tag: question}
  - {sign: "★☆", tag: decision, says: "a star (星号)"}
  - {line: blue, label: flow}
"""


@pytest.fixture
def marks(tmp_path: Path) -> Conventions:
    file = tmp_path / "marks.yaml"
    file.write_text(MARKS, "utf-8")
    return load_conventions(file)


def node(ident: str, text: str = "A", kind: NodeKind = "box", **looks: str) -> Node:
    return Node.model_validate(
        {"id": ident, "kind": kind, "text": text, "bbox": (0, 0, 10, 10), **looks}
    )


def test_nodes_get_the_tags_of_their_marks(marks: Conventions) -> None:
    scene = Scene(
        width=10,
        height=10,
        nodes=(
            node("a", color="red"),
            node("b", color="red", kind="text"),
            node("c", fill="yellow", color="red"),
            node("d", "用 Kafka ☆"),
            node("e", "TODO: x", color="blue"),
        ),
        extractor=ExtractorInfo(name="x"),
    )
    tagged = tag_scene(scene, conventions=marks.rules())
    assert [one.tags for one in tagged.nodes] == [
        ("risk",),
        (),
        ("risk", "question"),
        ("decision",),
        ("todo",),
    ]


def test_lines_with_a_mark_get_its_label_unless_they_have_words(marks: Conventions) -> None:
    def line(ident: str, **more: str) -> Relation:
        return Relation.model_validate({"id": ident, "source": "a", "target": "b", **more})

    scene = Scene(
        width=10,
        height=10,
        nodes=(node("a"), node("b")),
        relations=(line("1", color="blue"), line("2", color="blue", label="yes"), line("3")),
        extractor=ExtractorInfo(name="x"),
    )
    assert [one.label for one in marks.label_lines(scene).relations] == ["flow", "yes", ""]
    assert Conventions().label_lines(scene) is scene


def test_marks_are_told_in_words(marks: Conventions) -> None:
    assert [mark.in_words() for mark in marks.marks] == [
        'red box or ellipse: tag "risk"',
        'yellow-filled node: tag "question"',
        'a star (星号): tag "decision"',
        'blue line: label "flow" unless it has words',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "marks: [{tag: risk}]",
        "marks: [{color: red}]",
        "marks: [{color: red, tag: fun}]",
        "marks: [{line: blue}]",
        "marks: [{line: blue, label: flow, tag: risk}]",
        "marks: [{color: red, tag: risk, blink: true}]",
        "marks: {a: 1}",
        "- red",
        "marks: [",
        "!!python/object/apply:os.system ['true']",
        "\x00",
    ],
)
def test_marks_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "marks.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(WrongUse, match="can't be used") as caught:
        load_conventions(file)
    assert caught.value.code == "bad_conventions"


def test_a_file_is_for_all_and_a_folder_for_each_workspace(tmp_path: Path) -> None:
    file = tmp_path / "blue.yaml"
    file.write_text(MARKS, "utf-8")
    for_all, for_each = load_settings(conventions=file), load_settings(conventions=tmp_path)
    assert conventions_for(for_all, "anyone").marks
    assert conventions_for(for_each, "blue").marks
    assert not conventions_for(for_each, "green").marks
    assert not conventions_for(load_settings(), "blue").marks
    with pytest.raises(WrongUse):
        conventions_for(load_settings(conventions=tmp_path / "none.yaml"), "blue")
