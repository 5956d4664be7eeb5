from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answer.served.sentences import MAX_SENTENCE, Splitter


def cut(text: str, size: int) -> list[str]:
    splitter = Splitter()
    given = [text[at : at + size] for at in range(0, len(text), size)]
    return [s for piece in given for s in splitter.feed(piece)] + splitter.flush()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Cart comes first [1]. Then Pay [2].", ["Cart comes first [1].", "Then Pay [2]."]),
        ("Cart comes first. [1] Then Pay. [2][3]", ["Cart comes first. [1]", "Then Pay. [2][3]"]),
        ("先核对订单。[1]再退款【2】。", ["先核对订单。[1]", "再退款【2】。"]),
        ("- Risk A [1]\n- Risk B [2]", ["- Risk A [1]", "- Risk B [2]"]),
        ("It says “In stock? Ask. Then go” [1].", ["It says “In stock? Ask. Then go” [1]."]),
        ("Release v1.2 at 3.5% by Dr. Chen [1].", ["Release v1.2 at 3.5% by Dr. Chen [1]."]),
        ("Half a mark [1", ["Half a mark [1"]),
        ("See http://a.b/?c=d!e [1] now. Go.", ["See http://a.b/?c=d!e [1] now.", "Go."]),
        ("Really?! [1] Yes.", ["Really?! [1]", "Yes."]),
        ("An “open quotation. [1]\nNext [2].", ["An “open quotation. [1]", "Next [2]."]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_sentences_keep_their_marks(text: str, sentences: list[str]) -> None:
    for size in (1, 3, 1000):
        assert [s.strip() for s in cut(text, size)] == sentences


@settings(max_examples=60)
@given(
    st.text(st.sampled_from('ab .。!?[]1【】“”"\n()'), max_size=80)
    | st.text(max_size=60)
    | st.builds(
        lambda n, end: "x" * n + end, st.integers(1490, 1510), st.text(" .[1]\n", max_size=9)
    ),
    st.integers(1, 9),
)
def test_pieces_make_no_difference_and_nothing_is_lost(text: str, size: int) -> None:
    whole = cut(text, max(1, len(text)))
    assert cut(text, size if len(text) < 100 else size * 40) == whole
    assert "".join("".join(whole).split()) == "".join(text.split())


def test_a_sentence_that_never_ends_is_cut() -> None:
    assert max(map(len, cut("x" * 10_000, 100))) <= MAX_SENTENCE


def test_a_sentence_waits_for_the_mark_that_may_follow() -> None:
    splitter = Splitter()
    assert splitter.feed("Cart comes first.") == []
    assert splitter.feed(" ") == []
    assert splitter.feed("[1") == []
    assert splitter.feed("]") == []
    assert splitter.feed(" T") == ["Cart comes first. [1]"]
