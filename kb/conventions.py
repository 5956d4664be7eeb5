"""A workspace's own marks: what a red frame, a blue line or a star means on its boards.

A YAML file with a list of marks (``docs/conventions.md``)::

    marks:
      - {color: red, kinds: [box, ellipse], tag: risk}
      - {line: blue, label: flow}
      - {sign: "★", tag: decision}

They steer three things alike: the prompt of a vision model, the tags of whatever extractor read
the board, and the data that a model is tuned with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kb.errors import WrongUse
from kb.scene import Colour, Node, NodeKind, Relation, Scene, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kb.settings import Settings
    from kb.tags import Rule

_MOST_BYTES = 100_000


class Mark(BaseModel):
    """One mark and what it means: nodes that look so get a tag, lines that look so a label.

    A node carries the mark where everything holds that is given: `color` of its ink or frame,
    `fill` of its surface, its kind, one of the signs in its words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    color: Colour | None = None
    fill: Colour | None = None
    kinds: tuple[NodeKind, ...] = ()
    sign: Annotated[str, Field(max_length=20)] = ""  # any of these characters
    line: Colour | None = None
    tag: Tag | None = None
    label: Annotated[str, Field(max_length=60)] = ""
    says: Annotated[str, Field(max_length=200)] = ""  # in words, for a vision model

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.line is None:
            if self.tag is None or self.label:
                raise ValueError("a mark of nodes needs a tag, and no label")
            if not (self.color or self.fill or self.kinds or self.sign):
                raise ValueError("a mark needs one of: color, fill, kinds, sign, line")
        elif not self.label or self.tag or self.color or self.fill or self.kinds or self.sign:
            raise ValueError("a mark of lines needs a label, and nothing else")
        return self

    def on_node(self, node: Node) -> bool:
        """Tell whether `node` carries this mark."""
        return (
            self.line is None
            and (self.color is None or node.color == self.color)
            and (self.fill is None or node.fill == self.fill)
            and (not self.kinds or node.kind in self.kinds)
            and (not self.sign or any(sign in node.text for sign in self.sign))
        )

    def in_words(self) -> str:
        """Return the mark as a sentence: ``red box or ellipse: tag "risk"``."""
        meaning = f'tag "{self.tag}"' if self.tag else f'label "{self.label}" unless it has words'
        if self.says:
            return f"{self.says}: {meaning}"
        if self.line:
            return f"{self.line} line: {meaning}"
        look = " ".join(
            part
            for part in (
                self.color or "",
                f"{self.fill}-filled" if self.fill else "",
                " or ".join(self.kinds) or ("" if self.sign else "node"),
                f"sign {' or '.join(self.sign)} in or beside a node" if self.sign else "",
            )
            if part
        )
        return f"{look}: {meaning}"


class Conventions(BaseModel):
    """All marks of a workspace, in the order in which they are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marks: Annotated[tuple[Mark, ...], Field(max_length=50)] = ()

    def rules(self) -> list[Rule]:
        """Return the marks of nodes as rules for `kb.tags.tag_scene`."""
        return [self._tags] if self.marks else []

    def _tags(self, node: Node) -> Iterator[Tag]:
        for mark in self.marks:
            if mark.tag is not None and mark.on_node(node):
                yield mark.tag

    def label_lines(self, scene: Scene) -> Scene:
        """Return `scene` with labels on lines that have a mark and no words of their own."""
        labels = {mark.line: mark.label for mark in self.marks if mark.line is not None}
        if not labels:
            return scene
        return scene.model_copy(
            update={"relations": tuple(_labelled(one, labels) for one in scene.relations)}
        )


def _labelled(relation: Relation, labels: dict[str, str]) -> Relation:
    label = labels.get(relation.color or "")
    if not label or relation.label:
        return relation
    return relation.model_copy(update={"label": label})


def load_conventions(path: Path) -> Conventions:
    """Read a YAML file of marks. Raises `WrongUse` naming what is wrong in it."""
    import yaml

    try:
        data = path.read_bytes()
        if len(data) > _MOST_BYTES:
            raise ValueError("it is larger than any list of marks")
        return Conventions.model_validate(yaml.safe_load(data) or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place}: {first['msg']}"
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = str(error)
    raise WrongUse(
        f"the conventions {path} can't be used: {reason}",
        hint="docs/conventions.md shows how they are written",
        code="bad_conventions",
    )


def conventions_for(settings: Settings, workspace: str) -> Conventions:
    """Return the marks of `workspace`: of the file that the settings name, or of its own file.

    Where ``KB_CONVENTIONS`` is a folder, a workspace's marks are in ``<workspace>.yaml`` there; a
    workspace without a file has none.
    """
    place = settings.conventions
    if place is None:
        return Conventions()
    if place.is_dir():
        place = place / f"{workspace}.yaml"
        if not place.is_file():
            return Conventions()
    return load_conventions(place)
