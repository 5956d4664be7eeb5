from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.errors import NotFound, WrongUse
from kb.minutes import Minutes, compose, minutes_of, page
from kb.minutes.advice import advised
from kb.minutes.shapes import Line, SectionName
from kb.minutes.wording import worded
from kb.quoting import markdown
from kb.scene import Relation
from tests.kb.answer.boards import INCIDENT, INJECTED, ORDERS, REFUND, arrow, line, node, scene_of
from tests.kb.minutes.told import lines, read, texts

PLAN = scene_of(
    "Launch",
    "en",
    [
        node("m", "Payments", 0, kind="container"),
        node("m1", "Wallet", 1, parent="m"),
        node("m2", "Cards", 2, parent="m"),
        node("t", "Actions", 5, kind="container"),
        node("t1", "Write refund page - Tom, 15 April", 6, parent="t"),
        node("t2", "[x] Order boxes", 7, parent="t"),
        node("t3", "Call the bank", 8, parent="t"),
        node("o", "Owner: Mei", 9, kind="text"),
        node("d", "Due: 3 May", 10, kind="text"),
        node("k", "Decided to drop cash", 12, kind="text"),
        node("q", "Who pays the fee?", 14, kind="text"),
        node("r", "Risk: supplier late", 16, kind="text"),
        node("a", "Second supplier ready", 18, kind="text"),
        node("r2", "Risk: cards leak", 20, kind="text"),
        node("n", "Lunch at noon", 23, kind="text"),
    ],
    [line("1", "t3", "o"), line("2", "t3", "d"), arrow("3", "r", "a")],
)


def test_numbers_are_those_in_which_a_reader_meets_them() -> None:
    minutes = compose(read(PLAN, ORDERS, INCIDENT))
    met = [n for section in minutes.sections for told in section.lines for n in told.cites]
    assert list(dict.fromkeys(met)) == [citation.n for citation in minutes.citations]
    assert [c.n for c in minutes.citations] == list(range(1, len(minutes.citations) + 1))


def test_each_thing_stands_in_its_section() -> None:
    minutes = compose(read(PLAN))
    assert texts(minutes, "modules") == ["Payments", "  Wallet", "  Cards"]
    assert [(x.text, x.owner, x.due, x.done) for x in lines(minutes, "todos")] == [
        ("Write refund page - Tom, 15 April", "Tom", "15 April", False),
        ("Order boxes", "", "", True),
        ("Call the bank", "Mei", "3 May", False),
    ]
    assert texts(minutes, "decisions") == ["Decided to drop cash"]
    assert texts(minutes, "questions") == ["Who pays the fee?"]
    assert texts(minutes, "risks") == [
        "Risk: supplier late",
        "  Second supplier ready",
        "Risk: cards leak",
    ]
    assert texts(minutes, "notes") == ["Lunch at noon"]


def test_a_todo_has_all_its_owners_and_no_number_for_its_date() -> None:
    nodes = [
        node("a", "[ ] Migrate 2000 users @tom @anna", 0),
        node("b", "[ ] 写测试 负责人：王芳，李强", 3),
        node("c", "[ ] Order boxes", 6),
        node("o", "Owner: Mei, Jonas", 7, kind="text"),
    ]
    minutes = compose(read(scene_of("Launch", "en", nodes, [line("1", "c", "o")])))
    assert [(x.owner, x.due) for x in lines(minutes, "todos")] == [
        ("tom, anna", ""),
        ("王芳、李强", ""),
        ("Mei, Jonas", ""),
    ]
    assert all("Set a date" in x.suggestions[0] for x in lines(minutes, "todos"))


def test_the_same_words_with_other_owners_are_two_todos() -> None:
    nodes = [node(f"t{i}", "[ ] Review", 4 * i) for i in range(3)]
    nodes += [
        node("o0", "Owner: Tom", 1, kind="text"),
        node("o1", "Owner: Mei", 5, kind="text"),
    ]
    hangs = [line("1", "t0", "o0"), line("2", "t1", "o1")]
    minutes = compose(read(scene_of("A", "en", nodes, hangs), scene_of("B", "en", nodes, hangs)))
    assert [(x.owner, len(x.cites)) for x in lines(minutes, "todos")] == [("Tom", 4), ("Mei", 2)]


def test_suggestions_stand_only_where_the_board_is_silent() -> None:
    minutes = compose(read(PLAN))
    told = {line.text: line.suggestions for s in minutes.sections for line in s.lines}
    assert told["Risk: supplier late"] == ()  # the board has a measure
    assert len(told["Risk: cards leak"]) == 1
    assert "review" in told["Risk: cards leak"][0]
    assert told["Call the bank"] == told["Order boxes"] == told["Wallet"] == ()
    assert told["Who pays the fee?"] != ()


def test_the_flow_is_told_in_chains_every_arrow_once() -> None:
    minutes = compose(read(ORDERS))
    assert texts(minutes, "flow") == [
        "Cart → In stock?",
        "In stock? → Take payment (yes) → · → Ship parcel",
        "In stock? → Back order (sold out)",
    ]
    ring = scene_of(
        "Ring", "en", [node(c, c.upper(), at) for at, c in enumerate("abc")],
        [arrow("1", "a", "b"), arrow("2", "b", "c"), arrow("3", "c", "a")],
    )  # fmt: skip
    assert texts(compose(read(ring)), "flow") == ["A → B → C → A"]


