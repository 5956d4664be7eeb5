"""Lines of hdBPMN (Schäfer et al., CC BY 4.0): words, lines of labels, lines as they are found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from evals.training.recogniser.lines import Array, Written, cut
from evals.training.split import is_held_out
from ingest.extract.local import ocr

Found = dict[str, list[list[list[float]]]]  # corners of lines by picture

_INSIDE, _OUTSIDE = 0.7, 0.15  # share of a word's box in a found line: it is part of it, or not
_LEVEL = 0.6  # of the height: how far the middles of one line's words may lie apart
_GAP = 3.0  # of the height: how far its words may


@dataclass(frozen=True, eq=False)
class Word:
    """One written word as its writer turned it: middle (x, y), width, height, angle (radians)."""

    text: str
    middle: Array
    width: float
    height: float
    angle: float
    box: tuple[float, float, float, float]

    def axes(self) -> tuple[Array, Array]:
        """Return unit vectors along the writing and down from it."""
        cos, sin = float(np.cos(self.angle)), float(np.sin(self.angle))
        return np.array([cos, -sin]), np.array([sin, cos])

    def corners(self) -> Array:
        """Return the corners (4, 2), clockwise from the top left of the writing."""
        along, down = self.axes()
        x, y = along * self.width / 2, down * self.height / 2
        return np.array(
            [self.middle - x - y, self.middle + x - y, self.middle + x + y, self.middle - x + y]
        )


def truths(folder: Path, split: str) -> Iterator[dict[str, Any]]:
    """Yield the truth of each picture; of "train" without the held-out exercises."""
    for path in sorted((folder / "truth" / split).glob("*.json")):
        if split != "train" or not is_held_out(path.stem):
            yield json.loads(path.read_text(encoding="utf-8"))


def find(folder: Path, split: str, cache: Path, every: int = 1) -> Found:
    """Return the lines that the text detector finds in one of `every` pictures, kept in `cache`."""
    found: Found = {}
    if cache.exists():
        found = json.loads(cache.read_text(encoding="utf-8"))
    new = [t for t in list(truths(folder, split))[::every] if t["id"] not in found]
    detector = ocr._load(threads=1)[0] if new else None
    for truth in new:
        picture = np.asarray(cv2.imread(str(folder / truth["image"])))
        found[truth["id"]] = [quad.round(1).tolist() for quad in ocr._detect(detector, picture)]
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(found), encoding="utf-8")
    return found


def written(truth: dict[str, Any], picture: Array, found: Sequence[Any] = ()) -> list[Written]:
    """Return the words and lines of one picture."""
    words = [word for record in truth["words"] if (word := _word(record))]
    cuts = [cut(picture, word.corners(), word.text, "word") for word in words]
    rows = _rows(truth, words)
    cuts += [cut(picture, _around(row), " ".join(w.text for w in row), "line") for row in rows]
    for corners in found:
        row = _words_in(np.asarray(corners, np.float32), words)
        if row:
            quad = _turned(np.asarray(corners, np.float32), row[0].angle)
            cuts.append(cut(picture, quad, " ".join(w.text for w in row), "found"))
    return [piece for piece in cuts if piece]


def _word(record: dict[str, Any]) -> Word | None:
    """Undo the upright box around a turned word; None where nothing can be said of it."""
    x0, y0, x1, y1 = record["bbox"]
    angle = float(np.deg2rad(record["degree"] or 0.0))
    cos, sin = abs(float(np.cos(angle))), abs(float(np.sin(angle)))
    spread = cos * cos - sin * sin
    text = record["text"].strip()
    if not text or abs(spread) < 0.3:
        return None
    wide, high = x1 - x0, y1 - y0
    width, height = (wide * cos - high * sin) / spread, (high * cos - wide * sin) / spread
    if spread < 0:
        wide, high = high, wide
    width, height = max(width, 0.6 * wide), max(height, 0.5 * high)
    if height > 1.5 * width and len(text) > 2:
        return None  # stands on end, unknown to the truth
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    return Word(text, middle, width, height, angle, (x0, y0, x1, y1))


def _rows(truth: dict[str, Any], words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the words of each line of two or more that a label is written in."""
    labels = [(node["text"], node["label_bbox"]) for node in truth["nodes"]]
    labels += [(edge["label"], edge["label_bbox"]) for edge in truth["edges"]]
    for text, box in labels:
        if not text or not box:
            continue
        free = [word for word in words if _within(word.middle, box)]
        for line in text.split("\n"):
            row = [_taken(token, free) for token in line.split()]
            whole = [word for word in row if word]
            if len(whole) == len(row) > 1 and _is_line(whole):
                yield whole


def _taken(token: str, free: list[Word]) -> Word | None:
    same = [word for word in free if word.text == token]
    if not same:
        return None
    word = min(same, key=lambda w: (float(w.middle @ w.axes()[1]), float(w.middle @ w.axes()[0])))
    free.remove(word)
    return word


def _within(point: Array, box: Sequence[float]) -> bool:
    return bool(box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3])


def _is_line(row: Sequence[Word]) -> bool:
    """Tell whether the words stand side by side, in this order."""
    along, down = row[0].axes()
    height = float(np.median([word.height for word in row]))
    places = [(float(w.middle @ along), float(w.middle @ down), w.width) for w in row]
    for (x, y, width), (next_x, next_y, next_width) in pairwise(places):
        gap = next_x - x - (width + next_width) / 2
        if not -0.5 * height < gap < _GAP * height or abs(next_y - y) > _LEVEL * height:
            return False
    return True


def _around(row: Sequence[Word]) -> Array:
    """Return the corners of the slanted box around the words."""
    corners = np.concatenate([word.corners() for word in row])
    first, last = row[0], row[-1]
    way = last.middle - first.middle
    along = way / float(np.linalg.norm(way))
    down = np.array([-along[1], along[0]])
    low, high = (corners @ along).min(), (corners @ along).max()
    top, bottom = (corners @ down).min(), (corners @ down).max()
    spots = ((low, top), (high, top), (high, bottom), (low, bottom))
    return np.array([x * along + y * down for x, y in spots])


def _words_in(quad: Array, words: Sequence[Word]) -> list[Word]:
    """Return the words of a found line in order; none where one is cut or they are no line."""
    inside = []
    for word in words:
        corners = word.corners().astype(np.float32)
        shared, _ = cv2.intersectConvexConvex(quad, corners)
        share = shared / (word.width * word.height)
        if share >= _INSIDE:
            inside.append(word)
        elif share > _OUTSIDE:
            return []
    if not inside:
        return []
    along = inside[0].axes()[0]
    inside.sort(key=lambda word: float(word.middle @ along))
    area = sum(word.width * word.height for word in inside)
    full = area > 0.35 * abs(cv2.contourArea(quad))  # else words are missing in the truth
    return inside if full and _is_line(inside) else []


def _turned(quad: Array, angle: float) -> Array:
    """Start the corners where the writing starts."""
    along = np.array([np.cos(angle), -np.sin(angle)])
    sides = [float((quad[(i + 1) % 4] - quad[i]) @ along) for i in range(4)]
    return np.roll(quad, -int(np.argmax(sides)), axis=0)
