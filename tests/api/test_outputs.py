"""Files that commands write where the user says: wrong places are refused before any work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.api.conftest import Kb
from tests.boardfiles import canvas, picture


@pytest.fixture
def board(reading: Path, kb: Kb) -> str:
    del reading
    return str(kb("boards", "list", "--json").json()["boards"][0]["id"])


COMMANDS = {
    "ask": ["ask", "What follows Check stock?", "--history"],
    "export": ["boards", "export", "BOARD", "-o"],
    "minutes": ["minutes", "BOARD", "--out"],
    "picture": ["boards", "picture", "BOARD", "-o"],
    "diff": ["diff", "BOARD", "BOARD", "--picture"],
    "overlay": ["extract", "FILE", "--overlay"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere/x.png", "its folder is not there"),
        ("没有/图.png", "its folder is not there"),
        ("folder.png", "it is a folder"),
        ("file.txt/x.png", "what should be its folder is a file"),
        (f"{'x' * 300}.png", "its name is too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_wrong_use(
    board: str,
    kb: Kb,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    place: str,
    reason: str,
) -> None:
    monkeypatch.setattr("kb.answer.ask", lambda *_, **__: pytest.fail("the work was begun"))
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file.txt").write_text("keep me")
    (tmp_path / "flow.canvas").write_bytes(canvas(["Tea"]))
    names = {"BOARD": board, "FILE": str(tmp_path / "flow.canvas")}
    before = sorted(tmp_path.iterdir())
    ran = kb(*(names.get(word, word) for word in command), str(tmp_path / place))
    assert (ran.code, ran.out) == (2, "")
    assert reason in ran.err
    assert "name another place" in ran.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", [["ask", "stock?", "--show"], ["extract", "FILE", "--out"]])
@pytest.mark.parametrize("place", ["file.txt", "file.txt/in"])
def test_a_folder_that_is_a_file_is_wrong_use(
    board: str, kb: Kb, tmp_path: Path, command: list[str], place: str
) -> None:
    del board
    (tmp_path / "file.txt").write_text("keep me")
    (tmp_path / "flow.canvas").write_bytes(canvas(["Tea"]))
    words = [str(tmp_path / "flow.canvas") if word == "FILE" else word for word in command]
    ran = kb(*words, str(tmp_path / place), "--json")
    assert (ran.code, ran.json()["error"]["code"]) == (2, "wrong_path")
    assert (tmp_path / "file.txt").read_text() == "keep me"


def test_an_answer_is_printed_though_it_cannot_be_kept(
    board: str, kb: Kb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del board
    history = tmp_path / "talk.jsonl"

    def gone(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("api.cli.answers._remember", gone)
        ran = kb("ask", "What follows Check stock?", "--history", str(history))
    assert "Pack the order" in ran.out
    assert ran.code == 1
    assert kb("ask", "What follows Check stock?", "--history", str(history)).code == 0
    assert json.loads(history.read_text("utf-8"))["question"] == "What follows Check stock?"


@pytest.mark.parametrize(
    ("name", "kind"), [("o.jpg", "JPEG"), ("o.JPEG", "JPEG"), ("o.webp", "WEBP"), ("图.png", "PNG")]
)
@pytest.mark.parametrize("marked", [True, False])
def test_a_picture_is_what_its_name_says(
    board: str, kb: Kb, tmp_path: Path, name: str, kind: str, marked: bool
) -> None:
    marks = ["--region", "0,0,5,5"] if marked else []
    assert kb("boards", "picture", board, "-o", str(tmp_path / name), *marks).code == 0
    with Image.open(tmp_path / name) as written:
        assert written.format == kind
    assert kb("diff", board, board, "--picture", str(tmp_path / name)).code == 0
    with Image.open(tmp_path / name) as written:
        assert written.format == kind


def test_a_picture_of_no_known_format_is_refused(board: str, kb: Kb, tmp_path: Path) -> None:
    for command in (["boards", "picture", board, "-o"], ["diff", board, board, "--picture"]):
        ran = kb(*command, str(tmp_path / "o.bmp"))
        assert (ran.code, ".webp" in ran.err) == (2, True)
        assert not (tmp_path / "o.bmp").exists()


def test_a_kept_picture_stays_byte_for_byte(home: Path, kb: Kb, tmp_path: Path) -> None:
    del home
    shot = tmp_path / "shot.png"
    shot.write_bytes(picture(1))
    assert kb("ingest", str(shot), "-w", "shots", "--extractor", "local", "-j", "1").code == 0
    (board,) = kb("boards", "list", "-w", "shots", "--json").json()["boards"]
    out = tmp_path / "out.png"
    assert kb("boards", "picture", board["id"], "-w", "shots", "-o", str(out)).code == 0
    assert out.read_bytes() == shot.read_bytes()


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_missing_file_of_questions_is_told_in_words(
    board: str, kb: Kb, tmp_path: Path, command: str
) -> None:
    del board
    ran = kb(command, "--from", str(tmp_path / "nosuch"))
    assert ran.code == 2
    assert "nosuch can't be read: no such file or directory" in ran.err
    assert "Errno" not in ran.err
