"""Zips, member by member, believing nothing that their headers say about sizes.

What is held: names stay inside, at most ``max_members`` members, no links, no encryption, no zip in
a zip; each member is inflated in pieces and stopped at ``max_bytes``, at an implausible ratio, or
when all members together pass ``max_unpacked``.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self

from kb.errors import BadSource

if TYPE_CHECKING:
    from types import TracebackType

    from ingest.board import Limits

MAX_RATIO = 200  # boards of JSON or XML reach 30; deflate can reach 1,032
RATIO_FROM = 8 * 2**20  # bytes; below this, any ratio is harmless
_PIECE = 2**18
_DIRECTORY_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    LookupError,
)


@dataclass(frozen=True)
class Member:
    """One file of a zip: ``name`` with slashes; ``size`` as the header claims, in bytes."""

    name: str
    size: int
    info: zipfile.ZipInfo


@dataclass(frozen=True)
class Failure:
    """A member that can't be taken out, and why."""

    name: str
    error: BadSource


class Archive:
    """An open zip.

    Args:
        file: seekable; closed by `close`.
        name: of the zip, for messages.
        limits: the caps to hold.

    Raises:
        BadSource: ``corrupt``, or ``too_large`` for too many members.
    """

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._unpacked: dict[int, int] = {}  # header offset of a member: bytes it came to
        self._total = 0
        if _count_entries(file) > limits.max_members:
            raise BadSource(
                f"{name}: more than {limits.max_members:,} files in one zip", code="too_large"
            )
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGE as error:
            raise BadSource(f"{name}: not a readable zip: {error}", code="corrupt") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip and its file."""
        self._zip.close()
        self._file.close()

    def members(self) -> Iterator[Member | Failure]:
        """Yield every file of the zip, sorted by name; folders and what systems litter left out."""
        entries = sorted(self._zip.infolist(), key=lambda info: (_shown(info), info.header_offset))
        seen: set[str] = set()
        for info in entries:
            shown = _shown(info)
            if info.is_dir() or is_litter(shown):
                continue
            reason = _refusal(info, shown, seen)
            seen.add(shown)
            if reason:
                code, words = reason
                yield Failure(shown, BadSource(f"{self._name}/{shown}: {words}", code=code))
            else:
                yield Member(shown, info.file_size, info)

    def head(self, member: Member, size: int) -> bytes:
        """Return the first `size` bytes of a member, or fewer."""
        try:
            with self._zip.open(member.info) as stream:
                return stream.read(size)
        except _DAMAGE as error:
            raise self._damaged(member, error) from error

    def read(self, member: Member) -> bytes:
        """Return a member's bytes.

        Raises:
            BadSource: ``too_large``, or ``corrupt`` where the data or its checksum is wrong.
        """
        out = bytearray()
        try:
            with self._zip.open(member.info) as stream:
                while piece := stream.read(_PIECE):
                    out += piece
                    self._check(member, len(out))
        except _DAMAGE as error:
            raise self._damaged(member, error) from error
        return bytes(out)

    def _check(self, member: Member, size: int) -> None:
        where = f"{self._name}/{member.name}"
        at = member.info.header_offset  # a member that is read again counts once
        self._total += max(size - self._unpacked.get(at, 0), 0)
        self._unpacked[at] = max(size, self._unpacked.get(at, 0))
        if size > self._limits.max_bytes:
            raise BadSource(
                f"{where}: unpacks to more than {self._limits.max_bytes:,} bytes", code="too_large"
            )
        if size > RATIO_FROM and size > MAX_RATIO * max(member.info.compress_size, 1):
            raise BadSource(
                f"{where}: unpacks to more than {MAX_RATIO} times its size", code="too_large"
            )
        if self._total > self._limits.max_unpacked:
            raise BadSource(
                f"{where}: the zip unpacks to more than {self._limits.max_unpacked:,} bytes",
                code="too_large",
            )

    def _damaged(self, member: Member, error: Exception) -> BadSource:
        return BadSource(f"{self._name}/{member.name}: damaged: {error}", code="corrupt")


def unpack(data: bytes, name: str, limits: Limits) -> Iterator[tuple[str, bytes | BadSource]]:
    """Yield the name of every file of a zip with its bytes, or with the reason it has none."""
    with Archive(io.BytesIO(data), name, limits) as archive:
        for member in archive.members():
            if isinstance(member, Failure):
                yield member.name, member.error
                continue
            try:
                content: bytes | BadSource = archive.read(member)
            except BadSource as error:
                content = error
            yield member.name, content


def is_litter(path: str) -> bool:
    """Tell whether a file or a folder above it is hidden, or left there by an operating system."""
    return any(
        (part.startswith(".") and part not in (".", "..")) or part.casefold() in _LITTER
        for part in path.split("/")
    )


_LITTER = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin"}


def _count_entries(file: BinaryIO) -> int:
    """Count at most how many members the zip can have: every one costs a signature.

    `zipfile` makes an object of each entry at once, so this comes before it.
    """
    count, tail = 0, b""
    file.seek(0)
    while piece := file.read(_PIECE):
        count += (tail + piece).count(_DIRECTORY_ENTRY)
        tail = piece[-(len(_DIRECTORY_ENTRY) - 1) :]
    file.seek(0)
    return count


def _shown(info: zipfile.ZipInfo) -> str:
    """Return the member's name; Chinese Windows writes GBK where code page 437 is the rule."""
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    raw = name.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _refusal(info: zipfile.ZipInfo, shown: str, seen: set[str]) -> tuple[str, str] | None:
    """Return code and words where a member must not be taken out."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    for wrong, code, words in (
        (not _inside(shown), "unsafe_path", "its path leaves the zip"),
        (shown in seen, "unsafe_path", "stands in the zip twice"),
        (kind not in (0, stat.S_IFREG), "unsafe_path", "a link or a device, not a file"),
        (info.flag_bits & _ENCRYPTED, "encrypted", "protected by a password"),
        (
            info.compress_type not in _METHODS,
            "unsupported_format",
            "packed in a way that is not read",
        ),
        (shown.lower().endswith(".zip"), "unsupported_format", "a zip in a zip is not opened"),
    ):
        if wrong:
            return code, words
    return None


def _inside(shown: str) -> bool:
    return not (
        shown.startswith("/")
        or "\\" in shown
        or "\x00" in shown
        or _DRIVE.match(shown)
        or ".." in shown.split("/")
    )
