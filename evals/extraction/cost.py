"""What reading costs: CPU over the OCR library alone, and memory."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence

from evals.extraction.bootstrap import Estimate
from evals.extraction.compare import Reading
from evals.performance.processes import python

OCR_PICTURES = 12  # read again by the OCR library alone, in the same run


def ocr_seconds(files: Sequence[str]) -> float:
    """Return the CPU-seconds that the OCR library needs for `files`, its start left out."""
    module = ["-m", "evals.performance.ocr_alone"]
    return python([*module, *files]).cpu_s - python(module).cpu_s


def cpu_over_ocr(readings: Sequence[Reading]) -> Estimate:
    """Return CPU of all stages over CPU of OCR alone, on the same few pictures."""
    files = [one for one in readings if one.board.file is not None]
    step = max(1.0, len(files) / OCR_PICTURES)
    chosen = [files[int(i * step)] for i in range(min(OCR_PICTURES, len(files)))]
    if not chosen:
        return Estimate(None)
    alone = ocr_seconds([str(one.board.file) for one in chosen])
    return Estimate(sum(one.seconds for one in chosen) / max(alone, 1e-6))


def peak_gb() -> float:
    """Return the most memory this process has held so far, in 10⁹ bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
