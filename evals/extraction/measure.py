"""Run an extractor over boards with known truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from evals.extraction.clarity import clarity_of
from evals.extraction.compare import Reading, compare
from evals.extraction.truth import TrueBoard
from ingest.extract import Extractor


def measure(extractor: Extractor, boards: Iterable[TrueBoard]) -> Iterator[Reading]:
    """Read every board; CPU time counts all threads of this process, not the start of the nets.

    An extractor that waits for a server, with ``lanes``, reads several boards at a time; CPU time
    then is that of the board's own thread.
    """
    lanes: int = getattr(extractor, "lanes", 1)
    if lanes > 1:
        with ThreadPoolExecutor(lanes) as threads:
            yield from threads.map(lambda board: _read(extractor, board, time.thread_time), boards)
        return
    warm = False
    for board in boards:
        if not warm:  # the nets load with the first picture
            extractor.extract(board.picture())
            warm = True
        yield _read(extractor, board, time.process_time)


def _read(extractor: Extractor, board: TrueBoard, clock: Callable[[], float]) -> Reading:
    picture = board.picture()
    begin = clock()
    scene = extractor.extract(picture)
    seconds = clock() - begin
    return compare(scene, board, seconds=seconds, clarity=clarity_of(picture))
