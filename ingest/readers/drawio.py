"""draw.io (diagrams.net): ``.drawio`` XML, plain or compressed, one board for each page.

A page is an ``mxGraphModel``: cells that are vertices or edges, placed relative to their parents.
A compressed page is base64 of raw deflate of the URL-encoded model. A label is HTML or plain text.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ingest.board import Board, Limits
from ingest.readers.drawio_cells import Cell, cells_of, drawn_colour, kind_of, label_of
from ingest.readers.native import Draft, Item, Link, check_count, check_pages
from ingest.readers.native_values import number, words
from ingest.safe import MAX_UNPACKED, check_size, inflate, parse_xml
from kb.errors import BadSource
from kb.scene import Box, Point

_DEEPEST = 100  # cells within cells
_FONT = 12.0  # px, where a cell names no size


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield a board for every page of a draw.io file. Raises BadSource."""
    check_size(data, name, limits)
    root = parse_xml(data, name)
    if root.tag == "mxGraphModel":
        yield _Page(root, name, limits).draft("").board()
        return
    pages = root.findall("diagram")
    if root.tag != "mxfile" or not pages:
        raise BadSource(f"{name}: no draw.io file: it has no diagram")
    check_pages(len(pages), name, limits)
    left = limits.max_unpacked
    for page, diagram in enumerate(pages, start=1):
        model = diagram.find("mxGraphModel")
        if model is None:
            text = _unpacked(diagram.text or "", name, min(limits.max_bytes, MAX_UNPACKED, left))
            left -= len(text)
            model = parse_xml(text, name) if text.strip() else Element("mxGraphModel")
        yield _Page(model, name, limits).draft(words(diagram.get("name"))).board(page)


def _unpacked(text: str, name: str, limit: int) -> str:
    packed = "".join(text.split())
    if not packed:
        return ""
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSource(f"{name}: a compressed page is damaged: {error}") from error
    return unquote(inflate(raw, name, limit).decode("utf-8", "replace"))


