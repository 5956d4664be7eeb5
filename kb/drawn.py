"""When a board was drawn, as well as can be told.

In this order: when the picture was taken, if the file says so; a date in the file's name
("retro-2026-03-02.png", "IMG_20260302_101500.jpg") or else in a folder's, the nearest first; when
the file was saved; when it was ingested. Lists, the index and the histories of boards go by this
alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kb.catalog import BoardRow, LocationRow

Dated = Literal["taken", "name", "saved", "ingested"]

_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[-_T ]?([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)"
)
_LATEST = 253_402_300_799  # the last second that a datetime can tell


@dataclass(frozen=True)
class Moment:
    """Unix seconds, and where they come from."""

    at: float
    dated: Dated


def date_in(path: str) -> float | None:
    """Return the moment (local time) that a path tells, or None; of a day alone its noon."""
    for name in reversed(re.split(r"[/\\]", path)):
        for found in _DATE.finditer(name):
            if (at := _moment(found)) is not None:
                return at
    return None


def _moment(found: re.Match[str]) -> float | None:
    year, _, month, day, *clock = found.groups()
    hour, minute, second = (int(part or 0) for part in clock) if clock[0] else (12, 0, 0)
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second).timestamp()
    except ValueError:  # 30 February
        return None


def moment_of(row: BoardRow, places: Iterable[LocationRow]) -> Moment:
    """Return when a board was drawn, given where its source was seen."""
    if row.captured_at is not None:
        return Moment(row.captured_at, "taken")
    seen = list(places)
    named = [at for place in seen if (at := date_in(place.path)) is not None]
    if named:
        return Moment(min(named), "name")
    saved = [place.mtime_ns / 1e9 for place in seen if 0 < place.mtime_ns / 1e9 <= _LATEST]
    if saved:  # a copy is younger than what it copies
        return Moment(min(saved), "saved")
    return Moment(row.created_at, "ingested")
