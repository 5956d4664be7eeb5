from __future__ import annotations

import json

import lzstring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.board import Limits
from ingest.readers.lz import decompress_base64
from ingest.readers.obsidian import read
from kb.errors import BadSource

from .native_samples import LIMITS, SAMPLES, boards_of, check_golden

PACKER = lzstring.LZString()


def packed(text):
    # the Python packer takes code units for characters: give it the halves of an emoji apart
    units = text.encode("utf-16-le", "surrogatepass")
    halves = "".join(chr(units[n] | units[n + 1] << 8) for n in range(0, len(units), 2))
    return PACKER.compressToBase64(halves)


@pytest.mark.parametrize("file", ["risk.excalidraw.md", "plain.excalidraw.md"])
def test_samples(file):
    (board,) = check_golden(read, file)
    assert [one.text for one in board.scene.nodes] == ["风险：单点故障", "Add a replica"]
    (arrow,) = board.scene.relations
    assert (arrow.source, arrow.target) == ("n1", "n2")


def test_both_forms_hold_the_same():
    scenes = [boards_of(read, f"{name}.excalidraw.md")[0].scene for name in ("risk", "plain")]
    assert scenes[0] == scenes[1]


def test_a_block_of_json_before_the_drawing_is_not_the_drawing():
    note = (SAMPLES / "plain.excalidraw.md").read_text("utf-8")
    note = note.replace("# Excalidraw Data", '```json\n{"elements": []}\n```\n# Excalidraw Data')
    (board,) = read(note.encode(), "b.excalidraw.md", LIMITS)
    assert len(board.scene.nodes) == 2


def test_windows_line_ends():
    note = (SAMPLES / "risk.excalidraw.md").read_bytes().replace(b"\n", b"\r\n")
    (board,) = read(note, "b.excalidraw.md", LIMITS)
    assert len(board.scene.nodes) == 2


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_unpacking_inverts_packing(text):
    assert decompress_base64(packed(text), "b", 10_000) == text


@settings(max_examples=150, deadline=None)
@given(st.text("ABCDEFGabcdefg0123456789+/=", max_size=200))
def test_broken_packing_is_refused_or_read(text):
    try:
        assert isinstance(decompress_base64(text, "b", 10_000), str)
    except BadSource as error:
        assert error.code in ("corrupt", "too_large")  # noqa: PT017


def test_a_bomb_stops_at_the_limit():
    bomb = packed("a" * 1_000_000)
    assert len(bomb) < 10_000
    note = f"---\nexcalidraw-plugin: parsed\n---\n## Drawing\n```compressed-json\n{bomb}\n```\n"
    with pytest.raises(BadSource) as caught:
        list(read(note.encode(), "bomb.excalidraw.md", Limits(max_bytes=300_000)))
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "block",
    ["", "```json\n[1]\n```\n", "```json\n{\n```\n", "```compressed-json\n!!\n```\n",
     "```compressed-json\n\n```\n"],
)  # fmt: skip
def test_refused(block):
    with pytest.raises(BadSource):
        list(read(f"# Note\n## Drawing\n{block}".encode(), "b.excalidraw.md", LIMITS))


def test_an_empty_drawing_is_an_empty_board():
    note = f"## Drawing\n```json\n{json.dumps({'elements': []})}\n```\n"
    (board,) = read(note.encode(), "b.excalidraw.md", LIMITS)
    assert board.scene.nodes == ()
