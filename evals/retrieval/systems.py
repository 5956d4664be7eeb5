"""What finding is compared with: the same boards, the same questions, the same embedder.

Each system is built from the scenes as they stand in the store and returns boards, best first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.retrieval.ranking import in_order, shown_nodes
from evals.retrieval.world import Known
from kb.index.sparse import K1, B
from kb.scene import Scene
from kb.text import content_terms, terms_of
from kb.units import sentence_of, units_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

DEEP = 100  # pieces of evidence that boards are taken from
BOARDS = 20


@dataclass(frozen=True)
class Found:
    """What a system found: boards, best first, and nodes of its first pieces, if it names any."""

    boards: list[str]
    nodes: set[tuple[str, str]] | None = None


System = Callable[[str], Found]


def product(base: KnowledgeBase, workspace: str) -> System:
    """Return the product's own search: boards of a long result, nodes of a short one."""
    from kb.search import search

    def find(question: str) -> Found:
        deep = search(base, question, workspace=workspace, k=DEEP)
        short = search(base, question, workspace=workspace, k=10)
        return Found(in_order(deep.evidence), shown_nodes(short.evidence))

    return find


class Bm25:
    """Okapi BM25 (Robertson & Zaragoza 2009) over texts, with the product's tokenizer."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms_of(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], float)
        self._norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
        self._holders: dict[str, list[tuple[int, int]]] = {}
        for number, count in enumerate(counts):
            for term, times in count.items():
                self._holders.setdefault(term, []).append((number, times))

    def best(self, question: str, limit: int) -> list[int]:
        """Return the numbers of the texts that fit best, best first; none without a shared term."""
        scores = np.zeros(len(self._norm))
        for term in dict.fromkeys(content_terms(question)):
            holders = self._holders.get(term, [])
            rare = np.log(1 + (len(scores) - len(holders) + 0.5) / (len(holders) + 0.5))
            for number, times in holders:
                scores[number] += rare * times * (K1 + 1) / (times + self._norm[number])
        order = np.argsort(-scores, kind="stable")[:limit]
        return [int(number) for number in order if scores[number] > 0]


def bm25(known: Iterable[Known]) -> System:
    """Return BM25 alone over the units that the product indexes."""
    units = [(board.id, unit) for board in known for unit in units_of(board.scene)]
    index = Bm25([unit.passage for _, unit in units])

    def find(question: str) -> Found:
        best = [units[number] for number in index.best(question, DEEP)]
        short = [(board, unit) for board, unit in best[:10] if unit.kind != "board"]
        nodes = {(board, node) for board, unit in short for node in unit.nodes}
        return Found(list(dict.fromkeys(board for board, _ in best)), nodes)

    return find


def plain_text(scene: Scene) -> str:
    """Return the words of a board in reading order, as text recognition would give them."""
    rows = sorted(scene.nodes, key=lambda node: (round(node.bbox[1] / 40), node.bbox[0]))
    return "\n".join([node.text for node in rows if node.text])


def description(scene: Scene) -> str:
    """Return one description of a board in prose, with all its words: better than a model's.

    Vision models keep 10 to 65 % of a diagram's names (HKUDS/RAG-Anything#313); this keeps all.
    """
    names = {node.id: " ".join(node.text.split()) for node in scene.nodes}
    kinds = Counter(node.kind for node in scene.nodes)
    what = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    lines = [
        sentence_of(one, names[one.source], names[one.target])
        for one in scene.relations
        if names[one.source] and names[one.target]
    ]
    words = "; ".join(filter(None, names.values()))
    return (
        f"A whiteboard titled {scene.title or 'nothing'} with {what}. It says: {words}. "
        f"Arrows and lines: {'; '.join(lines) or 'none'}."
    )


def described(base: KnowledgeBase, known: Iterable[Known]) -> System:
    """Return the search by one vector a board, of its description, as neighbours do it."""
    boards = list(known)
    vectors = base.embedder.passages([description(board.scene) for board in boards])

    def find(question: str) -> Found:
        order = np.argsort(-(vectors @ base.embedder.query(question)), kind="stable")[:BOARDS]
        return Found([boards[number].id for number in order])

    return find


def llama_index(base: KnowledgeBase, known: Iterable[Known]) -> System:
    """Return LlamaIndex's default: SentenceSplitter and VectorStoreIndex over plain words."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    documents = [
        Document(text=plain_text(board.scene), id_=board.id, metadata={"file_name": board.name})
        for board in known
    ]
    index = VectorStoreIndex.from_documents(
        documents, transformations=[SentenceSplitter()], embed_model=_embedding(base)
    )
    retriever = index.as_retriever(similarity_top_k=BOARDS)

    def find(question: str) -> Found:
        found = retriever.retrieve(question)
        return Found(list(dict.fromkeys(str(one.node.ref_doc_id) for one in found)))

    return find


def _embedding(base: KnowledgeBase) -> Any:
    """Return the product's embedder as LlamaIndex takes one."""
    from llama_index.core.embeddings import BaseEmbedding

    class Shared(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return [float(value) for value in base.embedder.query(query)]

        def _get_text_embedding(self, text: str) -> list[float]:
            return [float(value) for value in base.embedder.passages([text])[0]]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [[float(v) for v in row] for row in base.embedder.passages(texts)]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Shared(model_name=base.embedder.fingerprint)


OURS = "this"


def compared(base: KnowledgeBase, known: Mapping[str, Known]) -> dict[str, System]:
    """Return the systems that the product stands beside, by the names that the tables show."""
    boards = list(known.values())
    return {
        "BM25": bm25(boards),
        "LlamaIndex": llama_index(base, boards),
        "description": described(base, boards),
    }
