"""The sets of boards that can be measured, and what each must show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeVar

from evals.extraction.hdbpmn import true_boards
from evals.extraction.photos import photo_boards
from evals.extraction.rendered import GROUPS, Group, rendered_boards
from evals.extraction.restyled import native_boards, native_files, restyled_boards
from evals.extraction.scenes import true_scenes
from evals.extraction.truth import TrueBoard
from kb.errors import WrongUse

T = TypeVar("T")

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn"

Bounds = Mapping[str, tuple[float, float | None]]  # figure → (must, aim)

MUST: Bounds = {
    "node_f1": (0.975, 0.985),
    "kind_f1": (0.97, 0.98),
    "edge_f1": (0.93, 0.96),
    "long_recall": (0.85, 0.93),
    "shared_recall": (0.80, 0.90),
    "string_text": (0.65, 0.82),
    "string_text_kind": (0.63, 0.77),
    "string_path": (0.48, 0.61),
    "cer": (0.12, 0.06),
    "ece_nodes": (0.06, None),
    "ece_relations": (0.06, None),
    "cpu_over_ocr": (1.5, 1.0),
    "peak_gb": (1.2, None),
}
_NO_COLLAPSE = 0.08  # below the figures of hdBPMN itself
RESTYLED: Bounds = {
    name: (round(MUST[name][0] - _NO_COLLAPSE, 3), None)
    for name in ("node_f1", "kind_f1", "edge_f1")
}


@dataclass(frozen=True)
class BoardSet:
    """Boards that are told together.

    `costs`: CPU and memory are measured too. `wordless`: the words on them are not known.
    """

    name: str
    boards: Iterable[TrueBoard]
    count: int
    bounds: Bounds = field(default_factory=dict)
    costs: bool = False
    wordless: bool = False


def hdbpmn(folder: Path, split: str, limit: int) -> BoardSet:
    """Return the boards of hdBPMN; raises `WrongUse` where there are none."""
    boards = _some(list(true_boards(folder, split)), limit)
    if not boards:
        raise WrongUse(
            f"{folder} holds no truth of hdBPMN's split {split!r}",
            hint="--data names the folder that holds truth/train, truth/val and images",
            code="no_data",
        )
    return BoardSet(f"hdBPMN {split}", boards, len(boards), MUST, costs=True)


def scenes(folder: Path, limit: int) -> BoardSet:
    """Return the boards of a folder of scenes; raises `WrongUse` where there are none."""
    boards = _some(list(true_scenes(folder)), limit)
    if not boards:
        raise WrongUse(
            f"{folder} holds no boards with their scenes",
            hint="--boards names a folder with boards/NAME.jpg and truth/NAME.json",
            code="no_data",
        )
    return BoardSet(folder.name, boards, len(boards), costs=True)


def rendered(count: int) -> Iterator[BoardSet]:
    """Yield the groups of rendered boards, `count` boards each."""
    for group in GROUPS:
        yield BoardSet(group.name, rendered_boards(group, count), count, _bounds(group))


def _bounds(group: Group) -> Bounds:
    if group.language == "zh":
        return {"cer": (0.22 if group.photo else 0.10, None)}
    if group.wordy:
        return {"node_f1": (0.92, None), "edge_f1": (0.85, None)}
    nodes, edges = (0.94, 0.88) if group.photo else (0.97, 0.93)
    return {"node_f1": (nodes, None), "edge_f1": (edges, None)}


def restyled(folder: Path, split: str, limit: int) -> Iterator[BoardSet]:
    """Yield hdBPMN's boards in other colours, and native boards (beside it) by another hand."""
    real = hdbpmn(folder, split, limit)
    boards = restyled_boards(list(real.boards))
    yield BoardSet(f"{real.name}, restyled", boards, real.count, RESTYLED)
    native = _some(native_files(folder.parent / "native"), limit)
    if native:
        yield BoardSet("native boards, painted", native_boards(native), len(native), RESTYLED)


def photos(folder: Path, limit: int) -> Iterator[BoardSet]:
    """Yield the photos with a truth by hand; raises `WrongUse` where there are none."""
    for held_back, name in ((False, "photos, looked at"), (True, "photos, held back")):
        boards = _some(list(photo_boards(folder, held_back=held_back)), limit)
        if not boards:
            raise WrongUse(
                f"{folder} holds none of the photos whose truth is known",
                hint="they are not part of this repository: evals/photos/README.md",
                code="no_data",
            )
        yield BoardSet(name, boards, len(boards), wordless=True)


def chosen(
    *, data: Path | None, split: str, boards: Path | None, made: int, restyle: bool,
    photographed: bool, limit: int,
) -> Iterator[BoardSet]:  # fmt: skip
    """Yield the sets that were asked for; hdBPMN where nothing was named."""
    folder = data or DATA
    parts: list[Iterable[BoardSet]] = []
    if data is not None or not (boards or made or restyle or photographed):
        parts.append([hdbpmn(folder, split, limit)])
    if boards is not None:
        parts.append([scenes(boards, limit)])
    if made:
        parts.append(rendered(made))
    if restyle:
        parts.append(restyled(folder, split, limit))
    if photographed:
        parts.append(photos(folder.parent / "photos", limit))
    return chain.from_iterable(parts)


def _some(boards: Sequence[T], limit: int) -> list[T]:
    """Return at most `limit` of `boards`, spread evenly; 0 is all."""
    count = min(limit or len(boards), len(boards))
    return [boards[i * len(boards) // count] for i in range(count)]
