"""InkML (W3C Recommendation, September 2011): traces with their channels, brushes and contexts.

Read: traces in trace groups, channel order and units, explicit values and first and second
differences, brush colour and width. Left out: hovering pens, trace views, canvas transforms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ingest.readers.pen import MAX_INK_POINTS, PenStroke, board_of
from ingest.safe import parse_xml
from kb.errors import BadSource

if TYPE_CHECKING:
    from ingest.board import Board, Limits

_MILLIMETRES = {
    "m": 1000.0,
    "cm": 10.0,
    "mm": 1.0,
    "himetric": 0.01,
    "in": 25.4,
    "pt": 25.4 / 72,
    "pc": 25.4 / 6,
    "px": 25.4 / 96,
}
_MILLISECONDS = {"s": 1000.0, "ms": 1.0, "us": 0.001, "µs": 0.001, "ns": 1e-6}
_VALUE = re.compile(
    r"([!'\"]?)\s*(?:([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|#([0-9A-Fa-f]+)|([*?TF]))"
)
_MAX_LEANING = 8  # contexts that lean on contexts
_ID = "{http://www.w3.org/XML/1998/namespace}id"


@dataclass(frozen=True)
class _Format:
    """The channels of a trace, in order; positions of those that matter; their factors."""

    x: int = 0
    y: int = 1
    t: int | None = None
    x_factor: float = 1.0
    y_factor: float = 1.0
    t_factor: float = 1.0
    millimetres: float | None = None  # per unit of x, where its unit is known


@dataclass(frozen=True)
class _Brush:
    color: str | None = None
    width: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class _Style:
    format: _Format = field(default_factory=_Format)
    brush: _Brush = field(default_factory=_Brush)


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:  # noqa: ARG001 - a Reader
    """Yield the one board that the traces make.

    Raises:
        BadSource: ``corrupt`` for XML or traces that make no sense, ``empty``,
            ``too_many_elements``.
    """
    root = parse_xml(data, name)
    if _tag(root) != "ink":
        raise BadSource(f"{name}: not InkML: its root is <{_tag(root)[:40]}>", code="corrupt")
    ink = list(_strokes(root, _Definitions(root, name), name))
    yield board_of(ink, name)


class _Definitions:
    """Everything in the document that a reference can name."""

    def __init__(self, root: Element, name: str) -> None:
        self._by_id = {
            key: item for item in root.iter() if (key := item.get(_ID) or item.get("id"))
        }
        self._name = name

    def style(self, item: Element, inherited: _Style) -> _Style:
        """Return the style that `item` sets by its references and children, over `inherited`."""
        style = inherited
        context = self._find(item.get("contextRef"))
        if context is not None:
            style = self.context(context, style)
        brush = self._find(item.get("brushRef"))
        return replace(style, brush=_brush(brush)) if brush is not None else style

    def context(self, context: Element, inherited: _Style, depth: int = 0) -> _Style:
        """Return the style of a ``<context>``, which may lean on another one."""
        style = inherited
        base = self._find(context.get("contextRef"))
        if base is not None and depth < _MAX_LEANING:
            style = self.context(base, style, depth + 1)
        source = self._find(context.get("inkSourceRef"))
        shape = _first(
            _inside(context, "traceFormat"),
            _inside(source, "traceFormat"),
            self._find(context.get("traceFormatRef")),
        )
        brush = _first(_inside(context, "brush"), self._find(context.get("brushRef")))
        return _Style(
            format=_format(shape, self._name) if shape is not None else style.format,
            brush=_brush(brush) if brush is not None else style.brush,
        )

    def _find(self, reference: str | None) -> Element | None:
        return self._by_id.get(reference.removeprefix("#")) if reference else None


def _strokes(root: Element, definitions: _Definitions, name: str) -> Iterator[PenStroke]:
    """Walk the document in order; a context or brush on its way holds for what follows it."""
    counted = 0
    stack = [(iter(root), _Style())]
    while stack:
        children, style = stack.pop()
        for item in children:
            tag = _tag(item)
            if tag == "trace" and item.get("type", "penDown") == "penDown":
                stroke = _stroke(item, definitions.style(item, style), name)
                counted += len(stroke.points)
                if counted > MAX_INK_POINTS:
                    raise BadSource(
                        f"{name}: more than {MAX_INK_POINTS:,} points", code="too_many_elements"
                    )
                yield stroke
            elif tag == "traceGroup":
                stack += [(children, style), (iter(item), definitions.style(item, style))]
                break
            else:
                style = _after(item, tag, definitions, style, name)


def _after(item: Element, tag: str, definitions: _Definitions, style: _Style, name: str) -> _Style:
    if tag == "context":
        return definitions.context(item, style)
    if tag == "traceFormat":
        return replace(style, format=_format(item, name))
    if tag == "brush":
        return replace(style, brush=_brush(item))
    return style


def _first(*items: Element | None) -> Element | None:
    return next((item for item in items if item is not None), None)


def _inside(place: Element | None, tag: str) -> Element | None:
    """Return the first element called `tag` in `place`, itself or below."""
    items = place.iter() if place is not None else iter(())
    return next((item for item in items if _tag(item) == tag), None)


def _tag(item: Element) -> str:
    return item.tag.rpartition("}")[2] if isinstance(item.tag, str) else ""


def _format(shape: Element, name: str) -> _Format:
    channels = [item for item in shape.iter() if _tag(item) == "channel"]
    order = {item.get("name", ""): place for place, item in reversed(list(enumerate(channels)))}
    if "X" not in order or "Y" not in order:
        raise BadSource(f"{name}: the InkML trace format has no X or no Y channel", code="corrupt")
    x, y = channels[order["X"]], channels[order["Y"]]
    x_unit = _MILLIMETRES.get(x.get("units", "").lower())
    y_unit = _MILLIMETRES.get(y.get("units", "").lower())
    ratio = y_unit / x_unit if x_unit and y_unit else 1.0
    t = order.get("T")
    clock = channels[t].get("units", "ms").lower() if t is not None else "ms"
    return _Format(
        x=order["X"],
        y=order["Y"],
        t=t,
        x_factor=-1.0 if x.get("orientation") == "-ve" else 1.0,
        y_factor=-ratio if y.get("orientation") == "-ve" else ratio,
        t_factor=_MILLISECONDS.get(clock, 1.0),
        millimetres=x_unit,
    )


def _brush(brush: Element) -> _Brush:
    color, width, unit = None, None, ""
    for item in brush.iter():
        if _tag(item) != "brushProperty":
            continue
        value = item.get("value", "")
        if item.get("name") == "color":
            color = value
        elif item.get("name") == "width":
            width, unit = _positive(value), item.get("units", "").lower()
    return _Brush(color, width, unit)


def _positive(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0 < number < 1e6 else None


def _stroke(trace: Element, style: _Style, name: str) -> PenStroke:
    form = style.format
    points = []
    for values in _samples(trace.text or "", name):
        if len(values) <= max(form.x, form.y):
            raise BadSource(f"{name}: an InkML trace has a point without X or Y", code="corrupt")
        point = [values[form.x] * form.x_factor, values[form.y] * form.y_factor]
        if form.t is not None and form.t < len(values):
            point.append(values[form.t] * form.t_factor)
        points.append(point)
    return PenStroke(points, style.brush.color, _width(style))


def _width(style: _Style) -> float | None:
    """Bring the brush's width to the units of x, or None where the two can't be compared."""
    brush, own = style.brush, style.format.millimetres
    unit = _MILLIMETRES.get(brush.unit)
    if brush.width is None or (unit is None) != (own is None):
        return None
    return brush.width * unit / own if unit and own else brush.width


def _samples(text: str, name: str) -> Iterator[list[float]]:
    """Decode the points of a trace (section 3.2.1): values, ``'`` velocities, ``"`` changes."""
    channels: list[_Channel] = []
    for written in filter(str.strip, text.split(",")):
        tokens = _VALUE.findall(written)
        if not tokens or _VALUE.sub("", written).strip():
            raise BadSource(
                f"{name}: an InkML trace has the point {written.strip()[:40]!r}", code="corrupt"
            )
        while len(channels) < len(tokens):
            channels.append(_Channel())
        yield [channel.take(*token) for channel, token in zip(channels, tokens, strict=False)]


@dataclass
class _Channel:
    """One channel's running value; a prefix holds until the next one."""

    order: str = "!"
    value: float = 0.0
    velocity: float = 0.0

    def take(self, prefix: str, decimal: str, hexadecimal: str, sign: str) -> float:
        """Return the value that one written token stands for."""
        self.order = prefix or self.order
        if sign in ("*", "?"):
            return self.value  # "as before", and "not known"
        number = float(decimal) if decimal else float(int(hexadecimal or "0", 16))
        if sign == "T":
            number = 1.0
        if self.order == "!":
            self.velocity = number - self.value
            self.value = number
        elif self.order == "'":
            self.velocity = number
            self.value += number
        else:
            self.velocity += number
            self.value += self.velocity
        return self.value
