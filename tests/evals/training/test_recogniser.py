"""Lines to learn to read from, and the network that learns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from evals.boards.lettering import Hand
from evals.boards.render import hand_of, render
from evals.boards.spec import BoardSpec, Item, Part
from evals.boards.spec import Manner as BoardManner
from evals.training.recogniser import augment
from evals.training.recogniser.alphabet import Alphabet
from evals.training.recogniser.boards import matched, rows_of
from evals.training.recogniser.drawn import Drawer, Hands, made_up_hands, training_hands
from evals.training.recogniser.lines import Array, Written, cut
from evals.training.recogniser.real import written
from evals.training.recogniser.store import Shelf, keep
from evals.training.recogniser.strokes import Manner, PenHand, pen_ways
from evals.training.recogniser.texts import Texts, common_signs, wide_words

onnx = pytest.importorskip("onnx", reason="the extra 'train' is not installed")


def _word(text: str, x: float, y: float, *, degree: float = 0.0, size: Any = (60, 20)) -> Any:
    width, height = size
    return {"text": text, "degree": degree, "bbox": [x, y, x + width, y + height]}


def _truth(*words: Any, text: str = "", box: Any = None) -> dict[str, Any]:
    return {"words": list(words), "nodes": [{"text": text, "label_bbox": box}], "edges": []}


def test_repeats_are_one_sign_and_blanks_none() -> None:
    alphabet = Alphabet("ab")
    assert alphabet.text([1, 1, 0, 1, 2, 2, 3, 0]) == "aab "
    assert alphabet.numbers("ab ") == [1, 2, 3]
    assert "a b" in alphabet
    assert "c" not in alphabet


def test_a_turned_line_is_cut_out_level() -> None:
    picture = np.full((300, 300, 3), 255, np.uint8)
    cv2.line(picture, (150, 250), (150, 50), (0, 0, 0), 6)  # written upwards
    quad = np.array([(130, 250), (130, 50), (170, 50), (170, 250)], np.float32)
    line = cut(picture, quad, "l", "word")
    assert line is not None
    inside = line.tight()
    assert inside.shape == (40, 200, 3)
    assert (inside[20] < 60).all()
    assert (inside[:10] == 255).all()


def test_words_of_a_label_make_its_lines_in_reading_order() -> None:
    words = [_word("two", 80, 10), _word("three", 10, 40), _word("one", 10, 10)]
    truth = _truth(*words, text="one two\nthree", box=[0, 0, 150, 70])
    picture = np.full((100, 200, 3), 255, np.uint8)
    lines = [line for line in written(truth, picture) if line.kind == "line"]
    assert [line.text for line in lines] == ["one two"]
    x0, _, x1, _ = lines[0].inner
    assert x1 - x0 == pytest.approx(130, abs=2)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((8, 8, 145, 34), ["one two"]),
        ((8, 8, 75, 34), ["one"]),
        ((8, 8, 110, 34), []),  # cuts a word in two
        ((8, 8, 145, 64), []),  # two lines
    ],
)
def test_a_found_line_says_the_words_within(box: tuple[int, ...], said: list[str]) -> None:
    truth = _truth(_word("two", 80, 10), _word("three", 10, 42), _word("one", 10, 10))
    x0, y0, x1, y1 = box
    corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]]
    picture = np.full((100, 200, 3), 255, np.uint8)
    lines = [line for line in written(truth, picture, corners) if line.kind == "found"]
    assert [line.text for line in lines] == said


def test_a_word_written_upwards_is_cut_along_its_writing() -> None:
    truth = _truth(_word("lane", 10, 10, degree=90, size=(20, 80)))
    lines = written(truth, np.full((120, 60, 3), 255, np.uint8))
    assert [line.tight().shape[:2] for line in lines] == [(20, 80)]


def test_a_standing_word_that_the_truth_calls_level_is_left_out() -> None:
    truth = _truth(_word("lane", 10, 10, size=(20, 80)))
    assert written(truth, np.full((120, 60, 3), 255, np.uint8)) == []


def test_batches_are_what_the_reader_makes() -> None:
    from rapidocr.ch_ppocr_rec.main import TextRecognizer

    pixels = np.random.default_rng(1).integers(0, 255, (30, 130, 3)).astype(np.uint8)
    reader = TextRecognizer.__new__(TextRecognizer)
    reader.rec_image_shape = [3, augment.HEIGHT, augment.LEAST_WIDTH]
    theirs = reader.resize_norm_img(pixels, 130 / 30)
    ours = augment.batch([augment.at_size(pixels)])[0]
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-5


def test_a_varied_line_keeps_height_and_words() -> None:
    hands, _ = training_hands()
    line = Drawer(5, hands).line("en")
    rng = np.random.default_rng(2)
    shapes = {augment.varied(line, rng).shape for _ in range(8)}
    assert {height for height, _, _ in shapes} == {augment.HEIGHT}
    assert len(shapes) > 3  # boxes differ
    height, width = line.tight().shape[:2]
    assert all(0.4 < w / (48 * width / height) < 1.7 for _, w, _ in shapes)


def test_no_two_signs_of_a_made_up_hand_are_alike() -> None:
    hand = PenHand.of_nobody("kalam", np.random.default_rng(1))
    one, two = (np.asarray(hand.glyph("审", 60, 0.0)[0]) for _ in range(2))
    assert one.shape != two.shape or (one != two).any()
    assert 0.05 < (one > 60).mean() < 0.8
    widths = hand.widths("审a", 60)
    assert widths[0] == pytest.approx(60 * hand.manner.pace)
    assert widths[1] == Hand("kalam", "kalam").widths("a", 60)[0]
    with pytest.raises(ValueError, match="no font"):
        hand.widths("ア", 60)
    assert hand.made_up("a") is None
    assert {"备", "份", "審"} <= pen_ways().keys()


def test_a_turned_sign_turns_around_its_base_point() -> None:
    calm = Manner(0.0, 0.0, 1.0, (1.0, 1.0), (0.0, 0.0, 0.0, 0.0), 0.05, 0.0, 0.0, 0.0, 1.0)
    hand = PenHand("kalam", "kalam", manner=calm, rng=np.random.default_rng(1))
    level, x, y = hand.glyph("一", 100, 0.0)
    assert level.width > 3 * level.height
    assert x < 0  # it begins right of the base point
    assert level.height < y < 60  # and lies above it
    upright, x, y = hand.glyph("一", 100, 90.0)  # counter-clockwise
    assert upright.height > 3 * upright.width
    assert y > upright.height
    assert upright.width < x < 60


def test_a_line_from_far_keeps_its_place_and_loses_detail() -> None:
    hands, _ = training_hands()
    line = Drawer(5, hands).line("zh")
    pixels = augment.at_size(line.tight())
    far = augment._from_far(pixels, np.random.default_rng(0))
    assert far.shape == pixels.shape
    assert cv2.Laplacian(far, cv2.CV_64F).var() < 0.5 * cv2.Laplacian(pixels, cv2.CV_64F).var()


def test_the_same_seed_draws_the_same_line() -> None:
    _, printed = training_hands()
    for hands in (Hands(("kalam",), ("long-cang",)), printed, made_up_hands()):
        one, two = (Drawer(7, hands).line("zh") for _ in range(2))
        assert one.text == two.text
        assert np.array_equal(one.pixels, two.pixels)
        assert one.tight().min() < 140  # there is ink in the box


def test_kept_lines_come_back(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (40, 90, 3)).astype(np.uint8)
    line = Written(pixels, (10, 5, 80, 35), "审核 ok", "drawn")
    assert keep([line], tmp_path / "a.bin") == 1
    shelf = Shelf(tmp_path / "a.bin")
    assert np.array_equal(shelf[0].pixels, pixels)
    assert (shelf[0].inner, shelf.text(0), shelf.kind(0)) == (line.inner, line.text, "drawn")
    assert shelf.ratio(0) == pytest.approx(70 / 30)


def test_words_for_measuring_are_not_trained_on() -> None:
    for language in ("en", "zh"):
        known, unseen = wide_words(language), wide_words(language, unseen=True)
        assert len(known) > 8 * len(unseen) * 0.9
        assert not set(known) & set(unseen)
    assert len(common_signs()) == 3755
    lines = [Texts(np.random.default_rng(4)).line("zh") for _ in range(3)]
    assert all(lines)


def test_the_network_in_pytorch_says_what_the_bundled_one_says() -> None:
    import onnxruntime  # type: ignore[import-untyped]  # ships none
    import torch

    from evals.training.recogniser.__main__ import _bundled
    from evals.training.recogniser.export import packed
    from evals.training.recogniser.graph import GraphNet, load

    model = load(_bundled())
    picture = np.random.default_rng(0).normal(size=(2, 3, 48, 104)).astype(np.float32) / 2
    theirs = onnxruntime.InferenceSession(str(_bundled())).run(None, {"x": picture})[0]
    net = GraphNet(model)
    with torch.no_grad():
        ours = net(torch.from_numpy(picture)).numpy()
    assert np.abs(ours - theirs).max() < 1e-4
    assert all(weight.requires_grad for weight in net.parameters())

    half = packed(model).SerializeToString()
    assert len(half) < 0.52 * _bundled().stat().st_size
    again = onnxruntime.InferenceSession(half).run(None, {"x": picture})[0]
    assert np.abs(again - theirs).max() < 0.02


def test_training_lowers_the_error_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    import torch

    from evals.training.recogniser.__main__ import _bundled
    from evals.training.recogniser.export import trained
    from evals.training.recogniser.graph import GraphNet, load
    from evals.training.recogniser.train import Lines, Plan, Source, Trainer

    hands, _ = training_hands()
    drawer = Drawer(9, hands)
    keep([drawer.line("zh") for _ in range(3)], tmp_path / "zh.bin")
    lines = Lines([Source(Shelf(tmp_path / "zh.bin"), range(3), 1.0)], seed=1)
    pictures, texts = next(iter(lines))
    pictures, texts = pictures[:4], texts[:4]
    model = load(_bundled())
    trainer = Trainer(model, Plan(steps=8, rate=2e-3, threads=1), tmp_path)
    first, *_, last = [trainer.learn((pictures, texts))["read"].item() for _ in range(6)]
    assert last < first
    trainer.save()
    again = Trainer(model, Plan(steps=8, threads=1), tmp_path)
    again.resume()
    assert again.step == 6
    new = trained(model, tmp_path / "last.pt")
    with torch.no_grad():
        moved = GraphNet(new)(pictures) - GraphNet(model)(pictures)
    assert float(moved.abs().max()) > 1e-3


def test_answers_to_chinese_lines_are_held_where_the_old_networks_are_right(tmp_path: Path) -> None:
    import torch

    from evals.training.recogniser.__main__ import _WEIGHTS, _bundled
    from evals.training.recogniser.graph import load
    from evals.training.recogniser.train import Plan, Trainer

    hands, _ = training_hands()
    line = next(d for d in iter(partial(Drawer(9, hands).line, "zh"), None) if len(d.text) == 4)
    pixels = augment.at_size(line.tight())
    pictures = torch.from_numpy(augment.batch([pixels, pixels]))
    trainer = Trainer(load(_bundled()), Plan(steps=8, threads=1), tmp_path, [load(_WEIGHTS)])
    assert len(trainer.old) == 2
    with torch.no_grad():
        signs = torch.log_softmax(trainer.old[0](pictures), -1)
        said = trainer.alphabet.text(signs[0].argmax(-1).numpy())
        right, wrong, latin = (
            float(trainer._strayed(signs, pictures, [text] * 2))
            for text in (said, "黑白红绿", "text")
        )
    assert right > 10 * wrong
    assert latin == 0


def quad_of(x0: float, y0: float, x1: float, y1: float) -> Array:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


UPPER, LOWER = quad_of(100, 98, 200, 120), quad_of(98, 126, 180, 150)


@pytest.mark.parametrize(
    ("quads", "said"),
    [
        ([LOWER, UPPER], ["first row", "second"]),  # in the order of the rows, not of finding
        ([UPPER], []),  # one was not found
        ([UPPER, LOWER, quad_of(190, 126, 203, 150)], []),  # one in two pieces
        ([UPPER, quad_of(98, 126, 290, 150)], []),  # joined with a neighbour's
        ([quad_of(98, 98, 140, 150), quad_of(150, 98, 203, 150)], []),  # side by side
        ([quad_of(100, 98, 140, 120), LOWER], ["second"]),  # one is cut
        ([LOWER, UPPER, quad_of(300, 200, 380, 220)], ["first row", "second"]),
    ],
)
def test_found_lines_of_a_board_are_told_by_its_nodes(quads: list[Array], said: list[str]) -> None:
    rows = {"a": [("first row", 4.5), ("second", 3.4)]}
    assert [text for _, text in matched({"a": (100, 100, 204, 148)}, rows, quads)] == said


def test_rows_are_those_in_which_words_are_drawn() -> None:
    items = (
        Item("a", "one two three four", "text", wrap=120),
        Item("b", "beside", "ellipse", outside="below"),
        Item("c", " "),
    )
    spec = BoardSpec("", ((Part("p", "loose", items),),))
    rows = rows_of(spec, hand_of(spec))
    assert list(rows) == ["a"]
    assert " ".join(text for text, _ in rows["a"]) == "one two three four"
    assert len(rows["a"]) > 1
    assert all(1 < length < 6 for _, length in rows["a"])


@pytest.mark.parametrize("manner", [None, BoardManner()])
def test_a_board_is_written_by_the_hand_that_is_given(manner: BoardManner | None) -> None:
    spec = BoardSpec("", ((Part("p", "loose", (Item("a", "备份数据"),)),),))
    spec = replace(spec, style=replace(spec.style, manner=manner))
    pens = [PenHand.of_nobody("kalam", np.random.default_rng(seed)) for seed in (2, 2, 3)]
    one, same, other, usual = (render(spec, h).picture.tobytes() for h in (*pens, None))
    assert one == same
    assert len({one, other, usual}) == 3
