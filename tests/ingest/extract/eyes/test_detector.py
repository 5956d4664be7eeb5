"""What the trained detector makes of a net's maps, and how large it looks at a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ingest.extract.local.eyes.detector import WEIGHTS, Thresholds, TrainedDetector
from ingest.extract.local.eyes.judge import Judge
from ingest.extract.local.eyes.layout import BOX, CHANNELS, HEAD, KIND, KINDS, LINE, TAIL
from ingest.extract.local.eyes.sight import light_of
from ingest.extract.local.seen import Deadline, Detection, Line
from ingest.extract.local.view import view_of

Array = npt.NDArray[Any]


class Net:
    """Sees one node of each (kind, score) in a column; keeps the sizes that it was shown."""

    def __init__(self, *nodes: tuple[str, float]) -> None:
        self.nodes = nodes
        self.sizes: list[tuple[int, int]] = []

    def __call__(self, pixels: Array, /) -> Array:
        height, width = pixels.shape[2:]
        self.sizes.append((width, height))
        maps = np.zeros((1, CHANNELS, height // 4, width // 4), np.float32)
        maps[:, KIND], maps[:, [HEAD, TAIL, LINE]] = -9.0, -9.0
        for place, (kind, score) in enumerate(self.nodes):
            row, column = 20 + 30 * place, width // 8 - (width // 4 + 1) % 2
            at = (0, KINDS.index(kind), row, slice(column, column + 2))  # its mirror image too
            maps[at] = np.log(score / (1 - score))
            maps[0, BOX, row] = 0.0
        return maps


def line(height: float) -> Line:
    quad = np.array([(9, 9), (99, 9), (99, 9 + height), (9, 9 + height)], np.float32)
    return Line(quad, (9.0, 9.0, 99.0, 9.0 + height), "words", 0.9)


def detected(net: Net, size: tuple[int, int], *lines: Line) -> Detection:
    detector = TrainedDetector()
    thresholds = Thresholds(node=0.35, arrow=0.3, line=0.5)
    detector._parts = net, Judge(WEIGHTS / "judge.npz"), thresholds
    return detector.detect(view_of(Image.new("RGB", size, "white")), lines, Deadline(None))


def test_doubtful_words_are_guesses_and_other_doubtful_nodes_are_nothing() -> None:
    net = Net(("text", 0.6), ("text", 0.25), ("box", 0.25), ("text", 0.1), ("box", 0.8))
    found = detected(net, (1000, 800))
    assert len(found.words) == len(found.guesses) == len(found.shapes) == 1
    assert found.words[0][1] < found.guesses[0][1] < found.shapes[0].box[1]


@pytest.mark.parametrize(
    ("size", "longest"), [((1600, 1200), 1024), ((1600, 800), 1024), ((1600, 400), 1448)]
)
def test_elongated_pictures_are_looked_at_longer(size: tuple[int, int], longest: int) -> None:
    net = Net()
    detected(net, size)
    detected(net, size, line(20.0))  # small writing, which is not brought down
    assert {width for width, _ in net.sizes} == {-(-longest // 32) * 32}
    light = light_of(np.full((size[1], size[0], 3), 255, np.uint8))
    assert light.shape[1] == pytest.approx(min(size[0], 1280 * longest / 1024), abs=1)
