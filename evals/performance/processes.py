"""CPU, time and memory of a command and everything it starts, as Linux accounts for them."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a finished command cost; CPU includes its children."""

    cpu_s: float
    wall_s: float
    stdout: str


def python(
    arguments: Sequence[str],
    *,
    env: dict[str, str] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Cost:
    """Run this Python with arguments; `watch` gets the process id a few times a second."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    stdout = stderr = ""
    while process.returncode is None:
        try:
            stdout, stderr = process.communicate(timeout=0.25)
        except subprocess.TimeoutExpired:
            if watch is not None:
                watch(process.pid)
    wall = time.perf_counter() - started
    if process.returncode != 0:
        told = f"{' '.join(arguments[:4])} … ended with {process.returncode}:\n{stderr[-2000:]}"
        raise RuntimeError(told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Cost(cpu, wall, stdout)


def tree_memory(pid: int) -> int:
    """Return the resident memory of a process and its descendants in bytes, shared pages once.

    Mapped files count: programs and weights need their pages to run.
    """
    return sum(tree_memories(pid).values())


def tree_memories(pid: int) -> dict[int, int]:
    """Return the same of each process by itself."""
    return {child: _proportional(child) for child in _tree(pid)}


class Peaks:
    """The most that the processes of a tree may need at once, learnt by looking now and then.

    Of each process the most that was seen counts: whether two of them need theirs at the same
    moment is chance, which a long run meets more often than a short one.
    """

    def __init__(self) -> None:
        self.most = 0
        self._each: dict[int, int] = {}

    def look(self, pid: int) -> None:
        """Look at the process `pid` and its descendants."""
        now = tree_memories(pid)
        self._each = {one: max(now[one], self._each.get(one, 0)) for one in now}
        self.most = max(self.most, sum(self._each.values()))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _proportional(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    for line in told.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
