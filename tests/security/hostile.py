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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.board import Limits
from ingest.discover import Refused, discover
from ingest.readers import read
from kb.errors import BadSource
from tests.security import places, samples

TIME_LIMIT_S = 10.0


@dataclass(frozen=True)
class Case:
    """Either `payloads` for one file name, or a `place` that fills a folder.

    `codes`: what the outcome must be one of; "boards" where boards may come out. Empty: anything
    that is boards or a clear error.
    """

    name: str
    file: str = ""
    payloads: Callable[[], Iterable[bytes]] | None = None
    place: Callable[[Path], object] | None = None
    codes: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)


def cases() -> list[Case]:
    """Return all cases; their names are unique."""
    return [*_cut(), *_flipped(), *_wrong_suffix(), *_empty(), *_pictures(), *_pdfs(), *_xml(),
            *_json(), *_wrong_types(), *_text(), *_bombs(), *_places()]  # fmt: skip


def _one(name: str, file: str, build: Callable[[], bytes], *codes: str, **caps: int) -> Case:
    limits = replace(Limits(), **caps)
    return Case(name, file, lambda: [build()], codes=frozenset(codes), limits=limits)


def _cut() -> Iterator[Case]:
    for file in samples.valid():
        for cut in (1, 7, 16, 0.25, 0.5, 0.75, 0.95, -1):
            yield _one(f"cut {file} at {cut}", file, partial(_head, file, cut))


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
        yield _one(f"{file} named x-{other}", f"x-{other}", partial(_head, file, 1.0), "boards")
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
        yield _one(f"0 bytes .{suffix}", f"a.{suffix}", bytes, "empty")


def _pictures() -> Iterator[Case]:
    side = 30_000
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    yield _one("30k PNG header", "a.png", lambda: samples.png_header(side, side), "too_large")
    yield _one(
        "30k PNG, all of it", "a.png",
        lambda: samples.png_header(side, side, body=rows, depth=1), "too_large",
    )  # fmt: skip
    yield _one("2**31 PNG", "a.png", lambda: samples.png_header(2**31 - 1, 2**31 - 1), "too_large")
    yield _one("flat PNG", "a.png", lambda: samples.png_header(200_000, 1), "too_large")
    yield _one("0 wide PNG", "a.png", lambda: samples.png_header(0, 10), "corrupt")
    yield _one("30k JPEG", "a.jpg", partial(_resized_jpeg, side), "too_large")
    yield _one("30k TIFF", "a.tif", partial(_tiff, side, side), "too_large")
    yield _one("30k WebP", "a.webp", partial(_resized_webp, side), "too_large", "corrupt")
    yield _one("30k HEIC", "a.heic", partial(_resized_heic, side), "too_large", "corrupt")
    yield _one("TIFF whose pages go round", "a.tif", partial(_tiff, 4, 4, after=8))
    yield _one("TIFF with 65,535 tags", "a.tif", partial(_tiff, 4, 4, tags=65_000))
    yield _one("TIFF of 600 pages", "a.tif", _tiff_pages, "too_many_pages")
    yield _one("PNG with a text bomb", "a.png", _png_text_bomb)
    yield _one("PNG with a scene bomb", "a.png", _png_scene_bomb, "boards", max_bytes=20_000_000)
    yield _one("GIF", "a.gif", lambda: samples.encoded("GIF"), "unsupported_format")
    yield _one("JPEG with EXIF that goes round", "a.jpg", _exif_loop, "boards")


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
    yield _one("PDF of 5,000 pages", "a.pdf", partial(samples.pdf, 5000), "too_many_pages")
    yield _one("PDF with a password", "a.pdf", partial(samples.pdf, trailer=keys), "encrypted")
    yield _one("PDF of no pages", "a.pdf", partial(samples.pdf, 0), "corrupt")
    for box in (b"0 0 0 0", b"0 0 1e9 1e9", b"0 0 -5 -5", b"0 0 1 200000", b"a b c d"):
        yield _one(f"PDF with box {box!r}", "a.pdf", partial(samples.pdf, box=box))
    yield _one("PDF that claims 10**9 pages", "a.pdf", _claiming_pdf)
    yield _one("PDF whose page tree goes round", "a.pdf", _looping_pdf)
    yield _one("PDF with a 30k picture", "a.pdf", partial(_picture_pdf, 30_000), "too_large")
    yield _one(
        "PDF with 20,000 nested states", "a.pdf", lambda: samples.pdf(content=b"q " * 20_000)
    )
    yield _one("PDF without a trailer", "a.pdf", lambda: samples.pdf()[:200])
    yield _one("PDF that draws itself", "a.pdf", _recursive_pdf)


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


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip
_OUTSIDE = '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
_REMOTE = '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">'
_BLOWUP = '<!DOCTYPE x [<!ENTITY j "' + "A" * 100_000 + '">]>'


