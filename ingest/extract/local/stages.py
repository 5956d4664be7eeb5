"""The local extractor with some of its stages switched off: what each of them is worth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ingest.extract.local import LocalExtractor
from ingest.extract.local.seen import (
    Array,
    Deadline,
    Detection,
    Detector,
    Line,
    TextReader,
    View,
    no_links,
)

# What can be switched off: no words are read; nothing trained looks for shapes and lines, only
# classical computer vision; nothing is joined.
STAGES = ("words", "eyes", "links")


def extractor_without(stages: Collection[str], *, threads: int = 1) -> LocalExtractor:
    """Return the local extractor without some of `STAGES`; names that are none change nothing."""
    reader: TextReader | None = _NoReader() if "words" in stages else None
    detector: Detector | None = None
    if "eyes" in stages:
        from ingest.extract.local.classical import ClassicalDetector

        detector = ClassicalDetector()
    if "links" in stages:
        detector = _NoLinks(detector or _usual(threads))
    return LocalExtractor(threads=threads, reader=reader, detector=detector)


def _usual(threads: int) -> Detector:
    from ingest.extract.local.both import CombinedDetector

    return CombinedDetector(threads=threads)


class _NoReader:
    """Reads nothing."""

    def read(self, bgr: Array, deadline: Deadline, /) -> tuple[list[Line], bool]:
        del bgr, deadline
        return [], True

    def read_crops(
        self, crops: Sequence[Array], deadline: Deadline, /
    ) -> tuple[list[tuple[str, float]], bool]:
        del deadline
        return [("", 0.0)] * len(crops), True


class _NoLinks:
    """Finds what another detector does, but joins nothing."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline, /) -> Detection:
        return replace(self._detector.detect(view, lines, deadline), link=no_links)
