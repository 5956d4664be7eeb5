"""An ingest whose pictures a model reads: full server, no second call, nothing lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ingest.options import options_for, shared_out
from ingest.pipeline import ingest
from ingest.report import Watcher
from kb.errors import WrongUse
from kb.removal import remove_board
from kb.scene import Scene
from kb.settings import load_settings
from tests.boardfiles import canvas
from tests.ingest.extract.vlm import oracle
from tests.modelserver import Body, Reply, model_server
from tests.stores import open_store


def pictures(folder: Path, count: int) -> list[Path]:
    """Write boards that say the same and are different files."""
    folder.mkdir()
    for number in range(count):
        picture = oracle.board()
        picture.putpixel((5, 5), (0, 0, number))
        picture.save(folder / f"{number:02}.png")
    return [folder]


def test_the_server_is_kept_full_by_few_workers(tmp_path: Path) -> None:
    inside = threading.Barrier(6)

    def script(number: int, body: Body) -> Reply:
        if number < 6:
            inside.wait(timeout=100)  # nobody gets an answer before six have asked
        return Reply(oracle.told(body))

    with (
        model_server(script) as server,
        open_store(
            tmp_path / "store",
            vlm_url=server.url,
            vlm_window=6,
            vlm_timeout_s=110,
            source_timeout_s=300,
            vlm_hints=False,
            cache_dir=tmp_path / "cache",
        ) as base,
    ):
        summary = ingest(base, pictures(tmp_path / "in", 12), workspace="default", jobs=2)
        assert len(summary.added) == 12
        assert server.most_at_once == 6
        for row in base.catalog.boards("default"):
            scene = Scene.model_validate_json(row.scene)
            assert scene.extractor.name == "vlm"
            assert scene.extractor.model == "tiny"
            assert len(scene.nodes) == len(oracle.truth().nodes)


def test_a_second_ingest_into_a_new_collection_asks_the_model_nothing(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 3)
    with model_server(lambda _, body: Reply(oracle.told(body))) as server:
        scenes, told = [], []
        for collection in ("first", "second"):
            with open_store(
                tmp_path / collection,
                collection=collection,
                vlm_url=server.url,
                vlm_hints=False,
                cache_dir=tmp_path / "cache",
            ) as base:
                summary = ingest(base, files, workspace="default", jobs=1, extractor="vlm")
                assert len(summary.added) == 3
                rows = base.catalog.boards("default")
                scenes.append([Scene.model_validate_json(row.scene).nodes for row in rows])
                told.append(summary.model)
            assert server.asked == 3
    assert scenes[0] == scenes[1]
    assert told[0]["requests"] == told[0]["boards"] == 3
    assert told[1]["cached"] == told[1]["boards"] == 3
    assert "requests" not in told[1]


def test_what_is_deleted_is_not_kept_among_the_readings(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 1)
    with (
        model_server(lambda _, body: Reply(oracle.told(body))) as server,
        open_store(
            tmp_path / "store",
            vlm_url=server.url,
            vlm_hints=False,
            cache_dir=tmp_path / "cache",
        ) as base,
    ):
        ingest(base, files, workspace="default", jobs=1)
        assert len(list((tmp_path / "cache").rglob("*.json"))) == 1
        (row,) = base.catalog.boards("default")
        remove_board(base, "default", row.id)
        assert not list((tmp_path / "cache").rglob("*.json"))


def test_conventions_of_each_workspace_reach_its_boards(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    (marks / "risky.yaml").write_text("marks:\n  - {sign: '1', tag: risk}\n", "utf-8")
    settings = load_settings(conventions=marks, vlm_url="http://127.0.0.1:9")
    assert options_for(settings, "risky", "local").conventions.marks
    assert not options_for(settings, "calm", "local").conventions.marks
    with open_store(tmp_path / "store", conventions=marks) as base:
        board = tmp_path / "a.canvas"
        board.write_text(
            '{"nodes": [{"id": "a", "type": "text", "text": "Step 1", '
            '"x": 0, "y": 0, "width": 100, "height": 50}], "edges": []}',
            "utf-8",
        )
        tags = {}
        for workspace in ("risky", "calm"):
            ingest(base, [board], workspace=workspace, jobs=1)
            (row,) = base.catalog.boards(workspace)
            tags[workspace] = Scene.model_validate_json(row.scene).nodes[0].tags
    assert tags == {"risky": ("risk",), "calm": ()}


class Crash(Exception):
    """Ends an ingest half-way."""


def test_bad_conventions_of_a_workspace_stop_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(stage: str) -> None:
        if stage == "registered":
            raise Crash

    marks = tmp_path / "marks"
    marks.mkdir()
    board = tmp_path / "a.canvas"
    board.write_bytes(canvas(["Plan", "Do"], [(0, 1)]))
    with open_store(tmp_path / "store", conventions=marks) as base:
        with pytest.raises(Crash):
            ingest(base, [board], workspace="bad", jobs=1, watcher=Watcher(reached=crash))
        (marks / "bad.yaml").write_text("marks: 7\n", "utf-8")
        assert ingest(base, [board], workspace="good", jobs=1).added == [board.name]
        assert "workspace bad wait" in caplog.text
        assert [source.workspace for source in base.catalog.unfinished()] == ["bad"]
        with pytest.raises(WrongUse, match="conventions"):
            ingest(base, [board], workspace="bad", jobs=1)
        (marks / "bad.yaml").unlink()
        ingest(base, [], workspace="good", jobs=1)
        assert not base.catalog.unfinished()
        assert len(base.catalog.boards("bad")) == 1


@pytest.mark.parametrize(
    ("jobs", "window", "workers", "share"),
    [(2, 16, 2, 8), (8, 4, 4, 1), (3, 16, 2, 8), (12, 16, 8, 2), (5, 7, 1, 7)],
)
def test_the_window_is_shared_out(jobs: int, window: int, workers: int, share: int) -> None:
    settings = load_settings(vlm_url="http://127.0.0.1:9", vlm_window=window)
    got, options = shared_out(jobs, options_for(settings, "default", "vlm"))
    assert got == workers
    assert options.vlm is not None
    assert options.vlm.window == share
    assert workers * share == window
    assert options.lanes > share
    assert shared_out(jobs, options_for(settings, "default", "auto"))[1].lanes == 1  # nobody there


def test_a_model_without_a_server_is_wrong_use(tmp_path: Path) -> None:
    with (
        open_store(tmp_path / "store") as base,
        pytest.raises(WrongUse, match="needs a model server"),
    ):
        ingest(base, pictures(tmp_path / "in", 1), workspace="default", extractor="vlm")
