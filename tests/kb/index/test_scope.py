from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evidence import Filters
from kb.index.points import Where, point_id
from kb.index.scope import places_of, scope
from kb.scene import NodeKind, RelationKind

NAMES = st.text(min_size=1, max_size=5)
KINDS = st.sampled_from([*get_args(NodeKind), *get_args(RelationKind)])


@given(NAMES, st.lists(KINDS).map(tuple), st.lists(NAMES).map(tuple), st.text(max_size=8))
def test_the_workspace_is_always_asked_for(
    workspace: str, kinds: tuple[NodeKind | RelationKind, ...], boards: tuple[str, ...], source: str
) -> None:
    filters = Filters(kinds=kinds, boards=boards, source=source)
    assert scope(workspace, filters)[0] == Where("workspace", any=(workspace,))


def test_no_name_is_not_every_name() -> None:
    with pytest.raises(ValueError, match="name"):
        scope("")
    assert scope(None) == ()


@pytest.mark.parametrize(
    ("sources", "places"),
    [
        (["a/b/c.png"], ["a", "a/b", "a/b/c.png"]),
        (["./a.png", "a.png/"], ["a.png"]),
        ([r"a\b.png"], ["a", "a/b.png"]),
        (["/x/y.png"], ["/", "/x", "/x/y.png"]),
        ("one.png", ["one.png"]),
        ([""], []),
        ([], []),
    ],
)
def test_places(sources: str | list[str], places: list[str]) -> None:
    assert places_of(sources) == places


def test_ids_are_stable_and_apart() -> None:
    assert point_id("w", "b", "n:1") == point_id("w", "b", "n:1")
    assert (
        len({point_id("w", "b", "n:1"), point_id("wb", "", "n:1"), point_id("w", "bn:1", "")}) == 3
    )
