"""Minutes of scenes, and their lines, for the tests."""

from __future__ import annotations

from kb.evidence import BoardRef
from kb.minutes import Minutes
from kb.minutes.ledger import Read
from kb.minutes.shapes import Line, SectionName
from kb.scene import Scene
from kb.tags import tag_scene


def read(*scenes: Scene) -> list[Read]:
    return [
        Read(BoardRef(id=f"b{at}", source=f"{at}.png", title=scene.title), tag_scene(scene))
        for at, scene in enumerate(scenes)
    ]


def lines(minutes: Minutes, name: SectionName) -> list[Line]:
    return [line for section in minutes.sections if section.name == name for line in section.lines]


def texts(minutes: Minutes, name: SectionName) -> list[str]:
    return ["  " * line.depth + line.text for line in lines(minutes, name)]
