from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kb.scene import ExtractorInfo, Node, Relation, Scene, clamp_box, json_schema, union_box


def scene(**changes: Any) -> Scene:
    made: dict[str, Any] = {
        "width": 100,
        "height": 50,
        "nodes": [
            {"id": "a", "kind": "box", "text": "查库存", "bbox": (0, 0, 10, 10)},
            {"id": "b", "kind": "text", "bbox": (20, 0, 100, 50), "parent": "a"},
        ],
        "relations": [{"id": "r", "source": "a", "target": "b", "path": [(1, 2), (3, 4)]}],
        "extractor": {"name": "test"},
    }
    return Scene.model_validate(made | changes)


def test_a_scene_survives_json() -> None:
    assert Scene.model_validate_json(scene().model_dump_json()) == scene()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nodes": [Node(id="a", kind="box", bbox=(0, 0, 1, 1))] * 2, "relations": []}, "unique"),
        ({"nodes": []}, "ends on no node"),
        ({"nodes": [Node(id="a", kind="box", bbox=(0, 0, 101, 1))], "relations": []}, "inside"),
        ({"nodes": [Node(id="a", kind="box", bbox=(5, 0, 1, 1))], "relations": []}, "inside"),
        (
            {"nodes": [Node(id="a", kind="box", bbox=(0, 0, 1, 1), parent="x")], "relations": []},
            "no node of the scene",
        ),
        (
            {
                "nodes": [
                    Node(id="a", kind="box", bbox=(0, 0, 1, 1), parent="b"),
                    Node(id="b", kind="box", bbox=(0, 0, 1, 1), parent="a"),
                ],
                "relations": [],
            },
            "its own ancestor",
        ),
        ({"relations": [Relation(id="r", source="a", target="b")] * 2}, "unique"),
        ({"relations": [{"id": "r", "source": "a", "target": "b", "path": [(-1, 0)]}]}, "leaves"),
        ({"width": 0}, "greater than or equal to 1"),
        ({"surprise": 1}, "Extra inputs"),
    ],
)
def test_broken_promises_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        scene(**changes)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_are_finite(bad: float) -> None:
    with pytest.raises(ValidationError):
        Node(id="a", kind="box", bbox=(0, 0, bad, 1))


_numbers = st.floats(-1e6, 1e6)


@given(
    box=st.tuples(_numbers, _numbers, _numbers, _numbers),
    width=st.integers(1, 100_000),
    height=st.integers(1, 100_000),
)
def test_a_clamped_box_is_always_inside(
    box: tuple[float, float, float, float], width: int, height: int
) -> None:
    made = Scene(
        width=width,
        height=height,
        nodes=(Node(id="a", kind="box", bbox=clamp_box(box, width, height)),),
        extractor=ExtractorInfo(name="test"),
    )
    assert clamp_box(made.nodes[0].bbox, width, height) == made.nodes[0].bbox


def test_union_box() -> None:
    assert union_box([(1, 2, 3, 4), (0, 3, 2, 9)]) == (0, 2, 3, 9)


def test_the_schema_is_versioned_and_bounded() -> None:
    schema = json_schema()
    assert schema["$id"] == "urn:kb:scene:1"
    assert schema["properties"]["nodes"]["maxItems"] == 10_000
    json.dumps(schema)