def test_every_line_cites_nodes_that_hold_its_words() -> None:
    boards = read(PLAN, ORDERS, REFUND, INCIDENT)
    minutes = compose(boards)
    scenes = {board.ref.id: board.scene for board in boards}
    by_number = {citation.n: citation for citation in minutes.citations}
    used: set[int] = set()
    for section in minutes.sections:
        for told in section.lines:
            used.update(told.cites)
            for number in told.cites:
                cited = by_number[number]
                held = {n.id: n for n in scenes[cited.board.id].nodes}
                assert set(cited.nodes) <= set(held)
                assert told.text in cited.text or held[cited.nodes[0]].text == told.text
    assert used == set(by_number) == set(range(1, len(by_number) + 1))


def test_what_two_boards_say_stands_once_with_both_places() -> None:
    minutes = compose(read(REFUND, REFUND))
    (risk,) = lines(minutes, "risks")
    assert {minutes.citations[n - 1].board.id for n in risk.cites} == {"b0", "b1"}


def test_headings_follow_the_language_of_the_boards() -> None:
    assert "## 用户流程" in page(compose(read(REFUND)))
    assert "*建议*：" in page(compose(read(REFUND)))
    assert "## User flow" in page(compose(read(ORDERS, REFUND, INCIDENT)))


def check_page(text: str, minutes: Minutes) -> None:
    """Every mark has its note, and nothing of a board opens a block, link, picture or tag."""
    notes = {int(n) for n in re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE)}
    assert notes == {c.n for c in minutes.citations}
    outside, inside = [], False
    for row in text.splitlines():
        if row.startswith("```"):
            assert row == ("```" if inside else "```mermaid")
            inside = not inside
        elif not inside:
            outside.append(row)
    assert not inside
    for row in outside:
        bare = re.sub(r"\\.|\[\^\d+\]", "", row)
        assert not re.search(r"[<>`!\[\]$]", bare.removeprefix("> ")), row
    assert sum(row.startswith("# ") for row in outside) == 1


HOSTILE = (
    "```\n# Owned\n<script>alert(1)</script>",
    "[^1]: forged [^2] [x](http://example.org) ![p](http://example.org/p.png)",
    "| a | b |\n|---|---|\n| TODO | @mallory | by Friday",
    "TODO <img src=x onerror=alert(1)> - Mallory, 1 May",
    "> *Suggestion*: pay mallory",
    '"] --> evil["x\nend',
    "Risk: $\\href{x}{y}$",
    INJECTED,
)


def test_words_on_a_board_break_nothing() -> None:
    scene = scene_of(
        "# <b>`x`", "en", [node(f"n{i}`|", t, 3 * i) for i, t in enumerate(HOSTILE)], []
    )
    scene = scene.model_copy(
        update={"relations": (Relation(id="r", source="n0`|", target="n1`|", label="```"),)}
    )
    minutes = compose(read(scene))
    check_page(page(minutes), minutes)
    assert all("mallory" not in s.lower() for x in minutes.sections for line in x.lines
               for s in line.suggestions)  # fmt: skip


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.integers(0, 5))
def test_any_board_gives_a_whole_page(labels: list[str], joined: int) -> None:
    nodes = [node(f"n{at}", text, 2 * at) for at, text in enumerate(labels)]
    arrows = [arrow(f"r{at}", nodes[at].id, nodes[at + 1].id, labels[at])
              for at in range(min(joined, len(nodes) - 1))]  # fmt: skip
    minutes = compose(read(scene_of(labels[0], "en", nodes, arrows)))
    check_page(page(minutes), minutes)


class Scripted:
    """A writer that offers what it is told to."""

    def __init__(self, offers: Mapping[tuple[SectionName, int], tuple[str, list[int]]]) -> None:
        self.offers = offers

    def words(self, minutes: Minutes) -> Mapping[tuple[SectionName, int], tuple[str, list[int]]]:
        del minutes
        return self.offers


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        (("It was decided to drop cash.", [4]), True),
        (("Invented.", []), False),
        (("Of another place.", [2]), False),
        (("Of no place.", [99]), False),
        ((" \n ", [1]), False),
        (("x" * 601, [1]), False),
    ],
)
def test_a_writer_may_only_word_what_is_there(offer: tuple[str, list[int]], taken: bool) -> None:
    minutes = compose(read(PLAN))
    written = worded(minutes, Scripted({("decisions", 0): offer, ("goals", 7): offer}))
    (decision,) = lines(written, "decisions")
    assert decision.text == (offer[0] if taken else "Decided to drop cash")
    assert written.citations == minutes.citations
    assert written.model_copy(update={"sections": ()}) == minutes.model_copy(
        update={"sections": ()}
    )


def test_suggestions_never_quote_the_board() -> None:
    for text in ("Risk: supplier late", "风险：数据泄露", "Something else entirely"):
        for language in ("en", "zh"):
            (made,) = advised("risks", [Line(text=text, cites=(1,))], language)
            assert len(made.suggestions) == 1
            assert text not in made.suggestions[0]
            assert markdown(made.suggestions[0]).replace("\\", "") == made.suggestions[0]


def test_boards_are_those_of_the_workspace(told: tuple[KnowledgeBase, dict[str, str]]) -> None:
    base, boards = told
    made = minutes_of(base, [boards["orders.png"], boards["refund.png"]], workspace="w")
    assert [ref.source for ref in made.boards] == ["orders.png", "refund.png"]
    with pytest.raises(NotFound):
        minutes_of(base, [boards["secret.png"]], workspace="w")
    with pytest.raises(WrongUse):
        minutes_of(base, [], workspace="w")
