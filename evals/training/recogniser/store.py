"""Cut and drawn lines, kept on disk: pictures one after the other in a file, a list beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from evals.training.recogniser.lines import Written


def keep(lines: Iterable[Written], path: Path) -> int:
    """Write `lines` to `path` (with ``.json`` beside it) and return how many they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = []
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        for line in lines:
            done, picture = cv2.imencode(".png", line.pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
            if done:
                listed.append([file.tell(), len(picture), line.inner, line.text, line.kind])
                file.write(picture.tobytes())
    path.with_suffix(".json").write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)
    return len(listed)


class Shelf:
    """Lines that `keep` wrote, read when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._listed = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self._bytes = np.memmap(path, np.uint8, "r")

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, place: int) -> Written:
        start, size, inner, text, kind = self._listed[place]
        pixels = cv2.imdecode(np.asarray(self._bytes[start : start + size]), cv2.IMREAD_COLOR)
        return Written(np.asarray(pixels), tuple(inner), text, kind)

    def text(self, place: int) -> str:
        """Return what a line says without opening its picture."""
        return str(self._listed[place][3])

    def kind(self, place: int) -> str:
        """Return where a line is from."""
        return str(self._listed[place][4])

    def ratio(self, place: int) -> float:
        """Return width over height of a line."""
        x0, y0, x1, y1 = self._listed[place][2]
        return float((x1 - x0) / (y1 - y0))
