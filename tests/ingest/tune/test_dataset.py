"""What a model is taught is what the extractor asks and what the scene says."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest.extract.vlm.codec import decode
from ingest.extract.vlm.options import VlmOptions
from ingest.extract.vlm.prompt import system_text, user_text
from ingest.tune.dataset import (
    CHECK,
    TRAIN,
    VAL,
    Lesson,
    held_out_sources,
    read_rows,
    write_dataset,
)
from ingest.tune.lessons import folder_lessons
from kb.conventions import Conventions, Mark
from kb.errors import WrongUse
from kb.scene import ExtractorInfo, Node, Relation, Scene

OPTIONS = VlmOptions("", image_tokens=64)


def scene(word: str = "Pack", colour: str | None = "black") -> Scene:
    return Scene(
        title="",
        width=640,
        height=480,
        extractor=ExtractorInfo(name="truth"),
        nodes=(
            Node(id="a", kind="box", text=word, bbox=(64, 48, 128, 96), color=colour),
            Node(id="b", kind="ellipse", text="发货", bbox=(320, 48, 384, 96)),
        ),
        relations=(Relation(id="r", source="a", target="b"),),
    )


def lesson(number: int, source: str = "", **fields: str) -> Lesson:
    def picture() -> Image.Image:
        return Image.new("RGB", (640, 480), (number * 12, 200, 255 - number * 12))

    return Lesson(f"board-{number}", source or f"source-{number}", scene(**fields), picture)


def test_line_ends_of_other_writings_end_no_sample(tmp_path: Path) -> None:
    odd = [lesson(1, word="Pack\u2028and\u0085send\u2029"), lesson(2)]
    assert write_dataset(odd, tmp_path, OPTIONS, val_share=0).train == 2
    assert "\u2028" in (tmp_path / TRAIN).read_text("utf-8")
    assert [len(row["messages"]) for row in read_rows(tmp_path / TRAIN)] == [3, 3]


def test_a_sample_asks_and_answers_as_the_extractor_does(tmp_path: Path) -> None:
    written = write_dataset([lesson(1)], tmp_path, OPTIONS, val_share=0)
    assert written.as_dict() == {"train": 1, "val": 0, "left_out": {}}
    (row,) = read_rows(tmp_path / TRAIN)
    system, user, assistant = row["messages"]
    assert system == {"role": "system", "content": system_text()}
    assert user == {"role": "user", "content": f"<image>{user_text()}"}
    assert row["solution"] == assistant["content"]
    back = decode(assistant["content"], 640, 480)
    assert [(node.text, node.bbox) for node in back.nodes] == [
        (node.text, node.bbox) for node in scene().nodes
    ]
    assert not back.repairs
    with Image.open(row["images"][0]) as picture:
        tokens = (picture.width // 32) * (picture.height // 32)
        assert picture.width % 32 == picture.height % 32 == 0
        assert 32 < tokens <= 64


def test_black_ink_is_not_told_as_the_prompt_asks(tmp_path: Path) -> None:
    write_dataset([lesson(1), lesson(2, colour="red")], tmp_path, OPTIONS, val_share=0)
    first, second = (json.loads(row["solution"]) for row in read_rows(tmp_path / TRAIN))
    assert "color" not in first["nodes"][0]
    assert second["nodes"][0]["color"] == "red"


def test_marks_of_the_team_are_taught(tmp_path: Path) -> None:
    marks = Conventions(marks=(Mark(color="red", kinds=("box",), tag="risk"),))
    options = VlmOptions("", image_tokens=64, conventions=marks)
    write_dataset([lesson(1, colour="red")], tmp_path, options, val_share=0)
    (row,) = read_rows(tmp_path / TRAIN)
    assert row["messages"][0]["content"] == system_text(marks) != system_text()
    assert json.loads(row["solution"])["nodes"][0]["tags"] == ["risk"]


def test_held_out_boards_are_kept_whole_for_the_gate(tmp_path: Path) -> None:
    written = write_dataset(map(lesson, range(20)), tmp_path, OPTIONS, val_share=0.2)
    assert (written.train, written.val) == (16, 4)
    held_out = {one.name: one for one in folder_lessons(tmp_path / CHECK)}
    assert len(held_out) == 4
    assert {Path(row["images"][0]).stem for row in read_rows(tmp_path / VAL)} == set(held_out)
    assert not {Path(row["images"][0]).stem for row in read_rows(tmp_path / TRAIN)} & set(held_out)
    one = next(iter(held_out.values()))
    assert one.scene == scene()
    assert one.picture().size == (640, 480)


def test_a_source_stands_on_one_side_only(tmp_path: Path) -> None:
    lessons = [lesson(n, source=f"writer-{n % 4}") for n in range(24)]
    write_dataset(lessons, tmp_path, OPTIONS, val_share=0.3)
    sources = {one.name: one.source for one in lessons}
    sides = [
        {sources[Path(row["images"][0]).stem] for row in read_rows(tmp_path / file)}
        for file in (TRAIN, VAL)
    ]
    assert sides[0]
    assert sides[1]
    assert not sides[0] & sides[1]


@given(st.lists(st.text(max_size=5), max_size=30), st.floats(0, 0.5))
def test_the_split_is_stable_and_never_takes_all(sources: list[str], share: float) -> None:
    chosen = held_out_sources(sources, share)
    assert chosen == held_out_sources(list(reversed(sources)) * 2, share)
    assert chosen <= set(sources)
    assert bool(chosen) == (share > 0 and len(set(sources)) > 1)
    assert not sources or chosen != set(sources)


def test_the_same_picture_and_empty_boards_are_left_out(tmp_path: Path) -> None:
    again = Lesson("again", "elsewhere", scene(), lesson(1).picture)
    empty = Lesson("empty", "empty", scene().model_copy(update={"nodes": (), "relations": ()}),
                   lesson(9).picture)  # fmt: skip
    written = write_dataset([lesson(1), again, empty], tmp_path, OPTIONS, val_share=0)
    assert written.train == 1
    assert dict(written.left_out) == {
        "the same picture again": 1,
        "nothing is on the board": 1,
    }


def test_nothing_to_learn_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no board to learn from"):
        write_dataset([], tmp_path, OPTIONS)


def test_a_data_set_is_never_overwritten(tmp_path: Path) -> None:
    write_dataset([lesson(1)], tmp_path, OPTIONS, val_share=0)
    with pytest.raises(WrongUse, match="holds a data set already"):
        write_dataset([lesson(2)], tmp_path, OPTIONS, val_share=0)


def test_a_truth_that_is_no_scene_is_named(tmp_path: Path) -> None:
    for name in ("boards", "truth"):
        (tmp_path / name).mkdir()
    (tmp_path / "truth" / "x.json").write_text('{"nodes": 3}', encoding="utf-8")
    lesson(1).picture().save(tmp_path / "boards" / "x.png")
    with pytest.raises(WrongUse, match=r"x\.json is no scene"):
        list(folder_lessons(tmp_path))


def test_only_boards_that_are_known_to_be_right_are_learnt(tmp_path: Path) -> None:
    from ingest.tune.lessons import kept_lessons
    from kb.base import KnowledgeBase
    from kb.catalog.rows import NewBoard, NewSource
    from kb.settings import load_settings

    with KnowledgeBase.open(load_settings(home=tmp_path / "store")) as base:
        data = io.BytesIO()
        lesson(1).picture().save(data, "PNG")
        blob = base.blobs.put(data.getvalue())
        for number, name in enumerate(("native", "local", "vlm")):
            source = NewSource("w", f"/{name}", name, f"{number}" * 64, 1, 1)
            base.catalog.register(source)
            seen = scene().model_copy(update={"extractor": ExtractorInfo(name=name)})
            board = NewBoard(1, name, blob, "image/png", seen, None)
            base.catalog.put_board("w", source.id, board)
        exact = list(kept_lessons(base, "w"))
        assert [one.scene.extractor.name for one in exact] == ["native"]
        assert exact[0].picture().size == (640, 480)
        assert len(list(kept_lessons(base, "w", extracted=True))) == 3
        assert not list(kept_lessons(base, "other"))


def test_two_boards_of_one_name_are_both_kept(tmp_path: Path) -> None:
    twin = Lesson("board-1", "elsewhere", scene(), lesson(2).picture)
    assert write_dataset([lesson(1), twin], tmp_path, OPTIONS, val_share=0).train == 2
    images = [Path(row["images"][0]).name for row in read_rows(tmp_path / TRAIN)]
    assert images == ["board-1.jpg", "board-1-2.jpg"]
