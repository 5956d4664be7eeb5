"""Which nodes answer a question.

In two steps: a small net, the selector net, looks over whole boards (`skim`); what it finds
likeliest is read word by word beside the question, by e5's upper layers taught anew (`study`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kb.answer.addressed import addressed_to_a_model

if TYPE_CHECKING:
    from kb.answer.room import Room
    from kb.embed.embedder import Asked, Embedder
    from kb.index.inquiry import Inquiry

FIRST = 2  # hits, among which what speaks to a model is looked at


def load(embedder: Embedder) -> None:
    """Load all that selects, so that the first question needn't wait.

    Args:
        embedder: one that was taught what is asked of boards.
    """
    from kb.answer.selection.weights import bounds, selector_net

    selector_net()
    bounds()  # and the upper layers, which stand in one file with them
    embedder.lower().asked(["hello"])


def selected(
    room: Room, inquiry: Inquiry, asked: Asked, embedder: Embedder, now: datetime
) -> str | None:
    """Tell the nodes that answer; None where it is not sure that any do.

    Args:
        room: the question at work.
        inquiry: it, put to the index.
        asked: it, as the embedder read it.
        embedder: which did, and reads what stands on the boards.
        now: when it is asked.
    """
    from kb.answer.selection.select import least_sure, select
    from kb.answer.selection.sheet import boards_of, lay_out
    from kb.answer.selection.telling import told
    from kb.answer.selection.whole import completed
    from kb.search import untranslated

    question = room.question.text
    hits = untranslated(room.hits)
    # What speaks to a model could sway what is said of the others. It is looked at where it is
    # among the first that were found: whoever asks for it is told.
    first = {hit.id for hit in room.hits[:FIRST]}
    units = [
        (point, hit)
        for point, hit in inquiry.whole(boards_of(hits))
        if hit.id in first
        or hit.payload["unit"] == "board"
        or not addressed_to_a_model(hit.payload["text"])
    ]
    if not units:
        return None
    sheet = lay_out(question, hits, units, room.match, now)
    chosen = select(question, sheet, asked, embedder)
    if chosen.sure < least_sure():
        return None
    chosen = completed(chosen, sheet, room.question, room.hints)
    return told(chosen, sheet, room.notes, zh=room.zh)
