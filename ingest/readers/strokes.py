"""A plain JSON stream of pen strokes.

::

    [{"points": [[x, y, t], …], "color": "#1971c2", "width": 3}, …]

x and y in any one unit, y down; t in milliseconds, may be missing, and so may color and width.
Values after the third of a point (pressure, tilt) are not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.readers.pen import PenStroke, board_of
from ingest.safe import parse_json
from kb.errors import BadSource
from kb.scene import MAX_STROKES

if TYPE_CHECKING:
    from ingest.board import Board, Limits

_Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]


class _Stroke(BaseModel):
    model_config = ConfigDict(extra="ignore")

    points: list[Annotated[list[_Number], Field(min_length=2, max_length=8)]]
    color: str | None = None
    width: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


_STREAM = TypeAdapter(list[_Stroke])


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:  # noqa: ARG001 - a Reader
    """Yield the one board that the strokes make.

    Raises:
        BadSource: ``corrupt`` where it is no such JSON, ``empty``, ``too_many_elements``.
    """
    raw: Any = parse_json(data, name)
    if isinstance(raw, list) and len(raw) > MAX_STROKES:
        raise BadSource(
            f"{name}: {len(raw):,} strokes are more than {MAX_STROKES:,}", code="too_many_elements"
        )
    try:
        stream = _STREAM.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BadSource(
            f"{name}: not a stroke stream: {where}: {first['msg']}", code="corrupt"
        ) from error
    yield board_of([PenStroke(s.points, s.color, s.width) for s in stream], name)
