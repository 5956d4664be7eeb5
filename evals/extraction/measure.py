"""Run an extractor over boards with known truth."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from evals.extraction.clarity import clarity_of
from evals.extraction.compare import Reading, compare
from evals.extraction.truth import TrueBoard
from ingest.extract import Extractor


def measure(extractor: Extractor, boards: Iterable[TrueBoard]) -> Iterator[Reading]:
    """Read every board; CPU time counts all threads of this process, not the start of the nets."""
    warm = False
    for board in boards:
        picture = board.picture()
        if not warm:  # the nets load with the first picture
            extractor.extract(picture)
            warm = True
        begin = time.process_time()
        scene = extractor.extract(picture)
        seconds = time.process_time() - begin
        yield compare(scene, board, seconds=seconds, clarity=clarity_of(picture))
