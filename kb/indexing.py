"""From scenes in the catalog to points in the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.memory import give_back
from kb.scene import Scene
from kb.units import Unit, units_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow
    from kb.index import Point

BATCH_UNITS = 256  # enough for the embedder to be busy, little enough to lose nothing of note


@dataclass(frozen=True)
class IndexedBoard:
    """A board with the units that stand for it in the index."""

    row: BoardRow
    paths: list[str]
    units: list[Unit]


def payload_of(board: IndexedBoard, unit: Unit) -> dict[str, Any]:
    """Return what the index keeps beside the vectors: enough for evidence without the catalog."""
    row = board.row
    return {
        "workspace": row.workspace,
        "board": row.id,
        "source": board.paths,
        "title": row.title or row.name,
        "unit": unit.kind,
        "nodes": list(unit.nodes),
        "region": list(unit.region),
        "text": unit.quote,
        "kinds": list(unit.kinds),
        "tags": list(unit.tags),
        "colors": list(unit.colors),
        "language": row.language,
        "at": row.captured_at if row.captured_at is not None else row.created_at,
    }


def boards_to_index(base: KnowledgeBase, source_id: str) -> list[IndexedBoard]:
    """Return the boards of a source with their units, as the catalog has them."""
    paths = base.catalog.paths(source_id)
    return [
        IndexedBoard(row, paths, units_of(Scene.model_validate_json(row.scene)))
        for row in base.catalog.boards_of(source_id)
    ]


def index_sources(
    base: KnowledgeBase,
    source_ids: Sequence[str],
    *,
    reached: Callable[[str], None] = lambda _stage: None,
) -> None:
    """Bring sources from ``extracted`` to ``ready``: their old points go, their new ones come.

    `reached` is told each stage as it is reached, for progress and for crash tests.
    """
    boards = [board for source in source_ids for board in boards_to_index(base, source)]
    points = list(_points(base, boards))
    reached("embedded")
    for board in boards:
        base.index.drop_board(board.row.workspace, board.row.id)
    base.index.put(points)
    reached("indexed")
    replaced = set(base.catalog.finish(source_ids))
    give_back()
    reached("ready")
    moved = [s.id for s in base.catalog.unfinished() if s.id in replaced and s.state == "extracted"]
    if moved:  # replaced in one place, they stand in another: their points name places
        index_sources(base, moved, reached=reached)


def _points(base: KnowledgeBase, boards: Sequence[IndexedBoard]) -> Iterator[Point]:
    from kb.index import Point, point_id, sparse_passage

    pairs = [(board, unit) for board in boards for unit in board.units]
    if not pairs:
        return
    vectors = base.embedder.passages([unit.passage for _, unit in pairs])
    for (board, unit), vector in zip(pairs, vectors, strict=True):
        yield Point(
            id=point_id(board.row.workspace, board.row.id, unit.key),
            dense=vector,
            sparse=sparse_passage(unit.passage),
            payload=payload_of(board, unit),
        )


def reindex(
    base: KnowledgeBase, *, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> int:
    """Build the index anew from the catalog; return how many boards it holds.

    A crash half-way leaves sources that the next start finishes. `progress` gets (done, all).
    """
    with base.writing("kb reindex"):
        return finish_extracted(base, empty_index(base), progress=progress)


def empty_index(base: KnowledgeBase) -> list[str]:
    """Empty the index, for the embedder in use; return the sources to index again."""
    sources = [row.id for row in base.catalog.sources() if row.state in ("ready", "extracted")]
    base.catalog.set_state(sources, "extracted")
    base.index.reset()  # what it lacks now stands in the catalog, as ``extracted``
    return sources


def finish_extracted(
    base: KnowledgeBase,
    source_ids: Sequence[str],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Index sources in batches of about `BATCH_UNITS` units; return how many boards."""
    done, boards, batch, units = 0, 0, [], 0
    for position, source in enumerate(source_ids, 1):
        found = boards_to_index(base, source)
        batch.append(source)
        boards += len(found)
        units += sum(len(board.units) for board in found)
        if units >= BATCH_UNITS or position == len(source_ids):
            index_sources(base, batch)
            done += len(batch)
            batch, units = [], 0
            progress(done, len(source_ids))
    return boards
