"""PDF pages by pdfium: counted before anything is drawn, then drawn one at a time.

pdfium is not safe for threads, so every call into it holds one lock.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingest.board import Board
from kb.errors import BadSource

if TYPE_CHECKING:
    from PIL import Image

    from ingest.board import Limits

DPI = 200
LONGEST = 2400  # pixels; handwriting on a photographed or scanned board stays legible
_POINTS = 72  # a PDF unit is 1/72 inch
_MAX_OBJECTS = 20_000  # page objects looked at for oversized pictures
_PDFIUM = threading.Lock()
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:([+\-Z])(\d\d)?'?(\d\d)?)?")


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield each page as a board. A page that can't be drawn is left out, with a note on another.

    Raises:
        BadSource: ``encrypted``, ``too_many_pages``, ``too_large``, ``corrupt`` (no page at all).
    """
    document = _open(data, name)
    try:
        yield from _with_notes(_pages(document, name, limits), name)
    finally:
        with _PDFIUM:
            document.close()


def _open(data: bytes, name: str) -> Any:
    import pypdfium2

    try:
        with _PDFIUM:
            return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # pdfium keeps the last error of an earlier file where it sets none: look for the lock too
        locked = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
        if error.err_code in locked and b"/Encrypt" in data:
            raise BadSource(
                f"{name}: the PDF is protected by a password",
                code="encrypted",
                hint="save it without a password",
            ) from error
        raise BadSource(f"{name}: the PDF is damaged or has no pages", code="corrupt") from error


def _pages(document: Any, name: str, limits: Limits) -> Iterator[Board | str]:
    """Yield a board for each page, or a note where a page can't be drawn."""
    import pypdfium2

    with _PDFIUM:
        count = len(document)
        created = _created(document)
    if count > limits.max_pages:
        raise BadSource(
            f"{name}: {count:,} pages are more than the {limits.max_pages:,} allowed",
            code="too_many_pages",
            hint="split the file, or raise KB_MAX_PAGES",
        )
    for index in range(count):
        try:
            with _PDFIUM:
                picture = _draw(document, index, name, limits)
        except (pypdfium2.PdfiumError, ValueError) as error:
            yield f"page {index + 1} could not be drawn: {error}"
        else:
            yield Board(page=index + 1, picture=picture, captured_at=created)


def _with_notes(pages: Iterator[Board | str], name: str) -> Iterator[Board]:
    """Put each note on the board before it, or on the first board where none came before."""
    notes: list[str] = []
    last: Board | None = None
    for page in pages:
        if isinstance(page, str):
            notes.append(page)
        elif last is None:
            last = page
        else:
            yield replace(last, notes=tuple(notes[:100]))
            last, notes = page, []
    if last is None:
        reason = notes[0] if notes else "it has no pages"
        raise BadSource(f"{name}: the PDF is damaged: {reason}", code="corrupt")
    yield replace(last, notes=tuple(notes[:100]))


def _draw(document: Any, index: int, name: str, limits: Limits) -> Image.Image:
    """Draw one page on white, at `DPI` unless that makes it larger than `LONGEST` pixels."""
    with closing(document[index]) as page:
        _check_pictures(page, name, limits)
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise ValueError(f"it is {width:g} × {height:g} points large")
        scale = min(DPI / _POINTS, LONGEST / max(width, height))
        with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
            picture: Image.Image = bitmap.to_pil().convert("RGB").copy()  # outlives the bitmap
            return picture


def _check_pictures(page: Any, name: str, limits: Limits) -> None:
    """Hold the pixel cap against the pictures on a page, by their headers."""
    from pypdfium2 import raw

    objects = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)
    for item in islice(objects, _MAX_OBJECTS):
        width, height = item.get_px_size()
        if width * height > limits.max_pixels:
            raise BadSource(
                f"{name}: a picture of {width:,} × {height:,} pixels is more than the "
                f"{limits.max_pixels / 1e6:.0f} megapixels allowed",
                code="too_large",
            )


def _created(document: Any) -> datetime | None:
    """Return the creation date (ISO 32000-1, 7.9.4), naive where it has no offset."""
    found = _DATE.match(document.get_metadata_value("CreationDate") or "")
    if not found:
        return None
    with suppress(ValueError):
        moment = datetime(*(int(part) for part in found.groups()[:6]))  # type: ignore[arg-type]
        sign, hours, minutes = found.groups()[6:]
        if not sign:
            return moment
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return moment.replace(tzinfo=timezone(-offset if sign == "-" else offset))
    return None
