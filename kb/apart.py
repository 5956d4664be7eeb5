"""What the boards of one answer are called, so that those of one title can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from kb.evidence import BoardRef, Citation


def names_apart(boards: Iterable[BoardRef]) -> dict[str, str]:
    """Return by id the titles of boards; where some coincide, each with what is its own.

    That is its folder, else its file, else its id: "Money (finance)". Without a title, a board is
    called by its path.
    """
    called: dict[str, dict[str, BoardRef]] = {}
    for board in boards:
        called.setdefault(board.title or board.source, {})[board.id] = board
    return {
        ident: f"{title} ({own})" if own else title
        for title, named in called.items()
        for ident, own in _own(named).items()
    }


def named(citations: Sequence[Citation], boards: Iterable[BoardRef] = ()) -> tuple[Citation, ...]:
    """Return citations with the names of their boards, told apart from one another and `boards`."""
    names = names_apart([*boards, *(one.board for one in citations)])
    return tuple(one.model_copy(update={"name": names[one.board.id]}) for one in citations)


def _own(named: dict[str, BoardRef]) -> dict[str, str]:
    """Return what tells each of the boards of one title from the others; "" for a single one."""
    if len(named) == 1:
        return dict.fromkeys(named, "")
    for tell in _TELLS:
        own = {ident: tell(PurePosixPath(board.source)) for ident, board in named.items()}
        if all(own.values()) and len(set(own.values())) == len(own):
            return own
    return {ident: ident for ident in named}


_TELLS: tuple[Callable[[PurePosixPath], str], ...] = (
    lambda path: path.parent.name,
    lambda path: path.name,
    str,
)
