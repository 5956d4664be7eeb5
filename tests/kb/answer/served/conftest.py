"""A small store that a scripted model answers over, with the quick embedder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb.base import KnowledgeBase
from tests.kb.answer.boards import fill
from tests.llm import ScriptedModel
from tests.stores import open_store

WithModel = Callable[..., KnowledgeBase]


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path_factory.mktemp("served")) as base:
        fill(base)
        yield base


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as server:
        yield server


@pytest.fixture
def served(
    filled: KnowledgeBase, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> WithModel:
    """Return the store with settings that name the scripted model."""

    def with_model(**settings: Any) -> KnowledgeBase:
        changed = {"llm_url": model.url, "llm_timeout_s": 60.0, **settings}
        monkeypatch.setattr(filled, "settings", filled.settings.model_copy(update=changed))
        return filled

    return with_model
