"""Takes away what a reasoning model thinks aloud before it answers.

Where the server parses thoughts they come apart from the answer and are never seen here. Else the
reply holds them: between `<think>` and `</think>`, or, where the prompt ends in the opening, before
a `</think>` alone.
"""

from __future__ import annotations

_START, _END = "<think>", "</think>"


class Thoughts:
    """Takes a reply piece by piece; gives what is said, not thought.

    Args:
        expected: the reply begins with thoughts, opened or not: nothing is given before they end.

    Attributes:
        unopened: an end of thoughts came that nothing had opened; what was given before it was
            thought too.
    """

    def __init__(self, *, expected: bool = False) -> None:
        self._held = ""
        self._thinking = expected
        self._begun = self._over = False
        self.unopened = False

    def feed(self, text: str) -> str:
        """Take a piece; return what of the reply is said by now, beyond what was returned."""
        if self._over:
            return text
        self._held += text
        if not self._begun:
            begun = self._held.lstrip()
            if _START.startswith(begun):
                return ""
            self._begun = True
            if begun.startswith(_START):
                self._thinking, self._held = True, begun
        thought, end, said = self._held.partition(_END)
        if end:
            self._over, self._held = True, ""
            self.unopened = not thought.startswith(_START)
            return said
        if self._thinking:
            return ""
        keep = _begun_end(self._held)
        said, self._held = (
            self._held[: len(self._held) - keep],
            self._held[len(self._held) - keep :],
        )
        return said

    def rest(self) -> str:
        """Return what is left at the end of the reply: all of it where it had no thoughts."""
        left, self._held = self._held, ""
        return "" if left.startswith(_START) else left


def _begun_end(text: str) -> int:
    """Return how many of the last signs of `text` may be the first ones of an end of thoughts."""
    return next(n for n in range(len(_END) - 1, -1, -1) if text.endswith(_END[:n]))
