from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import WrongUse
from kb.export import FORMATS, export_scene
from kb.export.mermaid import escape
from kb.quoting import clean, markdown, quoted
from kb.scene import ExtractorInfo, Node, Relation, Scene

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"json": "json", "markdown": "md", "mermaid": "mmd"}


def order_flow() -> Scene:
    return Scene(
        title="Order flow",
        language="en",
        width=800,
        height=600,
        nodes=(
            Node(id="shop", kind="container", text="Shop", bbox=(0, 0, 500, 300)),
            Node(
                id="cart", kind="box", text="Fill the\ncart", bbox=(10, 20, 90, 80), parent="shop"
            ),
            Node(
                id="pay", kind="diamond", text="Paid?", bbox=(150, 20, 250, 80), parent="shop"
            ),
            Node(id="db", kind="cylinder", text="Orders", bbox=(600, 20, 700, 80)),
            Node(
                id="risk",
                kind="sticky",
                text="Risk: provider down",
                bbox=(10, 400, 90, 480),
                tags=("risk",),
            ),
            Node(id="do", kind="text", text="[ ] ask", bbox=(200, 400, 300, 420), tags=("todo",)),
        ),
        relations=(
            Relation(id="1", source="cart", target="pay"),
            Relation(id="2", source="pay", target="db", label="yes"),
            Relation(id="3", source="risk", target="pay", kind="annotates", directed=False),
            Relation(id="4", source="shop", target="cart", kind="contains"),
            Relation(id="5", source="shop", target="pay", label="holds"),
        ),
        extractor=ExtractorInfo(name="test"),
    )  # fmt: skip


def chinese() -> Scene:
    return Scene(
        title="支付流程",
        language="zh",
        width=400,
        height=300,
        nodes=(
            Node(id="a", kind="box", text="下单", bbox=(0, 0, 50, 30)),
            Node(id="b", kind="ellipse", text="支付\n网关", bbox=(100, 0, 150, 30)),
            Node(id="r", kind="text", text="风险：超时", bbox=(0, 100, 90, 120), tags=("risk",)),
        ),
        relations=(Relation(id="1", source="a", target="b", label="提交"),),
        extractor=ExtractorInfo(name="test"),
    )


HOSTILE = (
    '"] --> evil["x',
    "a\nend\nsubgraph x",
    '%%{init: {"securityLevel": "loose"}}%%',
    "<img src=x onerror=alert(1)>",
    "`**bold**` [link](http://example.org) ![p](http://example.org/p.png)",
    "click n1 href 'javascript:alert(1)'",
    "#quot;#35; &lt;script&gt;",
    "--- \n title: x",
    "\x1b[31mred\x00\u202etxt",
    "- [ ] # heading\n1. one\n> quote\n```\ncode",
)


def hostile() -> Scene:
    nodes = [
        Node(id=f'x"{i}]', kind="box", text=text, bbox=(0, 10.0 * i, 50, 10.0 * i + 8))
        for i, text in enumerate(HOSTILE)
    ]
    relations = [
        Relation(id=str(i), source=nodes[i].id, target=nodes[i + 1].id, label=text)
        for i, text in enumerate(HOSTILE[:-1])
    ]
    return Scene(
        title='%%{init}%%"\n---\nflowchart',
        width=100,
        height=200,
        nodes=tuple(nodes),
        relations=tuple(relations),
        extractor=ExtractorInfo(name="test"),
    )


SCENES = {"order_flow": order_flow, "chinese": chinese, "hostile": hostile}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("format_name", FORMATS)
def test_exports_equal_the_golden_files(name: str, format_name: str) -> None:
    path = GOLDEN / f"{name}.{SUFFIX[format_name]}"
    written = export_scene(SCENES[name](), format_name)
    if os.environ.get("KB_REGENERATE") == "1":
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_json_reads_back() -> None:
    scene = hostile()
    assert Scene.model_validate_json(export_scene(scene, "json")) == scene


@pytest.mark.parametrize(
    ("text", "markdown_line", "label"),
    [
        ("- [x] call the bank", "- ☑ call the bank", "☑ call the bank"),
        ("[ ] 联系供应商", "- ☐ 联系供应商", "☐ 联系供应商"),
        ("□ 写测试", "- ☐ 写测试", "☐ 写测试"),
        ("## Goals\n- one\n- two", "- Goals\\\n  one\\\n  two", "Goals<br/>one<br/>two"),
        ("-5 degrees", "- \\-5 degrees", "-5 degrees"),
        ("#release", "- \\#release", "#35;release"),
    ],
)
def test_the_marks_of_lists_are_left_out_and_boxes_keep_their_state(
    text: str, markdown_line: str, label: str
) -> None:
    scene = chinese().model_copy(
        update={"nodes": (chinese().nodes[0].model_copy(update={"text": text}),), "relations": ()}
    )
    assert f"\n{markdown_line}\n" in export_scene(scene, "markdown")
    assert f'"{label}"' in export_scene(scene, "mermaid")
    assert Scene.model_validate_json(export_scene(scene, "json")) == scene


