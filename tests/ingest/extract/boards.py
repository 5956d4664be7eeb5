"""Small boards to read: scenes that are drawn, so that the truth is known."""

from __future__ import annotations

from kb.scene import Box, ExtractorInfo, Node, NodeKind, Relation, Scene

DRAWN = ExtractorInfo(name="drawn")


def node(
    name: str,
    text: str,
    box: Box,
    kind: NodeKind = "box",
    color: str | None = None,
    fill: str | None = None,
) -> Node:
    return Node(id=name, kind=kind, text=text, bbox=box, color=color, fill=fill)


def arrow(source: Node, target: Node, label: str = "", directed: bool = True) -> Relation:
    """An arrow between two boxes side by side or one below the other, border to border."""
    a, b = source.bbox, target.bbox
    if b[0] > a[2]:
        start, end = (a[2], (a[1] + a[3]) / 2), (b[0], (b[1] + b[3]) / 2)
    elif b[2] < a[0]:
        start, end = (a[0], (a[1] + a[3]) / 2), (b[2], (b[1] + b[3]) / 2)
    elif b[1] > a[3]:
        start, end = ((a[0] + a[2]) / 2, a[3]), ((b[0] + b[2]) / 2, b[1])
    else:
        start, end = ((a[0] + a[2]) / 2, a[1]), ((b[0] + b[2]) / 2, b[3])
    return Relation(
        id=f"{source.id}-{target.id}",
        source=source.id,
        target=target.id,
        label=label,
        directed=directed,
        kind="arrow" if directed else "line",
        path=(start, end),
    )


def scene_of(
    nodes: list[Node], relations: list[Relation] | None = None, size: tuple[int, int] = (1200, 800)
) -> Scene:
    return Scene(
        width=size[0],
        height=size[1],
        nodes=tuple(nodes),
        relations=tuple(relations or ()),
        extractor=DRAWN,
    )


def flow() -> Scene:
    """Four boxes and four arrows, one of them back, one labelled."""
    order = node("a", "Receive order", (80, 100, 330, 200))
    check = node("b", "Check stock", (520, 100, 770, 200))
    ship = node("c", "Ship parcel", (520, 380, 770, 480))
    bill = node("d", "Send invoice", (80, 380, 330, 480))
    relations = [arrow(order, check), arrow(check, ship, "in stock"), arrow(ship, bill)]
    return scene_of([order, check, ship, bill], relations, (900, 600))


def stickies() -> Scene:
    """Six notes in three colours."""
    words = ["Faster builds", "Pair more", "Too many meetings", "Flaky tests", "Great demo", "Docs"]
    colours = ["yellow", "yellow", "pink", "pink", "green", "green"]
    nodes = []
    for i, (text, fill) in enumerate(zip(words, colours, strict=True)):
        x, y = 60 + 300 * (i % 3), 60 + 280 * (i // 3)
        nodes.append(node(f"s{i}", text, (x, y, x + 230, y + 210), "sticky", fill=fill))
    return scene_of(nodes, size=(980, 620))


def chinese_list() -> Scene:
    items = ["下周发布计划", "一、完成支付测试", "二、联系云南供应商", "三、更新库存表"]
    nodes = [
        node(f"z{i}", text, (100, 80 + 110 * i, 560, 130 + 110 * i), "title" if i == 0 else "text")
        for i, text in enumerate(items)
    ]
    return scene_of(nodes, size=(900, 560))


def coloured() -> Scene:
    """Boxes outlined in one colour each, the last one filled."""
    nodes = []
    for i, color in enumerate(["red", "blue", "green", "black"]):
        x = 60 + 260 * i
        nodes.append(node(color, f"Part {i + 1}", (x, 100, x + 200, 220), color=color))
    nodes.append(node("filled", "Hot", (60, 320, 360, 440), fill="orange"))
    return scene_of(nodes, size=(1120, 520))
