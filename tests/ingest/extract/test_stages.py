"""Each stage of the local extractor can be switched off, and only that one."""

from __future__ import annotations

from ingest.draw import draw_scene
from ingest.extract.local import LocalExtractor
from ingest.extract.local.classical import ClassicalDetector
from ingest.extract.local.stages import STAGES, extractor_without
from kb.scene import Scene
from tests.ingest.extract.boards import flow


def read(*without: str) -> Scene:
    assert set(without) <= set(STAGES)
    return extractor_without(without).extract(draw_scene(flow()))


def test_without_words_there_are_shapes_but_no_text() -> None:
    scene = read("eyes", "words")
    assert any(node.kind == "box" for node in scene.nodes)
    assert not any(node.text for node in scene.nodes)


def test_without_links_nothing_is_joined() -> None:
    scene = read("eyes", "links")
    assert {"Check stock", "Send invoice"} <= {node.text.replace("\n", " ") for node in scene.nodes}
    assert scene.relations == ()


def test_without_the_trained_eyes_classical_vision_stands_in() -> None:
    classical = LocalExtractor(detector=ClassicalDetector()).extract(draw_scene(flow()))
    assert read("eyes") == classical
    assert len(classical.relations) == 3
