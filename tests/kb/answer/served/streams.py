"""What must hold of every streamed answer, whatever the model does."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from kb.base import KnowledgeBase
from kb.catalog import NodeRow
from kb.evidence import Answer, Citation, Done, Event, Found, Said

_MARK = re.compile(r"\[(\d+)\]")
_ANY_BRACKETED_NUMBER = re.compile(r"[\[【][^\]】]*\d[^\]】]*[\]】]")
_MARKUP = re.compile(r"<[A-Za-z/!?]|\]\(|!\[|\]:")


def check_stream(base: KnowledgeBase, events: Iterable[Event], workspace: str) -> Answer:
    """Check a stream as it reaches the user, piece by piece; return its answer."""
    text = ""
    given: dict[int, Citation] = {}
    done = None
    for at, event in enumerate(events):
        assert done is None, "something comes after the answer"
        assert isinstance(event, Found) == (at == 0)
        if isinstance(event, Said):
            text += event.text
            given.update((c.n, c) for c in event.citations)
            check_text(text, given)
        elif isinstance(event, Done):
            done = event.answer
    assert done is not None
    assert done.answer == text
    assert list(done.citations) == list(given.values())
    check_citations(base, done, workspace)
    return done


def check_text(text: str, given: dict[int, Citation]) -> None:
    """Every mark that can be seen has its citation, and nothing looks like a mark and is none."""
    assert {int(n) for n in _MARK.findall(text)} == set(given)
    assert sorted(given) == list(range(1, len(given) + 1))
    assert all(_MARK.fullmatch(found) for found in _ANY_BRACKETED_NUMBER.findall(text))
    assert not _MARKUP.search(text)


def check_citations(base: KnowledgeBase, answer: Answer, workspace: str) -> None:
    """Every citation points at stored nodes of the workspace, and is among the evidence."""
    assert answer.answered or not answer.citations
    assert bool(answer.citations) == answer.answered
    offered = {(e.board.id, e.nodes, e.text) for e in answer.evidence}
    with base.catalog.session() as session:
        for citation in answer.citations:
            assert (citation.board.id, citation.nodes, citation.text) in offered
            stored = session.scalars(
                select(NodeRow.node_id).where(
                    NodeRow.board_id == citation.board.id,
                    NodeRow.workspace == workspace,
                    NodeRow.node_id.in_(citation.nodes),
                )
            )
            assert set(stored) == set(citation.nodes) != set()
