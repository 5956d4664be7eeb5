"""Minutes as Markdown: escaped words of the boards, footnotes for their places, Mermaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.evidence import BoardRef, Citation
from kb.listed import on_one_line
from kb.minutes.shapes import Line, Minutes, Section
from kb.quoting import markdown
from kb.reading import one_line

MAX_QUOTED = 120  # characters of a source's words

_WORDS = {
    "en": {
        "minutes": "Minutes",
        "goals": "Goals",
        "modules": "Modules",
        "flow": "User flow",
        "decisions": "Decisions",
        "todos": "To-dos",
        "questions": "Open questions",
        "risks": "Risks",
        "notes": "Further notes",
        "diagram": "Diagram",
        "todo": "To-do",
        "owner": "Owner",
        "due": "Date",
        "done": "Done",
        "yes": "yes",
        "suggestion": "Suggestion",
        "ours": "Lines that begin with *Suggestion* are not from the boards.",
        "more": "… and {} more",
        "nodes": "nodes",
        "region": "region",
        "boards": "Boards",
        "colon": ": ",
    },
    "zh": {
        "minutes": "纪要",
        "goals": "目标",
        "modules": "模块",
        "flow": "用户流程",
        "decisions": "决定",
        "todos": "待办",
        "questions": "待定问题",
        "risks": "风险",
        "notes": "其他记录",
        "diagram": "图",
        "todo": "事项",
        "owner": "负责人",
        "due": "日期",
        "done": "完成",
        "yes": "是",
        "suggestion": "建议",
        "ours": "以 *建议* 开头的内容不是白板上写的。",
        "more": "……另有{}项",
        "nodes": "节点",
        "region": "区域",
        "boards": "白板",
        "colon": "：",
    },
}


def page(minutes: Minutes) -> str:
    """Return `minutes` as a Markdown document; each line's footnotes name board, nodes, region."""
    words = _WORDS[minutes.language]
    title = markdown(one_line(minutes.title))
    blocks = [f"# {words['minutes']}{words['colon'] + title if title else ''}"]
    blocks.append(f"{words['boards']}{words['colon']}" + ", ".join(map(_board, minutes.boards)))
    if any(line.suggestions for section in minutes.sections for line in section.lines):
        blocks.append(f"> {words['ours']}")
    for section in minutes.sections:
        body = _table(section, words) if section.name == "todos" else _list(section, words)
        blocks.append(f"## {words[section.name]}\n\n" + "\n".join(body))
    for number, diagram in enumerate(minutes.diagrams):
        heading = f"## {words['diagram']}\n\n" if number == 0 else ""
        named = f"{_board(diagram.board)}\n\n" if len(minutes.boards) > 1 else ""
        blocks.append(f"{heading}{named}```mermaid\n{diagram.mermaid}```")
    blocks += (_footnote(citation, words) for citation in minutes.citations)
    return "\n\n".join(blocks) + "\n"


def _board(board: BoardRef) -> str:
    title, source = markdown(one_line(board.title)), markdown(one_line(board.source))
    return f"{title} ({source})" if title else source or board.id


def _list(section: Section, words: dict[str, str]) -> Iterator[str]:
    for line in section.lines:
        indent = "  " * line.depth
        yield f"{indent}- {_said(line)}"
        for suggestion in line.suggestions:
            yield f"{indent}  - {_suggested(suggestion, words)}"
    if section.more:
        yield f"- {words['more'].format(section.more)}"


def _table(section: Section, words: dict[str, str]) -> Iterator[str]:
    """Yield the to-dos as a table, then what is suggested about them."""
    yield f"| {words['todo']} | {words['owner']} | {words['due']} | {words['done']} |"
    yield "|---|---|---|---|"
    for line in section.lines:
        cells = [_said(line), markdown(line.owner), markdown(line.due)]
        cells.append(words["yes"] if line.done else "")
        yield "| " + " | ".join(cells) + " |"
    told = dict.fromkeys(
        f"- {_suggested(said, words)} {_marks(line)}"
        for line in section.lines
        for said in line.suggestions
    )
    if told or section.more:
        yield ""
    yield from told
    if section.more:
        yield f"- {words['more'].format(section.more)}"


def _said(line: Line) -> str:
    return f"{markdown(one_line(line.text))} {_marks(line)}"


def _suggested(suggestion: str, words: dict[str, str]) -> str:
    return f"*{words['suggestion']}*{words['colon']}{markdown(one_line(suggestion))}"


def _marks(line: Line) -> str:
    return "".join(f"[^{number}]" for number in line.cites)


def _footnote(citation: Citation, words: dict[str, str]) -> str:
    quote = on_one_line(citation.text)
    quote = quote if len(quote) <= MAX_QUOTED else quote[: MAX_QUOTED - 1].rstrip() + "…"
    place = [
        _board(citation.board),
        f"{words['nodes']} {_listed(citation.nodes)}",
        f"{words['region']} {','.join(f'{side:g}' for side in citation.region)}",
    ]
    return f"[^{citation.n}]: {', '.join(place)}{words['colon']}“{markdown(quote)}”"


def _listed(nodes: Sequence[str]) -> str:
    return " ".join(markdown(one_line(node)) for node in nodes)
