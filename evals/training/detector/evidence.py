"""What speaks for a line between two nodes on boards that a net saw, beside what is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from evals.training.detector.answers import Answer, TorchNet, answers
from evals.training.detector.augment import faded
from evals.training.detector.boards import Board
from ingest.extract.local.eyes.judge import OTHER_WAY, Joined
from ingest.extract.local.eyes.layout import FRAMES, KINDS, LONGEST
from ingest.extract.local.eyes.pairs import find_pairs

Array = npt.NDArray[Any]
Numbered = tuple[int, Board, bool]

_AT_ONCE = 64  # boards that wait for a worker
_FAINT, _FAR_AWAY = 0.5, 0.5  # shares of boards
_FARTHEST = 0.45  # of the usual longest side: the extractor looks at large writing from afar
_SHIFT = 1.2  # pixels: the extractor's boxes are not the net's
_FRAME_KINDS = [KINDS.index(kind) for kind in sorted(FRAMES)]


@dataclass(frozen=True)
class Evidence:
    """The candidates of one board.

    `places` k×2 of its nodes, features `there` and `back` k×f, as of `Pairs`, and what they are:
    `true` k, of `Joined`.
    """

    places: Array
    there: Array
    back: Array
    true: Array


def gather(
    weights: dict[str, torch.Tensor], boards: Iterable[tuple[Board, bool]], workers: int
) -> Iterator[Evidence]:
    """Yield the candidates of each board, as a net with `weights` sees it.

    Beside each board stands whether the net learnt from it: it is surer of these than of others,
    and is shown them fainter, as every second of the others; every second from farther away.
    """
    numbered = ((number, *board) for number, board in enumerate(boards))
    context = get_context("spawn")  # the progress bar has a thread, which forks don't like
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(weights,)
    ) as pool:
        while some := list(islice(numbered, _AT_ONCE)):
            yield from pool.map(_shown, some)


_nets: list[TorchNet] = []  # of this process


def _start(weights: dict[str, torch.Tensor]) -> None:
    torch.set_num_threads(1)
    _nets.append(TorchNet(weights))


def _shown(numbered: Numbered) -> Evidence:
    number, board, learnt = numbered
    rng = np.random.default_rng((3, number))
    shown = faded(board, rng) if learnt or rng.random() < _FAINT else board
    far = rng.uniform(_FARTHEST, 1.0) if rng.random() < _FAR_AWAY else 1.0
    (answer,) = answers(_nets[0], [shown], longest=round(far * LONGEST))
    return evidence(answer, rng)


def evidence(answer: Answer, rng: np.random.Generator) -> Evidence:
    """Return the candidates of one board; its boxes are shifted a little."""
    nodes = np.nonzero(~np.isin(answer.seen.kinds, _FRAME_KINDS))[0]
    boxes, kinds = answer.seen.boxes[nodes], answer.seen.kinds[nodes]
    boxes = boxes + rng.normal(0, _SHIFT, boxes.shape)
    pairs = find_pairs(answer.maps.astype(np.float32), boxes, kinds)
    joined = true_joints(answer)
    same = answer.same[nodes]
    true = [_joint(joined, int(same[one]), int(same[two])) for one, two in pairs.places]
    return Evidence(pairs.places, pairs.there, pairs.back, np.array(true, int))


def _joint(joined: dict[tuple[int, int], Joined], one: int, two: int) -> Joined:
    if (one, two) in joined:
        return joined[one, two]
    return Joined(OTHER_WAY[joined.get((two, one), Joined.NOT)])


def true_joints(answer: Answer) -> dict[tuple[int, int], Joined]:
    """Return what joins two true nodes, each two of them once, in one order or the other."""
    arrows, lines = true_links(answer)
    doubles = {(x.source, x.target) for x in answer.board.lines if x.heads == 2}
    doubles |= {pair[::-1] for pair in doubles}
    found: dict[tuple[int, int], Joined] = {}
    for link in sorted(lines):
        back = link[::-1]
        if back in found or link == back:
            continue
        if link in doubles:
            found[link] = Joined.BOTH
        elif link in arrows and back in arrows:
            found[link] = Joined.TWO
        elif link in arrows or back in arrows:
            found[link] = Joined.THERE if link in arrows else Joined.BACK
        else:
            found[link] = Joined.PLAIN
    return found


def true_links(answer: Answer) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the (source, target) of every arrow, and of every line of any kind."""
    arrows, lines = set(), set()
    for line in answer.board.lines:
        link = (line.source, line.target)
        if min(link) < 0:
            continue
        lines.add(link)
        if line.heads >= 1:
            arrows.add(link)
        if line.heads == 2:
            arrows.add(link[::-1])
    return arrows, lines
