"""To name a thing again says neither who has it nor when it is."""

from __future__ import annotations

import pytest

from kb.answer.repeats import only_repeats
from kb.query.question import understand


@pytest.mark.parametrize(
    ("question", "told", "repeats"),
    [
        ("When is Book refund?", ["Book refund", "Money is back"], True),
        ("When is Book refund?", ["Book refund"], True),
        ("When is Book refund?", ["Book refund", "Friday"], False),
        ("When is Book refund?", ["Book refund", "August: all of them"], False),
        ("When is Book refund?", ["Book refund", "Receipt there?"], False),
        ("When is Book refund?", ["Money is back"], False),
        ("When is Book refund?", ["Book refund - 12 May"], False),
        ("上线是什么时候？", ["上线", "通知客户"], True),
        ("上线是什么时候？", ["上线", "六月底"], False),
        ("Who owns Book refund?", ["Book refund"], True),
        ("Who owns Book refund?", ["Book refund", "Ngozi"], False),
        ("谁负责上线？", ["上线"], True),
        ("What is Book refund?", ["Book refund"], False),
    ],
)
def test_what_only_repeats_the_thing(question: str, told: list[str], repeats: bool) -> None:
    assert only_repeats(understand(question), told) == repeats
