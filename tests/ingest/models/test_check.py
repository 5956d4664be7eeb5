"""Trying out a model server: what works is told apart from what doesn't."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from ingest.models.check import Report, Unreachable, check
from tests.modelserver import Body, Reply, Script, model_server

MARK = '{"shape": "box", "count": 1, "places": [1, 2], "sure": true}'
PICTURE_TOKENS = 64


def good(_: int, body: Body) -> Reply:
    """Answer everything as a server should."""
    if body.get("stream"):
        return stream("one ", "two ", "three")
    text = MARK if "response_format" in body else "Hello there."
    return completion(body, text)


def completion(body: Body, text: str, *, each: int = PICTURE_TOKENS) -> Reply:
    parts = body["messages"][0]["content"]
    pictures = sum(part["type"] == "image_url" for part in parts)
    told = {
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10 + each * pictures, "completion_tokens": 5},
    }
    return Reply(raw=json.dumps(told).encode())


def stream(*pieces: str, ends: bool = True) -> Reply:
    events = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in pieces]
    events += [json.dumps({"choices": [], "usage": {"completion_tokens": 3}})]
    events += ["[DONE]"] if ends else []
    data = "".join(f"data: {event}\n\n" for event in events).encode()
    return Reply(raw=data, content_type="text/event-stream")


def tried(script: Script, **options: object) -> Report:
    with model_server(script) as server:
        return check(server.url, timeout_s=10, concurrency=3, **options)  # type: ignore[arg-type]


def failed(report: Report) -> dict[str, str]:
    return {finding.name: finding.detail for finding in report.findings if not finding.works}


def test_a_good_server_passes_every_probe() -> None:
    heard: list[str] = []
    report = tried(good, told=lambda finding: heard.append(finding.name))
    assert failed(report) == {}
    assert report.works
    assert report.model == "tiny"
    assert heard == [finding.name for finding in report.findings]
    figures = {name: value for one in report.findings for name, value in one.figures.items()}
    assert figures["tokens_each"] == PICTURE_TOKENS
    assert figures["pieces"] == 3
    assert figures["pictures_per_s"] > 0


def test_requests_go_out_together_with_the_key_and_carry_their_pictures() -> None:
    together = threading.Barrier(3)

    def script(number: int, body: Body) -> Reply:
        if number >= 7:  # the last probe's, after its two by themselves
            together.wait(timeout=30)
        return good(number, body)

    with model_server(script) as server:
        report = check(f"{server.url}/v1", key="k", timeout_s=60, concurrency=3)
    assert report.works
    assert server.asked == 10
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer k"}
    urls = [
        part["image_url"]["url"]
        for body in server.bodies
        for part in body["messages"][0]["content"]
        if part["type"] == "image_url"
    ]
    assert urls
    assert all(url.startswith("data:image/png;base64,") for url in urls)


def when(asked: Callable[[Body], bool], reply: Callable[[Body], Reply]) -> Script:
    """Answer well but where `asked` says so."""
    return lambda n, body: reply(body) if asked(body) else good(n, body)


def has_picture(body: Body) -> bool:
    return any(part["type"] == "image_url" for part in body["messages"][0]["content"])


def wants_json(body: Body) -> bool:
    return "response_format" in body


def wants_stream(body: Body) -> bool:
    return bool(body.get("stream"))


PICTURES = {"picture", "several pictures"}


@pytest.mark.parametrize(
    ("asked", "reply", "names", "words"),
    [
        (has_picture, lambda b: completion(b, MARK, each=0), PICTURES, "never reached"),
        (has_picture, lambda _: Reply(raw=b"{}", status=400), {*PICTURES, "JSON schema"}, "400"),
        (wants_json, lambda b: completion(b, "A box, I think."), {"JSON schema"}, "schema says"),
        (wants_json, lambda b: completion(b, "{\n " + MARK[1:]), {"JSON schema"}, "white space"),
        (wants_json, lambda b: completion(b, MARK[:-1] + ', "x": 1}'), {"JSON schema"}, "schema"),
        (wants_json, lambda _: Reply(raw=b"<html>"), {"JSON schema"}, "no JSON"),
        (wants_json, lambda _: Reply(raw=b'{"choices": []}'), {"JSON schema"}, "no chat"),
        (wants_json, lambda _: Reply(act="reset"), {"JSON schema"}, ""),
        (wants_stream, lambda _: stream("one", ends=False), {"streaming"}, "no end"),
        (wants_stream, lambda _: stream(), {"streaming"}, "empty"),
        (wants_stream, lambda b: completion(b, "whole"), {"streaming"}, "no end"),
        (wants_stream, lambda _: Reply(raw=b"", status=501), {"streaming"}, "501"),
    ],
)
def test_each_fault_fails_its_probe_and_says_why(
    asked: Callable[[Body], bool], reply: Callable[[Body], Reply], names: set[str], words: str
) -> None:
    report = tried(when(asked, reply))
    assert not report.works
    assert names <= set(failed(report)) <= names | {"3 at a time"}
    assert words in failed(report)[min(names)]


def test_an_answer_without_end_is_given_up() -> None:
    endless = Reply(raw=b" " * 8_100_000)
    assert failed(tried(when(wants_json, lambda _: endless)))["JSON schema"].endswith("too large")


def test_an_answer_that_comes_drop_by_drop_is_given_up() -> None:
    """Each byte comes in time; the whole does not."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        with suppress(OSError), listener.accept()[0] as caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not over.wait(0.05):
                caller.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        try:
            with pytest.raises(Unreachable, match="no answer came in time"):
                check(url, timeout_s=0.5)
        finally:
            over.set()
            dripping.join()


def test_what_a_server_says_about_an_error_is_told() -> None:
    said = json.dumps({"object": "error", "message": "image too large"}).encode()
    report = tried(when(wants_json, lambda _: Reply(raw=said, status=400)))
    assert failed(report)["JSON schema"] == "HTTP 400: image too large"


def test_a_model_that_is_not_listed_ends_it() -> None:
    with pytest.raises(Unreachable, match="lists no 'other', but tiny"):
        tried(good, model="other")


@pytest.mark.parametrize(("name", "listed"), [("tiny:tiny", True), ("tiny:other", False)])
def test_an_adapter_is_named_after_its_model(name: str, listed: bool) -> None:
    if listed:
        assert tried(good, model=name).model == name
    else:
        with pytest.raises(Unreachable):
            tried(good, model=name)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "no url"])
def test_nothing_at_the_address_is_told(url: str) -> None:
    with pytest.raises(Unreachable) as error:
        check(url, timeout_s=5)
    assert error.value.exit_code == 1
    assert error.value.hint
