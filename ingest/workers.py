"""Worker processes under supervision: a crash or a hang costs one source, not the ingest."""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from dataclasses import dataclass, replace
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
    """Worker processes, each with one or several lanes: sources that it reads at the same time.

    Each lane has a supervising thread. One lane is right for what needs the processor; many are
    right for what waits for a model server. A source that failed in a worker which others shared
    is read once more in a worker of its own, so that only the one that is to blame is lost.
    """

    def __init__(self, jobs: int, options: WorkerOptions) -> None:
        lanes = jobs * options.lanes
        self._options = options
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=lanes)
        self._results: queue.Queue[Result | BaseException] = queue.Queue(maxsize=4 * lanes)
        self._stopping = threading.Event()
        self._alone = threading.Lock()  # one worker for a single source at a time
        self._threads = [
            threading.Thread(
                target=self._supervise, args=(crew, n), name=f"worker-{c}-{n}", daemon=True
            )
            for c, crew in enumerate([_Crew(options) for _ in range(jobs)])
            for n in range(options.lanes)
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

    def _supervise(self, crew: _Crew, number: int) -> None:
        lane: _Lane | None = None
        try:
            while not self._stopping.is_set():
                try:
                    job = self._jobs.get(timeout=0.2)
                except queue.Empty:
                    continue
                if job is None:
                    return
                lane = crew.lane(number, lane)
                failure = self._read(lane, job)
                if failure is not None:
                    crew.leave(lane, kill=True)
                    self._failed(lane, job, failure)
                    lane = None
        except BaseException as error:
            self._tell(error)
        finally:
            if lane is not None:
                crew.leave(lane, kill=self._stopping.is_set())

    def _read(self, lane: _Lane, job: Job) -> ReadFailure | None:
        """Send one job and pass its messages on; return why its worker must be replaced, if so."""
        try:
            lane.send(job, self._stopping)
            while True:
                message = lane.receive(self._stopping)
                if lane.shared and _others_may_be_to_blame(message):
                    self._read_alone(job)
                    return None
                self._tell(Result(job.key, message))
                if isinstance(message, ReadDone | ReadFailure):
                    return None
        except TimeoutError:
            return ReadFailure(
                "timeout",
                f"{job.name}: it took longer than {self._options.timeout_s:g} s for a board",
            )
        except (EOFError, OSError):
            return ReadFailure("worker_crashed", f"{job.name}: the worker died while reading it")

    def _failed(self, lane: _Lane, job: Job, failure: ReadFailure) -> None:
        if self._stopping.is_set():
            return
        if lane.shared:  # another source may have taken its time, or its worker
            self._read_alone(job)
        else:
            self._tell(Result(job.key, failure))

    def _read_alone(self, job: Job) -> None:
        """Read a source in a worker that it shares with no other."""
        with self._alone:
            child = _Child(replace(self._options, lanes=1))
            try:
                failure = self._read(_Lane(child, 0), job)
            finally:
                child.stop()
        if failure is not None and not self._stopping.is_set():
            self._tell(Result(job.key, failure))

    def _tell(self, news: Result | BaseException) -> None:
        while not self._stopping.is_set():
            try:
                self._results.put(news, timeout=0.2)
            except queue.Full:
                continue
            return


def _others_may_be_to_blame(message: Message) -> bool:
    """Tell whether a source failed that may do alone.

    Memory that others took has many names: besides `MemoryError`, errors of OpenCV, of ONNX
    Runtime and of threads that can't be started, which look like bugs.
    """
    return isinstance(message, ReadFailure) and (
        message.for_want_of_memory or message.code == "bug"
    )


class _Crew:
    """The lanes of one worker process at a time; who comes after its end gets a new one."""

    def __init__(self, options: WorkerOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def lane(self, number: int, held: _Lane | None) -> _Lane:
        """Return lane `number` of a process that is good for another source."""
        with self._lock:
            if held is not None:
                if held.child is self._child and not held.child.worn_out:
                    return held
                self._let_go(held)
            if self._child is None or self._child.worn_out or not self._child.alive:
                self._child = _Child(self._options)
            return _Lane(self._child, number)

    def leave(self, lane: _Lane, *, kill: bool) -> None:
        """Give `lane` back; `kill` ends its process for all who share it."""
        with self._lock:
            if kill:
                lane.child.kill()
                if lane.child is self._child:
                    self._child = None
            self._let_go(lane)

    @staticmethod
    def _let_go(lane: _Lane) -> None:
        child = lane.child
        child.lanes -= 1
        if child.lanes == 0:
            child.stop()


class _Child:
    """One worker process and our ends of its pipes, one pipe a lane."""

    def __init__(self, options: WorkerOptions) -> None:
        context = multiprocessing.get_context("spawn")
        pipes = [context.Pipe() for _ in range(options.lanes)]
        self.pipes = [ours for ours, _ in pipes]
        theirs = [end for _, end in pipes]
        self._process = context.Process(target=serve, args=(theirs, options), daemon=True)
        self._process.start()
        for end in theirs:
            end.close()
        self.timeout_s = options.timeout_s
        self.shared = options.lanes > 1
        self.lanes = 0  # in use
        self.served = 0

    @property
    def worn_out(self) -> bool:
        """Tell whether it has read so much that a new one should follow."""
        return self.served >= _SOURCES_PER_WORKER * len(self.pipes)

    @property
    def alive(self) -> bool:
        """Tell whether the process is there."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End the process; the pipes stay open for those who still look at them."""
        self._process.kill()

    def stop(self) -> None:
        """End the process and let go of everything. Nobody may use it any more."""
        for pipe in self.pipes:
            pipe.close()
        self._process.kill()
        self._process.join(timeout=5)
        self._process.close()


class _Lane:
    """One source at a time of a worker process."""

    def __init__(self, child: _Child, number: int) -> None:
        child.lanes += 1
        self.child = child
        self.shared = child.shared
        self._pipe: Connection = child.pipes[number]
        self._started = False

    def send(self, job: Job, stopping: threading.Event) -> None:
        """Hand a job over, once the worker has started."""
        if not self._started:
            self._wait(START_S, stopping)
            self._pipe.recv()
            self._started = True
        self._pipe.send((job.name, job.blob))

    def receive(self, stopping: threading.Event) -> Message:
        """Return the next message; raises `TimeoutError` when a board takes too long."""
        self._wait(self.child.timeout_s, stopping)
        message: Message = self._pipe.recv()
        self.child.served += isinstance(message, ReadDone | ReadFailure)
        return message

    def _wait(self, allowed_s: float, stopping: threading.Event) -> None:
        until = time.monotonic() + allowed_s
        while not self._pipe.poll(0.2):
            if stopping.is_set():
                raise EOFError
            if time.monotonic() > until:
                raise TimeoutError
