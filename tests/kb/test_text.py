from __future__ import annotations

import subprocess
import sys
import threading
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text import MAX_TERM, content_terms, key_of, language_of, terms_of

MIXED = st.text() | st.text(alphabet="aBz19 _-./'’%+#&,:@库存预警的ひ한ไท\u0301é！，。Ｑ\ud800")


@settings(deadline=None)  # the dictionary loads with the first Chinese word
@given(MIXED)
def test_terms_never_raise_and_are_words(text: str) -> None:
    terms = terms_of(text)
    assert terms == terms_of(text)
    assert all(term and len(term) <= MAX_TERM and not term.isspace() for term in terms)
    # Characters that this Python's Unicode does not know yet ("Cn") may be Chinese.
    assert all(
        any(c.isalnum() or unicodedata.category(c) == "Cn" for c in term)
        for term in content_terms(text)
    )


@given(MIXED)
def test_a_key_is_its_own_key(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)
    assert language_of(text) in {"en", "zh", ""}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Check  stock!", "check stock"),
        ("检查 库存。", "检查库存"),
        ("Ｑ３　ＯＫＲ", "q3 okr"),
        ("API 网关", "API网关"),
        ("order_id", "Order ID"),
        ("Don’t ship", "dont ship"),
    ],
)
def test_same_names_meet(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C++"), ("C#", "C++"), ("v12", "v1.2"), ("5", "5%")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("text", ["", "  ", "!!!", "→ ✓", "，。"])
def test_symbols_have_no_name_and_no_terms(text: str) -> None:
    assert key_of(text) == ""
    assert terms_of(text) == []


@pytest.mark.parametrize(
    ("query", "passage"),
    [
        ("库存预警", "当库存低于阈值时触发库存预警"),
        ("预警", "库存预警阈值"),
        ("人民共和", "中华人民共和国"),
        ("refunded orders", "refund the order"),
        ("check stock", "checkStock()"),
        ("check-in", "CheckIn screen"),
        ("email", "send e-mail"),
        ("order id", "order_id"),
        ("main", "src/app/main.py"),
        ("nodejs", "Node.js"),
        ("2026-11-22", "due 2026-11-22."),
        ("11", "2026-11-22"),
        ("3.5%", "grows by 3.5%, then"),
        ("1000", "1,000 users"),
        ("cafe", "Café"),
        ("v2", "产品需求v2评审"),
        ("Q3", "Ｑ３ OKR"),
        ("ελλαδα", "Ελλάδα"),
        ("テスト", "単体テスト"),
        ("한국", "한국어를"),
        ("customer", "the customer’s basket"),
        ("HTTP server", "HTTPServer"),
    ],
)
def test_a_query_finds_its_passage(query: str, passage: str) -> None:
    wanted, there = set(content_terms(query)), set(terms_of(passage))
    assert wanted
    assert wanted & there


@pytest.mark.parametrize(("one", "other"), [("v1.2", "v12"), ("2.5k", "25k"), ("C++", "C#")])
def test_versions_and_languages_stay_apart(one: str, other: str) -> None:
    assert not set(terms_of(one)) & set(terms_of(other))


@pytest.mark.parametrize(
    "question",
    ["what is this?", "这是什么？", "怎么办呢", "Who are they, and why don't we?", "为什么没有"],
)
def test_a_question_without_content(question: str) -> None:
    assert content_terms(question) == []
    assert terms_of(question) != []


def test_pairs_do_not_reach_across_stop_words() -> None:
    assert content_terms("库存的预警") == ["库存", "预警"]


def test_acronyms_stay_whole() -> None:
    assert "ocrv6" in terms_of("PP-OCRv6")
    assert terms_of("APIs") == terms_of("api")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("库存预警", "zh"),
        ("API 网关", "zh"),
        ("用 Kubernetes 部署 service mesh", "zh"),
        ("what leads to 库存预警?", "en"),
        ("stock alert", "en"),
        ("谁负责 payment service 和 order service 的部署", "zh"),
        ("在庫アラートを確認する", ""),
        ("Москва", ""),
        ("2026", ""),
        ("", ""),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_threads_agree() -> None:
    words = [f"running{suffix} classes{suffix}" for suffix in "abcdefghij"] * 20
    expected = [terms_of(word) for word in words]
    results: list[list[list[str]]] = []

    def work() -> None:
        results.append([terms_of(word) for word in words])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_a_long_text_is_quick_and_bounded() -> None:
    assert len(terms_of("1." * 50_000)) >= 1
    assert all(len(term) <= MAX_TERM for term in terms_of("a" * 100_000 + "-" + "库" * 5_000))


def test_the_dictionary_loads_with_the_first_chinese_word() -> None:
    code = "import sys, kb.text as t; t.terms_of('plain words'); print('rjieba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
