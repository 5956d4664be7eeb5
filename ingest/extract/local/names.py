"""Words that stand outside: a small shape's name, a line's label, or a node of their own."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from ingest.extract.local.geometry import gap_between
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import Wish, is_short, wishes
from kb.scene import Box, union_box

_LABEL_REACH = 0.9  # line heights from a line to its label; 95 of 100 are within 0.6
_LIKELY = -0.5  # score of a label: a node that is lost costs more than a label
_LEADING = 0.7  # line heights between the lines of a name
_SIGNS = 4  # a mark of more is a word
_SYMBOLS = frozenset(
    "xX×✕✗乂メ+＋十†oO0〇○◯◇*＊⊗⊕"
)  # drawn in decisions, and what they are read as


def without_symbols(things: Sequence[Thing]) -> None:
    """Take the text off small diamonds that hold a mere symbol: crossed, plus or ring."""
    for thing in things:
        if (
            thing.kind == "diamond"
            and 0 < len(thing.text) <= _SIGNS
            and set(thing.text) <= _SYMBOLS
        ):
            thing.text, thing.words = "", None


def name_and_label(
    things: Sequence[Thing], links: Sequence[Link], spent: Set[int] = frozenset(),
    seen: Sequence[Box] = (),
) -> tuple[list[Link], set[int]]:  # fmt: skip
    """Give words that stand beside a small shape, or on a line, to it; each takes one block.

    A line that was taken to end at a shape's name ends at the shape.

    Args:
        things: shapes and words.
        links: what joins them.
        spent: places of words that are a label already.
        seen: where the detector saw words that stand alone.

    Returns:
        The links with labels, and the places of the words that are no nodes of their own.
    """
    labelled, used, served = list(links), set[int](), set[tuple[str, int]]()
    named: dict[int, int] = {}
    likely = [(wish.score, wish) for wish in wishes(things, links, spent, seen)]
    likely.sort(key=lambda pair: (-pair[0], pair[1].words, pair[1].sort, pair[1].place))
    for score, wish in likely:
        if not _is_granted(wish, score) or wish.words in used or (wish.sort, wish.place) in served:
            continue
        used.add(wish.words)
        served.add((wish.sort, wish.place))
        if wish.sort == "label":
            text = things[wish.words].text
            labelled[wish.place] = replace(labelled[wish.place], label=text)
        else:
            named[wish.words] = wish.place
            _name(things[wish.place], things[wish.words])
    joined = {place for link in links for place in (link.source, link.target)}
    more = _lines_more(things, named, used | joined | spent)
    for words, place in more.items():
        _name(things[place], things[words], more=True)
    return _rejoined(labelled, named), used | set(more)


def _is_granted(wish: Wish, score: float) -> bool:
    """Tell whether a wish may come true.

    Words close to a line that name nothing are its label, unless lines join words on the board:
    then they may be a node that the end of a line was not found at.
    """
    if wish.sort == "name" or score > 0:
        return score > 0
    return score > _LIKELY if wish.wordy else wish.gap < _LABEL_REACH


def _lines_more(things: Sequence[Thing], named: dict[int, int], taken: Set[int]) -> dict[int, int]:
    """Return words that go on above or below a name, with the place of the shape they name.

    Words beside a ring with a letter or number are whole.
    """
    outside = {name: place for name, place in named.items() if not things[place].signed}
    found: dict[int, int] = {}
    for words, thing in enumerate(things):
        if thing.shape is not None or not thing.text or words in taken or not is_short(thing):
            continue
        for name, place in outside.items():
            first = things[name]
            gap = gap_between(thing.box, first.box) / first.height
            across = min(thing.box[2], first.box[2]) - max(thing.box[0], first.box[0])
            narrow = min(thing.box[2] - thing.box[0], first.box[2] - first.box[0])
            alike = 0.6 < thing.height / first.height < 1.7
            if gap < _LEADING and across > 0.4 * narrow and alike:
                found[words] = place
                break
    return found


def _rejoined(links: Sequence[Link], named: dict[int, int]) -> list[Link]:
    """Let links that end at names end at what is named; each two things are joined once."""
    kept: list[Link] = []
    seen = {(k.source, k.target) for k in links if not {k.source, k.target} & set(named)}
    for link in links:
        ends = (named.get(link.source, link.source), named.get(link.target, link.target))
        if ends == (link.source, link.target):
            kept.append(link)
        elif ends[0] != ends[1] and ends not in seen:
            seen.add(ends)
            kept.append(replace(link, source=ends[0], target=ends[1]))
    return kept


def _name(thing: Thing, words: Thing, *, more: bool = False) -> None:
    if not more or thing.words is None:
        sign = f"{thing.text} " if thing.signed else ""
        thing.text, thing.words, thing.height = sign + words.text, words.box, words.height
        return
    lines = [(thing.words[1], thing.text), (words.box[1], words.text)]
    thing.text = "\n".join(text for _, text in sorted(lines))
    thing.words = union_box([thing.words, words.box])
