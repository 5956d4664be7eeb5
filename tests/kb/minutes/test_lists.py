from __future__ import annotations

import re

from kb.minutes import compose, page
from tests.kb.answer.boards import arrow, node, scene_of
from tests.kb.minutes.told import lines, read, texts


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
