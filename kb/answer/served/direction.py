"""Whether a sentence turns an arrow round: "Pack comes before Pay" of ``Pay → Pack``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answer.served.wording import FRAME, terms
from kb.simplified import simplified
from kb.text import segments

Stretch = tuple[int, int]  # of a sentence: first sign, and one past the last

_LEAD_FIRST = re.compile(
    r"(?:\b(?:after|once|following|from)|从|在?完成)[\s“”\"'「『]*(?:the )?[\s“”\"'「『]*$", re.I
)
_LEAD_SECOND = re.compile(r"\bbefore[\s“”\"'「『]*(?:the )?[\s“”\"'「『]*$", re.I)
_SECOND_FIRST = re.compile(
    r"\b(?:after|follows|following|preceded by|comes? from|depends on)\b|←|之前|以前", re.I
)
_FIRST_FIRST = re.compile(
    r"→|->|\b(?:before|precedes?|then|next|leads? to|goes to|followed by|points? to)\b"
    r"|之后|以后|然后|接着|随后|指向|通向",
    re.I,
)
_TAIL_FIRST = re.compile(r"^[\s”\"'」』]*(?:之前|以前)")
_TAIL_SECOND = re.compile(r"^[\s”\"'」』]*(?:之后|以后)")


def turned(sentence: str, arrows: Sequence[tuple[str, str]]) -> bool:
    """Say whether `sentence` puts the end of one of the arrows before its start.

    Only sentences that name both ends and use words of order are judged; arrows both ways agree
    with anything.
    """
    return any(
        (target, source) not in arrows and _turns(sentence, source, target)
        for source, target in arrows
    )


def arrow_of(text: str) -> tuple[str, str] | None:
    """Return the ends of evidence like ``A → B: label``, None for any other."""
    source, arrow, target = text.partition(" → ")
    return (source, target.partition(": ")[0]) if arrow and "→" not in target else None


def _turns(sentence: str, source: str, target: str) -> bool:
    starts, ends = _places(sentence, source, target), _places(sentence, target, source)
    pairs = [(max(s[0], e[0]) - min(s[1], e[1]), s, e) for s in starts for e in ends]
    if not pairs:
        return False
    _, start, end = min(pairs)  # where the two are named closest together
    first, second = sorted((start, end))
    sentence = simplified(sentence)
    between = sentence[first[1] : second[0]]
    forward = _first_is_first(sentence[: first[0]], between, sentence[second[1] :])
    return forward is not None and forward != (start < end)


def _first_is_first(ahead: str, between: str, behind: str) -> bool | None:
    """Say whether what is named first comes first; None where no word says so."""
    if _LEAD_FIRST.search(ahead) or _LEAD_SECOND.search(ahead):
        return bool(_LEAD_FIRST.search(ahead))
    if _TAIL_FIRST.search(behind) or _TAIL_SECOND.search(behind):
        return bool(_TAIL_FIRST.search(behind))
    if _FIRST_FIRST.search(between):
        return True
    return False if _SECOND_FIRST.search(between) else None


def _places(sentence: str, name: str, other: str) -> list[Stretch]:
    """Return where `sentence` names `name`: as written, else by the words that `other` lacks."""
    whole = re.compile(re.escape(name.strip()), re.IGNORECASE)
    if found := [m.span() for m in whole.finditer(sentence) if m.group()]:
        return found
    own = terms(name) - terms(other) - FRAME
    places: list[Stretch] = []
    named: set[str] = set()
    at = 0
    for word in segments(sentence):
        begin = sentence.find(word, at)
        if begin < 0:  # of another width
            return []
        at = begin + len(word)
        if not (said := terms(word) & own):
            continue
        named |= said
        if places and not terms(sentence[places[-1][1] : begin]):
            places[-1] = (places[-1][0], at)
        else:
            places.append((begin, at))
    return places if len(named) * 2 >= len(own) else []
