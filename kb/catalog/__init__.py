"""The catalog: the SQL truth about sources, boards, nodes and relations.

Every read takes a workspace; nothing here returns a row of another one.
"""

from __future__ import annotations

from kb.catalog.catalog import Catalog, open_catalog
from kb.catalog.rows import NewBoard, NewSource, board_id_of, source_id_of
from kb.catalog.tables import BoardRow, LocationRow, NodeRow, RelationRow, SourceRow

__all__ = [
    "BoardRow",
    "Catalog",
    "LocationRow",
    "NewBoard",
    "NewSource",
    "NodeRow",
    "RelationRow",
    "SourceRow",
    "board_id_of",
    "open_catalog",
    "source_id_of",
]
