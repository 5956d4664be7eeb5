"""From scenes to minutes, without a model: every line is words of the board and cites them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kb.export.mermaid import to_mermaid
from kb.facts import dates_in, owners_in
from kb.listed import box_of, items_of, on_one_line
from kb.minutes.advice import Block, Language, advised
from kb.minutes.flow import chains, flow_of, told_as
from kb.minutes.ledger import Ledger, Read
from kb.minutes.modules import modules
from kb.minutes.shapes import SECTIONS, Diagram, Line, Minutes, Section, SectionName
from kb.reading import label_of, outline
from kb.scene import Node, Relation, Scene, Tag
from kb.tags import heading_tag, tags_of_text
from kb.text import key_of, language_of

MAX_LINES = 200  # of one section
MIN_BOXES = 2  # checkboxes that make a list of a node

_TAGGED: tuple[tuple[SectionName, Tag], ...] = (
    ("goals", "goal"),
    ("decisions", "decision"),
    ("todos", "todo"),
    ("questions", "question"),
    ("risks", "risk"),
)
_REMARKS: frozenset[Tag] = frozenset(("risk", "question"))
_DONE = frozenset("☑✓✔✅")


def compose(boards: Sequence[Read]) -> Minutes:
    """Return the minutes of `boards` in their order; what two boards both say stands once."""
    ledger = Ledger()
    language = _language(boards)
    lines: dict[SectionName, list[Line]] = {name: [] for name in SECTIONS}
    for board in boards:
        for name, line in _BoardLines(board, ledger):
            lines[name].append(line)
    sections, citations = ledger.in_order(
        [_section(name, _once(_blocks(found)), language) for name, found in lines.items() if found]
    )
    return Minutes(
        title=", ".join(dict.fromkeys(filter(None, (label_of(b.ref.title) for b in boards)))),
        language=language,
        boards=tuple(board.ref for board in boards),
        sections=sections,
        diagrams=tuple(
            Diagram(board=board.ref, mermaid=to_mermaid(board.scene))
            for board in boards
            if any(relation.kind != "contains" for relation in board.scene.relations)
        ),
        citations=citations,
    )


def _section(name: SectionName, blocks: Sequence[Block], language: Language) -> Section:
    lines = [line for block in blocks for line in advised(name, block, language)]
    return Section(name=name, lines=tuple(lines[:MAX_LINES]), more=max(0, len(lines) - MAX_LINES))


def _language(boards: Sequence[Read]) -> Language:
    """Return the language that most boards are in."""
    votes = Counter(
        board.scene.language[:2] or language_of(" ".join(n.text for n in board.scene.nodes))
        for board in boards
    )
    return "zh" if votes["zh"] > len(boards) / 2 else "en"


def _blocks(lines: Sequence[Line]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        if line.depth and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _once(blocks: Sequence[Block]) -> list[Block]:
    """Join single lines with the same words: the later one adds citations and what it knows.

    Lines that name different owners or dates are two things.
    """
    kept: list[Block] = []
    single: dict[str, list[int]] = {}  # places in `kept` by words
    for block in blocks:
        line, *rest = block
        known = single.setdefault(key_of(line.text) or line.text, [])
        same = next((at for at in known if not rest and _agree(kept[at][0], line)), None)
        if same is not None:
            kept[same] = [_joined(kept[same][0], line)]
            continue
        if not rest:
            known.append(len(kept))
        kept.append(block)
    return kept


def _agree(one: Line, two: Line) -> bool:
    pairs = ((one.owner, two.owner), (one.due, two.due))
    return all(a == b or not (a and b) for a, b in pairs)


def _joined(one: Line, two: Line) -> Line:
    return one.model_copy(
        update={
            "cites": tuple(dict.fromkeys((*one.cites, *two.cites))),
            "owner": one.owner or two.owner,
            "due": one.due or two.due,
            "done": one.done or two.done,
        }
    )


class _BoardLines:
    """The lines of one board, each node's words in a section where they belong."""

    def __init__(self, board: Read, ledger: Ledger) -> None:
        self.board = board
        self.ledger = ledger
        self.scene: Scene = board.scene
        self.nodes = {node.id: node for node in board.scene.nodes}
        self.beside = _beside(board.scene)
        self.steps = _neighbours(flow_of(board.scene))
        self.told: set[str] = set()

    def __iter__(self) -> Iterator[tuple[SectionName, Line]]:
        for name, tag in _TAGGED:
            for node in self._tagged(tag):
                self.told.add(node.id)
                yield from self._things(name, tag, node)
                if name in ("risks", "questions"):
                    yield from ((name, line) for line in self._answers(node))
        for hub, members in modules(self.scene):
            self.told.update((hub.id, *(member.id for _, member in members)))
            yield "modules", self._line(hub)
            for depth, member in members:
                yield "modules", self._line(member, depth)
        for chain in chains(self.scene):
            ends = [chain[0].source, *(arrow.target for arrow in chain)]
            self.told.update(ends)
            text = told_as(chain, self.scene)
            number = self.ledger.cite(self.board, (self.nodes[end] for end in ends), text)
            yield "flow", Line(text=text, cites=(number,))
        for _, node in outline(self.scene):
            if node.id not in self.told and self._is_note(node):
                yield "notes", self._line(node)

    def _tagged(self, tag: Tag) -> list[Node]:
        return [
            node
            for _, node in outline(self.scene)
            if node.text.strip() and (tag in node.tags or _headed(node.text)[0] == tag)
        ]

    def _things(
        self, name: SectionName, tag: Tag, node: Node
    ) -> Iterator[tuple[SectionName, Line]]:
        """Yield what a node says for a section: all of it, or each item of a list.

        A list belongs to a section by its own heading, or to the to-dos by its checkboxes; what
        stands there without one is a note. An item may be more than its heading says.
        """
        heading, items = _headed(node.text)
        boxed = [item for item in items if box_of(item)[0]]
        listed: list[str] = []
        if heading == tag:
            listed = items
        elif name == "todos" and len(boxed) >= MIN_BOXES:
            listed = boxed
            yield from (("notes", self._item(node, item)) for item in items if item not in boxed)
        elif heading:
            listed = [item for item in items if tag in tags_of_text(item)]
        for item in listed:
            yield name, self._todo(node, item) if name == "todos" else self._item(node, item)
        if not listed:
            yield name, self._todo(node) if name == "todos" else self._line(node)

    def _item(self, node: Node, item: str) -> Line:
        return self._line(node).model_copy(update={"text": item})

    def _line(self, node: Node, depth: int = 0) -> Line:
        return Line(
            text=on_one_line(node.text),
            cites=(self.ledger.cite(self.board, [node]),),
            depth=depth,
        )

    def _answers(self, node: Node) -> Iterator[Line]:
        """Yield what the board sets against a risk, or under a question: what hangs on it.

        A step of the flow is what the risk is about, and another risk is one more.
        """
        for other in self.beside.get(node.id, ()):
            a_step = bool(self.steps.get(other.id, set()) - {node.id})
            if (
                self._is_note(other)
                and other.id != node.parent
                and not a_step
                and _REMARKS.isdisjoint(other.tags)
            ):
                self.told.add(other.id)
                yield self._line(other, 1)

    def _todo(self, node: Node, item: str = "") -> Line:
        """Return a to-do, or one `item` of a list, with its owner and date.

        They stand in its own words or in a note that hangs on it.
        """
        told = item or on_one_line(node.text)
        box, words = box_of(told)
        own = [words] if item else [words, node.text]
        owner, owner_at = self._said(node, own, "owner")
        due, due_at = self._said(node, own, "date")
        self.told.update(at.id for at in (owner_at, due_at) if at is not None)
        places = [node, *(at for at in (owner_at, due_at) if at is not None)]
        return Line(
            text=words or told,
            cites=(self.ledger.cite(self.board, places),),
            owner=owner,
            due=due,
            done=box in _DONE,
        )

    def _said(self, node: Node, own: Sequence[str], tag: Tag) -> tuple[str, Node | None]:
        """Return who or when, and the node that says it; ("", None) where nothing does."""
        near = (n for n in self.beside.get(node.id, ()) if tag in n.tags and "todo" not in n.tags)
        texts = (*((node, text) for text in own), *((note, note.text) for note in near))
        for place, text in texts:
            found = owners_in(text) if tag == "owner" else dates_in(text)[:1]
            if found:
                mark = "、" if language_of(found[0]) == "zh" else ", "
                return mark.join(found), place
        return "", None

    def _is_note(self, node: Node) -> bool:
        title = label_of(self.scene.title)
        return bool(node.text.strip()) and not (
            label_of(node.text) == title or heading_tag(node.text)
        )


