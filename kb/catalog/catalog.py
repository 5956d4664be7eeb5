"""Reads and writes of the catalog, one transaction each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kb.catalog.dating import date_boards, drawn_at
from kb.catalog.engine import open_engine
from kb.catalog.leaving import drop_boards
from kb.catalog.rows import NewBoard, NewSource, board_id_of, board_rows
from kb.catalog.tables import BoardRow, LocationRow, NodeRow, RelationRow, SourceRow
from kb.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine

_BATCH = 5_000  # ids in one statement


def open_catalog(url: str) -> Catalog:
    """Open the catalog at an SQLAlchemy `url` and bring its tables up to date. Raises `KBError`."""
    return Catalog(open_engine(url))


class Catalog:
    """The SQL truth. Safe to share between threads; each call is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, or all undone."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session to read with, which sees the catalog as it is at its first query.

        What others write or remove meanwhile is not seen: what one query found, the next one finds.
        """
        with self.session() as session:
            if self._engine.dialect.name == "sqlite":
                # Left to itself, sqlite3 begins no transaction before something is written.
                session.connection().exec_driver_sql("BEGIN")
            else:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    # sources

    def known_locations(
        self, workspace: str, origins: Sequence[str] | None = None
    ) -> dict[str, list[tuple[LocationRow, SourceRow]]]:
        """Return, by origin (of a few `origins`, or all), what was seen there last."""
        statement = (
            select(LocationRow, SourceRow)
            .join(SourceRow)
            .where(LocationRow.workspace == workspace, LocationRow.latest)
            .where(SourceRow.state != "deleting")
        )
        if origins is not None:
            statement = statement.where(LocationRow.origin.in_(origins))
        known: dict[str, list[tuple[LocationRow, SourceRow]]] = {}
        with self.session() as session:
            for location, source in session.execute(statement):
                known.setdefault(location.origin, []).append((location, source))
        return known

    def source(self, workspace: str, source_id: str) -> SourceRow | None:
        """Return a source of this workspace, or None."""
        with self.session() as session:
            row = session.get(SourceRow, source_id)
            return row if row is not None and row.workspace == workspace else None

    def holds_others(self, new: NewSource) -> bool:
        """Tell whether boards of other bytes stand where `new` was seen."""
        statement = (
            select(SourceRow.id)
            .join(LocationRow)
            .where(LocationRow.workspace == new.workspace, LocationRow.origin == new.origin)
            .where(SourceRow.id != new.id, SourceRow.state.in_(("ready", "extracted")))
        )
        with self.session() as session:
            return session.scalar(statement.limit(1)) is not None

    def register(self, new: NewSource, *, again: bool = False) -> SourceRow:
        """Write down that a source was seen; a known one gets the new location.

        A ready source that gains a location, is back at one, or was saved at another time, goes
        back to ``extracted``: the index carries paths and when boards were drawn.
        With `again` a failed one goes back to ``registered``.
        """
        with self.session() as session:
            row = session.get(SourceRow, new.id)
            if row is None:
                row = SourceRow(
                    id=new.id,
                    workspace=new.workspace,
                    sha256=new.sha256,
                    size=new.size,
                    state="registered",
                    created_at=time.time(),
                )
                session.add(row)
                session.flush()
            place = session.get(LocationRow, (new.workspace, new.origin, new.id))
            if place is None:
                place = LocationRow(
                    workspace=new.workspace, origin=new.origin, source_id=new.id, path=new.path
                )
                session.add(place)
            stays = place.latest and place.mtime_ns == new.mtime_ns
            if not stays and row.state == "ready":
                row.state = "extracted"
            place.size, place.mtime_ns, place.latest = new.size, new.mtime_ns, True
            session.execute(  # what was there before stays until this source is ready
                update(LocationRow)
                .where(LocationRow.workspace == new.workspace, LocationRow.origin == new.origin)
                .where(LocationRow.source_id != new.id)
                .values(latest=False)
            )
            if again and row.state == "failed":
                row.state = "registered"
            return row

    def unplace(self, workspace: str, origin: str) -> list[str]:
        """Forget that sources were seen at `origin` or below it; return the ids of these sources.

        Those that were seen elsewhere too go back to ``extracted``: the index carries paths.
        """
        there = (LocationRow.workspace == workspace) & (
            (LocationRow.origin == origin)
            | _begins_with(LocationRow.origin, f"{origin}/")
            | _begins_with(LocationRow.origin, f"{origin}!/")
        )
        with self.session() as session:
            return _forget_places(session, there)

    def unfinished(self) -> list[SourceRow]:
        """Return what an earlier run left half-way, one workspace after the other."""
        with self.session() as session:
            return list(
                session.scalars(
                    select(SourceRow)
                    .where(SourceRow.state.in_(("registered", "extracted")))
                    .order_by(SourceRow.workspace, SourceRow.id)
                )
            )

    def doomed(self) -> list[SourceRow]:
        """Return the sources, of all workspaces, whose removal has begun or that nobody holds."""
        held = select(LocationRow.source_id)
        with self.session() as session:
            return list(
                session.scalars(
                    select(SourceRow)
                    .where((SourceRow.state == "deleting") | SourceRow.id.not_in(held))
                    .order_by(SourceRow.id)
                )
            )

    def set_state(self, source_ids: Sequence[str], state: str) -> None:
        """Move sources, and their boards, to `state`."""
        with self.session() as session:
            for batch in _batches(source_ids):
                session.execute(
                    update(SourceRow).where(SourceRow.id.in_(batch)).values(state=state)
                )
                session.execute(
                    update(BoardRow).where(BoardRow.source_id.in_(batch)).values(state=state)
                )

    def fail(self, source_id: str, code: str, message: str) -> None:
        """Write down that a source can't be read, and drop the boards read so far."""
        with self.session() as session:
            drop_boards(session, BoardRow.source_id == source_id)
            session.execute(
                update(SourceRow)
                .where(SourceRow.id == source_id)
                .values(
                    state="failed",
                    error_code=code,
                    error_message=message,
                    attempts=SourceRow.attempts + 1,
                )
            )

    def finish(self, source_ids: Sequence[str]) -> list[str]:
        """Mark sources ready; they replace what stood before where they were the last seen.

        Returns the sources that were replaced somewhere; those that still stand elsewhere are
        ``extracted`` again.
        """
        replaced: set[str] = set()
        ready = {"state": "ready", "error_code": "", "error_message": "", "attempts": 0}
        with self.session() as session:
            for batch in _batches(source_ids):
                session.execute(update(SourceRow).where(SourceRow.id.in_(batch)).values(ready))
                session.execute(
                    update(BoardRow).where(BoardRow.source_id.in_(batch)).values(state="ready")
                )
            for source_id in source_ids:
                places = select(LocationRow.workspace, LocationRow.origin).where(
                    LocationRow.source_id == source_id, LocationRow.latest
                )
                for workspace, origin in session.execute(places).all():
                    older = (LocationRow.workspace == workspace) & (LocationRow.origin == origin)
                    older &= LocationRow.source_id != source_id
                    replaced.update(_forget_places(session, older))
            for batch in _batches(source_ids):
                date_boards(session, batch)
        return sorted(replaced)

    def forget(self, source_id: str) -> None:
        """Remove a source with its boards, nodes, relations, names, links and locations."""
        with self.session() as session:
            drop_boards(session, BoardRow.source_id == source_id)
            session.execute(delete(SourceRow).where(SourceRow.id == source_id))

    def paths(self, source_id: str) -> list[str]:
        """Return the paths under which a source was seen, sorted."""
        with self.session() as session:
            rows = session.scalars(
                select(LocationRow.path).where(LocationRow.source_id == source_id).distinct()
            )
            return sorted(rows)

    def places(self, source_id: str) -> list[LocationRow]:
        """Return where a source was seen, by path."""
        statement = select(LocationRow).where(LocationRow.source_id == source_id)
        with self.session() as session:
            return list(session.scalars(statement.order_by(LocationRow.path, LocationRow.origin)))

    # boards

    def put_board(self, workspace: str, source_id: str, board: NewBoard) -> str:
        """Write a board with its nodes and relations, in place of an earlier one; return its id."""
        row, nodes, relations = board_rows(workspace, source_id, board)
        with self.session() as session:
            drop_boards(session, BoardRow.id == row.id)
            row.drawn_at = drawn_at(session, row)
            session.add(row)
            session.flush()
            session.add_all(nodes)
            session.flush()
            session.add_all(relations)
        return board_id_of(source_id, board.page)

    def boards(
        self, workspace: str, *, limit: int | None = None, offset: int = 0
    ) -> list[BoardRow]:
        """Return the boards of a workspace, the last drawn first (`kb.drawn`)."""
        statement = (
            select(BoardRow)
            .where(BoardRow.workspace == workspace, BoardRow.state != "deleting")
            .order_by(BoardRow.drawn_at.desc(), BoardRow.id)
            .limit(limit)
            .offset(offset)
        )
        with self.session() as session:
            return list(session.scalars(statement))

    def board(self, workspace: str, board_id: str) -> BoardRow:
        """Return a board. Raises `NotFound`, also where it stands in another workspace."""
        row = None
        if board_id.isascii() and board_id.isalnum():  # PostgreSQL refuses to look for a NUL
            with self.session() as session:
                row = session.get(BoardRow, board_id)
        if row is None or row.workspace != workspace or row.state == "deleting":
            raise NotFound(
                f"no board {board_id!r} in workspace {workspace!r}",
                hint="`kb boards list` shows the boards",
            )
        return row

    def boards_of(self, source_id: str) -> list[BoardRow]:
        """Return the boards of a source, by page."""
        statement = select(BoardRow).where(BoardRow.source_id == source_id).order_by(BoardRow.page)
        with self.session() as session:
            return list(session.scalars(statement))

    def sources(self, workspace: str | None = None) -> list[SourceRow]:
        """Return the sources of a workspace (None: of all; for check and reindex only)."""
        statement = select(SourceRow).order_by(SourceRow.id)
        if workspace is not None:
            statement = statement.where(SourceRow.workspace == workspace)
        with self.session() as session:
            return list(session.scalars(statement))

    def blobs_in_use(self, hashes: Iterable[str] | None = None, *, beside: str = "") -> set[str]:
        """Return the blob hashes that rows name (of `hashes`, or all), not counting one source."""
        wanted = None if hashes is None else list(hashes)
        by_source = select(SourceRow.sha256).where(
            SourceRow.id != beside, SourceRow.state != "failed"
        )
        by_board = select(BoardRow.picture).where(BoardRow.source_id != beside)
        if wanted is not None:
            by_source = by_source.where(SourceRow.sha256.in_(wanted))
            by_board = by_board.where(BoardRow.picture.in_(wanted))
        with self.session() as session:
            return set(session.scalars(by_source)) | set(session.scalars(by_board))

    def workspaces(self) -> dict[str, int]:
        """Return the workspaces that hold boards, by name, and how many."""
        statement = (
            select(BoardRow.workspace, func.count())
            .where(BoardRow.state != "deleting")
            .group_by(BoardRow.workspace)
            .order_by(BoardRow.workspace)
        )
        with self.session() as session:
            return {workspace: boards for workspace, boards in session.execute(statement)}

    def has_board(self, workspace: str) -> bool:
        """Tell whether a workspace holds any board."""
        statement = select(BoardRow.id).where(
            BoardRow.workspace == workspace, BoardRow.state != "deleting"
        )
        with self.session() as session:
            return session.scalar(statement.limit(1)) is not None

    def origins(self, board_ids: Sequence[str]) -> dict[str, str]:
        """Return, by board, the absolute place of the path that it is shown under."""
        found: dict[str, str] = {}
        with self.session() as session:
            for batch in _batches(board_ids):
                statement = (
                    select(BoardRow.id, LocationRow.origin)
                    .join(LocationRow, LocationRow.source_id == BoardRow.source_id)
                    .where(BoardRow.id.in_(batch))
                    .order_by(LocationRow.path, LocationRow.origin)
                )
                for board, origin in session.execute(statement):
                    found.setdefault(board, origin)
        return found

    def counts(self, workspace: str) -> dict[str, int]:
        """Return how many sources, boards, nodes and relations a workspace holds."""
        tables: dict[str, Any] = {
            "sources": SourceRow,
            "boards": BoardRow,
            "nodes": NodeRow,
            "relations": RelationRow,
        }
        with self.session() as session:
            return {
                name: session.scalar(
                    select(func.count()).select_from(table).where(table.workspace == workspace)
                )
                or 0
                for name, table in tables.items()
            }


def _forget_places(session: Session, there: ColumnElement[bool]) -> list[str]:
    """Delete locations; ready sources that stand elsewhere too must be indexed again."""
    touched = sorted(set(session.scalars(select(LocationRow.source_id).where(there))))
    session.execute(delete(LocationRow).where(there))
    held = select(LocationRow.source_id)
    for batch in _batches(touched):
        session.execute(
            update(SourceRow)
            .where(SourceRow.id.in_(batch), SourceRow.id.in_(held), SourceRow.state == "ready")
            .values(state="extracted")
        )
    return touched


def _begins_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Compare letter by letter: LIKE takes "A" for "a" in SQLite."""
    return func.substr(column, 1, len(prefix)) == prefix


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Databases take a few ten thousand parameters of one statement at most."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
