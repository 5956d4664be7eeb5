"""Tells whether a picture has an Excalidraw scene inside, for the excalidraw reader to take out."""

from __future__ import annotations

MIME = b"application/vnd.excalidraw+json"

_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_PNG_SIGNATURE = 8


def holds_scene_png(data: bytes) -> bool:
    """Tell whether a PNG has a text chunk with Excalidraw's keyword (PNG specification, 11.3.3)."""
    at = _PNG_SIGNATURE
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind in _TEXT_CHUNKS and data.startswith(MIME + b"\x00", at + 8):
            return True
        if kind == b"IEND":
            return False
        at += 12 + length
    return False


def holds_scene_svg(data: bytes) -> bool:
    """Tell whether an SVG has the comments between which Excalidraw puts its scene."""
    return b"payload-type:" + MIME in data and b"payload-start" in data
