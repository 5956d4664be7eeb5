from __future__ import annotations

import pytest

from kb.apart import named, names_apart
from kb.evidence import BoardRef, Citation


def refs(*boards: tuple[str, str]) -> list[BoardRef]:
    return [BoardRef(id=f"b{n}", source=s, title=t) for n, (t, s) in enumerate(boards)]


@pytest.mark.parametrize(
    ("boards", "names"),
    [
        ([("Money", "a/1.canvas"), ("Plan", "a/1.canvas")], ["Money", "Plan"]),
        (
            [("Money", "fair/1.canvas"), ("Money", "club/1.canvas")],
            ["Money (fair)", "Money (club)"],
        ),
        ([("预算", "市场/1.png"), ("预算", "研发/1.png")], ["预算 (市场)", "预算 (研发)"]),
        (
            [("Money", "fair/03.canvas"), ("Money", "fair/04.canvas"), ("Plan", "x.canvas")],
            ["Money (03.canvas)", "Money (04.canvas)", "Plan"],
        ),
        ([("Money", "03.canvas"), ("Money", "fair/03.canvas")], None),
        ([("Money", "a.pdf"), ("Money", "a.pdf")], ["Money (b0)", "Money (b1)"]),
        ([("", "a/1.canvas"), ("", "b/1.canvas")], ["a/1.canvas", "b/1.canvas"]),
    ],
)
def test_boards_of_one_title_are_told_apart(
    boards: list[tuple[str, str]], names: list[str] | None
) -> None:
    told = list(names_apart(refs(*boards)).values())
    assert len(set(told)) == len(boards)
    assert names is None or told == names


def test_one_board_cited_twice_needs_no_more_than_its_title() -> None:
    (board,) = refs(("Money", "fair/1.canvas"))
    cites = [Citation(n=n, board=board, nodes=("a",), region=(0, 0, 1, 1), text="") for n in (1, 2)]
    assert [one.name for one in named(cites)] == ["Money", "Money"]
    other = BoardRef(id="x", source="club/1.canvas", title="Money")
    assert {one.name for one in named(cites, [other])} == {"Money (fair)"}
