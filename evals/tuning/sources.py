"""Lessons from boards of known truth: hdBPMN, and the renderer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.boards import BoardSpec, Item, Link, Part, Style, render, training_spec
from evals.boards.spec import Shape
from evals.boards.words import Script, Writer
from evals.extraction.hdbpmn import true_boards
from evals.extraction.truth import TrueBoard
from evals.training.split import is_held_out
from ingest.tune.dataset import Lesson
from kb.errors import WrongUse
from kb.scene import ExtractorInfo, Node, Relation, Scene, clamp_box

_TRUTH = ExtractorInfo(name="truth", version="1")
_SHAPES: tuple[Shape, ...] = ("box", "round", "ellipse", "diamond", "document", "cylinder")
_INKS = ("black", "blue", "red", "green")
_NOTES = ("yellow", "pink", "green", "blue", "orange", None)
_COLUMNS = 4
_STEP = (168.0, 126.0)  # pixels from node to node


def hdbpmn_lessons(folder: Path) -> Iterator[Lesson]:
    """Yield the boards that hdBPMN trains on, but for the held-out exercises.

    A writer is a source: no hand stands on both sides of the split.

    Raises:
        WrongUse: `folder` does not hold the data set.
    """
    boards = [board for board in true_boards(folder, "train") if not is_held_out(board.name)]
    if not boards:
        raise WrongUse(
            f"{folder} holds no truth of hdBPMN",
            hint="--hdbpmn names the folder with truth/train and images",
            code="no_data",
        )
    for board in boards:
        yield Lesson(board.name, board.name.partition("_")[2], _scene_of(board), board.picture)


def _scene_of(board: TrueBoard) -> Scene:
    width, height = board.size
    return Scene(
        language=board.language, width=width, height=height, extractor=_TRUTH,
        nodes=tuple(
            Node(id=one.id, kind=one.kind, text=one.text, bbox=clamp_box(one.box, width, height))
            for one in board.nodes
        ),
        relations=tuple(
            Relation(id=f"r{place}", source=one.source, target=one.target)
            for place, one in enumerate(board.edges)
        ),
    )  # fmt: skip


def rendered_lessons(count: int, *, seed: int = 0) -> Iterator[Lesson]:
    """Yield `count` drawn boards of any sort, half of them Chinese; each is its own source."""
    for number in range(seed, seed + count):
        language: Script = "en" if number % 2 == 0 else "zh"
        yield _drawn(f"drawn-{number}-{language}", training_spec(number, language))


def plain_lessons(count: int, nodes: int = 10, *, seed: int = 0) -> Iterator[Lesson]:
    """Yield `count` small flat boards of `nodes` shapes joined by arrows, half of them Chinese.

    They are few tokens each, so that a tiny model can learn them on a CPU.
    """
    for number in range(seed, seed + count):
        language: Script = "en" if number % 2 == 0 else "zh"
        yield _drawn(f"plain-{number}-{language}", plain_spec(number, language, nodes))


def plain_spec(seed: int, language: Script, nodes: int) -> BoardSpec:
    """Return a board of `nodes` shapes in rows; every one but the first has one arrow to it."""
    import numpy as np

    rng = np.random.default_rng([seed, 77])
    writer = Writer(rng, language)
    names: list[str] = []
    while len(names) < nodes:
        phrase = writer.phrase(1, 2)
        if phrase.casefold() not in {name.casefold() for name in names}:
            names.append(phrase)
    items = tuple(
        Item(
            f"n{place}", name, _SHAPES[int(rng.integers(len(_SHAPES)))],
            fill=_NOTES[seed % len(_NOTES)],
            at=((place % _COLUMNS) * _STEP[0], (place // _COLUMNS) * _STEP[1]), wrap=110,
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    links = tuple(
        Link(f"n{int(rng.integers(max(0, place - 3), place))}", f"n{place}")
        for place in range(1, nodes)
    )
    code = "zh" if language == "zh" else "en"
    style = Style("whiteboard", ink=_INKS[seed // 2 % len(_INKS)], text=19, pen=2.4)
    return BoardSpec("", ((Part("p", "free", items),),), links, code, style, seed=seed)


def _drawn(name: str, spec: BoardSpec) -> Lesson:
    board = render(spec)
    return Lesson(name, name, board.scene, lambda: board.picture)
