"""`kb check` says what it did, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.blobs import hash_of
from tests.api.conftest import Kb
from tests.boardfiles import canvas

SHARED = canvas(["In three workspaces", "共享"])


@pytest.fixture
def broken(home: Path, kb: Kb, tmp_path: Path) -> Path:
    """A file of three workspaces whose stored bytes are gone."""
    file = tmp_path / "plan.canvas"
    file.write_bytes(SHARED)
    for workspace in ("one", "two", "三".encode().hex()):
        assert kb("ingest", str(file), "-w", workspace, "--jobs", "1").code == 0
    (blob,) = (path for path in (home / "blobs").rglob(f"*{hash_of(SHARED)}*") if path.is_file())
    blob.unlink()
    return file


def test_a_look_changes_nothing_and_says_so(broken: Path, kb: Kb) -> None:
    del broken
    ran = kb("check")
    lines = ran.out.splitlines()
    assert (ran.code, len(lines), len(set(lines))) == (3, 3, 3)
    assert [f"in workspace {name}" in ran.out for name in ("one", "two")] == [True, True]
    assert all("after a repair" in line for line in lines)
    assert "`kb check --repair`" in ran.err
    assert len(kb("boards", "list", "-w", "one", "--json").json()["boards"]) == 1
    assert kb("check").out == ran.out


def test_boards_that_a_repair_cannot_mend_are_told(broken: Path, kb: Kb) -> None:
    ran = kb("check", "--repair")
    assert ran.code == 3
    for name in ("one", "two"):
        assert f"lost until its file is ingested again: plan.canvas in workspace {name}" in ran.err
    assert "nothing was changed" not in ran.err
    for workspace in ("one", "two", "三".encode().hex()):
        told = kb("ingest", str(broken), "-w", workspace, "--jobs", "1", "--json").json()
        assert told["added"] == ["plan.canvas"]
    assert kb("check", "--json").json()["findings"] == []


def test_what_is_lost_stands_in_the_object(broken: Path, kb: Kb) -> None:
    del broken
    assert kb("check", "--json").json()["lost"] == []
    told = kb("check", "--repair", "--json")
    assert (told.code, told.json()["left"], len(told.json()["lost"])) == (3, 0, 3)
