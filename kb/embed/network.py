"""The encoder of e5 (BERT, arXiv 1810.04805) on ONNX Runtime, in the 4 bits that it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kb.embed import onnxfile
from kb.embed.packed import BLOCK

if TYPE_CHECKING:
    from kb.embed.packed import PackedModel


class Network:
    """Numbers of pieces to vectors."""

    def __init__(self, model: PackedModel, *, threads: int | None = None) -> None:
        self._model = model
        self._pad = model.pieces.pad
        width = model.shape.hidden
        first_type = model.plain("emb.type", -1, width)[0]
        self._places = model.plain("emb.pos", -1, width) + first_type
        self._session = _session(_Graph(model).network(), threads)

    def run(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the mean over the tokens of each text, shape (len(texts), hidden size)."""
        longest = max(map(len, texts))
        ids = np.full((len(texts), longest), self._pad)
        mask = np.zeros((len(texts), longest), np.int32)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        used, where = np.unique(ids, return_inverse=True)
        words = self._model.rows("emb.word", self._model.shape.hidden, used.tolist())
        embedded = words[where.reshape(ids.shape)] + self._places[:longest]
        (states,) = self._session.run(None, {"embedded": embedded, "mask": mask})
        real = mask[:, :, None].astype(np.float32)
        return np.asarray((states * real).sum(axis=1) / real.sum(axis=1), np.float32)


class _Graph:
    """The encoder as ONNX: linear layers in 4 bits, what lies between them in float32."""

    def __init__(self, model: PackedModel) -> None:
        self._model = model
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._epsilon = {"epsilon": max(model.shape.epsilon, 1e-12)}

    def network(self) -> bytes:
        """Return the file: from ``embedded`` (n, tokens, hidden) and ``mask`` to ``states``."""
        shape = self._model.shape
        norm = ["embedded", *self._plain("emb.ln.w", "emb.ln.b")]
        state = self._node("LayerNormalization", norm, "l-1", "", self._epsilon)
        for layer in range(shape.layers):
            state = self._layer(state, f"l{layer}")
        self._node("Identity", [state], "states", "")
        sides = ("texts", "tokens")
        inputs = [
            onnxfile.value("embedded", "float32", *sides, shape.hidden),
            onnxfile.value("mask", "int32", *sides),
        ]
        outputs = [onnxfile.value("states", "float32", *sides, shape.hidden)]
        return onnxfile.network(self._nodes, self._weights, inputs, outputs)

    def _layer(self, state: str, name: str) -> str:
        shape = self._model.shape
        looked = [self._linear(f"{name}.{part}.w", state, shape.hidden) for part in "qkv"]
        biases = [self._model.plain(f"{name}.{part}.b", -1) for part in "qkv"]
        self._weights.append(onnxfile.tensor(f"{name}.qkv.b", np.concatenate(biases)))
        heads = {"num_heads": shape.heads}
        inputs = [*looked, f"{name}.qkv.b", "mask"]
        seen = self._node("MultiHeadAttention", inputs, f"{name}.attention", settings=heads)
        told = self._linear(f"{name}.ao.w", seen, shape.hidden)
        state = self._added(told, state, f"{name}.aln", f"{name}.ao.b")
        inner = self._linear(f"{name}.fi.w", state, shape.hidden)
        bent = self._node("BiasGelu", [inner, *self._plain(f"{name}.fi.b")], f"{name}.gelu")
        outer = self._linear(f"{name}.fo.w", bent, shape.inner)
        return self._added(outer, state, f"{name}.oln", f"{name}.fo.b")

    def _added(self, new: str, old: str, norm: str, bias: str) -> str:
        inputs = [new, old, *self._plain(f"{norm}.w", f"{norm}.b", bias)]
        return self._node("SkipLayerNormalization", inputs, f"{norm}.out", settings=self._epsilon)

    def _linear(self, name: str, state: str, columns: int) -> str:
        scales, bits = self._model.blocks(name, columns)
        # ONNX Runtime packs neighbours into a byte, the file packs a value with the 16th after it.
        pairs = bits[:, :, 0::2] | bits[:, :, 1::2] << 4
        self._weights.append(onnxfile.tensor(name, pairs))
        self._weights.append(onnxfile.tensor(f"{name}.scales", scales.reshape(-1)))
        sizes = {"K": columns, "N": len(bits), "bits": 4, "block_size": BLOCK}
        inputs = [state, name, f"{name}.scales"]
        return self._node("MatMulNBits", inputs, f"{name}.out", settings=sizes)

    def _plain(self, *names: str) -> tuple[str, ...]:
        for name in names:
            self._weights.append(onnxfile.tensor(name, self._model.plain(name, -1)))
        return names

    def _node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        domain: str = onnxfile.CONTRIB,
        settings: dict[str, Any] | None = None,
    ) -> str:
        node = onnxfile.node(operator, inputs, output, domain=domain, attributes=settings)
        self._nodes.append(node)
        return output


def _session(network: bytes, threads: int | None) -> Any:
    import onnxruntime  # type: ignore[import-untyped]  # ships none

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_mem_pattern = False  # every batch has another shape
    options.enable_cpu_mem_arena = False  # what a large batch took is given back
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
