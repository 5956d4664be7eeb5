"""Cells of a draw.io page: their attributes, geometry, style, kind and label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.readers.native_values import MAX_ID, colour_name, html_text, number, words
from kb.scene import NodeKind, Point

_TAGGED = re.compile(r"<(?:br|div|p|b|i|u|font|span|ul|ol|li|h[1-6])\b|&\w+;", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%([^%\s<>&]{1,64})%")
_SHAPES: tuple[tuple[str, NodeKind], ...] = (  # the first that the shape's name contains
    ("edgelabel", "text"),
    ("table", "table"),
    ("swimlane", "container"),
    ("group", "container"),
    ("rhombus", "diamond"),
    ("decision", "diamond"),
    ("doubleellipse", "ellipse"),
    ("ellipse", "ellipse"),
    ("flowchart.start", "ellipse"),
    ("cylinder", "cylinder"),
    ("datastore", "cylinder"),
    ("database", "cylinder"),
    ("note", "sticky"),
    ("document", "document"),
    ("image", "icon"),
    ("actor", "icon"),
    ("mxgraph.flowchart", "box"),
    ("mxgraph.basic", "box"),
    ("mxgraph.", "icon"),
)


@dataclass
class Cell:
    """One mxCell with its wrapper; numbers that can't be used are 0, and `placed` is False."""

    id: str
    parent: str
    vertex: bool
    edge: bool
    visible: bool
    value: str
    style: dict[str, str]
    source: str = ""
    target: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    relative: bool = False
    placed: bool = True
    offset: Point = (0.0, 0.0)
    start: Point | None = None
    end: Point | None = None
    points: list[Point] = field(default_factory=list)


def cells_of(root: Element | None) -> list[Cell]:
    """Return the cells of a page in the file's order; an id that comes again is passed over."""
    found: dict[str, Cell] = {}
    for wrapper, element in _elements(root):
        cell = _cell(wrapper, element, f"cell-{len(found) + 1}")
        found.setdefault(cell.id, cell)
    return list(found.values())


def _elements(root: Element | None) -> Iterator[tuple[Element, Element]]:
    for element in root if root is not None else ():
        inner = element if element.tag == "mxCell" else element.find("mxCell")
        if inner is not None:
            yield element, inner


def _cell(wrapper: Element, element: Element, unnamed: str) -> Cell:
    cell = Cell(
        id=words(wrapper.get("id") or element.get("id"))[:MAX_ID] or unnamed,
        parent=words(element.get("parent"))[:MAX_ID],
        vertex=element.get("vertex") == "1",
        edge=element.get("edge") == "1",
        visible=element.get("visible") != "0" and wrapper.get("visible") != "0",
        value=_label(wrapper) if wrapper is not element else words(element.get("value")),
        style=_style(words(element.get("style"))),
        source=words(element.get("source"))[:MAX_ID],
        target=words(element.get("target"))[:MAX_ID],
    )
    geometry = element.find("mxGeometry")
    if geometry is not None:
        _place(cell, geometry)
    elif cell.vertex:
        cell.placed = False
    return cell


def _label(wrapper: Element) -> str:
    """Return the label of a UserObject with its own attributes in place of ``%name%``."""
    label = words(wrapper.get("label"))
    if wrapper.get("placeholders") != "1":
        return label
    return _PLACEHOLDER.sub(lambda found: words(wrapper.get(found[1], found[0])), label)


def _place(cell: Cell, geometry: Element) -> None:
    numbers = [number(geometry.get(key, "0")) for key in ("x", "y", "width", "height")]
    cell.placed = None not in numbers
    cell.x, cell.y, cell.width, cell.height = (value or 0.0 for value in numbers)
    cell.width, cell.height = abs(cell.width), abs(cell.height)
    cell.relative = geometry.get("relative") == "1"
    for child in geometry:
        role = child.get("as")
        if child.tag == "Array" and role == "points":
            cell.points = [point for one in child if (point := _point(one)) is not None]
        elif role == "sourcePoint":
            cell.start = _point(child)
        elif role == "targetPoint":
            cell.end = _point(child)
        elif role == "offset":
            cell.offset = _point(child) or (0.0, 0.0)


def _point(element: Element) -> Point | None:
    x, y = number(element.get("x", "0")), number(element.get("y", "0"))
    return None if x is None or y is None else (x, y)


def _style(text: str) -> dict[str, str]:
    """Return a style's settings; bare names (``ellipse;``) stand under "" joined by blanks."""
    style: dict[str, str] = {"": ""}
    for part in text.split(";"):
        key, equals, value = part.strip().partition("=")
        if equals:
            style[key] = value
        elif key:
            style[""] = f"{style['']} {key}".strip()
    return style


def kind_of(cell: Cell, *, holds: bool) -> NodeKind:
    """Return the node kind of a vertex; `holds` tells that other vertices lie in it."""
    names = f"{cell.style['']} {cell.style.get('shape', '')}".lower()
    if "text" in names.split():
        return "text"
    for part, kind in _SHAPES:
        if part in names:
            return "container" if holds and kind == "box" else kind
    if holds or cell.style.get("container") == "1":
        return "container"
    return "icon" if cell.style.get("image") else "box"


def label_of(cell: Cell) -> str:
    """Return the words of a cell, as plain text."""
    if cell.style.get("html") == "1" or _TAGGED.search(cell.value):
        return html_text(cell.value)
    return cell.value.strip()


def drawn_colour(cell: Cell, key: str) -> str | None:
    """Return the name of a colour that the style sets; None for the default and for none."""
    return colour_name(cell.style.get(key))
