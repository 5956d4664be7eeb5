"""What is listed: boards by the one date that they have, twins apart, and workspaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.conftest import Connect, Kb
from tests.boardfiles import canvas

NAMES = ["2026-04-16-returns.canvas", "2024-01-02 复盘.canvas", "2031-12-31-plan.canvas"]


@pytest.fixture
def dated(home: Path, kb: Kb, tmp_path: Path) -> None:
    """A workspace with boards whose names tell their days."""
    del home
    for number, name in enumerate(NAMES):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(canvas([f"Board {number}", "退货"]))
    assert kb("ingest", str(tmp_path / "in"), "-w", "dated", "--jobs", "1").code == 0


@pytest.mark.usefixtures("dated")
def test_a_list_has_the_dates_that_search_goes_by(kb: Kb, connect: Connect) -> None:
    listed = kb("boards", "list", "-w", "dated", "--json").json()["boards"]
    newest_first = sorted(NAMES, reverse=True)
    assert [board["source"] for board in listed] == newest_first
    assert [(board["when"][:10], board["dated"]) for board in listed] == [
        (name[:10], "name") for name in newest_first
    ]
    pages = [
        connect().get("/v1/boards", params={"workspace": "dated", "limit": 1, "offset": at}).json()
        for at in range(3)
    ]
    assert [page["boards"][0]["source"] for page in pages] == newest_first
    rows = kb("boards", "list", "-w", "dated").out.splitlines()[1:]
    assert [row.split()[1] for row in rows] == [name[:10] for name in newest_first]
    since = kb("search", "退货", "-w", "dated", "--since", "2026-04-01", "--json").json()
    assert {found["board"]["source"] for found in since["evidence"]} == {
        board["source"] for board in listed if board["when"] >= "2026-04-01"
    }


@pytest.mark.usefixtures("home")
def test_a_new_place_tells_another_date(kb: Kb, tmp_path: Path) -> None:
    for name in ("2026-05-05.canvas", "2020-02-02 copy.canvas"):
        (tmp_path / name).write_bytes(canvas(["Same bytes"]))
        assert kb("ingest", str(tmp_path / name), "-w", "dated", "--jobs", "1").code == 0
    (board,) = kb("boards", "list", "-w", "dated", "--json").json()["boards"]
    assert board["when"][:10] == "2020-02-02"
    assert "2020-02-02" in kb("boards", "show", board["id"], "-w", "dated").err


@pytest.mark.usefixtures("home")
def test_files_of_one_name_are_told_apart(kb: Kb, tmp_path: Path) -> None:
    places = [tmp_path / folder / "plan.canvas" for folder in ("a", "乙")]
    for place in places:
        place.parent.mkdir()
        place.write_bytes(canvas([f"Plan of {place.parent.name}"]))
        assert kb("ingest", str(place), "--jobs", "1").code == 0
    listed = kb("boards", "list")
    assert [str(place) in listed.out for place in places] == [True, True]
    assert " alpha.canvas" in listed.out  # the only one of its name
    origins = {
        board["id"]: board["origin"]
        for board in kb("boards", "list", "--json").json()["boards"]
        if board["source"] == "plan.canvas"
    }
    assert sorted(origins.values()) == sorted(map(str, places))
    for board, origin in origins.items():
        assert f"from: {origin}" in kb("boards", "show", board).err


@pytest.mark.usefixtures("reading")
def test_workspaces_are_listed(kb: Kb, reader: Connect) -> None:
    told = {"workspaces": [{"name": "alpha", "boards": 1}, {"name": "beta", "boards": 1}]}
    assert kb("workspaces", "--json").json() == told
    assert kb("workspaces").out == "alpha  1 board\nbeta  1 board\n"
    assert reader().get("/v1/workspaces").json() == told
    guarded = reader(api_key="hush")
    assert guarded.get("/v1/workspaces").status_code == 401
    assert guarded.get("/v1/workspaces", headers={"X-API-Key": "hush"}).json() == told


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    "command",
    [
        ["ask", "What is stock?"],
        ["ask", "库存怎么办?", "--stream"],
        ["search", "stock"],
        ["search", "库存", "--json"],
        ["boards", "list"],
    ],
)
def test_a_workspace_without_boards_says_so(kb: Kb, command: list[str]) -> None:
    ran = kb(*command, "-w", "nosuchws")
    assert ran.code == 0
    assert "workspace 'nosuchws' holds no boards; `kb ingest` adds some" in ran.err
    assert "holds no boards" not in kb(*command).err


@pytest.mark.usefixtures("reading")
def test_an_answer_notes_that_there_are_no_boards(kb: Kb, reader: Connect) -> None:
    told = kb("ask", "What is stock?", "-w", "nosuchws", "--json").json()
    assert "'nosuchws' holds no boards" in told["note"]
    asked = reader().post("/v1/ask?workspace=nosuchws", json={"question": "What is stock?"})
    assert asked.json()["note"] == told["note"]
    unserved = reader(llm_url="http://127.0.0.1:9/v1")  # no model is asked in vain
    asked = unserved.post("/v1/ask?workspace=nosuchws", json={"question": "What is stock?"})
    assert asked.json()["note"] == told["note"]


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("option", "field", "value", "known"),
    [
        ("--board", "boards", "0000000000000000", False),
        ("--board", "boards", "nope", False),
        ("--source", "source", "docs", False),
        ("--source", "source", "文档/a.canvas", False),
        ("--source", "source", "alpha.canvas", True),
        ("--source", "source", "./alpha.canvas", True),
    ],
)
def test_a_filter_that_names_nothing_there_is_told(
    kb: Kb, reader: Connect, option: str, field: str, value: str, known: bool
) -> None:
    ran = kb("search", "stock", option, value, "--json")
    parameters = {"q": "stock", option.removeprefix("--"): value}
    got = reader().get("/v1/search", params=parameters)
    filters = {field: [value] if field == "boards" else value}
    posted = reader().post("/v1/search", json={"query": "stock", "filters": filters})
    assert (ran.code, got.status_code, posted.status_code) == (
        (0, 200, 200) if known else (2, 404, 404)
    )
    if not known:
        assert ran.json()["error"]["code"] == "not_found"
        assert ran.json() == got.json() == posted.json()


def test_a_list_without_links_says_so(reading: Path, kb: Kb) -> None:
    del reading
    ran = kb("links", "list", "--name", "nothing of that name")
    assert (ran.code, ran.out) == (0, "")
    assert "no links" in ran.err


@pytest.mark.usefixtures("home")
def test_one_is_not_many(kb: Kb) -> None:
    board = kb("boards", "list", "--json").json()["boards"][0]["id"]
    assert "1 event;" in kb("timeline", "Ship").err
    assert "removed 1 board\n" in kb("boards", "rm", board).err


def test_the_version_is_told(kb: Kb) -> None:
    from importlib.metadata import version

    ran = kb("--version")
    assert (ran.code, ran.out) == (0, f"kb {version('whiteboard-kb')}\n")
