"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the catalog to this revision."""
    op.create_table(
        "sources",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "sha256"),
    )
    op.create_index("ix_sources_sha256", "sources", ["sha256"], unique=False)
    op.create_index("ix_sources_state", "sources", ["state"], unique=False)

    op.create_table(
        "boards",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("picture_type", sa.String(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_boards_picture", "boards", ["picture"], unique=False)
    op.create_index("ix_boards_source_id", "boards", ["source_id"], unique=False)
    op.create_index("ix_boards_workspace", "boards", ["workspace"], unique=False)

    op.create_table(
        "locations",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace", "origin", "source_id"),
    )
    op.create_index("ix_locations_source_id", "locations", ["source_id"], unique=False)

    op.create_table(
        "nodes",
        sa.Column("board_id", sa.String(), nullable=False),
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("x0", sa.Double(), nullable=False),
        sa.Column("y0", sa.Double(), nullable=False),
        sa.Column("x1", sa.Double(), nullable=False),
        sa.Column("y1", sa.Double(), nullable=False),
        sa.Column("color", sa.String(), nullable=True),
        sa.Column("fill", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("board_id", "node_id"),
    )
    op.create_index("ix_nodes_key", "nodes", ["workspace", "key"], unique=False)

    op.create_table(
        "relations",
        sa.Column("board_id", sa.String(), nullable=False),
        sa.Column("relation_id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("directed", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id", "source"], ["nodes.board_id", "nodes.node_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["board_id", "target"], ["nodes.board_id", "nodes.node_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("board_id", "relation_id"),
    )
    op.create_index("ix_relations_source", "relations", ["board_id", "source"], unique=False)
    op.create_index("ix_relations_target", "relations", ["board_id", "target"], unique=False)
    op.create_index("ix_relations_workspace", "relations", ["workspace"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_relations_workspace", table_name="relations")
    op.drop_index("ix_relations_target", table_name="relations")
    op.drop_index("ix_relations_source", table_name="relations")

    op.drop_table("relations")
    op.drop_index("ix_nodes_key", table_name="nodes")

    op.drop_table("nodes")
    op.drop_index("ix_locations_source_id", table_name="locations")

    op.drop_table("locations")
    op.drop_index("ix_boards_workspace", table_name="boards")
    op.drop_index("ix_boards_source_id", table_name="boards")
    op.drop_index("ix_boards_picture", table_name="boards")

    op.drop_table("boards")
    op.drop_index("ix_sources_state", table_name="sources")
    op.drop_index("ix_sources_sha256", table_name="sources")

    op.drop_table("sources")
