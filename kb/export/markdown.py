"""A board as a Markdown outline: what it holds, how it hangs together, what is tagged."""

from __future__ import annotations

from collections.abc import Iterator

from kb.listed import name_of, on_one_line, unmarked
from kb.quoting import markdown
from kb.reading import label_of, outline
from kb.scene import Node, Scene, Tag
from kb.units import sentence_of

_HEADINGS: dict[str, dict[str, str]] = {
    "en": {
        "board": "Board",
        "outline": "Outline",
        "relations": "Relations",
        "todo": "To-dos",
        "decision": "Decisions",
        "risk": "Risks",
        "question": "Questions",
        "goal": "Goals",
    },
    "zh": {
        "board": "白板",
        "outline": "内容",
        "relations": "关系",
        "todo": "待办",
        "decision": "决定",
        "risk": "风险",
        "question": "问题",
        "goal": "目标",
    },
}
_TAGGED: tuple[Tag, ...] = ("goal", "decision", "todo", "risk", "question")


def to_markdown(scene: Scene) -> str:
    """Return the outline of `scene`; headings are Chinese on Chinese boards, else English."""
    words = _HEADINGS["zh" if scene.language.startswith("zh") else "en"]
    blocks = [f"# {markdown(label_of(scene.title)) or words['board']}"]
    if items := list(_items(scene)):
        blocks.append(f"## {words['outline']}\n\n" + "\n".join(items))
    if relations := list(_relations(scene)):
        blocks.append(f"## {words['relations']}\n\n" + "\n".join(relations))
    for tag in _TAGGED:
        tagged = [node for _, node in outline(scene) if tag in node.tags and node.text.strip()]
        if tagged:
            lines = "\n".join(f"- {markdown(on_one_line(node.text))}" for node in tagged)
            blocks.append(f"## {words[tag]}\n\n{lines}")
    return "\n\n".join(blocks) + "\n"


def _items(scene: Scene) -> Iterator[str]:
    """Yield one list item a node with words; those inside a nameless frame move up to its depth."""
    parents = {node.id: node.parent for node in scene.nodes}
    named = {node.id for node in scene.nodes if node.text.strip()}
    for _, node in outline(scene):
        if node.id not in named:
            continue
        depth, holder = 0, parents[node.id]
        while holder is not None:
            depth += holder in named
            holder = parents[holder]
        yield _item(node, "  " * depth)


def _item(node: Node, indent: str) -> str:
    lines = [line.strip() for line in markdown(unmarked(node.text)).splitlines() if line.strip()]
    tags = f" `{', '.join(node.tags)}`" if node.tags else ""
    return f"{indent}- " + f"\\\n{indent}  ".join(lines) + tags


def _relations(scene: Scene) -> Iterator[str]:
    names = {node.id: name_of(node.text) for node in scene.nodes}
    for relation in scene.relations:
        source, target = names[relation.source], names[relation.target]
        if relation.kind != "contains" and (source or target or relation.label):
            yield "- " + markdown(sentence_of(relation, source or "…", target or "…"))
