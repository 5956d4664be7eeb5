"""The scene that Excalidraw hides in the pictures it exports.

PNG: a ``tEXt`` chunk with the keyword ``application/vnd.excalidraw+json``. SVG: comments in the
metadata, ``payload-type``, ``payload-version`` and base64 between ``payload-start`` and
``payload-end``. Inside is either the scene's JSON or a wrapper ``{encoding: "bstring",
compressed, encoded}``, each character of `encoded` one byte, deflated with a zlib header.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from ingest.board import Limits
from ingest.safe import MAX_UNPACKED, inflate, parse_json
from kb.errors import BadSource

MIME = b"application/vnd.excalidraw+json"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_VERSION = re.compile(rb"payload-version:\s*(\d+)")
_START = re.compile(rb"<!--\s*payload-start\s*-->")
_END = re.compile(rb"<!--\s*payload-end\s*-->")


def scene_of_png(data: bytes, name: str, limits: Limits) -> object:
    """Return the parsed scene of a PNG. Raises BadSource where there is none."""
    at = len(PNG_SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 8 : at + 8 + length]
        if data[at + 4 : at + 8] == b"tEXt" and body.startswith(MIME + b"\x00"):
            return _unwrapped(body[len(MIME) + 1 :].decode("latin-1"), name, limits)
        at += 12 + length
    raise BadSource(f"{name}: the picture holds no Excalidraw scene", code="unsupported_format")


def scene_of_svg(data: bytes, name: str, limits: Limits) -> object:
    """Return the parsed scene of an SVG. Raises BadSource where there is none."""
    start = _START.search(data)
    end = _END.search(data, start.end()) if start else None
    if start is None or end is None or MIME not in data:
        raise BadSource(f"{name}: the picture holds no Excalidraw scene", code="unsupported_format")
    version = _VERSION.search(data, 0, start.start())
    try:
        raw = base64.b64decode(b"".join(data[start.end() : end.start()].split()), validate=True)
        # version 1 encodes the text as UTF-8, later ones each character as one byte
        text = raw.decode("utf-8" if version is None or version[1] == b"1" else "latin-1")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadSource(f"{name}: the embedded scene is damaged: {error}") from error
    return _unwrapped(text, name, limits)


def _unwrapped(text: str, name: str, limits: Limits) -> object:
    found = parse_json(text, name)
    if not isinstance(found, dict) or "encoded" not in found:
        # plain JSON went through one byte a character as well, so its own UTF-8 is still folded
        return parse_json(_unfolded(text), name) if isinstance(found, dict) else found
    encoded = found["encoded"]
    if not isinstance(encoded, str) or found.get("encoding", "bstring") != "bstring":
        raise BadSource(f"{name}: the embedded scene is in an encoding that is not known")
    try:
        raw = encoded.encode("latin-1")
    except UnicodeEncodeError as error:
        raise BadSource(f"{name}: the embedded scene is damaged: {error}") from error
    if found.get("compressed"):
        raw = inflate(raw, name, min(limits.max_bytes, MAX_UNPACKED), wbits=zlib.MAX_WBITS)
    return parse_json(raw, name)


def _unfolded(text: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
