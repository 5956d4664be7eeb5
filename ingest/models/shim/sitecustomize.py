"""Lets torchvision's CUDA wheel be imported beside a CPU build of PyTorch.

Its compiled part can't be loaded there, which torchvision forgives, but then it describes operators
that nobody declared, which PyTorch does not forgive. Declaring them is enough: resizing and
normalising are plain PyTorch. Python imports this file by its name when it starts.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import Any

_NEEDS_THEM = "torchvision._meta_registrations"
_OPERATORS = ("nms", "qnms")
_kept: list[Any] = []  # a library's declarations go with it


class _DeclareOperators(MetaPathFinder):
    """Finds nothing; declares the operators just before the module that needs them."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name != _NEEDS_THEM:
            return
        sys.meta_path.remove(self)
        import torch
        from torchvision.extension import _has_ops

        if not _has_ops():
            library = torch.library.Library("torchvision", "FRAGMENT")
            for operator in _OPERATORS:
                library.define(f"{operator}(Tensor boxes, Tensor scores, float limit) -> Tensor")
            _kept.append(library)


sys.meta_path.insert(0, _DeclareOperators())
