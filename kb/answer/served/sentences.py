"""Cuts a stream of text into sentences, each with the citation marks that follow it.

Where the stream was cut into pieces makes no difference: a sentence is given away only once the
text after it says that no mark belongs to it any more.
"""

from __future__ import annotations

import re

MAX_SENTENCE = 1_500  # characters; what is longer is cut there
MAX_QUOTE = 400  # characters, beyond which a quotation mark was none

QUOTES = {"“": "”", "「": "」", "『": "』", '"': '"'}
_CLOSERS = frozenset("”」』\"'’)）")
_ENDS = frozenset("。！？!?")
_NARROW = frozenset(".!?")  # these also stand inside of words and addresses
_MARK = re.compile(r"[\[【［][^\[\]【】［］\n]{0,24}[\]】］]")
_HALF_MARK = re.compile(r"[\[【［][^\[\]【】［］\n]{0,24}\Z")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|approx|dept|fig|[A-Z])\Z",
    re.IGNORECASE,
)


class Splitter:
    """Takes text piece by piece and gives whole sentences, white space before them included."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, text: str) -> list[str]:
        """Take some text; return the sentences that are whole by now."""
        self._buffer += text
        return self._take(final=False)

    def flush(self) -> list[str]:
        """Return what is left, the text being at its end."""
        return [*self._take(final=True), *filter(str.strip, [self._buffer])]

    def _take(self, *, final: bool) -> list[str]:
        sentences = []
        while (end := _end_of_sentence(self._buffer, final)) is not None:
            sentences.append(self._buffer[:end])
            self._buffer = self._buffer[end:]
        return sentences


def _end_of_sentence(text: str, final: bool) -> int | None:
    """Return where the first sentence ends, or None while that can't be said."""
    begun, closing, opened = False, "", 0
    for at, sign in enumerate(text):
        if at >= MAX_SENTENCE:
            return at
        if sign == "\n":
            if begun:
                return at
            continue
        begun = begun or not sign.isspace()
        if closing and at - opened <= MAX_QUOTE:
            closing = "" if sign == closing else closing
        elif sign in QUOTES:
            closing, opened = QUOTES[sign], at
        elif sign in _NARROW and at + 1 == len(text) and not final:
            return None
        elif sign in _ENDS | _NARROW and (sign not in _NARROW or _ends_here(text, at)):
            return _with_marks(text, at + 1, final)
    return None


def _ends_here(text: str, at: int) -> bool:
    """Say whether the stop at `at` ends a sentence: not in 3.5, Dr. or https://a.b/?c."""
    after = text[at + 1 : at + 2]
    if after and not (after.isspace() or after in _CLOSERS or after in "[【［.!?"):
        return False
    return text[at] != "." or not _ABBREVIATION.search(text[max(0, at - 12) : at])


def _with_marks(text: str, at: int, final: bool) -> int | None:
    """Move past closing signs and the marks after a full stop; None while more may come."""
    end = at
    while True:
        while end < len(text) and (text[end] in _CLOSERS or text[end] in _ENDS):
            end += 1
        ahead = end
        while ahead < len(text) and text[ahead] in " \t\u3000":
            ahead += 1
        if ahead == len(text) or _HALF_MARK.match(text, ahead):
            return end if final else None
        found = _MARK.match(text, ahead)
        if found is None:
            return end
        end = found.end()
        if text[end : end + 1] == ".":
            end += 1
