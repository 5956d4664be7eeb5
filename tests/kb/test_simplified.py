from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.facts import dates_in, owners_in
from kb.figures import figures_of
from kb.simplified import (
    has_script,
    in_each_script,
    is_traditional,
    original_of,
    simplified,
    traditional,
    words_in_script_of,
)
from kb.stopwords import STOP_WORDS
from kb.tags import heading_tag, tags_of_text
from kb.text import content_terms, key_of, language_of, segments, tagged_words, terms_of

# Pairs that OpenCC takes for one sign each, and what may stand beside them.
SIGNS = "風风險险後后裏裡里乾干甚麼么薴苧苎庫库存臺台誰谁負责責的 a1Ｑ，。“”ひ\ud800"
TEXTS = st.text(alphabet=SIGNS) | st.text()


@settings(deadline=None)  # OpenCC loads with the first text
@given(TEXTS)
def test_it_is_done_once_and_each_sign_keeps_its_place(text: str) -> None:
    plain = simplified(text)
    assert simplified(plain) == plain
    assert len(plain) == len(text)
    assert original_of(plain, text) == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_has_no_script(text: str) -> None:
    assert simplified(text) is text
    assert traditional(text) == text
    assert in_each_script(text, "_") == [text]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("資料庫由誰負責？", "资料库由谁负责？"),
        ("库存由谁负责？", "库存由谁负责？"),
        ("甚麼時候上線", "什么时候上线"),
        ("乾淨", "干净"),
        ("阿嬤の店由誰負責？", "阿嬷の店由谁负责？"),  # as Taiwan writes with a sign of Japanese
        ("Größe: 3 µm", "Größe: 3 µm"),
        ("", ""),
    ],
)
def test_signs_become_simplified_ones(text: str, plain: str) -> None:
    assert simplified(text) == plain


@settings(deadline=None)
@given(st.text(alphabet="庫存預警的在誰負責與風險 A7，"))
def test_both_scripts_have_one_key_and_the_same_terms(text: str) -> None:
    plain = simplified(text)
    assert key_of(text) == key_of(plain)
    assert terms_of(text) == terms_of(plain)
    assert content_terms(text) == content_terms(plain)
    assert language_of(text) == language_of(plain)
    assert list(map(len, segments(text))) == list(map(len, segments(plain)))
    assert "".join(word for word, _ in tagged_words(text)) in {text, ""}


def test_words_are_cut_as_simplified_ones_and_stay_as_written() -> None:
    assert list(segments("誰負責檢查庫存")) == ["誰", "負責", "檢查", "庫存"]
    assert content_terms("這個項目由誰負責") == content_terms("这个项目由谁负责")
    assert STOP_WORDS.isdisjoint(content_terms("這個項目由誰負責"))
    assert tagged_words("張偉負責")[0] == ("張偉", "nr")


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("誰負責檢查庫存？", True),
        ("谁负责检查库存？", False),
        ("乾隆展由谁负责？", False),  # one name in other signs
        ("誰負責“检查”？", True),
        ("在 2026", False),
        ("who owns 庫存", True),
    ],
)
def test_the_script_of_a_text_is_that_of_most_of_its_signs(text: str, yes: bool) -> None:
    assert is_traditional(text) is yes


def test_only_our_own_words_are_written_in_the_script_of_the_question() -> None:
    told = "“检查库存”之后是“发货” (没问题) [1]。风险（2项）：“他说“没货”后退款” [2]。"
    assert words_in_script_of("之後是什麼", told) == (
        "“检查库存”之後是“发货” (没问题) [1]。風險（2項）：“他说“没货”后退款” [2]。"
    )
    assert words_in_script_of("之后是什么", told) == told


@pytest.mark.parametrize(
    "said",
    [
        "風險：“他说“没货之后” [1]。風險：“没货”之后” [2]。",
        "“发货”之後是“验收” (没(问题) [1]，“发货” (没)问(题 → 里) [2]之後",
    ],
)
def test_quotations_stay_as_written_where_their_marks_do_not_match(said: str) -> None:
    told = said.replace("風險", "风险").replace("後", "后")
    assert words_in_script_of("之後是什麼", told) == said


@pytest.mark.parametrize("text", ["a\0库存", "库\ud800存\0", "\0"])
def test_what_has_no_script_is_kept(text: str) -> None:
    assert traditional(text) == text.replace("库", "庫")
    assert is_traditional(text) is False


@pytest.mark.parametrize(
    ("text", "yes"), [("庫存", True), ("库存", True), ("更多", False), ("more", False), ("", False)]
)
def test_some_texts_look_the_same_in_both_scripts(text: str, yes: bool) -> None:
    assert has_script(text) is yes


@pytest.mark.parametrize(
    ("term", "ways"),
    [
        ("里程碑", {"里程碑", "裏程碑", "裡程碑"}),
        ("风险", {"风险", "風险", "风險", "風險"}),
        ("人工", {"人工"}),
        ("回复", {"回_", "迴_"}),  # 复 has too many forms
        ("a_库", {"a_库", "a_庫"}),
        ("什么", {"什_", "甚_"}),
    ],
)
def test_a_simplified_term_is_looked_for_as_it_may_be_written(term: str, ways: set[str]) -> None:
    assert set(in_each_script(term, "_")) == ways


def test_a_long_term_is_looked_for_in_few_ways() -> None:
    assert in_each_script("风险风险复", "*") == ["风险***", "风險***", "風险***", "風險***"]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("風險：供應商延遲", "risk"),
        ("待辦：聯絡廠商", "todo"),
        ("決定採用方案二", "decision"),
        ("目標：三月上線", "goal"),
        ("負責人：張偉", "owner"),
        ("3月5號前交付", "date"),
        ("待辦：買阿嬤の店蛋糕", "todo"),
    ],
)
def test_nodes_in_traditional_signs_carry_their_tags(text: str, tag: str) -> None:
    assert tag in tags_of_text(text)


@pytest.mark.parametrize(("text", "tag"), [("主要風險", "risk"), ("未決問題", "question")])
def test_headings_in_traditional_signs_are_headings(text: str, tag: str) -> None:
    assert heading_tag(text) == tag


def test_who_and_when_are_told_as_they_are_written() -> None:
    assert owners_in("負責人：張偉") == ["張偉"]
    assert owners_in("寫測試（陳靜，3月5號）") == ["陳靜"]
    assert dates_in("3月5號前，下週五驗收") == ["3月5號", "下週五"]
    assert dates_in("下周五發貨，下週五驗收，3月5號") == ["下周五", "3月5號"]
    assert dates_in("截止：下週五") == ["下週五"]
    assert figures_of("第二階段，十五號樓") == figures_of("第二阶段，十五号楼") == ("2", "15")
