from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.base import KnowledgeBase
from kb.errors import NotFound, WrongUse
from kb.evidence import BoardRef
from kb.minutes import Minutes, compose, minutes_of, page
from kb.minutes.advice import advised
from kb.minutes.ledger import Read
from kb.minutes.shapes import Line, SectionName
from kb.minutes.wording import worded
from kb.quoting import markdown
from kb.scene import Node, NodeKind, Relation, Scene
from kb.tags import tag_scene
from tests.kb.answer.boards import INCIDENT, INJECTED, ORDERS, REFUND, arrow, line, node, scene_of


def read(*scenes: Scene) -> list[Read]:
    return [
        Read(BoardRef(id=f"b{at}", source=f"{at}.png", title=scene.title), tag_scene(scene))
        for at, scene in enumerate(scenes)
    ]


def lines(minutes: Minutes, name: SectionName) -> list[Line]:
    return [line for section in minutes.sections if section.name == name for line in section.lines]


def texts(minutes: Minutes, name: SectionName) -> list[str]:
    return ["  " * line.depth + line.text for line in lines(minutes, name)]


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


def test_what_leads_to_a_risk_is_no_answer_to_it() -> None:
    nodes = [node("d", "Deploy", 0), node("r", "Risk: no way back", 2), node("p", "Rehearse", 4)]
    scene = scene_of("Launch", "en", nodes, [arrow("1", "d", "r"), line("2", "p", "r")])
    assert texts(compose(read(scene)), "risks") == ["Risk: no way back", "  Rehearse"]


@pytest.mark.parametrize(
    ("risk", "steps"),
    [
        ("Risk: only one printer", ["Print", "Pack", "Ship"]),
        ("风险：打印机只有一台", ["打印", "装箱", "发货"]),
        ("Question: who pays for it?", ["Print", "Pack", "Ship"]),
    ],
)
@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("join", [arrow, line])
def test_a_step_is_what_a_risk_is_about_and_no_answer_to_it(
    risk: str, steps: list[str], step: int, join: Callable[..., Relation]
) -> None:
    nodes = [node(f"s{at}", text, 3 * at) for at, text in enumerate(steps)]
    nodes.append(node("r", risk, 12))
    ways = [arrow("1", "s0", "s1"), arrow("2", "s1", "s2"), join("3", "r", f"s{step}")]
    minutes = compose(read(scene_of("Warehouse", "en", nodes, ways)))
    assert texts(minutes, "flow") == [" → ".join(steps)]
    (told,) = lines(minutes, "questions" if "?" in risk else "risks")
    assert (told.text, len(told.suggestions)) == (risk, 1)


def test_the_centre_of_a_mind_map_is_no_answer_to_a_risk_on_a_branch() -> None:
    nodes = [node("c", "新品上市", 0), node("r", "风险：供应商延期", 3), node("m", "备用供应商", 6)]
    scene = scene_of("新品上市", "zh", nodes, [line("1", "c", "r"), line("2", "r", "m")])
    assert texts(compose(read(scene)), "risks") == ["风险：供应商延期", "  备用供应商"]


def test_risks_may_share_a_measure_and_are_none_to_each_other() -> None:
    nodes = [
        node("a", "Risk: supplier late", 0),
        node("b", "Risk: boxes run out", 3),
        node("m", "Second supplier", 6),
    ]
    joins = [arrow("1", "a", "m"), arrow("2", "b", "m"), line("3", "a", "b")]
    minutes = compose(read(scene_of("Launch", "en", nodes, joins)))
    assert texts(minutes, "risks") == [
        "Risk: supplier late",
        "  Second supplier",
        "Risk: boxes run out",
        "  Second supplier",
    ]
    assert texts(minutes, "flow") == []


def test_a_risk_on_the_way_and_a_question_that_parts_it_stay_in_the_flow() -> None:
    nodes = [node(i, text, at) for at, (i, text) in enumerate(
        [("a", "Pick"), ("r", "⚠ check by hand"), ("p", "Pack"), ("s", "Ship")]
    )]  # fmt: skip
    ways = [arrow("1", "a", "r"), arrow("2", "r", "p"), arrow("3", "p", "s")]
    minutes = compose(read(scene_of("Warehouse", "en", nodes, ways)))
    assert texts(minutes, "flow") == ["Pick → ⚠ check by hand → Pack → Ship"]
    parting = [node("q", "In stock?", 0), node("y", "Pay", 3), node("n", "Wait", 6)]
    parts = [arrow("1", "q", "y", "yes"), arrow("2", "q", "n", "no")]
    scene = scene_of("Shop", "en", parting, parts)
    asked = scene.nodes[0].model_copy(update={"tags": ("question",)})
    scene = scene.model_copy(update={"nodes": (asked, *scene.nodes[1:])})
    assert texts(compose(read(scene)), "flow") == [
        "In stock? → Pay (yes)",
        "In stock? → Wait (no)",
    ]


def test_the_marks_of_lists_are_no_words() -> None:
    nodes = [
        node("t", "- [x] call the bank - Tom", 0),
        node("o", "□ 联系供应商", 3),
        node("q", "- Who pays?", 6),
        node("r", "• 风险：超时", 9),
        node("n", "## Later\n- new shop\n- web\n  in Chinese", 12),
        node("a", "- [x] paid", 15),
        node("b", "## Ship", 18),
    ]
    minutes = compose(read(scene_of("Launch", "en", nodes, [arrow("1", "a", "b")])))
    assert [(x.text, x.owner, x.done) for x in lines(minutes, "todos")] == [
        ("call the bank - Tom", "Tom", True),
        ("联系供应商", "", False),
        ("paid", "", True),
    ]
    assert texts(minutes, "questions") == ["Who pays?"]
    assert texts(minutes, "risks") == ["风险：超时"]
    assert texts(minutes, "notes") == ["Later · new shop · web in Chinese"]
    assert texts(minutes, "flow") == ["☑ paid → Ship"]
    assert not re.search(r"\\[-#]|\\\[", page(minutes))
    assert "- [x] call the bank - Tom" in {c.text for c in minutes.citations}


