"""From the paths that a user named to the files to read, each one accounted for.

Folders are walked in sorted order. What can't be a board is refused by its name, or by its first
bytes where the name leaves it open; the rest is read only when `Found.load` is called.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.readers.archive import Archive, Failure, Member, is_litter
from ingest.readers.detect import AMBIGUOUS, HEAD, by_suffix, detect
from kb.errors import BadSource

if TYPE_CHECKING:
    from ingest.board import Limits

_RETRY_S = 0.3  # an editor's save is over by then
_PIECE = 2**20


@dataclass(frozen=True)
class Found:
    """A file that may hold boards.

    Attributes:
        origin: its absolute path; for a member of a zip ``<zip>!/<member>``.
        path: as it is shown and filtered: relative to the folder that was named, or the bare name
            where the file itself was; ``<zip's path>/<member>`` in a zip.
        size: in bytes (in a zip: as its header claims).
        mtime_ns: of the file, or of the zip it is in.
        load: returns the bytes, at most ``max_bytes``; raises `BadSource` (``unreadable``,
            ``too_large``, ``changed_while_read``).
    """

    origin: str
    path: str
    size: int
    mtime_ns: int
    load: Callable[[], bytes]


@dataclass(frozen=True)
class Refused:
    """A file that is not taken in, and why: the code and words of a `BadSource`."""

    path: str
    code: str
    message: str
    hint: str = ""
    origin: str = ""  # as in `Found`


def discover(paths: Sequence[Path], limits: Limits) -> Iterator[Found | Refused]:
    """Yield every file under `paths` once, as found or refused; hidden files and litter never."""
    seen: set[str] = set()
    for named in paths:
        for item in _named(named, limits):
            if item.origin not in seen:
                seen.add(item.origin)
                yield item


def _named(named: Path, limits: Limits) -> Iterator[Found | Refused]:
    """Take a path that the user named: links in it are followed, hidden names are welcome."""
    try:
        real = named.resolve(strict=True)
        is_folder = real.is_dir()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        path = _printable(str(named))
        yield _refused(path, str(named.absolute()), "unreadable", _reason(error))
        return
    if is_folder:
        yield from _walk(real, limits)
    else:
        place = named.absolute().parent.resolve() / named.name
        yield from _file(place, named.name, limits)


def _walk(folder: Path, limits: Limits) -> Iterator[Found | Refused]:
    """Walk a folder in sorted order, with a stack of its own: folders may nest deeply."""
    stack: list[tuple[str, str]] = [(str(folder), "")]
    while stack:
        place, path = stack.pop()
        shown = _printable(path)
        try:
            kind = _kind(place, folder) if path else "folder"
            below = _listing(place, path) if kind == "folder" else []
        except OSError as error:
            yield _refused(shown, place, "unreadable", _reason(error))
        except BadSource as error:
            yield _refused(shown, place, error.code, error.message)
        else:
            stack += reversed(below)
            if kind == "file" and shown != path:
                yield _refused(shown, place, "unreadable", "its name is not valid UTF-8")
            elif kind == "file":
                yield from _file(Path(place), path, limits)


def _listing(place: str, path: str) -> list[tuple[str, str]]:
    with os.scandir(place) as entries:
        names = sorted(entry.name for entry in entries)
    return [
        (f"{place}{os.sep}{name}", f"{path}/{name}" if path else name)
        for name in names
        if not is_litter(name)
    ]


def _kind(place: str, root: Path) -> str:
    """Return ``folder`` or ``file``; raise for links that lead astray."""
    mode = os.lstat(place).st_mode
    if stat.S_ISLNK(mode):
        try:
            target = Path(place).resolve(strict=True)
        except FileNotFoundError as error:
            raise BadSource("a link that leads nowhere", code="unreadable") from error
        except RuntimeError as error:
            raise BadSource(_reason(error), code="unreadable") from error
        if target.is_dir():
            raise BadSource("a link to a folder is not followed", code="unsafe_path")
        if not target.is_relative_to(root):
            raise BadSource("a link that leads out of the folder", code="unsafe_path")
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "file"


def _file(place: Path, path: str, limits: Limits) -> Iterator[Found | Refused]:
    try:
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            yield _refused(path, str(place), "unreadable", "not an ordinary file")
        elif path.lower().endswith(".zip"):
            yield from _zip(place, path, status, limits)
        else:
            _check_name(path, partial(_head, place))
            load = partial(_load, place, path, limits)
            yield Found(str(place), path, status.st_size, _time_of(status), load)
    except OSError as error:
        yield _refused(path, str(place), "unreadable", _reason(error))
    except BadSource as error:
        yield Refused(path, error.code, error.message, error.hint, str(place))


def _check_name(path: str, head: Callable[[], bytes]) -> None:
    """Let a known suffix pass; ask the first bytes where the name leaves the format open."""
    if by_suffix(path) or path.lower().endswith(".svg"):
        return
    start = head()
    if not start and path.lower().endswith(AMBIGUOUS):
        raise BadSource(f"{path}: the file is empty", code="empty")
    detect(start, path)


def _open(place: Path) -> int:
    """Open an ordinary file; never wait for a pipe that took its place."""
    return os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _head(place: Path) -> bytes:
    with os.fdopen(_open(place), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadSource(f"{place.name}: not an ordinary file", code="unreadable")
        return file.read(HEAD)


def _load(place: Path, path: str, limits: Limits) -> bytes:
    """Read a file that stands still; try once more where it changed meanwhile."""
    try:
        data = _read_still(place, path, limits)
        if data is None:
            time.sleep(_RETRY_S)
            data = _read_still(place, path, limits)
    except OSError as error:
        raise BadSource(f"{path}: {_reason(error)}", code="unreadable") from error
    if data is None:
        raise BadSource(
            f"{path}: the file changed while it was read",
            code="changed_while_read",
            hint="ingest it again when it is complete",
        )
    return data


def _read_still(place: Path, path: str, limits: Limits) -> bytes | None:
    """Return the file's bytes, or None where size or time changed while reading."""
    with os.fdopen(_open(place), "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise BadSource(f"{path}: not an ordinary file", code="unreadable")
        data = bytearray()
        while len(data) <= limits.max_bytes and (piece := file.read(_PIECE)):
            data += piece
        after = os.fstat(file.fileno())
    if len(data) > limits.max_bytes:
        raise BadSource(
            f"{path}: larger than {limits.max_bytes:,} bytes",
            code="too_large",
            hint="raise KB_MAX_SOURCE_MB if this file is to be taken in",
        )
    still = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return bytes(data) if still and len(data) == after.st_size else None


def _zip(
    place: Path, path: str, status: os.stat_result, limits: Limits
) -> Iterator[Found | Refused]:
    if not status.st_size:
        raise BadSource(f"{path}: the file is empty", code="empty")
    if status.st_size > limits.max_unpacked:
        raise BadSource(f"{path}: larger than {limits.max_unpacked:,} bytes", code="too_large")
    box = _Box(place, path, limits)
    with box.open() as archive:
        empty = True
        for member in archive.members():
            empty = False
            yield _member(member, archive, box, status)
    if empty:
        raise BadSource(f"{path}: the zip holds no file", code="empty")


def _member(
    member: Member | Failure, archive: Archive, box: _Box, status: os.stat_result
) -> Found | Refused:
    path = f"{box.path}/{_printable(member.name)}"
    origin = f"{box.place}!/{_printable(member.name)}"
    try:
        if isinstance(member, Failure):
            raise member.error
        _check_name(path, partial(archive.head, member, HEAD))
    except BadSource as error:
        return Refused(path, error.code, error.message, error.hint, origin)
    return Found(origin, path, member.size, _time_of(status), partial(box.load, member))


class _Box:
    """A zip on disk, opened again for the first member that is loaded and kept open for the rest.

    Only the zip that was used last is open: members come in order, zip after zip.
    """

    _held: tuple[_Box, Archive] | None = None
    _lock = threading.Lock()

    def __init__(self, place: Path, path: str, limits: Limits) -> None:
        self.place, self.path = place, path
        self._limits = limits
        self._stamp = self._look()

    def open(self) -> Archive:
        return Archive(os.fdopen(_open(self.place), "rb"), self.path, self._limits)

    def load(self, member: Member) -> bytes:
        try:
            if self._look() != self._stamp:
                raise BadSource(
                    f"{self.path}: the zip changed while it was read", code="changed_while_read"
                )
            with _Box._lock:
                return self._archive().read(member)
        except OSError as error:
            raise BadSource(f"{self.path}: {_reason(error)}", code="unreadable") from error

    def _archive(self) -> Archive:
        held = _Box._held
        if held and held[0] is self:
            return held[1]
        if held:
            held[1].close()
        archive = self.open()
        _Box._held = (self, archive)
        return archive

    def _look(self) -> tuple[int, int, int]:
        status = self.place.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns


def _time_of(status: os.stat_result) -> int:
    """Return when a file was changed; a date beyond the year 2262 fits no column."""
    return min(status.st_mtime_ns, 2**63 - 1)


def _refused(path: str, origin: str, code: str, reason: str) -> Refused:
    return Refused(path, code, f"{path}: {reason}", origin=_printable(origin))


def _printable(path: str) -> str:
    """Return a name that can be stored: bytes that are no UTF-8 become replacement signs."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "a loop of links" if isinstance(error, RuntimeError) else str(error)
