"""The index: Qdrant, embedded or a server, behind one repository class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.index.points import Hit, Point, Sparse, point_id
from kb.index.sparse import sparse_passage, sparse_query
from kb.index.unit_index import UnitIndex

if TYPE_CHECKING:
    from kb.index.driver import Driver
    from kb.settings import Settings

LAYOUT = 4  # counts up when points carry something else; older indexes are then made anew

__all__ = [
    "Hit",
    "Point",
    "Sparse",
    "UnitIndex",
    "open_index",
    "point_id",
    "sparse_passage",
    "sparse_query",
]


def open_index(settings: Settings, dim: int, fingerprint: str) -> UnitIndex:
    """Open the index that the settings name, and make it if there is none.

    Args:
        settings: `qdrant_url` is a server, or "" for a folder in `home`.
        dim: of the embedder in use.
        fingerprint: of the embedder in use; an index of another one is `UnitIndex.stale`.

    Raises:
        KBError: ``index_unreachable``: the server doesn't answer.
    """
    from kb.index.points import About

    fingerprint = f"{fingerprint}/{LAYOUT}"
    about = About(fingerprint, dim)
    driver: Driver
    if settings.qdrant_url:
        from kb.index.server import ServerDriver, connect

        client = connect(settings.qdrant_url, settings.qdrant_api_key.get_secret_value())
        driver = ServerDriver(client, settings.collection, about)
    else:
        from kb.index.edge import EdgeDriver

        place = settings.home / "index"
        driver = EdgeDriver(place, settings.collection, about, wait_s=settings.lock_wait_s)
    return UnitIndex(driver, fingerprint, dim)
