"""Random boards for property tests and evals: any layout, style and camera, two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeVar

import numpy as np

from evals.boards.lettering import CHINESE, LATIN
from evals.boards.spec import (
    BoardSpec,
    Camera,
    Item,
    LayoutName,
    Link,
    Part,
    Shape,
    Style,
    SurfaceName,
)

T = TypeVar("T")
Language = Literal["en", "zh"]

_VERBS = {
    "en": [
        "check",
        "ship",
        "pack",
        "review",
        "plan",
        "merge",
        "approve",
        "send",
        "test",
        "draft",
        "print",
        "call",
        "track",
        "split",
    ],
    "zh": [
        "检查",
        "发送",
        "确认",
        "整理",
        "测试",
        "更新",
        "打印",
        "联系",
        "跟踪",
        "拆分",
        "审核",
        "备份",
    ],
}
_NOUNS = {
    "en": [
        "order",
        "invoice",
        "label",
        "queue",
        "budget",
        "sample",
        "report",
        "backlog",
        "contract",
        "cache",
        "ticket",
        "form",
        "supplier",
        "calendar",
        "archive",
    ],
    "zh": [
        "订单",
        "发票",
        "标签",
        "队列",
        "预算",
        "样品",
        "报告",
        "合同",
        "缓存",
        "工单",
        "表格",
        "供应商",
        "日历",
    ],
}
_LABELS = {"en": ["yes", "no", "daily", "if late", "by mail"], "zh": ["是", "否", "每天", "超时"]}
_HEADINGS = {"en": ["Ideas", "Next", "Open points"], "zh": ["想法", "下一步", "问题"]}
_SHAPES: tuple[Shape, ...] = (
    "box", "round", "ellipse", "diamond", "cylinder", "document", "cloud", "person", "text",
)  # fmt: skip
_NOTES = ("yellow", "pink", "green", "blue", "orange")
_INKS = ("black", "blue", "red", "green", "purple")
_LAYOUTS: tuple[LayoutName, ...] = (
    "flow", "list", "wall", "mindmap", "tree", "table", "lanes", "free",
)  # fmt: skip
_SURFACES: tuple[SurfaceName, ...] = ("whiteboard", "screen", "paper", "squared", "ruled")


def random_spec(
    seed: int, language: Language = "en", layout: LayoutName | None = None,
    *, photo: bool | None = None,
) -> BoardSpec:  # fmt: skip
    """Return a board of random content; the same arguments give the same board."""
    rng = np.random.default_rng([seed, 7])
    chosen: LayoutName = _pick(rng, _LAYOUTS) if layout is None else layout
    items, links = _content(chosen, language, rng)
    lanes = tuple(_words(language, rng) for _ in range(2)) if chosen == "lanes" else ()
    heading = _pick(rng, _HEADINGS[language]) if rng.random() < 0.5 else ""
    part = Part(
        "p1", chosen, items, heading=heading, frame=bool(heading) and rng.random() < 0.4,
        down=rng.random() < 0.4, columns=int(rng.integers(2, 5)), lanes=lanes,
    )  # fmt: skip
    spec = BoardSpec(_words(language, rng), ((part,),), links, language, _style(rng), seed=seed)
    taken = rng.random() < 0.5 if photo is None else photo
    return replace(spec, camera=_camera(rng)) if taken else spec


def _pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def _words(language: Language, rng: np.random.Generator) -> str:
    verb, noun = _pick(rng, _VERBS[language]), _pick(rng, _NOUNS[language])
    return f"{verb.capitalize()} {noun}" if language == "en" else verb + noun


def _content(
    layout: LayoutName, language: Language, rng: np.random.Generator
) -> tuple[tuple[Item, ...], tuple[Link, ...]]:
    n = int(rng.integers(4, 10))
    words = [_words(language, rng) for _ in range(n)]
    bare = rng.random() < 0.3
    items = []
    for i, text in enumerate(words):
        item = Item(f"n{i + 1}", text, _shape(layout, bare, rng), _pick(rng, (*_INKS, "", "")))
        items.append(_settled(item, layout, i, rng))
    return tuple(items), tuple(_links(layout, language, n, rng))


def _shape(layout: LayoutName, bare: bool, rng: np.random.Generator) -> Shape:
    if layout == "wall":
        return "sticky"
    if bare or layout in ("list", "table"):
        return "text"
    return _pick(rng, _SHAPES)


def _settled(item: Item, layout: LayoutName, i: int, rng: np.random.Generator) -> Item:
    if layout == "wall":
        return replace(item, fill=_pick(rng, _NOTES))
    if layout == "list":
        return replace(item, mark=_pick(rng, ("", "bullet", "dash", "number", "open", "done")))
    if layout == "table":
        return replace(item, cell=(i // 3, i % 3))
    if layout == "lanes":
        return replace(item, cell=(int(rng.integers(2)), i))
    if layout == "free":
        at = (300.0 * (i % 3) + float(rng.normal(0, 15)), 190.0 * (i // 3))
        return replace(item, at=at, wrap=170)
    return item


def _links(layout: LayoutName, language: Language, n: int, rng: np.random.Generator) -> list[Link]:
    if layout in ("wall", "list", "table"):
        return []
    links = []
    for i in range(1, n):
        source = i - 1 if layout in ("lanes", "free") else int(rng.integers(i))
        label = _pick(rng, _LABELS[language]) if rng.random() < 0.25 else ""
        heads = 0 if layout == "mindmap" else int(rng.choice([1, 1, 1, 1, 2, 0]))
        dashed = rng.random() < 0.15
        links.append(Link(f"n{source + 1}", f"n{i + 1}", label, heads, dashed))
    return links


def _style(rng: np.random.Generator) -> Style:
    return Style(
        surface=_pick(rng, _SURFACES), latin=_pick(rng, LATIN), chinese=_pick(rng, CHINESE),
        ink=_pick(rng, ("black", "blue")), link_ink=_pick(rng, ("", "", "red", "green")),
        text=float(rng.uniform(26, 36)), pen=float(rng.uniform(2.4, 4.6)),
        wobble=float(rng.uniform(0.5, 1.5)), ghost=float(rng.choice([0.0, 0.0, 0.4])),
    )  # fmt: skip


def _camera(rng: np.random.Generator) -> Camera:
    turn = rng.normal(0, 1, 3) * (7, 7, 1.5)
    strong = rng.uniform(0, 1, 4)
    return Camera(
        yaw=float(np.clip(turn[0], -18, 18)), pitch=float(np.clip(turn[1], -18, 18)),
        roll=float(turn[2]), margin=float(rng.uniform(0.02, 0.1)),
        glare=float(strong[0] * (strong[0] > 0.5) * 0.7),
        shadow=float(strong[1] * (strong[1] > 0.5)), light=float(0.1 + 0.4 * strong[2]),
        warmth=float(rng.uniform(-0.5, 1)), blur=float(0.4 + 0.6 * strong[3]),
        noise=float(rng.uniform(1, 5)), quality=int(rng.integers(60, 93)),
    )  # fmt: skip
