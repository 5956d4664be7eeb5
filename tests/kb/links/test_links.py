"""Names that mean one thing: suggested with reasons, decided by users, used by the graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.base import KnowledgeBase
from kb.errors import NotFound, WrongUse
from kb.graph import Graph
from kb.links import decide_link, link_between, links_of, names_of_link
from kb.links.names import judge, names_a_thing
from kb.links.shapes import Link
from kb.settings import load_settings
from tests.kb.compare.scenes import node, scene
from tests.kb.links.filling import put
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def chain(*texts: str) -> object:
    nodes = [node(f"n{i}", text, (100 + 300 * i, 100)) for i, text in enumerate(texts)]
    return scene(nodes, [(f"n{i}", f"n{i + 1}") for i in range(len(texts) - 1)])


def found(base: KnowledgeBase, **options: object) -> dict[tuple[str, str], Link]:
    page = links_of(base, "w", **options)  # type: ignore[arg-type]
    return {(link.names[0].text, link.names[1].text): link for link in page.links}


def test_a_misspelt_name_is_suggested_and_joins_where_neighbours_agree(
    base: KnowledgeBase,
) -> None:
    one = put(base, "one", chain("Receive order", "Check inventory", "Pack"))
    two = put(base, "two", chain("Receive order", "Chek inventory", "Invoice"))
    link = found(base)["Check inventory", "Chek inventory"]
    assert link.state == "suggested"
    assert set(link.signals) >= {"spelling"}
    assert ("receive order", "receive order") in link.neighbours
    assert link.strength > link.score
    assert link.joined
    assert [place.board.id for name in link.names for place in name.places] == [one, two]
    with base.catalog.session() as session:
        trail = Graph(session, "w").path([(one, "n1")], [(two, "n2")])
    assert trail is not None
    assert [step.relation for step in trail] == ["", "r1"]


def test_alone_it_is_only_suggested(base: KnowledgeBase) -> None:
    one = put(base, "one", chain("Check inventory", "Pack the box"))
    two = put(base, "two", chain("Chek inventory", "Write invoice"))
    assert not found(base)["Check inventory", "Chek inventory"].joined
    with base.catalog.session() as session:
        assert Graph(session, "w").path([(one, "n0")], [(two, "n1")]) is None


def test_a_user_accepts_rejects_and_takes_it_back(base: KnowledgeBase) -> None:
    put(base, "one", chain("Check inventory"))
    put(base, "two", chain("Chek inventory"))
    names = ("Check inventory", "Chek inventory")
    before = found(base)[names]
    assert names_of_link(base, "w", before.id) == ("check inventory", "chek inventory")
    decide_link(base, names, "accepted", workspace="w", by="Aisha", note="a slip of the pen")
    accepted = found(base)[names]
    assert accepted.joined
    assert accepted.decision is not None
    assert (accepted.decision.by, accepted.decision.note) == ("Aisha", "a slip of the pen")
    assert (accepted.score, accepted.signals) == (before.score, before.signals)
    decide_link(base, names[::-1], "rejected", workspace="w", by="Tom")
    rejected = found(base, state="rejected")[names]
    assert not rejected.joined
    assert found(base, state="accepted") == {}
    decide_link(base, names, "suggested", workspace="w", by="Tom")
    assert found(base)[names] == before


def test_an_alias_that_nobody_suggested(base: KnowledgeBase) -> None:
    one = put(base, "one", chain("Ledger", "Archive"))
    two = put(base, "two", chain("Account book", "Audit"))
    a, b = decide_link(base, ("Ledger", " account  BOOK!"), "accepted", workspace="w", by="me")
    link = link_between(base, "w", a, b)
    assert link is not None
    assert (link.score, link.signals, link.joined) == (0.0, {}, True)
    with base.catalog.session() as session:
        assert Graph(session, "w").path([(one, "n0")], [(two, "n1")]) is not None
    decide_link(base, (a, b), "suggested", workspace="w", by="me")
    assert link_between(base, "w", a, b) is None


def test_one_name_for_two_things_can_be_parted(base: KnowledgeBase) -> None:
    one = put(base, "one", chain("Bank", "River"))
    two = put(base, "two", chain("Bank", "Money"))

    def reached() -> bool:
        with base.catalog.session() as session:
            return Graph(session, "w").path([(one, "n0")], [(two, "n1")]) is not None

    assert reached()
    decide_link(base, ("Bank", "bank"), "rejected", workspace="w", by="me")
    assert not reached()
    decide_link(base, ("Bank", "bank"), "accepted", workspace="w", by="me")
    assert reached()
    assert found(base) == {}


def test_another_workspace_is_neither_linked_nor_seen(base: KnowledgeBase) -> None:
    put(base, "one", chain("Check inventory"))
    put(base, "two", chain("Chek inventory"), workspace="other")
    assert found(base) == {}
    with pytest.raises(NotFound, match="is called"):
        decide_link(base, ("Check inventory", "Chek inventory"), "accepted", workspace="w", by="me")
    put(base, "three", chain("Chek inventory"))
    (link,) = found(base).values()
    with pytest.raises(NotFound):
        names_of_link(base, "other", link.id)
    with pytest.raises(WrongUse, match="characters"):
        decide_link(
            base, ("Check inventory", "Chek inventory"), "accepted",
            workspace="w", by="me", note="x" * 5000,
        )  # fmt: skip


def test_pages_of_links(base: KnowledgeBase) -> None:
    names = ["Check inventory", "Chek inventory", "Check inventori"]
    for name in names:
        put(base, name, chain(name))
    whole = links_of(base, "w")
    assert (len(whole.links), whole.more) == (3, False)
    first, rest = links_of(base, "w", limit=2), links_of(base, "w", limit=2, offset=2)
    assert (first.more, rest.more) == (True, False)
    assert first.links + rest.links == whole.links
    assert len(links_of(base, "w", name="Chek inventory").links) == 2


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("release 2", "release 3"),
        ("order paid", "order not paid"),
        ("库存充足", "库存不充足"),
        ("approved invoices", "unapproved invoices"),
    ],
)
def test_what_looks_alike_and_is_not(one: str, two: str) -> None:
    assert judge(one, two, 0.95, 0.9) is None


@pytest.mark.parametrize(
    ("one", "two", "opposite"),
    [
        ("discount", "折扣", False),
        ("dispatch order", "发货单", False),
        ("distribution list", "分发名单", False),
        ("unique key", "唯一键", False),
        ("understand the needs", "理解需求", False),
        ("shop discount", "shop rebate", False),
        ("disable login", "启用登录", True),
        ("unpaid order", "已付订单", True),
        ("uninstall the app", "安装应用", True),
        ("disconnected line", "connected line", True),
    ],
)
def test_only_words_that_deny_part_names(one: str, two: str, opposite: bool) -> None:
    assert (judge(one, two, 0.0, 0.8) is None) == opposite


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("the cart", "cart", True),
        ("stock of the shop", "shop stock", True),
        ("items in the cart", "cart items", True),
        ("check invoices", "checking the invoice", True),
        ("send mail to customers", "send the mail to customer", True),
        ("我们的库存", "库存", True),
        ("sign in", "sign up", False),
        ("turn on", "turn off", False),
        ("turn on the light", "turn off the light", False),
        ("before launch", "after launch", False),
        ("can login", "cannot login", False),
        ("client to server", "server to client", False),
        ("用户对商家", "商家对用户", False),
        ("付款之前", "付款之后", False),
    ],
)
def test_the_same_words_are_one_name_unless_a_helper_tells_them_apart(
    one: str, two: str, same: bool
) -> None:
    judged = judge(one, two, 0.0, 0.0)
    assert ("words" in judged.signals if judged else False) == same


def test_what_names_no_thing() -> None:
    assert not any(map(names_a_thing, ["yes", "否", "14 02", "ok", "x" * 80, "a1"]))
    assert all(map(names_a_thing, ["库存", "invoice", "未来规划"]))


@pytest.fixture
def real(told: tuple[KnowledgeBase, dict[str, str]], tmp_path: Path) -> Iterator[KnowledgeBase]:
    """Two boards that say the same in two languages, and one that doesn't, with the real model."""
    with KnowledgeBase.open(load_settings(home=tmp_path / "real")) as opened:
        opened.__dict__["embedder"] = told[0].embedder
        put(opened, "en", chain("Shopping cart", "Check stock", "Take payment", "Send email"))
        put(opened, "zh", chain("购物车", "检查库存", "收款", "发送邮件"))
        put(opened, "xx", chain("Interview candidate", "签合同", "Load balancer"))
        yield opened


def test_names_meet_across_languages(real: KnowledgeBase) -> None:
    links = found(real)
    pairs = {frozenset(names) for names in links}
    assert pairs == {
        frozenset(pair)
        for pair in [
            ("Shopping cart", "购物车"),
            ("Check stock", "检查库存"),
            ("Take payment", "收款"),
            ("Send email", "发送邮件"),
        ]
    }
    assert all(link.joined for link in links.values())
    assert sum(bool(link.neighbours) for link in links.values()) >= 3
