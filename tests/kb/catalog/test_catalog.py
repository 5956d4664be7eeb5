"""The catalog on SQLite, and on PostgreSQL where KB_TEST_DATABASE_URL names one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from kb.catalog import BoardRow, Catalog, NewBoard, NewSource, NodeRow, open_catalog
from kb.errors import KBError, NotFound, StoreDamaged
from kb.scene import ExtractorInfo, Node, Relation, Scene


def _postgres() -> str:
    url = os.environ.get("KB_TEST_DATABASE_URL")
    if not url:
        pytest.skip("no PostgreSQL: KB_TEST_DATABASE_URL is not set")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _postgres() if request.param == "postgres" else f"sqlite:///{tmp_path / 'c.sqlite'}"


@pytest.fixture
def catalog(url: str) -> Iterator[Catalog]:
    catalog = open_catalog(url)
    yield catalog
    catalog.close()


def source(name: str = "a.png", sha: str = "aa", workspace: str = "default") -> NewSource:
    return NewSource(workspace, f"/boards/{name}", name, sha, 10, 1)


def board(page: int = 1, picture: str = "pp", text: str = "Check stock") -> NewBoard:
    scene = Scene(
        title="Orders",
        width=100,
        height=100,
        nodes=(
            Node(id="a", kind="box", text=text, bbox=(0, 0, 10, 10), tags=("risk",)),
            Node(id="b", kind="box", text="Ship", bbox=(20, 0, 30, 10), parent="a"),
        ),
        relations=(Relation(id="r", source="a", target="b", label="in stock"),),
        extractor=ExtractorInfo(name="test"),
    )
    return NewBoard(page, "", picture, "image/png", scene, None)


def test_a_reader_sees_nothing_of_what_is_removed_meanwhile(catalog: Catalog) -> None:
    row = catalog.register(source())
    ident = catalog.put_board(row.workspace, row.id, board())
    with catalog.reading() as session:
        assert session.scalars(select(NodeRow.node_id)).all()
        catalog.forget(row.id)
        assert session.scalar(select(BoardRow.id)) == ident
    with catalog.reading() as session:
        assert session.scalar(select(BoardRow.id)) is None


def test_a_source_goes_from_registered_to_ready(catalog: Catalog) -> None:
    row = catalog.register(source())
    assert row.state == "registered"
    board_id = catalog.put_board("default", row.id, board())
    catalog.set_state([row.id], "extracted")
    assert [s.id for s in catalog.unfinished()] == [row.id]
    catalog.finish([row.id])
    assert catalog.unfinished() == []
    assert catalog.board("default", board_id).state == "ready"
    assert catalog.counts("default") == {"sources": 1, "boards": 1, "nodes": 2, "relations": 1}


def test_writing_a_board_again_replaces_it(catalog: Catalog) -> None:
    row = catalog.register(source())
    first = catalog.put_board("default", row.id, board())
    second = catalog.put_board("default", row.id, board(text="Count stock"))
    assert first == second
    assert Scene.model_validate_json(catalog.board("default", first).scene).nodes[0].text == (
        "Count stock"
    )
    assert catalog.counts("default")["nodes"] == 2


def test_another_workspace_sees_nothing(catalog: Catalog) -> None:
    row = catalog.register(source())
    board_id = catalog.put_board("default", row.id, board())
    with pytest.raises(NotFound, match="no board"):
        catalog.board("other", board_id)
    assert catalog.boards("other") == []
    assert catalog.source("other", row.id) is None
    assert catalog.known_locations("other") == {}
    assert catalog.counts("other")["nodes"] == 0


def test_same_bytes_in_two_workspaces_are_two_sources(catalog: Catalog) -> None:
    one = catalog.register(source())
    two = catalog.register(source(workspace="other"))
    assert one.id != two.id


def test_a_second_path_is_kept_and_asks_for_indexing(catalog: Catalog) -> None:
    row = catalog.register(source())
    catalog.finish([row.id])
    again = catalog.register(source("copy.png"))
    assert again.id == row.id
    assert again.state == "extracted"
    assert catalog.paths(row.id) == ["a.png", "copy.png"]


def test_a_newer_file_at_the_same_place_dooms_the_older_when_it_is_ready(catalog: Catalog) -> None:
    old = catalog.register(source(sha="aa"))
    catalog.finish([old.id])
    new = catalog.register(source(sha="bb"))
    assert catalog.doomed() == []
    catalog.finish([new.id])
    assert [s.id for s in catalog.doomed()] == [old.id]


def test_a_newer_file_that_fails_leaves_the_older(catalog: Catalog) -> None:
    old = catalog.register(source(sha="aa"))
    catalog.finish([old.id])
    new = catalog.register(source(sha="bb"))
    catalog.fail(new.id, "corrupt", "half a file")
    assert catalog.doomed() == []


def test_failing_drops_boards_and_counts_attempts(catalog: Catalog) -> None:
    row = catalog.register(source())
    catalog.put_board("default", row.id, board())
    catalog.fail(row.id, "timeout", "too slow")
    catalog.register(source(), again=True)
    catalog.fail(row.id, "timeout", "too slow")
    failed = catalog.source("default", row.id)
    assert failed is not None
    assert (failed.state, failed.error_code, failed.attempts) == ("failed", "timeout", 2)
    assert catalog.counts("default")["boards"] == 0


def test_forgetting_takes_everything_of_a_source_and_no_more(catalog: Catalog) -> None:
    one, two = catalog.register(source()), catalog.register(source("b.png", "bb"))
    catalog.put_board("default", one.id, board())
    catalog.put_board("default", two.id, board(picture="qq"))
    catalog.forget(one.id)
    assert catalog.counts("default") == {"sources": 1, "boards": 1, "nodes": 2, "relations": 1}
    assert catalog.blobs_in_use() == {"bb", "qq"}


def test_blobs_in_use_beside_a_source(catalog: Catalog) -> None:
    one, two = catalog.register(source()), catalog.register(source("b.png", "bb"))
    catalog.put_board("default", one.id, board(picture="shared"))
    catalog.put_board("default", two.id, board(picture="shared"))
    assert catalog.blobs_in_use({"aa", "shared"}, beside=one.id) == {"shared"}


def test_boards_come_newest_capture_first_and_in_pages(catalog: Catalog) -> None:
    row = catalog.register(source())
    for page in (1, 2, 3):
        made = board(page)
        catalog.put_board(
            "default",
            row.id,
            NewBoard(page, "", "pp", "image/png", made.scene, captured_at=1000.0 * page),
        )
    assert [b.page for b in catalog.boards("default")] == [3, 2, 1]
    assert [b.page for b in catalog.boards("default", limit=1, offset=1)] == [2]


def test_boards_come_in_the_order_of_their_dates_whatever_tells_them(catalog: Catalog) -> None:
    for number, name in enumerate(("2031-01-01.png", "x.png", "归档/2024-05-06.png")):
        seen = catalog.register(source(name, f"{number}{number}"))
        catalog.put_board("default", seen.id, board())
        catalog.finish([seen.id])
    shown = [catalog.paths(row.source_id)[0] for row in catalog.boards("default")]
    assert shown == ["2031-01-01.png", "归档/2024-05-06.png", "x.png"]  # saved in 1970
    copied = catalog.register(source("2040-01-01/x.png", "11"))
    assert copied.state == "extracted"
    catalog.finish([copied.id])
    assert catalog.paths(catalog.boards("default")[0].source_id) == ["2040-01-01/x.png", "x.png"]


def test_workspaces_with_boards_are_counted(catalog: Catalog) -> None:
    for workspace, pages in (("b", 2), ("a", 1), ("empty", 0)):
        row = catalog.register(source(workspace=workspace))
        for page in range(1, pages + 1):
            catalog.put_board(workspace, row.id, board(page))
    assert catalog.workspaces() == {"a": 1, "b": 2}
    assert [catalog.has_board(name) for name in ("a", "empty", "nobody")] == [True, False, False]


def test_a_broken_file_is_told_without_manuals(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(KBError, match="not a database") as caught:
        open_catalog(f"sqlite:///{tmp_path / 'c.sqlite'}")
    assert caught.value.code == "catalog_unreachable"
    assert "sqlalche.me" not in caught.value.message
    assert "KB_DATABASE_URL" not in caught.value.hint


def test_very_long_texts_fit(catalog: Catalog) -> None:
    row = catalog.register(source())
    board_id = catalog.put_board("default", row.id, board(text="很长的文字" * 4000))
    assert len(Scene.model_validate_json(catalog.board("default", board_id).scene).nodes) == 2


def test_opening_twice_migrates_once(url: str) -> None:
    for _ in range(2):
        open_catalog(url).close()


def _open(url: str) -> int:
    catalog = open_catalog(url)
    count = catalog.counts("default")["sources"]
    catalog.close()
    return count


def test_processes_that_open_a_new_catalog_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_open, [url] * 6) == [0] * 6


def test_a_catalog_of_the_future_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    open_catalog(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreDamaged, match="newer or unknown"):
        open_catalog(url)


def test_a_catalog_that_is_not_there_says_so_without_the_password() -> None:
    with pytest.raises(KBError) as caught:
        open_catalog("postgresql+psycopg://kb:secret@127.0.0.1:1/none")
    assert caught.value.code == "catalog_unreachable"
    assert "secret" not in caught.value.message


def test_success_forgets_earlier_failures(catalog: Catalog) -> None:
    row = catalog.register(source())
    catalog.fail(row.id, "timeout", "too slow")
    catalog.register(source(), again=True)
    catalog.finish([row.id])
    done = catalog.source("default", row.id)
    assert done is not None
    assert (done.state, done.error_code, done.error_message, done.attempts) == ("ready", "", "", 0)


def test_states_of_very_many_sources(catalog: Catalog) -> None:
    row = catalog.register(source())
    catalog.set_state([f"{n:032d}" for n in range(300_000)] + [row.id], "extracted")
    assert [one.id for one in catalog.unfinished()] == [row.id]
