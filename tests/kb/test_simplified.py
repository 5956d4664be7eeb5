from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.facts import dates_in, owners_in
from kb.figures import figures_of
from kb.simplified import (
    as_written,
    in_each_script,
    is_traditional,
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
    assert as_written(plain, text) == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_has_no_script(text: str) -> None:
    assert simplified(text) is text
    assert traditional(text) == text
    assert in_each_script(text) == {text}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("資料庫由誰負責？", "资料库由谁负责？"),
        ("库存由谁负责？", "库存由谁负责？"),
        ("甚麼時候上線", "什么时候上线"),
        ("乾淨", "干净"),
        ("業務を開始", "業務を開始"),  # Japanese
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


def test_a_simplified_term_is_looked_for_in_both_scripts() -> None:
    assert {"里程碑", "风险", "風險"} <= in_each_script("里程碑") | in_each_script("风险")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("風險：供應商延遲", "risk"),
        ("待辦：聯絡廠商", "todo"),
        ("決定採用方案二", "decision"),
        ("目標：三月上線", "goal"),
        ("負責人：張偉", "owner"),
        ("3月5號前交付", "date"),
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
    assert figures_of("第二階段，十五號樓") == figures_of("第二阶段，十五号楼") == ("2", "15")
