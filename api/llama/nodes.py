"""Evidence and answers in LlamaIndex's shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)

from kb.evidence import Answer, Evidence

_NOT_WORDS = ["board", "unit", "nodes", "region"]  # metadata that say nothing to a model


def node_of(evidence: Evidence) -> NodeWithScore:
    """Return evidence as a node; its metadata say where it stands.

    The same evidence has the same id at every search. Its source is the board, under the id that
    `BoardReader` gives the board's document.
    """
    place = "\n".join([evidence.board.id, evidence.unit, *evidence.nodes, evidence.text])
    node = TextNode(
        id_=hashlib.sha256(place.encode()).hexdigest()[:32],
        text=evidence.text,
        metadata={
            "board": evidence.board.id,
            "source": evidence.board.source,
            "title": evidence.board.title,
            "unit": evidence.unit,
            "nodes": list(evidence.nodes),
            "region": list(evidence.region),
        },
        excluded_llm_metadata_keys=_NOT_WORDS,
        excluded_embed_metadata_keys=[*_NOT_WORDS, "source"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=evidence.board.id)},
    )
    return NodeWithScore(node=node, score=evidence.score)


def nodes_of(evidence: Iterable[Evidence]) -> list[NodeWithScore]:
    """Return several pieces of evidence as nodes, in their order."""
    return [node_of(piece) for piece in evidence]


def metadata_of(answer: Answer) -> dict[str, Any]:
    """Return what an engine's response tells beside its words."""
    return {
        "answered": answer.answered,
        "citations": [citation.model_dump(mode="json") for citation in answer.citations],
        "note": answer.note,
        "model": answer.model,
    }