def test_each_checkbox_of_a_list_is_a_todo() -> None:
    lists = (
        "## Launch\n- [x] Order boxes\n- [ ] Call the bank\n  about limits - Tom, 3 May",
        "## 待办\n- [ ] 王芳：写测试\n- [x] 联系供应商",
        "- [ ] Anna: write mails",
    )
    nodes = [node(f"n{at}", text, 6 * at) for at, text in enumerate(lists)]
    minutes = compose(read(scene_of("Week", "en", nodes, [])))
    assert [(x.text, x.owner, x.due, x.done) for x in lines(minutes, "todos")] == [
        ("Order boxes", "", "", True),
        ("Call the bank about limits - Tom, 3 May", "Tom", "3 May", False),
        ("王芳：写测试", "王芳", "", False),
        ("联系供应商", "", "", True),
        ("Anna: write mails", "Anna", "", False),
    ]
    assert texts(minutes, "notes") == ["Launch"]
    rows = [row for row in page(minutes).splitlines() if row.startswith("- *Suggestion*")]
    assert len(rows) == len(set(rows))


def test_a_list_with_a_heading_stands_item_by_item_in_its_section() -> None:
    cards = (
        "## Goals\n- faster checkout\n- fewer returns",
        "Risks:\n• supplier late\n• 数据泄露",
        "## 待办\n- 订会议室\n- [x] 联系银行\n- [ ] ",
        "## Risks\nwritten in one go\n\n- Who pays?",
    )
    nodes = [node(f"n{at}", text, 6 * at) for at, text in enumerate(cards)]
    minutes = compose(read(scene_of("Week", "en", nodes, [])))
    assert texts(minutes, "goals") == ["faster checkout", "fewer returns"]
    assert texts(minutes, "risks") == [
        "supplier late",
        "数据泄露",
        "written in one go",
        "Who pays?",
    ]
    assert texts(minutes, "questions") == ["Who pays?"]
    assert all(len(told.suggestions) == 1 for told in lines(minutes, "risks"))
    assert [(told.text, told.done) for told in lines(minutes, "todos")] == [
        ("订会议室", False),
        ("联系银行", True),
    ]
    assert texts(minutes, "notes") == []


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


def test_the_branches_of_a_mind_map_are_modules() -> None:
    mind = scene_of(
        "Tea", "en",
        [node(i, i.title(), at) for at, i in enumerate(["tea", "shops", "web", "berlin", "app"])],
        [line("1", "tea", "shops"), line("2", "web", "tea"), line("3", "shops", "berlin"),
         line("4", "web", "app")],
    )  # fmt: skip
    assert texts(compose(read(mind)), "modules") == [
        "Tea", "  Shops", "  Web", "Shops", "  Berlin", "Web", "  App",
    ]  # fmt: skip


@pytest.mark.parametrize("heads", [("Went well", "Try next"), ("做得好", "下次改进")])
def test_columns_of_stickies_are_modules(heads: tuple[str, str]) -> None:
    def at(name: str, kind: NodeKind, text: str, x: float, y: float, w: float) -> Node:
        return Node(id=name, kind=kind, text=text, bbox=(x, y, x + w, y + 20))

    nodes = [
        at("t", "title", "Retro", 200, 0, 80),
        at("h", "text", heads[0], 10, 50, 60),
        at("k", "text", heads[1], 300, 55, 60),
        at("a", "sticky", "A", 12, 90, 80),
        at("b", "sticky", "B", 120, 95, 80),  # to the right of all the words that head it
        at("c", "sticky", "C", 280, 92, 80),
        at("d", "sticky", "D", 14, 130, 80),
        at("n", "text", "Lunch", 20, 400, 80),
    ]
    minutes = compose(read(scene_of("Retro", "en", nodes, [])))
    assert texts(minutes, "modules") == [heads[0], "  A", "  B", "  D", heads[1], "  C"]
    assert texts(minutes, "notes") == ["Lunch"]


def test_stickies_under_one_line_of_words_are_no_columns() -> None:
    nodes = [node("h", "Ideas", 0, kind="text"), node("a", "A", 3, kind="sticky")]
    assert texts(compose(read(scene_of("", "en", nodes, []))), "modules") == []


def test_the_centre_of_a_mind_map_without_a_title_comes_first() -> None:
    # A branch that stands above has as many lines; two of its leaves are joined.
    names = ["taste", "jasmine", "peach", "oolong", "tea", "price", "low", "high", "web", "shop"]
    ends = ["taste jasmine", "taste peach", "oolong taste", "tea taste", "tea price",
            "tea web", "tea shop", "price low", "price high", "low high"]  # fmt: skip
    joins = [line(str(at), *pair.split()) for at, pair in enumerate(ends)]
    nodes = [node(name, name, at) for at, name in enumerate(names)]
    told = texts(compose(read(scene_of("", "en", nodes, joins))), "modules")
    assert told[:5] == ["tea", "  taste", "  price", "  web", "  shop"]
    members = [text for text in told if text.startswith(" ")]
    assert len(members) == len(set(members))


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
