"""What runs in a worker process: a blob's name in, boards with scenes out.

A worker reads blobs and writes nothing. It may crash, hang or run out of memory; its supervisor
notices, and the store is none the worse.
"""

from __future__ import annotations

import io
import logging
import os
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from threading import Lock, Thread
from typing import TYPE_CHECKING

from ingest.board import Limits
from kb.blobs import BlobStore
from kb.conventions import Conventions
from kb.errors import BadSource, StoreDamaged
from kb.memory import give_back

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from PIL import Image

    from ingest.board import Board
    from ingest.extract import Extractor
    from ingest.extract.vlm.options import VlmOptions
    from kb.scene import Scene

log = logging.getLogger(__name__)

MAX_MEMORY = 3 * 2**30  # bytes that a worker may allocate before it is told "too large"
_DECODING = Lock()
_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker needs to know.

    `timeout_s` bounds one board; `lanes` is how many sources a worker reads at the same time.
    """

    blobs_url: str = ""
    extractor: str = "auto"
    limits: Limits = field(default_factory=Limits)
    timeout_s: float = 120.0
    vlm: VlmOptions | None = None
    conventions: Conventions = field(default_factory=Conventions)
    lanes: int = 1


@dataclass(frozen=True)
class ReadBoard:
    """A board as a worker hands it over; `picture` is None where the source is the picture."""

    page: int
    name: str
    picture: bytes | None
    picture_type: str
    scene: str
    captured_at: float | None


@dataclass(frozen=True)
class ReadFailure:
    """Why a source can't be read. `for_want_of_memory`: a worker of its own might do."""

    code: str
    message: str
    for_want_of_memory: bool = False


@dataclass(frozen=True)
class ReadDone:
    """All boards of a source were handed over."""


@dataclass(frozen=True)
class Ready:
    """A worker has started: from now on its time is measured."""


Message = ReadBoard | ReadFailure | ReadDone


def read_boards(
    data: bytes, name: str, options: WorkerOptions, extractor: Callable[[], Extractor]
) -> Iterator[ReadBoard]:
    """Read a source into boards with scenes; `extractor` is opened for the first picture only.

    Raises `BadSource`.
    """
    from ingest.readers import read

    found = False
    for board in _in_turn(read(data, name, options.limits)):
        found = True
        yield _finished(board, data, extractor, options)
    if not found:
        raise BadSource(f"{name} holds no board", code="empty")


def _in_turn(boards: Iterator[Board]) -> Iterator[Board]:
    """Decode in one thread at a time: not every library that decodes bears more (PDFium)."""
    while True:
        with _DECODING:
            board = next(boards, None)
        if board is None:
            return
        yield board


def _finished(
    board: Board, data: bytes, extractor: Callable[[], Extractor], options: WorkerOptions
) -> ReadBoard:
    picture = board.encoded if board.encoded is not None else _encode(board)
    return ReadBoard(
        page=board.page,
        name=board.name,
        picture=None if picture is data or picture == data else picture,
        picture_type=_type_of(picture),
        scene=_scene(board, extractor, options).model_dump_json(),
        captured_at=_seconds(board.captured_at),
    )


def _seconds(at: datetime | None) -> float | None:
    """Return unix seconds; a time without a zone counts as UTC, the same on every machine."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _scene(board: Board, extractor: Callable[[], Extractor], options: WorkerOptions) -> Scene:
    from kb.scene import Scene
    from kb.tags import tag_scene

    scene = board.scene
    if scene is None:
        # Three quarters of the time that the supervisor allows: a partial scene beats none.
        scene = extractor().extract(
            board.picture, strokes=board.strokes, deadline_s=options.timeout_s * 0.75
        )
    if board.notes:
        scene = scene.model_copy(update={"notes": (*scene.notes, *board.notes)[:100]})
    marks = options.conventions
    scene = marks.label_lines(tag_scene(scene, conventions=marks.rules()))
    # Readers and extractors copy scenes while they build them, which checks nothing.
    return Scene.model_validate(scene.model_dump())


def _encode(board: Board) -> bytes:
    """Drawn pictures as PNG, photographed and scanned ones as JPEG."""
    drawn = board.scene is not None or bool(board.strokes)
    buffer = io.BytesIO()
    picture: Image.Image = board.picture
    if drawn:
        picture.save(buffer, "PNG", compress_level=4)
    else:
        picture.save(buffer, "JPEG", quality=93)
    return buffer.getvalue()


def _type_of(picture: bytes) -> str:
    for magic, media_type in _TYPES.items():
        if picture.startswith(magic):
            return media_type
    raise ValueError("a board's picture is PNG, JPEG or WebP")


def serve(connections: Sequence[Connection], options: WorkerOptions) -> None:
    """Answer jobs on each of `connections`, at the same time, until all are closed."""
    from ingest.extract import open_extractor

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides when to stop
    os.dup2(2, 1)  # stdout is for results
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    extractor = _once(partial(open_extractor, options.extractor, vlm=options.vlm))
    blobs = BlobStore(options.blobs_url)
    lanes = [
        Thread(target=_serve_lane, args=(connection, blobs, options, extractor), daemon=True)
        for connection in connections[1:]
    ]
    for lane in lanes:
        lane.start()
    _serve_lane(connections[0], blobs, options, extractor)
    for lane in lanes:
        lane.join()


def _once(make: Callable[[], Extractor]) -> Callable[[], Extractor]:
    """Return what makes an extractor at the first call, also where several threads call."""
    made, lock = cache(make), Lock()

    def extractor() -> Extractor:
        with lock:
            return made()

    return extractor


def _serve_lane(
    connection: Connection,
    blobs: BlobStore,
    options: WorkerOptions,
    extractor: Callable[[], Extractor],
) -> None:
    """Answer jobs ``(name, blob)`` with messages until the connection closes."""
    connection.send(Ready())
    while True:
        try:
            name, blob = connection.recv()
        except (EOFError, OSError):
            return
        try:
            for message in _answers(name, blob, blobs, options, extractor):
                connection.send(message)
        except BrokenPipeError:
            return
        give_back()


def _answers(
    name: str,
    blob: str,
    blobs: BlobStore,
    options: WorkerOptions,
    extractor: Callable[[], Extractor],
) -> Iterator[Message]:
    try:
        yield from read_boards(blobs.get(blob), name, options, extractor)
        yield ReadDone()
    except BadSource as error:
        yield ReadFailure(error.code, error.message)
    except StoreDamaged as error:
        yield ReadFailure("missing_blob", f"{name}: {error.message}")
    except MemoryError:
        yield ReadFailure("too_large", f"{name} needs more memory than allowed", True)
    except Exception as error:  # a bug of ours must not be told as a fault of the file
        log.exception("reading %s", name)
        yield ReadFailure("bug", f"{name}: {type(error).__name__}: {error}")
