"""The local extractor: OCR and a small trained net, on a CPU, with nothing to download.

The way of a picture: working copy and ink (`view`), lines of words (`ocr`), shapes and connectors
(`eyes`, a `Detector`), then nodes and relations (`assemble`) in the pixels of the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.scene import MAX_RELATIONS, ExtractorInfo, Node, Relation, Scene, clamp_box
from kb.text import language_of

if TYPE_CHECKING:
    from PIL import Image

    from ingest.extract.local.seen import Deadline, Detection, Detector, Line, TextReader, View
    from ingest.extract.local.things import Assembly, Link, Thing
    from kb.scene import Stroke

__all__ = ["LocalExtractor"]

VERSION = "14"
_MAX_TEXT = 20_000
_MAX_PATH = 500
_TOO_SMALL = 8  # pixels: no word fits into a side of less


class LocalExtractor:
    """`ingest.extract.Extractor` over a text reader and a detector, both replaceable."""

    name = "local"
    version = VERSION

    def __init__(
        self,
        *,
        threads: int = 1,
        reader: TextReader | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._threads = threads
        self._reader = reader
        self._detector = detector

    def extract(
        self,
        picture: Image.Image,
        *,
        strokes: Sequence[Stroke] = (),
        deadline_s: float | None = None,
    ) -> Scene:
        """Read `picture` into a scene; see `ingest.extract.Extractor.extract`."""
        from ingest.extract.local.closer import content_of, says_more
        from ingest.extract.local.seen import Deadline
        from ingest.extract.local.view import view_of

        deadline = Deadline(deadline_s)
        if min(picture.size) < _TOO_SMALL:
            return self._scene(picture, strokes=strokes, notes=["picture too small to read"])
        if deadline.passed():
            return self._scene(picture, strokes=strokes, notes=["time ran out before reading"])
        view = view_of(picture)
        if not view.ink.any():
            return self._scene(picture, strokes=strokes, notes=[])
        assembly, notes = self._read(view, deadline)
        part = None if notes else content_of(view, assembly)
        if part is not None and not deadline.passed():
            closer = view_of(picture, part)
            again, more_notes = self._read(closer, deadline)
            if not more_notes and says_more(again, assembly):
                view, assembly = closer, again
        return self._scene(picture, view, assembly, strokes=strokes, notes=notes)

    def _read(self, view: View, deadline: Deadline) -> tuple[Assembly, list[str]]:
        from ingest.extract.local.assemble import assemble

        detection, lines, notes = self.see(view, deadline)
        return assemble(detection, lines, view.bgr.shape[0]), notes

    def see(self, view: View, deadline: Deadline) -> tuple[Detection, list[Line], list[str]]:
        """Return shapes and lines of words on `view`, and what there was no time for."""
        from ingest.extract.local.missed import read_missed
        from ingest.extract.local.parted import read_apart
        from ingest.extract.local.signs import read_signs
        from ingest.extract.local.unread import drawn_tight, read_unread
        from ingest.extract.local.view import fitted

        notes: list[str] = []
        reader, detector = self._eyes()
        lines, read = reader.read(view.bgr, deadline)
        if not read:
            notes.append("time ran out while reading words: some are missing")
        detection = detector.detect(view, lines, deadline)
        if not detection.complete:
            notes.append("time ran out while looking for shapes and arrows: some are missing")
        lines, parted = read_apart(reader, view, detection, lines, deadline)
        lines, read_again = read_missed(reader, view, detection, lines, deadline)
        lines, read_all = read_unread(reader, view, detection, lines, deadline)
        lines, all_signs = read_signs(reader, view, detection, lines, deadline)
        if read and not (parted and read_again and read_all and all_signs):
            notes.append("time ran out while reading words: some are missing")
        lines = fitted(view, lines)
        return drawn_tight(view, detection, lines), lines, notes

    def _eyes(self) -> tuple[TextReader, Detector]:
        if self._reader is None:
            from ingest.extract.local.ocr import PaddleReader

            self._reader = PaddleReader(threads=self._threads)
        if self._detector is None:
            from ingest.extract.local.both import CombinedDetector

            self._detector = CombinedDetector(threads=self._threads)
        return self._reader, self._detector

    def _scene(
        self,
        picture: Image.Image,
        view: View | None = None,
        assembly: Assembly | None = None,
        *,
        strokes: Sequence[Stroke],
        notes: Sequence[str],
    ) -> Scene:
        nodes: list[Node] = []
        relations: list[Relation] = []
        if view is not None and assembly is not None:
            size = picture.size
            nodes = [_node(i, thing, view, size) for i, thing in enumerate(assembly.things)]
            links = assembly.links[:MAX_RELATIONS]
            relations = [_relation(i, link, view, size) for i, link in enumerate(links)]
        return Scene(
            title=assembly.title[:_MAX_TEXT] if assembly else "",
            language=language_of("\n".join(node.text for node in nodes)),
            width=picture.width,
            height=picture.height,
            nodes=tuple(nodes),
            relations=tuple(relations),
            strokes=tuple(strokes),
            extractor=ExtractorInfo(name=self.name, version=self.version),
            notes=tuple(notes),
        )


def _node(place: int, thing: Thing, view: View, size: tuple[int, int]) -> Node:
    from ingest.extract.local.colour import thing_colour
    from ingest.extract.local.view import to_original

    return Node(
        id=f"n{place + 1}",
        kind=thing.kind,
        text=thing.text[:_MAX_TEXT],
        bbox=clamp_box(to_original(view, thing.box), *size),
        color=thing_colour(view, thing.box, thing.words),
        fill=thing.shape.fill if thing.shape else None,
        parent=None if thing.parent is None else f"n{thing.parent + 1}",
        confidence=min(1.0, thing.confidence),
    )


def _relation(place: int, link: Link, view: View, size: tuple[int, int]) -> Relation:
    from ingest.extract.local.colour import line_colour
    from ingest.extract.local.view import point_to_original

    return Relation(
        id=f"r{place + 1}",
        kind=link.kind,
        source=f"n{link.source + 1}",
        target=f"n{link.target + 1}",
        label=link.label[:_MAX_TEXT],
        directed=link.directed,
        path=tuple(point_to_original(view, point, *size) for point in link.path[:_MAX_PATH]),
        color=line_colour(view, link.path),
        confidence=min(1.0, link.confidence),
    )
