"""Bodies of requests and responses that are no objects of the knowledge base, with examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.boards import BoardSummary
from kb.evidence import Turn, UnitKind
from kb.links.shapes import Link, State


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorBody(_Body):
    """What went wrong: a stable code, one sentence, and what to do about it."""

    code: str
    message: str
    hint: str


class ErrorShape(_Body):
    """The one shape of every error."""

    error: ErrorBody


class FilterBody(_Body):
    """Narrows a search. Empty fields don't filter; several values of one mean "any of"."""

    units: list[UnitKind] = []
    kinds: list[str] = []
    tags: list[str] = []
    colors: list[str] = []
    since: datetime | None = None
    until: datetime | None = None
    source: str = ""
    boards: list[str] = []


class SearchBody(_Body):
    """A search."""

    query: str
    k: int = 10
    filters: FilterBody = Field(default_factory=FilterBody)


class AskBody(_Body):
    """A question; `history` holds the turns before it, oldest first."""

    question: str
    k: int = 10
    history: list[Turn] = Field([], max_length=100)
    stream: bool = False


class LinkBody(_Body):
    """What a user says of two names: one thing (accepted), two (rejected), or nothing again."""

    names: tuple[str, str]
    state: State
    by: str = "api"
    note: str = ""


class LinkResult(_Body):
    """The link as it is now; null where nothing is said of the two names any more."""

    link: Link | None


class VersionBody(_Body):
    """What a user says of two boards: one at two times, two boards, or nothing again."""

    other: str
    state: State
    by: str = "api"
    note: str = ""


class Health(_Body):
    """The process is alive."""

    status: str = "ok"


class Failure(_Body):
    """A file that could not be taken in, and why."""

    source: str
    code: str
    message: str


class UploadResult(_Body):
    """What became of each uploaded file, as `kb ingest --json` tells it, and the boards."""

    added: list[str]
    replaced: list[str] = []
    blank: list[str] = []
    unchanged: list[str]
    failed: list[Failure]
    seconds: float
    model: dict[str, float] = {}
    boards: list[BoardSummary]


class Removed(_Body):
    """Ids of the boards that went: all of the source that the named board came from."""

    removed: list[str]


