"""What differs between OpenAI-compatible servers: a table, and nothing else knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Dialect:
    """How one kind of server wants to be asked.

    Attributes:
        name: of the server.
        owner: what it writes as ``owned_by`` of its models.
        extra: goes into every request that wants JSON of a schema.
        strict: whether ``json_schema.strict`` is understood.
        identity: path that tells which weights are served, "" where there is none.
    """

    name: str
    owner: str
    extra: dict[str, Any] = field(default_factory=dict)
    strict: bool = True
    identity: str = ""


# SGLang turns free white space off at its start (--constrained-json-disable-any-whitespace).
# vLLM at its start too (--structured-outputs-config.disable_any_whitespace true).
# LMDeploy knows no such switch: the token cap and `white_space_loop` hold it.
DIALECTS = (
    Dialect("sglang", "sglang", identity="/model_info"),  # its list has the name as the root
    Dialect("vllm", "vllm"),
    Dialect("lmdeploy", "lmdeploy", strict=False),
)
PLAIN = Dialect("openai", "")


def dialect_of(owner: str) -> Dialect:
    """Return the dialect of a server by what ``owned_by`` says; plain OpenAI where unknown."""
    return next((one for one in DIALECTS if one.owner == owner.lower()), PLAIN)


def response_format(schema: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return the fields of a request that hold its answer to `schema`."""
    named: dict[str, Any] = {"name": "scene", "schema": schema}
    if dialect.strict:
        named["strict"] = True
    return {"response_format": {"type": "json_schema", "json_schema": named}, **dialect.extra}
