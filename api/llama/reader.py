"""Boards as LlamaIndex documents, for indexes that also hold other things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from api.boards import summaries
from kb.export import to_markdown
from kb.scene import Scene

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow

PAGE = 50
_NOT_WORDS = ["board", "page", "captured_at"]


class BoardReader(BaseReader):
    """Gives each board of one workspace as a document: its Markdown outline.

    The document's id is the board's, so that an index can be refreshed. What LlamaIndex makes of
    it has no regions; `BoardRetriever` finds with them.
    """

    def __init__(self, base: KnowledgeBase, workspace: str) -> None:
        self._base, self._workspace = base, workspace

    def lazy_load_data(
        self, *_: Any, boards: Iterable[str] | None = None, **__: Any
    ) -> Iterator[Document]:
        """Give the documents of all boards, newest first, or of those whose ids are given.

        Raises:
            NotFound: a named board is not in the workspace.
        """
        catalog = self._base.catalog
        if boards is not None:
            yield from self._documents([catalog.board(self._workspace, b) for b in boards])
            return
        offset = 0
        while rows := catalog.boards(self._workspace, limit=PAGE, offset=offset):
            yield from self._documents(rows)
            offset += PAGE

    def _documents(self, rows: list[BoardRow]) -> Iterator[Document]:
        for row, told in zip(rows, summaries(self._base, rows), strict=True):
            yield Document(
                id_=row.id,
                text=to_markdown(Scene.model_validate_json(row.scene)),
                metadata={
                    "board": row.id,
                    "source": told.source,
                    "title": told.title,
                    "page": told.page,
                    "captured_at": told.captured_at.isoformat() if told.captured_at else "",
                },
                excluded_llm_metadata_keys=_NOT_WORDS,
                excluded_embed_metadata_keys=[*_NOT_WORDS, "source"],
            )
