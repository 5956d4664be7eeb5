"""What every engine must do: embedded, a server's stand-in, and a server where one is named."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.errors import StoreDamaged
from kb.evidence import Filters
from kb.index import Point, Sparse, UnitIndex, point_id, sparse_passage, sparse_query
from kb.index.centring import Centres, Means
from kb.index.points import About
from kb.weights import WEIGHTS

DIM = 8
ABOUT = About("model:8", DIM)
ENGINES = ["edge", "local", "server"]

Opener = Callable[..., UnitIndex]


def _unit(*hot: int) -> np.ndarray:
    vector = np.full(DIM, 0.01, np.float32)
    vector[list(hot)] = 1
    return vector / np.linalg.norm(vector)


def _point(key: str, hot: int, text: str, board: str = "b1", **payload: Any) -> Point:
    workspace = payload.pop("workspace", "acme")
    base = {
        "workspace": workspace,
        "board": board,
        "source": ["plans/q3/flow.png"],
        "title": "Flow",
        "unit": "node",
        "nodes": ["n1"],
        "region": [1.0, 2.0, 30.5, 40.0],
        "text": text,
        "kinds": ["box"],
        "tags": [],
        "colors": ["black"],
        "language": "en",
        "at": 1_700_000_000.0,
    }
    return Point(point_id(workspace, board, key), _unit(hot), sparse_passage(text), base | payload)


@pytest.fixture(params=ENGINES)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same index of one engine, again and again."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    opened: list[UnitIndex] = []
    clients: list[Any] = []

    def edge(about: About = ABOUT) -> UnitIndex:
        from kb.index.edge import EdgeDriver

        driver = EdgeDriver(tmp_path / "index", name, about, wait_s=5)
        opened.append(UnitIndex(driver, about.fingerprint, about.dim))
        return opened[-1]

    def served(about: About = ABOUT) -> UnitIndex:
        from kb.index.server import ServerDriver, connect

        if not clients or request.param == "server":
            clients.append(connect(url))
        driver = ServerDriver(clients[-1], name, about)
        opened.append(UnitIndex(driver, about.fingerprint, about.dim))
        return opened[-1]

    url = ":memory:" if request.param == "local" else os.environ.get("KB_TEST_QDRANT_URL", "")
    if request.param == "server" and not url:
        pytest.skip("no Qdrant server: KB_TEST_QDRANT_URL is not set")
    yield edge if request.param == "edge" else served
    if clients and request.param == "server":
        clients[-1].delete_collection(name)
    for index in opened:
        index.close()


@pytest.fixture
def index(opener: Opener) -> UnitIndex:
    return opener()


def _texts(index: UnitIndex, hot: int = 0, question: str = "", **options: Any) -> list[str]:
    options = {"workspace": "acme"} | options
    hits = index.search(_unit(hot), sparse_query(question), **options)
    return [hit.payload["text"] for hit in hits]


def test_an_empty_index_finds_nothing(index: UnitIndex) -> None:
    assert _texts(index, 0, "anything") == []
    assert index.count(workspace=None) == 0
    assert list(index.points(workspace=None)) == []
    assert index.boards(workspace=None) == {}
    assert not index.stale


def test_put_is_found_with_all_it_carries(index: UnitIndex) -> None:
    point = _point("n:n1", 0, "库存 → “check” ✓ émoji 😀", tags=["risk"], nested=None)
    index.put([point])
    (hit,) = index.search(_unit(0), sparse_query("库存"), workspace="acme")
    assert hit.id == point.id
    assert {key: hit.payload[key] for key in point.payload} == point.payload
    assert hit.dense == pytest.approx(1, abs=1e-4)
    assert hit.sparse is not None
    assert hit.sparse > 0


def test_put_again_overwrites(index: UnitIndex) -> None:
    index.put([_point("n:n1", 0, "old words")])
    index.put([_point("n:n1", 1, "new words")])
    assert index.count(workspace="acme") == 1
    assert _texts(index, 1, "old") == ["new words"]
    (stored,) = index.points(workspace="acme")
    assert stored.payload["text"] == "new words"
    assert np.allclose(stored.dense, _unit(1), atol=1e-4)
    assert stored.sparse.indices == sparse_passage("new words").indices


def test_put_and_points_are_inverse(index: UnitIndex) -> None:
    points = [_point(f"n:{i}", i % DIM, f"word{i} stock") for i in range(700)]
    points[5].sparse = Sparse([], [])
    index.put(points)
    stored = {point.id: point for point in index.points(workspace=None)}
    assert len(stored) == 700
    for point in points:
        twin = stored[point.id]
        assert {key: twin.payload[key] for key in point.payload} == point.payload
        assert twin.sparse.indices == point.sparse.indices
        assert twin.sparse.values == pytest.approx(point.sparse.values)
        assert np.allclose(twin.dense, point.dense, atol=1e-4)


def test_drop_board_is_the_inverse_of_put(index: UnitIndex) -> None:
    index.put([_point("n:1", 0, "a", board="b1"), _point("n:1", 0, "b", board="b2")])
    index.put([_point("n:1", 0, "other", board="b1", workspace="zeta")])
    index.drop_board("acme", "b1")
    index.drop_board("acme", "missing")
    assert index.boards(workspace="acme") == {"b2": 1}
    assert index.boards(workspace="zeta") == {"b1": 1}
    assert _texts(index) == ["b"]


FILTERED = [
    (Filters(), {"node", "relation", "board"}),
    (Filters(units=("relation",)), {"relation"}),
    (Filters(units=("relation", "board")), {"relation", "board"}),
    (Filters(kinds=("diamond",)), {"node"}),
    (Filters(tags=("risk", "todo")), {"node"}),
    (Filters(colors=("red",)), {"node"}),
    (Filters(since=datetime.fromtimestamp(150, UTC)), {"relation", "board"}),
    (Filters(since=datetime.fromtimestamp(200, UTC)), {"relation", "board"}),
    (Filters(until=datetime.fromtimestamp(200, UTC)), {"node", "relation"}),
    (
        Filters(since=datetime.fromtimestamp(150, UTC), until=datetime.fromtimestamp(250, UTC)),
        {"relation"},
    ),
    (Filters(source="plans/q3/a.png"), {"node"}),
    (Filters(source="plans"), {"node", "relation"}),
    (Filters(source="./plans/"), {"node", "relation"}),
    (Filters(source="plan"), set()),
    (Filters(source="/abs/c.zip"), {"board"}),
    (Filters(boards=("b3",)), {"board"}),
    (Filters(boards=("b1", "b2")), {"node", "relation"}),
    (Filters(kinds=("diamond",), boards=("b2",)), set()),
]


def test_filters(index: UnitIndex, subtests: pytest.Subtests) -> None:
    kinds = ["diamond", "box"]
    index.put(
        [
            _point(
                "n:1",
                0,
                "node",
                "b1",
                at=100.0,
                kinds=kinds,
                tags=["risk"],
                colors=["red"],
                source=["plans/q3/a.png", "other/a.png"],
            ),
            _point(
                "r:1",
                0,
                "relation",
                "b2",
                at=200.0,
                unit="relation",
                kinds=[],
                source=["plans/b.png"],
            ),
            _point(
                "b",
                0,
                "board",
                "b3",
                at=300.0,
                unit="board",
                kinds=[],
                source=["/abs/c.zip/x/y.png"],
            ),
        ]
    )
    for filters, found in FILTERED:
        with subtests.test(filters=filters):
            assert set(_texts(index, filters=filters)) == found
            assert index.count(workspace="acme", filters=filters) == len(found)


def test_no_way_through_the_wall(index: UnitIndex) -> None:
    mine = _point("n:1", 0, "secret stock", board="same", tags=["risk"])
    theirs = _point("n:1", 0, "secret stock", board="same", tags=["risk"], workspace="zeta")
    assert mine.id != theirs.id
    index.put([mine, theirs])
    every = Filters(
        units=("node",), kinds=("box",), tags=("risk",), boards=("same",), source="plans"
    )
    for filters in (Filters(), every):
        hits = index.search(_unit(0), sparse_query("secret"), workspace="acme", filters=filters)
        assert [hit.id for hit in hits] == [mine.id]
        assert index.count(workspace="acme", filters=filters) == 1
    assert [point.id for point in index.points(workspace="zeta")] == [theirs.id]
    index.update_sources("zeta", "same", ["moved.png"])
    assert _texts(index, filters=Filters(source="moved.png")) == []
    index.drop_board("zeta", "same")
    assert [point.id for point in index.points(workspace=None)] == [mine.id]


@pytest.mark.parametrize("name", ["", None])
def test_a_search_names_its_workspace(index: UnitIndex, name: Any) -> None:
    with pytest.raises(ValueError, match="name"):
        index.search(_unit(0), Sparse([], []), workspace=name)
    with pytest.raises(ValueError, match="name"):
        index.drop_board("acme", "")
    with pytest.raises(TypeError):
        index.search(_unit(0), Sparse([], []))  # type: ignore[call-arg]  # what is tested


def test_meaning_and_words_are_joined(index: UnitIndex) -> None:
    index.put(
        [
            _point("n:1", 0, "near in meaning"),
            _point("n:2", 1, "invoice 4711"),
            _point("n:3", 0, "invoice 4711 too"),
        ]
    )
    assert _texts(index, 0, "invoice 4711")[0] == "invoice 4711 too"
    assert _texts(index, 2, "4711", limit=1) == ["invoice 4711"]


def test_rare_words_weigh_more(index: UnitIndex) -> None:
    index.put([_point(f"n:{i}", i % DIM, f"order number{i}") for i in range(40)])
    index.put([_point("n:rare", 3, "zebra")])
    hits = index.search(_unit(5), sparse_query("order zebra"), workspace="acme")
    by_words = max(hits, key=lambda hit: hit.sparse or 0)
    assert by_words.payload["text"] == "zebra"


def test_without_terms_only_meaning_votes(index: UnitIndex) -> None:
    index.put([_point("n:1", 0, "what is this"), _point("n:2", 1, "stock")])
    hits = index.search(_unit(1), sparse_query("what is this?"), workspace="acme")
    assert [hit.payload["text"] for hit in hits] == ["stock", "what is this"]
    assert all(hit.sparse is None for hit in hits)


def test_ties_go_by_id(index: UnitIndex) -> None:
    points = [_point(f"n:{i}", 0, "same words") for i in range(30)]
    index.put(points)
    ids = sorted(point.id for point in points)
    hits = index.search(_unit(0), sparse_query("same words"), workspace="acme", limit=30)
    assert [hit.id for hit in hits] == ids


def test_limits(index: UnitIndex) -> None:
    index.put([_point(f"n:{i}", 0, "word") for i in range(80)])
    assert len(_texts(index, limit=3)) == 3
    assert len(_texts(index, limit=70)) == 70
    assert _texts(index, limit=0) == []


def test_update_sources(index: UnitIndex) -> None:
    index.put([_point("n:1", 0, "a"), _point("n:1", 0, "b", board="b2")])
    index.update_sources("acme", "b1", ["new/place/x.png", "y.png"])
    assert _texts(index, filters=Filters(source="new")) == ["a"]
    assert _texts(index, filters=Filters(source="y.png")) == ["a"]
    assert _texts(index, filters=Filters(source="plans")) == ["b"]
    (hit,) = index.search(
        _unit(0), Sparse([], []), workspace="acme", filters=Filters(boards=("b1",))
    )
    assert hit.payload["source"] == ["new/place/x.png", "y.png"]
    assert hit.payload["title"] == "Flow"


def test_a_point_without_a_home_is_refused(index: UnitIndex) -> None:
    with pytest.raises(ValueError, match="workspace"):
        index.put(
            [_point("n:1", 0, "fine"), Point(str(uuid.uuid4()), _unit(0), Sparse([], []), {})]
        )
    assert index.count(workspace=None) == 0


def test_reopened_it_is_the_same(opener: Opener) -> None:
    first = opener()
    first.put([_point("n:1", 0, "stays")])
    second = opener()
    assert _texts(second) == ["stays"]
    assert not second.stale
    second.put([_point("n:2", 0, "comes")])
    assert sorted(_texts(first)) == ["comes", "stays"]


def test_what_was_read_before_is_not_told_again(opener: Opener) -> None:
    first, second = opener(), opener()
    first.put([_point("n:1", 0, "old words"), _point("n:1", 0, "more", board="b2")])
    assert sorted(_texts(first)) == ["more", "old words"]
    second.put([_point("n:1", 0, "new words")])
    assert sorted(_texts(first, question="new")) == ["more", "new words"]
    (hit, _) = first.search(_unit(0), sparse_query("new"), workspace="acme")
    assert hit.sparse is not None
    first.update_sources("acme", "b1", ["moved.png"])
    (hit, _) = first.search(_unit(0), sparse_query("new"), workspace="acme")
    assert hit.payload["source"] == ["moved.png"]
    second.drop_board("acme", "b1")
    assert _texts(first, question="new") == ["more"]


def test_units_are_freed_of_their_language_exactly(index: UnitIndex) -> None:
    rng = np.random.default_rng(4)
    texts = [(f"stock {n}", "en") for n in range(9)] + [(f"库存 {n}", "zh") for n in range(5)]
    vectors = rng.normal(size=(len(texts), DIM)) + 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    points = [_point(f"n:{text}", 0, text, language=spoken) for text, spoken in texts]
    for point, vector in zip(points, vectors, strict=True):
        point.dense = vector
    index.put(points)
    means = Means({"zh": np.ones(DIM) / 4}, {"zh": rng.normal(size=DIM) / 4})
    view = Centres(index.profile("acme"), means, WEIGHTS.taken)
    question = view.question(_unit(3), "zh")
    free = vectors - np.array([view.passages()[spoken] for _, spoken in texts])
    expected = free @ question / np.linalg.norm(free, axis=1)
    asked = index.inquire(_unit(3), Sparse([], []), workspace="acme", language="zh", means=means)
    for hits in (asked.near(9), asked.fetch([point.id for point in points])):
        told = {hit.payload["text"]: hit.dense for hit in hits}
        assert [told[text] for text, _ in texts] == pytest.approx(expected.tolist(), abs=1e-5)


@pytest.mark.parametrize("other", [About("other:8", 8), About("other:4", 4)])
def test_another_embedder_makes_it_stale(opener: Opener, other: About) -> None:
    opener().put([_point("n:1", 0, "old")])
    index = opener(other)
    assert index.stale
    assert index.count(workspace="acme") == 1  # what needs no vectors still works
    with pytest.raises(StoreDamaged) as refused:
        index.search(np.ones(other.dim), Sparse([], []), workspace="acme")
    assert refused.value.code == "index_stale"
    assert refused.value.hint == "kb reindex"
    with pytest.raises(StoreDamaged):
        index.put([_point("n:2", 0, "new")])
    index.reset()
    assert not index.stale
    fresh = _point("n:2", 0, "new")
    fresh.dense = np.ones(other.dim) / other.dim**0.5
    index.put([fresh])
    assert not opener(other).stale
    assert [point.payload["text"] for point in index.points(workspace=None)] == ["new"]


def test_optimised_it_finds_the_same(index: UnitIndex) -> None:
    index.put([_point(f"n:{i}", i % DIM, f"word{i} stock") for i in range(300)])
    before = _texts(index, 3, "word7 stock", limit=20)
    index.optimize()
    assert _texts(index, 3, "word7 stock", limit=20) == before
