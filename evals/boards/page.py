"""Puts the parts of a board under its title, beside and below each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from evals.boards.layouts import LAYOUTS, Desk, Frame, Plan
from evals.boards.spec import BoardSpec, Item, Manner, Part, SurfaceName
from evals.boards.surface import is_paper
from kb.scene import Box, NodeKind

_MOST = 4e6  # pixels of a board that blank space may fill


@dataclass
class Page:
    """All boxes of a board in pixels of the flat board.

    Attributes:
        width: of the board in pixels.
        height: of the board in pixels.
        boxes: of items, by id.
        frames: containers, headings, tables.
        headings: where the words of a frame stand, by its id.
        heading_inks: their inks, where the spec names one.
        parents: the frame that holds an item or a frame, by id.
        rules: dividing lines ``(x0, y0, x1, y1)``.
        title: the board's title as an item, None where it has none.
    """

    width: int
    height: int
    boxes: dict[str, Box] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    headings: dict[str, Box] = field(default_factory=dict)
    heading_inks: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    title: Item | None = None


def compose(spec: BoardSpec, desk: Desk) -> Page:
    """Lay every part out and find its place on the board."""
    unit = desk.text
    edge, y = unit * 1.6, unit * 1.4
    titled = Item("title", spec.title, "title", wrap=int(unit * 40)) if spec.title else None
    page = Page(0, 0, title=titled)
    title_size = desk.measure(titled) if titled else (0.0, 0.0)
    if titled:
        y += title_size[1] + unit * 1.3
    widest = title_size[0]
    for row in spec.rows:
        x, tall = edge, 0.0
        for part in row:
            plan = LAYOUTS[part.layout](part, spec.links, desk)
            width, height = _settle(page, part, plan, (x, y), desk)
            x, tall = x + width + unit * 2.4, max(tall, height)
        widest = max(widest, x - unit * 2.4 - edge)
        y += tall + unit * 1.8
    manner = spec.style.manner
    size = (widest + 2 * edge, y + unit * 0.2)
    page.width, page.height = (
        (int(size[0]), int(size[1])) if manner else _shape(*size, spec.style.surface)
    )
    if titled:
        _title(page, title_size, edge, desk)
    if manner:
        _blank(page, manner, desk)
    return page


def _blank(page: Page, manner: Manner, desk: Desk) -> None:
    """Leave room blank around all that is drawn."""
    left, above, right, below = manner.room
    dx, dy = page.width * left, page.height * above
    width = page.width * (1 + left + right)
    height = page.height * (1 + above + below)
    if manner.aspect:
        share = float(desk.rng.uniform(0, 1))
        wide, tall = max(width, height * manner.aspect), max(height, width / manner.aspect)
        wide, tall = min(wide, max(width, _MOST / tall)), min(tall, max(height, _MOST / wide))
        dx, dy = dx + (wide - width) * share, dy + (tall - height) * share
        width, height = wide, tall
    page.width, page.height = int(width), int(height)
    for boxes in (page.boxes, page.headings):
        boxes.update({i: _moved(box, dx, dy) for i, box in boxes.items()})
    page.rules = [_moved(rule, dx, dy) for rule in page.rules]
    page.frames = [
        replace(f, box=_moved(f.box, dx, dy), heading=f.heading and _moved(f.heading, dx, dy))
        for f in page.frames
    ]


def _shape(width: float, height: float, surface: SurfaceName) -> tuple[int, int]:
    """Leave room free so that a board or a sheet has the shape that they are made in."""
    if surface == "screen":
        return int(width), int(height)
    least, most = (0.66, 1.5) if is_paper(surface) else (1.2, 1.72)
    return int(max(width, height * least)), int(max(height, width / most))


def _title(page: Page, size: tuple[float, float], edge: float, desk: Desk) -> None:
    free = page.width - 2 * edge - size[0]
    x = edge + free * float(desk.rng.choice([0.0, 0.5]))
    box = (x, desk.text * 1.1, x + size[0], desk.text * 1.1 + size[1])
    page.boxes["title"] = box


def _settle(
    page: Page, part: Part, plan: Plan, at: tuple[float, float], desk: Desk
) -> tuple[float, float]:
    """Move a part's plan to its place on the page; return the room it takes."""
    unit = desk.text
    pad = unit * 1.1 if part.frame else 0.0
    head_size = (0.0, 0.0)
    if part.heading:
        _, w, h = desk.hand.block(part.heading, unit * 1.15, unit * 16)
        head_size = (w + 4, h)
    space = unit * 0.9 if part.heading else 0.0
    dx, dy = at[0] + pad, at[1] + pad + head_size[1] + space
    page.boxes |= {i: _moved(box, dx, dy) for i, box in plan.boxes.items()}
    page.rules += [_moved(rule, dx, dy) for rule in plan.rules]
    width = max(plan.width, head_size[0]) + 2 * pad
    height = plan.height + head_size[1] + space + 2 * pad
    if part.heading or part.frame:
        spot = (at[0] + pad, at[1] + pad, at[0] + pad + head_size[0], at[1] + pad + head_size[1])
        outer = (at[0], at[1], at[0] + width, at[1] + height) if part.frame else spot
        kind: NodeKind = "container" if part.frame else "title"
        members = tuple(item.id for item in part.items)
        page.frames.append(Frame(part.id, kind, part.heading, outer, items=members))
        page.headings[part.id] = spot
        page.heading_inks[part.id] = part.heading_color
        page.parents |= dict.fromkeys(members, part.id)
    for frame in plan.frames:
        moved = replace(frame, box=_moved(frame.box, dx, dy))
        if frame.heading:
            moved = replace(moved, heading=_moved(frame.heading, dx, dy))
            page.headings[frame.id] = _moved(frame.heading, dx, dy)
        page.frames.append(moved)
        if part.id in page.headings:
            page.parents[frame.id] = part.id
        page.parents |= dict.fromkeys(frame.items, frame.id)
    return width, height


def _moved(box: Box, dx: float, dy: float) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
