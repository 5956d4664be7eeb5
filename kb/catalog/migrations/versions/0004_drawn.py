"""Boards keep when they were drawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.catalog.tables import BoardRow, LocationRow
from kb.drawn import moment_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BOARDS = sa.table("boards", sa.column("id"), sa.column("drawn_at"))


def upgrade() -> None:
    """Bring the catalog to this revision; boards that are there already are dated."""
    op.add_column("boards", sa.Column("drawn_at", sa.Double(), server_default="0", nullable=False))
    bind = op.get_bind()
    places: dict[str, list[LocationRow]] = {}
    for source, path, mtime_ns in bind.execute(
        sa.text("SELECT source_id, path, mtime_ns FROM locations")
    ):
        places.setdefault(source, []).append(LocationRow(path=path, mtime_ns=mtime_ns))
    dated = [
        {"board": board, "at": moment_of(row, places.get(source, ())).at}
        for board, source, taken, made in bind.execute(
            sa.text("SELECT id, source_id, captured_at, created_at FROM boards")
        )
        for row in [BoardRow(captured_at=taken, created_at=made)]
    ]
    if dated:
        at = sa.update(_BOARDS).values(drawn_at=sa.bindparam("at"))
        bind.execute(at.where(_BOARDS.c.id == sa.bindparam("board")), dated)


def downgrade() -> None:
    """Undo this revision."""
    op.drop_column("boards", "drawn_at")
