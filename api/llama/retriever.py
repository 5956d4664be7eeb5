"""Search over the boards as a LlamaIndex retriever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from api.llama.nodes import nodes_of
from kb.search import search

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.evidence import Filters


class BoardRetriever(BaseRetriever):
    """Finds evidence on the boards of one workspace.

    Args:
        base: the open knowledge base.
        workspace: whose boards are searched.
        k: most nodes.
        filters: narrow the search.
        options: those of `BaseRetriever`.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        workspace: str,
        *,
        k: int = 10,
        filters: Filters | None = None,
        **options: Any,
    ) -> None:
        self._base, self._workspace = base, workspace
        self._k, self._filters = k, filters
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = search(
            self._base,
            query_bundle.query_str,
            workspace=self._workspace,
            filters=self._filters,
            k=self._k,
        )
        return nodes_of(found.evidence)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
