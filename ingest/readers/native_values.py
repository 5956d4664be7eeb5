"""Values out of files that other programs wrote: numbers, texts, colours, each checked.

Nothing here raises: what is no usable value is None or "".
"""

from __future__ import annotations

import colorsys
import html
import math
import re
from typing import Any

MAX_ID = 128
FARTHEST = 1e7  # of a coordinate; beyond it a board is damaged, not large

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|\u2028|\u2029")


def number(value: object) -> float | None:
    """Return a finite number no larger than `FARTHEST`, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= FARTHEST else None


def words(value: object) -> str:
    """Return `value` if it is a text, with plain line feeds and without control characters."""
    if not isinstance(value, str):
        return ""
    return _CONTROL.sub("", _LINE_END.sub("\n", value))


def ident(value: object) -> str:
    """Return an id as a scene can hold it: at most 128 characters; "" for no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:MAX_ID] if abs(value) < 10**18 else ""
    return words(value)[:MAX_ID]


def mapping(value: object) -> dict[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return `value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


_ALIASES = {
    "grey": "gray",
    "light-blue": "blue",
    "light-green": "green",
    "light-red": "red",
    "light-violet": "purple",
    "violet": "purple",
    "magenta": "pink",
    "cyan": "teal",
}
_NONE = {"", "none", "transparent", "default", "inherit", "initial", "auto"}
_RGBA = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]+)%?)?\s*\)")
_HUES = (  # degrees up to which a hue has the name
    (14, "red"),
    (40, "orange"),
    (65, "yellow"),
    (155, "green"),
    (195, "teal"),
    (250, "blue"),
    (295, "purple"),
    (346, "pink"),
    (360, "red"),
)


def colour_name(value: object) -> str | None:
    """Return the plain name nearest to a CSS colour; None for transparent and for no colour.

    Names: black gray white red orange yellow green teal blue purple pink brown. Hue decides, with
    borders that keep the palettes of the drawing programs apart, pale fills included.
    """
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip().lower()
    if text in _NONE:
        return None
    if text in _ALIASES:
        return _ALIASES[text]
    rgb = _rgb(text)
    return None if rgb is None else _name_of(*rgb)


def _rgb(text: str) -> tuple[int, int, int] | None:
    from PIL import ImageColor

    match = _RGBA.fullmatch(text)
    if match:
        red, green, blue = (min(255, int(part)) for part in match.groups()[:3])
        return None if number(match[4]) == 0 else (red, green, blue)
    try:
        found = ImageColor.getrgb(text)
    except ValueError:
        return None
    if len(found) == 4 and found[3] == 0:
        return None
    return (found[0], found[1], found[2])


def _name_of(red: int, green: int, blue: int) -> str:
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    spread = max(red, green, blue) - min(red, green, blue)
    if spread < (16 if value >= 0.8 else 30):
        return "black" if value < 0.3 else "gray" if value < 0.945 else "white"
    degrees = hue * 360
    dull = value < 0.5 or (value < 0.66 and saturation < 0.8) or (value < 0.9 and saturation < 0.3)
    if 8 <= degrees <= 45 and dull:
        return "brown"
    return next(name for limit, name in _HUES if degrees <= limit)


# Each pattern stops at the next "<": broken markup takes linear time (not so in html.parser).
_SILENT = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|hr|h[1-6])\b[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[!/?a-zA-Z][^<>]*>")


def html_text(value: object) -> str:
    """Return the words of an HTML fragment, one line for each of its lines and blocks."""
    source = words(value)
    if "<" not in source and "&" not in source:
        return source.strip()
    source = _CELL.sub(" ", _SILENT.sub("", source.replace("\n", " ")))
    source = words(html.unescape(_TAG.sub("", _BREAK.sub("\n", source))))
    lines = (" ".join(line.split()) for line in source.split("\n"))
    return "\n".join(line for line in lines if line)
