"""Excalidraw: ``.excalidraw`` JSON, and the scene inside its exported PNG and SVG.

A bound text is the text of its shape or the label of its arrow; an arrow bound at both ends is a
relation; other arrows, lines and free drawing are ink. Ids of elements become ids of nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest.board import Board, Limits
from ingest.readers.excalidraw_geometry import bounds_of, box_of, outline
from ingest.readers.excalidraw_payload import PNG_SIGNATURE, scene_of_png, scene_of_svg
from ingest.readers.native import Draft, Ink, Item, Link, Placement, check_count
from ingest.readers.native_values import colour_name, ident, items, mapping, number, words
from ingest.safe import check_size, parse_json
from kb.errors import BadSource
from kb.scene import Box, NodeKind

_KINDS: dict[str, NodeKind] = {
    "rectangle": "box",
    "diamond": "diamond",
    "ellipse": "ellipse",
    "text": "text",
    "image": "icon",
    "embeddable": "icon",
    "iframe": "icon",
    "frame": "container",
    "magicframe": "container",
    "freedraw": "drawing",
    "draw": "drawing",
}
_PADDING = 10.0  # that an exported picture has around its elements, unless told otherwise
_OLDEST_MS = 1_577_836_800_000  # Excalidraw appeared in 2020
_NEWEST_MS = 4_102_444_800_000  # 2100
_FRAME_LABEL = 20.0  # above a frame, in scene units


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield the one board of an Excalidraw file, PNG or SVG. Raises BadSource."""
    check_size(data, name, limits)
    if data.startswith(PNG_SIGNATURE):
        yield _board_of_png(data, name, limits)
    elif b"payload-start" in data and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield draft_of(scene_of_svg(data, name, limits), name, limits).board()
    else:
        yield draft_of(parse_json(data, name), name, limits).board()


def _board_of_png(data: bytes, name: str, limits: Limits) -> Board:
    from ingest.readers import pictures

    scene = scene_of_png(data, name, limits)
    draft = draft_of(scene, name, limits)
    seen = next(pictures.read(data, name, limits))
    placement = _placement(draft, live_elements(scene, name, limits), *seen.picture.size)
    return draft.board(picture=seen.picture, encoded=seen.encoded, placement=placement)


def live_elements(scene: object, name: str, limits: Limits) -> list[dict[str, Any]]:
    """Return the elements of a scene that were not deleted. Raises BadSource."""
    if not isinstance(scene, dict) or not isinstance(scene.get("elements"), list):
        raise BadSource(f"{name}: no Excalidraw scene: it has no elements")
    found = scene["elements"]
    live = [one for one in found if isinstance(one, dict) and one.get("isDeleted") is not True]
    check_count(len(live), name, limits)
    return live


def draft_of(scene: object, name: str, limits: Limits) -> Draft:
    """Return the elements of an Excalidraw `scene` (parsed JSON). Raises BadSource."""
    elements = live_elements(scene, name, limits)
    draft = Draft()
    draft.name = words(mapping(mapping(scene).get("appState")).get("name"))
    draft.drawn_at = _last_change(elements)
    broken = sum(not isinstance(one, dict) for one in items(mapping(scene).get("elements")))
    if broken:
        draft.note("entry that is no element left out", broken)
    _Reading(draft, elements).run()
    return draft


def _last_change(elements: Sequence[dict[str, Any]]) -> datetime | None:
    """Return when an element was changed last; None where no element says so believably."""
    stamps = (one.get("updated") for one in elements)  # milliseconds; often 1 in older files
    believable = [ms for ms in stamps if isinstance(ms, int) and _OLDEST_MS < ms < _NEWEST_MS]
    return datetime.fromtimestamp(max(believable) / 1000, UTC) if believable else None


