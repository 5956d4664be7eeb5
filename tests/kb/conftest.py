from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.base import KnowledgeBase
from kb.settings import load_settings
from tests.kb.answer.boards import fill


@pytest.fixture(scope="session")
def told(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KnowledgeBase, dict[str, str]]]:
    """A store with a few boards, the real embedder and the embedded index; and its board ids."""
    base = KnowledgeBase.open(load_settings(home=tmp_path_factory.mktemp("told")))
    with base:
        yield base, fill(base)
