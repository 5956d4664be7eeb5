"""The files that the extractor carries are the ones that were measured, and see what they saw."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from evals.boards import render, training_spec
from evals.training.recogniser import augment
from evals.training.recogniser.drawn import Drawer, training_hands
from evals.training.recogniser.measure import Reader
from ingest.extract.local.eyes.detector import WEIGHTS
from ingest.extract.local.eyes.layout import KINDS
from ingest.extract.local.eyes.nodes import find_nodes
from ingest.extract.local.eyes.sight import OnnxNet, light_of, look

GOLDEN = Path(__file__).parent / "golden"
SEEDS = (900_007, 900_013)
LIMIT = 20_000_000  # bytes of one file


def sums() -> dict[str, str]:
    files = sorted(path for path in WEIGHTS.iterdir() if path.suffix in (".onnx", ".npz", ".json"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def seen(seed: int) -> dict[str, Any]:
    """Return what the net sees on a drawn board, rounded: kinds and boxes."""
    picture = render(training_spec(seed, unseen=True)).picture
    bgr = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)
    maps = look(OnnxNet(WEIGHTS / "detector.onnx"), light_of(np.asarray(bgr)))
    nodes = find_nodes(maps.values, 0.4)
    order = np.lexsort((nodes.boxes[:, 0], nodes.boxes[:, 1]))
    return {
        "kinds": [KINDS[nodes.kinds[i]] for i in order],
        "boxes": [[round(float(v)) for v in nodes.boxes[i]] for i in order],
    }


def golden(name: str, value: Any) -> Any:
    """Return the golden value `name`; KB_REGENERATE=1 writes it anew."""
    path = GOLDEN / f"{name}.json"
    if os.environ.get("KB_REGENERATE") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    return json.loads(path.read_text("utf-8"))


def test_the_weights_are_the_ones_that_were_measured() -> None:
    assert sums() == golden("sums", sums())
    assert all(path.stat().st_size <= LIMIT for path in WEIGHTS.iterdir())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_net_sees_what_it_saw(seed: int) -> None:
    now = seen(seed)
    then = golden(f"seen-{seed}", now)
    assert now["kinds"] == then["kinds"]
    assert len(now["kinds"]) > 2
    assert np.abs(np.array(now["boxes"]) - np.array(then["boxes"])).max() <= 3


def test_the_recogniser_reads_what_it_read() -> None:
    by_hand, _ = training_hands()
    drawer = Drawer(7, by_hand, unseen=True, plain=True)
    lines = [drawer.line(language) for language in ("en", "zh") for _ in range(6)]
    reader = Reader(WEIGHTS / "recogniser.onnx")
    said = reader.read([augment.at_size(line.tight()) for line in lines])
    assert said == golden("read", said)
    assert sum(text == line.text for text, line in zip(said, lines, strict=True)) > 6
