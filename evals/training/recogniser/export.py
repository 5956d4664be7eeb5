"""From a checkpoint to an ONNX file: the bundled graph with other weights, in half precision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from evals.training.recogniser.graph import GraphNet

_SMALL = 1024  # values: tensors up to this size stay in single precision


Beside = Sequence[tuple[onnx.ModelProto, float]]


def trained(
    model: onnx.ModelProto, checkpoint: Path | None, share: float = 1.0, beside: Beside = ()
) -> onnx.ModelProto:
    """Return `model` with the running mean of the weights in `checkpoint`.

    Args:
        model: the network to go from.
        checkpoint: ``last.pt`` of a `Trainer`; None for a mean of `beside` alone.
        share: how far to go from its weights to the trained ones, 0…1.
        beside: other weights, and how far to go to each of them. The mean of weights that come
            from the same ones is often better than each (Wortsman et al. 2022, Model soups).
    """
    net = GraphNet(model)
    ways = []
    if checkpoint:
        net.load_state_dict(torch.load(checkpoint, weights_only=True)["mean"])
        ways = [(net.numbers(), share)]
    ways += [
        ({t.name: numpy_helper.to_array(t) for t in m.graph.initializer}, s) for m, s in beside
    ]
    numbers = net.numbers()
    out = onnx.ModelProto()
    out.CopyFrom(model)
    for tensor in out.graph.initializer:
        if tensor.name in numbers:
            old = numpy_helper.to_array(tensor)
            new = old + sum(part * (values[tensor.name] - old) for values, part in ways)
            tensor.CopyFrom(numpy_helper.from_array(new.astype(np.float32), tensor.name))
    return out


def packed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return `model` with its weights in half precision, half the size.

    They are cast to single precision before the first run (the runtime folds constants), so that
    speed and arithmetic stay what they were.
    """
    out = onnx.ModelProto()
    out.CopyFrom(model)
    casts = []
    for tensor in out.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and int(np.prod(tensor.dims)) > _SMALL:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            casts.append(
                helper.make_node(
                    "Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT
                )
            )
            tensor.CopyFrom(numpy_helper.from_array(half, f"{tensor.name}.half"))
    nodes = list(out.graph.node)
    del out.graph.node[:]
    out.graph.node.extend([*casts, *nodes])
    del out.graph.value_info[:]
    onnx.checker.check_model(out)
    return out