class _Reading:
    """Goes through the elements once for the nodes and once for the lines."""

    def __init__(self, draft: Draft, elements: Sequence[dict[str, Any]]) -> None:
        self._draft = draft
        self._elements = elements
        self._bound = self._bound_texts()
        self._node_of: dict[str, str] = {}  # element id → id of the node that stands for it

    def run(self) -> None:
        for element in self._elements:
            kind = _KINDS.get(str(element.get("type")))
            if kind is not None:
                self._node(element, kind)
        self._groups()
        for element in self._elements:
            if element.get("type") in ("arrow", "line"):
                self._line(element)

    def _bound_texts(self) -> dict[str, list[dict[str, Any]]]:
        """Return the texts that belong to a shape or an arrow, by its id."""
        holders = {
            ident(one.get("id"))
            for one in self._elements
            if one.get("type") != "text" and outline(one)
        }
        bound = defaultdict(list)
        for element in self._elements:
            holder = ident(element.get("containerId"))
            if element.get("type") == "text" and holder and holder in holders:
                bound[holder].append(element)
        return bound

    def _node(self, element: dict[str, Any], kind: NodeKind) -> None:
        name = ident(element.get("id"))
        if kind == "text" and ident(element.get("containerId")) in self._bound:
            self._node_of[name] = ident(element.get("containerId"))
            return
        self._item(element, kind)

    def _item(self, element: dict[str, Any], kind: NodeKind) -> None:
        name = ident(element.get("id"))
        points = outline(element)
        if not points:
            self._draft.note("element without a usable place left out")
            return
        texts = self._bound.get(name, [])
        size = number((texts[0] if texts else element).get("fontSize")) or 0.0
        self._draft.add(
            Item(
                id=name,
                kind=kind,
                text="\n".join(filter(None, (_own_text(element), *map(_own_text, texts)))),
                box=box_of(points),
                color=colour_name(element.get("strokeColor")),
                fill=None if kind == "text" else colour_name(element.get("backgroundColor")),
                parent=ident(element.get("frameId")) or None,
                size=min(max(size, 0.0), 1000.0),
            )
        )
        self._node_of[name] = name
        if kind == "drawing":
            self._draft.inks.append(_ink(element))

    def _line(self, element: dict[str, Any]) -> None:
        path = outline(element)
        if not path:
            self._draft.note("line without a usable course left out")
            return
        name = ident(element.get("id"))
        ends = [self._end(element.get(key)) for key in ("startBinding", "endBinding")]
        texts = self._bound.get(name, [])
        if element.get("type") == "line" and None in ends and not texts:
            self._draft.inks.append(_ink(element))  # part of a drawing: nothing was meant to bind
            return
        if None in ends:  # no relation, so its label is a text of its own
            for text in texts:
                self._item(text, "text")
            texts = []
        self._draft.links.append(
            Link(
                id=name,
                source=ends[0],
                target=ends[1],
                label="\n".join(filter(None, map(_own_text, texts))),
                heads=(_has_head(element, "start"), _has_head(element, "end")),
                path=path,
                color=colour_name(element.get("strokeColor")),
                width=number(element.get("strokeWidth")) or 2.0,
            )
        )

    def _end(self, binding: object) -> str | None:
        return self._node_of.get(ident(mapping(binding).get("elementId")))

    def _groups(self) -> None:
        """Let the one shape that encloses the rest of its innermost group be their parent."""
        by_id = {item.id: item for item in self._draft.items}
        groups: defaultdict[str, list[Item]] = defaultdict(list)
        for element in self._elements:
            item = by_id.get(ident(element.get("id")))
            names = items(element.get("groupIds"))
            if item is not None and names:
                groups[ident(names[0])].append(item)
        for members in groups.values():
            widest = max(members, key=lambda one: _width(one.box) * _height(one.box))
            rest = [one for one in members if one is not widest]
            shape = widest.kind in ("box", "ellipse", "diamond", "container")
            if rest and shape and all(_inside(one.box, widest.box) for one in rest):
                for one in rest:
                    one.parent = widest.id


