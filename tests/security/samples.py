"""One small valid file of every format, composed here, and the parts of hostile ones."""

from __future__ import annotations

import base64
import io
import json
import struct
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from functools import cache

from PIL import Image, ImageDraw

MIME = "application/vnd.excalidraw+json"


def drawing() -> Image.Image:
    """Something to encode: a frame and a diagonal, with enough detail to fill some bytes."""
    image = Image.effect_noise((160, 120), 40).convert("RGB")
    ImageDraw.Draw(image).rectangle((20, 20, 120, 90), outline="red", width=3)
    return image


def encoded(form: str, image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or drawing()).save(buffer, form, **options)
    return buffer.getvalue()


def heic(image: Image.Image | None = None, **options: object) -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(image or drawing()).save(buffer, quality=60, **options)
    return buffer.getvalue()


def excalidraw() -> dict:
    def element(key: str, kind: str, x: int, **more: object) -> dict:
        shape = {"id": key, "type": kind, "x": x, "y": 10, "width": 100, "height": 60}
        return shape | {"strokeColor": "#1e1e1e", "isDeleted": False, "groupIds": []} | more

    text = {"text": "Check stock", "containerId": "a", "fontSize": 16}
    arrow = {"startBinding": {"elementId": "a"}, "endBinding": {"elementId": "b"}}
    elements = [
        element("a", "rectangle", 0, boundElements=[{"id": "t", "type": "text"}]),
        element("t", "text", 5, **text),
        element("b", "ellipse", 300),
        element("r", "arrow", 100, points=[[0, 0], [200, 0]], **arrow),
        element("p", "freedraw", 20, points=[[0, 0], [5, 9], [12, 3]]),
        element("f", "frame", 500, name="Later"),
    ]
    return {"type": "excalidraw", "version": 2, "elements": elements, "appState": {}, "files": {}}


def tldraw() -> dict:
    def record(key: str, kind: str, x: int, **props: object) -> dict:
        base = {"id": f"shape:{key}", "typeName": "shape", "type": kind, "x": x, "y": 0}
        return base | {"rotation": 0, "parentId": "page:p", "index": key, "props": props}

    binding = {"typeName": "binding", "type": "arrow", "fromId": "shape:r", "toId": "shape:a"}
    ends = {"start": {"x": 0, "y": 0}, "end": {"x": 200, "y": 0}, "text": ""}
    records = [
        {"id": "document:document", "typeName": "document", "name": ""},
        {"id": "page:p", "typeName": "page", "name": "Page 1", "index": "a1"},
        record("a", "geo", 0, geo="rectangle", w=100, h=60, text="Plan", color="red"),
        record("b", "note", 300, text="Ship", color="yellow"),
        record("r", "arrow", 100, **ends),
        {"id": "binding:1", "props": {"terminal": "start"}} | binding,
        {"id": "binding:2", "props": {"terminal": "end"}} | binding | {"toId": "shape:b"},
    ]
    schema = {"schemaVersion": 2, "sequences": {}}
    return {"tldrawFileFormatVersion": 1, "schema": schema, "records": records}


def canvas() -> dict:
    card = {"type": "text", "y": 0, "width": 200, "height": 80}
    nodes = [
        {
            "id": "g",
            "type": "group",
            "x": -50,
            "y": -50,
            "width": 300,
            "height": 200,
            "label": "Q3",
        },
        {"id": "a", "text": "订单", "x": 0, "color": "1"} | card,
        {"id": "b", "text": "Stock", "x": 300} | card,
    ]
    edges = [{"id": "e", "fromNode": "a", "toNode": "b", "fromSide": "right", "label": "yes"}]
    return {"nodes": nodes, "edges": edges}


def strokes() -> list:
    line = [[10 * i, 5 * i % 70, 16 * i] for i in range(40)]
    return [{"points": line, "color": "#e03131", "width": 3}, {"points": [[0, 0], [300, 90]]}]


MODEL = (
    '<mxGraphModel dx="0"><root><mxCell id="0"/><mxCell id="1" parent="0"/>'
    '<mxCell id="a" value="Start" style="rounded=1;fillColor=#d5e8d4;" vertex="1" parent="1">'
    '<mxGeometry x="10" y="10" width="120" height="60" as="geometry"/></mxCell>'
    '<mxCell id="b" value="End" vertex="1" parent="1">'
    '<mxGeometry x="300" y="10" width="120" height="60" as="geometry"/></mxCell>'
    '<mxCell id="e" value="ok" edge="1" source="a" target="b" parent="1">'
    '<mxGeometry relative="1" as="geometry"/></mxCell></root></mxGraphModel>'
)


