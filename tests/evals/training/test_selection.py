"""Training the net that selects nodes: what is laid out, learnt, measured and exported."""

from __future__ import annotations

import math
import random
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evals.retrieval.questions import CATEGORIES
from evals.retrieval.world import known_boards
from evals.training.questions.written import Lesson
from evals.training.selection import __main__ as command
from evals.training.selection import lay
from evals.training.selection.batches import all_rows, batches, padded, relative, some_rows
from evals.training.selection.export import Trained, export
from evals.training.selection.laid import Laid, load, part_of, parts_of, save
from evals.training.selection.lay import Table
from evals.training.selection.loss import loss, members, truth
from evals.training.selection.measure import Judged, figures, judged, refusals
from evals.training.selection.train import Plan, Trainer, parted
from kb.answer.selection import net
from kb.answer.selection.net import SelectorNet
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.sheet import boards_of
from kb.answer.selection.weights import net_in
from kb.base import KnowledgeBase
from tests.evals.training.toys import SIZE, toy


@pytest.fixture(scope="module")
def laid(base: KnowledgeBase, lessons: list[Lesson]) -> list[Laid]:
    table = Table(base, helped=True)
    return [one for number, lesson in enumerate(lessons) for one in table.lay(lesson, number)]


def texts(one: Laid, rows: Any) -> set[str]:
    return {one.units.texts[one.rows[row]] for row in rows}


def test_each_wording_is_laid_out_with_what_is_right(laid: list[Laid]) -> None:
    assert [one.id for one in laid] == ["home-0.0", "home-0.1", "home-1.0", "home-2.0", "home-3.0",
                                        "home-4.0"]  # fmt: skip
    follows, again, mow, path, unanswerable, lost = laid
    assert texts(follows, follows.right) == texts(again, again.right) == {"Paid", "Reminder"}
    assert texts(follows, follows.starts) == {"Invoice"}
    assert [len(group) for group in mow.groups] == [2]
    assert [texts(path, rows) for group in path.groups for rows in group] == [
        {"water the roses - Ruth"}, {"Paid"},
    ]  # fmt: skip
    assert unanswerable.groups == []
    assert lost.groups == [[]]  # no such board
    for one in laid:
        assert len(one.rows) == len(one.numbers) == len(one.vectors)
        assert len(one.tokens) > 0


def test_the_vector_of_a_unit_is_kept_once(laid: list[Laid], base: KnowledgeBase) -> None:
    units = laid[0].units
    assert all(one.units is units for one in laid)
    assert len(set(units.ids)) == len(units.ids) == len(units.vectors)
    stored = {p.id: p.dense for p in base.index.points(workspace=base.settings.workspace)}
    for row, vector in zip(laid[0].rows, laid[0].vectors, strict=True):
        assert vector == pytest.approx(np.asarray(stored[units.ids[row]]), abs=1e-3)