def _own_text(element: dict[str, Any]) -> str:
    """Return an element's words: as typed, where the lines were wrapped to fit a shape."""
    kind = element.get("type")
    if kind == "text":
        return words(element.get("originalText")) or words(element.get("text"))
    if kind in ("frame", "magicframe"):
        return words(element.get("name"))
    if kind in ("image", "embeddable", "iframe"):
        return words(element.get("link"))
    return ""


def _ink(element: dict[str, Any]) -> Ink:
    return Ink(
        points=outline(element) or [],
        color=colour_name(element.get("strokeColor")),
        width=number(element.get("strokeWidth")) or 2.0,
    )


def _has_head(element: dict[str, Any], end: str) -> bool:
    # files from before heads could be chosen have one at the end of an arrow
    default = "arrow" if end == "end" and element.get("type") == "arrow" else None
    return element.get(f"{end}Arrowhead", default) not in (None, "", "none")


def _width(box: Box) -> float:
    return box[2] - box[0]


def _height(box: Box) -> float:
    return box[3] - box[1]


def _inside(box: Box, holder: Box, slack: float = 2.0) -> bool:
    return (
        box[0] >= holder[0] - slack
        and box[1] >= holder[1] - slack
        and box[2] <= holder[2] + slack
        and box[3] <= holder[3] + slack
    )


def _placement(
    draft: Draft, elements: Sequence[dict[str, Any]], width: int, height: int
) -> Placement | None:
    """Return where an exported picture of `width` × `height` pixels shows its elements.

    An export is the box around the elements, a padding, and a scale of 1, 2 or 3. Which padding
    and scale follows from the size; where no choice gives that size, the box is stretched to it.
    """
    whole = bounds_of(elements)
    if whole is None:
        return Placement(width, height, 1.0, 1.0, 0.0, 0.0)
    frames = [one for one in elements if one.get("type") in ("frame", "magicframe")]
    tried = [(*_fit(box, width, height), box) for box in (whole, *_framed(whole, frames))]
    error, scale, padding, box = min(tried, key=lambda one: one[0])
    if error <= 4.0:
        left, top = (padding - box[0]) * scale, (padding - box[1]) * scale
        return Placement(width, height, scale, scale, left, top)
    draft.note("picture of another size than its scene: places are approximate")
    across = max(width - 2 * _PADDING, 1.0) / max(_width(whole), 1.0)
    down = max(height - 2 * _PADDING, 1.0) / max(_height(whole), 1.0)
    pad_x, pad_y = min(_PADDING, width / 4), min(_PADDING, height / 4)
    return Placement(
        width, height, across, down, pad_x - whole[0] * across, pad_y - whole[1] * down
    )


def _framed(whole: Box, frames: Sequence[dict[str, Any]]) -> list[Box]:
    """Return what else an export may show: frame names above the frames, or one frame alone."""
    boxes = [box for one in frames[:50] if (box := bounds_of([one])) is not None]
    if not boxes:
        return []
    top = min(whole[1], min(box[1] for box in boxes) - _FRAME_LABEL)
    return [(whole[0], top, whole[2], whole[3]), *boxes]


def _fit(box: Box, width: int, height: int) -> tuple[float, float, float]:
    """Return (error in scene units, scale, padding) of the best scale and padding for `box`."""
    best = (float("inf"), 1.0, _PADDING)
    for scale in (1.0, 2.0, 3.0):
        across = (width / scale - _width(box)) / 2
        down = (height / scale - _height(box)) / 2
        padding = (across + down) / 2
        if abs(padding - _PADDING) < 1.5:
            padding = _PADDING  # the picture's size is whole pixels: don't follow the rounding
        error = abs(across - padding) + abs(down - padding)
        # the usual padding wins over another that fits as well
        error += 0.05 * abs(padding - _PADDING) + (100.0 if padding < -1 else 0.0)
        best = min(best, (error, scale, padding))
    return best
