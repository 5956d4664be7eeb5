"""The content words of a text, as written and as search terms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from kb.simplified import simplified
from kb.stopwords import STOP_WORDS
from kb.text import content_terms, segments

MAX_WORDS = 400  # of one text

_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Word:
    """One word that carries content.

    Attributes:
        surface: as written, in lower case and simplified signs.
        terms: its search terms.
        name: it looks like a name: capital letters within a sentence, or of none but capitals.
    """

    surface: str
    terms: frozenset[str]
    name: bool = False

    @property
    def figure(self) -> bool:
        """Say whether it holds a digit."""
        return bool(_FIGURE.search(self.surface))

    @property
    def zh(self) -> bool:
        """Say whether it is Chinese."""
        return not self.surface.isascii() and "\u3400" <= self.surface[0] <= "\u9fff"


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the content words of `text` in reading order, each once."""
    text = simplified(unicodedata.normalize("NFKC", text))
    found: dict[str, Word] = {}
    for at, run in enumerate(segments(text)):
        surface = run.casefold()
        if surface in STOP_WORDS or surface in found:
            continue
        terms = frozenset(content_terms(run))
        if terms:
            found[surface] = Word(surface, terms, _is_name(run, at))
        if len(found) >= MAX_WORDS:
            break
    return tuple(found.values())


def _is_name(run: str, at: int) -> bool:
    return run.isascii() and ((run[0].isupper() and at > 0) or (run.isupper() and len(run) > 1))
