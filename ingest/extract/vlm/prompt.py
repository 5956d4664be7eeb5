"""The prompt: `prompt.md` beside this module, put together for one request.

What never changes comes first and the picture after it, so that servers keep the beginning in
their prefix cache.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.extract.vlm.hints import Hints
    from kb.conventions import Conventions


@cache
def _sections() -> dict[str, str]:
    text = files("ingest.extract.vlm").joinpath("prompt.md").read_text(encoding="utf-8")
    found = re.split(r"^# (\w+)$", text, flags=re.MULTILINE)
    version = re.search(r"version: (\d+)", found[0])
    if version is None:
        raise ValueError("prompt.md tells no version")
    sections = dict(zip(found[1::2], (part.strip() for part in found[2::2]), strict=True))
    return {"version": version[1], **sections}


def prompt_version() -> str:
    """Return the version that `prompt.md` tells."""
    return _sections()["version"]


def system_text(conventions: Conventions | None = None) -> str:
    """Return the system message: what is asked for, and what marks mean in this workspace."""
    parts = _sections()
    if conventions is None or not conventions.marks:
        return parts["system"]
    marks = "\n".join(f"- {mark.in_words()}" for mark in conventions.marks)
    return f"{parts['system']}\n\n{Template(parts['conventions']).substitute(marks=marks)}"


def user_text(hints: Hints | None = None, *, part: bool = False) -> str:
    """Return the words that go with the picture; `part`: it shows a part of the board only."""
    parts = _sections()
    text = parts["part" if part else "user"]
    if hints is None or not (hints.words or hints.lines):
        return text
    told = Template(parts["hints"]).substitute(
        words=json.dumps(hints.words, ensure_ascii=False), lines=json.dumps(hints.lines)
    )
    return f"{text}\n\n{told}"


def messages(picture_url: str, system: str, user: str) -> list[dict[str, Any]]:
    """Return the chat messages for one picture, given as a ``data:`` URL."""
    return [
        {"role": "system", "content": system},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": picture_url}},
                {"type": "text", "text": user},
            ],
        },
    ]
