from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.choice import PER_BOARD, choose, grouped
from kb.index.points import Hit
from kb.likeness import sketch_of

ORDER = ["Order flow", "Check stock", "Take payment", "Ship parcel", "Back order", "Send invoice"]
HIRING = ["Hiring", "Screen the letters", "Phone interview", "Trial day", "Make an offer"]


def page(*boards: tuple[str, list[str]]) -> list[Hit]:
    """Hits of boards with these words: the first words of each board, then the second …"""
    rows = [
        (n, board, text, sketch_of(words))
        for board, words in boards
        for n, text in enumerate(words)
    ]
    return [
        Hit(
            id=f"{board}-{n}",
            score=1.0 - n / 100,
            payload={"board": board, "unit": "node", "text": text, "sketch": sketch},
        )
        for n, board, text, sketch in sorted(rows)
    ]


def test_five_photos_of_one_board_do_not_fill_the_page() -> None:
    photos = [(f"photo{i}", ORDER) for i in range(5)]
    shown = choose(page(*photos, ("other", HIRING)), len(ORDER) + len(HIRING))
    assert sorted(hit.payload["text"] for hit in shown) == sorted([*ORDER, *HIRING])


def test_a_board_has_its_share_and_no_more() -> None:
    many = [f"{text} {word}" for text in ORDER for word in ("one", "two")]
    shown = choose(page(("big", many), ("other", HIRING)), PER_BOARD + len(HIRING))
    assert sum(hit.payload["board"] == "big" for hit in shown) == PER_BOARD


def test_a_node_is_not_said_again_beside_its_relation() -> None:
    relation = {"board": "a", "unit": "relation", "nodes": ["1", "2"], "text": "Pay → Ship: paid"}
    pay = {"board": "a", "unit": "node", "nodes": ["1"], "text": "Pay"}
    other = {"board": "a", "unit": "node", "nodes": ["3"], "text": "Pay later"}
    hits = [Hit("r", 0.9, relation), Hit("n1", 0.8, pay), Hit("n3", 0.7, other)]
    assert [hit.id for hit in choose(hits, 2)] == ["r", "n3"]
    assert [hit.id for hit in choose(hits[::-1], 3)] == ["n3", "n1", "r"]


def test_versions_are_kept_apart_where_what_changed_is_asked() -> None:
    photos = page(("first", ORDER), ("later", ORDER))
    assert {hit.payload["board"] for hit in choose(photos, 4)} == {"first"}
    assert {hit.payload["board"] for hit in choose(photos, 4, versions=True)} == {"first", "later"}


def test_what_a_version_says_anew_is_shown() -> None:
    later = [*ORDER[:2], "Take payment by card or cash", *ORDER[3:]]
    shown = choose(page(("first", ORDER), ("later", later)), 5)
    assert "Take payment by card or cash" in {hit.payload["text"] for hit in shown}


def test_figures_make_a_difference() -> None:
    first = [f"Sprint 12 {text}" for text in ORDER]
    second = [f"Sprint 13 {text}" for text in ORDER]
    shown = choose(page(("first", first), ("second", second)), 4)
    assert {hit.payload["board"] for hit in shown} == {"first", "second"}


def test_repeats_come_in_where_the_others_run_out() -> None:
    hits = page(("photo1", ORDER), ("photo2", ORDER))
    assert len(choose(hits, 12)) == 12


_hits = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(ORDER)), max_size=30)


@given(_hits, st.integers(1, 12))
def test_every_page_is_full_and_holds_nothing_twice(rows: list[tuple[str, str]], k: int) -> None:
    hits = [
        Hit(str(n), 1 - n / 100, {"board": board, "unit": "node", "text": text})
        for n, (board, text) in enumerate(rows)
    ]
    shown = choose(hits, k)
    assert len(shown) == min(k, len(hits))
    assert len({hit.id for hit in shown}) == len(shown)
    assert sorted(hit.id for hit in grouped(shown)) == sorted(hit.id for hit in shown)


def test_a_board_of_one_node_is_said_once() -> None:
    for words in ("Buy tea", "买茶"):
        node = {"board": "a", "unit": "node", "nodes": ["1"], "text": words}
        whole = {"board": "a", "unit": "board", "nodes": ["1"], "text": words}
        elsewhere = {"board": "b", "unit": "node", "nodes": ["1"], "text": words}
        hits = [Hit("n", 0.9, node), Hit("b", 0.8, whole), Hit("e", 0.7, elsewhere)]
        assert [hit.id for hit in choose(hits, 5)] == ["n", "e"]


def test_equal_words_at_two_places_of_a_board_come_after_the_rest() -> None:
    first = {"board": "a", "unit": "node", "nodes": ["1"], "text": "to do"}
    second = {"board": "a", "unit": "node", "nodes": ["2"], "text": "To do"}
    other = {"board": "a", "unit": "node", "nodes": ["3"], "text": "Ship"}
    hits = [Hit("1", 0.9, first), Hit("2", 0.8, second), Hit("3", 0.7, other)]
    assert [hit.id for hit in choose(hits, 3)] == ["1", "3", "2"]
