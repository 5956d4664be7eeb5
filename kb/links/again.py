"""Which boards of a workspace may be versions of new ones: those that share enough names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb.catalog import BoardRow, NodeRow
from kb.links.looks import Looks
from kb.links.versions import BoardLook, judge_versions, needed
from kb.scene import Scene

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.links.likeness import Likeness
    from kb.links.names import Judgement

MOST = 50  # boards that one board is compared with, those that share most first
BATCH = 1_000


def versions_among(
    base: KnowledgeBase, workspace: str, boards: Sequence[BoardRow], likeness: Likeness
) -> dict[tuple[str, str], Judgement]:
    """Judge new boards against all boards of the workspace; by ids, the smaller one first."""
    looks = Looks(base)
    rows = {key: row for row, key in enumerate(likeness.mine)}
    seen: dict[str, BoardLook] = {}
    found: dict[tuple[str, str], Judgement] = {}
    for board in boards:
        for other in _candidates(base, workspace, board.id, rows, likeness):
            a, b = sorted((board.id, other))
            if (a, b) in found:
                continue
            for missing in {a, b} - set(seen):
                seen[missing] = _look(base, workspace, missing)
            told = judge_versions(seen[a], seen[b], looks.alike)
            if told is not None:
                found[a, b] = told
    return found


def _candidates(
    base: KnowledgeBase, workspace: str, board: str, rows: dict[str, int], likeness: Likeness
) -> list[str]:
    """Return the boards that hold enough of the names of `board`, or names spelt like them."""
    with base.catalog.session() as session:
        own = Counter(
            session.scalars(select(NodeRow.key).where(NodeRow.board_id == board, NodeRow.key != ""))
        )
        near = {key: likeness.like(rows[key]) for key in own}
        holders: dict[str, set[str]] = {}
        for batch in _batches(sorted({name for names in near.values() for name in names})):
            statement = (
                select(NodeRow.key, NodeRow.board_id)
                .join(BoardRow)
                .where(NodeRow.workspace == workspace, NodeRow.key.in_(batch))
                .where(BoardRow.state != "deleting", BoardRow.id != board)
                .distinct()
            )
            for key, holder in session.execute(statement):
                holders.setdefault(key, set()).add(holder)
        shared: Counter[str] = Counter()
        for key, times in own.items():
            for holder in set().union(*(holders.get(name, set()) for name in near[key])):
                shared[holder] += times
        likely = [one for one, count in shared.items() if count >= needed(1, own.total())]
        sizes: dict[str, int] = {}
        for batch in _batches(likely):
            counted = (
                select(NodeRow.board_id, func.count())
                .where(NodeRow.board_id.in_(batch), NodeRow.key != "")
                .group_by(NodeRow.board_id)
            )
            sizes.update((one, count) for one, count in session.execute(counted))
    kept = [one for one in likely if shared[one] >= needed(sizes[one], own.total())]
    return sorted(kept, key=lambda one: (-shared[one], one))[:MOST]


def _look(base: KnowledgeBase, workspace: str, board: str) -> BoardLook:
    row = base.catalog.board(workspace, board)
    return BoardLook(row.id, Scene.model_validate_json(row.scene), row.picture)


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
