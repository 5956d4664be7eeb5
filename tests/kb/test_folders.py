"""Questions that name a folder are asked of its boards."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.folders import folder_first, folder_names, of_folder_named
from kb.index.points import Hit


def hit(name: str, path: str, text: str = "Order boxes", score: float = 1.0) -> Hit:
    payload = {"board": path, "unit": "node", "text": text, "source": [path]}
    return Hit(name, score, payload)


AUDIT = hit("a", "boards/brannoc-hospital/audit.png", "Fridge logs", 0.9)
RETRO = hit("b", "boards/lanternpay/retro.png", "Specs come late", 0.8)
WALK = hit("c", "boards/alder-furniture/walk.png", "Saw 4 has no guard", 0.7)
ALL = [AUDIT, RETRO, WALK]


def ids(hits: list[Hit]) -> str:
    return "".join(one.id for one in hits)


def test_a_proper_name_names_its_folder_however_good_others_are() -> None:
    assert ids(of_folder_named("What went wrong at Lanternpay?", ALL)) == "b"
    assert ids(of_folder_named("What has Alder's walk found?", ALL)) == "c"


def test_a_common_word_names_a_folder_only_where_the_best_is_from_there() -> None:
    assert ids(of_folder_named("what does the hospital lack?", ALL)) == "a"
    assert ids(of_folder_named("who pays for the furniture?", ALL)) == "abc"


def test_a_name_that_other_boards_say_may_mean_those() -> None:
    guest = hit("d", "boards/quill-lab/trial.png", "Clinic in Brannoc agreed")
    assert ids(of_folder_named("When did Brannoc agree?", [guest, *ALL])) == "dabc"
    assert ids(of_folder_named("When did Brannoc agree?", [AUDIT, guest])) == "a"


def test_what_all_folders_are_called_tells_nothing() -> None:
    assert ids(of_folder_named("Boards of whom?", ALL)) == "abc"
    assert ids(of_folder_named("Retro of whom?", ALL)) == "abc"  # a file, no folder


def test_of_two_names_the_rarer_counts() -> None:
    north, south = (
        hit(n, f"{n}-school/plan.png", score=s) for n, s in (("mingde", 1), ("moor", 2))
    )
    found = of_folder_named("Who heads the school of Mingde?", [south, north, *ALL])
    assert ids(found) == "mingde"
    assert ids(of_folder_named("Who heads the school?", [south, north, *ALL])) == "moormingde"


def test_folders_may_be_called_in_chinese() -> None:
    there = hit("z", "看板/采购部/供应商.png", "佛山恒泰")
    assert ids(of_folder_named("采购部有哪些供应商？", [there, RETRO])) == "z"
    assert ids(of_folder_named("採購部有哪些供應商？", [there, RETRO])) == "z"
    assert ids(of_folder_named("采购部有哪些供应商？", [RETRO, there])) == "bz"
    assert folder_names("看板/采购部") == {"看板", "采购部"}


def test_other_folders_are_still_shown() -> None:
    assert ids(folder_first("What went wrong at Lanternpay?", ALL)) == "bac"
    assert ids(folder_first("What went wrong?", ALL)) == "abc"


@given(st.text(max_size=40), st.lists(st.sampled_from(ALL), max_size=6))
def test_nothing_is_made_up(question: str, hits: list[Hit]) -> None:
    found = of_folder_named(question, hits)
    assert set(map(id, found)) <= set(map(id, hits))
    assert bool(found) == bool(hits)
    assert sorted(ids(folder_first(question, hits))) == sorted(ids(hits))
