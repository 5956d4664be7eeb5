"""What the parts of an answer share: the question, the graph, the words, the evidence found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from sqlalchemy import select

from kb.answer.matching import Matcher
from kb.answer.notebook import Notebook
from kb.answer.vocabulary import Vocabulary
from kb.answer.words import Word, words_of
from kb.catalog import BoardRow
from kb.evidence import Evidence
from kb.figures import holds_figures
from kb.graph import Graph, Ref, Thing
from kb.query.hints import Hints
from kb.query.question import Question
from kb.reading import label_of
from kb.search import evidence_of
from kb.text import key_of

if TYPE_CHECKING:
    from kb.index import Hit

QUOTABLE = 60  # of the best hits may be quoted
MIN_LINK = 0.6  # from which a node is taken for the thing that a question names
SURE_LINK = 0.8
LINK_BAND = 0.08  # nodes this close to the best are all meant
MAX_LINKS = 8
MIN_LETTERS = 0.75  # share of equal letters from which a name is taken for a misread one


@dataclass(frozen=True, slots=True)
class Link:
    """A node that a phrase of the question may mean."""

    thing: Thing
    score: float


@dataclass
class Room:
    """One question at work."""

    question: Question
    workspace: str
    graph: Graph
    words: Vocabulary
    match: Matcher
    notes: Notebook
    hits: list[Hit]
    hints: Hints = field(default_factory=Hints)
    now: datetime = field(default_factory=lambda: datetime.now(UTC).astimezone())
    board_texts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def found(self) -> list[Evidence]:
        """The best hits as evidence, best first."""
        return [evidence_of(hit) for hit in self.hits[:QUOTABLE]]

    @property
    def zh(self) -> bool:
        """Say whether the answer is to be Chinese."""
        return self.question.language == "zh"

    def link(self, phrase: str) -> list[Link]:
        """Return the nodes that `phrase` names, all equally well; [] where none is close enough."""
        tiers = self.tiers(phrase)
        return tiers[0] if tiers else []

    def tiers(self, phrase: str) -> list[list[Link]]:
        """Return what `phrase` may name, in tiers of about equal likeness, best first.

        The title of the board may stand in for words that the node lacks: "pay in the order
        flow" names the node "Pay" of the board "Order flow" and no other "Pay".
        """
        wanted = words_of(phrase)
        if not phrase:
            return []
        things = {thing.ref: thing for thing in self.graph.named(self.words.near_keys(phrase))}
        hits = [(e.board.id, node) for e in self.found if e.unit == "node" for node in e.nodes]
        things.update(self.graph.things(hits))
        holders = self.graph.things(
            (thing.ref[0], thing.parent) for thing in things.values() if thing.parent
        )
        self.match.prepare(wanted, [label_of(thing.text) for thing in things.values()])
        links = [Link(t, self._likeness(phrase, wanted, t, holders)) for t in things.values()]
        links = [link for link in links if link.score >= MIN_LINK]
        links.sort(key=lambda link: (-link.score, link.thing.ref))
        tiers: list[list[Link]] = []
        for link in links:
            if tiers and link.score >= tiers[-1][0].score - LINK_BAND:
                tiers[-1].append(link)
            else:
                tiers.append([link])
        return [tier[:MAX_LINKS] for tier in tiers]

    def _likeness(
        self, phrase: str, wanted: Sequence[Word], thing: Thing, holders: dict[Ref, Thing]
    ) -> float:
        label = label_of(thing.text)
        key, asked = key_of(label), key_of(phrase)
        around = self.around(thing, holders)
        if not key or not holds_figures(f"{label}\n{around}", phrase):
            return 0.0
        if key == asked:
            return 1.0
        letters = fuzz.ratio(asked, key) / 100
        letters = letters if letters >= MIN_LETTERS and min(len(asked), len(key)) > 2 else 0.0
        direct = self.match.degrees(wanted, label)
        if not any(direct):
            return letters
        beside = self.match.degrees(wanted, around)
        recall = self.match.weighed(
            wanted, [max(d, b) for d, b in zip(direct, beside, strict=True)]
        )
        precision = self.match.share(words_of(label), phrase)
        return max(letters, 0.99 * _f2(precision, recall))

    def moments(self, boards: Iterable[str]) -> dict[str, float]:
        """Return when boards were drawn, by id, in Unix seconds."""
        drawn = select(BoardRow.id, BoardRow.drawn_at).where(BoardRow.id.in_(set(boards)))
        return {board: at for board, at in self.notes.session.execute(drawn)}

    def of_time(self, boards: Iterable[str]) -> set[str]:
        """Return those of the boards that were drawn when the question says; all if it doesn't."""
        spans = self.hints.spans
        if not spans:
            return set(boards)
        drawn = self.moments(boards).items()
        return {board for board, at in drawn if any(span.holds(at) for span in spans)}

    def around(self, thing: Thing, holders: Mapping[Ref, Thing]) -> str:
        """Return the words around a thing: the title of its board and the name of its container."""
        title = self.words.titles.get(thing.ref[0], "")
        holder = holders.get((thing.ref[0], thing.parent or ""))
        return f"{title}\n{label_of(holder.text)}" if holder else title


def _f2(precision: float, recall: float) -> float:
    """Weigh what the phrase asks for twice as much as what the node says beyond it."""
    return 5 * precision * recall / (4 * precision + recall) if precision and recall else 0.0
