from __future__ import annotations

from pathlib import Path

import pytest

from kb.answer import vocabulary
from kb.answer.vocabulary import MAX_KEPT, Vocabulary, vocabulary_of
from tests.kb.answer.boards import node, put, scene_of
from tests.stores import open_store


def test_few_workspaces_are_kept_and_none_after_closing(tmp_path: Path) -> None:
    with open_store(tmp_path) as base:
        with base.catalog.session() as session:
            for n in range(MAX_KEPT + 5):
                vocabulary_of(base, session, f"w{n}")
                vocabulary_of(base, session, "often")
        assert len(base.vocabularies) == MAX_KEPT
        assert "often" in base.vocabularies
    assert not base.vocabularies


def test_too_many_names_are_cut_by_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_NAMES", 2)
    with open_store(tmp_path) as base:
        scenes = {"latin.png": ["alpha", "beta"], "han.png": ["退款", "支付"]}
        boards = {}
        for name, words in scenes.items():
            scene = scene_of(name, "", [node(text, text, n) for n, text in enumerate(words)], [])
            boards[put(base, "w", name, scene)] = words
        with base.catalog.session() as session:
            assert Vocabulary(session, "w").keys == sorted(boards[min(boards)])
