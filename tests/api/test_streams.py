"""Answers as they come: over HTTP, as OpenAI's chat API, and on the command line."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.cli.main import run
from api.http.app import create_app
from kb.evidence import Answer
from kb.settings import load_settings
from tests.api.conftest import Connect, code_of
from tests.llm import ScriptedModel, Wire, offered, says

QUESTION = "What follows Pack the order?"
WRITTEN = "After the order is packed comes “Ship” [{n}]. Bob did it [99]."
SHOWN = "After the order is packed comes “Ship” [1]."


def about_packing(request: dict[str, Any], wire: Wire) -> None:
    n = next(e["id"] for e in offered(request) if "Pack the order → Ship" in e["text"])
    says(WRITTEN.format(n=n), size=3)(request, wire)


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(about_packing) as server:
        yield server


def events_of(text: str) -> list[tuple[str, Any]]:
    """Read server-sent events."""
    found = []
    for block in filter(None, text.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        data = fields["data"]
        found.append((fields.get("event", ""), data if data == "[DONE]" else json.loads(data)))
    return found


def test_events_over_http(reader: Connect, model: ScriptedModel) -> None:
    client = reader(llm_url=model.url, llm_model="scripted")
    response = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events] == ["evidence", "text", "answer"]
    assert events[0][1]["evidence"][0]["board"]["source"] == "alpha.canvas"
    assert events[1][1]["text"] == SHOWN
    assert [c["n"] for c in events[1][1]["citations"]] == [1]
    whole = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert events[2][1]["answer"] == whole
    assert (whole["answer"], whole["model"]) == (SHOWN, "scripted")


def test_a_stream_without_a_model(reader: Connect) -> None:
    response = reader().post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert [name for name, _ in events_of(response.text)] == ["evidence", "text", "answer"]


@pytest.mark.parametrize("stream", [False, True])
def test_wrong_use_is_a_plain_error(reader: Connect, stream: bool) -> None:
    client = reader()
    for body, status, code in (
        ({"question": ""}, 400, "empty_question"),
        ({"question": "x", "k": 0}, 400, "bad_k"),
        ({"question": "x", "history": [{"question": "y"}]}, 422, "invalid_request"),
    ):
        response = client.post("/v1/ask", json={**body, "stream": stream})
        assert (response.status_code, code_of(response)) == (status, code)
    for messages, status in (([], 422), ([{"role": "assistant", "content": "x"}], 400)):
        response = client.post(
            "/v1/chat/completions", json={"messages": messages, "stream": stream}
        )
        assert response.status_code == status
        code_of(response)


def test_what_breaks_on_the_way_is_told(reader: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.evidence import Found

    async def breaks(*_: Any, **__: Any) -> Any:
        yield Found(evidence=())
        raise RuntimeError("secret")

    monkeypatch.setattr("kb.answer.ask_stream_async", breaks)
    response = reader().post("/v1/ask", json={"question": QUESTION, "stream": True})
    name, data = events_of(response.text)[-1]
    assert (name, data["error"]["code"]) == ("error", "bug")
    assert "secret" not in response.text


def test_the_chat_api(reader: Connect, model: ScriptedModel) -> None:
    client = reader(llm_url=model.url)
    body = {
        "model": "gpt-9",
        "temperature": 2,
        "messages": [
            {"role": "system", "content": "You are a pirate"},
            {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        ],
    }
    whole = client.post("/v1/chat/completions", json=body).json()
    assert whole["choices"][0]["message"] == {"role": "assistant", "content": SHOWN}
    assert whole["kb"]["citations"][0]["text"] == "Pack the order → Ship"
    assert "pirate" not in str(model.requests[-1])
    events = events_of(client.post("/v1/chat/completions", json={**body, "stream": True}).text)
    assert events[-1] == ("", "[DONE]")
    chunks = [data for _, data in events[:-1]]
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks) == SHOWN
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None, None, "stop"]
    assert chunks[1]["kb"]["citations"] == whole["kb"]["citations"]
    assert chunks[-1]["kb"] == whole["kb"]


def test_turns_before_reach_the_model(reader: Connect, model: ScriptedModel) -> None:
    client = reader(llm_url=model.url)
    before = [
        {"role": "user", "content": "What follows Check stock?"},
        {"role": "assistant", "content": "After “Check stock”: “Pack the order” [1]."},
    ]
    asked = [*before, {"role": "user", "content": "And what follows that?"}]

    def script(request: dict[str, Any], wire: Wire) -> None:
        if "rewrite" in request["messages"][0]["content"]:
            assert "Check stock" in request["messages"][1]["content"]
            says(QUESTION)(request, wire)
        else:
            about_packing(request, wire)

    model.script = script
    try:
        told = client.post("/v1/chat/completions", json={"messages": asked}).json()
        assert told["choices"][0]["message"]["content"] == SHOWN
    finally:
        model.script = about_packing


def test_clients_of_that_api_understand_it(reading: Path, model: ScriptedModel) -> None:
    """OpenAI's client and LlamaIndex's, over a socket."""
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.llms.openai_like import OpenAILike
    from openai import OpenAI

    app = create_app(load_settings(home=reading, llm_url=model.url), warm=False)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
        with OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            assert [m.id for m in client.models.list()] == ["whiteboards"]
            told = client.chat.completions.create(
                model="whiteboards", messages=[{"role": "user", "content": QUESTION}]
            )
            assert told.choices[0].message.content == SHOWN
            assert told.model_extra is not None
            assert told.model_extra["kb"]["answered"] is True
            llm = OpenAILike(
                model="whiteboards",
                api_base=url,
                api_key="none",
                is_chat_model=True,
                openai_client=client,
            )
            pieces = llm.stream_chat([ChatMessage(role="user", content=QUESTION)])
            assert "".join(piece.delta or "" for piece in pieces) == SHOWN
    finally:
        server.should_exit = True
        thread.join(10)


def test_the_command_prints_as_it_comes(
    home: Path,
    model: ScriptedModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del home
    monkeypatch.setenv("KB_LLM_URL", model.url)
    assert run(["ask", QUESTION, "--stream", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["evidence", "text", "answer"]
    assert Answer.model_validate(lines[2]["answer"]).answer == SHOWN
    assert run(["ask", QUESTION, "--stream"]) == 0
    streamed = capsys.readouterr().out
    assert streamed.startswith(f"{SHOWN}\n")
    assert run(["ask", QUESTION]) == 0
    assert capsys.readouterr().out == streamed
    assert run(["ask", "--from", "-", "--stream"]) == 2


def test_the_command_tells_why_the_model_did_not_write(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del home
    monkeypatch.setenv("KB_LLM_URL", "http://127.0.0.1:9")
    assert run(["ask", QUESTION]) == 0
    told = capsys.readouterr()
    assert "“Ship”" in told.out
    assert "language model does not answer" in told.err
