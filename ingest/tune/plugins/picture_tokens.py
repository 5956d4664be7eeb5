"""Makes ms-swift's template ask the tokenizer which tokens stand for pictures.

It knows them by the numbers that they have in the published models; a model with a vocabulary of
its own, such as the tiny one of the tests, has others. ms-swift loads this file by
``--external_plugins``.
"""

from __future__ import annotations

from swift.template.templates.qwen import Qwen2VLTemplate


def _id_of(token: str) -> property:
    return property(lambda template: template.tokenizer.convert_tokens_to_ids(token))


Qwen2VLTemplate.image_token_id = _id_of("<|image_pad|>")
Qwen2VLTemplate.video_token_id = _id_of("<|video_pad|>")
