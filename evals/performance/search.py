"""How much a search costs over embedding the question and one raw Qdrant query.

Builds an index of made-up units (clustered unit vectors, words by Zipf's law, two languages, boards
whose nodes are joined by arrows) in a folder of its own, asks the same questions each way in turn,
and compares the quantiles. The promise: p50 and p95 of the product's search, with the walk along
the relations, are at most 1.5 times the raw ones at 1,000, 10,000 and 100,000 units, and those of
a whole answer without a model at most 2.5 times. The catalog is empty here: an answer links names
to nothing, where a filled one costs a few queries. What a unit costs in memory (of the process, by
what the index added to it) and on the disk is told beside it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.performance.processes import tree_memory
from kb.index import Point, Sparse, UnitIndex, point_id, sparse_passage
from kb.likeness import sketch_of
from kb.memory import give_back
from kb.text import language_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.index.edge import EdgeDriver

SIZES = (1_000, 10_000, 100_000)
QUESTIONS = 300
WARM_UP = 10
LIMIT = 1.5
ANSWER_LIMIT = 2.5
WORKSPACE = "measured"
UNITS_PER_BOARD = 40
CLUSTERS = 200
WORDS = 20_000

_SUBJECTS = (
    "payment",
    "stock alert",
    "launch date",
    "search owner",
    "库存预警",
    "支付失败",
    "上线计划",
)
_FOLDERS = (
    "amsel", "brillen", "corvex", "dunmore", "elster", "fenwick", "gorham", "hexham", "ilvers",
    "jarrow", "kelso", "lorton", "morwen", "norvik", "orford", "penrith", "quarley",
)  # fmt: skip
_NAMED = 10  # each so many-th question names a folder
_ASKED = ("who owns the {}", "what leads to {}", "risks of {}", "{}由谁负责", "{}之后怎么办")


@dataclass(frozen=True)
class Row:
    """One size measured; times in milliseconds."""

    units: int
    build_s: float
    raw_p50: float
    raw_p95: float
    search_p50: float
    search_p95: float
    answer_p50: float
    answer_p95: float
    memory: float  # bytes a unit that the process holds once all questions are asked
    disk: float  # bytes a unit of the index's folder

    @property
    def ratio_p50(self) -> float:
        """Search over raw, the middle."""
        return self.search_p50 / self.raw_p50

    @property
    def ratio_p95(self) -> float:
        """Search over raw, the slow end."""
        return self.search_p95 / self.raw_p95

    @property
    def ok(self) -> bool:
        """Whether the ratios of search keep the promise."""
        return max(self.ratio_p50, self.ratio_p95) <= LIMIT

    @property
    def answers(self) -> tuple[float, float]:
        """A whole answer over raw, the middle and the slow end."""
        return self.answer_p50 / self.raw_p50, self.answer_p95 / self.raw_p95

    @property
    def answers_ok(self) -> bool:
        """Whether answers keep theirs."""
        return max(self.answers) <= ANSWER_LIMIT


def measure(sizes: Sequence[int] = SIZES, *, questions: int = QUESTIONS) -> list[Row]:
    """Build an index of each size, and measure the product's search in it."""
    from kb.answer import ask
    from kb.answer.selection import load
    from kb.base import KnowledgeBase
    from kb.index.edge import EdgeDriver
    from kb.index.points import About
    from kb.search import search
    from kb.settings import load_settings

    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            settings = load_settings(home=Path(folder))
            with KnowledgeBase.open(settings) as base:
                dim, name = base.embedder.dim, base.embedder.fingerprint
                driver = EdgeDriver(Path(folder), "kb", About(name, dim), wait_s=10)
                base.index = UnitIndex(driver, name, dim)
                find = partial(search, base, workspace=WORKSPACE)
                answer = partial(ask, base, workspace=WORKSPACE)
                answer("the models are loaded")
                if base.embedder.taught:
                    load(base.embedder)  # an empty store selects nothing
                give_back()
                before, started = tree_memory(os.getpid()), time.perf_counter()
                _fill(base.index, size, dim)
                build_s = time.perf_counter() - started
                give_back()
                times = _compare(base, driver, find, answer, questions)
                memory = (tree_memory(os.getpid()) - before) / size
                row = Row(size, build_s, *times, memory, _disk(Path(folder)) / size)
                rows.append(row)
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return `rows` as a Markdown table."""
    lines = [
        "| units | raw p50 / p95 ms | search p50 / p95 ms | ratio p50 / p95 | at most | "
        "| answer p50 / p95 ms | ratio p50 / p95 | at most | | memory, disk: kB a unit |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.units:,} | {row.raw_p50:.1f} / {row.raw_p95:.1f} "
        f"| {row.search_p50:.1f} / {row.search_p95:.1f} "
        f"| {row.ratio_p50:.2f} / {row.ratio_p95:.2f} | {LIMIT} | {_word_of(row.ok)} "
        f"| {row.answer_p50:.1f} / {row.answer_p95:.1f} "
        f"| {row.answers[0]:.2f} / {row.answers[1]:.2f} | {ANSWER_LIMIT} "
        f"| {_word_of(row.answers_ok)} "
        f"| {row.memory / 1000:.1f}, {row.disk / 1000:.1f} |"
        for row in rows
    ]
    return "\n".join(lines)


def _word_of(ok: bool) -> str:
    return "ok" if ok else "MISSED"


def _compare(
    base: KnowledgeBase,
    driver: EdgeDriver,
    find: Callable[[str], Any],
    answer: Callable[[str], Any],
    questions: int,
) -> tuple[float, float, float, float, float, float]:
    """Ask each question every way; who goes first alternates, so that none warms the others."""
    ways: list[tuple[Callable[[str], Any], list[float]]] = [
        (partial(_raw, base, driver), []),
        (find, []),
        (answer, []),
    ]
    for turn, question in enumerate(_questions(questions + WARM_UP)):
        for way, times in ways if turn % 2 else ways[::-1]:
            started = time.perf_counter()
            way(question)
            if turn >= WARM_UP:
                times.append((time.perf_counter() - started) * 1000)
    quantiles = np.percentile([times for _, times in ways], (50, 95), axis=1)
    raw50, find50, answer50, raw95, find95, answer95 = quantiles.flatten().tolist()
    return raw50, raw95, find50, find95, answer50, answer95


def _disk(folder: Path) -> int:
    """Return what the files below a folder take, in bytes: blocks, since some are sparse."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def _raw(base: KnowledgeBase, driver: EdgeDriver, question: str) -> None:
    import qdrant_edge as qdrant

    vector: Any = base.embedder.query(question)
    nearest = qdrant.Query.Nearest(vector, using="dense")
    with driver.engine() as shard:
        shard.query(qdrant.QueryRequest(limit=10, query=nearest, with_payload=True))


