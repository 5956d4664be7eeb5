from __future__ import annotations

import pytest

from kb.base import KnowledgeBase
from kb.choice import PER_BOARD, choose, grouped
from kb.errors import WrongUse
from kb.evidence import Filters
from kb.search import search

Told = tuple[KnowledgeBase, dict[str, str]]


def hits_of(*boards: str) -> list:  # type: ignore[type-arg]
    from kb.index import Hit

    return [
        Hit(id=f"{i:03}", score=1.0 - i / 100, payload={"board": board, "unit": "node"})
        for i, board in enumerate(boards)
    ]


def test_finds_by_words_in_both_languages(told: Told) -> None:
    base, boards = told
    for query, board in (("van loading", "warehouse.png"), ("退款的风险", "refund.png")):
        result = search(base, query, workspace="w")
        assert result.query == query
        assert result.evidence[0].board.id == boards[board]
        assert result.evidence[0].board.source == board


def test_evidence_holds_the_words_and_their_place(told: Told) -> None:
    base, _ = told
    found = search(base, "take payment", workspace="w", filters=Filters(units=("node",)))
    best = found.evidence[0]
    assert (best.text, best.nodes, best.region) == ("Take payment", ("pay",), (10, 120, 200, 150))
    assert best.board.title == "Order flow"


def test_filters(told: Told) -> None:
    base, boards = told
    risky = search(base, "payment", workspace="w", filters=Filters(tags=("risk",))).evidence
    assert {n for e in risky for n in e.nodes} == {"r1", "r2", "r"}
    one = search(base, "payment", workspace="w", filters=Filters(boards=(boards["refund.png"],)))
    assert {e.board.id for e in one.evidence} == {boards["refund.png"]}


def test_other_workspaces_are_not_seen(told: Told) -> None:
    base, _ = told
    assert "Sell data" not in {e.text for e in search(base, "sell data", workspace="w").evidence}
    assert search(base, "cart", workspace="nobody").evidence == ()


@pytest.mark.parametrize(
    ("query", "k"), [("", 5), ("  ", 5), ("x" * 2001, 5), ("x", 0), ("x", 999)]
)
def test_senseless_searches_are_refused(told: Told, query: str, k: int) -> None:
    with pytest.raises(WrongUse):
        search(told[0], query, workspace="w", k=k)


def test_one_board_does_not_crowd_out_the_others() -> None:
    hits = hits_of(*"a" * 2 * PER_BOARD, "b", "c")
    chosen = choose(hits, PER_BOARD + 2)
    assert [h.payload["board"] for h in chosen].count("a") == PER_BOARD
    assert {"b", "c"} <= {h.payload["board"] for h in chosen}
    assert len(choose(hits_of(*"a" * 2 * PER_BOARD), 2 * PER_BOARD)) == 2 * PER_BOARD


def test_evidence_of_one_board_stands_together_best_board_first() -> None:
    assert [h.payload["board"] for h in grouped(hits_of(*"abab"))] == list("aabb")


def test_what_is_found_by_a_dictionary_ranks_and_can_be_left_out() -> None:
    from kb.query.hints import Hints
    from kb.query.question import understand
    from kb.search import untranslated, weigh
    from kb.weights import WEIGHTS

    plain = hits_of("a", "b", "c")
    for hit in plain:
        hit.payload.update(workspace="w", nodes=["n"])
    crossed = [
        plain[0],
        plain[1],
        plain[2]._replace(crossed=(0.02 + WEIGHTS.walk) / WEIGHTS.across),
    ]
    asked = understand("what is near the van?")
    ranked = weigh(crossed, asked, Hints(), lambda _: [])
    assert [hit.payload["board"] for hit in ranked] == ["c", "a", "b"]
    assert [hit.payload["board"] for hit in untranslated(ranked)] == ["a", "b", "c"]


def test_a_board_counts_by_what_it_says_in_the_other_language() -> None:
    from kb.boards import Wholes
    from kb.index import Hit
    from kb.weights import WEIGHTS

    node, other = hits_of("a", "b")
    node.payload["workspace"] = other.payload["workspace"] = "w"
    board = Hit("b", 0.0, {"board": "a", "unit": "board"}, crossed=0.4)
    wholes = Wholes([node, other], lambda _: [board], WEIGHTS)
    assert wholes.lift(node).crossed == pytest.approx(0.4 * WEIGHTS.board)
    assert wholes.lift(other).crossed == 0
