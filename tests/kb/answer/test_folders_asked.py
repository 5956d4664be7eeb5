"""Boards in folders, found and asked for by a folder's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answer import ask, extractive
from kb.base import KnowledgeBase
from kb.evidence import Answer
from kb.folders import Scope
from kb.search import search
from tests.kb.answer.boards import node, scene_of
from tests.kb.links.filling import put
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path / "store") as opened:
        for folder, day, hens in (
            ("lanternpay", "Wednesday", "Quiet week"),
            ("feilun", "Friday", "Hens like barley: warm feet"),
        ):
            nodes = [node("a", f"Pager handover on {day}", 1), node("b", hens, 2)]
            put(opened, f"{folder}/retro.png", scene_of("Retro", "en", nodes, []))
        nodes = [node("a", "Pager handover on Sunday", 1)]
        put(opened, "secret/retro.png", scene_of("Retro", "en", nodes, []), workspace="other")
        yield opened


def test_the_boards_of_the_folder_come_first(base: KnowledgeBase) -> None:
    for folder in ("lanternpay", "feilun"):
        asked = f"when is the pager handover at {folder.title()}?"
        found = search(base, asked, workspace="w").evidence
        assert found[0].board.source == f"{folder}/retro.png"
        assert len({one.board.id for one in found}) == 2  # the other is still shown


def test_folders_of_other_workspaces_are_not_known(base: KnowledgeBase) -> None:
    assert set(base.index.profile("w").folders) == {"lanternpay", "feilun"}
    assert set(base.index.profile("other").folders) == {"secret"}
    found = search(base, "pager handover at Secret", workspace="w").evidence
    assert "secret/retro.png" not in {one.board.source for one in found}


def test_a_board_that_got_another_folder_is_known_by_it(base: KnowledgeBase) -> None:
    board = search(base, "pager", workspace="other").evidence[0].board.id
    base.index.update_sources("other", board, ["archive/retro.png"])
    assert set(base.index.profile("other").folders) == {"archive"}


def asked_within(
    base: KnowledgeBase, folder: str, scope: bool, patch: pytest.MonkeyPatch
) -> Answer:
    def scoped(_: str, hits: list) -> Scope:  # type: ignore[type-arg]
        return Scope([h for h in hits if h.payload["source"][0].startswith(folder)], scope)

    patch.setattr(extractive, "scope_of", scoped)
    return ask(base, "Why do hens like barley?", workspace="w")


def test_what_a_folder_lacks_is_told_of_others_unless_its_name_is_sure(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not asked_within(base, "lanternpay", True, monkeypatch).answered
    told = asked_within(base, "lanternpay", False, monkeypatch)
    assert told.answered
    assert {one.board.source for one in told.citations} == {"feilun/retro.png"}
