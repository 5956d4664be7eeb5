"""The seam for a model that words minutes: it may write lines anew, and nothing else.

Sections, owners, dates, suggestions, diagrams and citations stay as the boards gave them. A line
that cites anything but its own sources, or none, is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from kb.minutes.shapes import Line, Minutes, Section, SectionName

MAX_TEXT = 600  # characters of a line


class Writer(Protocol):
    """Words lines of minutes anew; a served model stands behind it."""

    def words(self, minutes: Minutes) -> Mapping[tuple[SectionName, int], tuple[str, list[int]]]:
        """Return, by section and position, new text with the citation numbers it rests on."""
        ...


def worded(minutes: Minutes, writer: Writer) -> Minutes:
    """Return `minutes` with the lines that `writer` words anew and cites rightly."""
    offered = writer.words(minutes)
    sections = tuple(
        section.model_copy(
            update={
                "lines": tuple(
                    _checked(section, line, offered.get((section.name, at)))
                    for at, line in enumerate(section.lines)
                )
            }
        )
        for section in minutes.sections
    )
    return minutes.model_copy(update={"sections": sections})


def _checked(section: Section, line: Line, offer: tuple[str, list[int]] | None) -> Line:
    if offer is None or section.name == "flow":  # arrows are told as they stand
        return line
    text, cites = offer
    text = " ".join(text.split())
    if not text or len(text) > MAX_TEXT or not cites or not set(cites) <= set(line.cites):
        return line
    return line.model_copy(update={"text": text})
