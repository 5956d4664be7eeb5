from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.training.questions.written import Lesson
from kb.base import KnowledgeBase
from tests.evals.training.worlds import filled_store, written


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    """A few lessons about a few boards."""
    return written(tmp_path_factory.mktemp("lessons"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A store with their boards."""
    folder = tmp_path_factory.mktemp("store")
    written(folder)
    with filled_store(folder) as base:
        yield base
