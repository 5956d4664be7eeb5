"""Delete is the inverse of ingest, over random boards that share bytes, pictures and names."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import ingest
from ingest.worker import ReadDone, ReadFailure, WorkerOptions, read_boards
from ingest.workers import Job, Result
from kb.base import KnowledgeBase
from kb.blobs import BlobStore
from kb.check import check
from kb.errors import BadSource
from kb.indexing import reindex
from kb.removal import remove_board, remove_path
from tests.boardfiles import canvas
from tests.stores import contents, open_store

# Hundreds of little transactions: in memory, where the system has such a folder.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

_WORDS = ["Plan", "Do", "Check", "风险", "库存", "Ship", ""]
_labels = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4)
_files = st.dictionaries(
    st.sampled_from([f"{letter}.canvas" for letter in "abcdef"]), _labels, min_size=1, max_size=5
)


class InlinePool:
    """The worker pool's work in this process: starting workers for each example takes too long."""

    def __init__(self, _jobs: int, options: WorkerOptions) -> None:
        self._options = options
        self._blobs = BlobStore(options.blobs_url)
        self._results: queue.Queue[Result] = queue.Queue()

    def try_submit(self, job: Job) -> bool:
        def no_extractor() -> Any:
            raise AssertionError("board files need no extractor")

        try:
            for board in read_boards(
                self._blobs.get(job.blob), job.name, self._options, no_extractor
            ):
                self._results.put(Result(job.key, board))
            self._results.put(Result(job.key, ReadDone()))
        except BadSource as error:
            self._results.put(Result(job.key, ReadFailure(error.code, error.message)))
        return True

    def result(self, timeout: float | None = None) -> Result | None:
        return self._results.get(timeout=timeout)

    def close(self) -> None:
        return


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.WorkerPool", InlinePool)


