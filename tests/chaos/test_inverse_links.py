"""Delete leaves nothing: names, links, versions and graph are those of what remains."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ingest.pipeline import ingest
from kb.base import KnowledgeBase
from kb.catalog import LinkRow, NameRow, VersionRow
from kb.check import check
from kb.errors import NotFound
from kb.graph import Graph
from kb.indexing import reindex
from kb.links import decide_link, decide_version, suggest, unlink_all
from kb.removal import remove_board, remove_path
from tests.boardfiles import canvas
from tests.chaos.test_inverse import MEMORY, InlinePool
from tests.stores import contents, open_store

# Names that are spelt alike, say the same, or stand on boards that are nearly one another.
_WORDS = [
    "Check stock",
    "Chek stock",
    "Checks the stock",
    "Take payment",
    "Take paymant",
    "Ship parcel",
    "收款",
    "库存检查",
    "Release 1",
    "Release 2",
]
_boards = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6)
_names = st.sampled_from([f"{letter}.canvas" for letter in "abcdef"])
_states = st.sampled_from(["accepted", "rejected", "suggested"])
_pick = st.integers(0, 99)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.dictionaries(_names, _boards, min_size=1, max_size=4)),
        st.tuples(st.just("link"), st.sampled_from(_WORDS), st.sampled_from(_WORDS), _states),
        st.tuples(st.just("version"), _pick, _pick, _states),
        st.tuples(st.just("remove"), _pick),
        st.tuples(st.just("reindex")),
    ),
    min_size=2,
    max_size=9,
)


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.WorkerPool", InlinePool)


def write(folder: Path, files: dict[str, list[str]]) -> None:
    folder.mkdir(exist_ok=True)
    for name, labels in files.items():
        edges = [(i, i + 1) for i in range(len(labels) - 1)]
        (folder / name).write_bytes(canvas(labels, edges))


def take(base: KnowledgeBase, folder: Path, step: tuple[Any, ...]) -> None:
    """Do one step; one that makes no sense now is none."""
    boards = base.catalog.boards("default")
    if step[0] == "write":
        write(folder, step[1])
        ingest(base, [folder], workspace="default")
    elif step[0] == "link":
        try:
            decide_link(base, (step[1], step[2]), step[3], workspace="default", by="me", note="n")
        except NotFound:
            return
    elif step[0] == "reindex":
        reindex(base)
    elif boards and step[0] == "remove":
        row = boards[step[1] % len(boards)]
        for place in base.catalog.paths(row.source_id):
            (folder / place).unlink()
        remove_board(base, "default", row.id)
    elif len(boards) > 1 and step[0] == "version":
        pair = sorted(row.id for row in boards)
        one, two = pair[step[1] % len(pair)], pair[step[2] % len(pair)]
        if one != two:
            decide_version(base, (one, two), step[3], workspace="default", by="me", note="n")


def decided(base: KnowledgeBase, table: type[Any]) -> Iterator[Any]:
    with base.catalog.session() as session:
        yield from session.scalars(select(table).where(table.state != "suggested")).all()


def joined(base: KnowledgeBase) -> dict[str, set[str]]:
    """What the graph takes for one thing."""
    with base.catalog.session() as session:
        keys = list(session.scalars(select(NameRow.key)))
        return Graph(session, "default").same_names(keys)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_steps)
def test_after_any_history_the_store_is_that_of_what_remains(steps: list[tuple[Any, ...]]) -> None:
    root = Path(tempfile.mkdtemp(prefix="kb-links-", dir=MEMORY))
    try:
        with open_store(root / "lived") as lived, open_store(root / "fresh") as fresh:
            write(root / "boards", {})
            for step in steps:
                take(lived, root / "boards", step)
            ingest(fresh, [root / "boards"], workspace="default")
            for row in decided(lived, LinkRow):  # raises where a name is gone
                decide_link(
                    fresh, (row.a, row.b), row.state, workspace="default", by="me", note="n"
                )
            for row in decided(lived, VersionRow):
                decide_version(
                    fresh, (row.a, row.b), row.state, workspace="default", by="me", note="n"
                )
            assert contents(lived) == contents(fresh)
            assert joined(lived) == joined(fresh)
            assert check(lived) == []
    finally:
        shutil.rmtree(root)


def test_a_link_goes_with_the_last_board_of_either_name(tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    write(folder, {"a.canvas": ["收款", "Plan"], "b.canvas": ["Take payment"]})
    write(folder, {"c.canvas": ["Take payment", "Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        decide_link(base, ("收款", "Take payment"), "accepted", workspace="default", by="me")
        remove_path(base, "default", str(folder / "b.canvas"))
        assert "收款" in joined(base)["take payment"]
        remove_path(base, "default", str(folder / "c.canvas"))
        assert list(decided(base, LinkRow)) == []
        assert joined(base) == {"收款": {"收款"}, "plan": {"plan"}}
        write(folder, {"d.canvas": ["Take payment"]})
        ingest(base, [folder / "d.canvas"], workspace="default")
        assert joined(base)["take payment"] == {"take payment"}  # the word went with its boards


def test_a_link_outlives_a_file_that_changes(tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    write(folder, {"a.canvas": ["收款", "Plan"], "b.canvas": ["Take payment"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        decide_link(base, ("收款", "Take payment"), "accepted", workspace="default", by="me")
        write(folder, {"a.canvas": ["收款", "Plan", "Do"], "b.canvas": ["Take payment", "Do"]})
        ingest(base, [folder], workspace="default")
        assert "收款" in joined(base)["take payment"]


def test_check_finds_and_mends_what_is_not_linked(tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    write(folder, {"a.canvas": ["Check stock"], "b.canvas": ["Chek stock"]})
    with open_store(tmp_path / "store") as base, open_store(tmp_path / "fresh") as fresh:
        for one in (base, fresh):
            ingest(one, [folder], workspace="default")
        with base.catalog.session() as session:
            session.delete(session.get(NameRow, ("default", "check stock")))
            session.add(NameRow(workspace="default", key="ghost", vector=b"xx"))
        assert {found.kind for found in check(base)} == {"unlinked", "lost_name"}
        check(base, repair=True)
        assert check(base) == []
        assert contents(base) == contents(fresh)
        assert suggest(base) == 0
        assert suggest(base, anew=True) == 2
        assert contents(base) == contents(fresh)


def test_the_next_ingest_links_what_a_crash_left_unlinked(tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    write(folder, {"a.canvas": ["Check stock"], "b.canvas": ["Chek stock"]})
    with open_store(tmp_path / "store") as base, open_store(tmp_path / "fresh") as fresh:
        for one in (base, fresh):
            ingest(one, [folder], workspace="default")
        unlink_all(base)  # and no more
        assert {found.kind for found in check(base)} >= {"unlinked"}
        ingest(base, [folder], workspace="default")
        assert check(base) == []
        assert contents(base) == contents(fresh)