class _Page:
    """The cells of one page, and where each lies on it."""

    def __init__(self, model: Element, name: str, limits: Limits) -> None:
        if model.tag != "mxGraphModel":
            raise BadSource(f"{name}: no draw.io page: its root is {model.tag[:40]!r}")
        root = model.find("root")
        check_count(0 if root is None else len(root), name, limits)
        self._cells = cells_of(root)
        self._by_id = {cell.id: cell for cell in reversed(self._cells)}
        self._children: defaultdict[str, list[Cell]] = defaultdict(list)
        for cell in self._cells:
            self._children[cell.parent].append(cell)
        self._places: dict[str, Box | None] = {}
        self._draft = Draft()

    def draft(self, name: str) -> Draft:
        self._draft.name = name
        for cell in self._cells:
            if (cell.vertex or cell.edge) and self._hidden(cell):
                self._draft.note("hidden cell left out")
            elif cell.vertex and not self._labels_edge(cell):
                self._node(cell)
        for cell in self._cells:
            if cell.edge and not self._hidden(cell):
                self._edge(cell)
        return self._draft

    def _holders(self, cell: Cell) -> Iterator[Cell]:
        """Yield the parent of `cell`, its parent and so on, as far as there is one."""
        seen = {cell.id}
        parent = self._by_id.get(cell.parent)
        while parent is not None and parent.id not in seen and len(seen) <= _DEEPEST:
            seen.add(parent.id)
            yield parent
            parent = self._by_id.get(parent.parent)

    def _hidden(self, cell: Cell) -> bool:
        return not cell.visible or any(not holder.visible for holder in self._holders(cell))

    def _labels_edge(self, cell: Cell) -> bool:
        parent = self._by_id.get(cell.parent)
        return parent is not None and parent.edge

    def _origin(self, cell: Cell) -> Point:
        """Return where the coordinates of `cell` count from: its parents' corners added up."""
        x = y = 0.0
        for holder in self._holders(cell):
            if not holder.vertex:
                continue
            left, top = holder.x, holder.y
            if holder.relative:
                above = self._by_id.get(holder.parent)
                left, top = _share(holder, above)
            x, y = x + left, y + top
        return (x, y)

    def _box(self, cell: Cell) -> Box | None:
        if cell.id not in self._places:
            left, top = self._origin(cell)
            x, y = cell.x, cell.y
            if cell.relative:
                x, y = _share(cell, self._by_id.get(cell.parent))
            x, y = left + x, top + y
            known = cell.placed and number(x) is not None and number(y) is not None
            self._places[cell.id] = (x, y, x + cell.width, y + cell.height) if known else None
        return self._places[cell.id]

    def _node(self, cell: Cell) -> None:
        box = self._box(cell)
        if box is None:
            self._draft.note("element without a usable place left out")
            return
        inner = [one for one in self._children[cell.id] if one.vertex]
        parent = next((one.id for one in self._holders(cell) if one.vertex), None)
        kind = kind_of(cell, holds=bool(inner) and inner != [cell])
        self._draft.add(
            Item(
                id=cell.id,
                kind=kind,
                text=label_of(cell),
                box=box,
                color=drawn_colour(cell, "fontColor" if kind == "text" else "strokeColor"),
                fill=drawn_colour(cell, "fillColor"),
                parent=parent,
                size=min(max(number(cell.style.get("fontSize")) or _FONT, 1.0), 1000.0),
            )
        )

    def _edge(self, cell: Cell) -> None:
        ends = [self._by_id.get(name) for name in (cell.source, cell.target)]
        texts = [label_of(cell)]
        texts += [label_of(one) for one in self._children[cell.id] if one.vertex]
        self._draft.links.append(
            Link(
                id=cell.id,
                source=ends[0].id if ends[0] is not None and ends[0].vertex else None,
                target=ends[1].id if ends[1] is not None and ends[1].vertex else None,
                label="\n".join(filter(None, texts)),
                heads=(
                    cell.style.get("startArrow", "none") != "none",
                    cell.style.get("endArrow", "classic") != "none",
                ),
                path=self._path(cell, ends),
                color=drawn_colour(cell, "strokeColor"),
                width=number(cell.style.get("strokeWidth")) or 2.0,
            )
        )

    def _path(self, cell: Cell, ends: list[Cell | None]) -> list[Point]:
        """Return the course of an edge by its ends and bends; [] where an end is unknown."""
        from ingest.draw.lines import border_point

        left, top = self._origin(cell)
        bends = [(x + left, y + top) for x, y in cell.points]
        loose = [(p[0] + left, p[1] + top) if p else None for p in (cell.start, cell.end)]
        boxes = [self._box(end) if end is not None and end.vertex else None for end in ends]
        fixed = [
            _attached(cell, prefix, box)
            for prefix, box in zip(("exit", "entry"), boxes, strict=True)
        ]
        centres = [_centre(box) if box else point for box, point in zip(boxes, loose, strict=True)]
        tips: list[Point] = []
        for end in (0, 1):
            toward = (bends[0] if end == 0 else bends[-1]) if bends else centres[1 - end]
            box, holder = boxes[end], ends[end]
            tip = fixed[end] or loose[end] if box is None else fixed[end]
            if tip is None and box is not None and holder is not None and toward is not None:
                tip = border_point(box, kind_of(holder, holds=False), toward)
            if tip is None:
                return bends if len(bends) > 1 else []
            tips.append(tip)
        return [tips[0], *bends, tips[1]] if tips[0] != tips[1] or bends else []


def _share(cell: Cell, parent: Cell | None) -> Point:
    """Return the place of a cell that is given in shares of its parent's size."""
    if parent is None or not parent.vertex:
        return (cell.offset[0], cell.offset[1])
    return (cell.x * parent.width + cell.offset[0], cell.y * parent.height + cell.offset[1])


def _centre(box: Box) -> Point:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _attached(cell: Cell, prefix: str, box: Box | None) -> Point | None:
    """Return the point of `box` to which a style like ``exitX=1;exitY=0.5`` pins an end."""
    x, y = number(cell.style.get(f"{prefix}X")), number(cell.style.get(f"{prefix}Y"))
    if box is None or x is None or y is None or not (0 <= x <= 1 and 0 <= y <= 1):
        return None
    return (box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1]))
