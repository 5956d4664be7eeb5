"""The sample boards: complete, within bounds, and as their makers say."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from defusedxml import ElementTree
from PIL import Image

from evals.boards import render
from evals.samples import BOARDS, HERE, QUESTIONS, TRUTH
from evals.samples.__main__ import SAMPLES, encode, truth_names
from evals.samples.sample import Sample
from kb.scene import Scene

NATIVE = {".excalidraw", ".canvas", ".drawio", ".inkml"}


@cache
def texts_of(name: str) -> str:
    """Return all words of a sample: of its truth, or of the native file itself."""
    path = BOARDS / name
    stem = path.stem
    files = [*TRUTH.glob(f"{stem}.json"), *TRUTH.glob(f"{stem}-[0-9].json")]
    if not files:
        return path.read_text(encoding="utf-8")
    scenes = [Scene.model_validate_json(file.read_bytes()) for file in files]
    words = [n.text for s in scenes for n in s.nodes] + [
        r.label for s in scenes for r in s.relations
    ]
    return "\n".join(words)


def load_questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def test_every_file_is_told_in_the_readme_and_every_rendered_one_has_its_truth():
    told = re.findall(r"^\| `([^`]+)` \|", (HERE / "README.md").read_text(encoding="utf-8"), re.M)
    files = sorted(path.name for path in BOARDS.iterdir())
    assert files == sorted(told)
    rendered = {sample.name for sample in SAMPLES}
    assert {name for name in files if Path(name).suffix not in NATIVE} == rendered
    assert {f.name for f in TRUTH.iterdir()} == {t for s in SAMPLES for t in truth_names(s)}


def test_sizes_are_bounded():
    assert sum(f.stat().st_size for f in HERE.rglob("*") if f.is_file()) < 6 * 2**20
    assert all(f.stat().st_size < 2**20 for f in BOARDS.iterdir())


def test_a_third_is_chinese_and_a_third_are_photos():
    files = list(BOARDS.iterdir())
    chinese = [f for f in files if "-zh" in f.stem]
    assert 3 * len(chinese) >= len(files)
    assert all(re.search(r"[\u4e00-\u9fff]{2}", texts_of(f.name)) for f in chinese)
    assert 3 * sum(f.suffix == ".jpg" for f in files) >= len(files)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.name.endswith(".jpg")], ids=str)
def test_photos_carry_their_capture_time(sample: Sample):
    with Image.open(BOARDS / sample.name) as picture:
        stamp = picture.getexif().get_ifd(0x8769)[0x9003]
    assert datetime.strptime(stamp, "%Y:%m:%d %H:%M:%S") == sample.taken
    assert sample.name.startswith(stamp[:10].replace(":", "-"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_truth_fits_the_picture(sample: Sample):
    truths = [Scene.model_validate_json((TRUTH / n).read_bytes()) for n in truth_names(sample)]
    path = BOARDS / sample.name
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            sizes = [
                tuple(side / 72 * 150 for side in pdf.get_page_size(i)) for i in range(len(pdf))
            ]
    else:
        with Image.open(path) as picture:
            sizes = [picture.size]
    assert len(sizes) == len(truths)
    for (width, height), truth in zip(sizes, truths, strict=True):
        assert (truth.width, truth.height) == pytest.approx((width, height), abs=1)
        assert len(truth.nodes) >= 6
        assert truth.extractor.name == "truth"


def drawn_again(sample: Sample) -> None:
    boards = [render(page) for page in sample.pages]
    for name, board in zip(truth_names(sample), boards, strict=True):
        assert Scene.model_validate_json((TRUTH / name).read_bytes()) == board.scene
    if sample.name.endswith(".pdf"):
        return
    # other versions of the libraries may round otherwise and pack differently
    with (
        Image.open(BOARDS / sample.name) as kept,
        Image.open(BytesIO(encode(sample, boards))) as drawn,
    ):
        pair = [np.asarray(p.convert("RGB"), np.int16) for p in (kept, drawn)]
    assert pair[0].shape == pair[1].shape
    assert np.abs(pair[0] - pair[1]).mean() < 2


@pytest.mark.parametrize("name", ["2026-04-01-okr-q2.png", "2026-04-02-weekly-todo-zh.jpg"])
def test_the_generator_draws_what_is_shipped(name: str):
    drawn_again(next(s for s in SAMPLES if s.name == name))


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_the_generator_draws_all_that_is_shipped(sample: Sample):
    drawn_again(sample)


def test_questions_name_boards_and_facts_that_are_there():
    questions = load_questions()
    assert len({q["id"] for q in questions}) == len(questions) >= 40
    for q in questions:
        assert set(q) - {"demo"} == {
            "id", "question", "language", "kind", "boards", "must_contain", "answerable",
        }  # fmt: skip
        assert q["answerable"] == bool(q["boards"]) == (q["kind"] != "unanswerable")
        words = "\n".join(texts_of(name) for name in q["boards"] if not name.endswith(".inkml"))
        for fact in q["must_contain"]:
            options = fact if isinstance(fact, list) else [fact]
            assert any(option in words for option in options), (q["id"], fact)


def test_questions_are_mixed():
    questions = load_questions()
    assert 0.2 <= np.mean([not q["answerable"] for q in questions]) <= 0.3
    assert 0.25 <= np.mean([q["language"] == "zh" for q in questions]) <= 0.6
    kinds = {"lookup", "follows", "leads_to", "path", "list", "owner", "across", "unanswerable"}
    assert {q["kind"] for q in questions} == kinds
    demo = [q for q in questions if q.get("demo")]
    assert len(demo) == 3
    assert sum(q["language"] == "zh" for q in demo) == 1
    assert [q["kind"] for q in demo].count("across") == 1
    assert sum(not q["answerable"] for q in demo) == 1


@pytest.mark.parametrize("path", sorted(BOARDS.glob("*.excalidraw")), ids=lambda p: p.name)
def test_excalidraw_files_are_bound_both_ways(path: Path):
    document = json.loads(path.read_bytes())
    elements = {e["id"]: e for e in document["elements"]}
    assert (document["type"], document["version"]) == ("excalidraw", 2)
    assert len(elements) == len(document["elements"])
    assert len({e["index"] for e in elements.values()}) == len(elements)
    arrows = [e for e in elements.values() if e["type"] == "arrow"]
    assert len(arrows) >= 5
    for arrow in arrows:
        for side in ("startBinding", "endBinding"):
            node = elements[arrow[side]["elementId"]]
            assert {"id": arrow["id"], "type": "arrow"} in node["boundElements"]
    for words in (e for e in elements.values() if e["type"] == "text" and e["containerId"]):
        holder = elements[words["containerId"]]
        assert {"id": words["id"], "type": "text"} in holder["boundElements"]
    frames = {e["id"] for e in elements.values() if e["type"] == "frame"}
    assert frames
    assert {e["frameId"] for e in elements.values()} - {None} == frames


def test_the_other_native_files_hold_together():
    canvas = json.loads((BOARDS / "2026-03-30-roadmap.canvas").read_bytes())
    ids = {node["id"] for node in canvas["nodes"]}
    assert all({edge["fromNode"], edge["toNode"]} <= ids for edge in canvas["edges"])
    drawing = ElementTree.parse(BOARDS / "2026-04-16-returns.drawio")
    cells = {cell.get("id"): cell for cell in drawing.iter("mxCell")}
    edges = [cell for cell in cells.values() if cell.get("edge")]
    assert len(edges) == 7
    assert all(edge.get(end) in cells for edge in edges for end in ("source", "target"))
    ink = ElementTree.parse(BOARDS / "2026-04-14-standup.inkml")
    traces = [t.text or "" for t in ink.iter("{http://www.w3.org/2003/InkML}trace")]
    assert len(traces) > 50
    assert all(len(point.split()) == 3 for trace in traces for point in trace.split(","))
