"""Names, links between them, and versions of boards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the catalog to this revision; boards that are there already are linked by a command."""
    op.add_column(
        "boards", sa.Column("linked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "names",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key"),
    )
    op.create_table(
        "links",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("a", sa.Text(), nullable=False),
        sa.Column("b", sa.Text(), nullable=False),
        *_decided(),
        sa.ForeignKeyConstraint(
            ["workspace", "a"], ["names.workspace", "names.key"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "b"], ["names.workspace", "names.key"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "a", "b"),
    )
    op.create_index("ix_links_b", "links", ["workspace", "b"], unique=False)
    op.create_table(
        "versions",
        sa.Column("a", sa.String(), nullable=False),
        sa.Column("b", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        *_decided(),
        sa.ForeignKeyConstraint(["a"], ["boards.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["b"], ["boards.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    op.create_index("ix_versions_b", "versions", ["b"], unique=False)
    op.create_index("ix_versions_workspace", "versions", ["workspace"], unique=False)


def downgrade() -> None:
    """Undo this revision."""
    op.drop_index("ix_versions_workspace", table_name="versions")
    op.drop_index("ix_versions_b", table_name="versions")
    op.drop_table("versions")
    op.drop_index("ix_links_b", table_name="links")
    op.drop_table("links")
    op.drop_table("names")
    op.drop_column("boards", "linked")


def _decided() -> list[sa.Column[object]]:
    """Return the columns of what is suggested, and of what a user decided."""
    return [
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
    ]
