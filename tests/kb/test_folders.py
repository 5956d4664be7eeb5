"""Questions that name a folder are asked of its boards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.folders import MOST, folder_first, named_among, scope_of
from kb.index.folders import by_name
from kb.index.points import Hit
from kb.index.scope import places_of


def hit(name: str, *paths: str, text: str = "Order boxes", title: str = "") -> Hit:
    payload = {"board": paths[0], "unit": "node", "text": text, "title": title, "source": [*paths]}
    return Hit(name, 1.0, payload)


AUDIT = hit("a", "boards/brannoc-hospital/audit.png", text="Fridge logs")._replace(score=0.9)
RETRO = hit("b", "boards/lanternpay/retro.png", text="Specs come late")._replace(score=0.8)
WALK = hit("c", "boards/feilun-furniture/walk.png", text="Saw 4 has no guard")._replace(score=0.7)
ALL = [AUDIT, RETRO, WALK]


def ids(hits: list[Hit]) -> str:
    return "".join(one.id for one in hits)


def scoped(question: str, *hits: Hit) -> str:
    return ids(scope_of(question, hits or ALL).hits)


def test_a_proper_name_names_its_folder_however_good_others_are() -> None:
    assert scoped("What went wrong at Lanternpay?") == "b"
    assert scoped("What has Feilun's walk found?") == "c"
    assert scoped("Lanternpay 的白板里，谁负责账本？") == "b"
    assert scope_of("What went wrong at Lanternpay?", ALL).sure


def test_a_common_word_names_a_folder_only_where_the_best_is_from_there_and_not_for_sure() -> None:
    assert scoped("what does the hospital lack?") == "a"
    assert not scope_of("what does the hospital lack?", ALL).sure
    assert scoped("who pays for the furniture?") == "abc"


@pytest.mark.parametrize(
    ("folder", "question"),
    [
        ("show", "Show me the guard"),
        ("what", "What is late?"),
        ("list", "List the owners"),
        ("plan", "WHAT IS THE PLAN FOR MAY?"),
        ("march", "Who is ill in March?"),
        ("team", "Which team owns checkout?"),
        ("发布", "发布计划是什么？"),
        ("payments", "We had an outage. Payments fail why?"),
        ("payments", "Which boards speak of Payments?"),
        ("采购部", "谁来采购？部门有几个人？"),
    ],
)
def test_a_word_of_any_question_takes_none_away(folder: str, question: str) -> None:
    other = hit("o", f"boards/{folder}/x.png")
    assert scoped(question, AUDIT, other) == "ao"


def test_a_name_that_other_boards_say_may_mean_those() -> None:
    guest = hit("d", "boards/quill-lab/trial.png", text="Clinic in Brannoc agreed")
    titled = hit("e", "boards/quill-lab/trial.png", title="Brannoc trial")
    for other in (guest, titled):
        assert scoped("When did Brannoc agree?", other, *ALL) == ids([other, *ALL])
    assert scoped("When did Brannoc agree?", AUDIT, guest) == "a"


def test_what_all_folders_are_called_tells_nothing_nor_does_a_file() -> None:
    assert scoped("Whose are the Boards?") == "abc"
    assert scoped("Who wrote the Retro?") == "abc"


def test_of_two_names_the_rarer_counts() -> None:
    north, south = hit("n", "mingde-school/plan.png"), hit("s", "moor-school/plan.png")
    assert scoped("Who heads the school of Mingde?", south, north, *ALL) == "n"
    assert scoped("Who heads the school?", south, north, *ALL) == "sn"


def test_a_board_lies_in_all_its_folders() -> None:
    twice = hit("t", "archive/retro.png", "lanternpay\\2026\\retro.png")
    assert scoped("What went wrong at Lanternpay?", AUDIT, twice) == "t"


def test_folders_are_called_in_either_script_and_however_signs_are_composed() -> None:
    there = hit("z", "看板/采购部/供应商.png", text="佛山恒泰")
    for question in ("采购部有哪些供应商？", "採購部有哪些供應商？"):
        assert scoped(question, there, RETRO) == "z"
        assert scoped(question, RETRO, there) == "bz"
    decomposed = hit("m", "Mu\u0308ller/plan.png")
    assert scoped("What does M\u00fcller want?", RETRO, decomposed) == "m"


def test_other_folders_are_still_shown() -> None:
    assert ids(folder_first("What went wrong at Lanternpay?", ALL)) == "bac"
    assert ids(folder_first("What went wrong?", ALL)) == "abc"


def test_folders_that_are_named_are_looked_into_the_rarest_names_first() -> None:
    teams = [f"boards/{n}-team/x.png" for n in "abcd"]
    folders = by_name(
        places_of([*teams, "boards/feilun/y.png", "boards/feilun/old-team/z.png", "z.png"])
    )
    assert named_among("what did feilun's team find?", folders) == ["boards/feilun"]
    assert named_among("what did the old team find?", folders) == []  # too many are called so
    assert named_among("whose boards?", folders) == ["boards"]
    assert named_among("who?", folders) == []


def test_of_many_folders_that_are_named_few_are_looked_into() -> None:
    names = [f"{a}{b}anning" for a in "bcdf" for b in "lr"]
    folders = by_name(f"boards/{name}/x.png" for name in names)
    first = [f"boards/{name}" for name in sorted(names)[:MOST]]
    assert named_among(" and ".join(names), folders) == first


@given(st.text(max_size=40), st.lists(st.sampled_from(ALL), max_size=6))
def test_nothing_is_made_up(question: str, hits: list[Hit]) -> None:
    found = scope_of(question, hits).hits
    assert set(map(id, found)) <= set(map(id, hits))
    assert bool(found) == bool(hits)
    assert sorted(ids(folder_first(question, hits))) == sorted(ids(hits))
