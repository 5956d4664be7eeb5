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
供應商 供应商 [gong1 ying4 shang1] /supplier/
評估 评估 [ping2 gu1] /assessment/
乾淨 干净 [gan1 jing4] /clean/
乾坤 乾坤 [qian2 kun1] /heaven and earth/
它 它 [ta1] /it/
它們 它们 [ta1 men5] /it/
自助 自助 [zi4 zhu4] /self-service/
柏林 柏林 [Bo2 lin2] /Berlin, capital of Germany/
標記 标记 [biao1 ji4] /mark/
馬克 马克 [Ma3 ke4] /Mark (name)/
希望 希望 [xi1 wang4] /to hope/
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
        ("風險", [{"risk"}, {"hazard"}]),
        ("乾淨", [{"clean"}]),
        ("乾坤", [{"heaven", "earth"}]),
        ("risk", [{"风险"}]),
        ("hazards", [{"风险"}]),
        ("hazard's", [{"风险"}]),
        ("hazard’s", [{"风险"}]),
        ("mark", [{"标记"}, {"马克"}]),
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
            [
                [{"回滚"}],
                [{"负责", "责人", "负责人"}],
            ],
        ),
        ("谁批准了计划？", [[{"approv"}, {"ratifi"}], [{"plan"}, {"project"}]]),
        ("风险计划", [[{"risk"}, {"hazard"}], [{"plan"}, {"project"}]]),
        ("誰批准了計劃？", [[{"approv"}, {"ratifi"}], [{"plan"}, {"project"}]]),
        ("供應商風險評估", [[{"supplier"}], [{"risk"}, {"hazard"}], [{"assess"}]]),
        ("ＲＩＳＫ", [[{"风险"}]]),
        ("the plan’s risk", [[{"计划"}], [{"风险"}]]),
        ("risk-assessment", [[{"风险"}], [{"评估"}]]),
        ("self-service", [[{"自助"}]]),
        ("which of the", []),
        ("it's", []),
    ],
)
def test_the_words_of_a_question_are_translated_phrases_first(
    small: Dictionary, text: str, words: list[list[set[str]]]
) -> None:
    assert [[set(way) for way in ways] for ways in small.across(text)] == words


@pytest.mark.parametrize(
    ("word", "ways"),
    [("mark", [{"马克"}]), ("berlin's", [{"柏林"}]), ("hope", []), ("risk", [])],
)
def test_a_name_is_translated_as_a_name_only(
    small: Dictionary, word: str, ways: list[set[str]]
) -> None:
    assert [set(way) for way in small.ways(word, name=True)] == ways


def test_the_dictionary_at_hand_knows_usual_words() -> None:
    assert {"风险"} in ways_of("risks")
    assert {"risk"} in ways_of("风险")
    assert {"risk"} in ways_of("風險")
    assert {"风险"} in ways_of("risk")
    assert {"柏林"} in ways_of("berlin", name=True)
    assert {"标记"} in ways_of("mark")
    assert {"标记"} not in ways_of("mark", name=True)
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
