"""Which names a user means by a thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.catalog import NameRow
from kb.errors import NotFound, WrongUse
from kb.figures import holds_figures
from kb.links.joined import joined_names
from kb.links.names import name_of
from kb.text import content_terms, language_of, terms_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MAX_THING = 200  # characters
MAX_NAMES = 40
HOPS = 3  # from a name to linked ones, and on
MISSPELT = 80.0  # rapidfuzz score, of 100, from which a name is what was meant


def names_meant(session: Session, workspace: str, thing: str) -> list[str]:
    """Return the names (keys) that `thing` means, with those linked to them.

    A name called just so; else those that hold all its words; else those spelt nearly so.

    Raises:
        NotFound: no board has anything like it.
        WrongUse: it is empty or too long.
    """
    asked = name_of(thing)
    if not asked or len(thing) > MAX_THING:
        raise WrongUse(f"a thing has 1 to {MAX_THING} characters", code="bad_thing")
    if session.get(NameRow, (workspace, asked)) is not None:
        return sorted(_linked(session, workspace, {asked}))
    keys = list(session.scalars(select(NameRow.key).where(NameRow.workspace == workspace)))
    found = _holding(asked, keys) or _near(asked, keys)
    if not found:
        raise NotFound(
            f"nothing in workspace {workspace!r} is called like {thing!r}",
            hint="`kb search` shows what things are called",
            code="no_such_thing",
        )
    shortest = sorted(found, key=lambda key: (len(key), key))[:MAX_NAMES]
    return sorted(_linked(session, workspace, set(shortest)))


def _holding(asked: str, keys: Iterable[str]) -> list[str]:
    """Return the keys that hold all words of `asked`: its stop words too, if it has no others."""
    terms = content_terms if content_terms(asked) else terms_of
    words = set(terms(asked))
    return [key for key in keys if words and _stand_in(words - set(terms(key)), key)]


def _stand_in(words: Iterable[str], key: str) -> bool:
    """Say whether words that are no terms of a key stand in it: Chinese may be cut otherwise."""
    return all(language_of(word) == "zh" and word in key for word in words)


def _near(asked: str, keys: Collection[str]) -> list[str]:
    from rapidfuzz import fuzz, process

    alike = [key for key in keys if holds_figures(key, asked)]
    found = process.extract(asked, alike, scorer=fuzz.ratio, score_cutoff=MISSPELT, limit=5)
    return [key for key, _, _ in found]


def _linked(session: Session, workspace: str, names: set[str]) -> set[str]:
    """Return `names` with all that links lead to; a name parted from itself stays, it was asked."""
    found, frontier = set(names), set(names)
    for _ in range(HOPS):
        reached = joined_names(session, workspace, frontier)
        frontier = {other for others in reached.values() for other in others} - found
        found |= frontier
        if not frontier or len(found) > MAX_NAMES:
            break
    return found
