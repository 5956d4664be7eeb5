"""From a spec to a picture and its exact scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from evals.boards import lens, surface
from evals.boards.artist import Artist
from evals.boards.camera import View, photograph
from evals.boards.freehand import Freehand
from evals.boards.layouts.plan import Desk
from evals.boards.lettering import Hand
from evals.boards.page import compose
from evals.boards.pen import Bytes, Floats, Sheet
from evals.boards.spec import BoardSpec, Manner
from kb.scene import Box, ExtractorInfo, Scene, clamp_box

EXTRACTOR = ExtractorInfo(name="truth", version="1")


@dataclass(frozen=True, eq=False)
class DrawnLine:
    """The ink of one link.

    Attributes:
        relation: id of the relation in the scene.
        path: where the pen went from tail to head, ``(n, 2)`` in pixels of the picture.
        heads: 0 none, 1 at the end, 2 at both ends.
        dashed: whether the line has gaps.
    """

    relation: str
    path: Floats
    heads: int
    dashed: bool


@dataclass(frozen=True)
class Rendered:
    """A drawn board.

    Attributes:
        picture: what a reader gets, mode "RGB".
        scene: what is on it, exactly, in pixels of `picture`.
        ink: how much ink or note paper lies on each pixel of the flat board, uint8.
        view: the photograph's view, None where the board is flat.
        labels: boxes of the words written beside links and small shapes, in pixels of `picture`.
        lines: the ink of each link, in the order of the scene's relations.
    """

    picture: Image.Image
    scene: Scene
    ink: Bytes
    view: View | None
    labels: tuple[Box, ...] = ()
    lines: tuple[DrawnLine, ...] = ()


def render(spec: BoardSpec, hand: Hand | None = None) -> Rendered:
    """Draw `spec`. Raises ValueError where no font writes a sign or a link ends on nothing.

    `hand`: who writes, in place of the hand of the style.
    """
    rng = np.random.default_rng([spec.seed, 20])
    manner = spec.style.manner
    hand = hand or hand_of(spec)
    artist = _tidy(spec, hand, rng) if manner is None else _free(spec, hand, manner, rng)
    view, sheet = None, artist.sheet
    if spec.camera is not None and manner is None:
        view = photograph(sheet.pixels, spec.camera, spec.style.surface, rng)
    elif spec.camera is not None:
        view = lens.snap(sheet.pixels, spec.camera, spec.style.surface, rng, _content(artist))
    pixels = sheet.pixels if view is None else view.pixels
    labels, lines = _lines(artist, pixels, view)
    scene = _scene(artist, pixels, view)
    return Rendered(Image.fromarray(pixels), scene, sheet.ink, view, labels, lines)


def _tidy(spec: BoardSpec, hand: Hand, rng: np.random.Generator) -> Artist:
    desk = Desk(hand, spec.style.text, rng)
    page = compose(spec, desk)
    flat = surface.make(spec.style.surface, page.width, page.height, rng)
    if spec.style.ghost:
        surface.ghost(flat, spec.style.ghost, rng)
    artist = Artist(spec, desk, page, Sheet(flat, rng, spec.style.wobble))
    artist.draw()
    return artist


def _free(spec: BoardSpec, hand: Hand, manner: Manner, rng: np.random.Generator) -> Artist:
    desk = Desk(hand, spec.style.text, rng, manner.spread)
    artist = Freehand(spec, desk, compose(spec, desk), manner, rng)
    artist.draw()
    return artist


def hand_of(spec: BoardSpec) -> Hand:
    """Return who writes a board as its style says."""
    return Hand(spec.style.latin, spec.style.chinese, spec.style.leading)


def _content(artist: Artist) -> Floats:
    """Return points ``(n, 2)`` of all that the truth speaks of."""
    links = [points for drawn in artist.links for points in (drawn.ink, drawn.label)]
    return np.concatenate([*(outline for _, outline in artist.nodes), *artist.beside, *links])


def _seen(points: Floats, view: View | None) -> Floats:
    return points if view is None else view.map(points)


def _box(outline: Floats, pixels: Bytes, view: View | None) -> Box:
    """Return the box in the picture of ``outline (n, 2)`` on the flat board."""
    spots = _seen(outline, view)
    low, high = spots.min(axis=0), spots.max(axis=0)
    return clamp_box((low[0], low[1], high[0], high[1]), pixels.shape[1], pixels.shape[0])


def _scene(artist: Artist, pixels: Bytes, view: View | None) -> Scene:
    height, width = pixels.shape[:2]
    nodes = [
        node.model_copy(update={"bbox": _box(outline, pixels, view)})
        for node, outline in artist.nodes
    ]
    relations = []
    for drawn in artist.links:
        spots = np.clip(_seen(drawn.path, view), 0, (width, height)).round(1)
        way = tuple((float(x), float(y)) for x, y in spots)
        relations.append(drawn.relation.model_copy(update={"path": way}))
    spec = artist.spec
    return Scene(
        title=spec.title, language=spec.language, width=width, height=height, nodes=tuple(nodes),
        relations=tuple(relations), extractor=EXTRACTOR,
    )  # fmt: skip


def _lines(
    artist: Artist, pixels: Bytes, view: View | None
) -> tuple[tuple[Box, ...], tuple[DrawnLine, ...]]:
    """Return the boxes of link labels and the ink of all links."""
    words = [drawn.label for drawn in artist.links if len(drawn.label)] + artist.beside
    labels = [_box(outline, pixels, view) for outline in words]
    lines = [
        DrawnLine(x.relation.id, _seen(x.ink, view), x.link.heads, x.link.dashed)
        for x in artist.links
    ]
    return tuple(labels), tuple(lines)
