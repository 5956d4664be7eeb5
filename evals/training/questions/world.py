"""All boards of the lessons in one store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evals.retrieval.files import write
from evals.retrieval.world import ingest_all, remember_questions
from evals.training.questions.written import boards

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@contextmanager
def opened_lessons(home: Path) -> Iterator[KnowledgeBase]:
    """Open a store with all boards of the lessons in it, below `home`, which is kept."""
    from kb.base import KnowledgeBase
    from kb.settings import load_settings

    files = home.absolute() / "lesson-boards"
    with KnowledgeBase.open(load_settings(home=home)) as base:
        write(boards(), files)
        ingest_all(base, files, base.settings.workspace)
        remember_questions(base)
        yield base
