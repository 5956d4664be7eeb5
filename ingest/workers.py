"""Worker processes under supervision: a crash or a hang costs one source, not the ingest."""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ingest.worker import Message, ReadDone, ReadFailure, WorkerOptions, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

START_S = 60.0  # importing OpenCV and the OCR on a busy machine, once per worker
_SOURCES_PER_WORKER = 100  # then it is replaced: whatever native code leaks goes with it


@dataclass(frozen=True)
class Job:
    """A source to read, its bytes in the blob store; `key` comes back with its results."""

    key: str
    name: str
    blob: str


@dataclass(frozen=True)
class Result:
    """A message about a job."""

    key: str
    message: Message


class WorkerPool:
    """`jobs` processes, each with a supervising thread that restarts it when it dies or hangs."""

    def __init__(self, jobs: int, options: WorkerOptions) -> None:
        self._options = options
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=jobs)
        self._results: queue.Queue[Result | BaseException] = queue.Queue(maxsize=4 * jobs)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._supervise, name=f"worker-{n}", daemon=True)
            for n in range(jobs)
        ]
        for thread in self._threads:
            thread.start()

    def try_submit(self, job: Job) -> bool:
        """Hand in a job; False where all workers are busy: take a result first."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def result(self, timeout: float | None = None) -> Result | None:
        """Return the next message, or None when `timeout` seconds brought none."""
        try:
            got = self._results.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(got, BaseException):
            raise got
        return got

    def close(self) -> None:
        """Stop all workers, in the middle of a job if need be."""
        self._stopping.set()
        for _ in self._threads:
            try:
                self._jobs.put_nowait(None)
            except queue.Full:
                break
        for thread in self._threads:
            thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _supervise(self) -> None:
        child: _Child | None = None
        try:
            while not self._stopping.is_set():
                try:
                    job = self._jobs.get(timeout=0.2)
                except queue.Empty:
                    continue
                if job is None:
                    return
                if child is None or child.served >= _SOURCES_PER_WORKER:
                    if child is not None:
                        child.stop()
                    child = _Child(self._options)
                if not self._run(child, job):
                    child.stop()
                    child = None
        except BaseException as error:
            self._tell(error)
        finally:
            if child is not None:
                child.stop()

    def _run(self, child: _Child, job: Job) -> bool:
        """Send one job and pass its messages on; False where the worker must be replaced."""
        try:
            child.send(job, self._stopping)
            while True:
                message = child.receive(self._stopping)
                self._tell(Result(job.key, message))
                if isinstance(message, ReadDone | ReadFailure):
                    return True
        except TimeoutError:
            reason = ReadFailure(
                "timeout", f"{job.name} took longer than {self._options.timeout_s:g} s for a board"
            )
        except (EOFError, OSError):
            reason = ReadFailure("worker_crashed", f"the worker died while reading {job.name}")
        if not self._stopping.is_set():
            self._tell(Result(job.key, reason))
        return False

    def _tell(self, news: Result | BaseException) -> None:
        while not self._stopping.is_set():
            try:
                self._results.put(news, timeout=0.2)
            except queue.Full:
                continue
            return


class _Child:
    """One worker process and our end of its pipe."""

    def __init__(self, options: WorkerOptions) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe: Connection
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, options), daemon=True)
        self._process.start()
        theirs.close()
        self._timeout_s = options.timeout_s
        self._started = False
        self.served = 0

    def send(self, job: Job, stopping: threading.Event) -> None:
        """Hand a job over, once the worker has started."""
        if not self._started:
            self._wait(START_S, stopping)
            self._pipe.recv()
            self._started = True
        self._pipe.send((job.name, job.blob))

    def receive(self, stopping: threading.Event) -> Message:
        """Return the next message; raises `TimeoutError` when a board takes too long."""
        self._wait(self._timeout_s, stopping)
        message: Message = self._pipe.recv()
        self.served += isinstance(message, ReadDone | ReadFailure)
        return message

    def _wait(self, allowed_s: float, stopping: threading.Event) -> None:
        until = time.monotonic() + allowed_s
        while not self._pipe.poll(0.2):
            if stopping.is_set():
                raise EOFError
            if time.monotonic() > until:
                raise TimeoutError

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join(timeout=5)
        self._process.close()
