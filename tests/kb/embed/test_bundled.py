from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.embed import bundled
from kb.errors import KBError
from tests.kb.embed.packing import write_packed


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache whose bundled model is a tiny one."""
    source = tmp_path / "tiny.bin"
    write_packed(source)
    monkeypatch.setattr(bundled, "_source", lambda: source)
    return tmp_path / "cache"


def test_unpacks_once(tiny: Path) -> None:
    folder = bundled.bundled_folder(tiny)
    made = (folder / bundled.MANIFEST).stat().st_mtime_ns
    assert bundled.bundled_folder(tiny) == folder
    assert (folder / bundled.MANIFEST).stat().st_mtime_ns == made


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", bundled.MANIFEST])
def test_a_damaged_file_is_made_again(tiny: Path, name: str) -> None:
    folder = bundled.bundled_folder(tiny)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-3] + b"xyz")
    assert not bundled.is_whole(folder)
    bundled.bundled_folder(tiny)
    assert (folder / name).read_bytes() == whole


def test_a_missing_file_is_made_again(tiny: Path) -> None:
    folder = bundled.bundled_folder(tiny)
    (folder / "config.json").unlink()
    assert bundled.is_whole(bundled.bundled_folder(tiny))


def test_leftovers_of_a_crash_go(tiny: Path) -> None:
    left = tiny / "models" / f".{bundled.NAME}-float32.torn"
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    folder = bundled.bundled_folder(tiny)
    assert bundled.is_whole(folder)
    assert not left.exists()


def test_a_failed_unpacking_leaves_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb.embed.folder.write_folder", full)
    with pytest.raises(OSError, match="No space"):
        bundled.bundled_folder(tiny)
    assert not [path for path in (tiny / "models").iterdir() if path.is_dir()]


def test_another_model_in_the_wheel_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "SOURCE_SHA256", "0" * 64)
    with pytest.raises(KBError, match="checksum differs"):
        bundled.bundled_folder(tmp_path)


_RUN = """
import pathlib, sys
from kb.embed.bundled import bundled_folder, is_whole
print(is_whole(bundled_folder(pathlib.Path(sys.argv[1]))))
"""


def _start(cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _RUN, cache], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_processes_unpack_one_model(tmp_path: Path) -> None:
    both = [_start(tmp_path), _start(tmp_path)]
    assert [process.communicate()[0].strip() for process in both] == ["True", "True"]
    folders = [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    assert [path.name for path in folders] == [f"{bundled.NAME}-float32"]


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.3, 1.5, 3.0])
def test_a_killed_unpacking_is_done_again(tmp_path: Path, after: float) -> None:
    process = _start(tmp_path)
    models = tmp_path / "models"
    while process.poll() is None and not list(models.glob(f".{bundled.NAME}-float32.*")):
        time.sleep(0.01)
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert bundled.is_whole(bundled.bundled_folder(tmp_path))
    assert not list(models.glob(f".{bundled.NAME}-float32.*"))
