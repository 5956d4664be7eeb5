from __future__ import annotations

import pytest

from kb.minutes import compose
from kb.scene import Node, NodeKind
from tests.kb.answer.boards import line, node, scene_of
from tests.kb.minutes.told import read, texts


def test_the_branches_of_a_mind_map_are_modules() -> None:
    mind = scene_of(
        "Tea", "en",
        [node(i, i.title(), at) for at, i in enumerate(["tea", "shops", "web", "berlin", "app"])],
        [line("1", "tea", "shops"), line("2", "web", "tea"), line("3", "shops", "berlin"),
         line("4", "web", "app")],
    )  # fmt: skip
    assert texts(compose(read(mind)), "modules") == [
        "Tea", "  Shops", "  Web", "Shops", "  Berlin", "Web", "  App",
    ]  # fmt: skip


@pytest.mark.parametrize("heads", [("Went well", "Try next"), ("做得好", "下次改进")])
def test_columns_of_stickies_are_modules(heads: tuple[str, str]) -> None:
    def at(name: str, kind: NodeKind, text: str, x: float, y: float, w: float) -> Node:
        return Node(id=name, kind=kind, text=text, bbox=(x, y, x + w, y + 20))

    nodes = [
        at("t", "title", "Retro", 200, 0, 80),
        at("h", "text", heads[0], 10, 50, 60),
        at("k", "text", heads[1], 300, 55, 60),
        at("a", "sticky", "A", 12, 90, 80),
        at("b", "sticky", "B", 120, 95, 80),  # to the right of all the words that head it
        at("c", "sticky", "C", 280, 92, 80),
        at("d", "sticky", "D", 14, 130, 80),
        at("n", "text", "Lunch", 20, 400, 80),
    ]
    minutes = compose(read(scene_of("Retro", "en", nodes, [])))
    assert texts(minutes, "modules") == [heads[0], "  A", "  B", "  D", heads[1], "  C"]
    assert texts(minutes, "notes") == ["Lunch"]


def test_stickies_under_one_line_of_words_are_no_columns() -> None:
    nodes = [node("h", "Ideas", 0, kind="text"), node("a", "A", 3, kind="sticky")]
    assert texts(compose(read(scene_of("", "en", nodes, []))), "modules") == []


def test_the_centre_of_a_mind_map_without_a_title_comes_first() -> None:
    # A branch that stands above has as many lines; two of its leaves are joined.
    names = ["taste", "jasmine", "peach", "oolong", "tea", "price", "low", "high", "web", "shop"]
    ends = ["taste jasmine", "taste peach", "oolong taste", "tea taste", "tea price",
            "tea web", "tea shop", "price low", "price high", "low high"]  # fmt: skip
    joins = [line(str(at), *pair.split()) for at, pair in enumerate(ends)]
    nodes = [node(name, name, at) for at, name in enumerate(names)]
    told = texts(compose(read(scene_of("", "en", nodes, joins))), "modules")
    assert told[:5] == ["tea", "  taste", "  price", "  web", "  shop"]
    members = [text for text in told if text.startswith(" ")]
    assert len(members) == len(set(members))