def drawio(*, packed: bool = False, model: str = MODEL) -> bytes:
    inside = model
    if packed:
        inside = base64.b64encode(raw_deflate(urllib.parse.quote(model).encode())).decode()
    return f'<mxfile host="x"><diagram id="d" name="Flow">{inside}</diagram></mxfile>'.encode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def inkml(traces: str = "<trace>0 0, 50 80, 90 20</trace><trace>10 10 '5'5,4 4</trace>") -> bytes:
    brush = '<brush xml:id="b"><brushProperty name="color" value="#00f"/></brush>'
    space = 'xmlns="http://www.w3.org/2003/InkML"'
    return f"<ink {space}><definitions>{brush}</definitions>{traces}</ink>".encode()


def wrapped(scene: object) -> str:
    """A scene as Excalidraw packs it for pictures: one byte a character, deflated."""
    packed = zlib.compress(json.dumps(scene).encode()).decode("latin-1")
    bstring = {"version": "1", "encoding": "bstring", "compressed": True, "encoded": packed}
    return json.dumps(bstring)


def scene_png(text: str) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add(b"tEXt", MIME.encode() + b"\x00" + text.encode("latin-1"))
    return encoded("PNG", pnginfo=info)


def scene_svg(text: str) -> bytes:
    load = base64.b64encode(text.encode("latin-1")).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><metadata>'
        f"<!-- payload-type:{MIME} --><!-- payload-version:2 --><!-- payload-start -->{load}"
        f"<!-- payload-end --></metadata></svg>"
    ).encode()


def obsidian(*, packed: str | None = None) -> bytes:
    head = (
        "---\nexcalidraw-plugin: parsed\n---\n# Excalidraw Data\n## Text Elements\n%%\n## Drawing\n"
    )
    if packed is not None:
        return f"{head}```compressed-json\n{packed}\n```\n%%".encode()
    return f"{head}```json\n{json.dumps(excalidraw())}\n```\n%%".encode()


def lz(text: str) -> str:
    """LZ-string base64 of signs in latin-1: each as a literal, which is plain if not small."""
    import lzstring

    return str(lzstring.LZString.compressToBase64(text))


def pdf(
    pages: int = 2,
    *,
    content: bytes = b"0 0 m 90 90 l S",
    extra: Sequence[bytes] = (),
    resources: bytes = b"<<>>",
    trailer: bytes = b"",
    box: bytes = b"0 0 200 100",
) -> bytes:
    """A PDF of equal pages; object 3 is their content, `extra` objects follow the pages."""
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + i) for i in range(pages))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 3 0 R /Resources %s >>"
    bodies += [page % (box, resources)] * pages
    bodies += list(extra)
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\n" % (len(bodies) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def png_header(width: int, height: int, *, body: bytes = b"", depth: int = 8) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", body or zlib.compress(b"\x00"))
        + chunk(b"IEND", b"")
    )


def zipped(members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in members:
            if isinstance(name, zipfile.ZipInfo):
                name.compress_type = zipfile.ZIP_DEFLATED
            box.writestr(name, data)
    return buffer.getvalue()


@cache
def valid() -> dict[str, bytes]:
    """File name to bytes, one for each format and form."""
    scene = excalidraw()
    return {
        "a.png": encoded("PNG"),
        "a.jpg": encoded("JPEG"),
        "a.webp": encoded("WEBP"),
        "a.heic": heic(),
        "a.tiff": encoded("TIFF", save_all=True, append_images=[drawing()]),
        "a.pdf": encoded("PDF", save_all=True, append_images=[drawing()]),
        "b.pdf": pdf(),
        "a.excalidraw": json.dumps(scene).encode(),
        "a.excalidraw.png": scene_png(wrapped(scene)),
        "a.excalidraw.svg": scene_svg(wrapped(scene)),
        "a.excalidraw.md": obsidian(),
        "b.excalidraw.md": obsidian(packed=lz(json.dumps(scene))),
        "a.tldr": json.dumps(tldraw()).encode(),
        "a.canvas": json.dumps(canvas(), ensure_ascii=False).encode(),
        "a.drawio": drawio(),
        "b.drawio": drawio(packed=True),
        "a.inkml": inkml(),
        "a.strokes.json": json.dumps(strokes()).encode(),
    }
