"""The boards as parts of a LlamaIndex program: retriever, engines, reader, embedding.

Importing this takes seconds, as LlamaIndex does; nothing else in the product imports it. Each part
takes an open `KnowledgeBase` and a workspace, reads nothing of any other workspace, and raises
`KBError` where something is wrong.
"""

from __future__ import annotations

from api.llama.chat import BoardChatEngine
from api.llama.embedding import BoardEmbedding
from api.llama.query import BoardQueryEngine
from api.llama.reader import BoardReader
from api.llama.retriever import BoardRetriever

__all__ = [
    "BoardChatEngine",
    "BoardEmbedding",
    "BoardQueryEngine",
    "BoardReader",
    "BoardRetriever",
]
