from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from kb.errors import StoreHeld
from kb.lock import WriterLock

SPAWN = multiprocessing.get_context("spawn")


def _hold(home: Path, held: Event, let_go: Event) -> None:
    with WriterLock(home, 1).held("kb ingest"):
        held.set()
        let_go.wait(30)


def test_the_second_writer_is_told_who_holds_the_store(tmp_path: Path) -> None:
    held, let_go = SPAWN.Event(), SPAWN.Event()
    holder = SPAWN.Process(target=_hold, args=(tmp_path, held, let_go))
    holder.start()
    assert held.wait(30)
    told: list[str] = []
    with (
        pytest.raises(StoreHeld, match=f"held by kb ingest \\(process {holder.pid}"),
        WriterLock(tmp_path, 0.2).held("second", on_wait=told.append),
    ):
        pass
    assert "kb ingest" in told[0]
    let_go.set()
    with WriterLock(tmp_path, 30).held("second") as after_crash:
        assert not after_crash
    holder.join()


def test_the_next_writer_learns_that_the_last_one_died(tmp_path: Path) -> None:
    held, let_go = SPAWN.Event(), SPAWN.Event()
    holder = SPAWN.Process(target=_hold, args=(tmp_path, held, let_go))
    holder.start()
    assert held.wait(30)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with WriterLock(tmp_path, 5).held("check", clears_up=False) as after_crash:
        assert after_crash
    with WriterLock(tmp_path, 5).held("next") as after_crash:
        assert after_crash
    with WriterLock(tmp_path, 5).held("later") as after_crash:
        assert not after_crash


def test_a_writer_that_fails_leaves_its_mark(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="disk"), WriterLock(tmp_path, 5).held("ingest"):
        raise OSError("disk")
    with WriterLock(tmp_path, 5).held("next") as after_crash:
        assert after_crash
