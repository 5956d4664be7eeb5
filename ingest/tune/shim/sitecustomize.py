"""Lets torchvision, which comes built for CUDA, be imported beside a PyTorch built for the CPU.

Python runs this module by itself at its start where its folder is on ``PYTHONPATH``. Without CUDA
torchvision skips its compiled operators but still describes `nms` to PyTorch, which then knows no
such operator and raises. Naming the operators first is enough: nothing on a CPU calls them.
"""

import sys
from importlib.abc import MetaPathFinder

_OPERATORS = ("nms", "qnms")


class _BeforeTorchvision(MetaPathFinder):
    """Finds nothing; it waits until torchvision looks for its compiled part."""

    def __init__(self):
        self.kept = None  # PyTorch forgets operators whose library is collected

    def find_spec(self, name, path=None, target=None):
        if name == "torchvision.extension" and self.kept is None:
            import torch

            if not torch.backends.cuda.is_built():
                self.kept = torch.library.Library("torchvision", "DEF")
                for operator in _OPERATORS:
                    self.kept.define(f"{operator}(Tensor boxes, Tensor scores, float iou) -> Tensor")


sys.meta_path.insert(0, _BeforeTorchvision())
