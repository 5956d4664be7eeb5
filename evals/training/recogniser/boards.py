"""Lines of photographed boards as the text detector boxes them, small and blurred as they come.

Lines that are drawn one by one are larger and clearer than what a camera leaves of a whole board.
Every other Chinese board is written by a hand that is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from evals.boards import BoardSpec, render, training_spec
from evals.boards.layouts.plan import Desk
from evals.boards.lettering import Hand
from evals.boards.render import hand_of
from evals.extraction.rendered import finer
from evals.training.recogniser.lines import Array, Written, cut
from evals.training.recogniser.strokes import PenHand
from evals.training.recogniser.texts import Language
from ingest.extract.local import ocr
from ingest.extract.local.view import view_of
from kb.scene import Box

FIRST_SEED = 500_000  # neither the detector nor the weights of names learn from such boards
_WITH_WORDS_IN = frozenset({"text", "box", "round", "ellipse", "sticky", "document", "diamond"})
_LOOSE = 3.0  # pixels that a found line may reach out of its node
_LEVEL = 0.5  # of a line's height: lines whose middles are nearer are side by side
_AS_LONG = 0.6, 1.7  # length over height of a found line, by that of its words as drawn

Row = tuple[str, float]  # what it says, its length over its height


def board_lines(
    language: Language, seeds: Sequence[int], *, unseen: bool = False
) -> Iterator[Written]:
    """Draw the board of each seed, photographed, and yield its lines whose words are known.

    `unseen`: with hands and words that nothing learns from.
    """
    detector, _ = ocr._load(threads=1)
    for seed in seeds:
        spec = finer(training_spec(seed, language, photo=True, unseen=unseen))
        hand = hand_of(spec)
        if language == "zh" and seed % 2 and not unseen:
            hand = _made_up(spec)
        board = render(spec, hand)
        view = view_of(board.picture)  # what the reader gets: fewer pixels than the photo has
        x, y = view.scale
        nodes = {
            node.id: (node.bbox[0] / x, node.bbox[1] / y, node.bbox[2] / x, node.bbox[3] / y)
            for node in board.scene.nodes
        }
        for quad, text in matched(nodes, rows_of(spec, hand), ocr._detect(detector, view.bgr)):
            line = cut(view.bgr, quad, text, "found")
            if line is not None:
                yield line


def _made_up(spec: BoardSpec) -> Hand:
    rng = np.random.default_rng([spec.seed, 21])
    return replace(PenHand.of_nobody(spec.style.latin, rng), leading=spec.style.leading)


def rows_of(spec: BoardSpec, hand: Hand) -> dict[str, list[Row]]:
    """Return the rows in which the words of each item are drawn in it by `hand`."""
    desk = Desk(hand, spec.style.text, np.random.default_rng())
    rows = {}
    for item in spec.items:
        if item.words and not item.outside and item.shape in _WITH_WORDS_IN:
            size = desk.size_of(item)
            lines, _, _ = desk.hand.block(item.text, size, desk.wrap_of(item))
            rows[item.id] = [(line, desk.hand.advance(line, size) / size) for line in lines]
    return rows


def matched(
    nodes: Mapping[str, Box], rows: Mapping[str, Sequence[Row]], quads: Sequence[Array]
) -> Iterator[tuple[Array, str]]:
    """Yield the found lines of nodes in which as many were found as are drawn, one below another.

    A line that is cut, joined with its neighbour's or found in two pieces is left out.
    """
    boxes = [(quad.min(axis=0), quad.max(axis=0)) for quad in quads]
    for name, written in rows.items():
        box = nodes[name]
        inside = [i for i, (low, high) in enumerate(boxes) if _touches(box, low, high)]
        if len(inside) != len(written) or not all(_holds(box, *boxes[i]) for i in inside):
            continue
        inside.sort(key=lambda i: float(boxes[i][0][1] + boxes[i][1][1]))
        middles = [float(boxes[i][0][1] + boxes[i][1][1]) / 2 for i in inside]
        heights = [float(boxes[i][1][1] - boxes[i][0][1]) for i in inside]
        if all(b - a > _LEVEL * min(heights) for a, b in pairwise(middles)):
            for i, (text, length) in zip(inside, written, strict=True):
                if _AS_LONG[0] < _length(quads[i]) / length < _AS_LONG[1]:
                    yield quads[i], text.strip()


def _length(quad: Array) -> float:
    along, down = (float(np.linalg.norm(quad[i] - quad[0])) for i in (1, 3))
    return along / max(down, 1.0)


def _touches(box: Box, low: Array, high: Array) -> bool:
    across = min(box[2], high[0]) - max(box[0], low[0])
    down = min(box[3], high[1]) - max(box[1], low[1])
    return bool(across > 0 and down > 0.3 * (high[1] - low[1]))


def _holds(box: Box, low: Array, high: Array) -> bool:
    room = _LOOSE + 0.25 * (high[1] - low[1])
    return bool(
        low[0] >= box[0] - room
        and low[1] >= box[1] - room
        and high[0] <= box[2] + room
        and high[1] <= box[3] + room
    )
