"""Holds one written sentence against the evidence that it names.

A sentence passes when it names evidence of the closed list and nothing else, every quotation in it
stands in that evidence, its figures and names do too, and most of what it says beyond the question
does. What passes is rendered harmless: no markup, no link, no mark but ours. Whether a sentence
that passes draws the right conclusion from its evidence can't be decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb.answer.served.claims import (
    addresses,
    amounts,
    currencies,
    denies,
    figures,
    in_digits,
    measures,
    names,
    plainly,
)
from kb.answer.served.days import as_written, days_in
from kb.answer.served.direction import arrow_of, turned
from kb.answer.served.offer import Offered
from kb.answer.served.sentences import MAX_SENTENCE
from kb.answer.served.wording import FRAME, apart, covered, terms
from kb.quoting import clean, quoted
from kb.text import key_of, language_of, segments

Reason = Literal[
    "long", "markup", "bad_mark", "uncited", "invented", "misquoted", "figure", "name", "denied",
    "turned", "mixed", "unsupported", "language",
]  # fmt: skip

ENOUGH = 0.65  # share of what a sentence adds to the question that its evidence must hold
MAX_NEW = 1  # words that neither the question nor the evidence holds

_QUOTE = re.compile(r"“[^”\n]{1,400}”|「[^」\n]{1,400}」|『[^』\n]{1,400}』|\"[^\"\n]{1,400}\"")
_MARK = re.compile(r"[\[【［]([^\[\]【】［］]{0,24})[\]】］]")
_MARK_WORD = re.compile(r"^(?:ids?|evidence|sources?|证据|来源|引用|[eEnN#^])[\s:：.]*")
_RANGE = re.compile(r"(\d+)\s*[-\u2013~]\s*(\d+)")
_BRACKET = re.compile(r"[\[\]【】［］]")
_OPEN_QUOTE = re.compile("[“”「」『』]")
_MARKUP = re.compile(r"<\s*[A-Za-z/!?]|\]\(|\]:|!\[")
_BULLET = re.compile(r"^\s*(?:[-*•·]\s+|#{1,6}\s+)")
_EMPHASIS = re.compile(r"\*\*|__|`+|~~")
_CLAUSES = re.compile(r"[\n.;。；!?！？]|: | → ")
MAX_RANGE = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence: words as they are shown, or the evidence that a mark names."""

    text: str
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A sentence that may be shown; `bullet` says that it was an item of a list."""

    parts: tuple[Part, ...]
    bullet: bool

    @property
    def key(self) -> str:
        """The words without marks, for telling repeats."""
        return key_of(" ".join(part.text for part in self.parts))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence taken apart: quotations, marks, and the prose between them."""

    parts: tuple[Part, ...]
    quotes: tuple[str, ...]
    prose: str
    marks: tuple[int, ...]
    bullet: bool


def check(
    text: str, question: str, language: str, offered: Mapping[int, Offered]
) -> Passed | Reason:
    """Return the sentence as it may be shown, or why it may not.

    Args:
        text: the sentence as it was written, with its marks.
        question: what was asked.
        language: of the answer, "en" or "zh"; "" leaves it open.
        offered: the closed list.
    """
    taken = take_apart(text)
    if not isinstance(taken, Sentence):
        return taken
    if not taken.marks:
        return "uncited"
    if not set(taken.marks) <= set(offered):
        return "invented"
    cited = [offered[n] for n in dict.fromkeys(taken.marks)]
    read = replace(taken, prose=_as_written(taken.prose, _written(cited)))
    reason = (
        _misquoted(taken, cited, question)
        or _invented(read, cited, question)
        or _twisted(read, cited)
        or _unsupported(read, cited, question)
        or _wrong_language(taken, language)
    )
    return reason or Passed(taken.parts, taken.bullet)


def is_lead_in(text: str, question: str) -> str:
    """Return an uncited "The risks are:" as it may be shown, "" where it says more than was asked.

    It ends in a colon and holds nothing but words of the question and of speaking.
    """
    taken = take_apart(text)
    if not isinstance(taken, Sentence) or taken.marks or taken.quotes:
        return ""
    shown = "".join(part.text for part in taken.parts).strip()
    more = terms(shown) - terms(question) - FRAME
    return shown if shown.endswith((":", "：")) and not more and not figures(shown) else ""


