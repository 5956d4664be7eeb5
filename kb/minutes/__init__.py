"""Minutes of boards: modules, flow, to-dos, decisions, questions, risks, each line with its ink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.errors import WrongUse
from kb.evidence import BoardRef
from kb.minutes.compose import compose
from kb.minutes.ledger import Read
from kb.minutes.page import page
from kb.minutes.shapes import Minutes
from kb.minutes.wording import Writer, worded
from kb.scene import Scene

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

__all__ = ["MAX_BOARDS", "Minutes", "Writer", "compose", "minutes_of", "page"]

MAX_BOARDS = 50


def minutes_of(
    base: KnowledgeBase, boards: Sequence[str], *, workspace: str, writer: Writer | None = None
) -> Minutes:
    """Return the minutes of a meeting's boards, in the order given; `writer` may word its lines.

    Raises:
        WrongUse: there is no board, or more than MAX_BOARDS.
        NotFound: a board is not in `workspace`.
    """
    named = list(dict.fromkeys(boards))
    if not 1 <= len(named) <= MAX_BOARDS:
        raise WrongUse(
            f"minutes are made of 1 to {MAX_BOARDS} boards, not {len(named)}", code="bad_boards"
        )
    minutes = compose([_read(base, board, workspace) for board in named])
    return minutes if writer is None else worded(minutes, writer)


def _read(base: KnowledgeBase, board: str, workspace: str) -> Read:
    row = base.catalog.board(workspace, board)
    source = next(iter(base.catalog.paths(row.source_id)), "")
    ref = BoardRef(id=row.id, source=source, title=row.title or row.name)
    return Read(ref, Scene.model_validate_json(row.scene))
