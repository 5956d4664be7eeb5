"""CPU, time and memory of a command and everything it starts, as Linux accounts for them."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


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
    return sum(one.private + one.shared for one in tree_memories(pid).values())


class Memory(NamedTuple):
    """The resident memory of a process in bytes, without the pages of a store that it alone maps.

    Attributes:
        private: pages that it has to itself.
        shared: its part of the others, each page divided among all processes that map it.
        most: pages to itself when it had most of them: the system's record of all its pages,
            without those that others and the store have now.
    """

    private: int
    shared: int
    most: int


def tree_memories(pid: int, store: Path | None = None) -> dict[int, Memory]:
    """Return the memory of a process and of each of its descendants.

    Args:
        pid: of the process.
        store: a folder whose files don't count where one process maps them: they are on the disk,
            and their pages are a cache that the system empties when somebody needs the memory.
    """
    return {child: _memory(child, store) for child in _tree(pid)}


class Peaks:
    """The most that the processes of a tree may need at once.

    Of each living process the most private memory that it had counts: whether two of them need
    theirs at the same moment is chance, which a long run meets more often than a short one. Moments
    between two looks count, since the system keeps a record, begun anew by each look. What they
    share is added once, at the most that was seen: a bound from above, as a page may be private
    before it is shared.

    Args:
        store: see `tree_memories`.
    """

    def __init__(self, store: Path | None = None) -> None:
        self.most = 0
        self._store = store
        self._private: dict[int, int] = {}
        self._shared = 0

    def look(self, pid: int) -> None:
        """Look at the process `pid` and its descendants."""
        now = tree_memories(pid, self._store)
        before = self._private
        self._private = {n: max(one.most, before.get(n, 0)) for n, one in now.items()}
        self._shared = max(self._shared, sum(one.shared for one in now.values()))
        self.most = max(self.most, sum(self._private.values()) + self._shared)
        for one in now:
            with suppress(OSError):  # it has ended; else its record begins anew
                Path(f"/proc/{one}/clear_refs").write_text("5")


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _memory(pid: int, store: Path | None) -> Memory:
    folder = Path(f"/proc/{pid}")
    try:
        told = (folder / "smaps_rollup").read_bytes().splitlines()[1:]
        told += [line for line in (folder / "status").read_bytes().splitlines() if b"VmHWM" in line]
        cached = _mapped((folder / "smaps").read_bytes(), store) if store is not None else 0
    except OSError:  # it has ended
        return Memory(0, 0, 0)
    sizes = {name: int(size) * 1024 for name, size, *_ in map(bytes.split, told)}
    private = sizes.get(b"Private_Clean:", 0) + sizes.get(b"Private_Dirty:", 0)
    others = sizes.get(b"Rss:", 0) - private
    most = max(private, sizes.get(b"VmHWM:", 0) - others)
    shared = max(0, sizes.get(b"Pss:", 0) - private)
    return Memory(max(0, private - cached), shared, max(0, most - cached))


def _mapped(smaps: bytes, store: Path) -> int:
    """Return the private bytes of the mapped files in a folder."""
    name = re.escape(os.fsencode(store.resolve()))
    form = rb"^[0-9a-f]+-[0-9a-f]+ .* %s/.*\n((?:[A-Z].*\n)*)" % name
    parts = re.findall(form, smaps, re.MULTILINE)
    pages = re.findall(rb"^Private_(?:Clean|Dirty): +(\d+)", b"".join(parts), re.MULTILINE)
    return sum(map(int, pages)) * 1024
