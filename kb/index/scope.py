"""The wall between workspaces, and the other filters, as conditions on payload fields.

The one place that knows what a search may see. Every read, count and change of the index goes
through `scope`; whoever wants all workspaces says so with None.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath

from kb.evidence import Filters
from kb.index.points import Payload, Where

PLACES = "places"  # the source's paths and every folder above them
LANGUAGE = "language"
SPOKEN = "spoken"  # the language and the workspace, in one
KEYWORDS = ("board", "unit", "kinds", "tags", "colors", LANGUAGE, PLACES, SPOKEN)
NUMBERS = ("at",)

_NOTHING = Filters()


def scope(
    workspace: str | None, filters: Filters = _NOTHING, *, board: str = ""
) -> tuple[Where, ...]:
    """Return the conditions, all of which must hold.

    Raises:
        ValueError: `workspace` is "".
    """
    if workspace == "":
        raise ValueError("a workspace has a name")
    where = [] if workspace is None else [Where("workspace", any=(workspace,))]
    if board:
        where.append(Where("board", any=(board,)))
    anything: dict[str, tuple[str, ...]] = {
        "unit": filters.units,
        "kinds": filters.kinds,
        "tags": filters.tags,
        "colors": filters.colors,
        "board": filters.boards,
        PLACES: (_tidy(filters.source),) if _tidy(filters.source) else (),
    }
    where += [Where(key, any=values) for key, values in anything.items() if values]
    since, until = _seconds(filters.since), _seconds(filters.until)
    if since is not None or until is not None:
        where.append(Where("at", gte=since, lte=until))
    return tuple(where)


def in_language(where: tuple[Where, ...], language: str) -> tuple[Where, ...]:
    """Return conditions that name a workspace, narrowed to its units in one language.

    Workspace and language are one condition then. Engines hold all that meets the rarest condition
    against the others, unit by unit, and a language is half of a large workspace, or all of it.

    Raises:
        ValueError: the first condition is not on the workspace.
    """
    wall, *others = where
    if wall.key != "workspace":
        raise ValueError("a language is looked for within a workspace")
    return (Where(SPOKEN, any=tuple(_spoken(name, language) for name in wall.any)), *others)


def findable(payload: Payload) -> Payload:
    """Return `payload` with what conditions look at beside its own fields."""
    spoken = _spoken(payload["workspace"], payload.get(LANGUAGE, ""))
    return payload | {PLACES: places_of(payload.get("source", ())), SPOKEN: spoken}


def places_of(sources: str | Iterable[str]) -> list[str]:
    """Return the paths in `sources` and all folders above them, sorted."""
    paths = [sources] if isinstance(sources, str) else sources
    places: set[str] = set()
    for path in map(_tidy, paths):
        if path:
            places.add(path)
            places.update(str(folder) for folder in PurePosixPath(path).parents)
    return sorted(places - {"."})


def _spoken(workspace: str, language: str) -> str:
    return f"{language}:{workspace}"


def _tidy(path: str) -> str:
    """One spelling for one path: forward slashes, no ``./``, no slash at the end."""
    tidy = str(PurePosixPath(path.replace("\\", "/")))
    return "" if tidy == "." else tidy


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
