"""Teaching e5 to read questions: what is gathered, learnt and exported."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from evals.retrieval.questions import Place
from evals.training.asking import __main__ as command
from evals.training.asking.additions import PLACES, LowRank, add_low_rank, name_of, pairs
from evals.training.asking.corpus import Asked, Corpus, load_corpus
from evals.training.asking.encoder import Encoder
from evals.training.asking.export import export
from evals.training.asking.gather import gather
from evals.training.asking.loss import contrast
from evals.training.asking.measure import measure
from evals.training.asking.train import Plan, Trainer
from evals.training.questions.written import Lesson
from kb.base import KnowledgeBase
from kb.embed.asking import as_asked
from kb.index.points import Sparse

DIM = 64  # as of the vectors in the store


@pytest.fixture(scope="module")
def corpus(base: KnowledgeBase, lessons: list[Lesson]) -> Corpus:
    return gather(base, lessons)


def texts_of(base: KnowledgeBase) -> list[str]:
    return [p.payload["text"] for p in base.index.points(workspace=base.settings.workspace)]


def test_every_wording_that_the_store_can_answer_is_gathered(
    base: KnowledgeBase, corpus: Corpus
) -> None:
    texts = texts_of(base)
    assert [one.text for one in corpus.asked] == [
        "What comes after the invoice?",
        "发票之后是什么？",
        "Who will mow the lawn?",
        "From roses to payment",
    ]
    follows, again, mow, path = corpus.asked
    assert [{texts[row] for row in rows} for rows in follows.nodes] == [{"Paid"}, {"Reminder"}]
    assert [{texts[row] for row in rows} for rows in follows.starts] == [{"Invoice"}]
    assert again.language == "zh"
    assert again.nodes == follows.nodes
    assert [len(rows) for rows in mow.nodes] == [2]  # either board will do
    assert len({corpus.boards[row] for row in mow.nodes[0]}) == 2
    assert len(path.nodes) == len(path.boards) == 2


def test_what_says_the_same_elsewhere_is_neither_right_nor_wrong(base: KnowledgeBase) -> None:
    texts = texts_of(base)
    mow = ((Place("home/2026-01-03", ("mow",)),),)
    (one,) = gather(base, [Lesson("home", "owner", ("Who mows?",), mow, ())]).asked
    assert {texts[row] for row in one.same} == {texts[one.nodes[0][0]]}
    assert set(one.same).isdisjoint(one.nodes[0])


def test_questions_and_units_are_compared_as_the_index_does(
    base: KnowledgeBase, corpus: Corpus
) -> None:
    asked, workspace = corpus.asked[0], base.settings.workspace
    raw = base.embedder.query(asked.text)
    question = raw - corpus.centres([asked])[0]
    near = corpus.vectors @ (question / np.linalg.norm(question))
    inquiry = base.index.inquire(
        raw, Sparse([], []), workspace=workspace, language="en", means=base.means
    )
    ids = [point.id for point in base.index.points(workspace=workspace)]
    hits = {hit.id: hit.dense for hit in inquiry.fetch(ids)}
    assert near == pytest.approx([hits[one] for one in ids], abs=1e-4)


def test_a_corpus_is_read_as_it_was_written(corpus: Corpus, tmp_path: Path) -> None:
    corpus.save(tmp_path / "lessons.npz")
    again = load_corpus(tmp_path / "lessons.npz")
    assert again.asked == corpus.asked
    assert again.boards == corpus.boards
    assert np.array_equal(again.vectors, corpus.vectors)
    assert again.means.keys() == corpus.means.keys()
    assert all(np.array_equal(again.means[one], mean) for one, mean in corpus.means.items())


def one_asked(**more: Any) -> Asked:
    plain: dict[str, Any] = {
        "text": "a", "language": "en", "category": "lookup", "nodes": [[0]], "starts": [],
        "boards": [], "same": [],
    }  # fmt: skip
    return Asked(**plain | more)


def lost(**more: Any) -> float:
    question = torch.tensor([[0.8, 0.6, 0.0, 0.0]])
    return float(contrast(question, [one_asked(**more)], torch.eye(4), 0.1))


def softmax_of_first(*logits: float) -> float:
    return float(-torch.tensor(logits, dtype=torch.float32).log_softmax(0)[0])


def test_loss_is_the_softmax_over_all_units() -> None:
    assert lost() == pytest.approx(softmax_of_first(8, 6, 0, 0), abs=1e-6)
    assert lost(nodes=[[1]]) == pytest.approx(softmax_of_first(6, 8, 0, 0), abs=1e-6)
    assert lost(nodes=[[0, 1]]) < lost()  # either will do
    assert lost(same=[1]) == pytest.approx(softmax_of_first(8, 0, 0), abs=1e-6)


def test_right_nodes_are_no_rivals_of_each_other() -> None:
    apart = [softmax_of_first(8, 0, 0), softmax_of_first(6, 0, 0)]
    assert lost(nodes=[[0], [1]]) == pytest.approx(sum(apart) / 2, abs=1e-6)
    assert lost(boards=[[0, 1]]) == pytest.approx(lost() + 0.5 * lost(nodes=[[0, 1]]), abs=1e-6)
    assert lost(starts=[[1]]) == pytest.approx(lost() + 0.3 * lost(nodes=[[1]]), abs=1e-6)


class Layer(nn.Module):
    """Has the linear layers of one of BERT's, by their names, but no attention."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Module()
        self.attention.self, self.attention.output = nn.Module(), nn.Module()
        self.intermediate, self.output = nn.Module(), nn.Module()
        for place in PLACES:
            parent, _, name = place.rpartition(".")
            setattr(self.get_submodule(parent), name, nn.Linear(DIM, DIM))

    def forward(self, x: Tensor) -> Tensor:
        for place in PLACES:
            x = x + torch.tanh(self.get_submodule(place)(x))
        return x


