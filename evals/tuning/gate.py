"""The gate: a new reader takes the old one's place only where it is shown to be better.

Both read the same boards of known truth. For every figure the difference is told with its 95 %
interval, from the same boards drawn anew with replacement for both. The new one passes where node
or relation F1 gets better for sure, and neither gets worse for sure, over all boards and in every
language and kind of node that enough boards show.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.extraction.bootstrap import Array, draws_of
from evals.extraction.compare import Reading, compare
from evals.extraction.figures import FIGURES
from evals.extraction.hdbpmn import true_boards
from evals.extraction.measure import measure
from evals.extraction.progress import shown
from evals.extraction.scenes import true_scenes
from evals.extraction.truth import TrueBoard
from ingest.tune.dataset import CHECK
from kb.errors import KBError, WrongUse

if TYPE_CHECKING:
    from ingest.extract import Extractor
    from kb.scene import Scene
    from kb.settings import Settings

_MAIN = ("node_f1", "edge_f1")
_FIGURES = (*_MAIN, "kind_f1")
_LEAST_BOARDS = 8  # of a group: fewer say nothing for sure
RECORD, PROMOTED = "gates.jsonl", "promoted.json"

Parts = Callable[[Reading], tuple[float, float]]


class Unanswered(KBError):
    """A reader's server gave no answers: nothing can be said about the reader."""

    code = "model_unanswered"


@dataclass(frozen=True)
class Difference:
    """One figure of both readers; `low` and `high` bound new minus old."""

    group: str
    figure: str
    boards: int
    old: float | None
    new: float | None
    low: float | None = None
    high: float | None = None

    @property
    def better(self) -> bool:
        """Tell whether the new one is better for sure."""
        return self.low is not None and self.low > 0

    @property
    def worse(self) -> bool:
        """Tell whether the new one is worse for sure."""
        return self.high is not None and self.high < 0


