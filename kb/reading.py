"""How a person would read a scene: names of nodes on one line, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.scene import Node, Scene

LABEL_LENGTH = 80

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_BREAK = re.compile(r"\s+")
_CJK_GAP = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_CJK_CHAR = re.compile(rf"[{_CJK}]")
_WORD = re.compile(rf"[^\s{_CJK}]+")
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+|[-*+]\s+(?!\[))")


def one_line(text: str) -> str:
    """Join wrapped lines with blanks, or with nothing between two Chinese characters."""
    return _CJK_GAP.sub("", _BREAK.sub(" ", text).strip())


def label_of(text: str, limit: int = LABEL_LENGTH) -> str:
    """Return the name of a node on one line: all of a short text, the first line of a long one.

    Only white space and a Markdown heading or bullet mark are taken away: the words stay verbatim.
    A name cut at `limit` characters ends in an ellipsis.
    """
    lines = [_MARKDOWN.sub("", line.strip()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    whole = one_line(" ".join(lines))
    if len(whole) <= limit and not text.lstrip().startswith("#"):
        return whole
    first = one_line(lines[0])
    return first if len(first) <= limit else first[: limit - 1].rstrip() + "…"


def token_cost(text: str) -> float:
    """Estimate the tokens of `text` in a multilingual model: a sign 1, a word by length."""
    words = _WORD.findall(text)
    return len(_CJK_CHAR.findall(text)) + sum(1.0 + len(word) / 8 for word in words)


def clip(parts: Iterable[str], budget: float) -> list[str]:
    """Return the leading `parts` that fit into `budget` tokens; a first part too long is cut."""
    kept: list[str] = []
    for part in parts:
        cost = token_cost(part)
        if cost > budget:
            if not kept:
                kept.append(part[: max(1, int(len(part) * budget / cost))])
            break
        kept.append(part)
        budget -= cost
    return kept


def reading_order(nodes: Sequence[Node]) -> list[Node]:
    """Sort nodes row by row, left to right within a row; ties by id.

    A row is opened by the highest node left and takes every node whose middle lies within it.
    """
    waiting = sorted(nodes, key=lambda n: (n.bbox[1], n.bbox[0], n.id))
    ordered: list[Node] = []
    row: list[Node] = []
    bottom = float("-inf")
    for node in waiting:
        if row and (node.bbox[1] + node.bbox[3]) / 2 > bottom:
            ordered += sorted(row, key=lambda n: (n.bbox[0], n.bbox[1], n.id))
            row = []
        if not row:
            bottom = node.bbox[3]
        row.append(node)
    return ordered + sorted(row, key=lambda n: (n.bbox[0], n.bbox[1], n.id))


def outline(scene: Scene) -> list[tuple[int, Node]]:
    """Return all nodes in reading order as (depth, node), each container before what it holds."""
    children: dict[str | None, list[Node]] = {}
    for node in scene.nodes:
        children.setdefault(node.parent, []).append(node)
    found: list[tuple[int, Node]] = []
    stack = [(0, node) for node in reversed(reading_order(children.get(None, [])))]
    while stack:
        depth, node = stack.pop()
        found.append((depth, node))
        stack += [(depth + 1, kid) for kid in reversed(reading_order(children.get(node.id, [])))]
    return found
