"""What linking costs at ingest: its processor time beside that of embedding the same boards."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.base import KnowledgeBase
from kb.catalog import NewBoard, NewSource
from kb.indexing import boards_to_index, index_sources
from kb.links import link_boards
from kb.scene import ExtractorInfo, Node, Relation, Scene
from kb.settings import load_settings

NODES = 16  # of one board, in a flow
MEASURED = 20  # boards, after the store was filled

_WORDS = (
    "check send plan review print call track split approve pack draft test merge close",
    "order invoice parcel customer budget report contract server backup campaign supplier sample",
    "berlin lagos osaka quito perth oslo lima turin minsk accra hanoi dakar delhi cairo tunis",
)


class Blank:
    """Fills a store quickly: vectors of the right length that mean nothing."""

    def __init__(self, like: Any) -> None:
        self.dim = like.dim
        self.fingerprint = like.fingerprint
        self._rng = np.random.default_rng(1)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return random vectors."""
        made = self._rng.normal(size=(len(texts), self.dim)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def measure(home: Path, units: int) -> dict[str, float]:
    """Fill a store with about so many units, add boards, and return processor seconds a board."""
    with KnowledgeBase.open(load_settings(home=home)) as base:
        real = base.embedder
        _ = base.index
        real.query("hello")
        base.__dict__["embedder"] = Blank(real)
        boards = units // (2 * NODES)
        sources = [_put(base, number) for number in range(boards)]
        for start in range(0, boards, 16):
            index_sources(base, sources[start : start + 16])
        base.__dict__["embedder"] = real
        fresh = [_put(base, boards + number) for number in range(MEASURED)]
        passages = [
            unit.passage
            for source in fresh
            for board in boards_to_index(base, source)
            for unit in board.units
        ]
        real.passages(passages[:8])
        began = time.process_time()
        real.passages(passages)
        embedding = time.process_time() - began
        rows = [row for source in fresh for row in base.catalog.boards_of(source)]
        link_boards(base, rows[:1])  # the means of the languages, once a process
        began = time.process_time()
        for at in range(1, MEASURED, 8):  # as an ingest hands them over
            link_boards(base, rows[at : at + 8])
        linking = (time.process_time() - began) * MEASURED / (MEASURED - 1)
    return {
        "units": float(units),
        "embedding": embedding / MEASURED,
        "linking": linking / MEASURED,
        "ratio": linking / embedding,
    }


def any_name(rng: np.random.Generator) -> str:
    """Return one of 2.5 million names: like a team's, they go on growing with the boards."""
    words = (str(rng.choice(words.split())) for words in _WORDS)
    return f"{' '.join(words)} {rng.integers(1000)}"


def _put(base: KnowledgeBase, number: int) -> str:
    rng = np.random.default_rng(number)
    texts = [any_name(rng) for _ in range(NODES)]
    nodes = tuple(
        Node(id=f"n{i}", kind="box", text=text, bbox=(i * 60, 0, i * 60 + 50, 40))
        for i, text in enumerate(texts)
    )
    lines = tuple(
        Relation(id=f"r{i}", source=f"n{i}", target=f"n{i + 1}") for i in range(NODES - 1)
    )
    scene = Scene(
        width=1000, height=100, nodes=nodes, relations=lines, extractor=ExtractorInfo(name="native")
    )  # fmt: skip
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    source = base.catalog.register(NewSource("w", f"/{number}", f"{number}.png", digest, 1, 1))
    base.catalog.put_board("w", source.id, NewBoard(1, "", digest, "image/png", scene, None))
    base.catalog.set_state([source.id], "extracted")
    return source.id
