"""The boards that the extraction eval measures, the sheet that it draws, and its command line."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from api.cli.main import run as kb
from evals.extraction import measure as measuring
from evals.extraction.clarity import clarity_of
from evals.extraction.compare import compare
from evals.extraction.hdbpmn import kind_of, true_boards
from evals.extraction.measure import measure
from evals.extraction.photos import HELD_BACK, TRUTH
from evals.extraction.rendered import GROUPS, rendered_boards
from evals.extraction.restyled import native_boards, native_files, restyled_boards
from evals.extraction.restyled.recolour import ink_share
from evals.extraction.run import _measured
from evals.extraction.scenes import true_board
from evals.extraction.sets import BoardSet, photos
from evals.extraction.sheet import write_sheet
from evals.extraction.truth import TrueBoard, TrueEdge, TrueNode
from kb.errors import WrongUse
from kb.scene import ExtractorInfo, Node, Relation, Scene
from tests.shared import shared_data


def truth(name="ex00_writer0001"):
    """hdBPMN's form: a task, an event with its label outside, a gateway, a pool, a note."""
    nodes = [
        ("t", "task", [100, 100, 260, 180], "Pack\norder", [110, 110, 250, 170]),
        ("e", "startEvent", [20, 120, 60, 160], "Order in", [10, 165, 80, 185]),
        ("g", "exclusiveGateway", [320, 115, 370, 165], "", None),
        ("p", "pool", [0, 80, 400, 220], "Shop", [0, 80, 15, 220]),
        ("n", "textAnnotation", [280, 200, 380, 216], "by hand", None),
    ]
    edges = [("e", "t", "sequenceFlow"), ("t", "g", "sequenceFlow"), ("p", "t", "messageFlow")]
    return {
        "id": name,
        "image": f"images/val/{name}.jpg",
        "width": 400,
        "height": 300,
        "nodes": [
            {"id": i, "kind": kind, "bbox": box, "text": text, "label_bbox": label}
            for i, kind, box, text, label in nodes
        ],
        "edges": [
            {"id": f"{a}{b}", "kind": kind, "source": a, "target": b, "label": "",
             "label_bbox": None, "waypoints": [[60, 140], [100, 140]]}
            for a, b, kind in edges
        ],
        "words": [],
    }  # fmt: skip