def _questions(count: int) -> Iterator[str]:
    rng = np.random.default_rng(3)
    for n in range(count):
        asked = f"{rng.choice(_ASKED).format(rng.choice(_SUBJECTS))} {_word(rng.zipf(1.3) + n)}"
        yield asked if n % _NAMED else f"{asked} at {_FOLDERS[n % len(_FOLDERS)].title()}"


def _fill(index: UnitIndex, size: int, dim: int) -> None:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(CLUSTERS, dim))
    for start in range(0, size, 10_000):
        count = min(10_000, size - start)
        dense = centres[rng.integers(0, CLUSTERS, count)] + rng.normal(size=(count, dim)) * 0.7
        index.put([_point(rng, start + i, dense[i]) for i in range(count)])


def _point(rng: np.random.Generator, number: int, dense: NDArray[np.float64]) -> Point:
    board, place = f"board-{number // UNITS_PER_BOARD}", number % UNITS_PER_BOARD
    whole = place == UNITS_PER_BOARD - 1
    node = place % 3 == 0 and not whole
    text = " ".join(_word(n) for n in rng.zipf(1.3, rng.integers(3, 20)))
    payload = {
        "workspace": WORKSPACE,
        "board": board,
        "source": [f"{_FOLDERS[number // UNITS_PER_BOARD % len(_FOLDERS)]}/{board}.png"],
        "title": f"Board {number // UNITS_PER_BOARD}",
        "unit": "board" if whole else "node" if node else "relation",
        "nodes": [f"n{place}"] if node else [f"n{place // 3 * 3}", f"n{place // 3 * 3 + 3}"],
        "region": [10.0, 20.0, 200.0, 90.0],
        "text": text,
        "kinds": ["box"],
        "tags": ["risk"] if number % 11 == 0 else [],
        "colors": ["black"],
        "language": language_of(text),
        "ways": [["before", f"n{place - 3}"], ["after", f"n{place + 3}"]] if node else [],
        "sketch": sketch_of([board, text]),
        "at": 1.7e9 + number,
    }
    unit = dense.astype(np.float32) / np.float32(np.linalg.norm(dense))
    sparse: Sparse = sparse_passage(text)
    key = "b" if whole else f"n:n{place}" if node else f"r:{place}"
    return Point(point_id(WORKSPACE, board, key), unit, sparse, payload)


def _word(number: int) -> str:
    """A word for a rank: the frequent ones are those of the questions."""
    known = ("owner", "risk", "payment", "stock", "alert", "launch", "库存", "预警", "支付", "计划")
    number = int(number) % WORDS
    return known[number] if number < len(known) else f"w{number}"
