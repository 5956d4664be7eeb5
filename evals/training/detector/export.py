"""From weights to the files that the extractor carries: net, judge and thresholds."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from evals.training.detector.net import Net
from evals.training.recogniser.export import packed


def export(weights: dict[str, torch.Tensor], path: Path) -> None:
    """Write the net as ONNX: weights in half precision, arithmetic in single."""
    net = Net().eval()
    net.load_state_dict(weights)
    sizes = {0: "boards", 2: "height", 3: "width"}
    torch.onnx.export(
        net, (torch.zeros(1, 2, 256, 320),), path, input_names=["picture"],
        output_names=["maps"], dynamic_axes={"picture": sizes, "maps": sizes}, opset_version=17,
        dynamo=False,
    )  # fmt: skip
    onnx.save(packed(onnx.load(path)), path)
