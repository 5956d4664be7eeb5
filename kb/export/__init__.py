"""A board in the formats of other programs: JSON, a Markdown outline, a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Callable

from kb.errors import WrongUse
from kb.export.markdown import to_markdown
from kb.export.mermaid import to_mermaid
from kb.scene import Scene

__all__ = ["FORMATS", "export_scene", "to_json", "to_markdown", "to_mermaid"]


def to_json(scene: Scene) -> str:
    """Return the scene as indented JSON, readable by `Scene.model_validate_json`."""
    return scene.model_dump_json(indent=2) + "\n"


FORMATS: dict[str, Callable[[Scene], str]] = {
    "json": to_json,
    "markdown": to_markdown,
    "mermaid": to_mermaid,
}
"""Writers by the name that commands and the API use."""


def export_scene(scene: Scene, format_name: str) -> str:
    """Write `scene` in one of `FORMATS`. Raises `WrongUse` for any other name."""
    writer = FORMATS.get(format_name)
    if writer is None:
        raise WrongUse(
            f"there is no export format {format_name!r}",
            hint=f"one of: {', '.join(FORMATS)}",
            code="unknown_format",
        )
    return writer(scene)
