"""Tells ms-swift the rewards by the names that the recipe uses (``--external_plugins``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swift.rewards import ORM, orms

from evals.tuning.reward import nodes, relations, valid


def _reward(score: Callable[[str, str], float]) -> type[ORM]:
    """Return a reward of ms-swift: it gets answers and, from the data set, what is right."""

    class SceneReward(ORM):
        def __call__(self, completions: list[str], solution: list[str], **_: Any) -> list[float]:
            return [score(*pair) for pair in zip(completions, solution, strict=True)]

    return SceneReward


orms["scene_valid"] = _reward(lambda answer, _: valid(answer))
orms["scene_nodes"] = _reward(nodes)
orms["scene_relations"] = _reward(relations)
