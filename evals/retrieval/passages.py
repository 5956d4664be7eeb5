"""XQuAD and CMRC 2018 through the product's own index: passages as units, questions as asked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evals.extraction.bootstrap import Estimate
from evals.extraction.progress import shown
from evals.retrieval.measure import estimates
from evals.retrieval.ranking import in_order
from evals.retrieval.report import as_data, comparison_table
from evals.retrieval.systems import Bm25
from kb.errors import WrongUse
from kb.text import language_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.index import Point

DATA = Path(__file__).resolve().parents[2] / "../shared/data/retrieval"
SETS = {
    "xquad": ("xquad-en", "xquad-zh", "xquad-enq-zhdoc", "xquad-zhq-endoc"),
    "cmrc": ("cmrc2018-dev",),
}
TOP = 10
_BATCH = 64

Rank = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Passages:
    """A set in BEIR's layout: passages, questions, and the right passage of each question."""

    name: str
    texts: dict[str, str]
    asked: list[tuple[str, frozenset[str]]]


def run(name: str, *, data: Path = DATA, home: Path | None = None) -> tuple[str, dict[str, Any]]:
    """Measure the sets called `name`; return nDCG@10 as Markdown, and the figures.

    Raises:
        WrongUse: the data folder is missing.
    """
    from kb.base import KnowledgeBase
    from kb.settings import load_settings

    sets = [_read(data / folder) for folder in SETS[name]]
    ours, bm25 = {}, {}
    with TemporaryDirectory() as passing:
        settings = load_settings(home=home or Path(passing))
        with KnowledgeBase.open(settings) as base:
            for one in sets:
                _index(base, one)
                ours[one.name] = _figures(one, _product(base, one.name))
                bm25[one.name] = _figures(one, _bm25(one))
    counts = {one.name: len(one.asked) for one in sets}
    systems = {"this": ours, "BM25": bm25}
    lines = [f"# Finding passages: {name}", "", "nDCG@10", ""]
    lines += comparison_table(systems, "ndcg", counts)
    figures = {system: as_data(told, counts) for system, told in systems.items()}
    return "\n".join(lines) + "\n", {"set": name, "systems": figures}


def _read(folder: Path) -> Passages:
    if not folder.is_dir():
        raise WrongUse(f"there are no passages in {folder}", hint="name their folder with --data")
    texts = {row["_id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    right: dict[str, set[str]] = {}
    lines = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        question, passage, grade = line.split("\t")
        if int(grade) > 0:
            right.setdefault(question, set()).add(passage)
    asked = [
        (row["text"], frozenset(right[row["_id"]]))
        for row in _rows(folder / "queries.jsonl")
        if row["_id"] in right
    ]
    return Passages(folder.name, texts, asked)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _index(base: KnowledgeBase, passages: Passages) -> None:
    """Put every passage into the index as a unit of a board of its own; the set is a workspace."""
    if base.index.count(workspace=passages.name) == len(passages.texts):
        return
    items = list(passages.texts.items())
    batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
    for batch in shown(batches, len(batches), f"{passages.name}: indexing"):
        base.index.put(list(_points(base, passages.name, batch)))


def _points(
    base: KnowledgeBase, workspace: str, batch: Sequence[tuple[str, str]]
) -> Iterator[Point]:
    from kb.index import Point, point_id, sparse_passage

    vectors = base.embedder.passages([text for _, text in batch])
    for (name, text), vector in zip(batch, vectors, strict=True):
        payload = {
            "workspace": workspace, "board": name, "title": "", "unit": "node", "nodes": ["n1"],
            "region": [0.0, 0.0, 1.0, 1.0], "text": text, "kinds": ["text"], "tags": [],
            "colors": [], "language": language_of(text), "at": 0.0, "source": [name], "digest": "",
        }  # fmt: skip
        number = point_id(workspace, name, "n:n1")
        yield Point(id=number, dense=vector, sparse=sparse_passage(text), payload=payload)


def _product(base: KnowledgeBase, workspace: str) -> Rank:
    from kb.search import search

    return lambda question: in_order(
        search(base, question, workspace=workspace, k=TOP * 2).evidence
    )


def _bm25(passages: Passages) -> Rank:
    names, index = list(passages.texts), Bm25(list(passages.texts.values()))
    return lambda question: [names[number] for number in index.best(question, TOP)]


def _figures(passages: Passages, rank: Rank) -> dict[str, Estimate]:
    asked = shown(passages.asked, len(passages.asked), passages.name)
    values = [_ndcg(rank(question)[:TOP], right) for question, right in asked]
    return {"ndcg": estimates(values.__getitem__, range(len(values)))}


def _ndcg(found: Sequence[str], right: frozenset[str]) -> float:
    gained = sum(1 / math.log2(2 + n) for n, name in enumerate(found) if name in right)
    return gained / sum(1 / math.log2(2 + n) for n in range(min(len(right), TOP)))
