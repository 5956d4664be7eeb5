"""``python -m evals.training.names``: fits what tells names and labels apart, on hdBPMN train.

Prints the weights that `ingest.extract.local.wishes` holds, and how often words that no fit saw are
given to what they name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from rich.progress import track
from torch import Tensor

from evals.extraction.match import inside_share, overlap_union
from evals.training.split import is_held_out
from ingest.extract.local import LocalExtractor
from ingest.extract.local.assemble import pieces_of
from ingest.extract.local.seen import Deadline
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.view import to_original, view_of
from ingest.extract.local.wishes import LABEL, NAME, Wish, wishes
from kb.scene import Box

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn"
_SAME = 0.5  # overlap over union of a shape and its truth
_SAME_WORDS = 0.25
_EVERY = 4  # one board in so many is measured on, not fitted to
_PULL = 1e-4  # towards no weight at all


@dataclass(frozen=True)
class Choice:
    """What some words may be, and which of it they are: `right` for each of `wishes`."""

    wishes: list[Wish]
    right: list[bool]


def main(arguments: list[str] | None = None) -> int:
    """Fit and print; returns 2 where there is no data."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.names", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    parser.add_argument("--every", type=int, default=2, help="take every so many boards")
    options = parser.parse_args(arguments)
    paths = sorted((options.data / "truth" / "train").glob("*.json"))
    paths = [path for path in paths if not is_held_out(path.stem)][:: options.every]
    if not paths:
        sys.stderr.write(f"no hdBPMN in {options.data}: name its folder with --data\n")
        return 2
    extractor = LocalExtractor()
    boards = [list(_choices(extractor, p, options.data)) for p in track(paths, "Reading")]
    fitted = fit([c for i, board in enumerate(boards) if i % _EVERY for c in board])
    kept = [c for board in boards[::_EVERY] for c in board]
    sys.stdout.write(f"{json.dumps(fitted, indent=1)}\nright: {share_right(kept, fitted):.3f}\n")
    return 0


def _choices(extractor: LocalExtractor, path: Path, data: Path) -> Iterator[Choice]:
    truth = json.loads(path.read_text(encoding="utf-8"))
    with Image.open(data / truth["image"]) as file:
        view = view_of(ImageOps.exif_transpose(file.convert("RGB")))
    detection, lines, _ = extractor.see(view, Deadline(None))
    things, links, spent = pieces_of(detection, lines)
    boxes = [to_original(view, thing.box) for thing in things]
    yield from choices(truth, things, boxes, links, wishes(things, links, spent))


def choices(
    truth: dict[str, Any], things: list[Thing], boxes: list[Box], links: list[Link],
    wished: Iterable[Wish],
) -> Iterator[Choice]:  # fmt: skip
    """Hold what words may be against the truth of the board; `boxes` of things in its pixels."""
    meant = {
        place: node["id"]
        for place, (thing, box) in enumerate(zip(things, boxes, strict=True))
        for node in truth["nodes"]
        if thing.shape is not None and overlap_union(box, tuple(node["bbox"])) >= _SAME
    }
    by_words: dict[int, list[Wish]] = {}
    for wish in wished:
        by_words.setdefault(wish.words, []).append(wish)
    for words, some in by_words.items():
        named, labelled = _truly(truth, boxes[words])
        right = []
        for wish in some:
            if wish.sort == "name":
                right.append(named is not None and meant.get(wish.place) == named)
            else:
                link = links[wish.place]
                right.append({meant.get(link.source), meant.get(link.target)} == labelled)
        yield Choice(some, right)


def _truly(truth: dict[str, Any], words: Box) -> tuple[str | None, set[str] | None]:
    """Return the id of the node that `words` name, and the ends of the edge that they label."""
    named = None
    for node in truth["nodes"]:
        box = node.get("label_bbox")
        if box and inside_share(tuple(box), tuple(node["bbox"])) < _SAME:
            within = max(inside_share(words, tuple(box)), inside_share(tuple(box), words))
            if within > _SAME and overlap_union(words, tuple(box)) > _SAME_WORDS:
                named = node["id"]
    for edge in truth["edges"]:
        box = edge.get("label_bbox")
        if box and overlap_union(words, tuple(box)) > _SAME_WORDS:
            return named, {edge["source"], edge["target"]}
    return named, None


def fit(some: list[Choice]) -> dict[str, dict[str, float]]:
    """Return the weights of names and of labels by sign."""
    signs, right, group = _table(some)
    weights = torch.zeros(signs.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=400)

    def loss() -> Tensor:
        solver.zero_grad()
        scores = signs @ weights
        whole = torch.zeros(len(some)).index_add(0, group, torch.exp(scores)).log1p().sum()
        total = (whole - (scores * right).sum()) / len(some) + _PULL * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]
    values = [round(float(w), 2) for w in weights.detach()]
    names = dict(zip(NAME, values, strict=False))
    return {"name": names, "label": dict(zip(LABEL, values[len(NAME) :], strict=True))}


def _table(some: list[Choice]) -> tuple[Tensor, Tensor, Tensor]:
    rows, right, group = [], [], []
    for place, choice in enumerate(some):
        for wish, is_right in zip(choice.wishes, choice.right, strict=True):
            signs = (*wish.signs, *[0.0] * len(LABEL))
            rows.append(signs if wish.sort == "name" else (*[0.0] * len(NAME), *wish.signs))
            right.append(float(is_right))
            group.append(place)
    return torch.tensor(rows), torch.tensor(right), torch.tensor(group)


def share_right(some: list[Choice], weights: dict[str, dict[str, float]]) -> float:
    """Return how often the likeliest is right, "neither" where nothing is likelier."""
    right = 0
    for choice in some:
        scores = [
            float(np.dot(list(weights[wish.sort].values()), wish.signs)) for wish in choice.wishes
        ]
        best = int(np.argmax(scores))
        right += choice.right[best] if scores[best] > 0 else not any(choice.right)
    return right / max(1, len(some))


if __name__ == "__main__":
    sys.exit(main())
