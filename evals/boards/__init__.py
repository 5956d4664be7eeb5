"""Draws boards as people do, with their exact scenes.

``render(spec)`` goes from a declarative `BoardSpec` through layout, pen, surface and camera to a
picture and its truth. The same spec gives the same picture. `random_spec` makes up tidy boards for
tests, `training_spec` boards as they really are, to learn from.
"""

from evals.boards.curriculum import training_spec
from evals.boards.randoms import random_spec
from evals.boards.render import Rendered, render
from evals.boards.spec import BoardSpec, Camera, Item, Link, Part, Style

__all__ = [
    "BoardSpec",
    "Camera",
    "Item",
    "Link",
    "Part",
    "Rendered",
    "Style",
    "random_spec",
    "render",
    "training_spec",
]
