"""The tiny model has the layout, the tokenizer and the token ids of the published ones."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer

from evals.models.tiny import IDS, RANKS, VOCABULARY
from ingest.models.sizes import size_of


def test_special_tokens_have_the_published_ids(checkpoint: Path) -> None:
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    assert {token: tokenizer.token_to_id(token) for token in IDS} == IDS
    assert (IDS["<|endoftext|>"], IDS["<|im_end|>"]) == (151_643, 151_645)
    assert (IDS["<|image_pad|>"], IDS["<|video_pad|>"]) == (151_655, 151_656)
    assert tokenizer.get_vocab_size(with_added_tokens=False) == RANKS


def test_text_of_both_languages_comes_back(checkpoint: Path) -> None:
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    text = '{"title": "退款流程", "text": "Check stock\\n№ 7"}'
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert len(tokenizer.encode("你好世界").ids) == 2  # Qwen's own merges


def test_the_configuration_is_a_qwen3_vl(checkpoint: Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    assert config["model_type"] == "qwen3_vl"
    assert config["image_token_id"] == IDS["<|image_pad|>"]
    assert config["text_config"]["vocab_size"] == VOCABULARY
    assert size_of(str(checkpoint)).context == 32_768