def _xml() -> Iterator[Case]:
    files = {
        "a.drawio": samples.drawio().decode().replace("Start", "&j;"),
        "a.inkml": samples.inkml("<trace>&j;</trace>").decode(),
        "a.svg": '<svg xmlns="http://www.w3.org/2000/svg">&j;</svg>',
    }
    for file, text in files.items():
        for kind, dtd in (("laughs", _LAUGHS), ("outside", _OUTSIDE), ("blow-up", _BLOWUP)):
            yield _one(
                f"XML {kind} in {file}", file, partial(str.encode, dtd + text),
                "corrupt", "unsupported_format",
            )  # fmt: skip
        yield _one(f"XML remote DTD in {file}", file, partial(str.encode, _REMOTE + text),
                   "corrupt", "unsupported_format", "boards")  # fmt: skip
    deep = "<a>" * 100_000
    yield _one("XML 100,000 deep", "a.drawio", f"<mxfile>{deep}".encode, "corrupt")
    yield _one("InkML 100,000 deep", "a.inkml", f"<ink>{deep}".encode, "corrupt")
    wide = f"<mxfile>{'<mxCell/>' * 300_000}"
    yield _one("XML of 300,000 elements", "a.drawio", wide.encode, "too_many_elements")
    yield _one("draw.io payload bomb", "a.drawio", _drawio_bomb, "too_large", max_bytes=2_000_000)
    rounds = samples.MODEL.replace('parent="1"', 'parent="a"')
    yield _one("draw.io cell in itself", "a.drawio", lambda: samples.drawio(model=rounds))
    for value in ("NaN", "-1e308", "1e999", "--", ""):
        model = samples.MODEL.replace('"120"', f'"{value}"')
        yield _one(f"draw.io width {value!r}", "a.drawio", partial(samples.drawio, model=model))
    for trace in ("1e999 0, 0 0", "nan 0", "1, 2, 3", "*, ? ?", "#fffffffff 0", "1 2 " * 50_000):
        text = f"<trace>{trace}</trace>"
        yield _one(f"InkML trace {trace[:12]!r}", "a.inkml", partial(samples.inkml, text))
    yield _one("InkML context in itself", "a.inkml", partial(samples.inkml, _CONTEXT))


_CONTEXT = '<context id="c" contextRef="#c"/><trace contextRef="#c">0 0, 9 9</trace>'


def _drawio_bomb() -> bytes:
    model = samples.MODEL.replace("Start", "A" * 20_000_000)
    return samples.drawio(packed=True, model=model)


_NATIVE = {
    "a.excalidraw": samples.excalidraw,
    "a.tldr": samples.tldraw,
    "a.canvas": samples.canvas,
    "a.strokes.json": samples.strokes,
}


def _json() -> Iterator[Case]:
    for file, build in _NATIVE.items():
        text = json.dumps(build())
        for number in ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000):
            data = text.replace(": 10,", f": {number},", 1).replace("[0, 0", f"[{number}, 0", 1)
            data = data.replace('"x": 0', f'"x": {number}', 1)
            yield _one(f"{number[:9]} in {file}", file, partial(str.encode, data))
        for number in ("-5", "1e300", "1e-300", "0"):
            data = text
            for key in ("width", "height", "w", "h"):
                for old in ("100", "60", "200", "80", "3"):
                    data = data.replace(f'"{key}": {old}', f'"{key}": {number}')
            yield _one(f"size {number} in {file}", file, partial(str.encode, data))
        for opener in ("[", '{"a":'):
            deep = text[:-1] + ', "z": ' + opener * 100_000
            yield _one(
                f"{opener} 100,000 deep in {file}", file, partial(str.encode, deep), "corrupt"
            )
        yield _one(f"{file} twice", file, partial(str.encode, text * 2), "corrupt")
    yield _one("Excalidraw of 200,000 elements", "a.excalidraw", _many_elements,
               "too_many_elements")  # fmt: skip
    yield _one("tldraw of 200,000 records", "a.tldr", _many_records, "too_many_elements")
    yield _one("canvas of 200,000 cards", "a.canvas", _many_cards, "too_many_elements")
    yield _one("200,000 strokes", "a.strokes.json", _many_strokes, "too_many_elements")
    yield _one("JSON of 6 million values", "a.strokes.json", lambda: b"[" + b"1," * 6_000_000,
               "too_many_elements")  # fmt: skip
    yield _one("frames inside each other", "a.excalidraw", _looping_frames)
    yield _one("tldraw shapes inside each other", "a.tldr", _looping_shapes)
    yield _one("one id for all", "a.excalidraw", partial(_relabelled, "a"))


