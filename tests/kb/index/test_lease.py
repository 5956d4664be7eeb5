from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.errors import StoreHeld
from kb.index.lease import Lease

HOLDER = """
import sys, time, pathlib
from kb.index.lease import Lease
lease = Lease(pathlib.Path(sys.argv[1]), lambda: "open", lambda _: None, wait_s=5)
with lease.hold():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
print("done", flush=True)
time.sleep(float(sys.argv[3]))
"""

Made = Callable[..., Lease[str]]


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def lease(tmp_path: Path, log: list[str]) -> Iterator[Made]:
    made: list[Lease[str]] = []

    def make(name: str = "one", wait_s: float = 5.0) -> Lease[str]:
        def open_() -> str:
            log.append(f"open {name}")
            return name

        path = tmp_path / "store.lease"
        made.append(Lease(path, open_, lambda n: log.append(f"close {n}"), wait_s=wait_s))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _other(path: Path, work_s: float, idle_s: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, str(work_s), str(idle_s)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_stays_open_while_nobody_asks(lease: Made, log: list[str]) -> None:
    one = lease()
    for _ in range(3):
        with one.hold() as resource:
            assert resource == "one"
    time.sleep(0.2)
    assert log == ["open one"]
    one.release()
    assert log == ["open one", "close one"]


def test_goes_over_to_who_asks(lease: Made, log: list[str]) -> None:
    one, two = lease("one"), lease("two")
    with one.hold():
        pass
    with two.hold():
        assert log == ["open one", "close one", "open two"]
    with one.hold():
        assert log[-2:] == ["close two", "open one"]


def test_an_idle_process_gives_way_to_another(lease: Made, tmp_path: Path) -> None:
    other = _other(tmp_path / "store.lease", 0, 30)
    started = time.monotonic()
    with lease().hold():
        assert other.poll() is None
        assert time.monotonic() - started < 2
    other.kill()
    other.communicate()


def test_a_killed_holder_is_no_obstacle(lease: Made, tmp_path: Path) -> None:
    other = _other(tmp_path / "store.lease", 30, 0)
    threading.Timer(0.2, other.kill).start()
    with lease().hold() as resource:
        assert resource == "one"
    other.communicate()


def test_waiting_ends(lease: Made, tmp_path: Path) -> None:
    other = _other(tmp_path / "store.lease", 30, 0)
    with pytest.raises(StoreHeld, match="another process") as refused, lease(wait_s=0.2).hold():
        pass
    assert "KB_LOCK_WAIT_S" in refused.value.hint
    other.kill()
    other.communicate()


def test_a_waiter_that_died_is_forgotten(lease: Made, tmp_path: Path, log: list[str]) -> None:
    one = lease()
    (tmp_path / "store.lease.wanted").touch()
    for _ in range(3):
        with one.hold():
            time.sleep(0.1)
    assert log.count("open one") <= 2


def test_threads_take_turns(lease: Made) -> None:
    one = lease()
    inside = most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with one.hold():
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_what_cannot_be_opened_is_not_held(tmp_path: Path, lease: Made) -> None:
    def broken() -> str:
        raise OSError("broken")

    bad: Lease[str] = Lease(tmp_path / "store.lease", broken, lambda _: None, wait_s=1)
    with pytest.raises(OSError, match="broken"), bad.hold():
        pass
    with lease(wait_s=0.5).hold():
        pass
    bad.close()


def test_closed_keeps_everybody_out(lease: Made, log: list[str]) -> None:
    one, two = lease("one"), lease("two", wait_s=0.1)
    with one.hold():
        pass
    with one.closed():
        assert log == ["open one", "close one"]
        with pytest.raises(StoreHeld), two.hold():
            pass
    with two.hold():
        pass
