"""One hostile case: what to feed, and what may come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.board import Limits


@dataclass(frozen=True)
class Case:
    """Either `payloads` for one file name, or a `place` that fills a folder.

    `codes`: what the outcome must be one of; "boards" where boards may come out. Empty: anything
    that is boards or a clear error.
    """

    name: str
    file: str = ""
    payloads: Callable[[], Iterable[bytes]] | None = None
    place: Callable[[Path], object] | None = None
    codes: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)


def one(name: str, file: str, build: Callable[[], bytes], *codes: str, **caps: int) -> Case:
    limits = replace(Limits(), **caps)
    return Case(name, file, lambda: [build()], codes=frozenset(codes), limits=limits)
