"""Writes ONNX networks without the onnx package: the few messages of its protobuf that are needed.

Field numbers are those of ``onnx.proto3`` (IR version 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"float32": 1, "uint8": 2, "int32": 6, "int64": 7}
_FLOAT, _INT = 1, 2  # AttributeProto.AttributeType
_IR_VERSION, _OPSET = 8, 17
CONTRIB = "com.microsoft"  # operators that ONNX Runtime adds


def tensor(name: str, array: NDArray[Any]) -> bytes:
    """Return a TensorProto of `array`."""
    dims = b"".join(_number(1, size) for size in array.shape)
    kind = _number(2, _TYPES[array.dtype.name])
    return dims + kind + _block(8, name) + _block(9, np.ascontiguousarray(array).tobytes())


def node(
    operator: str,
    inputs: Sequence[str],
    output: str,
    *,
    domain: str = CONTRIB,
    attributes: Mapping[str, int | float] | None = None,
) -> bytes:
    """Return a NodeProto with one output; an empty name among `inputs` leaves that one out."""
    parts = [_block(1, name) for name in inputs]
    parts += [_block(2, output), _block(4, operator), _block(7, domain)]
    parts += [_block(5, _attribute(*pair)) for pair in (attributes or {}).items()]
    return b"".join(parts)


def value(name: str, kind: str, *shape: str | int) -> bytes:
    """Return a ValueInfoProto of an input or output; a side of any length has a name."""
    sides = (_block(2, side) if isinstance(side, str) else _number(1, side) for side in shape)
    dims = b"".join(_block(1, side) for side in sides)
    return _block(1, name) + _block(2, _block(1, _number(1, _TYPES[kind]) + _block(2, dims)))


def network(
    nodes: Sequence[bytes],
    weights: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
) -> bytes:
    """Return a ModelProto: what ``onnxruntime.InferenceSession`` opens."""
    graph = [_block(1, part) for part in nodes] + [_block(2, "network")]
    for field, parts in ((5, weights), (11, inputs), (12, outputs)):
        graph += [_block(field, part) for part in parts]
    opsets = (_block(1, domain) + _number(2, v) for domain, v in (("", _OPSET), (CONTRIB, 1)))
    head = [_number(1, _IR_VERSION), *(_block(8, opset) for opset in opsets)]
    return b"".join([*head, _block(7, b"".join(graph))])


def _attribute(name: str, setting: int | float) -> bytes:
    if isinstance(setting, float):
        number = _varint(2 << 3 | 5) + np.float32(setting).tobytes()
        return _block(1, name) + number + _number(20, _FLOAT)
    return _block(1, name) + _number(3, setting) + _number(20, _INT)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _block(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
