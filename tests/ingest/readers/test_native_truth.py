"""Real boards: what is read equals what was published with them, node by node."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from ingest.board import Limits
from ingest.readers import read
from ingest.readers.markdown import lone_heading, plain_words
from tests.shared import SHARED, shared_data

IDS = sorted(path.name.split(".")[0] for path in (SHARED / "native").glob("*.truth.json"))
PICTURES = [name for name in IDS if (SHARED / "native" / f"{name}.excalidraw.png").exists()]
# Published pixel boxes of these two pictures forget that turned elements are turned (their box is
# narrower, so everything shifts); the ink says so below.
WRONG_PIXELS = ("5b8e47b519f8", "b8d80afbca66")


def load(name):
    folder = shared_data("native")
    truth = json.loads((folder / f"{name}.truth.json").read_text("utf-8"))
    source = next(p for p in sorted(folder.glob(f"{name}.*")) if "truth" not in p.name)
    (board,) = read(source.read_bytes(), source.name, Limits())
    return board, truth


def test_there_are_real_boards():
    shared_data("native")
    assert len(IDS) == 19


def edge_key(source, target, label, one_way):
    return (*((source, target) if one_way else sorted((source, target))), label.strip(), one_way)


def edges_of(truth):
    found = Counter()
    for edge in truth["edges"]:
        source, target = edge["source"], edge["target"]
        if edge["start_arrow"] and not edge["end_arrow"]:
            source, target = target, source
        if source and target:
            one_way = edge["start_arrow"] != edge["end_arrow"]
            found[edge_key(source, target, edge["label"], one_way)] += 1
    return found


def words_of(truth, text):
    """The truth keeps the Markdown of a canvas; the reader its words (test_markdown.py)."""
    if truth["format"] == "canvas":
        text = lone_heading(plain_words(text)) or plain_words(text)
    return text.strip()


@pytest.mark.parametrize("name", IDS)
def test_nodes_and_edges(name):
    board, truth = load(name)
    assert Counter((one.id, one.text.strip()) for one in board.scene.nodes) == Counter(
        (one["id"], words_of(truth, one["text"])) for one in truth["nodes"]
    )
    assert Counter(
        edge_key(one.source, one.target, one.label, one.directed) for one in board.scene.relations
    ) == edges_of(truth)


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in WRONG_PIXELS])
def test_boxes_in_pixels(name):
    board, truth = load(name)
    pixels = {one["id"]: one["bbox_px"] for one in truth["nodes"]}
    for node in board.scene.nodes:
        assert node.bbox == pytest.approx(pixels[node.id], abs=1.05)


@pytest.mark.parametrize("name", WRONG_PIXELS)
def test_boxes_lie_on_the_ink_where_the_truth_does_not(name):
    shared_data("native")
    board, truth = load(name)
    pixels = {one["id"]: one["bbox_px"] for one in truth["nodes"]}
    ink = np.asarray(board.picture.convert("L")) < 110
    boxes = [one for one in board.scene.nodes if one.kind == "box"]
    ours = np.mean([share_on_ink(ink, one.bbox) for one in boxes])
    theirs = np.mean([share_on_ink(ink, pixels[one.id]) for one in boxes])
    assert ours > 0.95
    assert theirs < 0.6


def share_on_ink(ink, box, corner=15):
    """Return how much of a box's outline has ink within two pixels, rounded corners left out."""
    x0, y0, x1, y1 = (round(side) for side in box)
    sides = [ink[y0 + corner : y1 - corner, max(0, x - 2) : x + 3].any(axis=1) for x in (x0, x1)]
    sides += [ink[max(0, y - 2) : y + 3, x0 + corner : x1 - corner].any(axis=0) for y in (y0, y1)]
    return np.concatenate(sides).mean()
