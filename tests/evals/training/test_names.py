"""Which words name what, learnt from boards whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from evals.training.names import Choice, choices, fit, main, share_right
from ingest.extract.local.seen import Shape
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import LABEL, NAME, wishes
from kb.scene import Box


def words(box: Box, text: str) -> Thing:
    return Thing("text", box, text, 0.9, words=box, height=20.0)


def ring(x: float) -> Thing:
    box = (x, 100.0, x + 40, 140.0)
    return Thing("ellipse", box, "", 0.9, Shape("ellipse", box, 0.9))


TRUTH: dict[str, Any] = {
    "nodes": [
        {"id": "a", "bbox": [100, 100, 140, 140], "label_bbox": [80, 145, 160, 165]},
        {"id": "b", "bbox": [400, 100, 440, 140], "label_bbox": [380, 145, 460, 165]},
    ],
    "edges": [{"source": "a", "target": "b", "label_bbox": [240, 95, 300, 115]}],
}
THINGS = [
    ring(100.0), ring(400.0), words((80.0, 145.0, 160.0, 165.0), "Paid"),
    words((380.0, 145.0, 460.0, 165.0), "Sent"), words((240.0, 95.0, 300.0, 115.0), "later"),
    words((90.0, 170.0, 150.0, 190.0), "a note"),
]  # fmt: skip
LINKS = [Link("arrow", 0, 1, True, ((140.0, 120.0), (400.0, 120.0)), 0.9)]


def board() -> list[Choice]:
    boxes = [thing.box for thing in THINGS]
    return list(choices(TRUTH, THINGS, boxes, LINKS, wishes(THINGS, LINKS)))


def test_the_truth_tells_names_labels_and_neither() -> None:
    right = {
        (THINGS[wish.words].text, wish.sort, wish.place)
        for choice in board()
        for wish, is_right in zip(choice.wishes, choice.right, strict=True)
        if is_right
    }
    assert right == {("Paid", "name", 0), ("Sent", "name", 1), ("later", "label", 0)}
    assert any(not any(choice.right) for choice in board())  # the note


def test_what_was_fitted_is_told_again() -> None:
    some = board() * 5
    weights = fit(some)
    assert weights["name"].keys() == NAME.keys()
    assert weights["label"].keys() == LABEL.keys()
    assert share_right(some, weights) > share_right(
        some, {"name": dict.fromkeys(NAME, 0.0), "label": dict.fromkeys(LABEL, 0.0)}
    )
    assert share_right(some, weights) == pytest.approx(1.0)


def test_without_data_it_says_what_is_missing(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "--data" in capsys.readouterr().err
