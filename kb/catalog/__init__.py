"""The catalog: the SQL truth about sources, boards, nodes and relations.

What users ask for takes a workspace and never returns a row of another one; what looks after the
whole store (unfinished and doomed sources, blobs in use) sees all of them and shows them to nobody.
"""

from __future__ import annotations

from kb.catalog.catalog import Catalog, open_catalog
from kb.catalog.rows import NewBoard, NewSource, board_id_of, source_id_of
from kb.catalog.tables import (
    BoardRow,
    LinkRow,
    LocationRow,
    NameRow,
    NodeRow,
    RelationRow,
    SourceRow,
    VersionRow,
)

__all__ = [
    "BoardRow",
    "Catalog",
    "LinkRow",
    "LocationRow",
    "NameRow",
    "NewBoard",
    "NewSource",
    "NodeRow",
    "RelationRow",
    "SourceRow",
    "VersionRow",
    "board_id_of",
    "open_catalog",
    "source_id_of",
]
