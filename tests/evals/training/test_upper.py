"""Teaching the upper layers: what is read beforehand, shown, learnt, exported and measured."""

from __future__ import annotations

import math
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from evals.training.questions.arrays import read_arrays, write_arrays
from evals.training.questions.written import Lesson
from evals.training.selection import __main__ as selection
from evals.training.selection import lay
from evals.training.selection.batches import all_rows
from evals.training.selection.export import Trained, export
from evals.training.selection.laid import Laid
from evals.training.selection.measure import figures, refusals
from evals.training.upper import __main__ as command
from evals.training.upper import texts
from evals.training.upper.asked import judged, logits_of, skimmed
from evals.training.upper.batches import batch_of, to_read
from evals.training.upper.texts import Texts, asked_of
from evals.training.upper.train import Plan, Trainer, begun
from kb.answer.selection import likeliest, skim
from kb.answer.selection import weights as weights_module
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import GONE, SelectorNet
from kb.answer.selection.sheet import Sheet, lay_out
from kb.answer.selection.study import study
from kb.answer.selection.sureness import SIGNS
from kb.answer.selection.upper import UpperLayers
from kb.answer.selection.weights import Bounds, upper_in
from kb.base import KnowledgeBase
from kb.embed.lower import LOWER
from tests.embedding import HashedStates
from tests.evals.training.toys import DIM, SIZE, toy
from tests.kb.answer.selection.untaught import SMALL, carried, question, together, untaught


@dataclass
class Shown:
    """Lessons laid out, the sheets of the product that they were made from, and their texts."""

    laid: list[Laid]
    sheets: list[Sheet]
    texts: Texts


@pytest.fixture(scope="module")
def shown(base: KnowledgeBase, lessons: list[Lesson]) -> Shown:
    sheets: list[Sheet] = []

    def kept(*told: Any) -> Sheet:
        sheets.append(lay_out(*told))
        return sheets[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lay, "lay_out", kept)
        made = lay.Table(base, helped=True)
        laid = [one for number, lesson in enumerate(lessons) for one in made.lay(lesson, number)]
    lower: Any = HashedStates()
    return Shown(laid, sheets, texts.read(laid, lower))


def test_texts_are_read_as_they_were_written(shown: Shown, tmp_path: Path) -> None:
    lower: Any = HashedStates()
    first, second = (texts.read(part, lower) for part in (shown.laid[:1], shown.laid[1:]))
    for name, part in (("a", first), ("b", second)):
        texts.save(part, tmp_path / f"{name}.npz")
    again = texts.load([tmp_path / "a.npz", tmp_path / "b.npz"])
    for one in shown.laid:
        assert np.array_equal(again[asked_of(one.text)], lower.asked([one.text])[0])
        for n in one.rows:
            text = one.units.words(n)
            assert np.array_equal(again[text], lower.rows([text])[0])
    with pytest.raises(LookupError, match="`read` comes first"):
        again["What nobody laid out"]


