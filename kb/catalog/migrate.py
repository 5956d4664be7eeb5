"""Brings the tables of a catalog up to date, with Alembic, when they are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from kb.errors import StoreDamaged

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0004"  # the newest revision in migrations/versions


def migrate(engine: Engine) -> None:
    """Run the migrations that the catalog lacks; a quick look where it lacks none."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    # Alembic takes a quarter of a second to import: only where there is work for it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # One process migrates; the next finds the work done.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _revision(connection) == HEAD:
            return
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreDamaged(
                f"the catalog is of a newer or unknown version: {error}",
                hint="update the program, or point KB_HOME at another store",
            ) from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
