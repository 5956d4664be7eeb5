"""Where on the boards words are written, as the catalog finds them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from kb.answer.room import Room
from kb.answer.words import Word, words_of
from kb.answer.written import nodes_with
from kb.base import KnowledgeBase
from tests.kb.answer.boards import node, put, scene_of
from tests.stores import open_store

TEXTS = ["單據回復與匯整", "菸酒加薑", "注釋", "50%的折扣", "50元的折扣", "a_b/c", "a-b c"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path_factory.mktemp("written")) as store:
        nodes = [node(f"n{n}", text, n) for n, text in enumerate(TEXTS)]
        put(store, "w", "a.png", scene_of("A", "zh", nodes, []))
        yield store


def _found(base: KnowledgeBase, *wanted: Word) -> list[str]:
    with base.catalog.reading() as session:
        room = SimpleNamespace(
            workspace="w",
            notes=SimpleNamespace(session=session),
            match=SimpleNamespace(weight=lambda _: 1.0),
            words=SimpleNamespace(spelt_like=lambda _: ()),
        )
        return [text for _, text in nodes_with(cast("Room", room), wanted, 0.8)]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("回复", "單據回復與匯整"),
        ("汇整", "單據回復與匯整"),
        ("匯整", "單據回復與匯整"),
        ("烟酒", "菸酒加薑"),
        ("注释", "注釋"),
    ],
)
def test_a_word_is_found_in_all_forms_of_its_signs(
    base: KnowledgeBase, asked: str, text: str
) -> None:
    assert _found(base, *words_of(asked)) == [text]


@pytest.mark.parametrize(("term", "text"), [("50%的", "50%的折扣"), ("a_b/", "a_b/c")])
def test_signs_of_the_search_itself_are_words(base: KnowledgeBase, term: str, text: str) -> None:
    assert _found(base, Word(term, frozenset([term]))) == [text]
