"""Workers that die, hang or need too much: one source is lost, the next one is read."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.worker import ReadBoard, ReadDone, ReadFailure, WorkerOptions
from ingest.workers import Job, Result, WorkerPool
from kb.blobs import BlobStore
from kb.conventions import Conventions
from tests.boardfiles import canvas

GOOD = canvas(["Plan", "Do"], [(0, 1)])


def slow_pdf(shapes: int) -> bytes:
    """A page whose drawing takes many seconds: overlapping transparent shapes."""
    content = b"/G gs " + b"0 0 600 600 re 300 300 m 0 0 600 0 0 600 c f* " * shapes
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R"
        b"/Resources<</ExtGState<</G<</ca .5/BM/Luminosity>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    body = b"%PDF-1.7\n"
    for number, made in enumerate(objects, 1):
        body += b"%d 0 obj%s endobj\n" % (number, made)
    return body + b"trailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "blobs").as_uri())


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[WorkerPool]:
    options = WorkerOptions(blobs_url=(tmp_path / "blobs").as_uri(), timeout_s=3.0)
    with WorkerPool(1, options) as pool:
        yield pool


def results(pool: WorkerPool, count: int) -> list[Result]:
    got: list[Result] = []
    while sum(isinstance(r.message, ReadDone | ReadFailure) for r in got) < count:
        result = pool.result(timeout=90)
        assert result is not None, "no answer in 90 s"
        got.append(result)
    return got


def submit(pool: WorkerPool, job: Job) -> None:
    until = time.monotonic() + 60
    while not pool.try_submit(job):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_board_file_comes_back_with_its_scene(pool: WorkerPool, blobs: BlobStore) -> None:
    submit(pool, Job("k", "a.canvas", blobs.put(GOOD)))
    board, done = results(pool, 1)
    assert isinstance(board.message, ReadBoard)
    assert "Plan" in board.message.scene
    assert isinstance(done.message, ReadDone)


def test_a_hanging_reader_is_ended_at_its_limit(pool: WorkerPool, blobs: BlobStore) -> None:
    submit(pool, Job("warm", "a.canvas", blobs.put(GOOD)))
    results(pool, 1)
    started = time.monotonic()
    submit(pool, Job("slow", "slow.pdf", blobs.put(slow_pdf(40_000))))
    (slow,) = results(pool, 1)
    assert isinstance(slow.message, ReadFailure)
    assert slow.message.code == "timeout"
    assert time.monotonic() - started < 20
    submit(pool, Job("next", "a.canvas", blobs.put(GOOD)))
    assert isinstance(results(pool, 1)[-1].message, ReadDone)


def test_a_worker_that_dies_is_replaced(pool: WorkerPool, blobs: BlobStore) -> None:
    submit(pool, Job("slow", "slow.pdf", blobs.put(slow_pdf(40_000))))
    until = time.monotonic() + 60
    while not (children := _children()):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)
    for child in children:
        child.kill()
    (died,) = results(pool, 1)
    assert isinstance(died.message, ReadFailure)
    assert died.message.code == "worker_crashed"
    submit(pool, Job("next", "a.canvas", blobs.put(GOOD)))
    assert isinstance(results(pool, 1)[-1].message, ReadDone)


def _children() -> list[multiprocessing.process.BaseProcess]:
    return multiprocessing.active_children()


def test_lost_bytes_are_told(pool: WorkerPool) -> None:
    submit(pool, Job("k", "a.canvas", "0" * 64))
    (lost,) = results(pool, 1)
    assert isinstance(lost.message, ReadFailure)
    assert lost.message.code == "missing_blob"


def test_only_the_source_that_is_to_blame_is_lost_of_those_that_share_a_worker(
    tmp_path: Path,
) -> None:
    blobs = BlobStore((tmp_path / "blobs").as_uri())
    options = WorkerOptions(blobs_url=(tmp_path / "blobs").as_uri(), timeout_s=3.0, lanes=3)
    with WorkerPool(1, options) as pool:
        submit(pool, Job("slow", "slow.pdf", blobs.put(slow_pdf(40_000))))
        for key in ("one", "two"):
            submit(pool, Job(key, "a.canvas", blobs.put(GOOD)))
        got = results(pool, 3)
    ends = {r.key: r.message for r in got if isinstance(r.message, ReadDone | ReadFailure)}
    assert isinstance(ends["one"], ReadDone)
    assert isinstance(ends["two"], ReadDone)
    assert isinstance(ends["slow"], ReadFailure)
    assert ends["slow"].code == "timeout"
    assert not _children()


class ShortOnce(Conventions):
    """The first who asks for these finds no room for another thread."""

    asked: Path

    def rules(self) -> list[Any]:
        if not self.asked.exists():
            self.asked.touch()
            raise RuntimeError("can't start new thread")
        return super().rules()


@pytest.mark.parametrize(("lanes", "end"), [(2, ReadDone), (1, ReadFailure)])
def test_what_fails_oddly_in_a_shared_worker_is_read_again_alone(
    tmp_path: Path, lanes: int, end: type
) -> None:
    url = (tmp_path / "blobs").as_uri()
    options = WorkerOptions(url, lanes=lanes, conventions=ShortOnce(asked=tmp_path / "asked"))
    with WorkerPool(1, options) as pool:
        submit(pool, Job("k", "a.canvas", BlobStore(url).put(GOOD)))
        assert isinstance(results(pool, 1)[-1].message, end)


def test_sources_that_share_a_worker_all_come_back(tmp_path: Path) -> None:
    blobs = BlobStore((tmp_path / "blobs").as_uri())
    options = WorkerOptions(blobs_url=(tmp_path / "blobs").as_uri(), timeout_s=30.0, lanes=4)
    keys = [f"k{n}" for n in range(20)]
    with WorkerPool(2, options) as pool:
        got: list[Result] = []
        for key in keys:
            while not pool.try_submit(Job(key, "a.canvas", blobs.put(GOOD))):
                result = pool.result(timeout=60)
                assert result is not None
                got.append(result)
        while sum(isinstance(r.message, ReadDone) for r in got) < len(keys):
            result = pool.result(timeout=60)
            assert result is not None
            got.append(result)
    assert sorted(r.key for r in got if isinstance(r.message, ReadBoard)) == sorted(keys)
    assert not _children()
