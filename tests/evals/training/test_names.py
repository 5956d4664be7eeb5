"""Which words name what, learnt from boards whose truth is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evals.boards import render, training_spec
from evals.training.meant import Choice, choices, of_drawn, of_process
from evals.training.names import fit, main, share_right
from ingest.extract.local.seen import Shape
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import LABEL, NAME, Wish, wishes
from kb.scene import Box
from tests.shared import shared_data


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
    return list(choices(of_process(TRUTH), THINGS, boxes, LINKS, wishes(THINGS, LINKS)))


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


@pytest.mark.slow
def test_both_sorts_of_boards_are_learnt_from(capsys: pytest.CaptureFixture[str]) -> None:
    data = str(shared_data("hdbpmn"))
    assert main(["--data", data, "--every", "200", "--drawn", "2"]) == 0
    told, right = capsys.readouterr().out.rsplit("right: ", 1)
    weights = json.loads(told[told.index("{") :])
    assert weights["name"].keys() == NAME.keys()
    assert weights["label"].keys() == LABEL.keys()
    assert 0 < float(right) <= 1


def test_drawn_boards_tell_what_their_words_are() -> None:
    board = render(training_spec(700_003, photo=False, wordy=True))
    truth = of_drawn(board)
    labels = {x.label: frozenset((x.source, x.target)) for x in board.scene.relations if x.label}
    said = [truth.truly(box, label) for box in board.labels for label in labels]
    assert {ends for _, ends in said if ends} == set(labels.values())
    words = [node for node in board.scene.nodes if node.kind == "text"]
    assert {truth.truly(node.bbox, node.text) for node in words} == {(None, None)}
    assert truth.truly(board.labels[0], "§§§") == ("", None)  # of which can't be told


def test_words_of_what_was_not_found_teach_nothing() -> None:
    later = THINGS[4]
    boxes = [later.box]
    links = [Link("arrow", 0, 0, True, ((140.0, 120.0), (400.0, 120.0)), 0.9)]
    wish = Wish("label", 0, 0, (0.0,) * len(LABEL))
    assert not list(choices(of_process(TRUTH), [later], boxes, links, [wish]))
