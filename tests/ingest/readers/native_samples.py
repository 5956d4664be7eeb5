"""Helpers for the tests of the native readers: golden scenes and damaged copies of samples."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ingest.board import Board, Limits
from kb.errors import BadSource
from kb.scene import Scene

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "native"
LIMITS = Limits()

Read = Callable[[bytes, str, Limits], Any]

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([[1, 2], "x", None]),
    st.just({"id": "check", "type": "arrow"}),
).map(deepcopy)  # a value that was put in may be damaged in its turn


def boards_of(read: Read, file: str) -> list[Board]:
    return list(read((SAMPLES / file).read_bytes(), file, LIMITS))


def check_golden(read: Read, file: str) -> list[Board]:
    """Hold the scenes of a sample against the golden ones; KB_REGENERATE=1 writes them anew."""
    boards = boards_of(read, file)
    golden = SAMPLES / f"{file}.scenes.json"
    scenes = [json.loads(one.scene.model_dump_json(exclude_defaults=True)) for one in boards]
    if os.environ.get("KB_REGENERATE") == "1":
        golden.write_text(json.dumps(scenes, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert scenes == json.loads(golden.read_text("utf-8"))
    for board in boards:
        assert board.picture.size == (board.scene.width, board.scene.height)
        assert board.picture.mode == "RGB"
        assert board.scene.extractor.name == "native"
    return boards


def paths_of(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside parsed JSON."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [at, *(path for key, one in inner for path in paths_of(one, (*at, key)))]


@st.composite
def damaged(draw: st.DrawFn, file: str) -> bytes:
    """Draw a JSON sample in which up to four values are replaced by junk or taken out."""
    root = json.loads((SAMPLES / file).read_text("utf-8"))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(paths_of(root)))
        if not path:
            return json.dumps(draw(JUNK)).encode()
        holder = root
        for key in path[:-1]:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[path[-1]]
        else:
            holder[path[-1]] = draw(JUNK)
    return json.dumps(root).encode()


def reads_or_refuses(read: Read, data: bytes, name: str) -> None:
    """Let nothing but a BadSource or a valid scene come out of a reader."""
    with suppress(BadSource):
        for board in read(data, name, LIMITS):
            assert isinstance(board.scene, Scene)
            assert board.picture.size == (board.scene.width, board.scene.height)
