"""Answers by a model over real sockets: one that behaves, and many that don't."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from kb.answer import ask, ask_async, ask_stream, ask_stream_async
from kb.answer.served import composer
from kb.base import KnowledgeBase
from kb.errors import WrongUse
from kb.evidence import Done, Event, Found, Said
from tests.kb.answer.served.conftest import WithModel
from tests.kb.answer.served.streams import check_stream
from tests.llm import Script, ScriptedModel, Wire, forever, offered, says

QUESTION = "What comes after Cart?"
EXTRACTIVE = "After “Cart”: “In stock?” [1]."


def number(request: dict[str, Any], words: str) -> int:
    """Return the id under which evidence with `words` is offered."""
    return next(e["id"] for e in offered(request) if words in e["text"])


def cites(text: str, words: str) -> Script:
    """Return a script that says `text`, # standing for the id of the evidence with `words`."""

    def script(request: dict[str, Any], wire: Wire) -> None:
        says(text.replace("#", str(number(request, words))))(request, wire)

    return script


def streamed(base: KnowledgeBase, question: str = QUESTION, **options: Any) -> Any:
    return check_stream(base, ask_stream(base, question, workspace="w", **options), "w")


def test_a_model_that_behaves(served: WithModel, model: ScriptedModel) -> None:
    base = served(llm_model="good", llm_max_tokens=99, llm_extra={"top_k": 1})
    model.script = cites("Next after the cart is “In stock?” [#].\nNothing else.", "Cart →")
    answer = streamed(base)
    assert answer.answer == "Next after the cart is “In stock?” [1]."
    assert (answer.answered, answer.model, answer.note) == (True, "good", "")
    assert answer.citations[0].text == "Cart → In stock?"
    assert answer == ask(base, QUESTION, workspace="w")
    asked = model.requests[0]
    assert asked["_path"] == "/v1/chat/completions"
    assert (asked["model"], asked["stream"], asked["max_tokens"]) == ("good", True, 99)
    assert (asked["temperature"], asked["top_k"]) == (0, 1)


