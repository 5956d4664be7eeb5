"""LightRAG over the same boards, embedder and graph; it runs where `lightrag-hku` is installed.

LightRAG has a language model write its graph and its keywords. None is at hand without a server,
so it is given better: our exact scenes as its graph, and a question's content terms as keywords.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.retrieval.systems import BOARDS, Found, System, plain_text
from evals.retrieval.world import Known
from kb.text import content_terms
from kb.units import sentence_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

MODE = "mix"  # graph and passages; the mode that LightRAG recommends


@contextmanager
def light_rag(base: KnowledgeBase, known: Iterable[Known]) -> Iterator[System]:
    """Open LightRAG's retrieval; boards in the order of its passages, then of its entities."""
    from lightrag import QueryParam

    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        rag = _opened(base, Path(folder))
        runner.run(rag.initialize_storages())
        runner.run(rag.ainsert_custom_kg(graph_of(known)))

        def find(question: str) -> Found:
            terms = content_terms(question) or [question]
            param = QueryParam(
                mode=MODE, ll_keywords=terms, hl_keywords=terms, chunk_top_k=BOARDS,
                enable_rerank=False,
            )  # fmt: skip
            data = runner.run(rag.aquery_data(question, param)).get("data", {})
            parts = [*data.get("chunks", ()), *data.get("entities", ())]
            paths = [path for part in parts for path in str(part["file_path"]).split("<SEP>")]
            return Found(list(dict.fromkeys(filter(None, paths))))

        yield find
        runner.run(rag.finalize_storages())


def _opened(base: KnowledgeBase, folder: Path) -> Any:
    """Return a LightRAG in `folder` that has our embedder and no language model."""
    from lightrag import LightRAG
    from lightrag.utils import EmbeddingFunc, Tokenizer

    for name in ("lightrag", "nano-vectordb"):
        logging.getLogger(name).setLevel(logging.ERROR)

    async def embed(texts: list[str], context: str = "document", **_: Any) -> Any:
        if context == "query":
            return np.stack([base.embedder.query(text) for text in texts])
        return base.embedder.passages(texts)

    async def no_model(*_: Any, **__: Any) -> str:
        raise RuntimeError("there is no language model")

    return LightRAG(
        working_dir=str(folder),
        embedding_func=EmbeddingFunc(
            embedding_dim=base.embedder.dim, func=embed, supports_asymmetric=True
        ),
        llm_model_func=no_model,
        tokenizer=Tokenizer("characters", _Characters()),
    )


class _Characters:
    """Counts two bytes as a token: LightRAG's own tokenizer would have to be downloaded."""

    def encode(self, content: str) -> list[int]:
        data = content.encode("utf-16-le", "replace")
        return [int.from_bytes(data[n : n + 2], "little") for n in range(0, len(data), 2)]

    def decode(self, tokens: list[int]) -> str:
        data = b"".join(token.to_bytes(2, "little") for token in tokens)
        return data.decode("utf-16-le", "replace")


def graph_of(known: Iterable[Known]) -> dict[str, Any]:
    """Return boards as LightRAG takes a graph: passages, named things, and what joins them."""
    made: dict[str, Any] = {"chunks": [], "entities": [], "relationships": []}
    for board in known:
        here = {"source_id": board.id, "file_path": board.id}
        made["chunks"].append({"content": plain_text(board.scene) or board.name, **here})
        names = {one.id: " ".join(one.text.split())[:200] for one in board.scene.nodes}
        for node in board.scene.nodes:
            if names[node.id]:
                told = f"{names[node.id]} ({board.scene.title})"
                made["entities"].append(
                    {"entity_name": names[node.id], "entity_type": node.kind,
                     "description": told, **here}
                )  # fmt: skip
        for one in board.scene.relations:
            ends = names[one.source], names[one.target]
            if all(ends) and ends[0] != ends[1]:
                made["relationships"].append(
                    {"src_id": ends[0], "tgt_id": ends[1], "description": sentence_of(one, *ends),
                     "keywords": one.label or "leads to", "weight": 1.0, **here}
                )  # fmt: skip
    return made
