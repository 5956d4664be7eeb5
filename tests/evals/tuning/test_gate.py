"""The gate lets through what is better for sure, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from evals.extraction.compare import Reading, compare
from evals.extraction.scenes import true_board
from evals.tuning.gate import (
    Unanswered,
    Verdict,
    boards_in,
    decide,
    own,
    read_by,
    reader_called,
    record,
)
from evals.tuning.sources import plain_lessons
from ingest.tune.dataset import Lesson, write_dataset
from kb.errors import WrongUse
from kb.scene import ExtractorInfo, Scene
from kb.settings import load_settings


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return list(plain_lessons(16, nodes=6))


def readings(lessons: list[Lesson], keep: dict[str, int], kinds: bool = True) -> list[Reading]:
    """Readings that see the first `keep[language]` nodes of each board, perhaps by their kinds."""
    made = []
    for lesson in lessons:
        scene = lesson.scene
        seen = scene.nodes[: keep[scene.language]]
        if not kinds:
            seen = tuple(node.model_copy(update={"kind": "drawing"}) for node in seen)
        ids = {node.id for node in seen}
        lines = tuple(r for r in scene.relations if {r.source, r.target} <= ids)
        found = scene.model_copy(update={"nodes": seen, "relations": lines})
        made.append(compare(found, true_board(lesson.name, lesson.picture, scene)))
    return made


def verdict(lessons: list[Lesson], old: dict[str, int], new: dict[str, int]) -> Verdict:
    return decide("old", "new", "d", readings(lessons, old), readings(lessons, new))


def test_a_better_reader_passes(lessons: list[Lesson]) -> None:
    told = verdict(lessons, {"en": 3, "zh": 3}, {"en": 6, "zh": 6})
    assert told.passes
    assert told.reason == "better: node_f1, edge_f1"
    groups = {one.group for one in told.differences}
    assert {"all", "language en", "language zh"} < groups
    assert any(group.startswith("kind ") for group in groups)
    overall = told.differences[0]
    assert (overall.group, overall.boards, overall.new) == ("all", 16, 1.0)
    assert overall.low is not None
    assert overall.old is not None
    assert 0 < overall.low <= 1 - overall.old


def test_the_same_reader_does_not_pass(lessons: list[Lesson]) -> None:
    told = verdict(lessons, {"en": 4, "zh": 4}, {"en": 4, "zh": 4})
    assert not told.passes
    assert told.reason == "nothing gets better for sure"


def test_better_in_one_language_and_worse_in_the_other_does_not_pass(lessons: list[Lesson]) -> None:
    told = verdict(lessons, {"en": 2, "zh": 5}, {"en": 6, "zh": 3})
    assert not told.passes
    assert "language zh" in told.reason


def test_kinds_that_are_lost_do_not_pass(lessons: list[Lesson]) -> None:
    before = readings(lessons, {"en": 3, "zh": 3})
    after = readings(lessons, {"en": 6, "zh": 6}, kinds=False)
    told = decide("old", "new", "d", before, after)
    assert not told.passes
    assert "kind_recall of kind box" in told.reason


def test_few_boards_say_nothing_for_sure(lessons: list[Lesson]) -> None:
    told = verdict(lessons[:4], {"en": 1, "zh": 1}, {"en": 6, "zh": 6})
    assert not told.passes
    assert all(one.low is None for one in told.differences)


def test_the_record_keeps_every_verdict_and_names_the_promoted_one(
    lessons: list[Lesson], tmp_path: Path
) -> None:
    record(verdict(lessons, {"en": 4, "zh": 4}, {"en": 4, "zh": 4}), tmp_path)
    assert not (tmp_path / "promoted.json").exists()
    file = record(verdict(lessons, {"en": 3, "zh": 3}, {"en": 6, "zh": 6}), tmp_path)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["passes"] for line in lines] == [False, True]
    assert json.loads((tmp_path / "promoted.json").read_text("utf-8")) == lines[1]


def test_what_another_read_counts_as_nothing_read() -> None:
    scene = next(iter(plain_lessons(1))).scene
    by_model = scene.model_copy(update={"extractor": ExtractorInfo(name="vlm")})
    assert own(by_model, "vlm") == by_model
    assert isinstance(own(by_model, "local"), Scene)
    assert not own(by_model, "local").nodes


def test_boards_are_found_in_a_data_set_and_beside_it(
    lessons: list[Lesson], tmp_path: Path
) -> None:
    from ingest.extract.vlm.options import VlmOptions

    written = write_dataset(lessons, tmp_path, VlmOptions("", image_tokens=64), val_share=0.25)
    assert len(boards_in(tmp_path)) == len(boards_in(tmp_path / "check")) == written.val == 4
    assert not boards_in(tmp_path / "pictures")


def test_a_model_needs_a_server() -> None:
    with pytest.raises(WrongUse, match="where 'ours' is served is not known"):
        reader_called("ours", load_settings())


class Reader:
    """Reads a board as it is told to, and remembers that it was let go."""

    name = "vlm"
    version = "test"

    def __init__(self, scene: Scene, by: str, figures: dict[str, float]) -> None:
        info = ExtractorInfo(name=by, figures=figures)
        self._scene = scene.model_copy(update={"extractor": info})
        self.closed = False

    def extract(self, picture: Image.Image, **_: object) -> Scene:
        del picture
        return self._scene

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("by", "figures", "read"),
    [
        ("vlm", {"requests": 1}, True),
        ("vlm", {"requests": 2, "reset": 1}, True),  # it passed
        ("local", {"broken_json": 1, "fallbacks": 1}, False),
        ("local", {"left_alone": 1, "fallbacks": 1, "unanswered": 1}, None),
    ],
)
def test_a_server_that_gives_no_answers_is_not_judged(
    lessons: list[Lesson], by: str, figures: dict[str, float], read: bool | None
) -> None:
    one = lessons[0]
    reader = Reader(one.scene, by, figures)
    boards = [true_board(one.name, one.picture, one.scene)]
    if read is None:
        with pytest.raises(Unanswered, match="ours did not answer for 1 of 1 boards"):
            read_by("ours", reader, boards)
    else:
        (told,) = read_by("ours", reader, boards)
        assert bool(told.scene.nodes) == read
    assert reader.closed