def test_boards_that_search_missed_are_there_only_with_help(
    base: KnowledgeBase, lessons: list[Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = known_boards(base, base.settings.workspace)["home/2026-01-02"].id
    monkeypatch.setattr(
        lay, "boards_of", lambda hits: [one for one in boards_of(hits) if one != needed]
    )
    helped, alone = (next(Table(base, helped=one).lay(lessons[0], 0)) for one in (True, False))
    assert texts(helped, helped.right) == {"Paid", "Reminder"}
    assert alone.groups == [[frozenset()]]
    assert not helped.found
    assert not alone.found


def test_questions_are_read_as_they_were_written(laid: list[Laid], tmp_path: Path) -> None:
    save(laid[:3], tmp_path / "a.npz")
    save(laid[3:], tmp_path / "b.npz")
    again = load([tmp_path / "a.npz", tmp_path / "b.npz"])
    assert len(again) == len(laid)
    for one, other in zip(laid, again, strict=True):
        for name in ("id", "company", "category", "text", "groups", "starts", "found", "boards"):
            assert getattr(one, name) == getattr(other, name), name
        for name in ("tokens", "vector", "cues", "rows", "numbers", "joins", "vectors"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert np.array_equal(one.is_node, other.is_node)


def test_parts_are_taken_where_all_are_there(tmp_path: Path) -> None:
    def lay_some(of: int, *parts: int) -> list[Path]:
        files = [part_of(tmp_path, "dev", part, of) for part in parts]
        for file in files:
            file.touch()
        return files

    assert parts_of(tmp_path, "dev") == []
    lay_some(2, 1)
    assert parts_of(tmp_path, "dev") == []
    whole = lay_some(12, *range(12))
    assert parts_of(tmp_path, "dev") == whole
    lay_some(2, 0)
    with pytest.raises(LookupError, match="all parts of 2 and of 12 of dev are in"):
        parts_of(tmp_path, "dev")


def test_a_padded_batch_is_told_what_each_question_is_told_alone() -> None:
    torch.manual_seed(0)
    model = SelectorNet(SIZE).eval()
    some = [toy(1, rows=4), toy(2, rows=9), toy(3, rows=6)]
    kept = [np.array([0, 2, 3]), all_rows(some[1]), all_rows(some[2])]
    with torch.no_grad():
        together = model(padded(some, kept))
        for at, (one, keep) in enumerate(zip(some, kept, strict=True)):
            alone = model(padded([one], [keep]))
            for name in ("member", "start"):
                got = getattr(together, name)[at, : len(keep)]
                assert torch.allclose(got, getattr(alone, name)[0], atol=1e-5)
            assert torch.allclose(together.none[at], alone.none[0], atol=1e-5)
            assert torch.allclose(together.category[at], alone.category[0], atol=1e-5)


def test_joins_follow_the_rows_that_are_kept() -> None:
    one = toy(1, rows=4, joins=np.array([[5, 0, 3], [6, 3, 0], [7, 1, 3]], np.int16))
    shown = padded([toy(2), one], [all_rows(toy(2))[:0], np.array([0, 3])])
    assert shown.joins.tolist() == [[1, 5, 0, 1], [1, 6, 1, 0]]


def test_boards_with_something_right_are_never_left_out() -> None:
    one = toy(1, rows=8)
    kept = [some_rows(one, 0.5, random.Random(seed)) for seed in range(30)]
    assert {len(keep) for keep in kept} == {4, 8}
    assert all(set(range(4)) <= set(keep.tolist()) for keep in kept)
    unanswerable = toy(1, category="none")
    assert len(some_rows(unanswerable, 1.0, random.Random(0))) == len(unanswerable.rows)


def test_batches_hold_every_question_once() -> None:
    some = [toy(seed, rows=4 + seed % 5) for seed in range(50)]
    made = batches(some, 4, random.Random(0))
    assert sorted(one.id for batch in made for one in batch) == sorted(one.id for one in some)
    assert max(len(batch) for batch in made) == 4
    assert [[one.id for one in batch] for batch in made] == [
        [one.id for one in batch] for batch in batches(some, 4, random.Random(0))
    ]


def test_of_alternatives_the_first_that_is_there_is_right() -> None:
    groups = [[frozenset([5]), frozenset([1, 2]), frozenset()], [frozenset([3])]]
    one = toy(1, groups=groups)
    assert members(one, all_rows(one)) == ({1, 2, 3}, {5})
    assert members(one, np.array([0, 3, 5])) == ({1, 2}, set())  # by their places among those kept


def test_what_is_right_is_padded_as_the_batch_is() -> None:
    answerable, other = toy(1, rows=4, starts=frozenset([2])), toy(2, category="none")
    answerable.units.kinds[3] = "board"
    true = truth([answerable, other], [all_rows(answerable), all_rows(other)], 7)
    assert true.none.tolist() == [0, 1]
    assert true.member.sum(1).tolist() == [1, 0]
    assert true.start[0].tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert true.node.sum(1).tolist() == [3, 6]
    assert true.category.tolist() == [CATEGORIES.index("lookup"), CATEGORIES.index("none")]
    assert len(CATEGORIES) == net.CATEGORIES


def test_saying_what_is_right_costs_least() -> None:
    one = toy(1)
    true = truth([one], [all_rows(one)], len(one.rows))
    right = (true.member * 12) - 6
    none, category = torch.tensor([-6.0]), torch.zeros(1, len(CATEGORIES))
    category[0, CATEGORIES.index("lookup")] = 5
    said = net.Said(right, right * 0 - 6, none, category)
    assert loss(said, true) < loss(said._replace(member=-right), true)
    assert loss(said, true) < loss(said._replace(none=-none), true)
    assert loss(said, true) < loss(said._replace(start=right * 0 + 6), true)
    assert loss(said, true) < loss(said._replace(category=-category), true)


PLAN = Plan(rounds=6, rate=0.01, batch=4, width=32, layers=1, dropout=0.0)


def test_a_few_rounds_teach_a_net_what_is_right() -> None:
    some = [toy(seed, category="lookup" if seed % 3 else "none") for seed in range(24)]
    trainer = Trainer(some, PLAN)
    losses = [trainer.round("a round") for _ in range(PLAN.rounds)]
    assert losses[-1] < 0.6 * losses[0]
    assert figures(judged(trainer.net, some))["all"].first > 0.9


@pytest.mark.parametrize("count", [8, 9])
def test_the_pace_ends_with_the_last_step(count: int) -> None:
    trainer = Trainer([toy(seed) for seed in range(count)], replace(PLAN, rounds=2))
    steps = trainer._left + 1
    assert steps == 2 * math.ceil(count / PLAN.batch)
    for _ in range(2):
        trainer.round("a round")
    assert trainer._left == 0
    assert trainer._pace.get_last_lr()[0] < 1e-4 * PLAN.rate


def test_the_same_seed_trains_the_same() -> None:
    some = [toy(seed) for seed in range(8)]
    first, second = (Trainer(some, replace(PLAN, dropout=0.1)).round("") for _ in range(2))
    assert first == second


def said_of(one: Laid, *chosen: int, sure: float = 0.9) -> Judged:
    return Judged(one, frozenset(chosen), chosen[0], sure)


def test_figures_count_what_is_chosen_against_what_is_right() -> None:
    one = toy(1, groups=[[frozenset([0, 1]), frozenset([4])], [frozenset([2])]])
    got = figures([said_of(one, 4, 2), said_of(one, 3, 0)])["all"]
    assert got.questions == 2
    assert got.first == 0.5
    assert got.precision == pytest.approx((1 + 1 / 2) / 2)
    assert got.recall == pytest.approx((1 + 1 / 4) / 2)
    assert got.whole == 0.5


def test_refusals_are_counted_where_nine_in_ten_are_right() -> None:
    none = [said_of(toy(n, category="none"), 0, sure=n / 10) for n in range(10)]
    answerable = [said_of(toy(n), 0, sure=sure) for n, sure in enumerate((0.95, 0.99, 0.05, 0.9))]
    got = refusals([*none, *answerable])
    assert got is not None
    assert got.lost == 0.5  # those up to .9
    assert got.auc == pytest.approx((10 + 10 + 1 + 9) / 40)
    assert refusals(answerable) is None


def test_organisations_are_held_out_whole() -> None:
    some = [toy(seed, company=str(seed % 8)) for seed in range(32)]
    learnt, out = parted(some)
    assert {one.company for one in learnt}.isdisjoint(one.company for one in out)
    assert (len(learnt), len(out)) == (24, 8)


def test_what_is_exported_says_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = SelectorNet(SIZE).eval()
    trained = Trained(state=model.state_dict(), size=model.about())
    export(trained, tmp_path / "selector.safetensors")
    again = net_in(tmp_path / "selector.safetensors")
    shown = padded([toy(1)], [all_rows(toy(1))])
    with torch.no_grad():
        assert torch.allclose(again(shown).member, model(shown).member, atol=0.05)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["train"], "`lay lessons` comes first"),
        (["train", "--held-out"], "`lay lessons` comes first"),
        (["export"], "`train` comes first"),
        (["measure"], "`lay dev` comes first"),
        (["lay", "dev", "--part", "2", "--of", "2"], "no part 2 of 2"),
    ],
    ids=" ".join,
)
def test_what_is_missing_is_told(
    tmp_path: Path, line: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--folder", str(tmp_path), *line]) == 2
    assert said in capsys.readouterr().err


def test_from_a_store_to_the_file_by_commands(
    base: KnowledgeBase,
    lessons: list[Lesson],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "opened_world", lambda *_: nullcontext(base))
    monkeypatch.setattr(command, "lessons_of", lambda _: lessons)

    def run(*line: str) -> int:
        return command.main(["--folder", str(tmp_path), *line])

    small = ("--rounds", "2", "--width", "32", "--layers", "1", "--batch", "2")
    weights = str(tmp_path / "selector.safetensors")
    assert run("lay", "lessons", "--part", "0", "--of", "2") == 0
    assert run("train", *small) == 2  # a part is missing
    assert run("lay", "lessons", "--part", "1", "--of", "2") == 0
    assert run("lay", "dev") == 0
    assert run("train", *small) == 0
    trained = tmp_path / "trained.pt"
    trained.rename(tmp_path / "first.pt")
    assert run("train", *small, "--start", str(tmp_path / "first.pt")) == 0
    assert run("train", *small, "--start", str(tmp_path / "none.pt")) == 2
    assert run("export", "--to", weights) == 0
    assert run("measure", "--weights", weights) == 0
    said = capsys.readouterr()
    assert "6 questions, 6 to judge by" in said.out
    assert "auc" in said.out
    assert "`lay lessons` comes first" in said.err


def test_a_row_of_the_questions_words_comes_before_its_equals() -> None:
    torch.manual_seed(0)
    model = SelectorNet(SIZE).eval()
    shown = padded([toy(1)], [all_rows(toy(1))])
    numbers = shown.numbers.clone()
    numbers[0, :, NUMBERS.index("written")] = 0.0
    with torch.no_grad():
        plain = model(shown._replace(numbers=numbers)).member[0]
        numbers[0, 0, NUMBERS.index("written")] = 1.0
        said = model(shown._replace(numbers=numbers)).member[0]
    assert said[0] - plain[0] > 1.0


def test_numbers_that_depend_on_others_are_made_anew() -> None:
    numbers = np.zeros((3, len(NUMBERS)), np.float32)
    numbers[:, NUMBERS.index("near")] = [0.1, 0.2, 0.6]
    numbers[:, NUMBERS.index("hit")] = [0.0, 0.2, 0.4]
    told = relative(numbers)
    assert told[:, NUMBERS.index("hit")].tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert told[:, NUMBERS.index("near_best")].tolist() == pytest.approx([-0.5, -0.4, 0.0])
    assert told[:, NUMBERS.index("near_z")].mean() == pytest.approx(0.0, abs=1e-6)