def test_the_title_stands_over_a_chart_and_not_in_it() -> None:
    scene = chinese()
    title = Node(id="t", kind="title", text="支付\n流程", bbox=(0, -50, 90, -30))
    titled = scene.model_copy(update={"nodes": (title, *scene.nodes)})
    assert export_scene(titled, "mermaid") == export_scene(scene, "mermaid")
    long = title.model_copy(update={"text": "支付流程" * 30})  # the chart's title cuts it
    cut = titled.model_copy(update={"title": long.text, "nodes": (long, *scene.nodes)})
    assert f'"{long.text}"' in export_scene(cut, "mermaid")
    joined = Relation(id="2", source="t", target="a")
    drawn = titled.model_copy(update={"relations": (*scene.relations, joined)})
    assert export_scene(drawn, "mermaid").count("支付") == 3  # a step is drawn


def test_unknown_format() -> None:
    with pytest.raises(WrongUse, match="pptx"):
        export_scene(chinese(), "pptx")


MERMAID_LINE = re.compile(
    r"""\ +(
      end
    | subgraph\ n\d+\["[^"]*"\]
    | n\d+(\[/|\[\(|\(\[|[\[({>])"[^"]*"(/\]|\)\]|\]\)|[\])}])
    | n\d+\ (-->|---|-\.-)(\|"[^"]*"\|)?\ n\d+
    | classDef\ [a-z]+\ [a-z0-9#:,-]+
    | class\ n\d+(,n\d+)*\ [a-z]+
    )""",
    re.VERBOSE,
)
LABEL = re.compile(r'"([^"]*)"')


def check_mermaid(text: str) -> None:
    """Hold every line to the grammar that the writer uses, and every label to its escapes."""
    lines = text.splitlines()
    if lines[0] == "---":
        assert lines[1].startswith('title: "')
        assert lines[2] == "---"
        lines = lines[3:]
    assert lines[0] == "flowchart LR"
    for line in lines[1:]:
        assert MERMAID_LINE.fullmatch(line), line
        for label in LABEL.findall(line):
            bare = re.sub(r"#\d+;|<br/>", "", label)
            assert not set(bare) & set("<>`#%&{}[]()\\;|"), line
    assert "%%" not in text
    assert len(re.findall("^ +subgraph", text, re.MULTILINE)) == len(
        re.findall(r"^ +end$", text, re.MULTILINE)
    )


@pytest.mark.parametrize("name", SCENES)
def test_mermaid_is_well_formed(name: str) -> None:
    check_mermaid(export_scene(SCENES[name](), "mermaid"))


def test_what_has_no_words_and_no_part_in_anything_is_no_empty_box() -> None:
    def node(name: str, text: str = "", **more: Any) -> Node:
        return Node(id=name, kind="drawing", text=text, bbox=(0, 0, 9, 9), **more)

    scene = Scene(
        width=100,
        height=100,
        nodes=(
            node("doodle"),
            node("blank", "\n \u3000"),
            node("frame"),
            node("in", "茶", parent="frame"),
            node("empty frame"),
            node("doodle in it", parent="empty frame"),
            node("end"),
            node("tagged", tags=("risk",)),
        ),
        relations=(
            Relation(id="1", source="in", target="end"),
            Relation(id="2", source="empty frame", target="doodle in it", kind="contains"),
        ),
        extractor=ExtractorInfo(name="test"),
    )
    text = export_scene(scene, "mermaid")
    check_mermaid(text)
    assert len(re.findall(r'^ +(subgraph )?n\d+\W*"', text, re.MULTILINE)) == 4
    assert "subgraph" in text
    assert "茶" in text


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.text(max_size=40))
def test_any_words_make_well_formed_mermaid(texts: list[str], title: str) -> None:
    nodes = tuple(
        Node(id=f"k{i}", kind="box", text=text, bbox=(0, 0, 5, 5), parent="k0" if i == 1 else None)
        for i, text in enumerate(texts)
    )
    relations = tuple(
        Relation(id=str(i), source="k0", target=node.id, label=node.text)
        for i, node in enumerate(nodes)
    )
    scene = Scene(
        title=title,
        width=10,
        height=10,
        nodes=nodes,
        relations=relations,
        extractor=ExtractorInfo(name="t"),
    )
    check_mermaid(export_scene(scene, "mermaid"))
    export_scene(scene, "markdown")


def test_mermaid_labels_keep_every_readable_word() -> None:
    assert escape("a & b\n\nc") == "a #38; b<br/>c"
    assert escape("") == " "


def test_markdown_means_nothing_but_its_words() -> None:
    assert markdown("# a *b* [c](d) <i>") == r"\# a \*b\* \[c\](d) \<i\>"
    assert markdown("1. one\n- two") == "1\\. one\n\\- two"


def test_quoted_words_forge_no_citation_and_load_nothing() -> None:
    assert quoted("see [1] and [2, 3]") == "see ［1］ and ［2, 3］"
    assert quoted("[^1] 【1】 【重要】") == "［^1］ ［1］ 【重要】"
    assert quoted("![p](http://x/p.png)\n<img src=x>") == "!［p］(http://x/p.png) ＜img src=x>"
    assert quoted("a\x1b[31m\u202eb\x00") == "a［31mb"
    assert quoted("x" * 500).endswith("…")
    assert clean("a\r\nb\tc") == "a\nb\tc"
