"""Scenes to a model's text and back, and what is mended in a text that is not quite right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ingest.extract.vlm.codec import BrokenAnswer, decode, decode_part, encode, on_grid, scene_of
from ingest.extract.vlm.repair import REPAIRS
from ingest.extract.vlm.schema import MAX_NODES, answer_schema
from kb.reading import outline
from kb.scene import Scene
from tests.ingest.extract.vlm.scenes import MADE, answer, arrow, box, scenes


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_what_is_written_is_read_again(scene: Scene) -> None:
    got = decode(encode(scene), scene.width, scene.height)

    assert not got.repairs
    assert got.title == scene.title
    ordered = [node for _, node in outline(on_grid(scene))]
    names = {node.id: f"n{place}" for place, node in enumerate(ordered, 1)}
    for old, new in zip(ordered, got.nodes, strict=True):
        assert new.id == names[old.id]
        assert new.parent == (names[old.parent] if old.parent else None)
        same = ("kind", "text", "color", "fill", "tags")
        assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
        for place, side in enumerate((scene.width, scene.height) * 2):
            assert abs(new.bbox[place] - old.bbox[place]) <= side / 1000 + 0.1
    told = {
        (r.kind, names[r.source], names[r.target], r.label, r.directed) for r in scene.relations
    }
    assert {(r.kind, r.source, r.target, r.label, r.directed) for r in got.relations} == told


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_what_is_written_keeps_the_schema_and_its_order(scene: Scene) -> None:
    text = encode(scene)
    Draft202012Validator(answer_schema()).validate(json.loads(text))
    assert "\\" not in text  # no constrained decoder lets a model write an escape
    again = scene_of(
        decode(text, scene.width, scene.height), (scene.width, scene.height), extractor=MADE
    )
    assert encode(again) == text
    order = list(answer_schema()["properties"]["nodes"]["items"]["properties"])
    for node in json.loads(text)["nodes"]:
        assert list(node) == [name for name in order if name in node]


def test_everything_in_the_schema_has_an_end() -> None:
    def bounded(schema: dict[str, Any]) -> bool:
        kind = schema["type"]
        if kind == "object":
            closed = schema["additionalProperties"] is False
            return closed and all(bounded(one) for one in schema["properties"].values())
        if kind == "array":
            return "maxItems" in schema and bounded(schema["items"])
        if kind == "string":
            return "maxLength" in schema or "enum" in schema
        return kind == "boolean" or {"minimum", "maximum"} <= set(schema)

    assert bounded(answer_schema())


def test_a_scene_of_too_many_nodes_is_no_answer() -> None:
    one = Scene.model_validate_json(
        '{"width": 9, "height": 9, "extractor": {"name": "x"}, "nodes": '
        '[{"id": "a", "kind": "box", "bbox": [0, 0, 1, 1]}]}'
    )
    many = [one.nodes[0].model_copy(update={"id": str(i)}) for i in range(MAX_NODES + 1)]
    with pytest.raises(ValueError, match="more than one answer"):
        encode(one.model_copy(update={"nodes": tuple(many)}))


A, B = box("box", "A", [100, 100, 300, 200]), box("box", "B", [500, 100, 700, 200], 2)


@pytest.mark.parametrize(
    ("text", "repair", "texts", "pairs"),
    [
        (answer([A, {**B, "bbox_2d": [500, 100, 1900, 200]}]), "boxes_clamped", "AB", []),
        (answer([A, {**B, "bbox_2d": [700, 200, 500, 100]}]), "boxes_sorted", "AB", []),
        (
            answer([A, A | {"id": 3}, {**B, "bbox_2d": [1200, 0, 1300, 9]}]),
            "boxes_dropped",
            "A",
            [],
        ),
        (answer([A, B, "what"]), "nodes_malformed", "AB", []),
        (answer([A, B, {**B, "bbox_2d": [1, 2, None, 4]}]), "nodes_malformed", "AB", []),
        (answer([A, B, A | {"id": 9}], [arrow(9, 2)]), "duplicate_nodes", "AB", [("n1", "n2")]),
        (answer([A, B | {"id": 1}], [arrow(1, 1)]), "duplicate_ids", "AB", [("n1", "n1")]),
        (answer([A, B | {"kind": "blob"}]), "unknown_kinds", "AB", []),
        (answer([A, B | {"parent": 77}]), "wrong_parents", "AB", []),
        (answer([A | {"parent": 2}, B | {"parent": 1}]), "wrong_parents", "AB", []),
        (answer([A, B | {"parent": 2}]), "wrong_parents", "AB", []),
        (
            answer([A, B], [arrow(1, 2), arrow(2, 1), arrow(1, 8)]),
            "wrong_ids",
            "AB",
            [("n1", "n2"), ("n2", "n1")],
        ),
        (answer([A, B], [arrow(1, 2), arrow(1, 2)]), "duplicate_relations", "AB", [("n1", "n2")]),
        (answer([A, B], [{"source": 1, "target": 1, "kind": "line"}]), "loops_cut", "AB", []),
        (answer([A, B], [None, arrow(1, 2)]), "relations_malformed", "AB", [("n1", "n2")]),
        (answer([A, B | {"text": "B" + "x" * 5000}]), "texts_cut", "AB", []),
    ],
)
def test_what_is_mended_is_counted(
    text: str, repair: str, texts: str, pairs: list[tuple[str, str]]
) -> None:
    got = decode(text, 1000, 1000)
    assert got.repairs[repair] == 1
    assert repair in REPAIRS
    assert "".join(node.text[:1] for node in got.nodes) == texts
    assert [(one.source, one.target) for one in got.relations] == pairs
    scene_of(got, (1000, 1000), extractor=MADE)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty_answer"),
        (" \n ", "empty_answer"),
        ("I see a whiteboard.", "broken_json"),
        (answer([A, B])[:-30], "broken_json"),
        ("[" * 100_000, "broken_json"),
        ('{"title": ""' + " " * 3000, "white_space_loop"),
        ("[1, 2]", "no_scene"),
        ('{"title": "x"}', "no_scene"),
        ("x" * 500_000, "endless_answer"),
        (answer([A | {"id": n} for n in range(1, 30)]), "duplicate_loop"),
        (answer([A, B], [arrow(1, 2)] * 30), "duplicate_loop"),
        (answer([A, B], [arrow(7, 8), arrow(8, 9)]), "unusable_ids"),
        (
            answer([A | {"bbox_2d": [2000, 0, 2100, 50]}, B | {"bbox_2d": [3, 3, 3, 3]}]),
            "unusable_boxes",
        ),
    ],
)
def test_an_answer_that_can_not_be_trusted_is_none(text: str, fault: str) -> None:
    with pytest.raises(BrokenAnswer) as caught:
        decode(text, 1000, 1000)
    assert caught.value.fault == fault


def test_a_fence_around_the_answer_is_no_fault() -> None:
    assert len(decode(f"```json\n{answer([A, B])}\n```", 1000, 1000).nodes) == 2


def test_boxes_of_a_part_are_where_the_part_is() -> None:
    got = decode_part(answer([A]), (1000.0, 500.0, 2000.0, 1500.0))
    assert got.nodes[0].bbox == (1100.0, 600.0, 1300.0, 700.0)


def test_escapes_of_a_free_model_are_read_too() -> None:
    got = decode(answer([A | {"text": 'a\n"b"\\'}]), 100, 100)
    assert got.nodes[0].text == 'a\n"b"\\'


def test_words_that_no_store_takes_are_cleaned() -> None:
    got = decode(answer([A | {"text": "a\u0000b\ud800\u0007c"}]), 100, 100)
    assert got.nodes[0].text == "ab?c"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda kids: (
        st.lists(kids, max_size=4) | st.dictionaries(st.text(max_size=5), kids, max_size=4)
    ),
    max_leaves=12,
)
_node_like = st.dictionaries(
    st.sampled_from(["id", "kind", "text", "bbox_2d", "parent", "tags", "color"]),
    st.integers(-5, 1200) | st.lists(st.integers(-50, 1200), min_size=4, max_size=4) | _json,
)
_relation_like = st.dictionaries(
    st.sampled_from(["source", "target", "kind", "label", "directed"]), st.integers(0, 5) | _json
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_node_like | _json, max_size=6), st.lists(_relation_like | _json, max_size=6) | _json
)
def test_whatever_a_model_writes_is_a_scene_or_a_fault(nodes: list[Any], relations: Any) -> None:
    text = json.dumps({"title": "t", "nodes": nodes, "relations": relations})
    try:
        got = decode(text, 640, 480)
    except BrokenAnswer:
        return
    scene_of(got, (640, 480), extractor=MADE)  # raises where a promise is broken
