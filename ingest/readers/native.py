"""What the readers of drawing programs share: from loose elements to a scene and its picture.

A reader fills a `Draft` in the file's own coordinates; `Draft.board` repairs what can't stand,
notes what it left out, places everything on a picture and draws that picture if there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.board import Board, Limits
from ingest.readers.markdown import plain_line
from ingest.readers.native_values import FARTHEST, MAX_ID, words
from kb.errors import BadSource
from kb.scene import (
    MAX_NODES,
    MAX_POINTS,
    MAX_RELATIONS,
    MAX_STROKES,
    MAX_TEXT,
    Box,
    ExtractorInfo,
    Node,
    NodeKind,
    Point,
    Relation,
    Scene,
    Stroke,
    clamp_box,
    union_box,
)
from kb.simplified import simplified

if TYPE_CHECKING:
    from PIL import Image

NATIVE = ExtractorInfo(name="native", version="1")
MARGIN = 40.0  # px around a board that is drawn here
LONGEST = 4000.0  # px; larger boards are drawn smaller …
LONGEST_READABLE = 8000.0  # … but no smaller than their letters allow
READABLE = 11.0  # px of a letter
MOST_PIXELS = 30_000_000
_DEFAULT_NAME = re.compile(r"(?:page|页面?|第|untitled|无标题)[\s_-]*\d*\s*页?", re.IGNORECASE)
DEEPEST = 100  # containers within containers


@dataclass
class Item:
    """A node to be, in the file's coordinates; `size` of its letters, 0 where unknown."""

    id: str
    kind: NodeKind
    text: str
    box: Box
    color: str | None = None
    fill: str | None = None
    parent: str | None = None
    size: float = 0.0


@dataclass
class Link:
    """A line with its bound ends, None where it is bound to nothing."""

    id: str
    source: str | None
    target: str | None
    label: str = ""
    heads: tuple[bool, bool] = (False, True)  # at the source, at the target
    path: list[Point] = field(default_factory=list)
    color: str | None = None
    width: float = 2.0


@dataclass
class Ink:
    """A pen stroke in the file's coordinates."""

    points: list[Point]
    color: str | None = None
    width: float = 2.0


@dataclass(frozen=True)
class Placement:
    """From the file's coordinates to pixels: ``x * scale_x + left``, ``y * scale_y + top``."""

    width: int
    height: int
    scale_x: float
    scale_y: float
    left: float
    top: float

    def point(self, x: float, y: float) -> Point:
        """Return where (x, y) lies on the picture, cut to it."""
        return (
            min(max(round(x * self.scale_x + self.left, 1), 0.0), float(self.width)),
            min(max(round(y * self.scale_y + self.top, 1), 0.0), float(self.height)),
        )

    def box(self, box: Box) -> Box:
        """Return where `box` lies on the picture, cut to it."""
        placed = (
            box[0] * self.scale_x + self.left,
            box[1] * self.scale_y + self.top,
            box[2] * self.scale_x + self.left,
            box[3] * self.scale_y + self.top,
        )
        return clamp_box(placed, self.width, self.height)


def check_count(count: int, name: str, limits: Limits) -> None:
    """Refuse a board of more elements than the limits and the scene allow."""
    most = min(limits.max_elements, MAX_NODES)
    if count > most:
        raise BadSource(
            f"{name}: {count:,} elements, more than the {most:,} allowed",
            code="too_many_elements",
        )


def check_pages(count: int, name: str, limits: Limits) -> None:
    """Refuse a file of more pages than the limits allow."""
    if count > limits.max_pages:
        raise BadSource(
            f"{name}: {count:,} pages, more than the {limits.max_pages:,} allowed",
            code="too_many_pages",
        )


