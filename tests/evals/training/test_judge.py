"""The judge of pairs: what it is taught from, and that it learns it and keeps what it learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch

from evals.training.detector.answers import Answer, answers
from evals.training.detector.boards import Board, TrueLine, TrueShape
from evals.training.detector.evidence import Evidence, evidence, gather, true_joints
from evals.training.detector.judge import _Net, _together, fit, save
from evals.training.detector.oracle import perfect_maps
from evals.training.detector.train import START
from ingest.extract.local.eyes.courses import Courses
from ingest.extract.local.eyes.judge import OTHER_WAY, Joined, Judge
from ingest.extract.local.eyes.pairs import Pairs
from ingest.extract.local.eyes.sight import mirrored

Array = npt.NDArray[Any]

SIDE = 1280
NOTHING = Courses([], [], np.zeros((0, 4)))


def row(*lines: tuple[int, int, int]) -> Board:
    """Draw three boxes in a row and lines (source, target, heads) between them."""
    lefts = (100.0, 540.0, 980.0)
    shapes = tuple(TrueShape(0, (x, 500.0, x + 160, 620.0)) for x in lefts)
    drawn = []
    for place, (source, target, heads) in enumerate(lines):
        y = 520.0 + 40 * place
        ends = (lefts[source], lefts[target])
        way = (
            [(ends[0] + 160, y), (ends[1], y)]
            if source < target
            else [(ends[0], y), (ends[1] + 160, y)]
        )
        drawn.append(TrueLine(np.array(way), heads, source=source, target=target))
    pixels = np.zeros((SIDE, SIDE, 2), np.uint8)
    pixels[:4, :4] = 255  # so that a mirror image can be told
    ink = np.ascontiguousarray(pixels[..., 0])
    for shape in shapes:
        x0, y0, x1, y1 = map(int, shape.box)
        cv2.rectangle(ink, (x0, y0), (x1, y1), 255, 4)
    for line in drawn:
        start, end = (tuple(map(int, spot)) for spot in line.path)
        cv2.arrowedLine(ink, start, end, 255, 4, tipLength=0.08)
    pixels[..., 0] = ink
    return Board("row", pixels, shapes, tuple(drawn))


def answered(board: Board) -> Answer:
    maps, _ = perfect_maps(board)

    def net(pixels: Array) -> Array:
        return (maps if pixels[0, 0, 0, 0] else mirrored(maps))[None]

    (answer,) = answers(net, [board])
    return answer


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([(0, 1, 1)], Joined.THERE),
        ([(1, 0, 1)], Joined.BACK),
        ([(0, 1, 2)], Joined.BOTH),
        ([(0, 1, 1), (1, 0, 1)], Joined.TWO),
        ([(1, 0, 1), (0, 1, 1)], Joined.TWO),
        ([(1, 0, 0)], Joined.PLAIN),
        ([(1, 0, 0), (1, 0, 1)], Joined.BACK),
        ([(0, 1, 1), (0, 1, 1)], Joined.THERE),
    ],
)
def test_what_joins_two_nodes_is_told_once(
    lines: list[tuple[int, int, int]], joined: Joined
) -> None:
    board = row(*lines)
    answer = Answer(board, np.zeros(0), None, np.zeros(0), np.zeros(0), np.zeros(0))  # type: ignore[arg-type]
    found = true_joints(answer)
    assert len(found) == 1
    ((one, two),) = found
    kind = found[one, two]
    assert joined == (kind if one < two else OTHER_WAY[kind])


def test_a_line_from_a_node_to_itself_joins_no_two() -> None:
    board = row((1, 1, 1))
    answer = Answer(board, np.zeros(0), None, np.zeros(0), np.zeros(0), np.zeros(0))  # type: ignore[arg-type]
    assert true_joints(answer) == {}


@pytest.mark.parametrize("lines", [[(0, 1, 1), (2, 1, 1)], [(1, 0, 1), (2, 1, 1)], [(0, 2, 2)]])
def test_the_evidence_of_a_board_tells_what_is_drawn_in_the_order_of_the_nodes_seen(
    lines: list[tuple[int, int, int]],
) -> None:
    answer = answered(row(*lines))
    shown = evidence(answer, np.random.default_rng(1))
    assert shown.there.shape == shown.back.shape == (len(shown.places), shown.there.shape[1])
    told = set()
    for (one, two), kind in zip(answer.same[shown.places].tolist(), shown.true, strict=True):
        if kind in (Joined.THERE, Joined.BOTH):
            told.add((one, two))
        if kind in (Joined.BACK, Joined.BOTH):
            told.add((two, one))
    drawn = {(a, b) for a, b, _ in lines} | {(b, a) for a, b, heads in lines if heads == 2}
    assert told == drawn


def test_boards_are_gathered_in_their_order_and_alike_each_time() -> None:
    weights = dict(torch.load(START, weights_only=True))
    some = [(row((0, 1, 1)), True), (row(), False), (row((2, 1, 1)), False)]
    found = list(gather(weights, some, workers=1))
    told = [{kind for kind in one.true if kind != Joined.NOT} for one in found]
    assert [len(kinds) for kinds in told] == [1, 0, 1]
    again = list(gather(weights, some[:1], workers=1))
    assert np.array_equal(found[0].places, again[0].places)
    assert np.allclose(found[0].there, again[0].there, atol=1e-4)


def boards(count: int, seed: int) -> list[Evidence]:
    """Boards of five nodes: the first feature tells arrows, of several at a node the highest."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        places = np.array([(a, b) for a in range(5) for b in range(a + 1, 5)])
        there, back = (rng.normal(0, 1, (len(places), 2)).astype(np.float32) for _ in range(2))
        levels = rng.permutation(2 * len(places)) / 4 + rng.uniform(0, 9)  # only others tell
        there[:, 0], back[:, 0] = levels[: len(places)], levels[len(places) :]
        most = np.maximum(there[:, 0], back[:, 0])
        best = np.zeros(5)
        for (a, b), value in zip(places, most, strict=True):
            best[a], best[b] = max(best[a], value), max(best[b], value)
        wins = (most >= best[places[:, 0]]) & (most >= best[places[:, 1]])
        kinds = np.where(there[:, 0] > back[:, 0], Joined.THERE, Joined.BACK)
        made.append(Evidence(places, there, back, np.where(wins, kinds, Joined.NOT)))
    return made


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    path = tmp_path_factory.mktemp("judge") / "judge.npz"
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small layers: threads would only wait for one another
    try:
        save(fit(boards(800, 1), rounds=16), path)
    finally:
        torch.set_num_threads(threads)
    return Judge(path)


