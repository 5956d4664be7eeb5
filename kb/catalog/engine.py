"""The connection to the catalog's database, tuned, and its tables up to date."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from kb.catalog.migrate import migrate
from kb.errors import KBError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PATIENCE_S = 30  # for others that write


def open_engine(url: str) -> Engine:
    """Return the engine for an SQLAlchemy `url`, its tables up to date.

    Raises `KBError` where the database can't be opened.
    """
    try:
        engine = _engine(url)
        migrate(engine)
    except SQLAlchemyError as error:
        place = make_url(url)
        raise KBError(
            f"the catalog {place.render_as_string(hide_password=True)} can't be opened: "
            f"{getattr(error, 'orig', None) or error}",  # not SQLAlchemy's link to its manual
            code="catalog_unreachable",
            hint="check that file, its rights and the free space of its disk"
            if place.drivername.startswith("sqlite")
            else "check KB_DATABASE_URL, and that the database runs",
        ) from error
    return engine


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_S * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to the write-ahead log; SQLite does not wait for others by itself here."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
