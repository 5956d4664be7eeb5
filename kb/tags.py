"""Tags from words and marks: to-do, risk, decision, question, goal, owner, date.

The rules are conservative: a box "Risk engine" in an architecture is no risk, a note "Risk: no
rollback" is one, and so is what stands under a heading "Risks". The heading itself is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import get_args

from kb.reading import one_line
from kb.scene import Node, Scene, Tag
from kb.simplified import simplified

Rule = Callable[[Node], Iterable[Tag]]
"""Returns the tags that one node carries by itself; a workspace's conventions are such rules."""

ORDER: tuple[Tag, ...] = get_args(Tag)

# Every repetition is bounded: texts come from strangers, and are up to 20,000 characters long.
_START = r"^[ \t>*•·\-–#]{0,12}(?:\d{1,2}[.)、][ \t]{0,3})?"
_COLON = r"[ \t]{0,3}[:：;\-–—]"

WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"

_PATTERNS: dict[Tag, tuple[str, ...]] = {
    "todo": (
        _START + r"\[\s?[xX]?\]",
        _START + r"[☐☑□]",
        _START + rf"(?:to[- ]?dos?|action(?: items?)?|ai|next steps?|follow[- ]up){_COLON}",
        _START + r"(?:待办|行动项|待处理|下一步)(?:事项)?[ \t]{0,3}[:：]",
        r"(?-i:\bTODO\b)|待办",
    ),
    "risk": (
        _START + r"(?:⚠|❗|‼|!|！)",
        _START + rf"(?:risks?|danger|blocker|风险|隐患|危险){_COLON}",
        r"[(（\[【][ \t]?(?:risk|风险)[ \t]?[)）\]】]",
        r"\b(?:high|big|major) risk\b|\brisk (?:of|that)\b|\bat risk\b",
        r"高风险|风险高|有风险|存在风险",
        r"⚠|[!！]{2}[ \t]{0,3}$",
    ),
    "decision": (
        _START + r"[✓✔✅]",
        _START + rf"(?:decisions?|decided|agreed|resolution|决定|决议|结论){_COLON}",
        r"\bwe(?:'ve| have)? (?:decided|agreed)\b|\bdecided (?:to|on|against)\b",
        r"已决定|我们决定|决定(?:采用|使用|不|由)",
    ),
    "question": (
        r"[?？][ \t]{0,3}[)）\"”]?[ \t]{0,3}$",
        _START + rf"(?:q|open questions?|questions?|问题|疑问){_COLON}",
    ),
    "goal": (
        _START
        + rf"(?:goals?|objectives?|key results?|north star|目标|关键结果)[ \t]?\d{{0,2}}{_COLON}",
        _START + r"(?-i:KR)\s?\d{1,2}(?:\.\d)?(?!\w)|" + _START + r"(?-i:O)\d{1,2}[ \t]?[:：]",
        _START + r"(?-i:KR)\d{1,2}[\u4e00-\u9fff]",
    ),
    "owner": (
        r"(?:^|[\s(（,，])@(?!\d)[\w\u4e00-\u9fff]",
        r"\b(?:owner|assignee|assigned to|dri|responsible)\b[ \t]{0,3}[:：=]|\bowned by\b",
        r"(?:负责人|责任人|负责|经办人?)[ \t]{0,3}[:：]|由.{1,8}负责",
    ),
    "date": (
        r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]" + DAY + r"(?!\d)",
        rf"\b(?:by|due|until|before|next) (?:{WEEKDAY}|{MONTH})\b",
        r"\b(?:by|due|until|before) (?:tomorrow|end of|eo[dwm]|q[1-4])\b",
        rf"\b{MONTH}\.? {DAY}(?:st|nd|rd|th)?\b|\b{DAY}(?:st|nd|rd|th)? {MONTH}\b",
        r"(?:by|due|until|before|on|deadline)[: ]{1,3}(?:0?[1-9]|1[0-2])/" + DAY + r"(?![\d/])",
        r"(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:1\d|2\d|3[01])(?![\d/.%])",
        r"\b(?:due|deadline)[ \t]{0,3}[:：]|(?:截止|截至|到期)",
        r"(?:0?[1-9]|1[0-2])\s?月\s?"
        + DAY
        + r"\s?[日号]|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}[日号]",
        r"(?:本|下|这)?(?:周|星期)[一二三四五六日天]前?",
        r"(?:本|下|这个?)(?:周|月|季度)(?:底|末|前|内)|[一二三四五六七八九十0-9]{1,2}月(?:底|初|中旬)",
    ),
}

