"""From a question to an answer with citations, without a language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kb.answer import flow, lists
from kb.answer.addressed import orders_a_model
from kb.answer.changes import changes
from kb.answer.collection import boards
from kb.answer.conversation import whole
from kb.answer.lookup import lookup
from kb.answer.matching import Matcher
from kb.answer.mentions import mentions
from kb.answer.notebook import Notebook, merged
from kb.answer.repeats import only_repeats
from kb.answer.room import SURE_LINK, Room
from kb.answer.scripts import spoken
from kb.answer.selection import selected
from kb.answer.tagged import any_tagged, tagged, topic_of
from kb.answer.vocabulary import vocabulary_of
from kb.evidence import Answer, Turn
from kb.figures import holds_figures
from kb.folders import Scope, scope_of
from kb.graph import Graph
from kb.query.asides import without_time
from kb.query.hints import hints_of
from kb.query.patterns import Intent
from kb.query.question import understand
from kb.search import check_k, evidence_of, grouped, inquire, near, shown, wanted
from kb.simplified import words_in_script_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.embed.embedder import Asked
    from kb.index.inquiry import Inquiry

READ = 120  # hits of a question that are looked at
SAID_PLAINLY = 1.0  # worth from which a place is quoted that was not selected

Handler = Callable[[Room], str | None]


def _mentions(room: Room) -> str | None:
    """Name the boards that hold all words of the thing; else, of the time named, the other words.

    "Which boards mention Q3 goals?" may mean either.
    """
    whole = room.question.worded or room.question.x
    at_any_time = replace(room.hints, spans=())
    anywhere = replace(room, question=replace(room.question, x=whole), hints=at_any_time)
    if (text := mentions(anywhere)) or not room.question.worded:
        return text
    return mentions(room)


_HANDLERS: dict[Intent, Handler] = {
    "boards": boards,
    "changed": changes,
    "added": changes,
    "removed": changes,
    "follows": flow.follows,
    "leads": flow.leads,
    "path": flow.path,
    "tagged": tagged,
    "holds": lists.holds,
    "owner": lists.owner,
    "owned": lists.owned,
    "date": lists.date,
    "about": lists.describe,
    "first": flow.first,
    "last": flow.last,
    "mentions": _mentions,
}
_BY_MEANING: frozenset[Intent] = frozenset({"tagged", "mentions"})
_OF_ALL: frozenset[Intent] = frozenset({"boards", "mentions", "tagged"})  # asked of all boards
_NEEDS_ARROWS: frozenset[Intent] = frozenset({"follows", "leads", "path"})

_UNKNOWN = {
    "en": "The boards don't hold an answer to this.",
    "zh": "白板上没有这个问题的答案。",
}


def extractive(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> Answer:
    """Answer without a language model; takes, returns and raises what `kb.answer.ask` does."""
    said, question = spoken(question, history), whole(question, history)
    asked = understand(question)
    check_k(k)
    now = datetime.now(UTC).astimezone()
    read = base.embedder.asked(asked.text)
    inquiry = inquire(base, asked.text, workspace=workspace, read=read)
    hints = hints_of(asked.text, now)
    hits = near(base, inquiry, asked.text, limit=max(READ, wanted(k, hints)), now=now)
    chosen = shown(hits, asked.text, hints, inquiry.units, k)
    found = tuple(map(evidence_of, grouped(chosen)))
    scope = Scope(hits) if asked.intent in _OF_ALL else scope_of(asked.text, hits)
    with base.catalog.reading() as session:
        graph = Graph(session, workspace)
        notes = Notebook(session, graph, workspace)
        words = vocabulary_of(base, session, workspace)
        taught = base.embedder.taught  # only the bundled model's vectors can be selected from
        # What words as written don't find, selection does, in less time than the meaning of words.
        meant = not taught or asked.yes_no or asked.intent in _BY_MEANING
        match = Matcher(base.meaning if meant else None, words.weight)
        room = Room(asked, workspace, graph, words, match, notes, scope.hits, hints, now)
        text = _told(base, room, inquiry, read)
        if text is None and not scope.sure:  # what names a folder may be a word like others
            notes.cited.clear()
            text = _told(base, replace(room, hits=hits), inquiry, read)
        if text is None:
            notes.cited.clear()
        return Answer(
            question=question,
            answered=text is not None,
            answer=words_in_script_of(said, text or _UNKNOWN[asked.language]),
            citations=notes.citations(),
            evidence=tuple(merged(notes.cited, found, k)),
        )


def _told(base: KnowledgeBase, room: Room, inquiry: Inquiry, read: Asked) -> str | None:
    """Answer by the form of the question; where that leads nowhere and isn't the answer, freely."""
    handler = _HANDLERS.get(room.question.intent)
    text = handler(room) if handler else None
    if text is not None or _settled(room):
        return text
    room.notes.cited.clear()
    return _free(base, room, inquiry, read) if base.embedder.taught else lookup(room)


def _free(base: KnowledgeBase, room: Room, inquiry: Inquiry, read: Asked) -> str | None:
    """Answer a question of no form that led anywhere.

    Whether something is so is no matter of likeness: it must be said in so many words. What was not
    selected is still quoted where one place holds all words of the question as they are written.
    The thing again says neither who has it nor when it is; nor is what has nothing to do with a tag
    what carries it.
    """
    if room.question.yes_no:
        return lookup(room)
    text = selected(room, inquiry, read, base.embedder, room.now)
    told = room.notes.cited
    if text is not None and (room.question.intent != "tagged" or any_tagged(room, told)):
        return None if only_repeats(room.question, [one.text for one in told]) else text
    told.clear()
    return lookup(replace(room, match=Matcher(None, room.match.weight)), SAID_PLAINLY)


def _settled(room: Room) -> bool:
    """Say whether silence is the answer.

    So it is where a model was told what to do, where no board is of the kind asked for or mentions
    the thing, where nothing at all carries the tag, where the thing is known and no arrow leaves
    it (or both ends of a way are, and no arrow joins them), and where what was found is of another
    number: sprint 12, where 13 is asked for.
    """
    if room.question.intent in ("boards", "mentions") or orders_a_model(room.question.text):
        return True
    if room.question.intent == "tagged":
        return not topic_of(room.question.x)
    numbered, _ = without_time(room.question.x)
    titles = room.words.titles
    said = (f"{titles.get(e.board.id, '')}\n{e.text}" for e in room.found)
    if not any(holds_figures(text, numbered) for text in said):
        return True
    if room.question.intent not in _NEEDS_ARROWS:
        return False
    named = [room.question.x, *([room.question.y] if room.question.intent == "path" else [])]
    return all(any(link.score >= SURE_LINK for link in room.link(one)) for one in named)
