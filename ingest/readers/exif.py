"""What a camera wrote beside the pixels: which way is up, and when the picture was taken.

Tags from Exif 2.32 (CIPA DC-008). Broken tags count as missing: they never spoil the picture.
"""

from __future__ import annotations

import re
import struct
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_DATE_TIME, _OFFSET_TIME = 0x0132, 0x9010
_MOMENTS = ((0x9003, 0x9011), (0x9004, 0x9012))  # original, digitised, each with its offset
_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def orientation(image: Image.Image) -> int:
    """Return the orientation tag, 1 to 8; 1 (upright) where there is none or it makes no sense."""
    try:
        value = int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1
    return value if 1 <= value <= 8 else 1


def captured_at(image: Image.Image) -> datetime | None:
    """Return when the picture was taken: aware where the camera wrote its offset, else naive."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(_EXIF_IFD)
        pairs = [(inner.get(moment), inner.get(offset)) for moment, offset in _MOMENTS]
        pairs.append((exif.get(_DATE_TIME), inner.get(_OFFSET_TIME)))
    except _BROKEN:
        return None
    moments = (_moment(text, offset) for text, offset in pairs)
    return next((moment for moment in moments if moment), None)


def _moment(text: object, offset: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.strptime(text.strip("\x00 ")[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    zone = _zone(offset)
    return moment.replace(tzinfo=zone) if zone else moment


def _zone(offset: object) -> timezone | None:
    found = _OFFSET.match(offset.strip("\x00 ")) if isinstance(offset, str) else None
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
