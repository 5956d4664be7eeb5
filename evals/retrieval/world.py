"""All boards of the question sets in one store, and what is right on them as ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evals.retrieval.files import write
from evals.retrieval.notation import Drawing, drawings
from evals.retrieval.questions import Place, Question
from evals.retrieval.real import KEPT, PROCESSES, write_real
from kb.scene import Scene

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

BOARDS = Path(__file__).parent / "boards"
_BOX = re.compile(r"^\[[ xX]?\]\s*")  # of a to-do, before its words


@dataclass(frozen=True)
class Known:
    """A board in the store: its id, its name in the question files, and its scene."""

    id: str
    name: str
    scene: Scene


@dataclass(frozen=True)
class Spot:
    """A board that is right, with the ids of the nodes that are."""

    board: str
    nodes: frozenset[str] = frozenset()


Group = tuple[Spot, ...]  # any of which will do


def own_drawings(folder: Path = BOARDS) -> list[Drawing]:
    """Read all boards that are written down."""
    return [one for path in sorted(folder.glob("*.txt")) for one in drawings(path)]


@contextmanager
def opened(home: Path | None, *, real: bool = True) -> Iterator[KnowledgeBase]:
    """Open a store with all boards in it: a passing one, or `home`, which is kept.

    Raises:
        RuntimeError: a board could not be read.
    """
    from kb.base import KnowledgeBase
    from kb.settings import load_settings

    with TemporaryDirectory() as passing:
        # A kept store finds its files where they were: what is unchanged is not read again.
        files = (home or Path(passing)).absolute() / "eval-boards"
        settings = load_settings(home=home or Path(passing) / "home")
        with KnowledgeBase.open(settings) as base:
            write(own_drawings(), files)
            if real:
                write_real(files)
            ingest_all(base, files, settings.workspace)
            remember_questions(base)
            yield base


def remember_questions(base: KnowledgeBase) -> None:
    """Embed each question once, however many systems it is asked of."""
    for name in ("query", "asked"):
        vars(base.embedder)[name] = lru_cache(maxsize=None)(getattr(base.embedder, name))


def ingest_all(base: KnowledgeBase, folder: Path, workspace: str) -> None:
    """Bring every board below `folder` into the workspace, with progress on stderr."""
    from api.cli.ingest import watching
    from ingest.pipeline import ingest

    with watching() as watcher:
        summary = ingest(base, [folder], workspace=workspace, watcher=watcher)
    if summary.failed:
        raise RuntimeError(f"boards not read: {summary.failed}")


def known_boards(base: KnowledgeBase, workspace: str) -> dict[str, Known]:
    """Return every board of the workspace by its name in the question files."""
    found = {}
    for row in base.catalog.boards(workspace):
        path = base.catalog.paths(row.source_id)[0]
        name = re.sub(r"\.(excalidraw(\.png)?|canvas)$", "", path)
        found[name] = Known(row.id, name, Scene.model_validate_json(row.scene))
    return found


def spots(question: Question, known: dict[str, Known]) -> list[Group]:
    """Return what is right for `question`: groups that are all needed, each of alternatives.

    A real board that isn't there (its data folder is missing) is left out.

    Raises:
        LookupError: a board of our own is missing, or a node is on none of the boards it may be on.
    """
    groups = [_group(places, known) for places in question.places]
    return [group for group in groups if group]


def _group(places: Sequence[Place], known: dict[str, Known]) -> Group:
    found = []
    for place in places:
        boards = [known[name] for name in known if fnmatch(name, place.board)]
        if not boards and not place.board.startswith((f"{PROCESSES}/", f"{KEPT}/")):
            raise LookupError(f"there is no board {place.board}")
        nodes = [nodes_of(board.scene, place.nodes) for board in boards]
        if place.nodes and boards and not any(nodes):
            raise LookupError(f"no node like {place.nodes} on {place.board}")
        found += [Spot(board.id, ids) for board, ids in zip(boards, nodes, strict=True)]
    return tuple(found)


def nodes_of(scene: Scene, beginnings: Iterable[str]) -> frozenset[str]:
    """Return the ids of the nodes whose words begin so; of those with just these words, if any."""
    words = [(node.id, plain(node.text)) for node in scene.nodes]
    found: set[str] = set()
    for beginning in map(plain, beginnings):
        same = {name for name, text in words if text == beginning}
        found |= same or {name for name, text in words if text.startswith(beginning)}
    return frozenset(found)


def plain(text: str) -> str:
    """Return `text` as words are compared: one line, no case, no to-do box, no heading signs."""
    return _BOX.sub("", " ".join(text.split()).casefold().lstrip("# "))
