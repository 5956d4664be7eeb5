"""Migrations lead to the tables of the code, and back."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

import kb.catalog.migrations
from kb.catalog import NewSource, open_catalog
from kb.catalog.tables import Base
from tests.kb.catalog.test_catalog import board


def test_boards_of_an_older_version_are_dated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    catalog = open_catalog(url)
    for name, sha in (("2024-01-01.png", "aa"), ("会议/2026-01-01.png", "bb")):
        source = catalog.register(NewSource("w", f"/{name}", name, sha, 1, 1))
        catalog.put_board("w", source.id, board())
    before = {row.id: row.drawn_at for row in catalog.boards("w")}
    catalog.close()
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(kb.catalog.migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    engine.dispose()
    again = open_catalog(url)
    assert {row.id: row.drawn_at for row in again.boards("w")} == before
    assert min(before.values()) > 1.7e9
    again.close()


def test_a_store_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    catalog = open_catalog(url)
    source = catalog.register(NewSource("w", "/a.png", "a.png", "aa", 1, 1))
    ident = catalog.put_board("w", source.id, board())
    catalog.close()
    engine = create_engine(url)
    config = Config()
    folder = str(Path(kb.catalog.migrations.__file__).parent)
    config.set_main_option("script_location", folder)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    assert not {"names", "links", "versions"} & set(inspect(engine).get_table_names())
    again = open_catalog(url)
    assert again.board("w", ident).linked is False
    again.close()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
