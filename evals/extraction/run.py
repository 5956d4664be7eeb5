"""`kb eval extraction`: measures an extractor on boards of known truth and prints the table."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.extraction.bootstrap import Estimate
from evals.extraction.breakdown import breakdown
from evals.extraction.compare import Reading
from evals.extraction.cost import cpu_over_ocr, peak_gb
from evals.extraction.figures import OF_WORDS, figures_of
from evals.extraction.measure import measure
from evals.extraction.progress import shown
from evals.extraction.report import Report
from evals.extraction.sets import BoardSet, chosen
from evals.extraction.sheet import write_sheet
from ingest.extract import Extractor, open_extractor
from ingest.extract.vlm.options import vlm_options
from kb.errors import WrongUse
from kb.settings import load_settings

SPLITS = ("train", "val")
PICTURES = (".jpg", ".jpeg", ".png", ".html", ".htm")


def run(
    *,
    data: Path | None = None,
    split: str = "val",
    boards: Path | None = None,
    rendered: int = 0,
    restyled: bool = False,
    photos: bool = False,
    limit: int = 0,
    without: Sequence[str] = (),
    extractor: str = "local",
    json_file: Path | None = None,
    sheet: Path | None = None,
) -> None:
    """Measure the sets that were asked for (hdBPMN where none was) and print each as it is done.

    Args:
        data: folder of hdBPMN.
        split: "train" or "val".
        boards: folder of boards with their scenes.
        rendered: rendered boards in each group.
        restyled: also boards in another style than any that was trained on.
        photos: also photos of whiteboards and notes, with a truth by hand.
        limit: most pictures of each set of files, spread evenly; 0 is all.
        without: stages of the local extractor that are switched off.
        extractor: who reads.
        json_file: where the figures go as JSON.
        sheet: where the contact sheet goes.

    Raises:
        WrongUse: no such split, stage, data or folder.
    """
    _check(split, json_file, sheet)
    reader = _opened(extractor, without)
    readings: list[Reading] = []
    reports: list[Report] = []
    sets = chosen(
        data=data, split=split, boards=boards, made=rendered, restyle=restyled,
        photographed=photos, limit=limit,
    )  # fmt: skip
    for one in sets:
        read, report = _measured(reader, one)
        readings += read
        reports.append(report)
        sys.stdout.write(f"{report.markdown()}\n")
        sys.stdout.flush()
        if json_file is not None:  # after each set: an interrupted run keeps what is done
            _write_json(json_file, reports, reader, without)
    if sheet is not None:
        write_sheet(sheet, readings)


def _measured(extractor: Extractor, boards: BoardSet) -> tuple[list[Reading], Report]:
    read = list(shown(measure(extractor, boards.boards), boards.count, boards.name))
    figures = figures_of(read)
    tables = breakdown(read)
    if boards.wordless:
        figures = {name: value for name, value in figures.items() if name not in OF_WORDS}
        for name, rows in tables.items():
            tables[name] = [{k: v for k, v in row.items() if k not in OF_WORDS} for row in rows]
    if boards.costs:
        figures["peak_gb"] = Estimate(peak_gb())
        figures["cpu_over_ocr"] = cpu_over_ocr(read)
    return read, Report(boards.name, len(read), figures, tables, boards.bounds)


def _opened(name: str, without: Sequence[str]) -> Extractor:
    if not without and name in ("auto", "vlm"):
        # What is measured is read anew, whatever the cache holds.
        return open_extractor(name, vlm=replace(vlm_options(load_settings()), cache=None))
    if not without:
        return open_extractor(name)
    from ingest.extract.local.stages import STAGES, extractor_without

    unknown = sorted(set(without) - set(STAGES))
    if unknown or name not in ("auto", "local"):
        raise WrongUse(
            f"the extractor {name!r} has no stage called {(unknown or without)[0]!r}",
            hint=f"stages of the local extractor: {', '.join(STAGES)}",
            code="unknown_stage",
        )
    return extractor_without(without)


def _check(split: str, json_file: Path | None, sheet: Path | None) -> None:
    """Refuse before an hour of measuring what would fail after it."""
    if split not in SPLITS:
        raise WrongUse(
            f"there is no split called {split!r}", hint=f"one of: {', '.join(SPLITS)}",
            code="unknown_split",
        )  # fmt: skip
    if sheet is not None and sheet.suffix.lower() not in PICTURES:
        raise WrongUse(
            f"a contact sheet can't be called {sheet.name!r}",
            hint=f"its name ends in one of: {' '.join(PICTURES)}",
            code="wrong_suffix",
        )
    for file in (json_file, sheet):
        if file is not None and not file.parent.is_dir():
            raise WrongUse(f"there is no folder {file.parent}", hint="make it first")


def _write_json(
    file: Path, reports: Sequence[Report], extractor: Extractor, without: Sequence[str]
) -> None:
    told: dict[str, Any] = {
        "extractor": {"name": extractor.name, "version": extractor.version},
        "without": list(without),
        "sets": [report.as_dict() for report in reports],
    }
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
