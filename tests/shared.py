"""Where the real boards are: a folder beside the repository, absent on most machines."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Return the folder `name` of the shared data, or skip the test where it is missing."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"real data ({name}) is not on this machine: expected in ../shared/data")
    return folder
