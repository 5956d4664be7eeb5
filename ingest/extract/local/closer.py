"""Where on a picture the board's content is: photos show walls, desks and bare board around it."""

from __future__ import annotations

from ingest.extract.local.geometry import stretch_of
from ingest.extract.local.seen import View
from ingest.extract.local.things import Assembly
from ingest.extract.local.view import to_original
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box, union_box

_FEW = 3  # things: fewer don't tell where the drawing is
_ROOM = 0.15  # of the content's longer side, kept around it: not all of it was found
_LEAST_ROOM = 30.0  # pixels of the working copy
_WORTH = 1.25  # a closer look must show the content at least so much larger
_SURE = 0.3  # confidence of a thing that tells


def content_of(view: View, assembly: Assembly) -> Box | None:
    """Return the part of the original that a closer look is worth, None where the whole is it."""
    sure = [
        box
        for thing in assembly.things
        if (box := thing.words if thing.kind in FRAMES else thing.box) is not None
        and (thing.text or thing.confidence >= _SURE)
    ]
    if len(sure) < _FEW:
        return None
    x0, y0, x1, y1 = union_box(sure)
    height, width = view.bgr.shape[:2]
    room = max(_ROOM * max(x1 - x0, y1 - y0), _LEAST_ROOM)
    part = (
        max(0.0, x0 - room), max(0.0, y0 - room),
        min(float(width), x1 + room), min(float(height), y1 + room),
    )  # fmt: skip
    wide, high = part[2] - part[0], part[3] - part[1]
    closer = max(width, height) / stretch_of(width, height) * stretch_of(wide, high)
    if closer < _WORTH * max(wide, high):
        return None
    return to_original(view, part)


def says_more(closer: Assembly, first: Assembly) -> bool:
    """Tell whether the closer look lost nothing of what the first one found."""
    return _said(closer) >= _said(first)


def _said(assembly: Assembly) -> float:
    things = sum(thing.confidence for thing in assembly.things)
    return things + sum(link.confidence for link in assembly.links)
