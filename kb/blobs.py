"""Stored files, each named by the hash of its bytes: never a name that somebody else chose."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, StoreDamaged

if TYPE_CHECKING:
    from kb.settings import Settings

_HASH = re.compile(r"[0-9a-f]{64}")


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex: the name of its blob."""
    return hashlib.sha256(data).hexdigest()


def open_blobs(settings: Settings) -> BlobStore:
    """Open the blob folder that the settings name."""
    return BlobStore(settings.blob_folder_url)


class BlobStore:
    """Blobs behind fsspec: a local folder, or an object store such as S3.

    A blob is written whole or not at all: by rename in a folder, by one put in an object store.
    """

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs
        from fsspec.implementations.local import LocalFileSystem

        try:
            fs, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise KBError(
                f"blobs at {url}: {error}", code="bad_setting", hint="check KB_BLOBS_URL"
            ) from error
        self._fs: Any = fs
        self._local = Path(self._root) if isinstance(fs, LocalFileSystem) else None

    def put(self, data: bytes) -> str:
        """Keep `data`; return its hash. Bytes that are there already are left alone."""
        name = hash_of(data)
        if self.has(name):
            return name
        if self._local is None:
            self._fs.pipe_file(self._path(name), data)
        else:
            _write_atomically(self._local / name[:2] / name, data)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes of a blob. Raises `StoreDamaged` where they are missing."""
        try:
            data: bytes = self._fs.cat_file(self._path(name))
        except FileNotFoundError as error:
            raise StoreDamaged(
                f"blob {name} is missing", hint="`kb check --repair` tells what can be saved"
            ) from error
        return data

    def has(self, name: str) -> bool:
        """Tell whether a blob is there."""
        return bool(self._fs.exists(self._path(name)))

    def drop(self, name: str) -> None:
        """Remove a blob; one that is gone already is no error."""
        try:
            self._fs.rm_file(self._path(name))
        except FileNotFoundError:
            return

    def names(self) -> Iterator[str]:
        """Give the hashes of all blobs."""
        for path in self._files():
            name = path.rsplit("/", 1)[-1]
            if _HASH.fullmatch(name):
                yield name

    def litter(self) -> Iterator[str]:
        """Give the paths of files that are no blobs: what a torn write left."""
        for path in self._files():
            if not _HASH.fullmatch(path.rsplit("/", 1)[-1]):
                yield path

    def sweep(self) -> int:
        """Remove what torn writes left; return how many files. Only while nobody writes."""
        found = list(self.litter())
        for path in found:
            self._fs.rm_file(path)
        return len(found)

    def _files(self) -> list[str]:
        return sorted(self._fs.find(self._root)) if self._fs.exists(self._root) else []

    def _path(self, name: str) -> str:
        if not _HASH.fullmatch(name):
            raise ValueError(f"not a blob name: {name!r}")
        return f"{self._root}/{name[:2]}/{name}"


def _write_atomically(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torn = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with torn.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        torn.replace(path)
    except OSError:
        torn.unlink(missing_ok=True)
        raise