# A heading in English: its noun, alone or with a number, or a noun of many and what they are about.
_WHOSE = (
    rf"(?:(?:our|my|open|key|top|main|weekly|monthly|project|team|launch|meeting|{MONTH}|q[1-4]"
    r"|(?:sprint|week|phase|release|version)(?: [\d.]{1,6})?) ){0,3}"
)
_PERIOD = (
    rf"(?:week|month|quarter|year|sprint|iteration|release|phase|meeting|{WEEKDAY}|{MONTH}|q[1-4])"
)
_ABOUT = (  # a verb makes a sentence of it
    rf"(?: (?:this|next|last) {_PERIOD}| (?:today|tomorrow|q[1-4]|(?:19|20)\d\d)"
    r"| ?\([^()]{1,20}\)|(?! .{0,40}\b(?:is|are|was|were|has|have|will|can|must|should|needs?)\b)"
    r" (?:of|for|from|before|after|until|by|in|on|at|about|with)(?: [\w./'’-]{1,20}){1,4})"
)
_ALONE: dict[Tag, str] = {
    "todo": "actions?|next step",
    "risk": r"risk|risks? (?:&|and) \w+",
    "decision": "decision|decided",
    "question": "question|unknowns",
    "goal": "goal|objective|key result|okr",
}
_MANY: dict[Tag, str] = {
    "todo": r"to[- ]?dos?(?: list)?|action items?|next steps|tasks",
    "risk": "risks",
    "decision": "decisions",
    "question": "questions",
    "goal": "goals|objectives|key results|okrs",
}

# In Chinese all stands before the noun, and must say nothing of it: 没有风险, 更新待办.
_SAID_ZH = (
    r"[没无不非请把将已由是]|未(?!决)|我(?!们)|(?<!所)有"
    r"|完成|清空|更新|整理|查看|处理|等待|确认|降低|解决"
)
_WHOSE_ZH = (  # 合规风险 is no heading but a risk
    r"(?:\w{1,6}?的|(?:[本下今上]?(?:周|月|季度?|年|次|日)|年度|近期|当前|主要|关键|重要|潜在|核心|总体"
    r"|遗留|开放|待定|未决|已知|我们|团队|项目|产品|会议|周会|例会|评审|复盘|迭代|版本|发布|上线|迁移"
    r"|[\dq]{1,4}[年月日号]?|[一二三四五六七八九十]{1,3}[月日号])的?[ ]?){0,3}"
)
_ZH: dict[Tag, str] = {
    "todo": rf"[\w /.-]{{0,6}}?(?:待办|行动项)|{_WHOSE_ZH}下一步",
    "risk": rf"{_WHOSE_ZH}风险",
    "decision": rf"{_WHOSE_ZH}(?:决定|决议|决策|结论)",
    "question": rf"{_WHOSE_ZH}(?:问题|疑问)",
    "goal": rf"{_WHOSE_ZH}(?:目标|关键结果)",
}
_AFTER_ZH = r"(?:事项|列表|清单|一览|汇总|点|项|表)?(?: ?[（(][^()（）]{1,12}[）)])?"

_RULES = {
    tag: re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE | re.MULTILINE)
    for tag, patterns in _PATTERNS.items()
}
_HEADING_RULES = {
    tag: re.compile(
        rf"\W*{_WHOSE}(?:{_ALONE[tag]}|{many})\s*\d{{0,2}}\W*"
        rf"|\W*{_WHOSE}(?:{many}){_ABOUT}[:：]?"
        rf"|\W*(?!\w{{0,6}}?(?:{_SAID_ZH}))(?:{_ZH[tag]}){_AFTER_ZH}\s*\d{{0,2}}\W*",
        re.IGNORECASE,
    )
    for tag, many in _MANY.items()
}


def tags_of_text(text: str) -> tuple[Tag, ...]:
    """Return the tags that the words of one node carry, without regard to where it stands."""
    text = simplified(text)
    return tuple(tag for tag in ORDER if _RULES[tag].search(text))