def _headed(text: str) -> tuple[Tag | None, list[str]]:
    """Return what the heading of a list makes of its items, and the items."""
    head, *items = [item for item in items_of(text) if box_of(item)[1]] or [""]
    tag = heading_tag(head) if items else None
    return tag, items if tag else [head, *items]


def _neighbours(arrows: Sequence[Relation]) -> dict[str, set[str]]:
    """Return, by node, the other ends of its arrows."""
    found: dict[str, set[str]] = {}
    for arrow in arrows:
        found.setdefault(arrow.source, set()).add(arrow.target)
        found.setdefault(arrow.target, set()).add(arrow.source)
    return found


def _beside(scene: Scene) -> dict[str, list[Node]]:
    """Return, by node, what hangs on it by a line without direction or as a note, or is inside.

    What an arrow leads to hangs on its start, as the plan on a risk; what leads there does not.
    """
    nodes = {node.id: node for node in scene.nodes}
    found: dict[str, list[Node]] = {}
    for relation in scene.relations:
        found.setdefault(relation.source, []).append(nodes[relation.target])
        if not relation.directed or relation.kind == "annotates":
            found.setdefault(relation.target, []).append(nodes[relation.source])
    for node in scene.nodes:
        if node.parent:
            found.setdefault(node.parent, []).append(node)
    return found
