from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from kb.catalog import Catalog, NewBoard, NewSource, open_catalog
from kb.graph import Graph, Ref
from kb.links.around import MAX_NAMESAKES
from kb.scene import ExtractorInfo, Node, NodeKind, Relation, Scene

Edge = tuple[str, str, bool]  # source, target, directed


def put_board(
    catalog: Catalog, number: int, names: dict[str, str], edges: list[Edge], workspace: str = "w",
    kind: NodeKind = "box",
) -> str:  # fmt: skip
    """Write a board with nodes `names` (id → text) of `kind` and `edges`; return its id."""
    scene = Scene(
        width=100,
        height=100,
        nodes=tuple(
            Node(id=i, kind=kind, text=text, bbox=(0, 0, 10, 10)) for i, text in names.items()
        ),
        relations=tuple(
            Relation(id=f"r{n:03}", source=a, target=b, directed=directed)
            for n, (a, b, directed) in enumerate(edges)
        ),
        extractor=ExtractorInfo(name="test"),
    )
    source = catalog.register(
        NewSource(workspace, f"/x/{workspace}{number}", f"{number}.png", f"{number:064}", 1, 1)
    )
    return catalog.put_board(
        workspace, source.id, NewBoard(1, "", "0" * 64, "image/png", scene, None)
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(f"sqlite:///{tmp_path / 'c.sqlite'}")
    yield opened
    opened.close()


def words(*ids: str) -> dict[str, str]:
    return {i: f"thing {i}" for i in ids}


def test_followers_pass_through_bare_shapes_and_know_their_relations(catalog: Catalog) -> None:
    board = put_board(
        catalog,
        1,
        {**words("a", "b", "c", "d"), "gate": ""},
        [("a", "gate", True), ("gate", "b", True), ("gate", "c", True), ("b", "d", True)],
    )
    with catalog.session() as session:
        graph = Graph(session, "w")
        trails = graph.followers([(board, "a")])
        assert [[s.target[1] for s in t] for t in trails] == [["gate", "b"], ["gate", "c"]]
        assert [s.relation for s in trails[0]] == ["r000", "r001"]
        assert [t[-1].target[1] for t in graph.followers([(board, "a")], depth=2)] == [
            "b",
            "c",
            "d",
        ]
        (back,) = graph.leaders([(board, "b")])
        assert [(s.target[1], s.reverse) for s in back] == [("gate", True), ("a", True)]


def test_words_that_nobody_can_read_are_a_step_that_nothing_passes(catalog: Catalog) -> None:
    edges = [("a", "unread", True), ("unread", "c", True), ("a", "b", True)]
    board = put_board(catalog, 1, {**words("a", "b", "c"), "unread": ""}, edges, kind="text")
    with catalog.session() as session:
        graph = Graph(session, "w")
        assert [t[-1].target[1] for t in graph.followers([(board, "a")])] == ["b"]
        assert graph.leaders([(board, "c")]) == []


def test_lines_without_direction_go_both_ways(catalog: Catalog) -> None:
    board = put_board(catalog, 1, words("a", "b"), [("a", "b", False)])
    with catalog.session() as session:
        graph = Graph(session, "w")
        assert [t[-1].target[1] for t in graph.followers([(board, "b")])] == ["a"]
        assert [t[-1].target[1] for t in graph.followers([(board, "a")])] == ["b"]


def test_a_path_crosses_boards_by_a_shared_name_and_never_a_workspace(catalog: Catalog) -> None:
    one = put_board(catalog, 1, {"a": "Order", "b": "Check  stock!"}, [("a", "b", True)])
    two = put_board(catalog, 2, {"x": "check stock", "y": "Ship"}, [("x", "y", True)])
    foreign = put_board(catalog, 3, {"x": "check stock", "z": "Spy"}, [("x", "z", True)], "other")
    with catalog.session() as session:
        graph = Graph(session, "w")
        trail = graph.path([(one, "a")], [(two, "y")])
        assert trail is not None
        assert [(s.source, s.relation) for s in trail] == [
            ((one, "a"), "r000"),
            ((one, "b"), ""),
            ((two, "x"), "r000"),
        ]
        assert graph.path([(one, "a")], [(two, "y")], across=False) is None
        assert graph.path([(two, "y")], [(one, "a")]) is None
        assert graph.path([(two, "y")], [(one, "a")], way="both") is not None
        assert graph.path([(one, "a")], [(foreign, "z")]) is None
        assert graph.things([(foreign, "z")]) == {}
        assert [t.ref for t in graph.named(["check stock"])] == sorted([(one, "b"), (two, "x")])
        assert Graph(session, "other").followers([(one, "a")]) == []


def test_names_on_very_many_nodes_join_nothing(catalog: Catalog) -> None:
    names = {f"n{i}": "yes" for i in range(MAX_NAMESAKES)}
    one = put_board(catalog, 1, {"a": "Start here", **names}, [("a", "n0", True)])
    two = put_board(catalog, 2, {"y": "yes", "z": "End"}, [("y", "z", True)])
    with catalog.session() as session:
        assert Graph(session, "w").path([(one, "a")], [(two, "z")]) is None


def test_boards_being_removed_are_out_of_the_graph(catalog: Catalog) -> None:
    board = put_board(catalog, 1, words("a", "b"), [("a", "b", True)])
    catalog.set_state([catalog.board("w", board).source_id], "deleting")
    with catalog.session() as session:
        graph = Graph(session, "w")
        assert graph.followers([(board, "a")]) == []
        assert graph.things([(board, "a")]) == {}


def test_steps_use_the_indexes_of_the_catalog(catalog: Catalog) -> None:
    board = put_board(catalog, 1, words("a", "b"), [("a", "b", True)])
    plans: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT relations"):
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.extend(row[3] for row in cursor.fetchall())

    with catalog.session() as session:
        event.listen(session.connection(), "before_cursor_execute", explain)
        Graph(session, "w").followers([(board, "a")])
    assert plans
    assert [plan for plan in plans if plan.startswith("SCAN relations")] == []


@st.composite
def _graphs(draw: st.DrawFn) -> list[tuple[dict[str, str], list[Edge]]]:
    boards = []
    for _ in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 6))
        names = {
            f"n{i}": draw(st.sampled_from(["", "alpha", "beta", "gamma", "delta", "库存"]))
            for i in range(count)
        }
        ids = st.sampled_from(sorted(names))
        edges = draw(st.lists(st.tuples(ids, ids, st.booleans()), max_size=9))
        boards.append((names, edges))
    return boards