class Tiny(nn.Module):
    """A model of one layer, with its table of words."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(256, DIM)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList([Layer()])

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:  # noqa: ARG002
        x = self.embeddings(input_ids)
        for layer in self.encoder.layer:
            x = layer(x)
        return type("Out", (), {"last_hidden_state": x})


def tokenizer(texts: Sequence[str], **_: Any) -> dict[str, Tensor]:
    spelt = [torch.tensor(list(text.encode())) for text in texts]
    ids = nn.utils.rnn.pad_sequence(spelt, batch_first=True)
    return {"input_ids": ids, "attention_mask": (ids > 0).long()}


class Model(nn.Sequential):
    """A model as sentence-transformers holds it."""

    def __init__(self) -> None:
        super().__init__(nn.Module())
        torch.manual_seed(0)
        self[0].auto_model = Tiny()
        self.tokenizer = tokenizer


def test_an_addition_changes_nothing_until_it_is_trained() -> None:
    linear, x = nn.Linear(4, 3), torch.randn(2, 4)
    low = LowRank(linear, 2).eval()
    assert torch.equal(low(x), linear(x))


def test_only_additions_are_trained() -> None:
    bert = Model()[0].auto_model
    added = add_low_rank(bert, 2)
    assert len(added) == len(PLACES)
    learning = {name for name, one in bert.named_parameters() if one.requires_grad}
    assert learning == {f"{name_of(n)}.{part}" for n in range(6) for part in ("down", "up")}


def test_questions_are_read_alike_alone_and_in_a_batch() -> None:
    encoder = Encoder(Model())
    both = encoder(["short", "a much longer question than that"])
    assert torch.allclose(both[:1], encoder(["short"]), atol=1e-2)
    assert torch.allclose(both.norm(dim=1), torch.ones(2))


def test_exported_additions_do_what_trained_ones_did(tmp_path: Path) -> None:
    model, taught = Model(), Model()
    before = Encoder(model)(["what follows?"])
    added = add_low_rank(taught[0].auto_model, 3)
    for low in added:
        nn.init.normal_(low.up, std=0.2)
    taught.eval()
    export(pairs(added), tmp_path / "asking.safetensors")
    merged = as_asked(model, tmp_path / "asking.safetensors")
    want, got = Encoder(taught)(["what follows?"]), Encoder(merged)(["what follows?"])
    assert torch.allclose(want, got, atol=2e-2)  # both calculate in bfloat16
    assert not torch.allclose(want, before, atol=5e-2)
    assert torch.equal(Encoder(model)(["what follows?"]), before)  # passages are read as ever


def test_a_merged_layer_is_the_low_rank_one(tmp_path: Path) -> None:
    model, taught, x = Model(), Model(), torch.randn(5, DIM)
    added = add_low_rank(taught[0].auto_model, 3)
    for low in added:
        nn.init.normal_(low.up, std=0.2)
    taught.eval()
    export(pairs(added), tmp_path / "asking.safetensors")
    merged = as_asked(model, tmp_path / "asking.safetensors")
    for number, low in enumerate(added):
        layer = merged[0].auto_model.get_submodule(name_of(number))
        assert torch.allclose(layer(x), low(x), atol=1e-2)


def test_a_share_of_the_additions_can_be_exported(tmp_path: Path) -> None:
    down, up = torch.randn(2, 4), torch.randn(3, 2)
    export([(down, up)], tmp_path / "half.safetensors", share=0.5)
    kept = load_file(tmp_path / "half.safetensors")
    assert set(kept) == {f"{name_of(0)}.down", f"{name_of(0)}.up"}
    product = kept[f"{name_of(0)}.up"].float() @ kept[f"{name_of(0)}.down"].float()
    assert torch.allclose(product, 0.5 * up @ down, atol=1e-2)


def toy() -> Corpus:
    """Four units on two boards, and three questions."""
    torch.manual_seed(1)
    vectors = torch.nn.functional.normalize(torch.randn(4, DIM), dim=1).numpy()
    boards = [[0, 1], [0, 1], [2, 3]]
    texts = ("what follows?", "谁负责", "HOW MANY BOXES")
    asked = [one_asked(text=texts[n], nodes=[[n]], boards=[boards[n]]) for n in range(3)]
    return Corpus(vectors, ["a", "a", "b", "b"], {"en": np.full(DIM, 0.01, np.float32)}, asked)


def test_a_few_steps_bring_questions_near_their_answers() -> None:
    corpus, encoder = toy(), Encoder(Model())
    trainer = Trainer(encoder, [corpus], Plan(rounds=12, rate=0.05, rank=4, batch=3, keep=0.1))
    losses = [trainer.round("a round") for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]
    assert measure(encoder, corpus)["all"].first == 1.0


def test_the_same_seed_trains_the_same() -> None:
    losses = []
    for _ in range(2):
        trainer = Trainer(Encoder(Model()), [toy()], Plan(rounds=2, batch=1))
        losses.append([trainer.round("a round") for _ in range(2)])
    assert losses[0] == losses[1]


def test_a_training_goes_on_where_another_ended() -> None:
    plan = Plan(rounds=12, rate=0.05, rank=4, batch=3, keep=0.1)
    one = Trainer(Encoder(Model()), [toy()], plan)
    for _ in range(12):
        one.round("a round")
    other = Trainer(Encoder(Model()), [toy()], plan)
    before = float(other.loss(other.items).detach())
    other.go_on_from(pairs(one.added))
    one.encoder.bert.eval()
    other.encoder.bert.eval()
    after, wanted = (float(each.loss(each.items).detach()) for each in (other, one))
    assert after == pytest.approx(wanted, rel=0.05)
    assert after < before


def test_a_batch_from_several_stores_has_the_loss_of_each() -> None:
    one, two = toy(), toy()
    trainer = Trainer(Encoder(Model()), [one, two], Plan(rounds=4, batch=2))
    trainer.encoder.bert.eval()
    items = [(one, one.asked[0]), (two, two.asked[1])]
    apart = [float(trainer.loss([item]).detach()) for item in items]
    assert float(trainer.loss(items).detach()) == pytest.approx(sum(apart) / 2, abs=1e-3)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("train", "`gather lessons` comes first"),
        ("export", "`train` comes first"),
        ("measure", "`gather dev` comes first"),
    ],
    ids=["train", "export", "measure"],
)
def test_what_is_missing_is_told(
    tmp_path: Path, step: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--folder", str(tmp_path), step]) == 2
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
    monkeypatch.setattr(command, "bundled_model", lambda _: Model())
    weights = str(tmp_path / "asking.safetensors")
    for line in (
        ["gather", "lessons"],
        ["gather", "dev"],
        ["train", "--rounds", "1", "--batch", "2", "--rank", "2"],
        ["train", "--rounds", "1", "--rank", "2", "--start", str(tmp_path / "trained.pt")],
        ["export", "--to", weights],
        ["measure", "--weights", weights],
    ):
        assert command.main(["--folder", str(tmp_path), *line]) == 0
    said = capsys.readouterr().out
    assert "4 wordings" in said
    assert "taught" in said
