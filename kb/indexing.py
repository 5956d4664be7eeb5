"""From scenes in the catalog to points in the index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.drawn import moment_of
from kb.likeness import sketch_of
from kb.memory import give_back
from kb.scene import Scene
from kb.text import language_of
from kb.units import Unit, units_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow, LocationRow
    from kb.index import Point

BATCH_UNITS = 256  # enough for the embedder to be busy, little enough to lose nothing of note


@dataclass(frozen=True)
class IndexedBoard:
    """A board with the units that stand for it in the index."""

    row: BoardRow
    places: list[LocationRow]
    units: list[Unit]

    @cached_property
    def paths(self) -> list[str]:
        """Under which it was seen, sorted."""
        return sorted({place.path for place in self.places})

    @cached_property
    def at(self) -> float:
        """When it was drawn: see `kb.drawn`."""
        return moment_of(self.row, self.places).at

    @cached_property
    def sketch(self) -> str:
        """What the board is compared by with others: see `kb.likeness`."""
        return sketch_of(unit.quote for unit in self.units if unit.kind == "node")


def payload_of(board: IndexedBoard, unit: Unit) -> dict[str, Any]:
    """Return what the index keeps beside the vectors: enough for evidence without the catalog.

    ``digest`` tells one content of a unit from another; when it was ingested, and from where, is no
    part of it.
    """
    row = board.row
    payload = {
        "workspace": row.workspace,
        "board": row.id,
        "title": row.title or row.name,
        "unit": unit.kind,
        "nodes": list(unit.nodes),
        "region": list(unit.region),
        "text": unit.quote,
        "kinds": list(unit.kinds),
        "tags": list(unit.tags),
        "colors": list(unit.colors),
        "language": language_of(unit.passage) or language_of(row.title),
        "ways": [list(way) for way in unit.ways],
        "sketch": board.sketch,
    }
    content = json.dumps([payload, unit.passage, row.captured_at]).encode()
    return {
        **payload,
        "at": board.at,
        "source": board.paths,
        "digest": hashlib.blake2b(content, digest_size=16).hexdigest(),
    }


def boards_to_index(base: KnowledgeBase, source_id: str) -> list[IndexedBoard]:
    """Return the boards of a source with their units, as the catalog has them."""
    places = base.catalog.places(source_id)
    return [
        IndexedBoard(row, places, units_of(Scene.model_validate_json(row.scene)))
        for row in base.catalog.boards_of(source_id)
    ]


def index_sources(
    base: KnowledgeBase,
    source_ids: Sequence[str],
    *,
    reached: Callable[[str], None] = lambda _stage: None,
) -> None:
    """Bring sources from ``extracted`` to ``ready``: what changed is embedded, the rest stays.

    Boards that were not looked at yet are linked to the others (`kb.links`).

    `reached` is told each stage as it is reached, for progress and for crash tests.
    """
    from kb.links import link_boards

    boards = [board for source in source_ids for board in boards_to_index(base, source)]
    changes = [_change(base, board) for board in boards]
    points = list(_points(base, changes))
    reached("embedded")
    for change in changes:
        _make_room(base, change)
    base.index.put(points)
    reached("indexed")
    link_boards(base, [board.row for board in boards])
    reached("linked")
    replaced = set(base.catalog.finish(source_ids))
    give_back()
    reached("ready")
    moved = [s.id for s in base.catalog.unfinished() if s.id in replaced and s.state == "extracted"]
    if moved:  # replaced in one place, they stand in another: their points name places
        index_sources(base, moved, reached=reached)


@dataclass(frozen=True)
class _Change:
    """What the index lacks of a board: units with their payloads, by point id."""

    board: IndexedBoard
    missing: dict[str, tuple[dict[str, Any], Unit]]
    foreign: bool  # it holds points that the board has no unit for


def _change(base: KnowledgeBase, board: IndexedBoard) -> _Change:
    from kb.index import point_id

    row = board.row
    known = {
        point.id: point.payload.get("digest")
        for point in base.index.points(workspace=row.workspace, board_id=row.id)
    }
    wanted = {
        point_id(row.workspace, row.id, unit.key): (payload_of(board, unit), unit)
        for unit in board.units
    }
    foreign = not set(known) <= set(wanted)
    missing = {
        point: (payload, unit)
        for point, (payload, unit) in wanted.items()
        if foreign or known.get(point) != payload["digest"]
    }
    return _Change(board, missing, foreign)


def _make_room(base: KnowledgeBase, change: _Change) -> None:
    row = change.board.row
    if change.foreign:
        base.index.drop_board(row.workspace, row.id)
    elif len(change.missing) < len(change.board.units):  # the others stay, under today's paths
        base.index.update_sources(row.workspace, row.id, change.board.paths, change.board.at)


def _points(base: KnowledgeBase, changes: Sequence[_Change]) -> Iterator[Point]:
    from kb.index import Point, sparse_passage

    missing = [entry for change in changes for entry in change.missing.items()]
    if not missing:
        return
    vectors = base.embedder.passages([unit.passage for _, (_, unit) in missing])
    for (point, (payload, unit)), vector in zip(missing, vectors, strict=True):
        around = unit.passage.removeprefix(unit.quote)
        words = sparse_passage(unit.quote, around)
        yield Point(id=point, dense=vector, sparse=words, payload=payload)


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
    from kb.links import unlink_all

    sources = [row.id for row in base.catalog.sources() if row.state in ("ready", "extracted")]
    base.catalog.set_state(sources, "extracted")
    unlink_all(base)
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
