"""Run an extractor over boards with known truth and add up how it did."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import Image, ImageOps

from evals.extraction.hdbpmn import TrueBoard
from evals.extraction.match import Tally, match_boxes, plain, right_edges, wrong_letters
from ingest.extract import Extractor
from kb.scene import Node, Scene

_NO_NODES = ("container", "title")


@dataclass
class Figures:
    """Sums over pictures; `as_dict` gives the rates.

    `shapes` leaves words that stand alone out of what was found: hdBPMN knows no such nodes.
    """

    pictures: int = 0
    nodes: Tally = field(default_factory=Tally)
    shapes: Tally = field(default_factory=Tally)
    edges: Tally = field(default_factory=Tally)
    letters: int = 0
    wrong: int = 0
    seconds: float = 0.0

    def add(self, scene: Scene, truth: TrueBoard) -> None:
        """Compare one scene with its truth."""
        self.pictures += 1
        found = [node for node in scene.nodes if node.kind not in _NO_NODES]
        same = self._count(self.nodes, found, truth)
        self._count(self.shapes, [node for node in found if node.kind != "text"], truth)
        arrows = [(r.source, r.target) for r in scene.relations if r.directed]
        right = right_edges(arrows, truth.edges, same)
        self.edges.add(right, len(arrows), len(truth.edges))
        read = {same[node.id]: node.text for node in found if node.id in same}
        for name, text in truth.texts.items():
            self.letters += len(plain(text))
            self.wrong += wrong_letters(plain(read.get(name, "")), plain(text))

    @staticmethod
    def _count(tally: Tally, found: list[Node], truth: TrueBoard) -> dict[str, str]:
        names = list(truth.boxes)
        pairs = match_boxes([node.bbox for node in found], list(truth.boxes.values()))
        tally.add(len(pairs), len(found), len(names))
        return {found[i].id: names[j] for i, j in pairs.items()}

    def as_dict(self) -> dict[str, float]:
        """Return the rates by name, rounded to three places."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rates = {
            "pictures": self.pictures,
            "node_precision": self.nodes.precision,
            "node_recall": self.nodes.recall,
            "node_f1": self.nodes.f1,
            "shape_f1": self.shapes.f1,
            "edge_precision": self.edges.precision,
            "edge_recall": self.edges.recall,
            "edge_f1": self.edges.f1,
            "text_cer": self.wrong / max(self.letters, 1),
            "cpu_s_per_picture": self.seconds / max(self.pictures, 1),
            "peak_mb": peak,
        }
        return {name: round(value, 3) for name, value in rates.items()}


def measure(extractor: Extractor, boards: Iterable[TrueBoard]) -> Figures:
    """Read every board and return the figures; CPU time counts all threads of this process."""
    figures = Figures()
    for board in boards:
        with Image.open(board.picture) as file:
            picture = ImageOps.exif_transpose(file.convert("RGB"))
        begin = time.process_time()
        scene = extractor.extract(picture)
        figures.seconds += time.process_time() - begin
        figures.add(scene, board)
    return figures
