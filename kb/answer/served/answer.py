"""One question answered by the served model, over what the extractive answerer found."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from kb.answer.addressed import addressed_to_a_model
from kb.answer.extractive import extractive
from kb.answer.notebook import merged
from kb.answer.served.client import ModelTrouble, Piece, reply
from kb.answer.served.composer import Composer
from kb.answer.served.followup import whole_question
from kb.answer.served.offer import Offered, offers
from kb.answer.served.prompt import answer_messages
from kb.evidence import Answer, Done, Event, Found, Said, Turn, told
from kb.search import check_k
from kb.text import language_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.settings import Settings

_log = logging.getLogger(__name__)

OFFERED = 24  # pieces of evidence that the model is given, where they fit
PROMPT_TOKENS = 900  # of rules, question and draft
CHARACTERS_PER_TOKEN = 8  # more than words of any language have on average
TOKENS_PER_ESTIMATE = 1.5  # a tokenizer may cut finer than `token_cost` estimates

_MARK = re.compile(r"\[\d+\]")

Fallback = Literal["outage", "broken", "unverified", "silent"]
_NOTES: dict[Fallback, tuple[str, str]] = {
    "outage": (
        "The language model does not answer; this is composed of the boards' own words.",
        "语言模型没有响应；以下答案由白板原文组成。",
    ),
    "broken": (
        "The language model broke off; the answer may be incomplete.",
        "语言模型中途中断；答案可能不完整。",
    ),
    "unverified": (
        "What the language model wrote could not be verified; "
        "this is composed of the boards' own words.",
        "语言模型写的内容无法核实；以下答案由白板原文组成。",
    ),
    "silent": (
        "The language model found no answer; this is composed of the boards' own words.",
        "语言模型没有找到答案；以下答案由白板原文组成。",
    ),
}


def stream(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> Iterator[Event]:
    """Answer `question` piece by piece; each piece is checked before it is given.

    The extractive answerer goes first: it finds the evidence, and its answer stands where the
    model gives none that can be verified. The model can add to what was found, never take it away.

    Raises:
        WrongUse: the question is empty or too long, or `k` makes no sense.
    """
    check_k(k)
    whole, down = _made_whole(base.settings, question, history)
    draft = extractive(
        base,
        whole or question,
        workspace=workspace,
        k=max(k, OFFERED),
        history=() if whole else history,
    )
    asked = draft.question
    yield Found(evidence=draft.evidence[:k])
    offered = _offered(base, workspace, draft)
    language = language_of(asked)
    if not offered or down:
        yield from told(_drafted(draft, k, _note("outage", language) if down else ""))
        return
    composer = Composer(
        offered,
        asked,
        language,
        base.settings.llm_max_tokens * CHARACTERS_PER_TOKEN,
        thinks=base.settings.llm_thinks,
    )
    messages = answer_messages(offered, asked, language, _hint(draft, offered))
    ended = False
    try:
        ended = yield from _written(composer, reply(base.settings, messages))
    except ModelTrouble:
        down = True
    if composer.dropped:
        _log.info("dropped of the model's answer: %s", dict(composer.dropped))
    if composer.blurted:
        _log.warning("the language model thinks aloud: set KB_LLM_THINKS=true")
    if composer.text:
        note = "" if ended else _note("broken", language)
        yield Done(answer=_composed(draft, composer, base.settings.llm_model, k, note))
        return
    why: Fallback = "outage" if down else "silent" if composer.refused else "unverified"
    # That the boards hold no answer needs no excuse, unless the model might have found one.
    note = _note(why, language) if draft.answered or down else ""
    yield from told(_drafted(draft, k, note))


def _made_whole(
    settings: Settings, question: str, history: Sequence[Turn]
) -> tuple[str | None, bool]:
    """Return a follow-up made whole by the model, or None, and whether the model is down.

    Where the model gives nothing, the extractive answerer makes it whole by its words.
    """
    try:
        return whole_question(settings, question, history) if history else None, False
    except ModelTrouble:
        return None, True


def _written(
    composer: Composer, pieces: Generator[Piece, None, None]
) -> Generator[Said, None, bool]:
    """Give what passes of a reply; return whether the model came to its end. May raise."""
    ended = False
    with closing(pieces):
        for piece in pieces:
            yield from composer.feed(piece.text)
            ended = ended or piece.ended
            if composer.full:
                return True
    if ended:
        yield from composer.finish()
    return ended


def _offered(base: KnowledgeBase, workspace: str, draft: Answer) -> list[Offered]:
    settings = base.settings
    room = settings.llm_context_tokens - settings.llm_max_tokens - PROMPT_TOKENS
    with base.catalog.reading() as session:
        return offers(session, workspace, draft.evidence[:OFFERED], room / TOKENS_PER_ESTIMATE)


def _hint(draft: Answer, offered: Sequence[Offered]) -> str:
    """Return the draft for the model, where its numbers are those of the list.

    A draft names boards and containers too, so it may hold what the list leaves out.
    """
    count = len(draft.citations)
    same = [piece.evidence for piece in offered[:count]] == list(draft.evidence[:count])
    harmless = not addressed_to_a_model(_MARK.sub("", draft.answer))
    return draft.answer if draft.answered and same and harmless else ""


def _composed(draft: Answer, composer: Composer, model: str, k: int, note: str) -> Answer:
    return Answer(
        question=draft.question,
        answered=True,
        answer=composer.text,
        citations=composer.citations(),
        evidence=tuple(merged(composer.cited, draft.evidence, k)),
        model=model,
        note=note,
    )


def _drafted(draft: Answer, k: int, note: str) -> Answer:
    """Return the draft with `k` pieces of evidence, and why it stands."""
    cited = draft.evidence[: len(draft.citations)]
    evidence = tuple(merged(cited, draft.evidence, k))
    return draft.model_copy(update={"evidence": evidence, "note": note})


def _note(why: Fallback, language: str) -> str:
    english, chinese = _NOTES[why]
    return chinese if language == "zh" else english
