"""The VLM extractor against a real SGLang: what it asks is answered, and a fault loses no board."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import jsonschema
import pytest
from PIL import Image

from evals.models.lessons import lesson
from evals.models.server import NAME, SglangServer
from ingest.extract.vlm import VlmExtractor
from ingest.extract.vlm.client import Served, body_of
from ingest.extract.vlm.options import VlmOptions
from ingest.extract.vlm.prompt import messages, system_text, user_text
from ingest.extract.vlm.reading import data_url
from ingest.extract.vlm.schema import answer_schema
from ingest.extract.vlm.tally import TRANSPORT
from kb.conventions import Conventions
from kb.scene import ExtractorInfo, Scene
from tests.models.proxy import proxy_before

BOARDS = 100
AT_ONCE = 8
FIRST = 1_000_000  # number of the first picture: none that the model was taught with
PATIENT_S = 240.0


class Local:
    """Stands for the local extractor, so that a board which it read can be told."""

    name, version = "local", "stand-in"

    def extract(self, picture: Image.Image, **_: object) -> Scene:
        info = ExtractorInfo(name=self.name)
        return Scene(width=picture.width, height=picture.height, extractor=info)


@contextmanager
def extractor(url: str, **options: Any) -> Iterator[VlmExtractor]:
    usual = {"hints": False, "timeout_s": PATIENT_S, "window": AT_ONCE, "attempts": 3}
    usual |= {"answer_tokens": 1024, "backoff_s": 0.1, "patience": 100}
    made = VlmExtractor(VlmOptions(url=url, **(usual | options)), local=Local())
    try:
        yield made
    finally:
        made.close()


def pictures(count: int) -> list[Image.Image]:
    return [lesson(FIRST + number)[0] for number in range(count)]


def read_together(reader: VlmExtractor, boards: list[Image.Image]) -> list[Scene]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(reader.extract, boards))


def faults(reader: VlmExtractor) -> dict[str, float]:
    counts = reader.tally.as_dict()
    return {name: counts[name] for name in TRANSPORT if counts.get(name)}


def body(picture: Image.Image) -> dict[str, Any]:
    """What the product asks of `picture`."""
    url = data_url(picture, (0.0, 0.0, *map(float, picture.size)), picture.size)
    said = messages(url, system_text(Conventions()), user_text(None, part=False))
    asked: dict[str, Any] = json.loads(body_of(Served(NAME), said, answer_schema(), 1024))
    return asked


def running(server: SglangServer) -> float:
    """How many requests the server works on, by its own figures."""
    told = httpx.get(f"{server.url}/metrics", timeout=30, trust_env=False).text
    lines = [line for line in told.splitlines() if line.startswith("sglang:num_running_reqs{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def until(happens: Callable[[], bool], within_s: float = 120.0) -> None:
    ends = time.monotonic() + within_s
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_hundred_answers_are_all_as_the_schema_says(server: SglangServer) -> None:
    check = jsonschema.Draft202012Validator(answer_schema())
    with httpx.Client(base_url=server.url, timeout=PATIENT_S, trust_env=False) as http:

        def answered(picture: Image.Image) -> dict[str, Any]:
            told = http.post("/v1/chat/completions", json=body(picture))
            assert told.status_code == 200, told.text
            choice: dict[str, Any] = told.json()["choices"][0]
            return choice

        with ThreadPoolExecutor(AT_ONCE) as pool:
            choices = list(pool.map(answered, pictures(BOARDS)))
    assert {choice["finish_reason"] for choice in choices} == {"stop"}
    for choice in choices:
        check.validate(json.loads(choice["message"]["content"]))


def test_a_hundred_boards_are_read_by_the_model(server: SglangServer) -> None:
    boards = pictures(BOARDS)
    with extractor(server.url) as reader:
        scenes = read_together(reader, boards)
        counts = reader.tally.as_dict()
    assert counts["boards"] == BOARDS
    assert faults(reader) == {}
    assert not counts.get("fallbacks")
    assert {scene.extractor.name for scene in scenes} == {"vlm"}
    assert all(scene.nodes for scene in scenes)
    for scene, board in zip(scenes, boards, strict=True):
        assert (scene.width, scene.height) == board.size
        Scene.model_validate_json(scene.model_dump_json())


def test_an_answer_streams_and_is_whole(server: SglangServer) -> None:
    asked = body(pictures(1)[0]) | {"stream": True, "stream_options": {"include_usage": True}}
    with httpx.stream(
        "POST",
        f"{server.url}/v1/chat/completions",
        json=asked,
        timeout=PATIENT_S,
        trust_env=False,
    ) as response:
        events = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    told = [json.loads(event) for event in events[:-1]]
    pieces = [c["delta"].get("content") or "" for one in told for c in one["choices"]]
    assert sum(bool(piece) for piece in pieces) > 10
    jsonschema.validate(json.loads("".join(pieces)), answer_schema())
    assert told[-1]["usage"]["completion_tokens"] > 10


def test_a_picture_that_is_none_is_refused_and_the_server_lives(server: SglangServer) -> None:
    asked = body(pictures(1)[0])
    asked["messages"][1]["content"][0]["image_url"]["url"] = "data:image/jpeg;base64,AAAA"
    url = f"{server.url}/v1/chat/completions"
    told = httpx.post(url, json=asked, timeout=PATIENT_S, trust_env=False)
    assert 400 <= told.status_code < 500
    with extractor(server.url) as reader:
        assert reader.extract(pictures(1)[0]).extractor.name == "vlm"


def test_killed_in_mid_request_and_started_again(server: SglangServer) -> None:
    boards = pictures(AT_ONCE)
    with extractor(server.url, rest_s=0.0) as reader:
        reader.extract(boards[0])
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                begun = [pool.submit(reader.extract, board) for board in boards * 4]
                until(lambda: running(server) >= 2)
                server.kill()
                scenes = [one.result() for one in begun]
        finally:
            server.start()
        lost = [scene for scene in scenes if scene.extractor.name == "local"]
        assert lost
        assert all("read by the local extractor" in scene.notes[0] for scene in lost)
        assert set(faults(reader)) <= {"reset", "refused", "stalled"}
        assert reader.tally["fallbacks"] == len(lost)
        again = read_together(reader, boards)
    assert {scene.extractor.name for scene in again} == {"vlm"}


@pytest.mark.parametrize(
    ("act", "fault"), [("stall", "stalled"), ("cut", "reset"), ("garble", "not_an_answer")]
)
def test_a_bad_way_to_the_server_costs_no_board(server: SglangServer, act: str, fault: str) -> None:
    boards = pictures(4)
    stalls = act == "stall"  # only then is a short wait what the test is about
    with (
        proxy_before(server.url) as proxy,
        extractor(proxy.url, timeout_s=30.0 if stalls else PATIENT_S, rest_s=0.0) as reader,
    ):
        assert reader.extract(boards[0]).extractor.name == "vlm"

        proxy.harm(act, times=1)  # once: another attempt helps
        assert reader.extract(boards[1]).extractor.name == "vlm"
        assert proxy.harmed == 1
        assert set(faults(reader)) == {fault}

    with (
        proxy_before(server.url) as proxy,
        extractor(
            proxy.url, timeout_s=2.0 if stalls else PATIENT_S, attempts=2, rest_s=0.0
        ) as reader,
    ):
        proxy.harm(act)  # always: the local extractor reads
        scenes = read_together(reader, boards)
        assert {scene.extractor.name for scene in scenes} == {"local"}
        assert reader.tally["fallbacks"] == len(boards)
        assert reader.tally[fault] >= len(boards)
