"""The detector that learnt from real boards: shapes, and the lines that join nodes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.colour import fill_colour
from ingest.extract.local.eyes.judge import Judge
from ingest.extract.local.eyes.layout import FRAMES, KINDS, LONGEST
from ingest.extract.local.eyes.links import SeenLink, find_links
from ingest.extract.local.eyes.named import names_of, told_together
from ingest.extract.local.eyes.nodes import calibrated, find_nodes, shape_within
from ingest.extract.local.eyes.pairs import find_pairs
from ingest.extract.local.eyes.sight import Maps, Net, OnnxNet, light_of, look
from ingest.extract.local.eyes.strokes import short_arrows
from ingest.extract.local.eyes.votes import find_ends
from ingest.extract.local.geometry import short_side, stretch_of
from ingest.extract.local.seen import Deadline, Detection, Line, Shape, View
from ingest.extract.local.things import Link

if TYPE_CHECKING:
    from ingest.extract.local.things import Thing
    from kb.scene import Box, NodeKind, Point

Array = npt.NDArray[Any]

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
_WRITING = 30.0  # pixels the net sees of a line's height; more is brought down to it
_GUESSED = 0.15  # score from which something may be words
_FARTHEST = 384  # pixels of the longer side
_THINNEST = 3.0  # pixels of the working copy: what is cut to less is off the picture
_MOST_JOINED = 600  # things: evidence is weighed for every two of them


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a node, an arrow and a plain line are there.

    `nodes` and `links`: slope and offset that turn their scores into shares that are right.
    """

    node: float
    arrow: float
    line: float
    nodes: tuple[float, float] = (1.0, 0.0)
    links: tuple[float, float] = (1.0, 0.0)


class TrainedDetector:
    """`Detector` by the net; its files load with the first picture."""

    def __init__(self, *, threads: int = 1, weights: Path = WEIGHTS) -> None:
        self._threads, self._weights = threads, weights
        self._parts: tuple[Net, Judge, Thresholds] | None = None

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline) -> Detection:
        """Return shapes and links in `view`; the height of its `lines` tells how close to look."""
        if deadline.passed():
            return Detection(complete=False)
        net, judge, thresholds = self._loaded()
        light = light_of(view.bgr)
        seen_by_net = look(net, light, _side(view, lines))
        share = max(light.shape[:2]) / max(view.bgr.shape[:2])
        maps = Maps(seen_by_net.values, seen_by_net.scale * share)
        seen = find_nodes(maps.values, min(_GUESSED, thresholds.node))
        boxes = maps.meant(seen.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        shapes, words, guesses = [], [], []
        for kind, values, score in zip(seen.kinds, boxes, seen.scores, strict=True):
            box = _inside(view, values)
            if short_side(box) < _THINNEST:
                continue
            if score < thresholds.node:
                guesses += [box] if KINDS[kind] == "text" else []
            elif KINDS[kind] == "text":
                words.append(box)
            else:
                belief = calibrated(float(score), thresholds.nodes)
                shapes.append(_shape(view, KINDS[kind], box, belief))
        found = find_ends(maps.values)
        arrows = [_points(maps, np.array(pair)) for pair in short_arrows(maps.values, found)]
        return Detection(
            tuple(shapes),
            tuple(words),
            tuple(_points(maps, found.points)),
            NetLinker(maps, judge, thresholds),
            arrows=tuple((tail, head) for tail, head in arrows),
            likely=partial(_likely, maps),
            guesses=tuple(guesses),
        )

    def _loaded(self) -> tuple[Net, Judge, Thresholds]:
        if self._parts is None:
            values = json.loads((self._weights / "thresholds.json").read_text("utf-8"))
            net = OnnxNet(self._weights / "detector.onnx", threads=self._threads)
            self._parts = net, Judge(self._weights / "judge.npz"), Thresholds(**values)
        return self._parts


class NetLinker:
    """Joins things by what the net saw between them."""

    def __init__(self, maps: Maps, judge: Judge, thresholds: Thresholds) -> None:
        self._maps, self._judge, self._thresholds = maps, judge, thresholds

    def __call__(self, things: Sequence[Thing]) -> list[Link]:
        """Return the links between `things`; frames are never joined."""
        places = [i for i, thing in enumerate(things) if thing.kind not in FRAMES][:_MOST_JOINED]
        if len(places) < 2:
            return []
        boxes = np.array([things[i].box for i in places], float)
        boxes = self._maps.seen(boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        kinds = np.array([_kind(things[i]) for i in places])
        pairs = find_pairs(self._maps.values, boxes, kinds)
        arrow, line = self._thresholds.arrow, self._thresholds.line
        names = names_of([things[i] for i in places])
        scores = told_together(pairs.places, self._judge(pairs), names, arrow)
        links = find_links(self._maps.values, pairs, scores, arrow=arrow, line=line)
        return [self._link(link, places) for link in links]

    def _link(self, link: SeenLink, places: Sequence[int]) -> Link:
        return Link(
            kind="arrow" if link.heads else "line",
            source=places[link.source],
            target=places[link.target],
            directed=link.heads == 1,
            path=tuple((float(x), float(y)) for x, y in self._maps.meant(link.path)),
            confidence=round(calibrated(link.score, self._thresholds.links), 3),
        )


def _kind(thing: Thing) -> int:
    """Return the place of a thing's kind in `KINDS`; titles and drawings are words and icons."""
    kind = {"title": "text", "drawing": "icon"}.get(thing.kind, thing.kind)
    return next(place for place, name in enumerate(KINDS) if name == kind)


def _likely(maps: Maps, box: Box) -> float:
    """Return how much the net believes in a shape that fills a box of the picture."""
    return shape_within(maps.values, maps.seen(np.array(box).reshape(2, 2)).reshape(4))


def _points(maps: Maps, spots: Array) -> list[Point]:
    """Take points ``(k, 2)`` that the net saw to the picture."""
    return [(float(x), float(y)) for x, y in maps.meant(spots)]


def _side(view: View, lines: Sequence[Line]) -> int:
    """Return the longer side to look at: large writing is looked at from farther away."""
    longest = LONGEST * stretch_of(*view.bgr.shape[:2])
    if not lines:
        return int(longest)
    heights = sorted(line.height for line in lines)
    side = max(view.bgr.shape[:2]) * _WRITING / max(heights[len(heights) // 2], 1.0)
    return int(min(max(side, _FARTHEST), longest))


def _inside(view: View, values: Array) -> Box:
    """Return a box cut to the picture; its sides may be 0 then."""
    height, width = view.bgr.shape[:2]
    x0, y0, x1, y1 = (float(v) for v in np.clip(values, 0, (width, height, width, height)))
    return x0, y0, x1, y1


def _shape(view: View, kind: NodeKind, box: Box, score: float) -> Shape:
    fill = None if kind in FRAMES else fill_colour(view, box)
    return Shape(kind, box, round(score, 3), kind == "sticky", fill)