def _many_elements() -> bytes:
    scene = samples.excalidraw()
    scene["elements"] = [scene["elements"][0]] * 200_000
    return json.dumps(scene).encode()


def _many_records() -> bytes:
    document = samples.tldraw()
    shape = document["records"][2]
    document["records"] += [shape | {"id": f"shape:{n}"} for n in range(200_000)]
    return json.dumps(document).encode()


def _many_cards() -> bytes:
    card = samples.canvas()["nodes"][1]
    return json.dumps({"nodes": [card | {"id": str(n)} for n in range(200_000)]}).encode()


def _many_strokes() -> bytes:
    return json.dumps([{"points": [[0, 0], [1, 1]]}] * 200_000).encode()


def _looping_frames() -> bytes:
    scene = samples.excalidraw()
    for element in scene["elements"]:
        element["frameId"] = element["containerId"] = element["id"]
    return json.dumps(scene).encode()


def _looping_shapes() -> bytes:
    document = samples.tldraw()
    document["records"][2]["parentId"] = "shape:b"
    document["records"][3]["parentId"] = "shape:a"
    return json.dumps(document).encode()


def _relabelled(key: str) -> bytes:
    scene = samples.excalidraw()
    for element in scene["elements"]:
        element["id"] = key
    return json.dumps(scene).encode()


_WRONG = (None, "x", -1, 1e300, [], {}, True, 10**30, "\ud800", ["a", None], {"id": []})


def _wrong_types() -> Iterator[Case]:
    for file, build in _NATIVE.items():
        for turn in range(3):
            yield Case(f"wrong types in {file}, {turn}", file, partial(_mistyped, build, turn))


def _mistyped(build: Callable[[], object], turn: int) -> Iterator[bytes]:
    """Yield the document once for each of its values, that one replaced by something else."""
    for at, path in enumerate(_paths(build())):
        document = build()
        place: object = document
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]
        place[path[-1]] = _WRONG[(at * 3 + turn) % len(_WRONG)]  # type: ignore[index]
        yield json.dumps(document).encode()


def _paths(value: object, path: tuple = ()) -> Iterator[tuple]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list) else ()  # fmt: skip
    for key, below in pairs:
        if not (isinstance(key, int) and key > 5):
            yield from _paths(below, (*path, key))


_TEXTUAL = ("a.excalidraw", "a.excalidraw.md", "a.tldr", "a.canvas", "a.drawio", "a.inkml",
            "a.strokes.json")  # fmt: skip


def _text() -> Iterator[Case]:
    for file in _TEXTUAL:
        text = samples.valid()[file].decode()
        half = len(text) // 2
        broken = text[:half].encode() + b"\xff\xfe\xc3\x28" + text[half:].encode()
        yield _one(f"broken UTF-8 in {file}", file, partial(bytes, broken), "corrupt")
        yield _one(f"BOM before {file}", file, partial(text.encode, "utf-8-sig"), "boards")
        yield _one(f"UTF-16 {file}", file, partial(text.encode, "utf-16"))
        yield _one(f"NUL bytes in {file}", file, partial(text.replace("a", "\0").encode), *_ANY)


_ANY = ("corrupt", "boards", "empty", "unsupported_format")


def _bombs() -> Iterator[Case]:
    codes = "".join(chr(32 + n % 90) for n in range(200))
    yield _one("Obsidian payload bomb", "a.md",
               lambda: samples.obsidian(packed=samples.lz("A" * 2_000_000)),
               "too_large", max_bytes=1_000_000)  # fmt: skip
    yield _one("Obsidian payload of nonsense", "a.md", lambda: samples.obsidian(packed=codes * 50),
               "corrupt")  # fmt: skip
    deep = partial(samples.scene_svg, "[" * 100_000)
    yield _one("SVG scene 100,000 deep", "a.svg", deep, "corrupt")
    wide = lambda: samples.scene_svg(_many_elements().decode())  # noqa: E731
    yield _one("SVG scene of 200,000", "a.svg", wide, "too_many_elements")
    yield _one("file above the cap", "a.png", lambda: samples.encoded("PNG"), "too_large",
               max_bytes=1000)  # fmt: skip


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
        began = time.monotonic()
        try:
            found, crash = sorted(set(outcomes(case))), ""
        except Exception as error:
            found, crash = [], f"{type(error).__name__}: {error}"
        line = {"case": case.name, "outcomes": found[:20], "crash": crash}
        line |= {"codes": sorted({code for code, _ in found})}
        line |= {"seconds": round(time.monotonic() - began, 3), "peak_mb": _peak() - start}
        sys.stdout.write(json.dumps(line) + "\n")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
