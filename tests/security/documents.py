"""Hostile documents: XML, JSON, text and what is packed into them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

from tests.security import samples
from tests.security.case import Case, one


def cases() -> Iterator[Case]:
    """Yield the cases of every textual format."""
    yield from _xml()
    yield from _json()
    yield from _wrong_types()
    yield from _text()
    yield from _bombs()


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
            yield one(
                f"XML {kind} in {file}", file, partial(str.encode, dtd + text),
                "corrupt", "unsupported_format",
            )  # fmt: skip
        yield one(f"XML remote DTD in {file}", file, partial(str.encode, _REMOTE + text),
                   "corrupt", "unsupported_format", "boards")  # fmt: skip
    deep = "<a>" * 100_000
    yield one("XML 100,000 deep", "a.drawio", f"<mxfile>{deep}".encode, "corrupt")
    yield one("InkML 100,000 deep", "a.inkml", f"<ink>{deep}".encode, "corrupt")
    wide = f"<mxfile>{'<mxCell/>' * 300_000}"
    yield one("XML of 300,000 elements", "a.drawio", wide.encode, "too_many_elements")
    yield one("draw.io payload bomb", "a.drawio", _drawio_bomb, "too_large", max_bytes=2_000_000)
    rounds = samples.MODEL.replace('parent="1"', 'parent="a"')
    yield one("draw.io cell in itself", "a.drawio", lambda: samples.drawio(model=rounds))
    for value in ("NaN", "-1e308", "1e999", "--", ""):
        model = samples.MODEL.replace('"120"', f'"{value}"')
        yield one(f"draw.io width {value!r}", "a.drawio", partial(samples.drawio, model=model))
    for trace in ("1e999 0, 0 0", "nan 0", "1, 2, 3", "*, ? ?", "#fffffffff 0", "1 2 " * 50_000):
        text = f"<trace>{trace}</trace>"
        yield one(f"InkML trace {trace[:12]!r}", "a.inkml", partial(samples.inkml, text))
    yield one("InkML context in itself", "a.inkml", partial(samples.inkml, _CONTEXT))


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
            yield one(f"{number[:9]} in {file}", file, partial(str.encode, data))
        for number in ("-5", "1e300", "1e-300", "0"):
            data = text
            for key in ("width", "height", "w", "h"):
                for old in ("100", "60", "200", "80", "3"):
                    data = data.replace(f'"{key}": {old}', f'"{key}": {number}')
            yield one(f"size {number} in {file}", file, partial(str.encode, data))
        for opener in ("[", '{"a":'):
            deep = text[:-1] + ', "z": ' + opener * 100_000
            yield one(
                f"{opener} 100,000 deep in {file}", file, partial(str.encode, deep), "corrupt"
            )
        yield one(f"{file} twice", file, partial(str.encode, text * 2), "corrupt")
    yield one("Excalidraw of 200,000 elements", "a.excalidraw", _many_elements,
               "too_many_elements")  # fmt: skip
    yield one("tldraw of 200,000 records", "a.tldr", _many_records, "too_many_elements")
    yield one("canvas of 200,000 cards", "a.canvas", _many_cards, "too_many_elements")
    yield one("200,000 strokes", "a.strokes.json", _many_strokes, "too_many_elements")
    yield one("JSON of 6 million values", "a.strokes.json", lambda: b"[" + b"1," * 6_000_000,
               "too_many_elements")  # fmt: skip
    yield one("frames inside each other", "a.excalidraw", _looping_frames)
    yield one("tldraw shapes inside each other", "a.tldr", _looping_shapes)
    yield one("one id for all", "a.excalidraw", partial(_relabelled, "a"))


def _many_elements() -> bytes:
    scene = samples.excalidraw()
    scene["elements"] = [{"id": "a", "type": "rectangle", "x": 1, "y": 2}] * 200_000
    return json.dumps(scene).encode()


def _many_records() -> bytes:
    document = samples.tldraw()
    shape = {"typeName": "shape", "type": "geo", "parentId": "page:p"}
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
        yield one(f"broken UTF-8 in {file}", file, partial(bytes, broken), "corrupt")
        yield one(f"BOM before {file}", file, partial(text.encode, "utf-8-sig"), "boards")
        yield one(f"UTF-16 {file}", file, partial(text.encode, "utf-16"))
        yield one(f"NUL bytes in {file}", file, partial(text.replace("a", "\0").encode), *_ANY)


_ANY = ("corrupt", "boards", "empty", "unsupported_format")


def _bombs() -> Iterator[Case]:
    codes = "".join(chr(32 + n % 90) for n in range(200))
    yield one("Obsidian payload bomb", "a.md",
               lambda: samples.obsidian(packed=samples.lz("A" * 2_000_000)),
               "too_large", max_bytes=1_000_000)  # fmt: skip
    yield one("Obsidian payload of nonsense", "a.md", lambda: samples.obsidian(packed=codes * 50),
               "corrupt")  # fmt: skip
    deep = partial(samples.scene_svg, "[" * 100_000)
    yield one("SVG scene 100,000 deep", "a.svg", deep, "corrupt")
    wide = lambda: samples.scene_svg(_many_elements().decode())  # noqa: E731
    yield one("SVG scene of 200,000", "a.svg", wide, "too_many_elements")
    yield one("file above the cap", "a.png", lambda: samples.encoded("PNG"), "too_large",
               max_bytes=1000)  # fmt: skip
