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
]
LayoutName = Literal["flow", "list", "wall", "mindmap", "tree", "table", "lanes", "free"]
SurfaceName = Literal["whiteboard", "screen", "paper", "squared", "ruled"]
Mark = Literal["", "bullet", "dash", "number", "open", "done"]
Route = Literal["auto", "straight", "curve", "elbow"]

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


@dataclass(frozen=True)
class Link:
    """One line. `heads`: 0 none, 1 at the target, 2 at both ends."""

    source: str
    target: str
    label: str = ""
    heads: int = 1
    dashed: bool = False
    route: Route = "auto"
    color: str = ""
    kind: RelationKind | None = None


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
    ghost: float = 0.0  # badly wiped ink, 0 to 1


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