@pytest.fixture
def data(tmp_path):
    for folder in ("truth/val", "images/val"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("ex00_writer0001", "ex04_writer0001"):
        (tmp_path / f"truth/val/{name}.json").write_text(json.dumps(truth(name)), "utf-8")
        picture = Image.new("RGB", (400, 300), (235, 235, 230))
        picture.paste((40, 40, 60), (100, 100, 104, 180))
        picture.save(tmp_path / f"images/val/{name}.jpg")
    return tmp_path


def test_hdbpmn_as_nodes_and_edges(data):
    one, other = true_boards(data, "val")
    assert [(n.id, n.kind) for n in one.nodes] == [("t", "box"), ("e", "ellipse"), ("g", "diamond")]
    assert [(e.source, e.target) for e in one.edges] == [("e", "t"), ("t", "g")]
    # the event's label, the pool's title and the note; the task's words are its own
    assert set(one.loose) == {(10, 165, 80, 185), (0, 80, 15, 220), (280, 200, 380, 216)}
    assert (one.group, other.group) == ("other exercise", "exercise left out of training")
    assert one.picture().size == one.size == (400, 300)


@pytest.mark.parametrize(
    ("bpmn", "kind"),
    [
        ("task", "box"),
        ("subProcessCollapsed", "box"),
        ("callActivity", "box"),
        ("eventBasedGateway", "diamond"),
        ("messageIntermediateCatchEvent", "ellipse"),
        ("dataObject", "document"),
        ("dataStore", "cylinder"),
    ],
)
def test_kinds_of_bpmn(bpmn, kind):
    assert kind_of(bpmn) == kind


def test_a_scene_as_truth():
    info = ExtractorInfo(name="truth")
    nodes = [
        Node(id="a", kind="box", bbox=(0, 0, 50, 50), text="A"),
        Node(id="b", kind="text", bbox=(100, 0, 150, 50), text="B"),
        Node(id="f", kind="container", bbox=(0, 0, 160, 90), text="Frame"),
        Node(id="h", kind="title", bbox=(0, 60, 60, 80), text="Heading"),
    ]
    relations = [
        Relation(id="1", source="a", target="b", label="yes"),
        Relation(id="2", source="b", target="a", kind="line", directed=False),
        Relation(id="3", source="f", target="a"),
        Relation(id="4", source="b", target="a", kind="contains"),
    ]
    true = Scene(width=200, height=100, nodes=nodes, relations=relations, extractor=info)
    board = true_board("x", partial(Image.new, "RGB", (200, 100)), true)
    assert [node.id for node in board.nodes] == ["a", "b"]
    assert [(edge.source, edge.target) for edge in board.edges] == [("a", "b")]
    assert board.loose == ((0, 60, 60, 80),)
    assert set(board.sayings) == {"Frame", "Heading", "yes"}


def test_restyled_boards_carry_their_truth_along(data):
    one = next(true_boards(data, "val"))
    # a black square as the only node: on the new photo it must lie where the truth says
    picture = Image.new("RGB", (800, 600), (240, 238, 235))
    picture.paste((30, 30, 35), (396, 296, 404, 304))
    square = replace(
        one, picture=lambda: picture, size=(800, 600),
        nodes=(TrueNode("s", "box", (396, 296, 404, 304)),), edges=(), loose=(),
    )  # fmt: skip
    for name in ("p", "q", "r"):
        (seen,) = restyled_boards([replace(square, name=name)])
        (again,) = restyled_boards([replace(square, name=name)])
        pixels = np.asarray(seen.picture(), float).mean(axis=2)
        assert (pixels == np.asarray(again.picture(), float).mean(axis=2)).all()
        assert seen.size == seen.picture().size
        assert seen.group in ("whiteboard", "coloured paper", "blackboard")
        x0, y0, x1, y1 = (round(v) for v in seen.nodes[0].box)
        inside = pixels[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4].mean()
        around = np.median(pixels[y0 - 25 : y1 + 25, x0 - 25 : x1 + 25])
        assert abs(inside - around) > 40, name


def test_rules_are_no_ink():
    paper = np.full((300, 400, 3), 230, np.uint8)
    paper[::20] = 205  # squared paper
    paper[100:110, 50:350] = 40
    share = ink_share(paper)
    assert share[102:108, 60:340].min() > 0.95
    assert share[[20, 60, 200]].max() < 0.1


def test_native_boards_by_another_hand():
    boards = list(native_boards(native_files(shared_data("native"))[:6]))
    assert len(boards) == 6
    for board in boards:
        wide, high = board.size
        for node in board.nodes:
            x0, y0, x1, y1 = node.box
            assert -1 <= x0 < x1 <= wide + 1
            assert -1 <= y0 < y1 <= high + 1
        ids = {node.id for node in board.nodes}
        assert all({edge.source, edge.target} <= ids for edge in board.edges)
    assert sum(len(board.edges) for board in boards) > 30
    assert {board.language for board in boards} >= {"en", "zh"}


def test_rendered_groups():
    for group in GROUPS:
        board, again = (next(rendered_boards(group, 1)) for _ in range(2))
        assert board.nodes == again.nodes
        assert board.picture().size == board.size
        assert board.language == group.language
        if group.photo:  # as many pixels as a phone's
            assert 1.2e6 < board.size[0] * board.size[1] < 6e6
        if group.wordy:
            words = sum(node.kind == "text" for node in board.nodes)
            assert words > len(board.nodes) / 2


def test_a_blurred_and_a_faint_picture_are_told():
    noise = np.random.default_rng(0).random((60, 80)) < 0.2
    sharp = Image.fromarray(np.where(noise, 20, 240).astype(np.uint8))
    sharp = sharp.resize((960, 720), Image.Resampling.NEAREST)
    blurred = sharp.filter(ImageFilter.GaussianBlur(4))
    faint = sharp.point(lambda v: 200 + v // 8)
    assert clarity_of(blurred)[0] < 0.6 * clarity_of(sharp)[0]
    assert clarity_of(faint)[1] < 0.3 * clarity_of(sharp)[1]
    assert clarity_of(faint)[0] == pytest.approx(clarity_of(sharp)[0], rel=0.2)


def reading(name="one"):
    board = TrueBoard(
        name, partial(Image.new, "RGB", (600, 400), "white"), (600, 400),
        (
            TrueNode("a", "box", (20, 20, 120, 80), "检查"),
            TrueNode("b", "diamond", (300, 20, 400, 100)),
            TrueNode("c", "box", (300, 300, 400, 380), "<b>"),
        ),
        (TrueEdge("a", "b", ((120, 50), (300, 60))), TrueEdge("a", "c")),
    )  # fmt: skip
    nodes = [
        Node(id="1", kind="box", bbox=(20, 20, 120, 80), text="检杏"),
        Node(id="2", kind="ellipse", bbox=(300, 20, 400, 100)),
        Node(id="3", kind="sticky", bbox=(20, 200, 120, 300)),
    ]
    relations = [
        Relation(id="r1", source="1", target="2"),
        Relation(id="r2", source="2", target="3", path=((350, 100), (100, 220))),
    ]
    info = ExtractorInfo(name="t")
    return compare(
        Scene(width=600, height=400, nodes=nodes, relations=relations, extractor=info), board
    )


def perfect():
    board = replace(reading().board, name="two", edges=())
    nodes = [Node(id=n.id, kind=n.kind, bbox=n.box, text=n.text) for n in board.nodes]
    info = ExtractorInfo(name="t")
    return compare(Scene(width=600, height=400, nodes=nodes, extractor=info), board)


def test_the_sheet_shows_right_missed_and_wrong(tmp_path):
    from evals.extraction.verdict import MISSED, RIGHT, WRONG, drawn

    pixels = np.asarray(drawn(reading(), 600)).reshape(-1, 3)
    counts = [int((pixels == colour).all(axis=1).sum()) for colour in (RIGHT, MISSED, WRONG)]
    assert min(counts) > 200
    clean = np.asarray(drawn(perfect(), 600)).reshape(-1, 3)
    assert not any((clean == colour).all(axis=1).any() for colour in (MISSED, WRONG))

    write_sheet(tmp_path / "sheet.jpg", [perfect(), reading()])
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width > 2 * 760
    write_sheet(tmp_path / "sheet.html", [perfect(), reading()])
    page = (tmp_path / "sheet.html").read_text("utf-8")
    assert page.index("one  nodes") < page.index("two  nodes")  # worst first
    assert "<td>检查<td>检杏" in page
    assert "<td>&lt;b&gt;<td>–" in page
    assert "http" not in page


class Blank:
    """An extractor that sees nothing."""

    name, version = "blank", "1"

    def extract(self, picture, **_):
        return Scene(
            width=picture.width, height=picture.height, extractor=ExtractorInfo(name="blank")
        )


def test_the_command_prints_the_table_and_writes_files(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("evals.extraction.run.open_extractor", lambda _: Blank())
    monkeypatch.setattr("evals.extraction.cost.ocr_seconds", lambda files: 2.0 * len(files))
    out, sheet = tmp_path / "out.json", tmp_path / "sheet.html"
    code = kb(
        ["eval", "extraction", "--data", str(data), "--json", str(out), "--sheet", str(sheet)]
    )
    assert code == 0
    told = capsys.readouterr().out
    assert "| node F1 at IoU ≥ .5 | .000 |" in told
    assert "| published: node text F1 | .000 | .000 … .000 | .650 | .820 | missed | .515 |" in told
    report = json.loads(out.read_text("utf-8"))
    (one,) = report["sets"]
    assert (one["set"], one["pictures"]) == ("hdBPMN val", 2)
    assert one["figures"]["cer"]["value"] == 1
    assert one["figures"]["edge_f1"] | {"low": 0, "high": 0} == {
        "value": 0, "low": 0, "high": 0, "must": 0.93, "aim": 0.96, "met": False,
    }  # fmt: skip
    assert one["figures"]["cpu_over_ocr"]["met"] is True
    assert sheet.is_file()


def test_a_limit_spreads_evenly(data, monkeypatch, capsys):
    monkeypatch.setattr("evals.extraction.run.open_extractor", lambda _: Blank())
    monkeypatch.setattr("evals.extraction.cost.ocr_seconds", lambda files: 2.0 * len(files))
    assert kb(["eval", "extraction", "--data", str(data), "--limit", "1"]) == 0
    assert "hdBPMN val: 1 pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        (["--data", "/nowhere"], "no_data", "--data names the folder"),
        (["--boards", "/nowhere"], "no_data", "boards/NAME.jpg"),
        (["--split", "test"], "unknown_split", "train, val"),
        (["--without", "magic"], "unknown_stage", "stages of the local extractor"),
        (["--extractor", "magic"], "unknown_extractor", "local"),
        (["--sheet", "sheet.docx"], "wrong_suffix", ".html"),
        (["--json", "/nowhere/at/all.json"], "wrong_use", "make it first"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(options, code, hint, capsys, monkeypatch):
    monkeypatch.setattr(measuring, "measure", None)
    assert kb(["eval", "extraction", *options]) == 2
    err = capsys.readouterr()
    text = err.out + err.err
    assert hint in text
    if "--json" in options:
        assert json.loads(err.out)["error"]["code"] == code


def test_cpu_time_leaves_the_start_out(data, monkeypatch):
    spent = [0.0]

    class Slow(Blank):
        def extract(self, picture, **more):
            spent.append(spent[-1] + (100.0 if len(spent) == 1 else 1.0))  # the nets load
            return super().extract(picture, **more)

    monkeypatch.setattr("time.process_time", lambda: spent[-1])
    assert [one.seconds for one in measure(Slow(), true_boards(data, "val"))] == [1.0, 1.0]


def test_photos_lack_nothing_but_words_and_no_photo_is_in_both_halves(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="none of the photos"):
        list(photos(tmp_path, 0))
    for path in TRUTH.glob("*.json"):
        scene = Scene.model_validate_json(path.read_bytes())
        assert not any(node.text for node in scene.nodes)
        size = (scene.width, scene.height)
        Image.new("RGB", size).save(tmp_path / f"slakeyj__{path.stem}.jpg")
    seen, held = ({board.name: board for board in one.boards} for one in photos(tmp_path, 0))
    assert set(held) == HELD_BACK
    assert not seen.keys() & held.keys()
    for board in (*seen.values(), *held.values()):
        assert board.nodes
        assert len(board.loose) + len(board.nodes) > 8


@pytest.mark.parametrize("wordless", [False, True])
def test_letters_are_measured_where_words_are_known(wordless: bool) -> None:
    class Blind:
        name, version = "blind", "1"

        def extract(self, picture: Image.Image, **_options: object) -> Scene:
            info = ExtractorInfo(name=self.name, version=self.version)
            return Scene(width=picture.width, height=picture.height, extractor=info)

    boards = list(rendered_boards(GROUPS[0], 1))
    _, report = _measured(Blind(), BoardSet("some", boards, 1, wordless=wordless))
    assert ("cer" in report.figures) != wordless
    assert "node_f1" in report.figures
    columns = {column for rows in report.tables.values() for row in rows for column in row}
    assert ("cer" in columns) != wordless