def test_texts_that_were_read_otherwise_are_refused(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "dev-texts.npz"
    texts.save(shown.texts, path)
    with monkeypatch.context() as patch:
        patch.setattr(texts, "_HOW", texts._HOW | {"layers": LOWER - 1})
        with pytest.raises(LookupError, match="was read otherwise"):
            texts.load([path])
    arrays, about = read_arrays(path)
    del about["how"]  # nobody knows
    write_arrays(path, arrays, about)
    with pytest.raises(LookupError, match="was read otherwise"):
        texts.load([path])


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a question few rows are read."""
    monkeypatch.setattr(likeliest, "MOST_READ", 3)


@pytest.mark.usefixtures("few")
def test_of_the_rows_that_are_kept_the_likeliest_are_read() -> None:
    one = toy(1, rows=8)
    one.units.kinds[2] = one.units.kinds[7] = "board"
    keep = np.array([1, 2, 3, 4, 5, 7])
    scores = np.array([9, 1, -9, 7, -3, 8, 9, -9], np.float32)
    said = Logits(scores, np.full(8, GONE, np.float32), 0.0)
    assert to_read(one, said, keep).tolist() == [1, 2, 3, 5, 7]  # 0 and 6 are not kept
    assert to_read(one, said, keep[:2]).tolist() == [1, 2]


def states(*lengths: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float16]]:
    return np.random.default_rng(seed).normal(size=(*lengths, DIM)).astype(np.float16)


def test_a_batch_has_the_words_of_each_row() -> None:
    some = [toy(1, rows=4, text="a"), toy(2, text="b")]
    some[0].units.texts[:] = ["w", "x", "", "z"]
    known = {"?a": states(3), "?b": states(2), "w": states(4), "x": states(1), "": states(0),
             "z": states(2), "word": states(1)}  # fmt: skip
    kept = [np.array([1, 2, 3]), np.array([0, 5])]
    made: Any = known
    read = batch_of(some, kept, made)
    assert read.owner.tolist() == [[-1, -1, -1, 0, 2, 2], [-1, -1, 0, 1, -2, -2]]
    want = np.concatenate([known[name] for name in ("?a", "x", "z")])
    assert np.array_equal(read.words[0].numpy(), want)
    assert read.row_mask.tolist() == [[True, True, True], [True, True, False]]
    assert np.array_equal(read.rows[1, 1].numpy(), some[1].vectors[5])


@pytest.mark.usefixtures("few")
def test_the_product_is_shown_what_was_learnt_from(
    shown: Shown, base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    net, made = SelectorNet(SIZE).eval(), untaught()
    made.load_state_dict({name: one.half().float() for name, one in made.state_dict().items()})
    monkeypatch.setattr(skim, "selector_net", lambda: net)
    first = skimmed(net, shown.laid)
    said = logits_of(made, shown.laid, first, shown.texts)
    embedder: Any = base.embedder
    with carried(made, tmp_path / "half.safetensors"):  # on a processor that is quick with it
        for one, sheet, skimming, of in zip(shown.laid, shown.sheets, first, said, strict=True):
            got = study(one.text, sheet, to_read(one, skimming, all_rows(one)), embedder)
            assert got.member == pytest.approx(of.member, abs=0.01)
            assert got.none == pytest.approx(of.none, abs=0.01)
    monkeypatch.setattr(weights_module, "quick_bfloat16", lambda: False)
    with carried(made, tmp_path / "upper.safetensors"):
        for n, (one, sheet) in enumerate(zip(shown.laid, shown.sheets, strict=True)):
            keep = to_read(one, first[n], all_rows(one))
            assert 3 <= len(keep) <= len(one.rows)
            asked = embedder.asked(one.text)
            skimming = skim.skim(sheet, asked)
            assert skimming.member == pytest.approx(first[n].member, abs=1e-3)
            assert skim.worth_reading(sheet, skimming).tolist() == keep.tolist()
            with torch.no_grad():
                want = made(batch_of([one], [keep], shown.texts))
            got = study(one.text, sheet, keep, embedder)
            assert got.member[keep] == pytest.approx(want.member[0].numpy(), abs=5e-4)
            assert got.start[keep] == pytest.approx(want.start[0].numpy(), abs=5e-4)
            assert got.none == pytest.approx(float(want.none[0]), abs=5e-4)
            assert (np.delete(got.member, keep) == GONE).all()
            assert got.member == pytest.approx(said[n].member, abs=0.01)  # in half precision
            assert got.none == pytest.approx(said[n].none, abs=0.01)


def test_upper_layers_begin_as_those_of_e5() -> None:
    config: Any = BertConfig(hidden_size=384, num_attention_heads=12, intermediate_size=1536)
    config._attn_implementation = "sdpa"
    bert_layer: Any = BertLayer
    torch.manual_seed(0)
    theirs = [bert_layer(config).eval() for _ in range(LOWER + 4)]
    made = begun(SimpleNamespace(encoder=SimpleNamespace(layer=theirs))).eval()
    x = torch.randn(1, 5, 384)
    with torch.no_grad():
        for ours, layer in zip(made.layers, theirs[LOWER:], strict=True):
            assert torch.allclose(ours(x, torch.ones(1, 5, dtype=torch.bool)), layer(x), atol=1e-5)


WORDS = ("apple", "stone", "river", "glass", "smoke", "bread")


def lesson(seed: int) -> Laid:
    """A question in a word: the row of that word answers, if there is one."""
    rng = np.random.default_rng(seed)
    asked, order = int(rng.integers(4)), rng.permutation(len(WORDS)).tolist()
    if seed % 4 == 0:
        order.remove(asked)
    category = "lookup" if asked in order else "none"
    one = toy(seed, rows=len(order), category=category, text=WORDS[asked])
    one.units.texts[:] = [WORDS[n] for n in order]
    one.units.vectors[:] = [np.zeros(DIM, np.float16)] * len(order)
    one.numbers[:] = 0
    return replace(one, groups=[[frozenset([order.index(asked)])]] if asked in order else [])


def words() -> Texts:
    """The states of all words, of a question's between the signs that begin and end it."""
    known = dict(zip(WORDS, states(len(WORDS), 1, seed=9), strict=True))
    begin, end = states(2, 1, seed=8)
    known |= {asked_of(word): np.concatenate([begin, one, end]) for word, one in known.items()}
    ends = np.cumsum([0, *map(len, known.values())]).tolist()
    return Texts(
        np.concatenate(list(known.values())), dict(zip(known, pairwise(ends), strict=True))
    )


PLAN = Plan(rounds=8, rate=5e-3, upper=2e-3, batch=8, drop=0.0)


def nothing_said(laid: list[Laid]) -> list[Logits]:
    none = [np.zeros(len(one.rows), np.float32) for one in laid]
    return [Logits(one, one, 0.0) for one in none]


def test_a_few_rounds_teach_to_find_what_is_asked() -> None:
    some, others = ([lesson(n) for n in range(start, start + 128)] for start in (0, 1000))
    torch.manual_seed(0)
    made = UpperLayers(SMALL)
    trainer = Trainer(made, some, nothing_said(some), words(), PLAN)
    losses = [trainer.round("a round") for _ in range(PLAN.rounds)]
    assert losses[-1] < 0.2 * losses[0]
    found = judged(others, logits_of(made, others, nothing_said(others), words()))
    assert figures(found)["all"].first > 0.9
    told_apart = refusals(found)
    assert told_apart is not None
    assert told_apart.auc > 0.9


@pytest.mark.parametrize("count", [8, 9])
def test_the_pace_ends_with_the_last_step(count: int) -> None:
    some, plan = [lesson(n) for n in range(count)], replace(PLAN, rounds=2, batch=2)
    trainer = Trainer(UpperLayers(SMALL), some, nothing_said(some), words(), plan)
    assert trainer._left + 1 == 2 * math.ceil(count / plan.batch)
    for _ in range(2):
        trainer.round("a round")
    assert trainer._left == 0
    assert max(trainer._pace.get_last_lr()) < 1e-4 * plan.rate


def test_the_same_seed_trains_the_same() -> None:
    some, first = [lesson(n) for n in range(16)], UpperLayers(replace(SMALL, dropout=0.1))
    losses = []
    for seed in (1, 1, 2):
        plan = replace(PLAN, share=0.5, drop=0.5, batch=2, seed=seed)
        trainer = Trainer(deepcopy(first), some, nothing_said(some), words(), plan)
        losses.append([trainer.round("a round") for _ in range(2)])
    assert losses[0] == losses[1] != losses[2]


def test_what_is_exported_says_the_same(tmp_path: Path) -> None:
    made, path = untaught(), tmp_path / "upper.safetensors"
    chosen = Bounds(0.5, 0.4, 0.5, 0.7, {"best": 1.5})
    export(Trained(state=made.state_dict(), size=made.about()), path, bounds=asdict(chosen))
    again, bounds = upper_in(path)
    assert bounds == chosen
    read = together(question(1), question(2, words=7, of_rows=(5, 1)))
    with torch.no_grad():
        for one, other in zip(made(read), again(read), strict=True):
            assert torch.allclose(one, other, atol=0.02)
            assert not torch.equal(one, other)  # kept in half precision


LESSONS = ("lessons-0-of-2.npz", "lessons-1-of-2.npz")
DEV = ("dev-0-of-1.npz",)
READ = ("lessons-texts.npz", "dev-texts.npz")


@pytest.mark.parametrize(
    ("there", "line", "said"),
    [
        ((), "read dev", "evals.training.selection lay dev` comes first"),
        (LESSONS[:1], "train", "evals.training.selection lay lessons` comes first"),
        (LESSONS, "train", "`read lessons` comes first"),
        ((*LESSONS, *READ), "train", "lay dev` comes first"),
        ((*LESSONS, *DEV, *READ[:1]), "train", "`read dev` comes first"),
        ((*LESSONS, *DEV, *READ), "train", "evals.training.selection export` comes first"),
        ((*LESSONS, *DEV, *READ, "net"), "train --start gone.pt", "no gone.pt to start from"),
        ((*DEV, "net"), "export", "`read dev` comes first"),
        ((*DEV, *READ, "net"), "export", "`train` comes first"),
        ((*DEV, *READ, "trained.pt"), "export", "evals.training.selection export` comes first"),
        ((*DEV, *READ, "net"), "measure --weights gone", "no gone: `export` comes first"),
        ((*LESSONS, *READ), "measure lessons --weights net", "no net: `export` comes first"),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path,
    there: tuple[str, ...],
    line: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in there:
        Path(name).touch()
    step, *more = line.split()
    net = ["--selector", "net"] if step != "read" else []
    assert command.main(["--laid", ".", "--folder", ".", step, *more, *net]) == 2
    assert said in capsys.readouterr().err


def test_from_what_is_laid_out_to_the_file_by_commands(
    base: KnowledgeBase,
    lessons: list[Lesson],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(selection, "opened_world", lambda *_: nullcontext(base))
    monkeypatch.setattr(selection, "lessons_of", lambda _: lessons)
    monkeypatch.setattr(command, "_model", lambda: [SimpleNamespace(auto_model=None)])
    monkeypatch.setattr(command, "LowerLayers", lambda _: HashedStates())
    monkeypatch.setattr(command, "begun", lambda _: UpperLayers(SMALL))
    laid, net = str(tmp_path / "laid"), str(tmp_path / "selector.safetensors")
    small = ("--rounds", "2", "--batch", "2")
    for line in (
        ["lay", "lessons"],
        ["lay", "dev"],
        ["train", *small, "--width", "32", "--layers", "1"],
        ["export", "--to", net],
    ):
        assert selection.main(["--folder", laid, *line]) == 0

    def run(step: str, *line: str) -> int:
        chosen = ["--selector", net] if step != "read" else []
        return command.main(["--laid", laid, "--folder", str(tmp_path), step, *line, *chosen])

    trained, weights = tmp_path / "trained.pt", tmp_path / "upper.safetensors"
    assert run("read", "lessons") == run("read", "dev") == 0
    assert run("train", *small) == 0
    first = torch.load(trained, weights_only=True)["state"]
    assert run("train", *small) == 0
    again = torch.load(trained, weights_only=True)["state"]
    assert all(torch.equal(one, again[name]) for name, one in first.items())
    trained.rename(tmp_path / "first.pt")
    still = ("--rate", "0", "--upper", "0", "--start", str(tmp_path / "first.pt"))
    assert run("train", *small, *still) == 0
    again = torch.load(trained, weights_only=True)["state"]
    assert all(torch.equal(one, again[name]) for name, one in first.items())
    assert run("export", "--to", str(weights), "--refuse", "0.5", "--member", "0.3") == 0
    bounds = upper_in(weights)[1]
    assert (bounds.member, bounds.start) == (0.3, 0.5)
    assert bounds.sureness.keys() == set(SIGNS)
    capsys.readouterr()
    assert run("measure", "--weights", str(weights)) == 0
    assert "auc" in capsys.readouterr().out
    lessons = [replace(lessons[0], wordings=("What was asked since?",))]
    assert selection.main(["--folder", laid, "lay", "dev"]) == 0
    assert run("measure", "--weights", str(weights)) == 2
    assert "'?What was asked since?' is laid out but was not read" in capsys.readouterr().err
