"""Tells ms-swift the rewards by the names that the recipe uses (``--external_plugins``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swift.rewards import ORM, orms

from evals.tuning.reward import nodes, relations, valid


def _register(name: str, title: str, score: Callable[[str, str], float]) -> None:
    """Add a reward: it gets answers and, from the data set, what is right.

    `title` is the class's name, under which ms-swift tells the reward's mean with every step.
    """

    def worth(_: Any, completions: list[str], solution: list[str], **__: Any) -> list[float]:
        return [score(*pair) for pair in zip(completions, solution, strict=True)]

    orms[name] = type(title, (ORM,), {"__call__": worth})


_register("scene_valid", "SceneValid", lambda answer, _: valid(answer))
_register("scene_nodes", "SceneNodes", nodes)
_register("scene_relations", "SceneRelations", relations)
