"""Boards that say the same in two languages, written for this measurement and nothing else.

Each line of ``flows.txt`` is a flow: its steps as an English board and a Chinese board have them. A
third name is the step on another English board: other words, or a slip of the pen.
"""

from __future__ import annotations

from pathlib import Path


def flows() -> list[list[tuple[str, ...]]]:
    """Return the flows: for each step its English and Chinese name, and another English one."""
    text = Path(__file__).with_name("flows.txt").read_text(encoding="utf-8")
    return [
        [tuple(name.strip() for name in step.split("=")) for step in line.split("|")]
        for line in text.splitlines()
        if line.strip()
    ]