def write(folder: Path, files: dict[str, list[str]]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, labels in files.items():
        edges = [(i, i + 1) for i in range(len(labels) - 1)]
        (folder / name).write_bytes(canvas(labels, edges))
    return [folder / name for name in sorted(files)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=_files, second=_files)
def test_ingest_two_and_delete_one_equals_ingest_the_other(
    first: dict[str, list[str]], second: dict[str, list[str]]
) -> None:
    root = Path(tempfile.mkdtemp(prefix="kb-inverse-", dir=MEMORY))
    try:
        # Different folders: the same name, and the same bytes, may stand in both.
        a, b = write(root / "a", first), write(root / "b", second)
        with open_store(root / "both") as both, open_store(root / "one") as one:
            ingest(one, b, workspace="default")
            ingest(both, a, workspace="default")
            ingest(both, b, workspace="default")
            for file in a:
                remove_path(both, "default", str(file))
            assert contents(both) == contents(one)
            assert check(both) == []
    finally:
        shutil.rmtree(root)


def test_emptying_a_store_leaves_nothing(tmp_path: Path) -> None:
    files = write(tmp_path / "a", {"a.canvas": ["Plan", "Do"], "b.canvas": ["Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, files, workspace="default")
        ingest(base, files, workspace="other")
        for workspace in ("default", "other"):
            for row in base.catalog.boards(workspace):
                remove_board(base, workspace, row.id)
        left = contents(base)
        assert left["blobs"] == []
        assert left["index"] == {}
        assert not any(left["catalog"].values())


def test_a_changed_file_replaces_its_older_version(tmp_path: Path) -> None:
    file = write(tmp_path / "a", {"a.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "changed") as base, open_store(tmp_path / "fresh") as fresh:
        ingest(base, file, workspace="default")
        write(tmp_path / "a", {"a.canvas": ["Plan", "Do", "Check"]})
        assert ingest(base, file, workspace="default").added == ["a.canvas"]
        ingest(fresh, file, workspace="default")
        assert contents(base) == contents(fresh)


def test_a_change_for_the_worse_keeps_the_older_version(tmp_path: Path) -> None:
    file = write(tmp_path / "a", {"a.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, file, workspace="default")
        file[0].write_text('{"nodes": [')
        assert ingest(base, file, workspace="default").failed[0]["source"] == "a.canvas"
        assert len(base.catalog.boards("default")) == 1
        assert check(base) == []


def test_same_bytes_in_two_places_are_one_board_until_both_are_gone(tmp_path: Path) -> None:
    write(tmp_path / "a", {"a.canvas": ["Plan", "Do"], "copy.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "store") as base:
        first = ingest(base, [tmp_path / "a"], workspace="default")
        assert sorted(first.added) == ["a.canvas", "copy.canvas"]
        assert len(base.catalog.boards("default")) == 1
        again = ingest(base, [tmp_path / "a"], workspace="default")
        assert sorted(again.unchanged) == ["a.canvas", "copy.canvas"]
        assert again.added == []


def equal_to_fresh(base: KnowledgeBase, folder: Path) -> None:
    """The store is as if it had seen nothing but the folder as it is now."""
    with open_store(folder.parent / "fresh") as fresh:
        ingest(fresh, [folder], workspace="default")
        assert contents(base) == contents(fresh)
    assert check(base) == []


def test_a_file_renamed_and_another_in_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write(folder, {"plan.canvas": ["Plan"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        (folder / "plan.canvas").rename(folder / "plan-old.canvas")  # looked at first
        write(folder, {"plan.canvas": ["Plan", "Do"]})
        again = ingest(base, [folder], workspace="default")
        assert (again.added, again.unchanged) == (["plan.canvas"], ["plan-old.canvas"])
        equal_to_fresh(base, folder)


def test_two_files_that_change_places(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write(folder, {"a.canvas": ["Plan"], "b.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        write(folder, {"a.canvas": ["Plan", "Do"], "b.canvas": ["Plan"]})
        assert ingest(base, [folder], workspace="default").added == []
        equal_to_fresh(base, folder)


def test_one_of_two_twins_changes(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write(folder, {"a.canvas": ["Plan"], "b.canvas": ["Plan"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        write(folder, {"a.canvas": ["Plan", "Do"]})
        ingest(base, [folder], workspace="default")
        equal_to_fresh(base, folder)


def test_a_file_broken_and_mended(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    file = write(folder, {"a.canvas": ["Plan"]})[0]
    with open_store(tmp_path / "store") as base:
        ingest(base, [folder], workspace="default")
        file.write_text('{"nodes": [')
        ingest(base, [folder], workspace="default")
        reindex(base)  # the older version stands again, and replaces nothing
        assert ingest(base, [folder], workspace="default").failed
        write(folder, {"a.canvas": ["Plan"]})
        assert ingest(base, [folder], workspace="default").unchanged == ["a.canvas"]
        equal_to_fresh(base, folder)


def test_names_that_differ_in_case_are_two(tmp_path: Path) -> None:
    files = write(tmp_path / "A", {"x.canvas": ["Plan"]})
    files += write(tmp_path / "a", {"x.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, files, workspace="default")
        assert len(remove_path(base, "default", str(tmp_path / "A"))) == 1
        assert len(base.catalog.boards("default")) == 1


def test_a_moved_folder_is_indexed_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.BATCH_UNITS", 5)
    write(tmp_path / "a", {f"{i}.canvas": [f"{i} {n}" for n in range(5)] for i in range(4)})
    with open_store(tmp_path / "store") as base:
        ingest(base, [tmp_path / "a"], workspace="default")
        (tmp_path / "a").rename(tmp_path / "b")
        sizes: list[int] = []
        put = base.index.put
        monkeypatch.setattr(
            base.index, "put", lambda points: (sizes.append(len(points)), put(points))
        )
        assert len(ingest(base, [tmp_path / "b"], workspace="default").unchanged) == 4
        assert len(sizes) == 4


def test_a_date_beyond_all_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "a", {"a.canvas": ["Plan"]})[0]
    os.utime(file, (0, 2**34))
    with open_store(tmp_path / "store") as base:
        assert ingest(base, [file], workspace="default").added == ["a.canvas"]
        assert ingest(base, [file], workspace="default").unchanged == ["a.canvas"]


@pytest.mark.parametrize("name", ["a b", "看板", "what?", "100%20", "a#b"])
def test_a_store_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    files = write(tmp_path / "a", {"a.canvas": ["Plan"]})
    with open_store(tmp_path / "stores" / name) as base:
        ingest(base, files, workspace="default")
    assert [folder.name for folder in (tmp_path / "stores").iterdir()] == [name]
    inside = {place.name for place in (tmp_path / "stores" / name).iterdir()}
    assert {"blobs", "catalog.sqlite", "index"} <= inside


def test_an_index_of_another_model_is_found_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(tmp_path / "a", {"a.canvas": ["Plan"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, files, workspace="default")
    with open_store(tmp_path / "store") as base:
        monkeypatch.setattr(base.embedder, "fingerprint", "another")
        assert [found.kind for found in check(base, repair=True)] == ["stale_index"]
        assert check(base) == []
        assert base.index.count(workspace="default") > 0


def test_a_moved_folder_costs_no_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "old", {"a.canvas": ["Plan", "Do"], "b.canvas": ["Check"]})
    with open_store(tmp_path / "moved") as base, open_store(tmp_path / "fresh") as fresh:
        ingest(base, [tmp_path / "old"], workspace="default")
        (tmp_path / "old").rename(tmp_path / "new")
        (tmp_path / "new" / "a.canvas").rename(tmp_path / "new" / "z.canvas")
        monkeypatch.setattr(base.embedder, "passages", _no_vectors)
        told = ingest(base, [tmp_path / "new"], workspace="default")
        assert sorted(told.unchanged) == ["b.canvas", "z.canvas"]
        remove_path(base, "default", str(tmp_path / "old"))
        monkeypatch.undo()
        monkeypatch.setattr("ingest.pipeline.WorkerPool", InlinePool)
        ingest(fresh, [tmp_path / "new"], workspace="default")
        assert contents(base)["index"] == contents(fresh)["index"]
        assert check(base) == []


def _no_vectors(_texts: list[str]) -> None:
    raise AssertionError("the same words were embedded again")


def test_check_tells_points_that_name_an_older_path(tmp_path: Path) -> None:
    file = write(tmp_path / "a", {"a.canvas": ["Plan", "Do"]})
    with open_store(tmp_path / "store") as base:
        ingest(base, file, workspace="default")
        (board,) = base.catalog.boards("default")
        base.index.update_sources("default", board.id, ["elsewhere.canvas"])
        assert {finding.kind for finding in check(base)} == {"missing_points"}
        check(base, repair=True)
        assert check(base) == []
