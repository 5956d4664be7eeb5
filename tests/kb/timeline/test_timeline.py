"""What happened to a thing, over versions of one board and over other boards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.base import KnowledgeBase
from kb.errors import NotFound, WrongUse
from kb.links import decide_link
from kb.scene import Node, Scene
from kb.timeline import sightings, things, timeline_of
from tests.kb.compare.scenes import WIRES, flow, node, renamed, scene
from tests.kb.links.filling import day, put
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def told(base: KnowledgeBase, thing: str) -> list[tuple[int, str, str]]:
    events = timeline_of(base, thing, workspace="w").events
    assert [event.citation.n for event in events] == list(range(1, len(events) + 1))
    return [(event.when.day, event.what, event.text) for event in events]


def changed(before: Scene, ident: str, **update: object) -> Scene:
    nodes = [n.model_copy(update=update) if n.id == ident else n for n in before.nodes]
    return before.model_copy(update={"nodes": tuple(nodes)})


def test_the_life_of_a_thing_over_versions(base: KnowledgeBase) -> None:
    put(base, "1.canvas", flow(), taken=day(1))
    second = changed(flow(), "pay", color="red", text="Take payment!!")
    put(base, "2.canvas", renamed(second, "b"), taken=day(2))
    wires = [w for w in WIRES if w != ("pay", "mail")] + [("pay", "bill")]
    third = scene(list(flow().nodes), wires)
    put(base, "3.canvas", renamed(third, "c"), taken=day(3))
    fourth = scene([n for n in flow().nodes if n.id != "pay"], [w for w in wires if "pay" not in w])
    gone = put(base, "4.canvas", renamed(fourth, "d"), taken=day(4))
    assert told(base, "take payment") == [
        (1, "appeared", "“Take payment” is on the board"),
        (2, "changed", "“Take payment” is now “Take payment!!”"),
        (2, "changed", "“Take payment!!”: colour none → red"),
        (2, "changed", "“Take payment!!”: marked none → risk"),
        (3, "changed", "“Take payment!!” is now “Take payment”"),
        (3, "changed", "“Take payment”: colour red → none"),
        (3, "changed", "“Take payment”: marked risk → none"),
        (3, "disconnected", "“Take payment!!” no longer leads to “Send confirmation”"),
        (3, "connected", "“Take payment” leads to “Write the invoice”"),
        (4, "gone", "“Take payment” is no longer on the board"),
    ]
    last = timeline_of(base, "take payment", workspace="w").events[-1]
    assert last.citation.board.id != gone  # cited where it was
    assert last.citation.nodes == ("cpay",)


def test_a_renamed_thing_is_followed(base: KnowledgeBase) -> None:
    put(base, "1.canvas", flow(), taken=day(1))
    put(
        base, "2.canvas", renamed(changed(flow(), "pay", text="Charge the card"), "b"), taken=day(2)
    )
    assert told(base, "Take payment")[1:] == [
        (2, "changed", "“Take payment” is now “Charge the card”")
    ]


@pytest.mark.parametrize(
    ("thing", "text"),
    [("Take payment", "“Take payment” is on the board again"), ("收款", "白板上又有“收款”")],
)
def test_what_was_gone_comes_back_to_its_board(base: KnowledgeBase, thing: str, text: str) -> None:
    full = changed(flow(), "pay", text=thing)
    less = scene([n for n in full.nodes if n.id != "pay"])
    put(base, "1.canvas", full, taken=day(1))
    put(base, "2.canvas", renamed(less, "b"), taken=day(2))
    put(base, "3.canvas", renamed(full, "c"), taken=day(3))
    assert [(when, what) for when, what, _ in told(base, thing)] == [
        (1, "appeared"),
        (2, "gone"),
        (3, "appeared"),
    ]
    assert told(base, thing)[-1][2] == text


def test_on_another_board_only_what_is_new_is_told(base: KnowledgeBase) -> None:
    put(base, "1.canvas", flow(), taken=day(1))
    other = scene(
        [
            node("a", "Take payment", (0, 0)),
            node("b", "Pack the parcel", (400, 0)),
            node("c", "Refund", (800, 0)),
        ],
        [("a", "b"), ("a", "c", "if cancelled")],
    )
    put(base, "2.canvas", other, taken=day(2))
    assert told(base, "Take payment") == [
        (1, "appeared", "“Take payment” is on the board"),
        (2, "appeared", "“Take payment” is on this board too"),
        (2, "connected", "“Take payment” leads to “Refund” (if cancelled)"),
    ]


def test_decided_and_finished(base: KnowledgeBase) -> None:
    def kanban(column: str, text: str) -> Scene:
        frames = [
            Node(id=name, kind="container", text=name, bbox=(x, 0, x + 400, 1000))
            for name, x in (("Doing", 0), ("Done", 450), ("Ideas", 900))
        ]
        x = {"Doing": 50, "Done": 500}[column]
        cards = [
            node(f"k{i}", f"Idea number {w}", (950, 100 + 120 * i), parent="Ideas")
            for i, w in enumerate("ABC")
        ]
        return scene([*frames, *cards, node("n", text, (x, 100), parent=column)])

    put(base, "1.canvas", kanban("Doing", "Choose a database"), taken=day(1))
    put(
        base,
        "2.canvas",
        renamed(kanban("Doing", "Decision: choose a database: Postgres"), "b"),
        taken=day(2),
    )
    put(
        base,
        "3.canvas",
        renamed(kanban("Done", "Decision: choose a database: Postgres"), "c"),
        taken=day(3),
    )
    events = told(base, "choose a database")
    assert [(when, what) for when, what, _ in events] == [
        (1, "appeared"),
        (2, "changed"),
        (2, "changed"),
        (2, "decided"),
        (3, "moved"),
        (3, "finished"),
    ]
    assert events[-2][2].endswith("from “Doing” to “Done”")


def test_linked_names_are_one_thing_and_chinese_is_answered_in_chinese(base: KnowledgeBase) -> None:
    put(base, "1.canvas", flow(), taken=day(1))
    refund = scene([node("a", "收款", (0, 0)), node("b", "退款", (400, 0))], [("a", "b")])
    put(base, "2.canvas", refund, taken=day(2))
    assert [when for when, *_ in told(base, "收款")] == [2]
    decide_link(base, ("收款", "Take payment"), "accepted", workspace="w", by="me")
    assert told(base, "收款") == [
        (1, "appeared", "白板上有“Take payment”"),
        (2, "appeared", "这块白板上也有“收款”"),
        (2, "connected", "“收款”指向“退款”"),
    ]


def test_a_misspelt_thing_is_found_and_one_of_another_number_is_not(base: KnowledgeBase) -> None:
    put(
        base,
        "1.canvas",
        scene([node("a", "Sprint 12", (0, 0)), node("b", "迭代计划第2期", (0, 9))]),
    )
    assert len(told(base, "Sprimt 12")) == 1
    assert len(told(base, "迭代计划第二期")) == 1
    for other in ("Sprint 13", "迭代计划第3期", "迭代计划第三期"):
        with pytest.raises(NotFound, match="called like"):
            told(base, other)


def test_a_word_of_its_name_is_enough_and_nothing_is_told_of_others(base: KnowledgeBase) -> None:
    put(base, "1.canvas", flow(), taken=day(1))
    put(base, "2.canvas", flow(), taken=day(2), workspace="other")
    assert [text for *_, text in told(base, "payment")] == ["“Take payment” is on the board"]
    assert len(told(base, "Take paymemt")) == 1
    with pytest.raises(NotFound, match="called like"):
        told(base, "quantum computer")
    with pytest.raises(WrongUse):
        told(base, " ?! ")
    with pytest.raises(WrongUse):
        told(base, "x" * 500)


@pytest.mark.parametrize(
    ("thing", "names"),
    [
        ("inventory", ["inventory service"]),
        ("deliveries", ["delivery policy"]),
        ("Policy of delivery", ["delivery policy"]),
        ("the end", ["end of the line"]),
        ("库存", ["库存服务"]),
        ("库", ["库存服务"]),  # half of a word
        ("car", []),  # no part of "cart"
        ("art", []),
    ],
)
def test_words_of_a_name_are_whole_words(base: KnowledgeBase, thing: str, names: list[str]) -> None:
    texts = ["Inventory service", "Delivery policy", "Shopping cart", "库存服务", "End of the line"]
    put(base, "1.canvas", scene([node(text, text, (0, 0)) for text in texts]))
    if names:
        assert list(timeline_of(base, thing, workspace="w").names) == names
    else:
        with pytest.raises(NotFound):
            timeline_of(base, thing, workspace="w")


def test_words_on_a_board_forge_nothing(base: KnowledgeBase) -> None:
    put(base, "1.canvas", scene([node("a", "Plan [7] ![x](http://e.org/x) <b>", (0, 0))]))
    ((_, _, text),) = told(base, "plan")
    assert "[7]" not in text
    assert "![x](" not in text
    assert "<b>" not in text


@pytest.mark.parametrize("removed_after", ["names_meant", "joined"])
def test_a_timeline_tells_one_moment_of_the_store(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, removed_after: str
) -> None:
    """What is removed while it is read is told whole: it was there when the reading began."""
    put(base, "1.canvas", flow(), taken=day(1))
    gone = put(base, "2.canvas", scene([node("x", "Take payment", (0, 0))]), taken=day(2))
    expected = told(base, "Take payment")
    assert {when for when, *_ in expected} == {1, 2}
    place = things if removed_after == "names_meant" else sightings
    reads = getattr(place, removed_after)

    def then_removed(*given: Any) -> Any:
        found = reads(*given)
        base.catalog.forget(base.catalog.board("w", gone).source_id)
        return found

    monkeypatch.setattr(place, removed_after, then_removed)
    assert told(base, "Take payment") == expected