def asked(judge: Judge, one: Evidence) -> Array:
    return judge(Pairs(one.places, one.there, one.back, NOTHING))


def test_it_learns_that_lines_at_one_node_compete(judge: Judge) -> None:
    """Beside what a pair's own features say at best."""
    others = boards(60, 2)
    said = np.concatenate([asked(judge, one).argmax(axis=1) for one in others])
    true = np.concatenate([one.true for one in others])
    there = np.concatenate([one.there[:, 0] for one in others])
    back = np.concatenate([one.back[:, 0] for one in others])
    way = np.where(there > back, Joined.THERE, Joined.BACK)
    own = np.maximum(there, back)
    alone = max((np.where(own > least, way, Joined.NOT) == true).mean() for least in own)
    assert (said == true).mean() > alone + 0.03


def test_a_pair_is_judged_alike_from_both_its_ends(judge: Judge) -> None:
    (one,) = boards(1, 3)
    turned = Evidence(4 - one.places[:, ::-1], one.back, one.there, one.true)
    assert np.allclose(asked(judge, one), asked(judge, turned)[:, OTHER_WAY], atol=1e-5)


def test_chances_add_up_and_none_are_none(judge: Judge) -> None:
    (one,) = boards(1, 4)
    assert np.allclose(asked(judge, one).sum(axis=1), 1)
    empty = np.zeros((0, 0), np.float32)
    assert judge(Pairs(np.zeros((0, 2), int), empty, empty, NOTHING)).shape == (0, 6)


def test_the_extractor_judges_as_the_net_that_was_taught(tmp_path: Path) -> None:
    some = boards(4, 6)
    weights = fit(boards(8, 5), rounds=1)
    save(weights, tmp_path / "judge.npz")
    net = _Net(len(weights["mean"])).eval()
    taught = {name: torch.from_numpy(v) for name, v in weights.items() if "." in name}
    net.load_state_dict(taught)
    *seen, _ = _together(some, weights["mean"], weights["spread"])
    with torch.no_grad():
        said = torch.softmax(net(*seen), dim=1).numpy()
    judge = Judge(tmp_path / "judge.npz")
    assert np.allclose(said, np.concatenate([asked(judge, one) for one in some]), atol=5e-3)
    assert said.std() > 0.02


def test_without_candidates_there_is_nothing_to_learn() -> None:
    empty = np.zeros((0, 6), np.float32)
    with pytest.raises(ValueError, match="nothing to learn"):
        fit([Evidence(np.zeros((0, 2), int), empty, empty, np.zeros(0, int))])
