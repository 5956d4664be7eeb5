"""Which format a file is: by its first bytes, then by its name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.errors import BadSource

HEAD = 64 * 1024
"""Bytes from the start of a file that are enough to tell its format."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that a board can come in.

    Attributes:
        name: as in messages and statistics.
        suffixes: lower case, longest first where one ends in another.
        module: with ``read(data, name, limits)``.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str


_TABLE = (
    Format("png", (".png", ".apng"), "ingest.readers.pictures"),
    Format("jpeg", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "ingest.readers.pictures"),
    Format("webp", (".webp",), "ingest.readers.pictures"),
    Format("heif", (".heic", ".heif", ".hif"), "ingest.readers.pictures"),
    Format("tiff", (".tiff", ".tif"), "ingest.readers.pictures"),
    Format("pdf", (".pdf",), "ingest.readers.pdf"),
    Format(
        "excalidraw",
        (".excalidraw", ".excalidraw.json", ".excalidraw.png", ".excalidraw.svg"),
        "ingest.readers.excalidraw",
    ),
    Format("obsidian", (".excalidraw.md",), "ingest.readers.obsidian"),
    Format("tldraw", (".tldr",), "ingest.readers.tldraw"),
    Format("canvas", (".canvas",), "ingest.readers.canvas"),
    Format("drawio", (".drawio", ".drawio.xml", ".dio"), "ingest.readers.drawio"),
    Format("inkml", (".inkml",), "ingest.readers.inkml"),
    Format("strokes", (".strokes.json", ".strokes"), "ingest.readers.strokes"),
)
FORMATS: Mapping[str, Format] = {entry.name: entry for entry in _TABLE}
"""All formats that are read, by name; zips are taken apart before, by `ingest.readers.archive`."""

AMBIGUOUS = (".json", ".md", ".xml", ".svg")
"""Suffixes that say nothing sure: only the content tells."""

_SAVE_AS_PICTURE = "save it as PNG, JPEG or PDF"
_HINTS = {
    "GIF": _SAVE_AS_PICTURE,
    "BMP": _SAVE_AS_PICTURE,
    "AVIF": _SAVE_AS_PICTURE,
    "JPEG XL": _SAVE_AS_PICTURE,
    "JPEG 2000": _SAVE_AS_PICTURE,
    "Photoshop": _SAVE_AS_PICTURE,
    "zip": "name it .zip if it holds boards; zips in zips are not opened",
    "SVG": "export the board as PNG, or from Excalidraw with its scene embedded",
}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_ROOT = re.compile(  # possessive and atomic: no way back, so no blow-up on hostile prologues
    r"\s*+(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*+)*+"
    r"<(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL,
)
_ROOTS = {"mxfile": "drawio", "mxGraphModel": "drawio", "ink": "inkml", "svg": "svg"}
_STROKE_LIST = re.compile(r'\[\s*\{[^{}\[\]]*"points"\s*:\s*\[')
_JSON_MARKS = (
    (re.compile(r'"tldrawFileFormatVersion"\s*:'), "tldraw"),
    (re.compile(r'"type"\s*:\s*"excalidraw"'), "excalidraw"),
    (re.compile(r'"fromNode"\s*:'), "canvas"),
)
_EXCALIDRAW_NOTE = re.compile(r"^excalidraw-plugin\s*:", re.MULTILINE)


def detect(head: bytes, name: str) -> str:
    """Return the format of a file: a key of `FORMATS`, or ``"svg"``, which may embed a scene.

    Args:
        head: the first `HEAD` bytes, or all if there are fewer.
        name: of the file; counts only where the content leaves it open.

    Raises:
        BadSource: ``unsupported_format``, with a hint where there is a way out.
    """
    found = _by_magic(head) or _by_text(head) or _late_pdf(head) or by_suffix(name)
    if found in FORMATS or found == "svg":
        return found
    if found:
        raise unsupported(name, found)
    raise unsupported(name)


def unsupported(name: str, kind: str = "") -> BadSource:
    """Return the error for a file that no reader takes, saying what it is where that is known."""
    what = f"{kind} files are not read" if kind else "not a format that is read"
    return BadSource(f"{name}: {what}", code="unsupported_format", hint=_HINTS.get(kind, ""))


def by_suffix(name: str) -> str:
    """Return the format that the name's ending stands for, or ``""``; the longest ending wins."""
    lower = name.lower()
    fits = [
        (len(suffix), entry.name)
        for entry in _TABLE
        for suffix in entry.suffixes
        if lower.endswith(suffix)
    ]
    return max(fits)[1] if fits else ""


def _by_magic(head: bytes) -> str:
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    return ""


def _late_pdf(head: bytes) -> str:
    """Find a PDF behind junk: readers accept up to 1,024 bytes of it (PDF 1.7, appendix H)."""
    return "pdf" if b"%PDF-" in head[:1024] else ""


def _by_brands(head: bytes) -> str:
    """Tell the pictures among ISO media files by their brands (ISO/IEC 14496-12, 23008-12)."""
    size = min(int.from_bytes(head[:4], "big"), 512)
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, size, 4)]
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return "heif" if _HEIF_BRANDS.intersection(brands) else "video"


def _by_text(head: bytes) -> str:
    text = _text_of(head)
    start = text.lstrip()[:1]
    if start == "<":
        return _by_root(text)
    if start in ("{", "["):
        return _by_json(text)
    if text.startswith("---") and _EXCALIDRAW_NOTE.search(text):
        return "obsidian"
    return ""


def _by_root(text: str) -> str:
    root = _ROOT.match(text)
    return _ROOTS.get(root[1], "") if root else ""


def _by_json(text: str) -> str:
    for mark, found in _JSON_MARKS:
        if mark.search(text):
            return found
    return "strokes" if _STROKE_LIST.match(text.lstrip()) else ""


def _text_of(head: bytes) -> str:
    """Decode leniently: enough to see marks, never an error."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
