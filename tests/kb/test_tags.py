from __future__ import annotations

import time

import pytest

from kb.scene import ExtractorInfo, Node, Relation, Scene
from kb.tags import heading_tag, tag_scene, tags_of_text


def scene_of(*nodes: Node, relations: tuple[Relation, ...] = ()) -> Scene:
    return Scene(
        width=1000,
        height=1000,
        nodes=nodes,
        relations=relations,
        extractor=ExtractorInfo(name="test"),
    )


def tags(scene: Scene) -> dict[str, tuple[str, ...]]:
    return {node.id: node.tags for node in tag_scene(scene).nodes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ ] order cables", ("todo",)),
        ("☐ 订机票", ("todo",)),
        ("TODO write the tests", ("todo",)),
        ("待办：联系供应商", ("todo",)),
        ("AI: call the bank", ("todo",)),
        ("Action item: book room", ("todo",)),
        ("Risk: no rollback", ("risk",)),
        ("风险：支付超时", ("risk",)),
        ("⚠ single point of failure", ("risk",)),
        ("! 数据丢失", ("risk",)),
        ("Decision: use Postgres", ("decision",)),
        ("We decided to drop SOAP", ("decision",)),
        ("决定：采用微服务", ("decision",)),
        ("✓ ship on Linux first", ("decision",)),
        ("Who pays for it?", ("question",)),
        ("谁来维护？", ("question",)),
        ("问题：谁来付款", ("question",)),
        ("Goal: 20 % more sign-ups", ("goal",)),
        ("KR1 latency under 200 ms", ("goal",)),
        ("目标：提升留存", ("goal",)),
        ("payment service @lena", ("owner",)),
        ("Owner: Sam", ("owner",)),
        ("负责人：王芳", ("owner",)),
        ("Launch 2026-03-14", ("date",)),
        ("Beta by Friday", ("date",)),
        ("Launch 3/14", ("date",)),
        ("截止 6月1日", ("date",)),
        ("联系银行 四月二十日前", ("date",)),
        ("十二月廿一日开业", ("date",)),
        ("[ ] @tom fix login by March", ("todo", "owner", "date")),
    ],
)
def test_words_and_marks_give_tags(text: str, expected: tuple[str, ...]) -> None:
    assert tags_of_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Risk engine",
        "风险评估服务",
        "Check stock",
        "决定是否批准",
        "mail to info@example.org",
        "24/7 support",
        "1/2 done",
        "v1.2.3",
        "Goalkeeper",
        "AI model",
        "Total: 3.14",
        "",
    ],
)
def test_mere_mentions_give_none(text: str) -> None:
    assert tags_of_text(text) == ()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Risks", "risk"),
        ("风险", "risk"),
        ("## To do:", "todo"),
        ("待办事项", "todo"),
        ("Open questions", "question"),
        ("OKRs", "goal"),
        ("决定", "decision"),
        ("To do before launch", "todo"),
        ("Action items for Tom", "todo"),
        ("Tasks this week", "todo"),
        ("Weekly to-do (launch)", "todo"),
        ("周会待办", "todo"),
        ("本周待办事项", "todo"),
        ("4月2日周会待办", "todo"),
        ("risks of the move", "risk"),
        ("发布风险", "risk"),
        ("搬家的风险", "risk"),
        ("open questions before launch", "question"),
        ("未决问题", "question"),
        ("decisions of 3 March", "decision"),
        ("决定事项", "decision"),
        ("Sprint 12 goals", "goal"),
        ("三月目标", "goal"),
        ("Risk of fire in the server room", None),
        ("Payment", None),
        ("Tasks are cheap", None),
        ("Tasks in Jira are lost", None),
        ("To do this we need money", None),
        ("待办已清空", None),
        ("没有待办", None),
        ("更新待办", None),
        ("待办服务", None),
        ("合规风险", None),
        ("没有风险", None),
        ("高风险", None),
        ("我来决定", None),
        ("目标用户", None),
    ],
)
def test_headings(text: str, tag: str | None) -> None:
    assert heading_tag(text) == tag


def test_what_a_container_holds_gets_its_tag_and_the_heading_does_not() -> None:
    scene = scene_of(
        Node(id="c", kind="container", text="Risks", bbox=(0, 0, 500, 500)),
        Node(id="in", kind="container", text="Payment", bbox=(10, 100, 400, 400), parent="c"),
        Node(id="a", kind="sticky", text="Provider down", bbox=(20, 120, 100, 150), parent="in"),
        Node(id="out", kind="sticky", text="Provider up", bbox=(600, 120, 700, 150)),
    )
    assert tags(scene) == {"c": (), "in": ("risk",), "a": ("risk",), "out": ()}


