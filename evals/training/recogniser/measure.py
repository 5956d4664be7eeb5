"""How well a recogniser reads: hdBPMN's val writers, drawn English and Chinese, and print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from evals.boards.lettering import HELD_OUT_FONTS
from evals.training.recogniser import augment, real
from evals.training.recogniser.alphabet import Alphabet
from evals.training.recogniser.boards import board_lines
from evals.training.recogniser.drawn import Drawer, Hands, training_hands
from evals.training.recogniser.lines import Array, Written
from evals.training.recogniser.texts import Language
from evals.training.split import is_held_out
from ingest.extract.local.second import WithSecond, look_of, look_through
from ingest.extract.local.sessions import open_session

LONGEST = augment.MOST_WIDTH / augment.HEIGHT  # width over height of a line
_LOOSE = 0.12  # of the height: how much wider than the ink a box is around clean drawn lines
_CHINESE_PRINT = Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")
_WIDTHS = 4000  # pixels of lines side by side in a run
_THREADS = 2
_BOARDS = 700_000  # number of the first board whose lines are read
_WRITTEN: dict[str, Language] = {"English": "en", "Chinese": "zh"}
_NAMES = {"word": "words", "line": "lines", "found": "lines as found"}

Sets = dict[str, list[tuple[Array, str]]]
Table = dict[str, dict[str, dict[str, float]]]


def sets(data: Path, found: real.Found, count: int, every: int = 1) -> Sets:
    """Return lines (48×w×3) with what they say, by what is measured, of one of `every` pictures.

    Drawn ones, `count` of each, say only words that are held out of training; so do those of
    boards, a board for every ten of them.
    """
    out: Sets = {}
    for truth in islice(real.truths(data, "val"), 0, None, every):
        picture = np.asarray(cv2.imread(str(data / truth["image"])))
        for line in real.written(truth, picture, found.get(truth["id"], ())):
            pair = (augment.at_size(line.tight()), line.text)
            out.setdefault(f"hdBPMN val, {_NAMES[line.kind]}", []).append(pair)
            if is_held_out(truth["id"]):
                out.setdefault("hdBPMN val, held-out exercises", []).append(pair)
    for name, language, hands in _drawn():
        out[f"{name}, clean"] = list(
            _clean(Drawer(101, hands, unseen=True, plain=True), language, count)
        )
        out[f"{name}, photo-like"] = list(_photos(Drawer(102, hands, unseen=True), language, count))
    for name, language in _WRITTEN.items():
        seeds = range(_BOARDS, _BOARDS + count // 10)
        found_lines = board_lines(language, seeds, unseen=True)
        out[f"{name}, boards in photos"] = [
            (augment.at_size(line.tight()), line.text) for line in found_lines
        ]
    return out


def _drawn() -> Iterator[tuple[str, Language, Hands]]:
    known, _ = training_hands()
    unseen = Hands((HELD_OUT_FONTS[0],), (HELD_OUT_FONTS[1],))
    yield "English, known hands", "en", known
    yield "English, unseen hand", "en", unseen
    yield "English print", "en", Hands(printed=(None,))
    yield "Chinese, known hands", "zh", known
    yield "Chinese, unseen hand", "zh", unseen
    if _CHINESE_PRINT.exists():
        yield "Chinese print", "zh", Hands(printed=(_CHINESE_PRINT,))


def _clean(drawer: Drawer, language: Language, count: int) -> Iterator[tuple[Array, str]]:
    for _ in range(count):
        line = drawer.line(language)
        x0, y0, x1, y1 = line.inner
        by = round(_LOOSE * (y1 - y0))
        pixels = line.pixels[y0 - by : y1 + by, x0 - by : x1 + by]
        yield augment.at_size(pixels), line.text


def _photos(drawer: Drawer, language: Language, count: int) -> Iterator[tuple[Array, str]]:
    rng = np.random.default_rng(103)
    for _ in range(count):
        line: Written = drawer.line(language)
        yield augment.varied(line, rng), line.text


def compare(models: Mapping[str, Reader], lines: Sets) -> Table:
    """Return by set and model: ``cer``, ``cer_folded`` (case and spaces don't count), ``right``."""
    table: Table = {name: {} for name in lines}
    for model, reader in models.items():
        for name, pairs in lines.items():
            table[name][model] = _figures(reader.read([p for p, _ in pairs]), [t for _, t in pairs])
    return table


class Reader:
    """Reads lines with an ONNX recogniser, Chinese ones with `second` beside it."""

    def __init__(self, path: Path, second: Path | None = None) -> None:
        session = open_session(path, _THREADS)
        kept = session.get_modelmeta().custom_metadata_map
        self._alphabet = Alphabet(kept["character"].splitlines())
        self._look = look_of(session)
        if second:
            other = partial(look_through, second, _THREADS)
            self._look = WithSecond(self._look, other, self._alphabet.signs)

    def read(self, lines: list[Array]) -> list[str]:
        """Return what each line (48×w×3 uint8) says."""
        said = [""] * len(lines)
        order = sorted(range(len(lines)), key=lambda i: lines[i].shape[1])
        while order:
            width = max(augment.LEAST_WIDTH, lines[order[0]].shape[1])
            some, order = order[: _WIDTHS // width or 1], order[_WIDTHS // width or 1 :]
            picture = augment.batch([lines[i] for i in some])
            best = self._look(picture).argmax(-1)
            for i, path in zip(some, best, strict=True):
                said[i] = self._alphabet.text(path).strip()
        return said


def _figures(read: list[str], true: list[str]) -> dict[str, float]:
    pairs = list(zip(read, true, strict=True))
    folded = [(_folded(a), _folded(b)) for a, b in pairs]
    return {
        "lines": len(pairs),
        "cer": _errors(pairs),
        "cer_folded": _errors(folded),
        "right": sum(a == b for a, b in folded) / len(folded),
    }


def _errors(pairs: list[tuple[str, str]]) -> float:
    wrong = sum(Levenshtein.distance(a, b) for a, b in pairs)
    return wrong / sum(len(b) for _, b in pairs)


def _folded(text: str) -> str:
    return "".join(text.lower().split())


def told(table: Table) -> str:
    """Return the table as Markdown: character error as written, folded, and lines right."""
    models = list(next(iter(table.values())))
    head = ["set", "lines"] + [f"{m}: error / folded / right" for m in models]
    rows = [head, ["---"] * len(head)]
    for name, figures in table.items():
        cells = [
            f"{f['cer']:.3f} / {f['cer_folded']:.3f} / {f['right']:.3f}" for f in figures.values()
        ]
        rows.append([name, str(int(next(iter(figures.values()))["lines"])), *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
