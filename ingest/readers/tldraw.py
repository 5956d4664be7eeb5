"""tldraw documents (``.tldr``): a store of records, one board for each page that has shapes.

Older and newer ways of writing are read alike: texts as `text` or as `richText`, arrows' ends
inside the arrow or as binding records, pen points as a list or packed in base64.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.board import Board, Limits
from ingest.readers.native import Draft, Ink, Item, Link, check_count, check_pages
from ingest.readers.native_values import colour_name, ident, mapping, words
from ingest.readers.tldraw_shapes import (
    arrow_path,
    box_of,
    font_size,
    pen_lines,
    placed,
    rich_text,
    stroke_width,
)
from ingest.safe import check_size, parse_json
from kb.errors import BadSource
from kb.scene import NodeKind

_KINDS: dict[str, NodeKind] = {
    "text": "text",
    "note": "sticky",
    "frame": "container",
    "image": "icon",
    "video": "icon",
    "embed": "icon",
    "bookmark": "document",
}
_GEO: dict[str, NodeKind] = {"ellipse": "ellipse", "oval": "ellipse", "diamond": "diamond"}
_DEEPEST = 50  # shapes within shapes


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield a board for every page of a tldraw document. Raises BadSource."""
    check_size(data, name, limits)
    records = _records(parse_json(data, name), name)
    pages = [one for one in records if one.get("typeName") == "page"]
    check_pages(len(pages), name, limits)
    pages.sort(key=lambda one: (words(one.get("index")), ident(one.get("id"))))
    shapes = [one for one in records if one.get("typeName") == "shape"]
    check_count(len(shapes), name, limits)
    store = _Store(records, shapes)
    drawn = [page for page in pages if store.children[ident(page.get("id"))]] or pages[:1]
    for number, page in enumerate(drawn, start=1):
        yield _Page(store, page).draft().board(number)


def _records(root: object, name: str) -> list[dict[str, Any]]:
    found: object = None
    if isinstance(root, dict):
        store = mapping(root.get("document")).get("store") or root.get("store")
        found = root.get("records") or (list(store.values()) if isinstance(store, dict) else None)
    if not isinstance(found, list):
        raise BadSource(f"{name}: no tldraw document: it has no records")
    records = [one for one in found if isinstance(one, dict)]
    if not any(one.get("typeName") == "page" for one in records):
        raise BadSource(f"{name}: no tldraw document: it has no page")
    return records


class _Store:
    """The records of a document, found by what they hang on."""

    def __init__(self, records: Sequence[dict[str, Any]], shapes: Sequence[dict[str, Any]]) -> None:
        self.children: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for shape in sorted(shapes, key=lambda one: words(one.get("index"))):
            self.children[ident(shape.get("parentId"))].append(shape)
        self.assets = {
            ident(one.get("id")): mapping(one.get("props"))
            for one in records
            if one.get("typeName") == "asset"
        }
        self.bound: dict[tuple[str, str], str] = {}
        for one in records:
            if one.get("typeName") == "binding" and one.get("type") == "arrow":
                terminal = words(mapping(one.get("props")).get("terminal"))
                self.bound[ident(one.get("fromId")), terminal] = ident(one.get("toId"))


