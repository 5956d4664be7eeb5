"""The words of a question in units of another language."""

from __future__ import annotations

import numpy as np
import pytest

from kb.bilingual import Dictionary
from kb.index import across as module
from kb.index.across import NOTHING, Across, across
from kb.index.centring import Centres, Means, Sight
from kb.index.fusion import score
from kb.index.points import Seen
from kb.index.profile import Profile
from kb.index.sparse import numbers_of, sparse_passage, sparse_query
from kb.weights import WEIGHTS

ENTRIES = """\
風險 风险 [feng1 xian3] /risk/
計劃 计划 [ji4 hua4] /plan/
方案 方案 [fang1 an4] /plan/
負責人 负责人 [fu4 ze2 ren2] /person in charge/
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "dictionary", lambda: Dictionary(ENTRIES))


def asked(text: str, **common: float) -> Across:
    """The question on boards where each term has rarity 4, but for those in `common`."""
    rarities = {n: rarity for word, rarity in common.items() for n in numbers_of(word)}
    return across(text, lambda number: rarities.get(number, 4.0))


def test_a_unit_holds_the_words_that_are_translated_in_it() -> None:
    question = asked("Which risks has the plan?")
    both, one = sparse_passage("计划风险"), sparse_passage("风险")
    none, own = sparse_passage("预算"), sparse_passage("risk plan")
    assert question.share(both) > question.share(one) > 0
    assert question.share(none) == question.share(own) == 0


def test_any_translation_will_do_and_counts_once() -> None:
    question = asked("the plan")
    assert question.share(sparse_passage("方案")) == question.share(sparse_passage("计划")) > 0
    assert question.share(sparse_passage("方案 计划")) <= question.share(sparse_passage("方案"))


def test_a_word_is_as_rare_as_the_commonest_of_its_translations() -> None:
    """计划 stands everywhere, so that "plan" says little even where 方案 is what a unit says."""
    plan, risk = sparse_passage("方案"), sparse_passage("风险")
    assert asked("risk and plan").share(plan) == asked("risk and plan").share(risk)
    common = asked("risk and plan", 计划=0.5)
    assert common.share(plan) < common.share(risk) / 4


def test_a_part_of_a_phrase_counts_in_part() -> None:
    question = asked("谁是负责人？")
    whole, part = sparse_passage("Person in charge"), sparse_passage("An important person")
    assert question.share(whole) > question.share(part) > 0


def test_a_question_without_translated_words_has_no_vote() -> None:
    assert asked("Which giraffe?").share(sparse_passage("风险")) == 0
    assert NOTHING.share(sparse_passage("风险")) == 0


def test_translations_are_looked_for_in_the_other_language_only() -> None:
    """A Chinese unit that quotes an English word holds it as written; an English one does too."""
    units = [
        Seen(spoken, {"title": "", "source": [], "language": spoken}, sparse_passage(text), [0.5])
        for spoken, text in (("en", "the word 风险"), ("zh", "风险"))
    ]
    sight = Sight(np.eye(4, dtype=np.float32)[0], Centres(Profile(), Means(), WEIGHTS.taken))
    terms = dict.fromkeys(sparse_query("risk").indices, 1.0)
    hits = score(units, sight, terms, WEIGHTS, "en", asked("risk"))
    crossed = {hit.id: hit.crossed for hit in hits}
    assert crossed["en"] == 0
    assert crossed["zh"] > 0
