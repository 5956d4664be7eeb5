"""The contact sheet: every board with what was made of it, worst first, to be looked through.

A file that ends in ``.html`` becomes a page that holds everything, also the words that were read
wrong; any other name becomes one picture of the worst boards.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from evals.extraction.compare import Reading
from evals.extraction.figures import value
from evals.extraction.match import plain
from evals.extraction.verdict import MISSED, NEITHER, RIGHT, WRONG, drawn
from ingest.draw.colours import RGB
from ingest.draw.text import font

_TILE = 760  # pixels of the longer side of a board
_COLUMNS = 4
_MOST = 60  # boards on a picture
_CAPTION = 30
_GAP = 12
_LEGEND = (
    ("right", RIGHT),
    ("missed", MISSED),
    ("wrong", WRONG),
    ("words of no node, not counted", NEITHER),
)


def badness(reading: Reading) -> float:
    """Return how badly a board was read, 0 to 1: the mean loss of nodes, edges and letters."""
    told = [value(name, [reading]) for name in ("node_f1", "edge_f1", "cer")]
    losses = [1 - v for v in told[:2] if v is not None]
    losses += [min(v, 1.0) for v in told[2:] if v is not None]
    return sum(losses) / max(len(losses), 1)


def write_sheet(path: Path, readings: Sequence[Reading]) -> None:
    """Write the contact sheet of `readings`, worst first, as a page or a picture by its suffix."""
    worst = sorted(readings, key=badness, reverse=True)
    if path.suffix.lower() in (".html", ".htm"):
        path.write_text("".join(_page(worst)), encoding="utf-8")
        return
    _grid(worst[:_MOST]).save(path, quality=85)


def caption(reading: Reading) -> str:
    """Return a board's name and figures in one line."""
    names = {"node_f1": "nodes", "edge_f1": "edges", "cer": "wrong letters"}
    told = {label: value(name, [reading]) for name, label in names.items()}
    figures = [f"{label} {v:.2f}" for label, v in told.items() if v is not None]
    return "  ".join([reading.board.name, *figures])


def _grid(readings: Sequence[Reading]) -> Image.Image:
    tiles = [_tile(one) for one in readings]
    rows = [tiles[i : i + _COLUMNS] for i in range(0, len(tiles), _COLUMNS)]
    heights = [max(tile.height for tile in row) for row in rows]
    wide = (_TILE + _GAP) * min(_COLUMNS, max(len(readings), 1)) + _GAP
    sheet = Image.new("RGB", (wide, sum(heights) + _GAP * (len(rows) + 1) + _CAPTION), "white")
    pen = ImageDraw.Draw(sheet)
    x = float(_GAP)
    for name, colour in _LEGEND:
        pen.text((x, 6), name, font=font(20), fill=colour)
        x += pen.textlength(name, font=font(20)) + 30
    y = _CAPTION + _GAP
    for row, height in zip(rows, heights, strict=True):
        for column, tile in enumerate(row):
            sheet.paste(tile, (_GAP + column * (_TILE + _GAP), y))
        y += height + _GAP
    return sheet


def _tile(reading: Reading) -> Image.Image:
    picture = drawn(reading, _TILE)
    tile = Image.new("RGB", (_TILE, picture.height + _CAPTION), (238, 240, 243))
    tile.paste(picture, (0, _CAPTION))
    ImageDraw.Draw(tile).text((6, 5), caption(reading), font=font(18), fill=(25, 25, 25))
    return tile


def _page(readings: Sequence[Reading]) -> Iterator[str]:
    marks = "".join(f'<b style="color:{_hex(colour)}">{name}</b> ' for name, colour in _LEGEND)
    yield (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Boards as they were read'
        "</title><style>body{font:15px sans-serif;margin:16px}main{display:grid;gap:16px;"
        "grid-template-columns:repeat(auto-fill,minmax(560px,1fr))}figure{margin:0}"
        "img{width:100%;border:1px solid #ccc}td{padding:0 12px 0 0}</style>"
        f"<p>{len(readings)} boards, worst first. {marks}<main>"
    )
    for one in readings:
        picture = io.BytesIO()
        drawn(one, _TILE).save(picture, "JPEG", quality=82)
        data = base64.b64encode(picture.getvalue()).decode()
        yield (
            f"<figure><figcaption>{html.escape(caption(one))}</figcaption>"
            f'<img loading="lazy" alt="" src="data:image/jpeg;base64,{data}">{_words(one)}</figure>'
        )
    yield "</main></html>\n"


def _words(reading: Reading) -> str:
    wrong = [(read, true) for read, true in reading.texts if plain(read) != plain(true)]
    if not wrong:
        return ""
    rows = "".join(
        f"<tr><td>{html.escape(true) or '–'}<td>{html.escape(read) or '–'}" for read, true in wrong
    )
    return (
        f"<details><summary>{len(wrong)} texts read wrong</summary>"
        f"<table><tr><th>written<th>read{rows}</table></details>"
    )


def _hex(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
