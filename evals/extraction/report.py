"""The figures as a table for people (Markdown) and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.extraction.bootstrap import Estimate
from evals.extraction.breakdown import Row
from evals.extraction.figures import LABELS
from evals.extraction.sets import Bounds

# Result tables of diagram-parsing/graph-diagram-extraction-MLLM, hdBPMN's test split: InternVL3-14B
# zero-shot and fine-tuned, GPT-4.1.
PUBLISHED = {
    "string_text": (0.515, 0.680, 0.817),
    "string_kind": (0.697, 0.769, 0.913),
    "string_text_kind": (0.447, 0.633, 0.764),
    "string_path": (0.177, 0.469, 0.606),
}
_OTHERS = ("InternVL3", "InternVL3 tuned", "GPT-4.1")
# A lower value is the better one.
_COSTS = frozenset({"cer", "ece_nodes", "ece_relations", "cpu_s", "cpu_over_ocr", "peak_gb"})


@dataclass(frozen=True)
class Report:
    """What was measured of one set of boards."""

    name: str
    pictures: int
    figures: Mapping[str, Estimate]
    tables: Mapping[str, Sequence[Row]]
    bounds: Bounds

    def met(self, figure: str) -> bool | None:
        """Tell whether a figure is what it must be; None where nothing is asked or known."""
        value = self.figures[figure].value
        if figure not in self.bounds or value is None:
            return None
        must = self.bounds[figure][0]
        return value <= must if figure in _COSTS else value >= must

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {
            "set": self.name,
            "pictures": self.pictures,
            "figures": {name: self._figure(name) for name in self.figures},
            "breakdown": {name: list(rows) for name, rows in self.tables.items()},
        }

    def _figure(self, name: str) -> dict[str, Any]:
        told = {key: _rounded(v) for key, v in self.figures[name]._asdict().items()}
        must, aim = self.bounds.get(name, (None, None))
        return {**told, "must": must, "aim": aim, "met": self.met(name)}

    def markdown(self, *, breakdown: bool = True) -> str:
        """Return the tables as Markdown."""
        lines = [f"## {self.name}: {self.pictures} pictures", "", *self._figures()]
        for name, rows in self.tables.items() if breakdown else ():
            head = list(rows[0])
            lines += ["", *_table([f"by {name}", *head[1:]], (_cells(row) for row in rows))]
        return "\n".join(lines) + "\n"

    def _figures(self) -> Iterator[str]:
        others = any(name in self.bounds for name in PUBLISHED)
        head = ["figure", "value", "95 %", "must", "aim", "", *(_OTHERS if others else ())]
        rows = []
        for name, told in self.figures.items():
            must, aim = self.bounds.get(name, (None, None))
            span = "" if told.low is None else f"{_number(told.low)} … {_number(told.high)}"
            mark = {None: "", True: "ok", False: "missed"}[self.met(name)]
            cells = [LABELS[name], _number(told.value), span, _number(must), _number(aim), mark]
            published: Sequence[float | None] = PUBLISHED.get(name, (None, None, None))
            rows.append([*cells, *(map(_number, published) if others else ())])
        return _table(head, rows)


def _table(head: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _cells(row: Row) -> list[str]:
    return [_number(v) if isinstance(v, float) or v is None else str(v) for v in row.values()]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
