"""What the upper layers make of words, rows and what hangs together."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from evals.training.upper.train import _NAMES
from kb.answer.selection.joins import JOINS
from kb.answer.selection.net import GONE, Said
from kb.answer.selection.upper import Layer, Read, UpperLayers, UpperSize
from tests.kb.answer.selection.untaught import DIM, SMALL, question, together, untaught

LOCAL = UpperSize(dim=DIM, heads=2, layers=0)  # without attention nothing goes from row to row


def said(read: Read, size: UpperSize = SMALL) -> Said:
    with torch.no_grad():
        told: Said = untaught(size)(read)
    return told


def moved(one: Read, other: Read, size: UpperSize = SMALL) -> list[bool]:
    """Whether each row is said otherwise of, so that it could be seen."""
    change: Tensor = (said(one, size).member - said(other, size).member)[0].abs()
    return [one > 1e-4 for one in change.tolist()]


def test_what_is_padded_is_read_as_it_is_alone() -> None:
    some = [
        question(1),
        question(2, words=9, of_rows=(1, 4, 0, 2, 5, 1)),
        question(3, words=2, of_rows=(3,)),
    ]
    got = said(together(*some))
    for at, one in enumerate(some):
        alone, rows = said(one), one.rows.shape[1]
        for name in ("member", "start"):
            told = getattr(got, name)[at]
            assert torch.allclose(told[:rows], getattr(alone, name)[0], atol=1e-5)
            assert (told[rows:] == GONE).all()
        assert torch.allclose(got.none[at], alone.none[0], atol=1e-5)
        assert torch.allclose(got.category[at], alone.category[0], atol=1e-5)


def test_the_words_of_a_row_are_its_own() -> None:
    read = question(1, of_rows=(2, 3, 1))
    words = read.words.clone()
    words[read.owner == 1] *= -1
    other = read._replace(words=words)
    assert moved(read, other, LOCAL) == [False, True, False]
    assert moved(read, other) == [True, True, True]  # read beside one another


def test_a_row_is_known_by_its_vector_and_its_numbers() -> None:
    read = question(1, of_rows=(2, 3, 1))
    rows, numbers = read.rows.clone(), read.numbers.clone()
    rows[0, 0] *= -1
    numbers[0, 2] *= -1
    assert moved(read, read._replace(rows=rows), LOCAL) == [True, False, False]
    assert moved(read, read._replace(numbers=numbers), LOCAL) == [False, False, True]


def test_all_that_is_asked_is_heard() -> None:
    read = question(1)
    for at in range(4):
        words = read.words.clone()
        words[0, at] *= -1
        assert all(moved(read, read._replace(words=words)))
    assert all(moved(read, read._replace(cues=-read.cues)))


def test_a_row_hears_from_those_it_is_joined_with_by_kind() -> None:
    read = question(1)
    kinds = [JOINS.index(name) for name in ("after", "before")]
    plain, after, before = (
        read._replace(joins=torch.tensor(joins, dtype=torch.int64).reshape(-1, 4))
        for joins in ([], [[0, kinds[0], 2, 0]], [[0, kinds[1], 2, 0]])
    )
    assert moved(plain, after) == moved(after, before) == [False, False, True, False]


def test_until_it_is_taught_a_row_hears_nothing() -> None:
    torch.manual_seed(0)
    read, made = question(1), UpperLayers(SMALL).eval()
    own = made.hear[0].get_submodule("own").get_parameter("weight")
    with torch.no_grad():
        before = made(read).member
        assert torch.equal(made(read._replace(joins=read.joins[:0])).member, before)
        torch.nn.init.normal_(own)
        changed = (made(read).member != before)[0].tolist()
    assert changed == [True, True, True, False]  # the last has no words of its own


def test_a_layer_is_one_of_bert() -> None:
    torch.manual_seed(0)
    config: Any = BertConfig(hidden_size=DIM, num_attention_heads=2, intermediate_size=64)
    config._attn_implementation = "sdpa"
    bert_layer: Any = BertLayer
    theirs = bert_layer(config).eval()
    ours = Layer(SMALL).eval()
    for weights in theirs.parameters():  # fresh ones are too even to tell layers apart
        torch.nn.init.normal_(weights, std=0.3)
    for long, short in _NAMES.items():
        ours.get_submodule(short).load_state_dict(theirs.get_submodule(long).state_dict())
    x, mask = torch.randn(2, 7, DIM), torch.ones(2, 7, dtype=torch.bool)
    mask[1, 3:] = False
    with torch.no_grad():
        want = theirs(x, attention_mask=mask[:, None, None].expand(-1, -1, 7, -1))
        assert torch.allclose(ours(x, mask), want, atol=1e-5)
        assert not torch.allclose(ours(x, torch.ones_like(mask))[1], want[1], atol=0.1)
