"""The figures of a set of boards, each with its confidence interval.

Figures are sums over pictures divided by sums over pictures, so that a board counts by how much is
on it. The four published ones compare strings as their authors do, without looking at boxes: a
node is right where its text equals a true one's, an edge where the texts of both ends do; two nodes
without text are alike. Their classes are BPMN's ten, ours are the kinds of a scene, which tell
fewer apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.extraction.bootstrap import Array, Estimate, bins_of, calibration, draws_of, ratio
from evals.extraction.compare import Reading
from evals.extraction.match import as_published, in_common, plain, wrong_letters
from evals.extraction.truth import long_edges, shared_edges

Parts = tuple[float, float]  # above and below the line


@dataclass(frozen=True)
class Figure:
    """One figure: its name in JSON, what a person calls it, and its parts for one picture."""

    name: str
    label: str
    parts: Callable[[Reading], Parts]


def _f1(right: float, found: float, true: float) -> Parts:
    return (2 * right, found + true)


def _nodes(one: Reading) -> Parts:
    return _f1(len(one.same), len(one.nodes), len(one.board.nodes))


def _shapes(one: Reading) -> Parts:
    bare = sum(node.kind == "text" and i not in one.same for i, node in enumerate(one.nodes))
    return _f1(len(one.same), len(one.nodes) - bare, len(one.board.nodes))


def _kinds(one: Reading) -> Parts:
    right = sum(one.nodes[i].kind == one.board.nodes[j].kind for i, j in one.same.items())
    return _f1(right, len(one.nodes), len(one.board.nodes))


def _edges(one: Reading) -> Parts:
    return _f1(len(one.right), len(one.edges), len(one.board.edges))


def _recall(chosen: Callable[..., list[bool]]) -> Callable[[Reading], Parts]:
    def parts(one: Reading) -> Parts:
        places = {j for j, taken in enumerate(chosen(one.board)) if taken}
        return (len(places & set(one.right.values())), len(places))

    return parts


def _letters(one: Reading) -> Parts:
    pairs = [(plain(read), plain(true)) for read, true in one.texts]
    return (sum(wrong_letters(*pair) for pair in pairs), sum(len(true) for _, true in pairs))


def _strings(kind: bool, text: bool) -> Callable[[Reading], Parts]:
    def parts(one: Reading) -> Parts:
        found = [(text and as_published(n.text), kind and n.kind) for n in one.nodes]
        true = [(text and as_published(n.text), kind and n.kind) for n in one.board.nodes]
        return _f1(in_common(found, true), len(found), len(true))

    return parts


def _paths(one: Reading) -> Parts:
    read = {node.id: as_published(node.text) for node in one.nodes}
    told = {node.id: as_published(node.text) for node in one.board.nodes}
    found = [(read[edge.source], read[edge.target]) for edge in one.edges]
    true = [(told[edge.source], told[edge.target]) for edge in one.board.edges]
    return _f1(in_common(found, true), len(found), len(true))


FIGURES = (
    Figure("node_f1", "node F1 at IoU ≥ .5", _nodes),
    Figure("shape_f1", "… false words that stand alone not counted", _shapes),
    Figure("kind_f1", "node F1 with kind right", _kinds),
    Figure("edge_f1", "directed edge F1", _edges),
    Figure("long_recall", "recall of arrows over 160 px long", _recall(long_edges)),
    Figure("shared_recall", "recall of arrows that share an end", _recall(shared_edges)),
    Figure("string_text", "published: node text F1", _strings(kind=False, text=True)),
    Figure("string_kind", "published: node class F1", _strings(kind=True, text=False)),
    Figure("string_text_kind", "published: text and class F1", _strings(kind=True, text=True)),
    Figure("string_path", "published: edge path F1", _paths),
    Figure("cer", "character error over all node texts", _letters),
    Figure("cpu_s", "CPU-seconds a picture", lambda one: (one.seconds, 1)),
)
# These need the true words.
OF_WORDS = frozenset({"string_text", "string_text_kind", "string_path", "cer"})
ECE_NODES, ECE_EDGES = "ece_nodes", "ece_relations"
LABELS = {figure.name: figure.label for figure in FIGURES} | {
    ECE_NODES: "expected calibration error of nodes",
    ECE_EDGES: "expected calibration error of relations",
    "cpu_over_ocr": "CPU-seconds a picture over OCR alone",
    "peak_gb": "peak memory, GB",
}


def figures_of(readings: Sequence[Reading]) -> dict[str, Estimate]:
    """Return all figures of at least one board by name, in the order of the table."""
    draws = draws_of(len(readings))
    told = {}
    for figure in FIGURES:
        above, below = np.array([figure.parts(one) for one in readings], float).T
        told[figure.name] = ratio(above, below, draws)
    seconds = told.pop("cpu_s")
    told[ECE_NODES] = calibration(np.stack([_node_bins(one) for one in readings]), draws)
    told[ECE_EDGES] = calibration(np.stack([_edge_bins(one) for one in readings]), draws)
    return {**told, "cpu_s": seconds}


def value(figure: str, readings: Sequence[Reading]) -> float | None:
    """Return one figure of `FIGURES` without its interval, None where it has nothing to go by."""
    parts = next(one.parts for one in FIGURES if one.name == figure)
    above, below = (sum(side) for side in zip(*map(parts, readings), strict=True))
    return above / below if below else None


def _node_bins(one: Reading) -> Array:
    right = np.array([i in one.same for i in range(len(one.nodes))], float)
    return bins_of(np.array([node.confidence for node in one.nodes], float), right)


def _edge_bins(one: Reading) -> Array:
    right = np.array([i in one.right for i in range(len(one.edges))], float)
    return bins_of(np.array([edge.confidence for edge in one.edges], float), right)