BOARD_ID = "63ad9103f0f9bb10"
_REF = {"id": BOARD_ID, "source": "plans/order-flow.excalidraw", "title": "Order flow"}
_FOUND = {
    "board": _REF,
    "nodes": ["n2", "n3"],
    "region": [120.0, 80.0, 560.0, 140.0],
    "text": "Check stock → Pack: in stock",
}
_CITATION = {"n": 1, **_FOUND, "name": "Order flow"}
EVIDENCE = {**_FOUND, "unit": "relation", "score": 0.82}
SUMMARY = {
    "id": BOARD_ID,
    "source": "plans/order-flow.excalidraw",
    "page": 1,
    "name": "",
    "title": "Order flow",
    "language": "en",
    "width": 1600,
    "height": 1200,
    "picture": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "picture_type": "image/png",
    "when": "2026-03-02T09:30:00Z",
    "dated": "saved",
    "captured_at": None,
    "ingested_at": "2026-03-02T09:30:00Z",
    "state": "ready",
}
SCENE = {
    "schema_version": 1,
    "title": "Order flow",
    "language": "en",
    "width": 1600,
    "height": 1200,
    "nodes": [
        {"id": "n2", "kind": "box", "text": "Check stock", "bbox": [120.0, 80.0, 300.0, 140.0]},
        {"id": "n3", "kind": "box", "text": "Pack", "bbox": [420.0, 80.0, 560.0, 140.0]},
    ],
    "relations": [{"id": "r1", "source": "n2", "target": "n3", "label": "in stock"}],
    "extractor": {"name": "excalidraw", "version": "1"},
}
_AT = {"board": _REF, "when": "2026-03-02T09:30:00Z", "dated": "taken"}
_BEFORE_REF = {"id": "4c1a8b55cf1e3f0d", "source": "plans/order-flow-old.excalidraw", "title": ""}
_BEFORE = {"board": _BEFORE_REF, "when": "2026-02-23T10:00:00Z", "dated": "saved"}
_PLACE = {"board": _REF, "node": "n2", "region": [120.0, 80.0, 300.0, 140.0]}
_EDGE = {"id": "r1", "kind": "arrow", "source": "n2", "target": "n3", "directed": True}
_EDGE |= {"source_text": "Check stock", "target_text": "Pack", "label": "in stock"}
LINK = {
    "id": "00ab6f12a187",
    "names": [
        {"text": "Check stock", "count": 1, "places": [{**_PLACE, "text": "Check stock"}]},
        {"text": "检查库存", "count": 1, "places": []},
    ],
    "score": 0.58,
    "signals": {"meaning": 0.5},
    "neighbours": [["shopping cart", "购物车"]],
    "strength": 0.78,
    "state": "suggested",
    "joined": True,
    "decision": None,
}
VERSION = {
    "at": _BEFORE,
    "score": 0.93,
    "signals": {"words": 0.9, "place": 1.0},
    "state": "suggested",
    "decision": None,
}
_ANSWER: dict[str, Any] = {
    "question": "What follows the stock check?",
    "answered": True,
    "answer": "After “Check stock” comes “Pack” (in stock) [1].",
    "citations": [_CITATION],
    "evidence": [EVIDENCE],
    "model": "",
    "note": "",
}
EXAMPLES: dict[str, Any] = {
    "links": {"links": [LINK], "more": False},
    "link_body": {"names": ["Check stock", "检查库存"], "state": "accepted", "note": "our word"},
    "link": {"link": LINK},
    "versions": {"board": _AT, "earlier": [VERSION], "later": [], "rejected": []},
    "version_body": {"other": "4c1a8b55cf1e3f0d", "state": "accepted"},
    "diff": {
        "before": _BEFORE,
        "after": _AT,
        "nodes": {"added": [], "removed": [], "changed": [], "moved": []},
        "relations": {"added": [_EDGE], "removed": [], "changed": [], "rewired": []},
        "ghosts": [],
        "pairs": {"a": "n2", "b": "n3"},
        "same": 2,
        "alike": 1.0,
    },
    "timeline": {
        "thing": "stock",
        "names": ["check stock"],
        "events": [
            {
                "when": "2026-03-02T09:30:00Z",
                "dated": "taken",
                "what": "connected",
                "text": "“Check stock” leads to “Pack” (in stock)",
                "citation": _CITATION,
            }
        ],
    },
    "board": SUMMARY,
    "scene": SCENE,
    "health": {"status": "ok"},
    "upload": {
        "added": ["order-flow.excalidraw"],
        "replaced": [],
        "blank": [],
        "unchanged": [],
        "failed": [],
        "seconds": 0.42,
        "model": {},
        "boards": [SUMMARY],
    },
    "page": {"boards": [SUMMARY], "total": 1, "limit": 50, "offset": 0},
    "removed": {"removed": [BOARD_ID]},
    "workspaces": {"workspaces": [{"name": "default", "boards": 1}]},
    "search_body": {"query": "what happens when stock is low", "filters": {"tags": ["risk"]}},
    "search": {"query": "stock", "evidence": [EVIDENCE]},
    "ask_body": {"question": "What follows the stock check?"},
    "ask": _ANSWER,
    "ask_event": {"event": "text", "text": _ANSWER["answer"], "citations": [_CITATION]},
    "models": {
        "object": "list",
        "data": [{"id": "whiteboards", "object": "model", "created": 0, "owned_by": "kb"}],
    },
    "chat_body": {
        "model": "whiteboards",
        "messages": [{"role": "user", "content": "What follows the stock check?"}],
    },
    "chat": {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": "whiteboards",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": _ANSWER["answer"]},
                "finish_reason": "stop",
            }
        ],
        "kb": {"answered": True, "citations": [_CITATION], "note": ""},
    },
    "chat_chunk": {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1767225600,
        "model": "whiteboards",
        "choices": [{"index": 0, "delta": {"content": _ANSWER["answer"]}, "finish_reason": None}],
        "kb": {"citations": [_CITATION]},
    },
    "minutes": {
        "title": "Order flow",
        "language": "en",
        "boards": [_REF],
        "sections": [
            {
                "name": "flow",
                "lines": [
                    {
                        "text": "Check stock → Pack (in stock)",
                        "cites": [1],
                        "depth": 0,
                        "owner": "",
                        "due": "",
                        "done": False,
                        "suggestions": [],
                    }
                ],
                "more": 0,
            }
        ],
        "diagrams": [{"board": _REF, "mermaid": "flowchart LR\n"}],
        "citations": [_CITATION],
    },
}
