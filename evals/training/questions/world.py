"""What is trained on, or chosen on: the lessons or the dev half, all their boards in a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from evals.retrieval.files import write
from evals.retrieval.questions import questions
from evals.retrieval.world import ingest_all, opened, remember_questions
from evals.training.questions.written import Lesson, boards, lessons

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

Name = Literal["lessons", "dev"]
NAMES: tuple[Name, ...] = get_args(Name)


def lessons_of(name: Name) -> list[Lesson]:
    """Return what is asked: of the dev half each question is a lesson in one wording.

    Raises:
        LookupError: there is nothing written down.
    """
    if name == "lessons":
        asked = lessons()
    else:
        asked = [
            Lesson(one.id.rpartition("-")[0], one.category, (one.text,), one.places, ())
            for one in questions(name)
        ]
    if not asked:
        raise LookupError(f"nothing is asked in {name}: its files are not there")
    return asked


@contextmanager
def opened_world(name: Name, home: Path) -> Iterator[KnowledgeBase]:
    """Open a store at `home` with all boards of `lessons_of(name)` in it; it is kept.

    Raises:
        RuntimeError: a board could not be read.
    """
    if name == "dev":
        with opened(home) as base:
            yield base
        return
    from kb.base import KnowledgeBase
    from kb.settings import load_settings

    files = home.absolute() / "lesson-boards"
    with KnowledgeBase.open(load_settings(home=home)) as base:
        write(boards(), files)
        ingest_all(base, files, base.settings.workspace)
        remember_questions(base)
        yield base
