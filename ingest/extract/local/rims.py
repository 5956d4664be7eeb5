"""Names of frames that stand turned beside their left rim, as pools and lanes have them."""

from __future__ import annotations

from collections.abc import Sequence, Set

from ingest.extract.local.blocks import HAN
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, union_box

_SIGNS = 3  # fewer are a mark
_TURNED = 1.5  # times as high as wide: words that run upwards
_APART = 0.8  # widths of the words between them and the rim
_BESIDE = 0.7  # of their height that lies between the frame's upper and lower rim


def name_by_rims(things: Sequence[Thing], links: Sequence[Link], gone: Set[int]) -> set[int]:
    """Give turned words that nothing joins to the nameless frame whose left rim they stand at.

    Where several frames begin there, the lowest is meant. Words side by side make one name, and the
    frame then reaches around it.

    Returns:
        The places of the words that are names now.
    """
    joined = {place for link in links for place in (link.source, link.target)}
    turned = [
        place
        for place, thing in enumerate(things)
        if thing.shape is None and thing.text and place not in gone | joined and _is_turned(thing)
    ]
    nameless = [thing for thing in things if thing.kind == "container" and not thing.text]
    used: set[int] = set()
    for frame in sorted(nameless, key=lambda frame: frame.box[3] - frame.box[1]):
        # From the rim outwards; each moves the rim.
        for place in sorted(turned, key=lambda place: -things[place].box[2]):
            words = things[place]
            if place not in used and _at_rim(frame.box, words.box):
                used.add(place)
                frame.text = f"{words.text}\n{frame.text}" if frame.text else words.text
                frame.words = union_box([words.box, frame.words]) if frame.words else words.box
                frame.height = words.height
                frame.box = union_box([frame.box, words.box])
    return used


def head_by_turning(things: Sequence[Thing], links: Sequence[Link], gone: Set[int]) -> None:
    """Make turned words that nothing joins headings: they name a lane whose frame was not found.

    Chinese is written downwards too, and on a board that lies on its side all words are turned:
    these stay what they are.
    """
    joined = {place for link in links for place in (link.source, link.target)}
    written = [place for place, thing in enumerate(things) if thing.text]
    on_end = [place for place in written if _is_on_end(things[place])]
    if 2 * len(on_end) > len(written):
        return
    for place in on_end:
        thing = things[place]
        if thing.shape is None and place not in gone | joined and not HAN.search(thing.text):
            thing.kind = "title"


def _is_on_end(thing: Thing) -> bool:
    """Tell words that the reader saw as lines on end; short ones below one another it did not."""
    box = thing.words or thing.box
    wide, high = box[2] - box[0], box[3] - box[1]
    return high > _TURNED * wide and wide < thing.height and len(thing.text) >= _SIGNS


def _is_turned(words: Thing) -> bool:
    """Tell words that run upwards from short ones that stand below one another.

    The reader tells of most turned words as of one line that is higher than wide.
    """
    wide, high = words.box[2] - words.box[0], words.box[3] - words.box[1]
    lines = 1 + words.text.count("\n")
    across, down = wide / max(words.height, 1.0), high / max(words.height, 1.0)
    upwards = across < 1 or abs(across - lines) < abs(down - lines)
    return high > _TURNED * wide and upwards


def _at_rim(frame: Box, words: Box) -> bool:
    wide, high = words[2] - words[0], words[3] - words[1]
    beside = min(words[3], frame[3]) - max(words[1], frame[1])
    return words[0] < frame[0] <= words[2] + _APART * wide and beside > _BESIDE * high
