"""From an uploaded form to files on disk to boards in the store."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.boards import BoardSummary, summaries
from ingest.discover import Found, Refused, discover
from ingest.options import limits_of
from ingest.pipeline import ingest_items
from ingest.report import Summary
from kb.errors import BadSource, WrongUse

if TYPE_CHECKING:
    from starlette.requests import Request

    from ingest.board import Limits
    from kb.base import KnowledgeBase

MAX_FILES = 100
MAX_NAME = 200  # bytes in UTF-8; file systems take 255
MAX_SUFFIX = 16  # characters
_PIECE = 2**20


@dataclass(frozen=True)
class Received:
    """An uploaded file as it lies on disk."""

    path: Path
    sha256: str


def safe_name(name: str | None) -> str:
    """Return the last part of a name that a caller chose, printable and short.

    Folders, control and direction characters and leading or trailing dots and blanks go; a long
    name keeps its suffix.
    """
    last = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(" " if unicodedata.category(c) == "Zs" else c for c in last)
    kept = "".join(c for c in plain if c.isprintable()).strip(". ")
    suffix = PurePosixPath(kept).suffix
    if len(suffix) > MAX_SUFFIX:
        suffix = ""
    stem = kept.removesuffix(suffix)
    while len((stem + suffix).encode()) > MAX_NAME:
        stem = stem[:-1]
    return (stem + suffix).strip(". ") or "upload"


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[list[Received]]:
    """Give the files of a multipart form, each copied to a folder that goes at the end."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise WrongUse(
            "an upload is a multipart form",
            hint="like: curl -F file=@board.png …/v1/boards",
            code="not_multipart",
        )
    with TemporaryDirectory(prefix="kb-upload-") as folder:
        async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
            uploads = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            if not uploads:
                raise WrongUse("the form holds no file", code="no_file")
            files = [
                await run_in_threadpool(_copy, upload, Path(folder) / str(number))
                for number, upload in enumerate(uploads)
            ]
        yield files


def _copy(upload: UploadFile, folder: Path) -> Received:
    folder.mkdir()
    path = folder / safe_name(upload.filename)
    digest = hashlib.sha256()
    with path.open("wb") as out:
        while piece := upload.file.read(_PIECE):
            digest.update(piece)
            out.write(piece)
    return Received(path, digest.hexdigest())


@dataclass
class Ingested:
    """What became of an upload."""

    summary: Summary
    boards: list[BoardSummary]


def ingest_upload(base: KnowledgeBase, workspace: str, files: Sequence[Received]) -> Ingested:
    """Bring uploaded files into a workspace; return what became of them, with their boards.

    Raises `BadSource` where none of them could be taken in.
    """
    items = list(_items(files, limits_of(base.settings)))
    summary = ingest_items(
        base,
        items,
        workspace=workspace,
        extractor=base.settings.extractor,
        jobs=min(len(items), base.settings.jobs or os.cpu_count() or 1) or 1,
        retry_failed=True,
    )
    if summary.failed and not summary.added and not summary.unchanged:
        raise _all_failed(summary)
    origins = [item.origin for item in items if isinstance(item, Found)]
    rows = [
        row
        for source in _sources(base, workspace, origins)
        for row in base.catalog.boards_of(source)
    ]
    return Ingested(summary, summaries(base, rows))


def _items(files: Sequence[Received], limits: Limits) -> Iterator[Found | Refused]:
    """Give the files, zips unpacked. The same bytes have the same origin, whatever their name."""
    for file in files:
        place = str(file.path.parent.resolve() / file.path.name)
        for item in discover([file.path], limits):
            if isinstance(item, Found):
                inside = item.origin.removeprefix(place)
                item = replace(item, origin=f"upload:{file.sha256}{inside}", mtime_ns=0)  # noqa: PLW2901
            yield item


def _sources(base: KnowledgeBase, workspace: str, origins: Sequence[str]) -> list[str]:
    """Return the ids of the ready sources at these origins, in this order."""
    from sqlalchemy import select

    from kb.catalog import LocationRow, SourceRow

    found: dict[str, None] = {}
    with base.catalog.session() as session:
        for origin in origins:
            ids = session.scalars(
                select(SourceRow.id)
                .join(LocationRow)
                .where(LocationRow.workspace == workspace, LocationRow.origin == origin)
                .where(SourceRow.state == "ready")
            )
            found.update(dict.fromkeys(ids))
    return list(found)


def _all_failed(summary: Summary) -> BadSource:
    codes = {failure["code"] for failure in summary.failed}
    messages = [failure["message"] for failure in summary.failed]
    return BadSource(
        "; ".join(messages[:5]) + (f"; and {len(messages) - 5} more" if messages[5:] else ""),
        code=codes.pop() if len(codes) == 1 else "nothing_ingested",
    )
