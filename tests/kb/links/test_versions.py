"""One board at two times: recognised through another camera, in time order, decided by users."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event

from kb.base import KnowledgeBase
from kb.catalog import NewSource
from kb.drawn import date_in
from kb.errors import NotFound, WrongUse
from kb.links import decide_version, versions_of
from kb.links.looks import Looks
from kb.moments import boards_at
from kb.scene import Scene
from tests.kb.compare.scenes import TILTED, flow, node, renamed, scene, seen
from tests.kb.links.filling import day, put
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def misread(text: str) -> str:
    return text.replace("o", "0", 1).replace("i", "l", 1)


def history(base: KnowledgeBase, board: str) -> list[str]:
    told = versions_of(base, "w", board)
    return [one.at.board.source for one in told.earlier] + [
        f"> {one.at.board.source}" for one in told.later
    ]


def test_a_board_photographed_again_is_a_version_in_time_order(base: KnowledgeBase) -> None:
    later = scene([*flow().nodes[:-1], node("new", "Ask for feedback", (900, 900))])
    third = put(base, "c.jpg", renamed(seen(later, TILTED, misread), "z"), taken=day(9))
    first = put(base, "a.jpg", flow("local"), taken=day(2))
    second = put(base, "b.jpg", renamed(seen(flow(), TILTED), "y"), taken=day(5))
    put(base, "other.jpg", scene([node("q", "Hire people", (10, 10))]), taken=day(5))
    assert history(base, second) == ["a.jpg", "> c.jpg"]
    assert history(base, first) == ["> b.jpg", "> c.jpg"]
    (one, _) = versions_of(base, "w", third).earlier
    assert one.state == "suggested"
    assert one.score > 0.6
    assert set(one.signals) == {"words", "place"}


def test_boards_that_share_a_template_are_no_versions(base: KnowledgeBase) -> None:
    def retro(notes: list[str]) -> Scene:
        heads = ["Went well", "Slowed us down", "Try next"]
        nodes = [node(f"h{i}", text, (100 + 400 * i, 50)) for i, text in enumerate(heads)]
        nodes += [
            node(f"s{i}", text, (100 + 400 * (i % 3), 200 + 90 * i)) for i, text in enumerate(notes)
        ]
        return scene(nodes)

    one = put(
        base,
        "r1",
        retro(
            ["Pairing", "Flaky tests", "Mock the API", "Priya joined", "Deploys", "Lunch", "Alerts"]
        ),
    )
    put(
        base,
        "r2",
        retro(
            ["New office", "VPN down", "Walk outside", "Tom is back", "Hiring", "Coffee", "Noise"]
        ),
    )
    assert history(base, one) == []


def test_a_user_decides_and_takes_it_back(base: KnowledgeBase) -> None:
    one = put(base, "one.canvas", flow())
    two = put(base, "two.canvas", renamed(flow(), "x"))
    decide_version(base, (two, one), "rejected", workspace="w", by="Aisha", note="a copy")
    assert history(base, one) == []
    decide_version(base, (one, two), "suggested", workspace="w", by="Aisha")
    assert history(base, one) == ["> two.canvas"]
    three = put(base, "three.canvas", scene([node("x", "Something else", (0, 0))]))
    decide_version(base, (one, three), "accepted", workspace="w", by="Aisha")
    assert len(history(base, two)) == 2  # through the first
    decide_version(base, (one, three), "suggested", workspace="w", by="Aisha")
    assert len(history(base, two)) == 1
    with pytest.raises(WrongUse):
        decide_version(base, (one, one), "accepted", workspace="w", by="Aisha")
    with pytest.raises(NotFound):
        decide_version(base, (one, three), "accepted", workspace="other", by="Aisha")


def test_what_a_database_refuses_is_not_handed_to_it(base: KnowledgeBase) -> None:
    one = put(base, "one.canvas", flow())
    two = put(base, "two.canvas", renamed(flow(), "x"))
    decide_version(base, (one, two), "accepted", workspace="w", by="A\0b", note="a\0\ud800 copy")
    page = versions_of(base, "w", one)
    (told,) = page.earlier + page.later
    assert told.decision is not None
    assert (told.decision.by, told.decision.note) == ("Ab", "a copy")
    asked: list[object] = []
    event.listen(base.catalog._engine, "before_cursor_execute", lambda *a: asked.append(a))
    with pytest.raises(NotFound):
        base.catalog.board("w", one + "\0")
    assert not asked


def test_sizes_of_many_likely_boards_are_asked_for_in_batches(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.links.again.BATCH", 2)
    most: list[int] = []
    event.listen(
        base.catalog._engine,
        "before_cursor_execute",
        lambda _c, _u, statement, told, *_: (
            most.append(len(told)) if "count(*)" in statement else 0
        ),
    )
    ids = [put(base, f"{n}.canvas", renamed(flow(), f"x{n}")) for n in range(5)]
    assert len(history(base, ids[0])) == 4
    assert max(most) <= 3  # two boards, and the empty name


def test_versions_stay_in_their_workspace_and_go_with_their_board(base: KnowledgeBase) -> None:
    one = put(base, "one.canvas", flow())
    put(base, "two.canvas", renamed(flow(), "x"), workspace="other")
    assert history(base, one) == []
    put(base, "three.canvas", renamed(flow(), "y"))
    assert history(base, one) == ["> three.canvas"]
    base.catalog.forget(base.catalog.board("w", one).source_id)
    three = base.catalog.boards("w")[0].id
    assert history(base, three) == []


def test_pictures_help_where_few_words_were_read(base: KnowledgeBase) -> None:
    def blob(noise: int) -> str:
        rng = np.random.default_rng(1)
        grey = rng.integers(0, 255, (12, 16)).repeat(20, 0).repeat(20, 1)
        shaken = np.clip(grey + np.random.default_rng(noise).normal(0, noise, grey.shape), 0, 255)
        out = io.BytesIO()
        Image.fromarray(shaken.astype(np.uint8)).save(out, "JPEG")
        return base.blobs.put(out.getvalue())

    read = flow("local").nodes
    half = scene([*read[:4], *(node(f"m{i}", f"{i}xq{i}", (100, 400 + 90 * i)) for i in range(5))])
    assert Looks(base).alike(blob(0), blob(9)) > 0.9
    one = put(base, "one.jpg", flow("local"), picture=blob(0))
    put(base, "two.jpg", renamed(half, "x"), picture=blob(9))
    (told,) = versions_of(base, "w", one).later + versions_of(base, "w", one).earlier
    assert "picture" in told.signals
    put(base, "three.jpg", renamed(half, "y"), picture="0" * 64)
    assert len(history(base, one)) == 1 + 1  # the third is a version of the second


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("retro-2026-03-02.png", (2026, 3, 2)),
        ("shots/IMG_20260302_101500.jpg", (2026, 3, 2)),
        ("2026.03.02 standup.canvas", (2026, 3, 2)),
        ("team/2026-03-02/photo.jpg", (2026, 3, 2)),
        ("2025-01-01/2026-03-02.jpg", (2026, 3, 2)),
        ("2025-01-01/2026-02-31 and 2026-03-02.jpg", (2026, 3, 2)),
        ("board-12345678.png", None),
        ("2026-02-31.png", None),
        ("v1.2.3.png", None),
    ],
)
def test_a_date_in_a_file_name(name: str, told: tuple[int, int, int] | None) -> None:
    from datetime import datetime

    at = date_in(name)
    assert (None if at is None else datetime.fromtimestamp(at).timetuple()[:3]) == told


@pytest.mark.parametrize("name", ["2026-03-02.canvas", "2026-03-02/a.canvas", "plan.canvas"])
def test_index_and_histories_tell_one_moment(base: KnowledgeBase, name: str) -> None:
    ident = put(base, name, flow())
    with base.catalog.session() as session:
        (told,) = boards_at(session, [base.catalog.board("w", ident)])
    moments = {one.payload["at"] for one in base.index.points(workspace="w", board_id=ident)}
    assert moments == {told.when.timestamp()}


def test_a_file_saved_at_another_time_is_told_to_the_index(base: KnowledgeBase) -> None:
    put(base, "plan.canvas", flow())
    digest = hashlib.sha256(b"w/plan.canvas").hexdigest()
    place = ("w", "/boards/w/plan.canvas", "plan.canvas", digest, 1)
    assert base.catalog.register(NewSource(*place, 10**9)).state == "ready"
    assert base.catalog.register(NewSource(*place, 2 * 10**9)).state == "extracted"
