"""What a model thinks aloud never reaches the user, wherever its thoughts begin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kb.answer.served.conftest import WithModel
from tests.kb.answer.served.test_model import EXTRACTIVE, number, streamed
from tests.llm import ScriptedModel, Wire, says

THOUGHT = "“Cart” leads to “In stock?” [{n}]. Stock comes after the cart [{n}]. So:"
SAID = "The cart leads to “In stock?” [{n}]."


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "reply",
    [f"{THOUGHT}\n</think>\n\n{SAID}", f"<think>\n{THOUGHT}\n</think>\n\n{SAID}", SAID,
     f"</think>{SAID}"],
)  # fmt: skip
def test_thoughts_are_never_shown(
    served: WithModel, model: ScriptedModel, reply: str, size: int
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        says(reply.format(n=number(request, "Cart →")), size)(request, wire)

    model.script = script
    assert streamed(served(llm_thinks=True)).answer == "The cart leads to “In stock?” [1]."


@pytest.mark.parametrize("opening", ["", "<think>"])
def test_thoughts_that_break_off_are_never_shown(
    served: WithModel, model: ScriptedModel, opening: str
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        thought = opening + THOUGHT.format(n=number(request, "Cart →"))
        says(thought, reason="length")(request, wire)

    model.script = script
    assert streamed(served(llm_thinks=True)).answer == EXTRACTIVE


def test_thoughts_that_nobody_expected_are_dropped_as_far_as_they_can_be(
    served: WithModel, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        reply = f"Hm. So the cart leads to “In stock?” [{{n}}]\n</think>\n{SAID}"
        says(reply.format(n=number(request, "Cart →")), 1000)(request, wire)

    model.script = script
    assert streamed(served()).answer == "The cart leads to “In stock?” [1]."
    assert not caplog.records
    model.script = lambda request, wire: says(
        f"{THOUGHT}</think>{SAID}".format(n=number(request, "Cart →")), 1
    )(request, wire)
    assert streamed(served()).answer == (
        "“Cart” leads to “In stock?” [1]. Stock comes after the cart [1]. "
        "The cart leads to “In stock?” [1]."
    )
    assert "KB_LLM_THINKS" in caplog.text
