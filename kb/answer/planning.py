"""Lays out the plans of a question over the boards that search found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from kb.answer.cues import cues_of
from kb.answer.judge import FEATURES, Judge, Judged, fitted, logistic, sureness_features
from kb.answer.matching import Matcher
from kb.answer.plans import changes, plans_of
from kb.answer.telling import told
from kb.answer.views import views_of
from kb.answer.vocabulary import vocabulary_of
from kb.search import find

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.answer.room import Room
    from kb.base import KnowledgeBase
    from kb.index import Hit

READ = 120  # hits of a question that are looked at
BOARDS = 8  # of the best hits, on which plans are laid out


def judged_plans(base: KnowledgeBase, question: str, *, workspace: str) -> Judged:
    """Return the plans of `question` with their numbers, for fitting."""
    hits = find(base, question, workspace=workspace, limit=READ)
    with base.catalog.session() as session:
        match = Matcher(base.meaning, vocabulary_of(base, session, workspace).weight)
        return lay_out(session, workspace, question, match, hits)


def lay_out(
    session: Session, workspace: str, question: str, match: Matcher, hits: Sequence[Hit]
) -> Judged:
    """Return every plan on the boards of the best hits, with its numbers."""
    boards = list(dict.fromkeys(hit.payload["board"] for hit in hits))[:BOARDS]
    views = list(views_of(session, workspace, boards).values())
    plans = [plan for view in views for plan in plans_of(view)]
    plans += changes(views)
    judge = Judge(cues_of(question, datetime.now(UTC).astimezone()), match, hits)
    if not plans:
        return Judged([], np.zeros((0, len(FEATURES))))
    return Judged(plans, judge.features(plans))


def planned(room: Room) -> str | None:
    """Tell the plan that answers best; None where none is sure enough.

    Whether something is so, and on which boards it stands, is no matter of likeness.
    """
    room.notes.cited.clear()
    if room.question.yes_no or room.question.intent == "mentions":
        return None
    judged = lay_out(room.notes.session, room.workspace, room.question.text, room.match, room.hits)
    if not judged.plans:
        return None
    model = fitted()
    row, best = sureness_features(judged, model.ranking)
    if logistic(float(row @ model.sureness)) < model.least:
        return None
    return told(judged.plans[best], room.notes, zh=room.zh) + ("。" if room.zh else ".")
