"""What the summary of an ingest tells beside added, unchanged and failed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from api.cli.output import failure
from ingest.pipeline import ingest
from ingest.report import Summary
from kb.base import KnowledgeBase
from tests.boardfiles import canvas
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path):
    with open_store(tmp_path / "home") as base:
        yield base


def run(base: KnowledgeBase, *paths: Path) -> Summary:
    return ingest(base, paths, workspace="default", extractor="local", jobs=1)


def test_an_edited_file_says_that_it_replaces_its_former_board(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    file, other = tmp_path / "计划.canvas", tmp_path / "other.canvas"
    file.write_bytes(canvas(["First"]))
    other.write_bytes(canvas(["Other"]))
    assert run(base, file, other).replaced == []
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / file.name).write_bytes(canvas(["Elsewhere"]))
    assert run(base, tmp_path / "copy").replaced == []  # of that name, but another file
    file.write_bytes(canvas(["Second"]))
    told = run(base, file, other)
    assert (told.added, told.unchanged) == (["计划.canvas"], ["other.canvas"])
    assert told.replaced == ["计划.canvas"]
    assert told.as_dict()["replaced"] == ["计划.canvas"]
    assert run(base, file).replaced == []
    file.write_bytes(canvas(["Other"]))  # bytes that are known
    assert run(base, file).replaced == ["计划.canvas"]


def test_a_failed_edit_replaces_nothing_until_it_is_mended(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    file = tmp_path / "a.canvas"
    file.write_bytes(canvas(["First"]))
    run(base, file)
    file.write_bytes(b"{")
    told = run(base, file)
    assert (len(told.failed), told.replaced) == (1, [])
    file.write_bytes(canvas(["Third"]))
    assert run(base, file).replaced == ["a.canvas"]


def test_a_board_on_which_nothing_was_read_is_named(base: KnowledgeBase, tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), "white").save(tmp_path / "空白.png")
    (tmp_path / "tea.canvas").write_bytes(canvas(["Tea"]))
    told = run(base, tmp_path / "空白.png", tmp_path / "tea.canvas")
    assert (told.blank, sorted(told.added)) == (["空白.png"], ["tea.canvas", "空白.png"])
    assert told.as_dict()["blank"] == ["空白.png"]


@pytest.mark.parametrize("path", ["X.jpg", "照片/X.jpg"])
def test_a_failure_names_its_file_once(path: str) -> None:
    line = failure(path, "timeout", "X.jpg: it took longer than 5 s for a board")
    assert line == f"failed: {path}: it took longer than 5 s for a board (timeout)"