def take_apart(text: str) -> Sentence | Reason:
    """Split a sentence into quotations, marks and prose; a `Reason` where it can't be shown."""
    if len(text) > MAX_SENTENCE + 200:
        return "long"
    text = "".join(c for c in clean(text) if unicodedata.category(c) != "Cf").strip()
    bullet = bool(_BULLET.match(text)) and not text.lstrip().startswith("#")
    text = _BULLET.sub("", text)
    parts: list[Part] = []
    quotes: list[str] = []
    prose: list[str] = []
    at = 0
    for found in [*_QUOTE.finditer(text), None]:
        end = found.start() if found else len(text)
        between = _prose(text[at:end])
        if isinstance(between, str):
            return between
        parts += between
        prose += [part.text if not part.marks else " " for part in between]
        if found:
            said = found.group()
            quotes.append(said[1:-1])
            parts.append(Part(said[0] + quoted(said[1:-1], MAX_SENTENCE) + said[-1]))
            prose.append(" “” ")
            at = found.end()
    marks = tuple(n for part in parts for n in part.marks)
    return Sentence(tuple(parts), tuple(quotes), "".join(prose), marks, bullet)


def _prose(text: str) -> list[Part] | Reason:
    """Return words and marks of a stretch without quotations."""
    if _MARKUP.search(text):
        return "markup"
    parts: list[Part] = []
    at = 0
    for found in [*_MARK.finditer(text), None]:
        words = _EMPHASIS.sub("", text[at : found.start() if found else len(text)])
        if _BRACKET.search(words):
            return "bad_mark"
        if _OPEN_QUOTE.search(words):
            return "misquoted"
        if words:
            parts.append(Part(quoted_prose(words)))
        if found:
            marks = _ids(found[1])
            if marks is None:
                return "bad_mark"
            parts.append(Part("", marks))
            at = found.end()
    return parts


def quoted_prose(text: str) -> str:
    """Return written words so that they mean nothing to a page; white space at the ends stays."""
    inner = quoted(text, MAX_SENTENCE)
    head = " " if text[:1].isspace() and inner else ""
    return head + inner + (" " if text[-1:].isspace() else "")


def _ids(inside: str) -> tuple[int, ...] | None:
    """Return the numbers in a mark like ``[1, 3]``, ``[2-4]`` or ``[E2]``; None for any other."""
    ids: list[int] = []
    plain = unicodedata.normalize("NFKC", inside).strip()
    for item in re.split(r"[,，、;；\s]+", _MARK_WORD.sub("", plain)):
        item = _MARK_WORD.sub("", item)  # noqa: PLW2901 - "E1, E2"
        if found := _RANGE.fullmatch(item):
            first, last = int(found[1]), int(found[2])
            if not 0 <= last - first < MAX_RANGE:
                return None
            ids += range(first, last + 1)
        elif item.isascii() and item.isdigit() and len(item) < 6:
            ids.append(int(item))
        else:
            return None
    return tuple(ids)


def _misquoted(sentence: Sentence, cited: Sequence[Offered], question: str) -> Reason | None:
    known = f"{_words(cited)}\n{question}"
    return None if all(_stands_in(quote, known) for quote in sentence.quotes) else "misquoted"


def _stands_in(quote: str, text: str) -> bool:
    """Say whether a line of `text` has the words of `quote`; case and punctuation don't count."""
    key = key_of(quote)
    # A name that ends in a Latin letter or digit ends there: "car" is not in "cart".
    before = "(?<![a-z0-9])" if key[:1].isascii() else ""
    after = "(?![a-z0-9])" if key[-1:].isascii() else ""
    whole = re.compile(before + re.escape(key) + after)
    lines = [*text.split("\n"), text]
    return any(whole.search(key_of(line)) for line in lines)


def _words(cited: Sequence[Offered]) -> str:
    return "\n".join(f"{piece.words}\n{piece.day}" for piece in cited)


def _written(cited: Sequence[Offered]) -> str:
    """Return what stands on the boards, without the days on which they were captured."""
    return "\n".join(piece.words for piece in cited)


def _as_written(prose: str, written: str) -> str:
    """Return `prose` with its dates and figures as the evidence writes them."""
    return apart(in_digits(as_written(prose, days_in(written)), written))


def _told(sentence: Sentence) -> str:
    """Return the words of a sentence as they are read, without marks."""
    return " ".join(part.text for part in sentence.parts if part.text)


def _invented(sentence: Sentence, cited: Sequence[Offered], question: str) -> Reason | None:
    """Say what the sentence made up; a count of what it cites is its own to make."""
    known = f"{_words(cited)}\n{question}"
    plain = plainly(known)
    if any(plainly(address) not in plain for address in addresses(sentence.prose)):
        return "markup"
    written = f"{_written(cited)}\n{question}"
    days = {piece.day for piece in cited}  # the 3 of its date is no "3 March"
    if not figures(sentence.prose, parts=False) <= (
        figures(written) | days | _counted(sentence, cited)
    ):
        return "figure"
    if not currencies(sentence.prose) <= currencies(written):
        return "figure"
    known_days = days_in(written)
    if known_days and any(
        told.day and told.text not in days and not any(day.holds(told) for day in known_days)
        for told in days_in(sentence.prose)
    ):
        return "figure"
    if denies(sentence.prose) and not denies(known):
        return "denied"
    # A name that only the question brings is no finding, but what is translated may repeat it.
    words = terms(known if any(_foreign(sentence, piece) for piece in cited) else _words(cited))
    words |= _same_amounts(sentence, cited)
    told = names(" ".join([sentence.prose, *sentence.quotes]))
    return "name" if any(not terms(n) <= covered(terms(n), words) for n in told) else None


