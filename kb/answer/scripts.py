"""The script of a conversation: which one our own words follow, and who wrote what in which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.evidence import Turn
from kb.simplified import has_script, is_traditional, simplified, traditional


def spoken(question: str, turns: Sequence[Turn]) -> str:
    """Return the question whose script is spoken: the last one that has any ("more" has none)."""
    asked = [question, *(turn.question for turn in reversed(turns))]
    return next(filter(has_script, asked), question)


def as_said(made: str, question: str, turns: Sequence[Turn]) -> str:
    """Return `made`, in simplified signs, as the question and the turns before have its parts.

    Our own words in it are in the script that is spoken.
    """
    if made.isascii():
        return made
    full = is_traditional(spoken(question, turns))
    before = [text for turn in reversed(turns) for text in (turn.question, turn.answer)]
    stretches = _stretches(made, [question, *before])
    return "".join(traditional(part) if ours and full else part for part, ours in stretches)


def _stretches(made: str, texts: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of `made`, and whether they are ours; the others as the texts have them.

    A single sign may come from the first of the texts only: in all others it stands by chance.
    """
    plain = [simplified(text) for text in texts]
    at = ours = 0
    while at < len(made):
        shared = [_shared(made, at, text) for text in plain]
        length = max(shared) if max(shared) > 1 else shared[0]
        if length:
            n = shared.index(length)
            start = plain[n].index(made[at : at + length])
            yield made[ours:at], True
            yield texts[n][start : start + length], False
            ours = at + length
        at += max(length, 1)
    yield made[ours:], True


def _shared(made: str, at: int, text: str) -> int:
    """Return how many signs of `made`, from `at` on, stand in `text` in a row."""
    end = at
    while end < len(made) and made[at : end + 1] in text:
        end += 1
    return end - at
