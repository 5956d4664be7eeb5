"""Decoding of bytes that nobody vouches for: text, JSON, XML and deflate, each with its bounds.

Every function raises `kb.errors.BadSource` with a message that starts with the name it was given.
"""

from __future__ import annotations

import json
import math
import zlib
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from kb.errors import BadSource

if TYPE_CHECKING:
    from ingest.board import Limits

MAX_JSON_VALUES = 1_500_000  # about 150 MB of Python objects at worst
MAX_UNPACKED = 64 * 2**20  # bytes of a scene that is kept compressed in a file
MAX_XML_ELEMENTS = 200_000
MAX_XML_DEPTH = 500

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)


def decode_text(data: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 and UTF-32 where a byte order mark says so; the mark is dropped."""
    encoding = next((codec for mark, codec in _BOMS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadSource(
            f"{name}: not valid {encoding.removesuffix('-sig').upper()} text: {error.reason} "
            f"at byte {error.start}",
            code="corrupt",
        ) from error


def parse_json(data: bytes | str, name: str) -> Any:
    """Parse JSON of bounded size and depth; NaN, Infinity and numbers beyond a float are errors."""
    text = data if isinstance(data, str) else decode_text(data, name)
    values = text.count(",") + text.count("[") + text.count("{")
    if values > MAX_JSON_VALUES:
        raise BadSource(
            f"{name}: more than {MAX_JSON_VALUES:,} JSON values", code="too_many_elements"
        )
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise BadSource(f"{name}: the JSON is nested too deeply", code="corrupt") from error
    except ValueError as error:
        raise BadSource(f"{name}: not valid JSON: {error}", code="corrupt") from error


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is too large")
    return number


class _BoundedBuilder(TreeBuilder):
    """Builds the tree, and stops at too many or too deeply nested elements."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_XML_DEPTH:
            raise BadSource(f"{self._name}: the XML is nested too deeply", code="corrupt")
        if self._count > MAX_XML_ELEMENTS:
            raise BadSource(
                f"{self._name}: more than {MAX_XML_ELEMENTS:,} XML elements",
                code="too_many_elements",
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes | str, name: str) -> Element:
    """Parse XML with no entities of its own and no reference outside, of bounded size and depth."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_BoundedBuilder(name))
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise BadSource(
            f"{name}: the XML defines entities or refers to other files, which is not allowed",
            code="corrupt",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadSource(f"{name}: not valid XML: {error}", code="corrupt") from error
    return root


def inflate(data: bytes, name: str, limit: int, *, wbits: int = -zlib.MAX_WBITS) -> bytes:
    """Unpack deflated bytes, at most `limit` of them.

    Args:
        data: raw deflate (or zlib, gzip: see `zlib.decompress` for `wbits`).
        name: of the source, for messages.
        limit: in bytes; one byte more is ``too_large``.
        wbits: the window and header, as in zlib.
    """
    unpacker = zlib.decompressobj(wbits)
    try:
        out = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise BadSource(f"{name}: the compressed data is damaged: {error}") from error
    if len(out) > limit:
        raise BadSource(f"{name}: unpacks to more than {limit:,} bytes", code="too_large")
    if not unpacker.eof:
        raise BadSource(f"{name}: the compressed data is cut off")
    return out


def check_size(data: bytes, name: str, limits: Limits) -> None:
    """Refuse an empty file, and one above ``limits.max_bytes``."""
    if not data:
        raise BadSource(f"{name}: the file is empty", code="empty")
    if len(data) > limits.max_bytes:
        raise BadSource(
            f"{name}: larger than {limits.max_bytes:,} bytes",
            code="too_large",
            hint="raise KB_MAX_SOURCE_MB if this file is to be taken in",
        )
