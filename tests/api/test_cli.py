"""The `kb` command, run in this process: what it prints where, and its exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from api.errors import as_kb_error
from kb.scene import Scene
from tests.api.conftest import Kb
from tests.boardfiles import canvas


@pytest.fixture
def board(reading: Path, kb: Kb) -> str:
    del reading
    return str(kb("boards", "list", "--json").json()["boards"][0]["id"])


def test_ingest_tells_every_file_and_goes_on_after_failures(
    home: Path, kb: Kb, tmp_path: Path
) -> None:
    del home
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "tea.canvas").write_bytes(canvas(["Open the shop", "Sell tea"], [(0, 1)]))
    (folder / "notes.docx").write_bytes(b"no board")
    first = kb("ingest", str(folder), "--jobs", "1", "--json")
    assert first.code == 3
    told = first.json()
    assert sorted(told) == ["added", "blank", "failed", "replaced", "seconds", "unchanged"]
    assert (told["replaced"], told["blank"]) == ([], [])
    assert told["added"] == ["tea.canvas"]
    assert [sorted(failure) for failure in told["failed"]] == [["code", "message", "source"]]
    assert "failed: notes.docx" in first.err

    (folder / "notes.docx").unlink()
    again = kb("ingest", str(folder), "--json")
    assert (again.code, again.json()["unchanged"]) == (0, ["tea.canvas"])
    shown = kb("ingest", str(folder))
    assert "1 unchanged" in " ".join(shown.out.split())

    removable = kb("search", "sell tea", "-k", "1", "--json").json()["evidence"][0]["board"]["id"]
    assert kb("boards", "rm", removable, "--json").json() == {"removed": [removable]}
    assert kb("boards", "show", removable).code == 2


def test_an_interrupted_ingest_says_how_it_goes_on(
    home: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.pipeline.ingest", interrupted)
    ran = kb("ingest", str(home), "--json")
    assert ran.code == 130
    assert "next `kb ingest` goes on" in ran.err
    assert ran.out == ""


def test_a_held_store_is_told(home: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.lock import WriterLock

    monkeypatch.setenv("KB_LOCK_WAIT_S", "0.1")
    (home / "x.canvas").write_bytes(canvas(["x"]))
    with WriterLock(home, 1.0).held("kb reindex"):
        ran = kb("ingest", str(home / "x.canvas"), "--json")
    assert (ran.code, ran.json()["error"]["code"]) == (1, "store_held")
    assert "waiting: the store is held by kb reindex" in ran.err


def test_search(board: str, kb: Kb) -> None:
    found = kb("search", "supplier late", "--tag", "risk", "-k", "2", "--json").json()
    assert sorted(found) == ["evidence", "query"]
    first = found["evidence"][0]
    assert first["board"] == {
        "id": board,
        "source": "alpha.canvas",
        "title": first["board"]["title"],
    }
    assert {"nodes", "region", "text", "score"} <= set(first)
    shown = kb("search", "supplier late", "-k", "1")
    assert "Risk: supplier late" in shown.out
    assert "alpha.canvas" in shown.out
    assert f"board {board}  region" in shown.out
    nothing = kb("search", "supplier", "--tag", "goal")
    assert (nothing.code, nothing.out.strip(), nothing.err.strip()) == (0, "", "nothing found")


@pytest.mark.parametrize("option", ["--tag", "--kind", "--unit"])
def test_a_filter_that_no_board_can_match_is_refused(board: str, kb: Kb, option: str) -> None:
    del board
    ran = kb("search", "supplier", option, "rsik", "--json")
    assert (ran.code, ran.json()["error"]["code"]) == (2, "bad_filter")


@pytest.mark.parametrize(
    ("option", "value", "hits"),
    [
        ("--unit", "relation", True),
        ("--kind", "table", False),
        ("--source", "alpha.canvas", True),
        ("--since", "2001-01-01", True),
        ("--until", "2001-01-01", False),
        ("--workspace", "nobody", False),
    ],
)
def test_search_filters(board: str, kb: Kb, option: str, value: str, hits: bool) -> None:
    del board
    found = kb("search", "ship the order", option, value, "--json").json()["evidence"]
    assert bool(found) == hits


def test_ask_shows_the_ink(board: str, kb: Kb, tmp_path: Path) -> None:
    ran = kb("ask", "What follows Pack the order?", "--show", str(tmp_path / "ink"))
    assert ran.code == 0
    assert "[1] alpha.canvas" in ran.out
    pictures = sorted((tmp_path / "ink").iterdir())
    assert pictures[0].name == f"1-{board}.png"
    kept = tmp_path / "kept.png"
    kb("boards", "picture", board, "--out", str(kept))
    with Image.open(pictures[0]) as marked, Image.open(kept) as plain:
        assert marked.size == plain.size
        assert marked.tobytes() != plain.convert("RGB").tobytes()

    told = kb("ask", "What follows Pack the order?", "--json").json()
    assert sorted(told) == [
        "answer", "answered", "citations", "evidence", "model", "note", "question",
    ]  # fmt: skip
    assert sorted(told["citations"][0]) == ["board", "n", "name", "nodes", "region", "text"]


def test_no_answer_is_no_failure(board: str, kb: Kb) -> None:
    del board
    ran = kb("ask", "Who won the 1998 world cup?", "--json")
    assert (ran.code, ran.json()["answered"], ran.json()["citations"]) == (0, False, [])


@pytest.mark.parametrize("command", ["search", "ask"])
def test_many_questions_from_a_file(board: str, kb: Kb, tmp_path: Path, command: str) -> None:
    del board
    path = tmp_path / "questions.jsonl"
    lines = [{"id": 7, "question": "What follows Check stock?"}, {"id": "b", "question": " "}]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    ran = kb(command, "--from", str(path))
    first, second = map(json.loads, ran.out.splitlines())
    assert ran.code == 3
    assert first["id"] == 7
    assert first["evidence"]
    assert (second["id"], list(second)) == ("b", ["id", "error"])


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"id": 1}', '{"question": "x"}'])
def test_a_wrong_line_is_named(board: str, kb: Kb, tmp_path: Path, line: str) -> None:
    del board
    path = tmp_path / "questions.jsonl"
    path.write_text(line, encoding="utf-8")
    ran = kb("ask", "--from", str(path))
    assert ran.code == 2
    assert "questions.jsonl, line 1" in ran.err


def test_boards(board: str, kb: Kb, tmp_path: Path) -> None:
    listed = kb("boards", "list")
    assert board in listed.out
    assert "alpha.canvas" in listed.out
    assert "beta.canvas" not in listed.out
    assert "- Pack the order" in kb("boards", "show", board).out
    scene = Scene.model_validate_json(kb("boards", "show", board, "--json").out)
    exported = tmp_path / "board.json"
    assert kb("boards", "export", board, "--out", str(exported)).code == 0
    assert Scene.model_validate_json(exported.read_text("utf-8")) == scene
    assert "flowchart" in kb("boards", "export", board, "--format", "mermaid").out
    assert kb("boards", "export", board, "--format", "docx").code == 2

    marked = tmp_path / "marked.png"
    node = scene.nodes[0]
    region = ",".join(map(str, node.bbox))
    places = ("--node", node.id, "--region", region)
    assert kb("boards", "picture", board, "--out", str(marked), *places).code == 0
    assert Image.open(io.BytesIO(marked.read_bytes())).size == (scene.width, scene.height)
    for wrong in ("1,2,3", "a,b,c,d", "0,0,9999999,1", "nan,0,1,1"):
        ran = kb("boards", "picture", board, "--out", str(marked), "--region", wrong)
        assert (ran.code, "region" in ran.err) == (2, True)


def test_a_source_with_several_boards_goes_only_as_a_whole(
    home: Path, kb: Kb, tmp_path: Path
) -> None:
    del home
    pages = [Image.new("RGB", (60, 40), shade) for shade in ("white", "grey")]
    pages[0].save(tmp_path / "two.tiff", save_all=True, append_images=pages[1:])
    assert kb("ingest", str(tmp_path / "two.tiff"), "--jobs", "1").code == 0
    ids = [
        board["id"]
        for board in kb("boards", "list", "--json").json()["boards"]
        if board["source"] == "two.tiff"
    ]
    refused = kb("boards", "rm", ids[0], "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (2, "several_boards")
    assert sorted(kb("boards", "rm", ids[0], "--yes", "--json").json()["removed"]) == sorted(ids)


def test_check_and_repair(home: Path, kb: Kb) -> None:
    told = kb("check", "--json").json()
    assert told == {"findings": [], "repaired": False, "left": 0, "lost": []}
    (home / "blobs" / "ab").mkdir(parents=True, exist_ok=True)
    (home / "blobs" / "ab" / "torn.part").write_bytes(b"x")
    found = kb("check", "--json")
    assert (found.code, found.json()["findings"][0]["kind"]) == (3, "torn_file")
    mended = kb("check", "--repair", "--json")
    assert (mended.code, mended.json()["left"]) == (0, 0)
    assert kb("check", "--read-data").code == 0


def test_reindex(home: Path, kb: Kb) -> None:
    del home
    before = kb("search", "stock", "--json").json()
    told = kb("reindex", "--json").json()
    assert (told["boards"], sorted(told)) == (2, ["boards", "seconds"])
    assert kb("search", "stock", "--json").json() == before


def test_config_names_origins_and_hides_secrets(
    reading: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_API_KEY", "hush-hush")
    ran = kb("config", "--json")
    rows = {row["name"]: row for row in ran.json()["settings"]}
    assert rows["home"] == {"name": "home", "value": str(reading), "from": "environment KB_HOME"}
    assert rows["collection"]["from"] == "default"
    assert "hush-hush" not in ran.out + kb("config").out


def test_extract_leaves_the_store_alone(
    kb: Kb, tmp_path: Path, quiet: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    del quiet
    monkeypatch.setenv("KB_HOME", str(tmp_path / "untouched"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "flow.canvas").write_bytes(canvas([f"One {name}", "Two"], [(0, 1)]))
    (tmp_path / "flow.xyz").write_bytes(b"nothing")
    files = [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "flow.xyz")]
    ran = kb("extract", *files)
    assert ran.code == 3
    assert "failed: flow.xyz" in ran.err
    scenes = [Scene.model_validate_json(line) for line in ran.out.splitlines()]
    assert [scene.nodes[0].text for scene in scenes] == ["One a", "One b"]

    out = tmp_path / "out"
    told = kb("extract", *files, "--out", str(out), "--json").json()
    assert [failure["source"] for failure in told["failed"]] == ["flow.xyz"]
    assert "flow.json" in {path.name for path in out.iterdir()}
    written = [Scene.model_validate_json(Path(p).read_text("utf-8")) for p in told["written"]]
    assert written == scenes
    assert not (tmp_path / "untouched").exists()


def test_words_on_a_board_do_not_steer_the_terminal(home: Path, kb: Kb, tmp_path: Path) -> None:
    del home
    evil = "\x1b[2Jgone \x1b]0;title\x07 [red]bold[/red] [1] \u202eback"
    (tmp_path / "evil.canvas").write_bytes(canvas([evil]))
    kb("ingest", str(tmp_path / "evil.canvas"), "--jobs", "1")
    told = kb("search", "gone", "--json").json()["evidence"][0]["board"]["id"]
    for ran in (kb("search", "gone"), kb("ask", "gone?"), kb("boards", "show", told)):
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.out + ran.err)
    assert "[red]bold[/red]" in kb("search", "gone").out


def test_serving_others_needs_a_key(reading: Path, kb: Kb) -> None:
    del reading
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.org"):  # noqa: S104 - must be refused
        ran = kb("serve", "--host", host)
        assert ran.code == 2
        assert "KB_API_KEY" in ran.err


def test_a_full_disk_is_no_bug(reading: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    del reading
    import errno
    import sqlite3

    from sqlalchemy.exc import OperationalError

    full = sqlite3.OperationalError("database or disk is full")
    for trouble in (
        OSError(errno.ENOSPC, "No space left on device", "/x"),
        OperationalError("INSERT", {}, full),
    ):

        def fail(*_: object, trouble: Exception = trouble, **__: object) -> None:
            raise trouble

        monkeypatch.setattr("kb.check.check", fail)
        ran = kb("check", "--json")
        assert (ran.code, ran.json()["error"]["code"]) == (1, "disk_full")
        assert ran.json()["error"]["hint"]


def test_a_damaged_catalog_is_no_bug() -> None:
    import sqlite3

    from sqlalchemy.exc import DatabaseError

    broken = sqlite3.DatabaseError("database disk image is malformed")
    told = as_kb_error(DatabaseError("SELECT 1", {}, broken))
    assert (told.code, told.exit_code) == ("store_damaged", 1)
    assert "sqlalche.me" not in told.message


def test_a_bug_is_called_one(reading: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    del reading

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("kb.check.check", fail)
    ran = kb("check", "--json")
    assert (ran.code, ran.json()["error"]["code"]) == (1, "bug")
    assert "Traceback" not in ran.err
    monkeypatch.setenv("KB_LOG_LEVEL", "debug")
    assert "Traceback" in kb("check").err
    assert "things" not in as_kb_error(ZeroDivisionError("of all things"), reveal=False).message


def test_a_wrong_setting_is_named(reading: Path, kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    del reading
    monkeypatch.setenv("KB_MAX_PAGES", "many")
    ran = kb("boards", "list")
    assert ran.code == 2
    assert "KB_MAX_PAGES" in ran.err
    assert kb("boards", "list", "--workspace", "a/b").code == 2


def test_minutes_as_markdown_file_and_json(kb: Kb, board: str, tmp_path: Path) -> None:
    shown = kb("minutes", board)
    assert shown.code == 0
    assert "## User flow" in shown.out
    made = kb("minutes", board, "--json", "--out", str(tmp_path / "m.md")).json()
    assert [ref["id"] for ref in made["boards"]] == [board]
    assert (tmp_path / "m.md").read_text("utf-8") == shown.out
    assert kb("minutes", "nope").code == 2


def test_follow_ups_with_a_history_file(kb: Kb, reading: Path, tmp_path: Path) -> None:
    del reading
    talk = str(tmp_path / "talk.jsonl")
    first = kb("ask", "What comes after Check stock?", "--history", talk, "--json").json()
    assert "Pack the order" in first["answer"]
    then = kb("ask", "and then?", "--history", talk, "--json").json()
    assert then["question"] == "What comes after Pack the order?"
    assert "Ship" in then["answer"]
    (tmp_path / "bad.jsonl").write_text("no json")
    assert kb("ask", "and then?", "--history", str(tmp_path / "bad.jsonl")).code == 2
