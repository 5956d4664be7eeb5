"""Arrays in a file, with what else there is to say about them as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ABOUT = "about"  # name of the array that holds the JSON

Arrays = dict[str, NDArray[Any]]


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], about: Any) -> None:
    """Write `arrays` and `about`, anything that JSON holds, whole or not at all."""
    told = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
    kept: dict[str, Any] = {**arrays, _ABOUT: told}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, **kept)
    unfinished.replace(path)


def read_arrays(path: Path) -> tuple[Arrays, Any]:
    """Read what `write_arrays` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return arrays, json.loads(arrays.pop(_ABOUT).tobytes())
