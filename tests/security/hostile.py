"""Hostile files, built when they are needed, and a runner that puts them through the readers.

``python -m tests.security.hostile`` runs every case in this one process and prints a JSON line for
each: what came out, how long it took, the peak memory so far.
"""

from __future__ import annotations

import json
import random
import resource
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.board import Limits
from ingest.discover import Refused, discover
from ingest.readers import read
from kb.errors import BadSource
from tests.security import documents, places, samples
from tests.security.case import Case, one

CPU_LIMIT_S = 10.0
TIME_LIMIT_S = 60.0  # on the clock: a busy machine may share its time, a hang may not pass


def cases() -> list[Case]:
    """Return all cases; their names are unique."""
    return [
        *_cut(),
        *_flipped(),
        *_wrong_suffix(),
        *_empty(),
        *_pictures(),
        *_pdfs(),
        *documents.cases(),
        *_places(),
    ]  # fmt: skip


def _cut() -> Iterator[Case]:
    for file in samples.valid():
        for cut in (1, 7, 16, 0.25, 0.5, 0.75, 0.95, -1):
            yield one(f"cut {file} at {cut}", file, partial(_head, file, cut))


def _head(file: str, cut: float) -> bytes:
    data = samples.valid()[file]
    return data[: int(len(data) * cut)] if isinstance(cut, float) else data[:cut]


def _flipped() -> Iterator[Case]:
    for file in samples.valid():
        for seed in range(2):
            yield Case(f"noise in {file}, {seed}", file, partial(_noisy, file, seed))


def _noisy(file: str, seed: int) -> Iterator[bytes]:
    noise = random.Random(seed)
    for _ in range(8):
        data = bytearray(samples.valid()[file])
        for _ in range(1 + len(data) // 400):
            data[noise.randrange(len(data))] = noise.randrange(256)
        yield bytes(data)


def _wrong_suffix() -> Iterator[Case]:
    files = list(samples.valid())
    for at, file in enumerate(files):
        other = files[(at + 5) % len(files)]
        yield one(f"{file} named x-{other}", f"x-{other}", partial(_head, file, 1.0), "boards")
    for text in (b"hello", b"\x00" * 64, b"<html></html>", b"{}", b"[]", b"MZ\x90\x00" * 16):
        yield Case(f"{text[:8]!r} under every suffix", "", partial(_many, text), codes=_NO_BOARD)


def _many(text: bytes) -> Iterator[bytes]:
    yield text


# an empty object is a canvas without cards
_NO_BOARD = frozenset({"unsupported_format", "corrupt", "empty", "boards"})
_SUFFIXES = (
    *("png", "jpg", "webp", "heic", "tiff", "pdf", "excalidraw", "excalidraw.png"),
    *("excalidraw.svg", "excalidraw.md", "tldr", "canvas", "drawio", "inkml", "strokes.json"),
    *("json", "md", "svg", "xml", "zip", "gif", "txt"),
)


def _empty() -> Iterator[Case]:
    for suffix in _SUFFIXES:
        yield one(f"0 bytes .{suffix}", f"a.{suffix}", bytes, "empty")


def _pictures() -> Iterator[Case]:
    side = 30_000
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    yield one("30k PNG header", "a.png", lambda: samples.png_header(side, side), "too_large")
    yield one(
        "30k PNG, all of it", "a.png",
        lambda: samples.png_header(side, side, body=rows, depth=1), "too_large",
    )  # fmt: skip
    yield one("2**31 PNG", "a.png", lambda: samples.png_header(2**31 - 1, 2**31 - 1), "too_large")
    yield one("flat PNG", "a.png", lambda: samples.png_header(200_000, 1), "too_large")
    yield one("0 wide PNG", "a.png", lambda: samples.png_header(0, 10), "corrupt")
    yield one("30k JPEG", "a.jpg", partial(_resized_jpeg, side), "too_large")
    yield one("30k TIFF", "a.tif", partial(_tiff, side, side), "too_large")
    yield one("30k WebP", "a.webp", partial(_resized_webp, side), "too_large", "corrupt")
    yield one("30k HEIC", "a.heic", partial(_resized_heic, side), "too_large", "corrupt")
    yield one("TIFF whose pages go round", "a.tif", partial(_tiff, 4, 4, after=8))
    yield one("TIFF with 65,535 tags", "a.tif", partial(_tiff, 4, 4, tags=65_000))
    yield one("TIFF of 600 pages", "a.tif", _tiff_pages, "too_many_pages")
    yield one("PNG with a text bomb", "a.png", _png_text_bomb)
    yield one("PNG with a scene bomb", "a.png", _png_scene_bomb, "boards", max_bytes=20_000_000)
    yield one("GIF", "a.gif", lambda: samples.encoded("GIF"), "unsupported_format")
    yield one("JPEG with EXIF that goes round", "a.jpg", _exif_loop, "boards")


def _resized_jpeg(side: int) -> bytes:
    data = bytearray(samples.encoded("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", side, side)
    return bytes(data)


def _resized_webp(side: int) -> bytes:
    size = struct.pack("<I", side - 1)[:3] * 2
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + size
    inner = samples.encoded("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", 4 + len(chunk) + len(inner)) + b"WEBP" + chunk + inner


def _resized_heic(side: int) -> bytes:
    data = bytearray(samples.heic())
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", side, side)
    return bytes(data)


def _tiff(width: int, height: int, *, after: int = 0, tags: int = 0) -> bytes:
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1)]
    entries += [(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height)]
    entries += [(279, 4, 1, width * height)]
    entries += [(300 + n, 1, 500_000, 8) for n in range(tags)]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", after)


