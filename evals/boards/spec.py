"""What a board shall show, said declaratively: parts, items, links, style, camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from kb.scene import NodeKind, RelationKind, Tag

Shape = Literal[
    "text",
    "title",
    "box",
    "round",
    "ellipse",
    "diamond",
    "cylinder",
    "document",
    "sticky",
    "cloud",
    "person",
    "icon",
]
LayoutName = Literal["flow", "list", "wall", "mindmap", "tree", "table", "lanes", "free", "loose"]
SurfaceName = Literal["whiteboard", "screen", "paper", "squared", "ruled", "blackboard"]
Mark = Literal["", "bullet", "dash", "number", "open", "done"]
Route = Literal["auto", "straight", "curve", "elbow"]
Side = Literal["", "left", "above", "right", "below"]
Tip = Literal["open", "filled", "hollow", "half", "sloppy"]
Emphasis = Literal["underline", "wave", "strike", "circle", "bracket", "highlight"]

_KINDS: dict[str, NodeKind] = {"round": "box", "cloud": "ellipse", "person": "icon"}


def kind_of(shape: Shape) -> NodeKind:
    """Return the scene's node kind of a drawn shape."""
    if shape in _KINDS:
        return _KINDS[shape]
    kind: NodeKind = next(kind for kind in get_args(NodeKind) if kind == shape)
    return kind


@dataclass(frozen=True)
class Item:
    """One node. `parent` nests list items; `cell` is (row, column) in tables and lanes.

    `at` is the centre in pixels within a "free" part; `wrap` the text width in pixels, 0: by shape.
    What follows `underline` shows on boards with a `Manner` only: `outside` puts the words beside a
    small shape, `angle` turns it (degrees, counter-clockwise), `drawing` names what an icon shows.
    `least`: width and height in text sizes that its shape has at least. One that is `hatched` and
    has a `fill` is hatched in that colour.
    """

    id: str
    text: str
    shape: Shape = "box"
    color: str = ""
    fill: str | None = None
    parent: str | None = None
    mark: Mark = ""
    tags: tuple[Tag, ...] = ()
    cell: tuple[int, int] = (0, 0)
    at: tuple[float, float] = (0.0, 0.0)
    wrap: int = 0
    size: float = 1.0
    underline: bool = False
    outside: Side = ""
    angle: float = 0.0
    hatched: bool = False
    emphasis: tuple[Emphasis, ...] = ()
    drawing: str = ""
    least: tuple[float, float] = (0.0, 0.0)

    @property
    def words(self) -> str:
        """The text as a scene has it: "" where it is blank, so that no words are drawn."""
        return self.text if self.text.strip() else ""


@dataclass(frozen=True)
class Link:
    """One line. `heads`: 0 none, 1 at the target, 2 at both ends.

    What follows `kind` shows on boards with a `Manner` only: links with the same `trunk` leave
    their source as one line, and `aim` is the side of the target where the line ends, unless nodes
    are in the way; `gaps` are pixels left free at tail and head, negative ones lie inside;
    `tip_size` is in text sizes. One that goes `beside` starts at the left or right end of its
    source and goes straight up or down.
    """

    source: str
    target: str
    label: str = ""
    heads: int = 1
    dashed: bool = False
    route: Route = "auto"
    color: str = ""
    kind: RelationKind | None = None
    trunk: str = ""
    aim: Side = ""
    gaps: tuple[float, float] = (5.0, 5.0)
    tip: Tip = "open"
    tip_size: float = 0.62
    beside: Literal["", "left", "right"] = ""


@dataclass(frozen=True)
class Part:
    """A region of the board with one layout, a heading above it and perhaps a frame around it."""

    id: str
    layout: LayoutName
    items: tuple[Item, ...]
    heading: str = ""
    heading_color: str = ""
    frame: bool = False
    down: bool = False  # flow: top to bottom
    columns: int = 3  # wall
    lanes: tuple[str, ...] = ()
    turned: bool = False  # lanes: their names stand on end
    outer: bool = True  # table: with lines around it


@dataclass(frozen=True)
class Camera:
    """How the board was photographed. Angles in degrees, strengths from 0 to 1."""

    width: int = 1600
    height: int = 1200
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    margin: float = 0.05  # of the picture, left around the board
    glare: float = 0.0
    shadow: float = 0.0
    light: float = 0.2  # unevenness
    warmth: float = 0.0  # -1 blue … 1 yellow
    blur: float = 0.5  # sigma, pixels
    noise: float = 2.0  # sigma, grey levels
    quality: int = 85  # JPEG
    fill: float = 0.8  # with a manner: share of the photo that what is drawn spans
    shift: tuple[float, float] = (0.5, 0.5)  # where that stands, 0 left or top, 1 right or bottom
    exposure: float = 1.0
    sharpness: float = 1.0  # share of the pixels that the sensor has


@dataclass(frozen=True)
class Manner:
    """How a person's hand and pen, and the board they draw on, really are. Shares from 0 to 1.

    Attributes:
        slant: of the letters, degrees, positive to the right.
        stretch: width of the letters.
        streaks: how dry the pen is.
        pressure: how much the width of a line changes.
        opacity: of the ink.
        sloppy: how badly shapes close and corners meet.
        spread: distances between nodes, 1: as usual.
        room: blank space left, above, right and below, in parts of what is drawn.
        mess: stray marks, scribbles, things that people leave.
        crumple: folds of the paper.
        mirror: ink that shows through from the back.
        plain_titles: titles are not underlined.
        aspect: width of the board in heights, reached by blank space; 0: as it comes.
        twice: how many strokes are drawn twice, as drawing programs feign a quick hand.
    """

    slant: float = 0.0
    stretch: float = 1.0
    streaks: float = 0.3
    pressure: float = 0.3
    opacity: float = 0.92
    sloppy: float = 0.5
    spread: float = 1.0
    room: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    mess: float = 0.0
    crumple: float = 0.0
    mirror: float = 0.0
    plain_titles: bool = False
    aspect: float = 0.0
    twice: float = 0.0


@dataclass(frozen=True)
class Style:
    """Who draws, with what, on what. Sizes in pixels of the flat board."""

    surface: SurfaceName = "whiteboard"
    latin: str = "kalam"
    chinese: str = "long-cang"
    ink: str = "black"
    link_ink: str = ""
    text: float = 30.0
    pen: float = 3.4
    wobble: float = 1.0
    leading: float = 1.22  # from line to line, in letter sizes
    ghost: float = 0.0  # badly wiped ink, 0 to 1
    manner: Manner | None = None  # None: the tidy hand of the samples


@dataclass(frozen=True)
class BoardSpec:
    """A whole board: rows of parts under a title, links between any two items."""

    title: str
    rows: tuple[tuple[Part, ...], ...]
    links: tuple[Link, ...] = ()
    language: str = "en"
    style: Style = field(default_factory=Style)
    camera: Camera | None = None
    seed: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, row by row."""
        return tuple(part for row in self.rows for part in row)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, part by part."""
        return tuple(item for part in self.parts for item in part.items)