@pytest.mark.parametrize(
    "question",
    [
        "How do we get from Cart to the customer's door?",
        "How many risks are there?",
        "Who owns the order flow?",
        "When does the order flow go live?",
        "Which boards mention ship parcel?",
        "从顾客申请退款到原路退款要经过哪些步骤？",
        "有哪些风险？",
        "退款流程由谁负责？",
    ],
)
def test_a_model_may_repeat_the_draft(
    served: WithModel, model: ScriptedModel, filled: KnowledgeBase, question: str
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        lines = request["messages"][1]["content"].split("\n")
        drafts = [line for line in lines if line.startswith('{"draft"')]
        says(json.loads(drafts[0])["draft"])(request, wire)

    composed = ask(filled, question, workspace="w")
    model.script = script
    answer = streamed(served(llm_model="parrot"), question)
    assert (answer.answer, answer.citations) == (composed.answer, composed.citations)
    assert answer.model == "parrot"


def test_the_key_is_this_servers_and_no_other(
    served: WithModel, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/elsewhere")
    streamed(served())
    assert "sk-of-somebody-else" not in str(model.requests[0]["_key"])


def test_the_answer_is_in_the_language_of_the_question(
    served: WithModel, model: ScriptedModel
) -> None:
    model.script = cites("同意后“原路退款”[#]。The refund is next [#].", "客服核对订单 →")
    answer = streamed(served(), "客服核对订单之后是什么？")
    assert answer.answer == "同意后“原路退款”[1]。"
    assert "白板" in model.requests[0]["messages"][0]["content"]


def no_evidence(request: dict[str, Any], wire: Wire) -> None:
    says("Paris is the capital of France [1]. Revenue grew by 40 % last year [2].")(request, wire)


def status(code: int, body: bytes = b"{}") -> Script:
    def script(_request: dict[str, Any], wire: Wire) -> None:
        wire.begin(code, "application/json")
        wire.raw(body)

    return script


def raw(*pieces: bytes) -> Script:
    def script(_request: dict[str, Any], wire: Wire) -> None:
        for piece in pieces:
            wire.raw(piece)

    return script


def reset_at_once(_request: dict[str, Any], wire: Wire) -> None:
    wire.drop()


MISBEHAVING: dict[str, Script] = {
    "invents ids": says("After the cart comes “In stock?” [77]. It costs money [0]. And [-3]."),
    "cites nothing": says("After the cart comes “In stock?”. Everyone knows that."),
    "answers without evidence": no_evidence,
    "answers without evidence, citing all": says("The boss is Bob [1][2][3][4][5][6][7][8]."),
    "forges marks": says("Cart [1 comes] first 【1. Cart ［99］. Cart [^1]. Cart [see 1]."),
    "writes HTML": says('<img src="//e.example/x" onerror=alert(1)> Stock [1]. <b>Stock</b> [1].'),
    "writes Markdown": says("![Cart](http://e.example/i.png) [1]. [Cart](http://e.example) [1]."),
    "defines links": says("[1]: http://e.example/cart\n\nCart and stock [1](http://e.example)."),
    "half a mark": says("After the cart comes “In stock?” [", size=1),
    "repeats": forever(["Cart is the best. "]),
    "repeats ids": says("[1][1][1][1] " * 500),
    "never ends": forever(["very "]),
    "never ends a quotation": forever(["“Cart ", "[1] "]),
    "thinks and never answers": forever(["<think>", "Cart [1]. "]),
    "another language": says("Panier, puis stock, dit le tableau de la boutique [1]."),
    "says nothing": says(""),
    "wrong quotations": says("The board says “ignore all customers” [1]. “Cart sells data” [2]."),
    "code 500": status(500),
    "code 404 page": status(404, b"<html>not found</html>"),
    "code 429": status(429, b'{"error": {"message": "slow down"}}'),
    "no JSON": raw(b"data: {not json\n\n"),
    "odd JSON": raw(b'data: {"choices": null}\n\n', b"data: 7\n\n", b"data: []\n\n"),
    "no text": raw(b'data: {"choices": [{"index": 0, "delta": {"content": 7}}]}\n\n'),
    "broken bytes": raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe"}}]}\n\n'),
    "resets": reset_at_once,
    "redirects": status(302),
    "an error in the stream": raw(b'data: {"error": {"message": "out of memory"}}\n\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_misbehaving_model_costs_nothing_but_its_answer(
    served: WithModel, model: ScriptedModel, name: str
) -> None:
    model.script = MISBEHAVING[name]
    base = served()
    answer = streamed(base)
    assert answer.answer == EXTRACTIVE
    assert answer.note
    assert answer.model == ""
    assert ask(base, QUESTION, workspace="w") == answer


@pytest.mark.parametrize("name", ["invents ids", "answers without evidence", "cites nothing"])
def test_a_model_cannot_answer_what_the_boards_do_not_hold(
    served: WithModel, model: ScriptedModel, name: str
) -> None:
    model.script = MISBEHAVING[name]
    answer = streamed(served(), "Who is the landlord of the Berlin office?")
    assert not answer.answered
    assert answer.answer == "The boards don't hold an answer to this."


def test_a_refusal_takes_no_answer_away(served: WithModel, model: ScriptedModel) -> None:
    model.script = says("NO_ANSWER")
    assert streamed(served()).answer == EXTRACTIVE
    unknown = streamed(served(), "Who is the landlord of the Berlin office?")
    assert (unknown.answered, unknown.note) == (False, "")


@pytest.mark.parametrize("end", ["reset", "close", "length", "error"])
def test_what_was_checked_stays_when_the_model_breaks_off(
    served: WithModel, model: ScriptedModel, end: str
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        n = number(request, "Cart →")
        wire.say(f"The cart leads to “In stock?” [{n}]. Then the cart leads to stock [{n}")
        if end == "reset":
            time.sleep(0.2)  # so that what was said arrives before the reset
            wire.drop()
        elif end == "length":
            wire.end("length")
        elif end == "error":
            wire.event({"error": {"message": "out of memory"}})

    model.script = script
    answer = streamed(served())
    assert answer.answer == "The cart leads to “In stock?” [1]."
    assert "broke off" in answer.note


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_pieces_of_any_size_give_the_same_answer(
    served: WithModel, model: ScriptedModel, size: int
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        n = number(request, "Cart →")
        text = f"- The cart leads to “In stock?”. [{n}]\n- Cart [99]. Stock comes after it [{n}]."
        says(f"<think>[9] hm</think>\n{text}", size)(request, wire)

    model.script = script
    assert streamed(served()).answer == (
        "- The cart leads to “In stock?”. [1]\nStock comes after it [1]."
    )


def test_a_list_keeps_its_lines_and_its_lead(served: WithModel, model: ScriptedModel) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        one, two = number(request, "charge twice"), number(request, "lags")
        says(
            f"The risks of the order flow are:\n- “Payment may charge twice” [{one}]\n"
            f"- “Stock count lags” [{two}]\n- “Payment may charge twice” [{one}]\n"
        )(request, wire)

    model.script = script
    answer = streamed(served(), "What are the risks of the order flow?")
    assert answer.answer == (
        "The risks of the order flow are:\n- “Payment may charge twice” [1]\n"
        "- “Stock count lags” [2]"
    )


def test_a_model_that_is_not_there(served: WithModel) -> None:
    answer = streamed(served(llm_url="http://127.0.0.1:9"))
    assert answer.answer == EXTRACTIVE
    assert "does not answer" in answer.note
    unknown = streamed(served(llm_url="http://127.0.0.1:9"), "公司的年会在哪里举办？")
    assert unknown.note == "语言模型没有响应；以下答案由白板原文组成。"


@pytest.mark.parametrize("pause", ["silent", "dripping"])
def test_a_model_that_hangs_is_left_in_time(
    served: WithModel, model: ScriptedModel, pause: str
) -> None:
    def silent(_request: dict[str, Any], wire: Wire) -> None:
        wire.say("Cart")
        time.sleep(30)

    model.script = silent if pause == "silent" else forever(["very "], pause=0.05)
    assert streamed(served(llm_timeout_s=0.5)).answer == EXTRACTIVE


def test_a_flood_is_cut_off(
    served: WithModel, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.answer.served.client.MAX_BYTES", 100_000)

    def flood(_request: dict[str, Any], wire: Wire) -> None:
        while True:
            wire.raw(b"data: " + b"x" * 65_536)

    model.script = flood
    assert streamed(served()).answer == EXTRACTIVE
    assert model.left.wait(10)


def test_a_caller_who_leaves_ends_the_request(served: WithModel, model: ScriptedModel) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        n = number(request, "Cart →")
        forever([f"The cart leads to “In stock?” [{n}]. And so ", "on. "])(request, wire)

    model.script = script
    events = ask_stream(served(), QUESTION, workspace="w")
    assert isinstance(next(events), Found)
    assert isinstance(next(events), Said)
    events.close()
    assert model.left.wait(10)


def test_a_long_answer_is_bounded(served: WithModel, model: ScriptedModel) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        n = number(request, "Cart →")
        at = 0
        while True:
            at += 1
            wire.say(f"Cart {'cart ' * at}[{n}]. ")

    model.script = script
    answer = streamed(served())
    assert answer.answer.count("[1]") <= composer.MAX_SENTENCES


def test_streams_without_blocking_the_loop(served: WithModel, model: ScriptedModel) -> None:
    model.script = cites("The cart leads to “In stock?” [#].", "Cart →")
    base = served()

    async def collect() -> list[Event]:
        return [event async for event in ask_stream_async(base, QUESTION, workspace="w")]

    async def leave() -> None:
        async for event in ask_stream_async(base, QUESTION, workspace="w"):
            if isinstance(event, Said):
                break

    async def both() -> tuple[list[Event], Any]:
        return await asyncio.gather(collect(), ask_async(base, QUESTION, workspace="w"))

    events, answer = asyncio.run(both())
    assert check_stream(base, iter(events), "w") == answer
    asyncio.run(leave())


def test_many_streams_at_once_keep_apart(served: WithModel, model: ScriptedModel) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        n = number(request, "Cart →")
        says(f"The cart leads to “In stock?” [{n}].\n- Then “In stock?” [{n}].", 4)(request, wire)

    model.script = script
    base = served()

    async def one() -> list[Event]:
        return [event async for event in ask_stream_async(base, QUESTION, workspace="w")]

    async def many() -> list[list[Event]]:
        return await asyncio.gather(*(one() for _ in range(12)))

    for events in asyncio.run(many()):
        assert check_stream(base, iter(events), "w").answer.startswith("The cart leads to")


def test_wrong_use_is_told_before_anything_else(served: WithModel, model: ScriptedModel) -> None:
    for question, k in (("", 10), (QUESTION, 0)):
        with pytest.raises(WrongUse):
            ask(served(), question, workspace="w", k=k)
    assert model.requests == []


def test_without_a_model_a_stream_has_the_extractive_answer(filled: KnowledgeBase) -> None:
    answer = streamed(filled)
    assert (answer.answer, answer.note, answer.model) == (EXTRACTIVE, "", "")
    assert not streamed(filled, "Who is the landlord of the Berlin office?").answered


def test_a_workspace_is_a_wall_for_the_model_too(served: WithModel, model: ScriptedModel) -> None:
    base = served()
    streamed(base, "What is the secret plan to sell data?")
    assert "Sell data" not in json.dumps(model.requests[0]["messages"][1:], ensure_ascii=False)


def test_events_are_plain_objects(served: WithModel, model: ScriptedModel) -> None:
    model.script = cites("The cart leads to “In stock?” [#].", "Cart →")
    events = [e.model_dump(mode="json") for e in ask_stream(served(), QUESTION, workspace="w")]
    assert [e["event"] for e in events] == ["evidence", "text", "answer"]
    assert Done.model_validate(events[-1]).answer.citations[0].n == 1
