"""An ONNX graph as a PyTorch module: its float tensors are the parameters.

The graph itself is kept, so that trained weights go back where they came from and nothing is lost
on the way out. Only the operators of the bundled recogniser are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from onnx import numpy_helper
from torch import Tensor, nn

from evals.training.recogniser.steps import steps_of

_FIXED = ("helper.constant", "auto.cast")  # numbers of the formulas, not weights
_STATISTICS = (3, 4)  # inputs of BatchNormalization that training leaves alone


class GraphNet(nn.Module):
    """Runs `model` in PyTorch; with `scores`, without the softmax that it ends in."""

    def __init__(self, model: onnx.ModelProto, *, scores: bool = False) -> None:
        super().__init__()
        self.weights = nn.ParameterDict()
        self.entry = model.graph.input[0].name
        self.steps = steps_of(model.graph.node)
        if scores:
            self.steps.pop()
        frozen = {
            step.reads[i] for step in self.steps if step.kind == "BatchNormalization"
            for i in _STATISTICS
        }  # fmt: skip
        self.constants: dict[str, Tensor] = {}
        for tensor in model.graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            fixed = not value.is_floating_point() or tensor.name.startswith(_FIXED)
            if fixed or tensor.name in frozen:
                self.constants[tensor.name] = value
            else:
                self.weights[_safe(tensor.name)] = nn.Parameter(value)

    def forward(self, x: Tensor) -> Tensor:
        """Run the graph on `x`."""
        known: dict[str, Tensor] = {self.entry: x, **self.constants}
        for step in self.steps:
            reads = (self._get(known, name) for name in step.reads)
            known[step.writes] = _RUN[step.kind](step.settings, *reads)
        return known[self.steps[-1].writes]

    def _get(self, known: dict[str, Tensor], name: str) -> Tensor:
        return known[name] if name in known else self.weights[_safe(name)]

    def _apply(self, function: Callable[[Tensor], Tensor], recurse: bool = True) -> GraphNet:
        """Move the numbers of the formulas along; whole ones are sizes and stay."""
        super()._apply(function, recurse)  # type: ignore[no-untyped-call]
        self.constants = {
            name: function(value) if value.is_floating_point() else value
            for name, value in self.constants.items()
        }
        return self

    def numbers(self) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
        """Return the weights under the names that they have in the graph."""
        named = {_safe(name): name for step in self.steps for name in step.reads}
        return {
            named[key]: value.detach().cpu().numpy()
            for key, value in self.weights.items()
            if key in named
        }


def load(path: Path) -> onnx.ModelProto:
    """Read an ONNX file; float16 weights that are cast at the start become float32."""
    model = onnx.load(str(path))
    packed = {t.name: t for t in model.graph.initializer if t.data_type == onnx.TensorProto.FLOAT16}
    kept = []
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in packed:
            tensor = packed[node.input[0]]
            value = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(value, node.output[0]))
        else:
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return model


def _safe(name: str) -> str:
    return name.replace(".", "/")  # a parameter's name has no dots


def _padded(settings: dict[str, Any], x: Tensor, fill: float) -> Tensor:
    """Write the border out: ``SAME_UPPER`` puts the odd pixel below and to the right."""
    if settings.get("auto_pad") == b"SAME_UPPER":
        total = [k - 1 for k in settings["kernel_shape"]]  # strides are 1 where this is used
        top, left = (t // 2 for t in total)
        bottom, right = total[0] - top, total[1] - left
    else:
        top, left, bottom, right = settings.get("pads", (0, 0, 0, 0))
    return F.pad(x, (left, right, top, bottom), value=fill) if top + left + bottom + right else x


def _conv(
    settings: dict[str, Any], x: Tensor, weight: Tensor, bias: Tensor | None = None
) -> Tensor:
    bias = None if bias is None else bias.reshape(-1)
    stride, group = settings["strides"], settings["group"]
    pads = tuple(settings.get("pads", ()))
    if "auto_pad" not in settings and pads[:2] == pads[2:]:
        return F.conv2d(x, weight, bias, stride, pads[:2], 1, group)
    return F.conv2d(_padded(settings, x, 0.0), weight, bias, stride, 0, 1, group)


def _pool(settings: dict[str, Any], x: Tensor) -> Tensor:
    return F.max_pool2d(
        _padded(settings, x, -math.inf), settings["kernel_shape"], settings["strides"]
    )


def _slice(
    _: dict[str, Any], x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor, *__: Tensor
) -> Tensor:
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist(), strict=True):
        stop = min(end, x.shape[axis]) if end >= 0 else x.shape[axis] + end
        x = x.narrow(axis, start, stop - start)
    return x


def _reshape(_: dict[str, Any], x: Tensor, shape: Tensor) -> Tensor:
    sizes = [x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


_RUN: dict[str, Callable[..., Tensor]] = {
    "Add": lambda _, a, b: a + b,
    "AveragePool": lambda s, x: F.avg_pool2d(x, s["kernel_shape"], s["strides"]),
    "BatchNormalization": lambda s, x, w, b, m, v: F.batch_norm(x, m, v, w, b, eps=s["epsilon"]),
    "Concat": lambda s, *parts: torch.cat(parts, s["axis"]),
    "Conv": _conv,
    "Div": lambda _, a, b: a / b,
    "Erf": lambda _, x: torch.erf(x),
    "Gelu": lambda _, x: F.gelu(x),
    "HardSigmoid": lambda s, x: (x * s["alpha"] + s["beta"]).clamp(0, 1),
    "MatMul": lambda _, a, b: a @ b,
    "MaxPool": _pool,
    "Mul": lambda _, a, b: a * b,
    "Pow": lambda _, a, b: a**b,
    "ReduceMean": lambda s, x: x.mean(s["axes"], keepdim=bool(s.get("keepdims", 1))),
    "Relu": lambda _, x: F.relu(x),
    "Reshape": _reshape,
    "Shape": lambda _, x: torch.tensor(x.shape),
    "Sigmoid": lambda _, x: torch.sigmoid(x),
    "Slice": _slice,
    "Softmax": lambda s, x: torch.softmax(x, s["axis"]),
    "Sqrt": lambda _, x: torch.sqrt(x),
    "Squeeze": lambda s, x: x.squeeze(tuple(s["axes"])),
    "Sub": lambda _, a, b: a - b,
    "Transpose": lambda s, x: x.permute(s["perm"]),
    "Unsqueeze": lambda s, x: x.unsqueeze(s["axes"][0]),
}
