from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evidence import Filters
from kb.index.fusion import fuse
from kb.index.points import Scored, Where, point_id
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


SCORED = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([0.1, 0.5, 0.9])),
    unique_by=lambda x: x[0],
)


@given(SCORED, SCORED, st.randoms(use_true_random=False))
def test_fusion_does_not_depend_on_the_order_of_ties(
    dense: list[tuple[str, float]], sparse: list[tuple[str, float]], random: object
) -> None:
    near = [Scored(i, score, {}) for i, score in dense]
    said = [Scored(i, score, {}) for i, score in sparse]
    hits = fuse(near, said, 10)
    random.shuffle(near)  # type: ignore[attr-defined]
    random.shuffle(said)  # type: ignore[attr-defined]
    assert fuse(near, said, 10) == hits
    assert len({hit.id for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    both = {i for i, _ in dense} & {i for i, _ in sparse}
    assert {hit.id for hit in hits if None not in (hit.dense, hit.sparse)} == both
