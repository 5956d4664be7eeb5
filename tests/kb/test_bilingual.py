from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb import bilingual
from kb.bilingual import Dictionary, ways_of

ENTRIES = """\
# CC-CEDICT
風險 风险 [feng1 xian3] /risk; hazard/
批准 批准 [pi1 zhun3] /to approve/to ratify (a treaty)/
計劃 计划 [ji4 hua4] /plan; project/to plan sth/CL:個|个[ge4]/
負責人 负责人 [fu4 ze2 ren2] /person in charge/
柏林 柏林 [Bo2 lin2] /Berlin, capital of Germany/
回滾 回滚 [hui2 gun3] /(computing) to roll back/
新 新 [xin1] /new/
一言以蔽之 一言以蔽之 [yi1 yan2 yi3 bi4 zhi1] /to put it in a few words/
麪 面 [mian4] /variant of 麵|面[mian4]/
"""


@pytest.fixture(scope="module")
def small() -> Dictionary:
    return Dictionary(ENTRIES)


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("风险", [{"risk"}, {"hazard"}]),
        ("批准", [{"approv"}, {"ratifi"}]),
        ("负责人", [{"person", "charg"}]),
        ("risk", [{"风险"}]),
        ("hazards", [{"风险"}]),
        ("approved", [{"批准"}]),
        ("approving", [{"批准"}]),
        ("planned", [{"计划"}]),
        ("ratifies", [{"批准"}]),
        ("rolled back", [{"回滚"}]),
        ("berlin", [{"柏林"}]),
        ("news", []),  # more than one "new"
        ("新", []),  # one sign means too much
        ("一言以蔽之", []),
        ("capital", []),
        ("", []),
    ],
)
def test_a_word_is_translated_in_whatever_form_it_stands(
    small: Dictionary, word: str, ways: list[set[str]]
) -> None:
    assert [set(way) for way in small.ways(word)] == ways


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who approved the risks?", [[{"批准"}], [{"风险"}]]),
        (
            "When was it rolled back, and by the person in charge?",
            [[{"回滚"}], [{"负责", "责人", "负责人"}]],
        ),
        ("谁批准了计划？", [[{"approv"}, {"ratifi"}], [{"plan"}, {"project"}]]),
        ("风险计划", [[{"risk"}, {"hazard"}], [{"plan"}, {"project"}]]),
        ("which of the", []),
    ],
)
def test_the_words_of_a_question_are_translated_phrases_first(
    small: Dictionary, text: str, words: list[list[set[str]]]
) -> None:
    assert [[set(way) for way in ways] for ways in small.across(text)] == words


def test_the_dictionary_at_hand_knows_usual_words() -> None:
    assert {"风险"} in ways_of("risks")
    assert {"risk"} in ways_of("风险")
    assert any({"部署"} <= way for way in ways_of("deployment"))
    assert ways_of("qwxzy") == ()


def test_the_dictionary_is_loaded_once_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def slowly(entries: str) -> Dictionary:
        loaded.append(len(entries))
        return Dictionary("")

    monkeypatch.setattr(bilingual, "Dictionary", slowly)
    bilingual._load.cache_clear()
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: bilingual.dictionary(), range(16)))
        assert len(loaded) == 1
    finally:
        bilingual._load.cache_clear()