def _twisted(sentence: Sentence, cited: Sequence[Offered]) -> Reason | None:
    """Say whether true words are put together to what isn't so."""
    told = _told(sentence)
    said = terms(told) - FRAME
    if not denies(told) and any(_denied(said, piece.own) for piece in cited):
        return "denied"
    arrows = [arrow for piece in cited if (arrow := arrow_of(piece.evidence.text))]
    if turned(told, arrows):
        return "turned"
    return "mixed" if len(cited) > 1 and _mixed(sentence, said, cited) else None


def _denied(said: set[str], text: str) -> bool:
    """Say whether `text` denies something of which the sentence says at least half."""
    for clause in _CLAUSES.split(text):
        wanted = terms(clause)
        if wanted and denies(clause) and 2 * len(covered(wanted, said)) >= len(wanted):
            return True
    return False


def _mixed(sentence: Sentence, said: set[str], cited: Sequence[Offered]) -> bool:
    """Say whether a name shares no piece of evidence with what the sentence says beside names."""
    named = {n: terms(n) for n in names(sentence.prose)}
    beside = said.difference(*named.values(), figures(sentence.prose))
    pools = [terms(piece.words) for piece in cited]
    return bool(beside) and any(
        not any(covered(name, pool) == name and covered(beside, pool) for pool in pools)
        for name in named.values()
    )


def _unsupported(sentence: Sentence, cited: Sequence[Offered], question: str) -> Reason | None:
    """Say whether the sentence says too much beyond its evidence, or cites what says none of it."""
    said = terms(" ".join([sentence.prose, *sentence.quotes])) - FRAME
    translated = 0
    for piece in cited:
        foreign = _foreign(sentence, piece)
        translated += foreign
        # A translation is anchored by what it quotes.
        if not _quotes(sentence, piece) and (foreign or not covered(said, terms(piece.own))):
            return "unsupported"
    if translated == len(cited):
        return None
    own = covered(said, terms(_words(cited)) | _same_amounts(sentence, cited))
    known = covered(said, terms(question))
    new = said - known
    if len(own) < (1 if new else 2) and not any(_quotes(sentence, piece) for piece in cited):
        return "unsupported"  # "Cart [1]." says nothing to somebody who asks about the cart
    if new and len(new & own) < ENOUGH * len(new):
        return "unsupported"
    made_up = [
        word
        for word in segments(sentence.prose)
        if not figures(word) and terms(word) - FRAME and not terms(word) & (own | known)
    ]
    return "unsupported" if len(made_up) > MAX_NEW else None


def _counted(sentence: Sentence, cited: Sequence[Offered]) -> set[str]:
    """Return the number of the pieces; none where the sentence says so many days or euros."""
    count = str(len(cited))
    return set() if measures(sentence.prose, count) else {count}


def _same_amounts(sentence: Sentence, cited: Sequence[Offered]) -> set[str]:
    """Return the terms of amounts that the pieces write otherwise, or that count the pieces."""
    words = _words(cited)
    known = figures(words) | currencies(words)
    known |= _counted(sentence, cited) if len(cited) > 1 else set()
    same = terms(in_digits(words, ""))
    for amount in amounts(sentence.prose):
        said = figures(amount) | currencies(amount)
        same |= terms(amount) if said and said <= known else set()
    return same


def _foreign(sentence: Sentence, piece: Offered) -> bool:
    """Say whether a sentence translates a piece."""
    spoken, written = _languages(sentence.prose), _languages(piece.evidence.text)
    return bool(spoken and written and not spoken & written)


def _quotes(sentence: Sentence, piece: Offered) -> bool:
    return any(key_of(quote) and _stands_in(quote, piece.words) for quote in sentence.quotes)


def _languages(text: str) -> set[str]:
    """Return the languages of the lines of a text, as far as their script tells."""
    return {language for line in text.split("\n") if (language := language_of(line))}


def _wrong_language(sentence: Sentence, language: str) -> Reason | None:
    spoken = language_of(sentence.prose) if len(terms(sentence.prose)) > 2 else ""
    return "language" if language and spoken and spoken != language else None
