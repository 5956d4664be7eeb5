"""Which nodes a question's words name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answer import ask
from kb.base import KnowledgeBase
from tests.kb.answer.boards import arrow, node, put, scene_of
from tests.stores import open_store

PLAN = scene_of(
    "Plan",
    "en",
    [
        node("sprint", "Sprint 12", 0, kind="container"),
        node("login", "Login page", 1, parent="sprint"),
        node("release", "Release 2.1", 5),
        node("tell", "Tell the customers", 7),
        node("phase", "第2阶段", 10),
        node("test", "上线测试", 12),
        node("quarter", "April", 15, kind="container"),
        node("shop", "New shop", 16, parent="quarter"),
    ],
    [arrow("1", "release", "tell"), arrow("2", "phase", "test")],
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    home: Path = tmp_path_factory.mktemp("plan")
    with open_store(home) as base:
        put(base, "w", "plan.png", PLAN)
        yield base


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What is in Sprint 12?", "Login page"),
        ("What is in Sprint 13?", ""),
        ("What follows Release 2.1?", "Tell the customers"),
        ("What follows Release 2.2?", ""),
        ("第2阶段之后是什么？", "上线测试"),
        ("第二阶段之后是什么？", "上线测试"),
        ("第3阶段之后是什么？", ""),
        ("第三阶段之后是什么？", ""),
        ("What is due on 9 April?", ""),
    ],
)
def test_a_thing_of_another_number_is_another_thing(
    plan: KnowledgeBase, question: str, part: str
) -> None:
    answer = ask(plan, question, workspace="w")
    assert answer.answered == bool(part)
    assert part in answer.answer
