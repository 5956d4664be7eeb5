from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import nullcontext

import pytest

from evals.answers import halves, injection
from evals.answers.injection import instructions
from evals.retrieval import passages, sets
from evals.retrieval.files import canvas, excalidraw, write
from evals.retrieval.layout import places
from evals.retrieval.notation import drawings
from evals.retrieval.questions import CATEGORIES, HALVES, UNANSWERABLE, questions
from evals.retrieval.real import write_real
from evals.retrieval.world import ingest_all, own_drawings, plain
from ingest.board import Limits
from ingest.readers import canvas as canvas_reader
from ingest.readers import excalidraw as excalidraw_reader
from kb.errors import WrongUse
from tests.embedding import HashedWords
from tests.stores import open_store

REAL = ("processes/", "kept/")


@pytest.fixture(scope="module")
def boards():
    return {board.name.rpartition(".")[0]: board for board in own_drawings()}


@pytest.fixture(scope="module")
def asked():
    return {half: questions(half) for half in HALVES}


def test_there_are_as_many_as_the_figures_need(boards, asked):
    assert len(boards) >= 250
    assert all(len(one) >= 200 for one in asked.values())
    for one in asked.values():
        kinds = Counter(question.category for question in one)
        assert 0.2 <= kinds[UNANSWERABLE] / len(one) <= 0.3
        assert set(kinds) == set(CATEGORIES)


def test_every_right_node_stands_once_on_its_board(boards, asked):
    for question in [*asked["dev"], *asked["report"]]:
        for place in [place for group in question.places for place in group]:
            if place.board.startswith(REAL):
                continue
            texts = [plain(thing.text) for thing in boards[place.board].things]
            for node in map(plain, place.nodes):
                begun = sum(text.startswith(node) for text in texts)
                assert begun == 1 or node in texts, (question.id, place.board, node)


def test_halves_ask_about_different_boards(asked):
    named = [
        {place.board for one in asked[half] for group in one.places for place in group}
        for half in HALVES
    ]
    assert named[0].isdisjoint(named[1])


def test_halves_ask_the_same_kinds_in_both_languages(asked):
    shares = []
    for half in HALVES:
        count = Counter(one.language for one in asked[half])
        shares.append(count["zh"] / len(asked[half]))
    assert min(shares) > 0.2
    assert abs(shares[0] - shares[1]) < 0.15


def test_no_question_is_asked_twice_and_ids_are_unique(asked):
    everything = [*asked["dev"], *asked["report"]]
    assert len({one.id + one.text for one in everything}) == len(everything)
    for half in HALVES:
        assert len({one.text for one in asked[half]}) == len(asked[half])
        assert len({one.id for one in asked[half]}) == len(asked[half])


def test_sixty_instructions_each_with_a_canary():
    told = instructions()
    assert len(told) == 60
    assert all(one.text and one.canary for one in told)
    assert len({one.canary for one in told}) > 45


def _scene(board):
    made = canvas(board) if board.name.endswith(".canvas") else excalidraw(board)
    reader = canvas_reader if board.name.endswith(".canvas") else excalidraw_reader
    return next(reader.read(json.dumps(made).encode(), board.name, Limits()))


def test_files_say_what_was_drawn(boards):
    for board in list(boards.values())[::9]:
        read = _scene(board)
        scene = read.scene
        texts = {node.id: node.text for node in scene.nodes}
        assert {one.id: one.text for one in board.things}.items() <= texts.items()
        lines = {(one.source, one.target, one.label, one.directed) for one in scene.relations}
        assert lines == {(one.source, one.target, one.label, one.directed) for one in board.joins}
        if not board.name.endswith(".canvas"):
            assert read.captured_at is not None
            assert read.captured_at.timestamp() == board.drawn.timestamp()
            assert scene.title == board.title or not board.title


