"""Profiles and centred searches: nothing of what was deleted, nothing of another workspace."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.bilingual import Dictionary
from kb.evidence import Filters
from kb.index import Hit, Point, UnitIndex, across, point_id, sparse_passage, sparse_query
from kb.index.centring import Means
from kb.index.points import About
from kb.index.profile import SAMPLE, Profile
from kb.index.server import ServerDriver, connect
from kb.text import language_of

DIM = 16
ABOUT = About("model", DIM)
WORDS = ["stock", "payment", "parcel", "库存", "支付", "包裹", "risk", "风险", "42"]

Board = tuple[str, str, tuple[str, ...]]
"""Workspace, name, words of its units."""

_boards = st.lists(
    st.tuples(
        st.sampled_from(["acme", "zeta"]),
        st.sampled_from("abcde"),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(tuple),
    ),
    max_size=8,
    unique_by=lambda board: board[:2],
)


@pytest.fixture(scope="module")
def engine() -> Iterator[ServerDriver]:
    driver = ServerDriver(connect(":memory:"), "test", ABOUT)
    yield driver
    driver.close()


def vector_of(text: str) -> np.ndarray:
    """A direction for the words and a strong one for the language, as multilingual models have."""
    rng = np.random.default_rng(list(text.encode()))
    vector = rng.normal(size=DIM)
    vector[0 if language_of(text) == "zh" else 1] += 8
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def points(boards: Sequence[Board]) -> list[Point]:
    return [
        Point(
            point_id(workspace, board, f"n:{n}"),
            vector_of(text),
            sparse_passage(text),
            {
                "workspace": workspace,
                "board": board,
                "unit": "node",
                "nodes": [str(n)],
                "source": [],
                "title": "",
                "text": text,
                "language": language_of(text),
            },
        )
        for workspace, board, words in boards
        for n, text in enumerate(words)
    ]


def filled(engine: ServerDriver, boards: Sequence[Board]) -> UnitIndex:
    engine.recreate(ABOUT)
    index = UnitIndex(engine, ABOUT.fingerprint, ABOUT.dim)
    index.put(points(boards))
    return index


def assert_same(one: Profile, two: Profile) -> None:
    """Means are sums in single precision: their last digit goes by the order of the units."""
    assert dict(one.counts) == dict(two.counts)
    assert one.means.keys() == two.means.keys()
    for language, mean in one.means.items():
        np.testing.assert_allclose(mean, two.means[language], rtol=0, atol=1e-6)
    assert dict(one.units) == pytest.approx(dict(two.units), rel=0, abs=1e-6)


def asked(index: UnitIndex, question: str) -> dict[str, float]:
    means = {language: vector_of(word) for language, word in (("en", "a"), ("zh", "一"), ("", "1"))}
    inquiry = index.inquire(
        vector_of(question),
        sparse_query(question),
        workspace="acme",
        language=language_of(question),
        means=Means(means, means),
    )
    return {hit.id: hit.score for hit in inquiry.near(20)}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_boards, st.sets(st.integers(0, 7)), st.sampled_from(WORDS))
def test_what_is_deleted_leaves_no_trace_and_other_workspaces_have_no_say(
    engine: ServerDriver, boards: list[Board], dropped: set[int], question: str
) -> None:
    index = filled(engine, boards)
    index.profile("acme")  # remembered, and to be forgotten with the next change
    for n, (workspace, board, _) in enumerate(boards):
        if n in dropped:
            index.drop_board(workspace, board)
    left = [board for n, board in enumerate(boards) if n not in dropped]
    before, found = index.profile("acme"), asked(index, question)
    fresh = filled(engine, [board for board in left if board[0] == "acme"])
    assert_same(fresh.profile("acme"), before)
    now = asked(fresh, question)
    assert list(now) == list(found)  # in the same order
    assert now == pytest.approx(found, rel=0, abs=1e-5)
    again = filled(engine, left)
    again.put(points(left))  # the same once more
    assert_same(again.profile("acme"), before)


def test_a_question_meets_the_answer_in_the_other_language(engine: ServerDriver) -> None:
    """Where language weighs more than meaning, only centred vectors find it."""
    index = filled(engine, [])
    language = {"en": np.eye(DIM)[0] * 3, "zh": np.eye(DIM)[1] * 3}

    def texts(spoken: str, count: int) -> list[np.ndarray]:
        raw = [language[spoken] + np.eye(DIM)[2 + n] for n in range(count)]
        return [np.asarray(one / np.linalg.norm(one), np.float32) for one in raw]

    made = points([("acme", "en", ("word",) * 8), ("acme", "zh", ("词",) * 8)])
    for n, (point, vector) in enumerate(zip(made, texts("en", 8) + texts("zh", 8), strict=True)):
        point.dense, point.payload["text"] = vector, f"{n}"
    index.put([p for p in made if p.payload["text"] != "3"])  # not said in English
    question = texts("en", 4)[3]
    means = Means({k: v / 3 for k, v in language.items()}, {k: v / 3 for k, v in language.items()})
    plain = index.inquire(question, sparse_query(""), workspace="acme", language="en")
    freed = index.inquire(question, sparse_query(""), workspace="acme", language="en", means=means)

    def best(hits: list[Hit]) -> str:
        return str(hits[0].payload["text"])

    assert best(plain.near(10)) != "11"
    assert best(freed.near(10)) == "11"
    narrow = index.inquire(
        question, sparse_query(""), workspace="acme", filters=Filters(boards=("en",)), means=means
    )
    assert all(hit.payload["board"] == "en" for hit in narrow.near(10))
    assert narrow.fetch([made[11].id]) == []
    assert [hit.id for hit in freed.fetch([made[11].id])] == [made[11].id]


@pytest.mark.parametrize(
    ("mine", "theirs", "loads"),
    [
        (("risk", "42"), ("风险",), 0),
        (("风险", "42"), ("risk",), 0),
        (("risk", "风险"), ("stock",), 1),
    ],
)
def test_the_dictionary_is_loaded_where_a_workspace_has_both_languages(
    engine: ServerDriver,
    monkeypatch: pytest.MonkeyPatch,
    mine: tuple[str, ...],
    theirs: tuple[str, ...],
    loads: int,
) -> None:
    loaded = []

    def load() -> Dictionary:
        loaded.append(1)
        return Dictionary("")

    monkeypatch.setattr(across, "dictionary", load)
    index = filled(engine, [("acme", "a", mine), ("zeta", "a", theirs)])
    index.inquire(vector_of("risk"), sparse_query("risk"), workspace="acme", text="the risk 风险")
    assert len(loaded) == loads


def test_fetching_does_not_reach_over_the_wall(engine: ServerDriver) -> None:
    boards: list[Board] = [("acme", "a", ("stock",)), ("zeta", "a", ("secret stock",))]
    index = filled(engine, boards)
    theirs = points(boards[1:])[0].id
    inquiry = index.inquire(vector_of("stock"), sparse_query("stock"), workspace="acme")
    assert inquiry.fetch([theirs]) == []
    assert theirs not in {hit.id for hit in inquiry.near(10)}


def test_rare_words_are_rare_in_a_sample_too() -> None:
    every, some = {1: 5000.0}, {1: 5000.0, 2: 50.0}
    whole = Profile({"en": 5000}, {"en": 5000}, {}, every)
    part = Profile({"en": 5000}, {"en": SAMPLE}, {}, some)
    assert whole.rarity(1) < 0.01
    assert whole.rarity(9) == pytest.approx(math.log(1 + 5000.5 / 0.5))
    assert part.rarity(1) < part.rarity(2) < part.rarity(9) < whole.rarity(9)
    assert Profile().rarity(1) >= 0
