"""LZ-string's base64 form (pieroxy/lz-string), unpacked with a cap.

A library for this exists, but none that stops: each code may stand for a text as long as all
before it, so that one megabyte can unpack to a hundred gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.errors import BadSource

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_BYTE, _WIDE, _STOP = 0, 1, 2  # codes: a new sign of 8 bits, of 16 bits, the end


def decompress_base64(text: str, name: str, limit: int) -> str:
    """Return what LZString.compressToBase64 packed into `text`, white space in it ignored.

    Args:
        text: base64 signs.
        name: of the source, for messages.
        limit: in characters; one more is BadSource ``too_large``.
    """
    out: list[str] = []
    length = 0
    for part in _parts("".join(text.split()), name):
        length += len(part)
        if length > limit:
            raise BadSource(f"{name}: unpacks to more than {limit:,} characters", code="too_large")
        out.append(part)
    # the packer counts UTF-16 units: pairs of surrogates become one character again
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Bits:
    """Reads numbers, least significant bit first, out of six-bit signs, highest bit first."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._at = 0
        self._held = 0
        self._count = 0

    def read(self, width: int) -> int:
        while self._count < width:
            if self._at >= len(self._text):
                raise BadSource(f"{self._name}: the compressed drawing is cut off")
            value = _VALUES.get(self._text[self._at])
            if value is None:
                raise BadSource(f"{self._name}: the compressed drawing is damaged")
            self._at += 1
            self._held = (self._held << 6) | (value & 63)
            self._count += 6
        self._count -= width
        taken = self._held >> self._count
        self._held &= (1 << self._count) - 1
        return int(f"{taken:0{width}b}"[::-1], 2)


def _parts(text: str, name: str) -> Iterator[str]:
    if not text:
        return
    bits = _Bits(text, name)
    words: dict[int, str] = {}
    width, room, fresh = 2, 1, 3  # of a code, codes until it grows, the next free code
    previous = ""
    while True:
        code = bits.read(width)
        if code == _STOP:
            return
        if code in (_BYTE, _WIDE):
            words[fresh] = chr(bits.read(8 if code == _BYTE else 16))
            code, fresh, room = fresh, fresh + 1, room - 1
            if room == 0:
                room, width = 1 << width, width + 1
        if code in words:
            entry = words[code]
        elif previous and code == fresh:
            entry = previous + previous[0]
        else:
            raise BadSource(f"{name}: the compressed drawing is damaged")
        yield entry
        if previous:
            words[fresh] = previous + entry[0]
            fresh, room = fresh + 1, room - 1
            if room == 0:
                room, width = 1 << width, width + 1
        previous = entry
