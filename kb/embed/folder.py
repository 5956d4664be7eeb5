"""Writes a packed e5 model as an ordinary sentence-transformers folder.

Afterwards nothing knows where it came from: BERT weights as safetensors, a fast XLM-RoBERTa
tokenizer, mean pooling, unit length, and e5's prompts (arXiv 2402.05672). Weights are written in
the precision that they are used in: they are then mapped into memory, and pages of words that no
text holds are never read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kb.embed.packed import PackedModel, Pieces, Shape

MAX_TOKENS = 512
Precision = Literal["float32", "bfloat16"]
PROMPTS = {"query": "query: ", "document": "passage: ", "passage": "passage: "}


def write_folder(model: PackedModel, folder: Path, precision: Precision = "float32") -> None:
    """Write `model` into `folder`, which exists and is empty."""
    import torch
    from safetensors.torch import save_file

    kind = {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision]
    weights = {name: torch.from_numpy(w).to(kind) for name, w in _weights(model).items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(model.pieces, folder)
    for name, content in _configs(model.shape, model.pieces, precision).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")


def _weights(model: PackedModel) -> dict[str, NDArray[np.float16]]:
    """Name the tensors as transformers' BertModel does."""
    size, width = model.shape, model.shape.hidden
    types = model.plain("emb.type", -1, width)
    missing = np.zeros((max(0, size.token_types - len(types)), width), np.float16)
    out = {
        "embeddings.word_embeddings.weight": model.quantised("emb.word", size.vocabulary, width),
        "embeddings.position_embeddings.weight": model.plain("emb.pos", size.positions, width),
        "embeddings.token_type_embeddings.weight": np.concatenate([types, missing]),
        "embeddings.LayerNorm.weight": model.plain("emb.ln.w", width),
        "embeddings.LayerNorm.bias": model.plain("emb.ln.b", width),
    }
    for layer in range(size.layers):
        out |= _layer(model, f"l{layer}.", f"encoder.layer.{layer}.")
    return out


def _layer(model: PackedModel, old: str, new: str) -> dict[str, NDArray[np.float16]]:
    width, inner = model.shape.hidden, model.shape.inner
    dense = {
        "q": ("attention.self.query", width, width),
        "k": ("attention.self.key", width, width),
        "v": ("attention.self.value", width, width),
        "ao": ("attention.output.dense", width, width),
        "fi": ("intermediate.dense", inner, width),
        "fo": ("output.dense", width, inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    out = {}
    for short, (name, rows, columns) in dense.items():
        out[f"{new}{name}.weight"] = model.quantised(f"{old}{short}.w", rows, columns)
        out[f"{new}{name}.bias"] = model.plain(f"{old}{short}.b", rows)
    for short, name in norms.items():
        out[f"{new}{name}.weight"] = model.plain(f"{old}{short}.w", width)
        out[f"{new}{name}.bias"] = model.plain(f"{old}{short}.b", width)
    return out


def _write_tokenizer(pieces: Pieces, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    vocabulary = list(zip(pieces.pieces, pieces.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=pieces.unknown, byte_fallback=False))
    squeeze = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), squeeze])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = _special(pieces)
    bos, eos = special["bos_token"], special["eos_token"]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    tokenizer.add_special_tokens(sorted(set(special.values())))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def _special(pieces: Pieces) -> dict[str, str]:
    name = pieces.pieces
    bos, eos, pad = name[pieces.bos], name[pieces.eos], name[pieces.pad]
    return {
        "bos_token": bos,
        "eos_token": eos,
        "cls_token": bos,
        "sep_token": eos,
        "pad_token": pad,
        "unk_token": name[pieces.unknown],
        "mask_token": "<mask>" if name[-1] == "<mask>" else pad,
    }


def _configs(size: Shape, pieces: Pieces, precision: Precision) -> dict[str, Any]:
    modules = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": size.hidden,
            "num_hidden_layers": size.layers,
            "num_attention_heads": size.heads,
            "intermediate_size": size.inner,
            "vocab_size": size.vocabulary,
            "max_position_embeddings": size.positions,
            "type_vocab_size": size.token_types,
            "layer_norm_eps": max(size.epsilon, 1e-12),
            "hidden_act": "gelu",
            "pad_token_id": pieces.pad,
            "bos_token_id": pieces.bos,
            "eos_token_id": pieces.eos,
            "dtype": precision,
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (kind, path) in enumerate(modules)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": size.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            **_special(pieces),
        },
    }
