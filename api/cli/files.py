"""Files and folders that a command writes where its user says.

The callbacks of options look before any work is done: a wrong path costs no answer.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_WRONG = {
    errno.ENOENT: "its folder is not there",
    errno.ENOTDIR: "what should be its folder is a file",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "it is a file",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "nothing can be written there",
    errno.ENAMETOOLONG: "its name is too long",
}


def file_option(path: Path | None) -> Path | None:
    """Return the file of an option. Raises `WrongUse` where it can't be written."""
    if path is not None:
        with _named(path):
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            if not stat.S_ISDIR(path.parent.stat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "")
            if not os.access(path if path.exists() else path.parent, os.W_OK):
                raise PermissionError(errno.EACCES, "")
    return path


def picture_option(path: Path | None) -> Path | None:
    """Return the picture file of an option. Raises `WrongUse`, also for another suffix."""
    from kb.errors import WrongUse

    if path is not None and path.suffix.lower() not in PICTURES:
        raise WrongUse(
            f"a picture can't be called {path.name!r}",
            hint=f"its name ends in one of: {' '.join(PICTURES)}",
            code="wrong_suffix",
        )
    return file_option(path)


def folder_option(path: Path | None) -> Path | None:
    """Return the folder of an option, made where it is not there. Raises `WrongUse`."""
    if path is not None:
        with _named(path):
            path.mkdir(parents=True, exist_ok=True)
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, "")
    return path


def write_file(path: Path, data: str | bytes, *, after: bool = False) -> None:
    """Write a file, or with `after` what comes at its end. Raises `WrongUse` as `file_option`."""
    with _named(path), path.open("ab" if after else "wb") as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)


def write_picture(path: Path, data: bytes) -> None:
    """Write an encoded picture, in the format that the file's name tells."""
    from PIL import Image

    wanted = PICTURES[path.suffix.lower()]
    with Image.open(io.BytesIO(data)) as picture:
        if picture.format != wanted:
            out = io.BytesIO()
            picture.convert("RGB").save(out, wanted, quality=95)
            data = out.getvalue()
    write_file(path, data)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Blame the user's path for what is wrong with it, and nothing else."""
    from kb.errors import WrongUse

    try:
        yield
    except OSError as error:
        if error.errno not in _WRONG:
            raise
        raise WrongUse(
            f"{path} can't be written: {_WRONG[error.errno]}",
            hint="name another place, or make the folder first",
            code="wrong_path",
        ) from error
