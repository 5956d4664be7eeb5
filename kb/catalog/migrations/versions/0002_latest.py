"""Locations tell which source was seen there last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the catalog to this revision."""
    op.add_column(
        "locations", sa.Column("latest", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    """Undo this revision."""
    op.drop_column("locations", "latest")