class Draft:
    """The elements of one board as they were read, and what had to be left out."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.links: list[Link] = []
        self.inks: list[Ink] = []
        self.name = ""  # of the page, where the user gave it one
        self.drawn_at: datetime | None = None  # last touched by a person, where the file says when
        self._names = _Names()
        self._notes: Counter[str] = Counter()

    def note(self, what: str, count: int = 1) -> None:
        """Remember that `count` times `what` happened."""
        self._notes[what] += count

    def add(self, item: Item) -> None:
        """Take a node in; one that lies nowhere is left out with a note."""
        if any(abs(side) > FARTHEST for side in item.box):
            self.note("element without a usable place left out")
        else:
            self.items.append(item)

    def bounds(self) -> Box | None:
        """Return the box around everything, in the file's coordinates; None for an empty board."""
        boxes = [item.box for item in self.items]
        lines = [link.path for link in self.links] + [ink.points for ink in self.inks]
        for line in lines:
            if line:
                xs, ys = [p[0] for p in line], [p[1] for p in line]
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
        return union_box(boxes) if boxes else None

    def board(
        self,
        page: int = 1,
        *,
        picture: Image.Image | None = None,
        encoded: bytes | None = None,
        placement: Placement | None = None,
    ) -> Board:
        """Return the finished board: drawn here, unless `picture` and `placement` are given."""
        from ingest.draw import draw_scene

        self._unique_ids()
        self._repair_parents()
        placement = placement or self._placement()
        relations, loose = self._relations(placement)
        nodes = [self._node(item, placement) for item in self.items]
        strokes = self._strokes([*self.inks, *loose], placement)
        title = self._title()
        scene = Scene(
            title=title,
            language=_language([title, *(node.text for node in nodes)]),
            width=placement.width,
            height=placement.height,
            nodes=tuple(nodes),
            relations=tuple(relations),
            strokes=tuple(strokes),
            extractor=NATIVE,
            notes=tuple(f"{count} × {what}" for what, count in self._notes.items())[:100],
        )
        return Board(
            page=page,
            picture=picture if picture is not None else draw_scene(scene),
            encoded=encoded,
            scene=scene,
            strokes=scene.strokes,
            captured_at=self.drawn_at,
            name=self.name,
        )

    def _unique_ids(self) -> None:
        for item in self.items:
            wanted = item.id
            item.id = self._names.free(wanted or "element")
            if wanted and item.id != wanted:
                self.note("element whose id stood twice renamed")
        names = _Names()
        for link in self.links:
            link.id = names.free(link.id or "line")

    def _repair_parents(self) -> None:
        by_id = {item.id: item for item in self.items}
        depth: dict[str, int] = {}
        for item in self.items:
            chain: list[Item] = []
            seen: set[str] = set()
            step: Item | None = item
            while step is not None and step.id not in depth:
                chain.append(step)
                seen.add(step.id)
                if step.parent is not None and (step.parent not in by_id or step.parent in seen):
                    self.note("element whose container is missing or within itself set free")
                    step.parent = None
                step = by_id[step.parent] if step.parent is not None else None
            for one in reversed(chain):
                level = depth[one.parent] + 1 if one.parent is not None else 0
                if level > DEEPEST:
                    self.note("element nested too deeply set free")
                    one.parent, level = None, 0
                depth[one.id] = level

    def _placement(self) -> Placement:
        x0, y0, x1, y1 = self.bounds() or (0.0, 0.0, 400.0, 300.0)
        width, height = x1 - x0, y1 - y0
        scale = self._scale(width, height)
        return Placement(
            width=max(1, round(width * scale + 2 * MARGIN)),
            height=max(1, round(height * scale + 2 * MARGIN)),
            scale_x=scale,
            scale_y=scale,
            left=MARGIN - x0 * scale,
            top=MARGIN - y0 * scale,
        )

    def _scale(self, width: float, height: float) -> float:
        longest = max(width, height, 1.0)
        sizes = sorted(item.size for item in self.items if item.text.strip() and item.size > 0)
        small = sizes[len(sizes) // 10] if sizes else 16.0
        readable = min(READABLE / small, LONGEST_READABLE / longest)
        scale = min(1.0, max(LONGEST / longest, readable))
        if width * height * scale * scale > MOST_PIXELS:
            scale = (MOST_PIXELS / (width * height)) ** 0.5
        if scale < 1.0:
            self.note(f"board drawn at {scale:.2f} of its size")
        return scale

    def _node(self, item: Item, placement: Placement) -> Node:
        text = words(item.text)
        if len(text) > MAX_TEXT:
            self.note(f"text cut at {MAX_TEXT:,} characters")
            text = text[:MAX_TEXT]
        return Node(
            id=item.id,
            kind=item.kind,
            text=text,
            bbox=placement.box(item.box),
            color=item.color,
            fill=item.fill,
            parent=item.parent,
        )

    def _relations(self, placement: Placement) -> tuple[list[Relation], list[Ink]]:
        relations: list[Relation] = []
        loose: list[Ink] = []
        by_id = {item.id: item for item in self.items}
        for link in self.links[:MAX_RELATIONS]:
            source, target = by_id.get(link.source or ""), by_id.get(link.target or "")
            if source is not None and target is not None:
                relations.append(_relation(link, source, target, placement))
                continue
            self.note("arrow or line not bound at both ends kept as ink")
            if link.path:
                loose.append(Ink(link.path, link.color, link.width))
            self._keep_label(link)
        return relations, loose

    def _keep_label(self, link: Link) -> None:
        if link.label.strip() and link.path and len(self.items) < MAX_NODES:
            x, y = link.path[len(link.path) // 2]
            half = 5.0 * min(len(link.label), 30)
            name = self._names.free(link.id)
            box = (x - half, y - 12, x + half, y + 12)
            self.items.append(Item(name, "text", link.label, box, link.color))

    def _strokes(self, inks: Sequence[Ink], placement: Placement) -> list[Stroke]:
        strokes = []
        if len(inks) > MAX_STROKES:
            self.note("pen stroke too many left out", len(inks) - MAX_STROKES)
        for ink in inks[:MAX_STROKES]:
            points = tuple(placement.point(*point) for point in _thinned(ink.points))
            width = min(max(ink.width * placement.scale_x, 0.5), 1000.0)
            if points:
                strokes.append(Stroke(points=points, color=ink.color, width=width))
        return strokes

    def _title(self) -> str:
        name = plain_line(self.name)
        default = _DEFAULT_NAME.fullmatch(simplified(name))
        return self._heading() or self._holder() or ("" if default else name)

    def _heading(self) -> str:
        """Return the text with the largest letters, if it stands at the top and stands out."""
        bounds = self.bounds()
        texts = [one for one in self.items if one.text.strip() and one.size > 0]
        free = [one for one in texts if one.kind in ("text", "title")]
        if not free or bounds is None or len(texts) < 2:
            return ""
        largest = max(free, key=lambda one: (one.size, -one.box[1]))
        middle = sorted(one.size for one in texts)[(len(texts) - 1) // 2]
        top = bounds[1] + (bounds[3] - bounds[1]) * 0.34
        stands_out = largest.size >= 1.2 * middle and largest.box[1] <= top
        return plain_line(largest.text) if stands_out else ""

    def _holder(self) -> str:
        """Return the name of the one container that holds nearly everything."""
        roots = [one for one in self.items if one.kind == "container" and one.parent is None]
        holders = {one.parent for one in self.items}
        named = [one for one in roots if one.text.strip() and one.id in holders]
        loose = sum(one.parent is None and one.kind != "container" for one in self.items)
        if len(named) == 1 and loose <= len(self.items) / 4:
            return plain_line(named[0].text)
        return ""


def _relation(link: Link, source: Item, target: Item, placement: Placement) -> Relation:
    from ingest.draw.lines import straight_path

    path = _thinned(link.path)
    if not path:
        path = straight_path((source.box, source.kind), (target.box, target.kind))
    if link.heads == (True, False):  # drawn backwards: the head is at the first point
        source, target, path = target, source, path[::-1]
    return Relation(
        id=link.id,
        kind="arrow" if any(link.heads) else "line",
        source=source.id,
        target=target.id,
        label=words(link.label)[:MAX_TEXT],
        directed=link.heads[0] != link.heads[1],
        path=tuple(placement.point(*point) for point in path),
    )


def _thinned(points: list[Point]) -> list[Point]:
    if len(points) <= MAX_POINTS:
        return points
    step = -(-len(points) // (MAX_POINTS - 1))
    return [*points[:-1:step], points[-1]]


class _Names:
    """Gives every element a name of its own, in time linear in their number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: Counter[str] = Counter()

    def free(self, wanted: str) -> str:
        """Return `wanted`, or the first of wanted~2, wanted~3 … that is not taken yet."""
        name = wanted
        while name in self._taken:
            self._next[wanted] += 1
            tail = f"~{self._next[wanted] + 1}"
            name = wanted[: MAX_ID - len(tail)] + tail
        self._taken.add(name)
        return name


def _language(texts: Sequence[str]) -> str:
    from kb.text import language_of

    return language_of("\n".join(texts)[:50_000])
