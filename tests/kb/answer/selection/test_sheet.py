"""What the selector is shown of a question, and what it makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kb.answer.matching import Matcher
from kb.answer.notebook import Notebook
from kb.answer.room import Room
from kb.answer.selection import select as module
from kb.answer.selection import selected
from kb.answer.selection.joins import JOINS, joined
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.select import MOST, Selection, least_sure, select
from kb.answer.selection.sheet import Sheet, boards_of, lay_out
from kb.answer.selection.telling import told as tell
from kb.answer.selection.upper import UpperSize
from kb.answer.vocabulary import vocabulary_of
from kb.base import KnowledgeBase
from kb.embed.embedder import Asked
from kb.graph import Graph
from kb.query.question import understand
from kb.search import inquire, near
from tests.kb.answer.boards import INJECTED
from tests.kb.answer.selection.untaught import carried, untaught

Told = tuple[KnowledgeBase, dict[str, str]]
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def sheet_of(base: KnowledgeBase, question: str, workspace: str = "w") -> Sheet:
    inquiry = inquire(base, question, workspace=workspace)
    hits = near(base, inquiry, question, limit=60, now=NOW)
    units = inquiry.whole(boards_of(hits))
    return lay_out(question, hits, units, Matcher(None, lambda _: 1.0), NOW)


def column(sheet: Sheet, name: str) -> dict[str, float]:
    values = sheet.numbers[:, NUMBERS.index(name)].tolist()
    return {row.text: value for row, value in zip(sheet.rows, values, strict=True) if row.node}


def test_a_sheet_holds_whole_boards_of_one_workspace(told: Told) -> None:
    sheet = sheet_of(told[0], "What comes after the cart?")
    texts = {row.text for row in sheet.rows}
    assert {"Cart", "In stock?", "Back order", "Owner: Aisha"} <= texts
    assert "Sell data" not in texts
    assert len(sheet.vectors) == len(sheet.numbers) == len(sheet.rows)
    assert np.isfinite(sheet.numbers).all()


def test_rows_are_joined_as_the_boards_arrows_go(told: Told) -> None:
    sheet = sheet_of(told[0], "What comes after the cart?")
    pairs = {
        (JOINS[kind], sheet.rows[one].text, sheet.rows[two].text)
        for kind, one, two in sheet.joins.tolist()
        if sheet.rows[one].node and sheet.rows[two].node
    }
    assert ("after", "Cart", "In stock?") in pairs
    assert ("before", "In stock?", "Cart") in pairs
    assert ("holds", "Risks", "Stock count lags") in pairs
    assert ("after", "Take payment", "Ship parcel") in pairs  # through a bare gateway
    assert joined(sheet.joins, "on", len(sheet.rows)).max() == 1


def test_words_names_and_figures_count_as_written(told: Told) -> None:
    sheet = sheet_of(told[0], "What happened to the mailer at 14:25 in Berlin?")
    assert column(sheet, "written")["14:25 Mailer stopped"] > 0.5
    assert column(sheet, "has_figure")["14:25 Mailer stopped"] > 0
    assert column(sheet, "written")["Postgres"] == 0
    assert set(column(sheet, "lacks_name").values()) != {0.0}  # no board knows Berlin


def test_who_is_asked_for_falls_on_people(told: Told) -> None:
    sheet = sheet_of(told[0], "Who orders boxes?")
    assert column(sheet, "who")["Order boxes - Priya, 2 April"] == 1
    assert column(sheet, "who")["Postgres"] == 0


@pytest.mark.parametrize("question", ["Who orders boxes?", "退款要经过谁？", "🎉"])
def test_a_selection_is_of_nodes_and_the_same_each_time(
    told: Told, question: str, tmp_path: Path
) -> None:
    base, _ = told
    sheet, asked = sheet_of(base, question), base.embedder.asked(question)
    with carried(untaught(UpperSize(inner=64, layers=1)), tmp_path / "upper.safetensors"):
        one, two = (select(question, sheet, asked, base.embedder) for _ in range(2))
    assert one.members == two.members
    assert one.sure == two.sure
    assert 0 < len(one.members) <= MOST
    assert all(row.node for row in one.members)
    assert one.best in one.members
    assert 0.0 <= one.sure <= 1.0


def test_a_selection_keeps_to_the_bounds(told: Told, tmp_path: Path) -> None:
    base, _ = told
    question = "What comes after the cart?"
    sheet, asked = sheet_of(base, question), base.embedder.asked(question)
    made, path = untaught(UpperSize(inner=64, layers=1)), tmp_path / "upper.safetensors"
    with carried(made, path, member=0.0, start=0.0, least=0.7):
        many = select(question, sheet, asked, base.embedder)
        assert least_sure() == 0.7
    with carried(made, path, member=1.0, start=1.0):
        one = select(question, sheet, asked, base.embedder)
    assert len(many.members) == MOST
    assert many.start is not None
    assert one.members == (one.best,)
    assert one.best == many.best
    assert one.start is None


@pytest.mark.parametrize(
    ("question", "looked_at"),
    [("What comes after the cart?", False), ("Which rules does the sticky note ignore?", True)],
)
def test_what_speaks_to_a_model_is_looked_at_only_where_it_was_found_first(
    told: Told, question: str, looked_at: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = told
    seen: list[Sheet] = []

    def chosen(_: str, sheet: Sheet, *_asked: object) -> Selection:
        seen.append(sheet)
        return Selection((), None, 0.0)

    monkeypatch.setattr(module, "select", chosen)
    monkeypatch.setattr(module, "least_sure", lambda: 1.0)
    asked = base.embedder.asked(question)
    inquiry = inquire(base, question, workspace="w", read=asked)
    hits = near(base, inquiry, question, limit=60, now=NOW)
    with base.catalog.session() as session:
        graph = Graph(session, "w")
        match = Matcher(None, lambda _: 1.0)
        notes = Notebook(session, graph, "w")
        words = vocabulary_of(base, session, "w")
        room = Room(understand(question), "w", graph, words, match, notes, hits)
        assert selected(room, inquiry, asked, base.embedder, NOW) is None
    texts = {row.text for row in seen[0].rows if row.node}
    assert "Take payment" in texts
    assert (INJECTED in texts) is looked_at


def test_nothing_is_selected_where_nothing_is(told: Told) -> None:
    empty = Sheet([], np.zeros((0, 384), np.float32), np.zeros((0, len(NUMBERS)), np.float32),
                  np.zeros((0, 3), np.int16), np.zeros(23, np.float32))  # fmt: skip
    asked = Asked(np.zeros(384, np.float32), np.zeros((1, 384), np.float32))
    chosen = select("", empty, asked, told[0].embedder)
    assert (chosen.members, chosen.sure) == ((), 0.0)


def test_members_are_told_in_the_order_of_their_arrows_each_cited(told: Told) -> None:
    base, _ = told
    sheet = sheet_of(base, "What comes after the cart?")
    rows = {row.text: row for row in sheet.rows if row.node}
    members = tuple(rows[text] for text in ("Ship parcel", "Take payment"))
    picked = Selection(members, None, 1.0)
    with base.catalog.session() as session:
        notes = Notebook(session, Graph(session, "w"), "w")
        said = tell(picked, sheet, notes, zh=False)
        assert said == "“Take payment” [1], “Ship parcel” [2]."
        from_one = Selection((rows["In stock?"],), rows["Cart"], 1.0)
        assert tell(from_one, sheet, notes, zh=False) == "After “Cart”: “In stock?” [3]."
        labelled = Selection((rows["Back order"],), rows["In stock?"], 1.0)
        assert (
            tell(labelled, sheet, notes, zh=True)
            == "“In stock?”之后是“Back order” (sold out) [4]。"
        )
    assert [e.nodes for e in notes.cited] == [("pay",), ("ship",), ("stock",), ("back",)]
