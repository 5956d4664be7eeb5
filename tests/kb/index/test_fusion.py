from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.index.centring import Centres, Means, Sight
from kb.index.fusion import held, score
from kb.index.points import Hit, Seen, Sparse
from kb.index.profile import Profile
from kb.index.sparse import sparse_passage, sparse_query
from kb.weights import WEIGHTS, Weights

WORDS = ["stock", "payment", "parcel", "库存", "支付"]
VIEW = Centres(Profile({"en": 50}, {"en": 50}), Means(), WEIGHTS.taken)

_units = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.sampled_from(WORDS), max_size=3)), max_size=12
)


def seen(number: int, near: float, words: list[str], title: str = "") -> Seen:
    payload: dict[str, Any] = {"title": title, "source": [], "language": "en"}
    return Seen(f"{number:03}", payload, sparse_passage(" ".join(words)), [near])


def scored(
    units: list[Seen], terms: Sparse, view: Centres = VIEW, weights: Weights = WEIGHTS
) -> list[Hit]:
    sight = Sight(np.eye(4, dtype=np.float32)[0], view)
    rarities = {term: view.profile.rarity(term) for term in terms.indices}
    return score(units, sight, rarities, weights)


@given(_units, st.sampled_from(WORDS), st.integers(0, 99))
def test_the_order_of_what_is_scored_does_not_count(
    units: list[tuple[int, list[str]]], question: str, seed: int
) -> None:
    points = [seen(n, far / 4, words) for n, (far, words) in enumerate(units)]
    hits = scored(points, sparse_query(question))
    random.Random(seed).shuffle(points)
    assert scored(points, sparse_query(question)) == hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    said = {f"{n:03}" for n, (_, words) in enumerate(units) if question in words}
    assert {hit.id for hit in hits if hit.sparse} == said


def test_words_that_the_boards_lack_give_words_no_vote() -> None:
    near, far = seen(1, 0.8, ["stock"]), seen(2, 0.6, ["zebra", "stock"])
    lost = scored([near, far], sparse_query("giraffe elephant stock"))
    full = scored([near, far], sparse_query("stock"))
    assert lost[0].sparse is not None
    assert full[0].sparse is not None
    assert lost[0].sparse < full[0].sparse / 2
    rare = Centres(Profile({"en": 50}, {"en": 50}, {}, dict.fromkeys(near.sparse.indices, 49.0)),
                   Means(), WEIGHTS.taken)  # fmt: skip
    common = scored([near, far], sparse_query("zebra stock"), rare)
    assert {hit.id: hit.sparse or 0 for hit in common}["001"] < 0.1


def test_own_words_count_more_than_those_around() -> None:
    rarities = dict.fromkeys(sparse_query("payment").indices, 1.0)
    own, around = sparse_passage("Take payment"), sparse_passage("Ship", "Take payment")
    assert held(rarities, own) > 1.5 * held(rarities, around) > 0
    assert held({}, own) == 0


def test_the_title_counts() -> None:
    titled, other = seen(1, 1, [], "Payment flow"), seen(2, 1, [], "Hiring")
    assert scored([other, titled], sparse_query("payment"))[0].id == "001"
    without = scored([other, titled], sparse_query("payment"), weights=Weights(names=0.0))
    assert without[0].score == without[1].score


@pytest.mark.parametrize(
    ("unit", "text", "first"),
    [("node", "x" * 900, "001"), ("node", "x", "002"), ("board", "x" * 900, "002")],
)
def test_words_count_more_in_a_page_than_in_a_line(unit: str, text: str, first: str) -> None:
    """A vector holds a sentence; of a page it says less than the words do."""
    said, meant = seen(1, 0.6, ["stock"]), seen(2, 1.0, [])
    said.payload.update(unit=unit, text=text)
    assert scored([said, meant], sparse_query("stock"))[0].id == first
