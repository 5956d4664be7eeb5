from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.index.centring import Centres, Means
from kb.index.fusion import held, score
from kb.index.points import Point
from kb.index.profile import Profile
from kb.index.sparse import sparse_passage, sparse_query
from kb.weights import WEIGHTS, Weights

WORDS = ["stock", "payment", "parcel", "库存", "支付"]
VIEW = Centres(Profile({"en": 50}, {"en": 50}), Means(), WEIGHTS.taken)

_units = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.sampled_from(WORDS), max_size=3)), max_size=12
)


def point(number: int, direction: int, words: list[str], title: str = "") -> Point:
    payload = {"title": title, "source": [], "language": "en"}
    return Point(f"{number:03}", np.eye(4)[direction], sparse_passage(" ".join(words)), payload)


@given(_units, st.sampled_from(WORDS), st.integers(0, 99))
def test_the_order_of_what_is_scored_does_not_count(
    units: list[tuple[int, list[str]]], question: str, seed: int
) -> None:
    points = [point(n, direction, words) for n, (direction, words) in enumerate(units)]
    asked, terms = np.eye(4, dtype=np.float32)[0], sparse_query(question)
    hits = score(points, asked, terms, VIEW, WEIGHTS)
    random.Random(seed).shuffle(points)
    assert score(points, asked, terms, VIEW, WEIGHTS) == hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    said = {f"{n:03}" for n, (_, words) in enumerate(units) if question in words}
    assert {hit.id for hit in hits if hit.sparse} == said


def test_words_that_the_boards_lack_give_words_no_vote() -> None:
    near, far = point(1, 0, ["stock"]), point(2, 1, ["zebra", "stock"])
    asked = np.array([0.8, 0.6, 0, 0], np.float32)
    lost = score([near, far], asked, sparse_query("giraffe elephant stock"), VIEW, WEIGHTS)
    full = score([near, far], asked, sparse_query("stock"), VIEW, WEIGHTS)
    assert lost[0].sparse is not None
    assert full[0].sparse is not None
    assert lost[0].sparse < full[0].sparse / 2
    rare = Centres(Profile({"en": 50}, {"en": 50}, {}, dict.fromkeys(near.sparse.indices, 49.0)),
                   Means(), WEIGHTS.taken)  # fmt: skip
    common = score([near, far], asked, sparse_query("zebra stock"), rare, WEIGHTS)
    assert {hit.id: hit.sparse or 0 for hit in common}["001"] < 0.1


def test_own_words_count_more_than_those_around() -> None:
    rarities = dict.fromkeys(sparse_query("payment").indices, 1.0)
    own, around = sparse_passage("Take payment"), sparse_passage("Ship", "Take payment")
    assert held(rarities, own) > 1.5 * held(rarities, around) > 0
    assert held({}, own) == 0


def test_the_title_counts() -> None:
    titled, other = point(1, 0, [], "Payment flow"), point(2, 0, [], "Hiring")
    asked, terms = np.eye(4, dtype=np.float32)[0], sparse_query("payment")
    assert score([other, titled], asked, terms, VIEW, WEIGHTS)[0].id == "001"
    without = score([other, titled], asked, terms, VIEW, Weights(names=0.0))
    assert without[0].score == without[1].score
