"""Scenes and answers that the tests of the VLM extractor share."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ingest.extract.vlm.schema import COLOURS
from kb.scene import ExtractorInfo, Node, Relation, Scene

MADE = ExtractorInfo(name="made")
_KINDS = ("text", "title", "box", "ellipse", "diamond", "sticky", "container", "table")
_TEXTS = st.text(
    st.sampled_from('abz XYZ019?!"\\/{}[]:,\n风险库存订单é€😀')
    | st.characters(codec="utf-8", exclude_characters="¶＂＼"),
    max_size=30,
).map(lambda text: "".join(sign for sign in text if sign.isprintable() or sign == "\n").strip())


def box(kind: str, text: str, place: list[int], number: int = 1, **more: Any) -> dict[str, Any]:
    """One node as a model writes it."""
    return {"id": number, "kind": kind, "text": text, "bbox_2d": place, **more}


def arrow(source: int, target: int, **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, "kind": "arrow", **more}


def answer(nodes: list[Any], relations: list[Any] | None = None, title: str = "") -> str:
    made = {"title": title, "nodes": nodes, "relations": relations or []}
    return json.dumps(made, ensure_ascii=False)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene that an answer can hold, its nodes apart from each other."""
    width, height = draw(st.integers(1000, 5000)), draw(st.integers(1000, 5000))
    count = draw(st.integers(0, 8))
    nodes: list[Node] = []
    for place in range(count):
        # one cell of a 3 × 3 grid each
        left, top = width * (place % 3) / 3, height * (place // 3) / 3
        x0, y0 = left + draw(st.floats(0, width / 8)), top + draw(st.floats(0, height / 8))
        x1 = min(width, x0 + draw(st.floats(width / 50, width / 5)))
        y1 = min(height, y0 + draw(st.floats(height / 50, height / 5)))
        parents = [None, *(node.id for node in nodes)]
        nodes.append(
            Node(
                id=f"node-{place}",
                kind=draw(st.sampled_from(_KINDS)),
                text=draw(_TEXTS),
                bbox=(x0, y0, x1, y1),
                color=draw(st.none() | st.sampled_from(COLOURS)),
                fill=draw(st.none() | st.sampled_from(COLOURS)),
                parent=draw(st.sampled_from(parents)),
                tags=draw(st.sampled_from([(), ("risk",), ("todo", "date")])),
            )
        )
    ends = st.sampled_from([node.id for node in nodes]) if nodes else st.nothing()
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=6, unique_by=frozenset)) if nodes else []
    relations = []
    for number, (source, target) in enumerate(pairs):
        kind = (
            "arrow" if source == target else draw(st.sampled_from(["arrow", "line", "annotates"]))
        )
        relations.append(
            Relation(
                id=f"rel-{number}",
                kind=kind,
                source=source,
                target=target,
                label=draw(_TEXTS),
                directed=draw(st.booleans()),
            )
        )
    return Scene(
        title=draw(_TEXTS),
        width=width,
        height=height,
        nodes=tuple(nodes),
        relations=tuple(relations),
        extractor=MADE,
    )
