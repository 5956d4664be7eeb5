"""Reads a letter or a number in a small shape: the text detector finds words, rarely a lone sign.

Nodes of trees and graphs, steps and cells bear one each. Such a sign is the shape's name, unlike
the icons in events, which have their names outside.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

import numpy as np

from ingest.extract.local.blocks import HAN
from ingest.extract.local.geometry import covers, overlap_share, short_side
from ingest.extract.local.seen import Array, Deadline, Detection, Line, TextReader, View
from kb.scene import Box

_INSETS = (0.1, 0.18, 0.25)  # of its sides: what is cut off a shape for each of its readings
_CLEAR, _LIKELY = 0.8, 0.2  # mean score of all readings of a shape that say the same
_SEVERAL = 2  # different clear signs on a board: one alone may be an icon that looks like it
_SMALL = 3.0  # line heights: a larger shape has room for words, which are found
_LIKE = 1.5  # median sides of shapes: the same where no line was read
_LONG = 2.5  # of the shorter side: a longer shape is a bar
_LEAST = 12  # pixels of the shorter side
_INKED = 0.02  # of what is left of a shape: less is empty
_WORD, _SURE_WORD = 3, 0.8  # signs and score of a line that is a word, whatever is read there
_WITHIN = 0.8  # of a shape in another one
_MOST = 60  # shapes
_FITS = frozenset({"box", "sticky", "ellipse", "diamond", "document", "icon"})
_SIGN = re.compile(r"[0-9]{1,3}|[A-Za-z]{1,2}|[A-Za-z][0-9]{1,2}")
_ICON = re.compile(r"[xXvVoO0+]")  # what crosses, ticks and rings in shapes are read as
_AROUND = " ()[]."  # what the outline is read as
_FIGURES = str.maketrans("IliOoSsbgqzZBt", "11100556992281")  # read as letters, meant as figures

_Read = tuple[Box, str, float]  # a shape, what it bears, and how sure that is


def read_signs(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with the signs in small shapes, and whether there was time for all."""
    crops: dict[Box, list[Array]] = {}
    for box in _small(detection, lines)[:_MOST]:
        inner = [_inner(view, box, inset) for inset in _INSETS]
        crops[box] = [crop for crop in inner if crop is not None]
    said, complete = reader.read_crops(
        [crop for group in crops.values() for crop in group], deadline
    )
    if not complete:
        return list(lines), False
    texts = iter(said)
    told = {box: [next(texts) for _ in group] for box, group in crops.items()}
    found = _signs(told)
    kept = [line for line in lines if not any(covers(line.box, box) for box, _, _ in found)]
    return kept + [_line(*sign) for sign in found], True


def _small(detection: Detection, lines: Sequence[Line]) -> list[Box]:
    """Return the shapes that may bear a sign: small ones in which no word was read.

    Of one in another the inner one may.
    """
    boxes = [shape.box for shape in detection.shapes if shape.kind in _FITS]
    if lines:
        most = _SMALL * median(line.height for line in lines)
    else:
        most = _LIKE * median(map(short_side, boxes)) if boxes else 0.0
    words = [line for line in lines if _is_word(line)]
    small = [
        box
        for box in boxes
        if _LEAST <= short_side(box) < most
        and max(box[2] - box[0], box[3] - box[1]) < _LONG * short_side(box)
        and not any(covers(line.box, box) for line in words)
    ]
    return [
        box
        for box in small
        if not any(other != box and overlap_share(other, box) > _WITHIN for other in small)
    ]


def _is_word(line: Line) -> bool:
    """Tell words from what a sign and the outline around it are read as."""
    text = line.text.strip(_AROUND)
    count = len(text) + len(HAN.findall(text))
    return count > _WORD or (count == _WORD and line.score >= _SURE_WORD and not text.isdigit())


def _inner(view: View, box: Box, inset: float) -> Array | None:
    """Return what is well within `box`, None where it is empty."""
    dx, dy = inset * (box[2] - box[0]), inset * (box[3] - box[1])
    x0, y0, x1, y1 = (
        max(0, round(side)) for side in (box[0] + dx, box[1] + dy, box[2] - dx, box[3] - dy)
    )
    ink = view.ink[y0:y1, x0:x1]
    return view.bgr[y0:y1, x0:x1] if ink.size and np.mean(ink > 0) > _INKED else None


def _signs(told: dict[Box, list[tuple[str, float]]]) -> list[_Read]:
    """Return what the shapes bear; on a board with clear signs, unclear ones too.

    Where most are figures, letters that look like figures are meant as these.
    """
    clear = [one for box, said in told.items() if (one := _best(box, said))[2] >= _CLEAR]
    if len({text for _, text, _ in clear}) < _SEVERAL:
        return []
    figures = 2 * sum(text.isdigit() for _, text, _ in clear) >= len(clear)
    meant = [_best(box, said, figures=figures) for box, said in told.items()]
    return [one for one in meant if one[2] >= _LIKELY]


def _best(box: Box, said: Sequence[tuple[str, float]], *, figures: bool = False) -> _Read:
    """Return the sign that the readings of a shape say most, and their mean score for it.

    It is 0 where they rather say something that is no sign. A ring is a figure among `figures`.
    """
    scores: dict[str, float] = defaultdict(float)
    for read, score in said:
        text = read.strip(_AROUND)
        if figures and (figure := text.translate(_FIGURES)).isdigit():
            text = figure
        scores[text] += score / len(_INSETS)
    text = max(scores, key=lambda text: scores[text], default="")
    score = scores.get(text, 0.0)
    if not _SIGN.fullmatch(text):
        return box, text, 0.0
    if _ICON.fullmatch(text) and not (figures and text == "0" and score >= _CLEAR):
        return box, text, 0.0
    return box, text, score


def _line(box: Box, text: str, score: float) -> Line:
    dx, dy = _INSETS[-1] * (box[2] - box[0]), _INSETS[-1] * (box[3] - box[1])
    x0, y0, x1, y1 = box[0] + dx, box[1] + dy, box[2] - dx, box[3] - dy
    quad = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
    return Line(quad, (x0, y0, x1, y1), text, score, sign=True)