def _reference_distance(links: dict[Ref, set[Ref]], starts: set[Ref], ends: set[Ref]) -> int | None:
    seen, layer, distance = set(starts), set(starts), 0
    while layer:
        if layer & ends:
            return distance
        layer = {there for here in layer for there in links.get(here, set())} - seen
        seen |= layer
        distance += 1
    return None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_graphs(), st.data())
def test_paths_are_as_short_as_a_plain_search_finds(
    catalog: Catalog, boards: list[tuple[dict[str, str], list[Edge]]], data: st.DataObject
) -> None:
    run = data.draw(st.uuids()).hex  # a workspace of its own for each example
    links: dict[Ref, set[Ref]] = {}
    texts: dict[Ref, str] = {}
    for number, (names, edges) in enumerate(boards):
        ident = put_board(catalog, number, names, edges, run)
        texts.update({(ident, node): text for node, text in names.items()})
        for a, b, directed in edges:
            links.setdefault((ident, a), set()).add((ident, b))
            if not directed:
                links.setdefault((ident, b), set()).add((ident, a))
    for one, text in texts.items():
        links.setdefault(one, set()).update(
            two for two, other in texts.items() if text and text == other and one != two
        )
    refs = sorted(texts)
    start = {data.draw(st.sampled_from(refs))}
    end = {data.draw(st.sampled_from(refs))}
    with catalog.session() as session:
        trail = Graph(session, run).path(start, end)
    expected = _reference_distance(links, start, end)
    assert (None if trail is None else len(trail)) == expected
    for step in trail or ():
        assert step.target in links[step.source]
    if trail:
        assert trail[0].source in start
        assert trail[-1].target in end
        assert all(a.target == b.source for a, b in itertools.pairwise(trail))