class _Page:
    """Walks down from a page, adding up where parents lie and how they are turned."""

    def __init__(self, store: _Store, page: dict[str, Any]) -> None:
        self._store = store
        self._page = page
        self._draft = Draft()
        self._seen: set[int] = set()

    def draft(self) -> Draft:
        self._draft.name = words(self._page.get("name"))
        self._walk(ident(self._page.get("id")), (0.0, 0.0, 0.0), None, 0)
        return self._draft

    def _walk(
        self, holder: str, frame: tuple[float, float, float], parent: str | None, depth: int
    ) -> None:
        """Read the shapes in `holder`, whose origin and turn are `frame` (x, y, radians)."""
        if depth > _DEEPEST:
            self._draft.note("shape nested too deeply left out")
            return
        for shape in self._store.children.get(holder, ()):
            if id(shape) in self._seen:
                self._draft.note("shape within itself left out")
                continue
            self._seen.add(id(shape))
            self._shape(shape, frame, parent, depth)

    def _shape(
        self,
        shape: dict[str, Any],
        frame: tuple[float, float, float],
        parent: str | None,
        depth: int,
    ) -> None:
        own = placed(shape, frame)
        if own is None:
            self._draft.note("element without a usable place left out")
            return
        kind = words(shape.get("type"))
        name = ident(shape.get("id"))
        inner = parent
        if kind == "arrow":
            self._arrow(shape, own)
        elif kind in ("draw", "highlight", "line"):
            self._pen(shape, own, parent)
        elif kind != "group":
            self._node(shape, own, parent)
            inner = name
        self._walk(name, own, inner, depth + 1)

    def _node(
        self, shape: dict[str, Any], own: tuple[float, float, float], parent: str | None
    ) -> None:
        props = mapping(shape.get("props"))
        kind = _KINDS.get(words(shape.get("type")), "box")
        if shape.get("type") == "geo":
            kind = _GEO.get(words(props.get("geo")), "box")
        text = self._text(shape, props)
        box = box_of(shape, own, text)
        if box is None:
            self._draft.note("element without a usable place left out")
            return
        colour = colour_name(props.get("color"))
        filled = kind == "sticky" or words(props.get("fill")) not in ("", "none")
        ink = props.get("labelColor") if kind == "sticky" else props.get("color")
        self._draft.add(
            Item(
                id=ident(shape.get("id")),
                kind=kind,
                text=text,
                box=box,
                color=colour_name(ink),
                fill=("white" if props.get("fill") == "semi" else colour) if filled else None,
                parent=parent,
                size=font_size(props, words(shape.get("type"))),
            )
        )

    def _text(self, shape: dict[str, Any], props: dict[str, Any]) -> str:
        asset = self._store.assets.get(ident(props.get("assetId")), {})
        own = words(props.get("text")) or rich_text(props.get("richText"))
        kind = shape.get("type")
        if kind == "frame":
            return words(props.get("name"))
        if kind == "image":
            return words(props.get("altText")) or words(asset.get("name"))
        if kind in ("bookmark", "embed", "video"):
            url = words(props.get("url")) or words(asset.get("name"))
            return "\n".join(filter(None, (words(asset.get("title")), url)))
        return own

    def _pen(
        self, shape: dict[str, Any], own: tuple[float, float, float], parent: str | None
    ) -> None:
        props = mapping(shape.get("props"))
        lines = [line for line in pen_lines(shape, own) if line]
        colour = colour_name(props.get("color"))
        width = stroke_width(props)
        self._draft.inks.extend(Ink(line, colour, width) for line in lines)
        points = [point for line in lines for point in line]
        if points and shape.get("type") == "draw":
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            box = (min(xs), min(ys), max(xs), max(ys))
            name = ident(shape.get("id"))
            self._draft.add(Item(name, "drawing", "", box, color=colour, parent=parent))

    def _arrow(self, shape: dict[str, Any], own: tuple[float, float, float]) -> None:
        props = mapping(shape.get("props"))
        name = ident(shape.get("id"))
        source = self._end(name, "start", props)
        target = self._end(name, "end", props)
        path = [] if source and target else arrow_path(props, own)
        self._draft.links.append(
            Link(
                id=name,
                source=source,
                target=target,
                label=words(props.get("text")) or rich_text(props.get("richText")),
                heads=(
                    props.get("arrowheadStart", "none") != "none",
                    props.get("arrowheadEnd", "arrow") != "none",
                ),
                path=path,
                color=colour_name(props.get("color")),
                width=stroke_width(props),
            )
        )

    def _end(self, arrow: str, terminal: str, props: dict[str, Any]) -> str | None:
        end = mapping(props.get(terminal))
        inside = ident(end.get("boundShapeId")) if end.get("type") == "binding" else ""
        return self._store.bound.get((arrow, terminal)) or inside or None