@dataclass(frozen=True)
class Verdict:
    """What the gate found. `reason`: why it passes, or why it doesn't, in a sentence."""

    old: str
    new: str
    data: str
    boards: int
    passes: bool
    reason: str
    differences: tuple[Difference, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {**vars(self), "differences": [_rounded(vars(one)) for one in self.differences]}


def run(old: str, new: str, *, data: Path, settings: Settings, limit: int = 0) -> Verdict:
    """Let both readers read the boards in `data`, and decide.

    Args:
        old: "local", or the name of a model at ``KB_VLM_URL``, or NAME@URL.
        new: likewise.
        data: folder of a data set, of boards with truth, or of hdBPMN.
        settings: of the product; hints and image size are taken from there.
        limit: most boards; 0 is all.

    Raises:
        WrongUse: there are no boards, or a reader isn't one.
        Unanswered: the server of a reader gave no answer for some board.
    """
    boards = boards_in(data)[: limit or None]
    if not boards:
        raise WrongUse(
            f"{data} holds no boards of known truth",
            hint="a data set of `kb tune dataset`, or boards/NAME.jpg with truth/NAME.json",
            code="no_data",
        )
    readings = [read_by(name, reader_called(name, settings), boards) for name in (old, new)]
    return decide(old, new, str(data), *readings)


def boards_in(data: Path) -> list[TrueBoard]:
    """Return the boards of known truth in a folder."""
    folder = data / CHECK if (data / CHECK).is_dir() else data
    if (folder / "truth" / "val").is_dir():
        return list(true_boards(folder, "val"))
    return list(true_scenes(folder))


def reader_called(name: str, settings: Settings) -> Extractor:
    """Return the reader called `name`; see `run`."""
    from ingest.extract import open_extractor
    from ingest.extract.vlm import VlmExtractor
    from ingest.extract.vlm.options import vlm_options

    if name == "local":
        return open_extractor("local")
    model, _, url = name.partition("@")
    options = replace(vlm_options(settings), model=model, cache=None)
    options = replace(options, url=url or options.url)
    if not options.url:
        raise WrongUse(
            f"where {model!r} is served is not known",
            hint="NAME@URL, or KB_VLM_URL",
            code="no_server",
        )
    return VlmExtractor(options)


def read_by(name: str, reader: Extractor, boards: Sequence[TrueBoard]) -> list[Reading]:
    """Return what `reader` reads, and let go of it.

    What another read in its place counts as nothing read, where the model gave a bad answer; where
    it gave none, nothing counts.

    Raises:
        Unanswered: the server gave no answer for some board.
    """
    try:
        told = list(shown(measure(reader, boards), len(boards), name))
    finally:
        if (close := getattr(reader, "close", None)) is not None:
            close()
    unanswered = sum("unanswered" in one.scene.extractor.figures for one in told)
    if unanswered:
        raise Unanswered(
            f"{name} did not answer for {unanswered} of {len(told)} boards",
            hint="`kb model check` tells what is wrong with its server; then run the gate again",
        )
    return [compare(own(one.scene, reader.name), one.board) for one in told]


def own(scene: Scene, reader: str) -> Scene:
    """Return `scene` if `reader` read it, else an empty one: the model gave nothing."""
    if scene.extractor.name == reader:
        return scene
    return scene.model_copy(update={"nodes": (), "relations": ()})


def decide(
    old: str, new: str, data: str, before: Sequence[Reading], after: Sequence[Reading]
) -> Verdict:
    """Compare two readings of the same boards, in the same order."""
    differences = tuple(_differences(before, after))
    judged = [one for one in differences if one.figure in _MAIN or one.group.startswith("kind ")]
    worse = [one for one in judged if one.worse]
    better = [one for one in judged if one.better and one.group == "all"]
    if worse:
        reason = "worse: " + ", ".join(f"{one.figure} of {one.group}" for one in worse)
    elif not better:
        reason = "nothing gets better for sure"
    else:
        reason = "better: " + ", ".join(one.figure for one in better)
    passes = bool(better) and not worse
    return Verdict(old, new, data, len(before), passes, reason, differences)


def _differences(before: Sequence[Reading], after: Sequence[Reading]) -> list[Difference]:
    parts: dict[str, Parts] = {one.name: one.parts for one in FIGURES if one.name in _FIGURES}
    every = range(len(before))
    made = [_difference("all", name, parts[name], before, after, every) for name in _FIGURES]
    for language in sorted({one.board.language for one in before} - {""}):
        chosen = [i for i in every if before[i].board.language == language]
        made += [
            _difference(f"language {language}", name, parts[name], before, after, chosen)
            for name in _MAIN
        ]
    for kind in sorted({node.kind for one in before for node in one.board.nodes}):
        chosen = [i for i in every if any(node.kind == kind for node in before[i].board.nodes)]
        made.append(
            _difference(f"kind {kind}", "kind_recall", _recall_of(kind), before, after, chosen)
        )
    return made


def _recall_of(kind: str) -> Parts:
    """Return the parts of: how many true nodes of `kind` were found as such."""

    def parts(one: Reading) -> tuple[float, float]:
        true = {j for j, node in enumerate(one.board.nodes) if node.kind == kind}
        right = sum(j in true and one.nodes[i].kind == kind for i, j in one.same.items())
        return right, len(true)

    return parts


def _difference(
    group: str, figure: str, parts: Parts, before: Sequence[Reading], after: Sequence[Reading],
    chosen: Sequence[int],
) -> Difference:  # fmt: skip
    sides = [np.array([parts(readings[i]) for i in chosen], float) for readings in (before, after)]
    old, new = (_ratio(*side.sum(axis=0)) for side in sides)
    if len(chosen) < _LEAST_BOARDS or old is None or new is None:
        return Difference(group, figure, len(chosen), old, new)
    draws = draws_of(len(chosen))
    apart = _drawn(sides[1], draws) - _drawn(sides[0], draws)
    low, high = np.percentile(apart[np.isfinite(apart)], (2.5, 97.5))
    return Difference(group, figure, len(chosen), old, new, float(low), float(high))


def _ratio(above: float, below: float) -> float | None:
    return float(above / below) if below else None


def _drawn(side: Array, draws: Array) -> Array:
    above, below = draws @ side[:, 0], draws @ side[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Array = above / below
    return ratio


def record(verdict: Verdict, folder: Path) -> Path:
    """Append the verdict to the record in `folder`; where it passes, name the promoted reader.

    Returns:
        The file of the record.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **verdict.as_dict()}
    line = json.dumps(told, ensure_ascii=False)
    with (folder / RECORD).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    if verdict.passes:
        (folder / PROMOTED).write_text(f"{line}\n", encoding="utf-8")
    return folder / RECORD


def _rounded(told: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in told.items()}