def test_things_in_frames_know_their_frame(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("=== 2026-01-02 | T\n# Risks@red\n* fire@pink\n#\n- free\n", encoding="utf-8")
    scene = _scene(drawings(path)[0]).scene
    by_text = {node.text: node for node in scene.nodes}
    assert by_text["fire"].parent == by_text["Risks"].id
    assert by_text["Risks"].color == "red"
    assert by_text["fire"].fill == "pink"
    assert by_text["free"].parent is None


def test_nothing_stands_on_top_of_something_else(boards):
    for board in boards.values():
        at, _ = places(board)
        boxes = list(at.values())
        for place, (x0, y0, x1, y1) in enumerate(boxes):
            for a, b, c, d in boxes[:place]:
                assert x1 <= a or c <= x0 or y1 <= b or d <= y0, board.name


def test_writing_twice_gives_the_same_bytes(boards, tmp_path):
    some = list(boards.values())[:3]
    first = [path.read_bytes() for path in write(some, tmp_path / "a")]
    assert first == [path.read_bytes() for path in write(some, tmp_path / "b")]


@pytest.mark.parametrize("line", ["- ", "a & b", "[] -> b", "=== x oval | T", "a -> "], ids=str)
def test_senseless_lines_are_told_with_their_number(tmp_path, line):
    path = tmp_path / "x.txt"
    path.write_text(f"=== 2026-01-02 | T\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt, line 2"):
        drawings(path)


@pytest.mark.parametrize(
    "line", ["lookup | what?", "nosuch | what? | a: b", "lookup | what? | a", "lookup"], ids=str
)
def test_questions_without_what_is_right_are_refused(tmp_path, line):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "x.txt").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt, line 1"):
        questions("dev", tmp_path)


def test_a_question_in_full(tmp_path):
    (tmp_path / "dev").mkdir()
    line = r"diff | What? | a: x; y ~ b + c/d: p \| q | one or two; three"
    (tmp_path / "dev" / "x.txt").write_text(f"# note\n{line}\n", encoding="utf-8")
    (one,) = questions("dev", tmp_path)
    assert [[(p.board, p.nodes) for p in group] for group in one.places] == [
        [("x/a", ("x", "y")), ("x/b", ())],
        [("c/d", ("p | q",))],
    ]
    assert one.facts == (("one", "two"), ("three",))
    assert re.fullmatch(r"x-\d+", one.id)


@pytest.mark.slow
def test_one_half_is_asked_of_the_product_and_of_what_it_stands_beside(tmp_path, monkeypatch):
    base = open_store(tmp_path / "store")
    (tmp_path / "x.txt").write_text(BOARDS, encoding="utf-8")
    files = tmp_path / "files"
    write(drawings(tmp_path / "x.txt"), files)
    monkeypatch.setattr(sets, "opened", lambda *_, **__: nullcontext(base))
    monkeypatch.setattr(halves, "opened", lambda *_, **__: nullcontext(base))
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "x.txt").write_text(ASKED, encoding="utf-8")
    ours = questions("dev", tmp_path)
    monkeypatch.setattr(sets, "questions", lambda _: ours)
    monkeypatch.setattr(halves, "questions", lambda _: ours)
    with base:
        ingest_all(base, files, base.settings.workspace)
        text, data = sets.run("dev", wrong=True, plots=tmp_path / "found.md")
        said, figures = halves.run("dev", wrong=True, plots=tmp_path / "found.md")
    assert set(data["systems"]) == {"this", "BM25", "LlamaIndex", "description"}
    ours = data["systems"]["this"]["all"]
    assert ours["questions"] == 2
    assert ours["recall5"][0] == 1
    assert ours["nodes"][0] == 1
    assert "2 answerable questions, 3 boards" in text
    assert "2 answerable and 1 unanswerable questions, 3 boards" in said
    assert set(figures["refusals"]) == {"unanswerable refused", "answerable refused"}
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "found-answers.svg", "found-ndcg.svg", "found-nodes.svg", "found-recall5.svg",
    ]  # fmt: skip


BOARDS = """
=== 2026-01-02 box | Billing
Order -> Invoice -> (Paid)
Invoice -[late]-> Reminder@red
=== 2026-01-03 | Garden
- water the roses - Ruth
- mow the lawn - Ben
=== 2026-01-04 | 厨房
- 买盐 王芳
"""
ASKED = """
follows | What comes after the invoice? | 2026-01-02: Paid | paid
owner | Who will mow the lawn? | 2026-01-03: mow | Ben
none | Who paints the fence? | 2026-01-03
"""


