"""A model server that fails in every way: no board is lost, and none goes wrong in silence."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import pytest
from PIL import Image

from ingest.extract.local.geometry import overlap_union
from ingest.extract.vlm import VlmExtractor
from ingest.extract.vlm.client import Answer, ModelClient
from ingest.extract.vlm.options import VlmOptions
from ingest.extract.vlm.tally import FAULTS, Tally
from kb.scene import ExtractorInfo, Scene, Stroke
from tests.ingest.extract.vlm import oracle
from tests.ingest.extract.vlm.scenes import answer, arrow, box
from tests.modelserver import Body, Reply, model_server

OFF = [2000, 2000, 2100, 2100]


class Local:
    """Stands in for the local extractor: it sees one word, at once."""

    name = "local"
    version = "test"

    def extract(
        self,
        picture: Image.Image,
        *,
        strokes: Sequence[Stroke] = (),
        deadline_s: float | None = None,
    ) -> Scene:
        del strokes, deadline_s
        seen = oracle.truth().nodes[:1]
        return Scene(
            width=picture.width,
            height=picture.height,
            nodes=seen,
            extractor=ExtractorInfo(name="local", version="test"),
        )


def extractor(url: str, **more: object) -> VlmExtractor:
    options = {"timeout_s": 2.0, "backoff_s": 0.01, "hints": False, "rest_s": 0.05, **more}
    return VlmExtractor(VlmOptions(url, **options), local=Local())  # type: ignore[arg-type]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def misbehaving(fault: str, body: Body) -> Reply:
    """Return what a server or model sends that fails in the way of `fault`."""
    if fault in ON_THE_WAY:
        return ON_THE_WAY[fault]
    return Reply(*WRITTEN[fault](oracle.told(body)))


ON_THE_WAY = {
    "reset": Reply(act="reset"),
    "stalled": Reply(act="stall"),
    "busy": Reply(status=429, raw=b"{}", headers={"Retry-After": "0.02"}),
    "server_error": Reply(status=500, raw=b"oops"),
    "html": Reply(raw=b"<html><h1>Welcome</h1></html>", content_type="text/html"),
    "half_transfer": Reply("half of this", act="half"),
    "no_choices": Reply(raw=b'{"choices": []}'),
}


def _nodes(true: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads(true)["nodes"]
    return nodes


# fault → (what the model writes, why it stopped), given the true answer
WRITTEN: dict[str, Callable[[str], tuple[str, ...]]] = {
    "half_json": lambda true: (true[: len(true) // 2],),
    "cut_off": lambda true: (true[: len(true) // 2], "length"),
    "white_space_loop": lambda true: (true[: len(true) // 2] + " \n" * 3000, "length"),
    "wrong_ids": lambda true: (
        answer(_nodes(true), [arrow(1, 900 + i) for i in range(3)] + [arrow(1, 2)], "Steps"),
    ),
    "unusable_boxes": lambda true: (answer([one | {"bbox_2d": OFF} for one in _nodes(true)]),),
    "some_boxes_off": lambda true: (
        answer(
            [*_nodes(true), box("box", "ghost", OFF, 99)], json.loads(true)["relations"], "Steps"
        ),
    ),
    "duplicate_loop": lambda true: (answer(_nodes(true) * 12),),
    "empty": lambda _: ("",),
    "no_nodes": lambda _: (answer([]),),
}
KINDS = (*ON_THE_WAY, *WRITTEN)
SEEN_AS = {
    "html": "not_an_answer",
    "no_choices": "not_an_answer",
    "half_transfer": "reset",
    "half_json": "broken_json",
    "wrong_ids": "unusable_ids",
    "some_boxes_off": "boxes_dropped",
    "empty": "empty_answer",
    "no_nodes": "saw_nothing",
}


def is_true(scene: Scene) -> bool:
    """Tell whether `scene` says what is on the board, and nothing else."""
    truth = oracle.truth()
    names = {node.id: node.text for node in scene.nodes}
    true_names = {node.id: node.text for node in truth.nodes}
    places = {node.text: node.bbox for node in truth.nodes}
    return (
        sorted(names.values()) == sorted(true_names.values())
        and {(names[r.source], names[r.target]) for r in scene.relations}
        == {(true_names[r.source], true_names[r.target]) for r in truth.relations}
        and all(overlap_union(node.bbox, places[node.text]) > 0.6 for node in scene.nodes)
    )


@pytest.mark.slow
def test_five_hundred_bad_requests_lose_no_board_and_hide_nothing() -> None:
    random_ = random.Random(7)
    injected: Counter[str] = Counter()
    lock = threading.Lock()

    def script(_: int, body: Body) -> Reply:
        with lock:
            fault = random_.choice(KINDS)
            fault = fault if random_.random() < 0.8 else ""
            injected[fault] += 1
        return misbehaving(fault, body) if fault else Reply(oracle.told(body))

    picture = oracle.board()
    port = free_port()
    with (
        closing(extractor(f"http://127.0.0.1:{port}", patience=40)) as reader,
        ThreadPoolExecutor(16) as threads,
    ):
        # nobody is there yet: refused
        scenes = list(threads.map(lambda _: reader.extract(picture), range(8)))
        with model_server(script, port=port) as server:
            server.stall_s = 2.5
            while sum(injected.values()) - injected[""] < 500:
                scenes += threads.map(lambda _: reader.extract(picture), range(16))
        counted = reader.tally.as_dict()
        # what a dying connection swallowed was sent, and counted, but never arrived
        assert counted["requests"] >= server.asked == sum(injected.values())

    assert counted["boards"] == len(scenes)
    for scene in scenes:
        assert scene.nodes
        assert is_true(scene) or scene.notes, scene
        assert (scene.extractor.name == "local") == any(
            "read by the local" in n for n in scene.notes
        )
    assert sum(scene.extractor.name == "local" for scene in scenes) == counted["fallbacks"]
    assert sum(is_true(scene) for scene in scenes) > 0.1 * len(scenes)
    assert counted["refused"] >= 8
    for fault in KINDS:
        assert injected[fault] > 0
        assert counted.get(SEEN_AS.get(fault, fault), 0) > 0, fault


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_that_stays_ends_at_the_local_extractor_or_in_a_note(fault: str) -> None:
    with (
        model_server(lambda _, body: misbehaving(fault, body)) as server,
        closing(extractor(server.url)) as reader,
    ):
        server.stall_s = 2.5
        scene = reader.extract(oracle.board())
        assert server.asked <= 4 * 7  # attempts × parts: bounded
    assert scene.notes
    assert scene.nodes
    assert scene.extractor.figures[SEEN_AS.get(fault, fault)] >= 1
    if fault != "some_boxes_off":
        assert scene.extractor.name == "local"
    assert ("unanswered" in scene.extractor.figures) == (fault in ON_THE_WAY)


@pytest.mark.parametrize(
    "fault", ["reset", "stalled", "busy", "server_error", "html", "no_choices"]
)
def test_a_fault_that_passes_costs_nothing_but_time(fault: str) -> None:
    def script(number: int, body: Body) -> Reply:
        return misbehaving(fault, body) if number < 2 else Reply(oracle.told(body))

    with model_server(script) as server, closing(extractor(server.url)) as reader:
        server.stall_s = 2.5
        scene = reader.extract(oracle.board())
    assert is_true(scene)
    assert scene.extractor.name == "vlm"
    assert scene.extractor.figures["requests"] == 3


@pytest.mark.parametrize("fault", ["cut_off", "half_json", "duplicate_loop", "empty"])
def test_an_answer_that_fails_is_asked_for_in_smaller_parts(fault: str) -> None:
    def script(number: int, body: Body) -> Reply:
        return misbehaving(fault, body) if number == 0 else Reply(oracle.told(body))

    with model_server(script) as server, closing(extractor(server.url)) as reader:
        scene = reader.extract(oracle.board())
        assert server.asked == 3
    assert is_true(scene) or "read in 2 parts" in scene.notes[0]
    assert sorted(n.text for n in scene.nodes) == sorted(n.text for n in oracle.truth().nodes)
    assert scene.extractor.figures["halved"] == 1


def test_a_server_that_is_not_there_is_left_alone_and_found_again() -> None:
    port = free_port()
    with closing(extractor(f"http://127.0.0.1:{port}", patience=3, rest_s=0.3)) as reader:
        scenes = [reader.extract(oracle.board()) for _ in range(4)]
        counted = reader.tally.as_dict()
        assert counted["refused"] == 3  # then nobody asked any more
        assert counted["left_alone"] >= 3
        assert all("could not be reached" in scene.notes[0] for scene in scenes)
        with model_server(lambda _, body: Reply(oracle.told(body)), port=port):
            threading.Event().wait(0.35)
            assert is_true(reader.extract(oracle.board()))


def test_a_busy_server_is_asked_again_and_not_left_alone() -> None:
    def script(number: int, body: Body) -> Reply:
        return misbehaving("busy", body) if number % 4 else Reply(oracle.told(body))

    with model_server(script) as server, closing(extractor(server.url, patience=2)) as reader:
        for _ in range(3):
            assert is_true(reader.extract(oracle.board()))
        counted = reader.tally.as_dict()
    assert counted["busy"] == 6
    assert "left_alone" not in counted


@pytest.mark.parametrize(("status", "fault"), [(401, "unauthorized"), (400, "rejected")])
def test_a_refusal_is_not_repeated(status: int, fault: str) -> None:
    reply = Reply(status=status, raw=b'{"error": {"message": "no such thing"}}')
    with (
        model_server(lambda *_: reply) as server,
        closing(extractor(server.url)) as reader,
    ):
        scene = reader.extract(oracle.board())
        assert server.asked == 1
    assert scene.extractor.figures[fault] == scene.extractor.figures["unanswered"] == 1
    assert scene.extractor.name == "local"


def test_the_time_for_a_board_is_kept_though_the_server_is_slow() -> None:
    with (
        model_server(lambda _, body: Reply(oracle.told(body), wait_s=2.0)) as server,
        closing(extractor(server.url, timeout_s=60.0)) as reader,
    ):
        scene = reader.extract(oracle.board(), deadline_s=0.5)
    assert scene.extractor.name == "local"
    assert "time for this board was over" in scene.notes[0]


def test_a_server_that_outlasts_every_board_is_left_alone() -> None:
    with (
        model_server(lambda *_: Reply("{}", wait_s=2.0)) as server,
        closing(extractor(server.url, timeout_s=60.0, patience=2, rest_s=600.0)) as reader,
    ):
        scenes = [reader.extract(oracle.board(), deadline_s=0.5) for _ in range(3)]
        assert server.asked <= 2
    assert [scene.extractor.figures.get("stalled", 0) for scene in scenes] == [1, 1, 0]
    assert scenes[2].extractor.figures["left_alone"] == 1


def test_requests_that_were_given_up_block_no_later_ones() -> None:
    def script(_: int, body: Body) -> Reply:
        return Reply("{}", wait_s=0.3 if body["max_tokens"] == 1 else 0.0)

    async def give_up(client: ModelClient, after_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(after_s):
                await client.ask([], {}, Tally(), most_tokens=1)

    async def ask(url: str) -> list[Answer]:
        client = ModelClient(VlmOptions(url, window=8, timeout_s=2.0, attempts=1))
        await client.served(Tally())
        # many at once, so that some are given up while they wait for a connection
        await asyncio.gather(*(give_up(client, (0.005, 0.02, 0.1)[n % 3]) for n in range(300)))
        try:
            asked = [client.ask([], {}, Tally(), most_tokens=9) for _ in range(4)]
            return await asyncio.gather(*asked)
        finally:
            await client.close()

    with model_server(script) as server:
        assert [answer.text for answer in asyncio.run(ask(server.url))] == ["{}"] * 4


def test_every_fault_has_words() -> None:
    assert all(words for words in FAULTS.values())


def test_a_server_without_a_model_is_told() -> None:
    with model_server(lambda *_: Reply("")) as server, closing(extractor(server.url)) as reader:
        server.models = []
        scene = reader.extract(oracle.board())
    assert scene.extractor.figures["no_model"] == 1
    assert "lists no model" in scene.notes[0]
