"""What the VLM extractor is told: the settings ``KB_VLM_*`` as one small value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.conventions import Conventions

if TYPE_CHECKING:
    from pathlib import Path

    from kb.settings import Settings


@dataclass(frozen=True)
class VlmOptions:
    """How to reach the model server and what to ask of it. Goes to worker processes as it is.

    Attributes:
        url: of an OpenAI-compatible server, with or without ``/v1``.
        model: its name there; empty: the first that the server lists.
        timeout_s: longest wait for one answer.
        window: most requests in flight at a time.
        hints: whether the local extractor looks first and tells the model what it saw.
        image_tokens: most tokens that one picture may take.
        answer_tokens: most tokens of one answer.
        attempts: how often one request is sent before it counts as failed.
        backoff_s: longest wait before the second attempt; doubles with each.
        patience: failures in a row after which the server is left alone …
        rest_s: … for so long.
        cache: folder of answers that were given before; None: none are kept.
        conventions: what marks mean in this workspace.
    """

    url: str
    model: str = ""
    api_key: str = field(default="", repr=False)
    timeout_s: float = 60.0
    window: int = 16
    hints: bool = True
    image_tokens: int = 2048
    answer_tokens: int = 4096
    attempts: int = 4
    backoff_s: float = 0.5
    patience: int = 8
    rest_s: float = 30.0
    cache: Path | None = None
    conventions: Conventions = field(default_factory=Conventions)

    @property
    def lanes(self) -> int:
        """Return how many boards to read at a time: some are made ready while others wait."""
        return self.window + max(1, self.window // 4)

    @property
    def base_url(self) -> str:
        """Return the URL without ``/v1`` and without a slash at its end."""
        return self.url.rstrip("/").removesuffix("/v1").rstrip("/")


def vlm_options(settings: Settings, workspace: str | None = None) -> VlmOptions:
    """Return the options that `settings` name; conventions are those of `workspace`."""
    from kb.conventions import conventions_for

    return VlmOptions(
        url=settings.vlm_url,
        model=settings.vlm_model,
        api_key=settings.vlm_api_key.get_secret_value(),
        timeout_s=settings.vlm_timeout_s,
        window=settings.vlm_window,
        hints=settings.vlm_hints,
        image_tokens=settings.vlm_image_tokens,
        answer_tokens=settings.vlm_answer_tokens,
        cache=settings.cache_dir / "vlm",
        conventions=conventions_for(settings, workspace or settings.workspace),
    )