def test_passages_are_found_through_the_index(tmp_path, monkeypatch):
    texts = {"p1": "Roses need water every day", "p2": "The lawn is mown on Fridays"}
    for name in passages.SETS["xquad"]:
        folder = tmp_path / name
        (folder / "qrels").mkdir(parents=True)
        rows = [json.dumps({"_id": key, "text": text}) for key, text in texts.items()]
        (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
        asked = json.dumps({"_id": "q1", "text": "When is the lawn mown?"})
        (folder / "queries.jsonl").write_text(f"{asked}\n", encoding="utf-8")
        (folder / "qrels" / "test.tsv").write_text("q\td\ts\nq1\tp2\t1\n", encoding="utf-8")
    monkeypatch.setattr("kb.embed.open_embedder", lambda _settings: HashedWords())
    text, data = passages.run("xquad", data=tmp_path, home=tmp_path / "home")
    again, _ = passages.run("xquad", data=tmp_path, home=tmp_path / "home")
    assert text == again
    for system in ("this", "BM25"):
        assert data["systems"][system]["xquad-en"]["ndcg"][0] == 1


def test_missing_passages_are_wrong_use(tmp_path):
    with pytest.raises(WrongUse, match="no passages"):
        passages.run("cmrc", data=tmp_path)


@pytest.mark.slow
def test_instructions_change_nothing_where_they_are_not_obeyed(tmp_path, monkeypatch):
    monkeypatch.setattr("kb.embed.open_embedder", lambda _settings: HashedWords())
    monkeypatch.setattr(injection, "instructions", lambda: instructions()[:3])
    text, data = injection.run("dev", home=tmp_path / "home")
    assert data["counts"]["obeyed"] == 0
    assert data["counts"]["numbers without a citation"] == 0
    assert "3 boards with an instruction each" in text


def test_a_marked_process_becomes_a_board_with_the_same_ids(tmp_path):
    def node(name, kind, text, box):
        return {"id": name, "kind": kind, "text": text, "bbox": box, "label_bbox": None}

    def edge(name, source, target, label, points):
        ends = {"source": source, "target": target}
        return {"id": name, "label": label, "waypoints": points, **ends}

    truth = {
        "nodes": [
            node("p", "pool", "Shop", [0, 0, 900, 300]),
            node("a", "task", "Take\norder", [50, 50, 150, 120]),
            node("g", "exclusiveGateway", "", [300, 50, 360, 110]),
            node("e", "endEvent", "Done", [500, 50, 540, 90]),
        ],
        "edges": [
            edge("f", "a", "g", "", [[150, 80], [300, 80]]),
            edge("h", "g", "e", "ok", [[360, 80], [500, 70]]),
            edge("x", "g", "gone", "", [[0, 0], [1, 1]]),
        ],
    }  # fmt: skip
    folder = tmp_path / "data" / "hdbpmn" / "truth" / "val"
    folder.mkdir(parents=True)
    (folder / "ex00_writer0001.json").write_text(json.dumps(truth), encoding="utf-8")
    assert write_real(tmp_path / "out", tmp_path / "data") == 1
    (file,) = (tmp_path / "out").rglob("*.excalidraw")
    scene = next(excalidraw_reader.read(file.read_bytes(), file.name, Limits())).scene
    assert {one.id: (one.kind, one.text) for one in scene.nodes} == {
        "p": ("container", "Shop"), "a": ("box", "Take\norder"), "g": ("diamond", ""),
        "e": ("ellipse", "Done"),
    }  # fmt: skip
    assert {(one.source, one.target, one.label) for one in scene.relations} == {
        ("a", "g", ""), ("g", "e", "ok"),
    }  # fmt: skip


def test_no_data_no_real_boards(tmp_path):
    assert write_real(tmp_path / "out", tmp_path / "nothing") == 0