def _tiff_pages() -> bytes:
    from PIL import Image

    page = Image.new("1", (2, 2))
    return samples.encoded("TIFF", page, save_all=True, append_images=[page] * 599)


def _png_text_bomb() -> bytes:
    bomb = zlib.compress(bytes(100_000_000), 9)
    text = b"zTXt" + b"Comment\x00\x00" + bomb
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    data = samples.encoded("PNG")
    return data[:33] + chunk + data[33:]


def _png_scene_bomb() -> bytes:
    packed = zlib.compress(b'{"type":"excalidraw","elements":[' + b" " * 100_000_000, 9)
    text = {"encoding": "bstring", "compressed": True, "encoded": packed.decode("latin-1")}
    return samples.scene_png(json.dumps(text))


def _exif_loop() -> bytes:
    loop = struct.pack("<HHII", 0x8769, 4, 1, 8)
    exif = b"Exif\x00\x00II*\x00" + struct.pack("<IH", 8, 1) + loop + struct.pack("<I", 8)
    return samples.encoded("JPEG", exif=exif)


def _pdfs() -> Iterator[Case]:
    lock = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>"
    keys = lock % (b"41" * 32, b"42" * 32) + b" /ID [<00> <00>]"
    yield one("PDF of 5,000 pages", "a.pdf", partial(samples.pdf, 5000), "too_many_pages")
    yield one("PDF with a password", "a.pdf", partial(samples.pdf, trailer=keys), "encrypted")
    yield one("PDF of no pages", "a.pdf", partial(samples.pdf, 0), "corrupt")
    for box in (b"0 0 0 0", b"0 0 1e9 1e9", b"0 0 -5 -5", b"0 0 1 200000", b"a b c d"):
        yield one(f"PDF with box {box!r}", "a.pdf", partial(samples.pdf, box=box))
    yield one("PDF that claims 10**9 pages", "a.pdf", _claiming_pdf)
    yield one("PDF whose page tree goes round", "a.pdf", _looping_pdf)
    yield one("PDF with a 30k picture", "a.pdf", partial(_picture_pdf, 30_000), "too_large")
    yield one("PDF with 20,000 nested states", "a.pdf", lambda: samples.pdf(content=b"q " * 20_000))
    yield one("PDF without a trailer", "a.pdf", lambda: samples.pdf()[:200])
    yield one("PDF that draws itself", "a.pdf", _recursive_pdf)


def _claiming_pdf() -> bytes:
    return samples.pdf().replace(b"/Count 2", b"/Count 999999999")


def _looping_pdf() -> bytes:
    return samples.pdf(1).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


def _picture_pdf(side: int) -> bytes:
    data = zlib.compress(bytes(side * side // 8), 9)
    head = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
    image = head % (side, side) + b" /BitsPerComponent 1 /Filter /FlateDecode /Length %d >>"
    body = image % len(data) + b"\nstream\n" + data + b"\nendstream"
    resources = b"<< /XObject << /I 5 0 R >> >>"
    return samples.pdf(1, content=b"200 0 0 100 0 0 cm /I Do", extra=[body], resources=resources)


def _recursive_pdf() -> bytes:
    resources = b"<< /XObject << /F 5 0 R >> >>"
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 8 /Resources "
        + resources + b" >>\nstream\n/F Do /F\nendstream"
    )  # fmt: skip
    return samples.pdf(1, content=b"/F Do", extra=[form], resources=resources)


def _places() -> Iterator[Case]:
    for name, (place, codes, caps) in places.PLACES.items():
        limits = replace(Limits(), **caps)
        yield Case(name, place=place, codes=frozenset(codes), limits=limits)


def outcomes(case: Case) -> Iterator[tuple[str, str]]:
    """Put one case through; yield (code, message) for each file, code "boards" where it is read."""
    if case.payloads is not None:
        for data in case.payloads():
            for file in [case.file] if case.file else [f"a.{suffix}" for suffix in _SUFFIXES]:
                yield _outcome(lambda data=data: data, file, case.limits)
        return
    assert case.place is not None
    with TemporaryDirectory() as folder:
        named = case.place(Path(folder))
        for item in discover([named if isinstance(named, Path) else Path(folder)], case.limits):
            if isinstance(item, Refused):
                yield item.code, item.message
            else:
                yield _outcome(item.load, item.path, case.limits)


def _outcome(load: Callable[[], bytes], file: str, limits: Limits) -> tuple[str, str]:
    try:
        for board in read(load(), file, limits):
            assert board.picture.mode == "RGB"
            assert board.picture.width * board.picture.height <= limits.max_pixels
    except BadSource as error:
        return error.code, error.message if file in error.message else f"NAMELESS {error.message}"
    return "boards", f"{file} was read"


def main() -> None:
    """Run every case; print one JSON line for each, and one with the memory at the end."""
    from ingest.readers import excalidraw  # noqa: F401 - what is imported once is not the case's cost

    samples.valid()
    start = _peak()
    for case in cases():
        began, cpu = time.monotonic(), time.process_time()
        try:
            found, crash = sorted(set(outcomes(case))), ""
        except Exception as error:
            found, crash = [], f"{type(error).__name__}: {error}"
        line = {"case": case.name, "outcomes": found[:20], "crash": crash}
        line |= {"codes": sorted({code for code, _ in found})}
        line |= {"seconds": round(time.monotonic() - began, 3), "peak_mb": _peak() - start}
        line |= {"cpu_seconds": round(time.process_time() - cpu, 3)}
        sys.stdout.write(json.dumps(line) + "\n")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