def heading_tag(text: str) -> Tag | None:
    """Return the tag that a heading gives to what stands under it ("Risks", "待办"), or None."""
    line = simplified(one_line(text))
    if not line or len(line) > 40:
        return None
    return next((tag for tag, rule in _HEADING_RULES.items() if rule.fullmatch(line)), None)


def tag_scene(scene: Scene, *, conventions: Sequence[Rule] = ()) -> Scene:
    """Return `scene` with tags added to its nodes; tags that are there already stay.

    Args:
        scene: as an extractor or a reader made it.
        conventions: further rules, such as the meaning that a workspace gives to colours.
    """
    headings = {node.id: tag for node in scene.nodes if (tag := heading_tag(node.text))}
    branches = _branching(scene)
    inherited = _inherited(scene, headings)
    nodes = []
    for node in scene.nodes:
        tags: set[Tag] = set(node.tags)
        if node.id not in headings:
            own = set(tags_of_text(node.text))
            if node.kind == "diamond" or node.id in branches:
                own.discard("question")  # "In stock?" in a flow asks the order, not the team
            if node.kind == "title":
                own.discard("todo")  # the name of a list is no item of it
            tags |= own | inherited.get(node.id, set())
        for rule in conventions:
            tags.update(rule(node))
        kept = tuple(tag for tag in ORDER if tag in tags)
        nodes.append(node if kept == node.tags else node.model_copy(update={"tags": kept}))
    return scene.model_copy(update={"nodes": tuple(nodes)})


def _branching(scene: Scene) -> set[str]:
    """Return the ids of nodes that two or more arrows leave."""
    ways: dict[str, set[str]] = {}
    for relation in scene.relations:
        if relation.kind == "arrow" and relation.directed:
            ways.setdefault(relation.source, set()).add(relation.target)
    return {node for node, targets in ways.items() if len(targets) > 1}


def _inherited(scene: Scene, headings: dict[str, Tag]) -> dict[str, set[Tag]]:
    """Return what nodes get from the container that holds them or the heading above them."""
    got: dict[str, set[Tag]] = {}
    by_id = {node.id: node for node in scene.nodes}
    topics = dict(headings)
    for ident, tag in headings.items():
        holder = by_id[ident].parent
        if holder and not by_id[holder].text.strip():
            topics.setdefault(holder, tag)  # a frame without a name, with a heading inside
    for node in scene.nodes:
        parent = node.parent
        while parent is not None and node.text.strip():
            if parent in topics:
                got.setdefault(node.id, set()).add(topics[parent])
                break
            parent = by_id[parent].parent
    for ident, tag in headings.items():
        for node in column_below(by_id[ident], scene, headings):
            got.setdefault(node.id, set()).add(tag)
    return got


def column_below(
    heading: Node, scene: Scene, headings: Collection[str] = frozenset()
) -> list[Node]:
    """Return the nodes that stand under `heading`, one below the other, until a gap or a title."""
    below = sorted(
        (
            node
            for node in scene.nodes
            if node.parent == heading.parent
            and node.id != heading.id
            and node.text.strip()
            and node.bbox[1] >= heading.bbox[3] - 0.5 * _height(heading)
            and _shares_column(heading, node)
        ),
        key=lambda node: (node.bbox[1], node.id),
    )
    column: list[Node] = []
    bottom, step, between = heading.bbox[3], _height(heading), 0.0
    for node in below:
        gap = node.bbox[1] - bottom
        if node.kind == "title" or node.id in headings or gap > 2.0 * step:
            break
        if len(column) > 1 and gap > max(1.5 * _height(node), 3.0 * between):
            break  # the others stand closer by far
        between = max(between, gap) if column else 0.0
        column.append(node)
        bottom, step = max(bottom, node.bbox[3]), max(step, min(_height(node), 2.0 * step))
    return column


def _height(node: Node) -> float:
    return max(1.0, node.bbox[3] - node.bbox[1])


def _shares_column(heading: Node, node: Node) -> bool:
    overlap = min(heading.bbox[2], node.bbox[2]) - max(heading.bbox[0], node.bbox[0])
    narrower = min(heading.bbox[2] - heading.bbox[0], node.bbox[2] - node.bbox[0])
    indented = heading.bbox[0] <= node.bbox[0] <= heading.bbox[2]  # starts beneath the heading
    return indented or overlap > 0.5 * max(1.0, narrower)
