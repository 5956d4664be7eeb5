from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.index.sparse import sparse_passage, sparse_query


@settings(deadline=None)  # the dictionary loads with the first Chinese word
@given(st.text())
def test_vectors_are_what_an_engine_takes(text: str) -> None:
    for vector in (sparse_passage(text), sparse_query(text)):
        assert vector.indices == sorted(set(vector.indices))
        assert len(vector.indices) == len(vector.values)
        assert all(0 <= index < 2**32 for index in vector.indices)
        assert all(value > 0 for value in vector.values)


@pytest.mark.parametrize("text", ["", "what is this?", "这是什么？", "!!!", "how do we"])
def test_a_query_without_content_has_no_vote(text: str) -> None:
    assert not sparse_query(text)


def test_stop_words_that_ask_nothing_count_if_alone() -> None:
    assert sparse_query("the same")
    assert set(sparse_query("list all risks").indices) < set(
        sparse_passage("list all risks").indices
    )


def test_weights_saturate_and_long_passages_pay() -> None:
    once = sparse_passage("stock order").values[0]
    often = max(sparse_passage("stock " * 5 + "order").values)
    assert once < often < 5 * once
    assert max(sparse_passage("stock " + "order " * 100).values) < 2.2
    assert min(sparse_passage("stock " + "other " * 200).values) < once