def test_a_heading_names_the_column_below_it_until_a_gap_or_the_next_heading() -> None:
    scene = scene_of(
        Node(id="h", kind="text", text="To do", bbox=(100, 0, 200, 30)),
        Node(id="a", kind="text", text="order cables", bbox=(100, 40, 220, 70)),
        Node(id="b", kind="text", text="paint the wall", bbox=(100, 80, 220, 110)),
        Node(id="h2", kind="text", text="风险", bbox=(100, 130, 200, 160)),
        Node(id="c", kind="text", text="没有预算", bbox=(100, 170, 220, 200)),
        Node(id="far", kind="text", text="the garden", bbox=(100, 700, 220, 730)),
        Node(id="side", kind="text", text="the roof", bbox=(600, 40, 720, 70)),
    )
    assert tags(scene) == {
        "h": (),
        "a": ("todo",),
        "b": ("todo",),
        "h2": (),
        "c": ("risk",),
        "far": (),
        "side": (),
    }


@pytest.mark.parametrize(
    ("title", "last"),
    [("To do before launch", "Launch: Monday 20 April!"), ("周会待办", "下次开会：4月9日下午两点")],
)
def test_a_gap_far_wider_than_those_between_its_items_ends_a_list(title: str, last: str) -> None:
    rows = [("a", 340), ("b", 435), ("c", 535), ("last", 750)]
    scene = scene_of(
        Node(id="t", kind="title", text=title, bbox=(240, 180, 830, 290)),
        *(
            Node(id=i, kind="text", text=last if i == "last" else f"Step {i}",
                 bbox=(245, top, 900, top + 75))
            for i, top in rows
        ),
    )  # fmt: skip
    todo = ("todo",)
    assert tags(scene) == {"t": (), "a": todo, "b": todo, "c": todo, "last": ("date",)}


def test_a_column_may_be_indented_under_its_heading() -> None:
    scene = scene_of(
        Node(id="h", kind="text", text="Risks", bbox=(160, 0, 270, 45)),
        Node(id="a", kind="text", text="• stock count lags", bbox=(233, 85, 797, 120)),
        Node(id="b", kind="text", text="• address typos", bbox=(229, 148, 784, 184)),
    )
    assert tags(scene) == {"h": (), "a": ("risk",), "b": ("risk",)}


def test_the_title_of_a_list_is_no_item_of_it() -> None:
    scene = scene_of(
        Node(id="t", kind="title", text="周会待办", bbox=(0, 0, 90, 30)),
        Node(id="a", kind="text", text="□ 换温度计", bbox=(0, 300, 90, 330)),
    )
    assert tags(scene) == {"t": (), "a": ("todo",)}


def test_a_nameless_frame_takes_the_tag_of_the_heading_inside() -> None:
    scene = scene_of(
        Node(id="f", kind="container", bbox=(0, 0, 900, 300)),
        Node(id="h", kind="title", text="Goals", bbox=(10, 10, 100, 40), parent="f"),
        Node(id="a", kind="sticky", text="faster", bbox=(600, 200, 700, 250), parent="f"),
    )
    assert tags(scene) == {"f": (), "h": (), "a": ("goal",)}


def test_a_branch_in_a_flow_is_no_open_question() -> None:
    nodes = [
        Node(id=i, kind="box", text=t, bbox=(0, 0, 10, 10))
        for i, t in [("q", "In stock?"), ("y", "ship"), ("n", "order"), ("p", "Who ships?")]
    ]
    relations = (
        Relation(id="1", source="q", target="y", label="yes"),
        Relation(id="2", source="q", target="n", label="no"),
    )
    scene = scene_of(
        *nodes,
        Node(id="d", kind="diamond", text="Paid?", bbox=(0, 0, 10, 10)),
        relations=relations,
    )
    assert tags(scene) == {"q": (), "y": (), "n": (), "p": ("question",), "d": ()}


def test_tags_stay_and_conventions_add_theirs() -> None:
    scene = scene_of(
        Node(id="a", kind="box", text="Pay", bbox=(0, 0, 9, 9), color="red", tags=("goal",))
    )
    tagged = tag_scene(scene, conventions=[lambda n: ("risk",) if n.color == "red" else ()])
    assert tagged.nodes[0].tags == ("risk", "goal")
    assert tag_scene(tagged) == tagged


SIGNS = [
    "\n",
    "!",
    "?",
    " ",
    "- ",
    "[ ",
    "1. ",
    "@",
    "1/1",
    "目标",
    "\t-",
    "to do of ",
    "本周",
    "的",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_long_repetitive_texts_take_no_time(sign: str) -> None:
    text = (sign * 20_000)[:19_999] + "x"
    started = time.process_time()
    tags_of_text(text)
    heading_tag(text)
    heading_tag((sign * 40)[:40])
    assert time.process_time() - started < 0.5
