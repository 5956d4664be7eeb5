"""What processes need, as the measurements of performance count it."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.performance import processes
from evals.performance.processes import Memory, Peaks, tree_memories, tree_memory

MB = 1_000_000
SIZE = 32 * MB


def peaks_of(monkeypatch: pytest.MonkeyPatch, *looks: dict[int, tuple[int, int]]) -> list[int]:
    """What is told after each look at processes with so much private and shared memory."""
    given = iter({pid: Memory(*one, most=one[0]) for pid, one in look.items()} for look in looks)
    monkeypatch.setattr(processes, "tree_memories", lambda *_: next(given))
    peaks, most = Peaks(), []
    for _ in looks:
        peaks.look(1)
        most.append(peaks.most)
    return most


def test_each_living_process_counts_by_the_most_it_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = ({1: 10, 2: 5}, {1: 5, 2: 9}, {1: 5, 3: 2}, {1: 11, 3: 2})
    private = [{pid: (size, 0) for pid, size in look.items()} for look in looks]
    assert peaks_of(monkeypatch, *private) == [15, 19, 19, 19]


def test_shared_pages_count_once_whoever_maps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    two = {1: (3, 6), 2: (2, 6)}
    three = {1: (3, 4), 2: (2, 4), 3: (1, 4)}  # each has less of the same
    assert peaks_of(monkeypatch, two, three, two) == [17, 18, 18]


def test_shared_pages_count_at_their_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert peaks_of(monkeypatch, {1: (3, 8)}, {1: (7, 2)}, {1: (4, 4)}) == [11, 15, 15]


def test_a_moment_between_two_looks_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([{1: Memory(3, 1, most=3)}, {1: Memory(4, 1, most=9)}])
    monkeypatch.setattr(processes, "tree_memories", lambda *_: next(given))
    peaks = Peaks()
    peaks.look(1)
    peaks.look(1)
    assert peaks.most == 10


GAVE_BACK = f"""
import os, sys
taken = bytearray(os.urandom(1)) * {2 * SIZE}
del taken
print("there", flush=True)
sys.stdin.readline()
print("again", flush=True)
sys.stdin.readline()
"""


def test_the_system_remembers_what_was_given_back_since_the_last_look() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", GAVE_BACK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"there\n"
        first = tree_memories(child.pid)[child.pid]
        Peaks().look(child.pid)
        child.stdin.write(b"\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"again\n"
        second = tree_memories(child.pid)[child.pid]
        child.communicate(b"\n")
    assert first.private + 1.5 * SIZE < first.most
    assert second.most < second.private + SIZE


def test_what_is_mapped_of_a_store_is_a_cache(tmp_path: Path) -> None:
    store = tmp_path / "a store"
    store.mkdir()
    (store / "points").write_bytes(os.urandom(1) * SIZE)
    with (store / "points").open("rb") as file:
        before = tree_memories(os.getpid())[os.getpid()]
        with mmap.mmap(file.fileno(), SIZE, access=mmap.ACCESS_READ) as mapped:
            assert mapped.find(b"no such thing") < 0
            counted = tree_memories(os.getpid())[os.getpid()]
            without = tree_memories(os.getpid(), store)[os.getpid()]
            elsewhere = tree_memories(os.getpid(), tmp_path / "a")[os.getpid()]
            begun, looked, all_counted = Peaks(), Peaks(store), Peaks()
            for peaks in (begun, looked, all_counted):
                peaks.look(os.getpid())
    assert counted.private >= before.private + 0.9 * SIZE
    assert without.private < before.private + 0.5 * SIZE
    assert without.most <= counted.most - 0.9 * SIZE
    assert elsewhere.private >= before.private + 0.9 * SIZE
    assert looked.most < all_counted.most - 0.5 * SIZE


CHILD = f"""
import mmap, os, sys
shared = mmap.mmap(int(sys.argv[1]), {SIZE})
own = bytearray(os.urandom(1)) * {SIZE}
sum(shared[::4096])
print("there", flush=True)
sys.stdin.read()
"""


def test_what_processes_share_is_told_from_what_each_has() -> None:
    file = os.memfd_create("shared")
    os.ftruncate(file, SIZE)
    with mmap.mmap(file, SIZE) as shared:
        shared.write(b"1" * SIZE)
        before = tree_memory(os.getpid())
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(file)],
            pass_fds=[file], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"there\n"
            of = tree_memories(os.getpid())[child.pid]
            more = tree_memory(os.getpid()) - before
        finally:
            child.communicate()
    os.close(file)
    assert SIZE <= of.private < 1.9 * SIZE
    assert SIZE / 2 <= of.shared < 1.4 * SIZE
    assert SIZE <= more < 1.9 * SIZE  # its own, but not once more what both have
