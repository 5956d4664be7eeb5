"""The figures for people: Markdown tables with plots beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from evals.extraction.bootstrap import Estimate
from evals.retrieval.measure import Figures

_COLOURS = ("#1971c2", "#868e96", "#f08c00", "#2f9e44", "#9c36b5")


def put(text: str, data: Any, *, report: Path | None, json_file: Path | None) -> None:
    """Print a report, and write it and its figures to the files that were named."""
    if report is not None:
        report.write_text(text, encoding="utf-8")
    if json_file is not None:
        made = json.dumps(data, ensure_ascii=False, indent=1)
        json_file.write_text(f"{made}\n", encoding="utf-8")
    sys.stdout.write(text)


def number(value: float | None) -> str:
    """Write a share as ``.93``-like three digits; nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def spanned(one: Estimate) -> str:
    """Write a figure with its 95 % interval."""
    if one.value is None:
        return ""
    return f"{number(one.value)} ({number(one.low)} … {number(one.high)})"


def figures_table(
    figures: Figures, labels: Mapping[str, str], counts: Mapping[str, int]
) -> Iterator[str]:
    """Yield a Markdown table, a group a line; the first line with intervals."""
    yield f"| | questions | {' | '.join(labels.values())} |"
    yield "|---" * (len(labels) + 2) + "|"
    for place, (group, told) in enumerate(figures.items()):
        cells = [spanned(told[m]) if place == 0 else number(told[m].value) for m in labels]
        yield f"| {group} | {counts[group]} | {' | '.join(cells)} |"


def comparison_table(
    systems: Mapping[str, Figures], metric: str, counts: Mapping[str, int]
) -> Iterator[str]:
    """Yield a Markdown table of one metric: a group a line, a system a column, the best in bold."""
    yield f"| | questions | {' | '.join(systems)} |"
    yield "|---" * (len(systems) + 2) + "|"
    for group, count in counts.items():
        values = [figures[group][metric].value for figures in systems.values()]
        best = max((value for value in values if value is not None), default=None)
        cells = [f"**{number(v)}**" if v is not None and v == best else number(v) for v in values]
        yield f"| {group} | {count} | {' | '.join(cells)} |"


def bars(path: Path, title: str, rows: Mapping[str, Mapping[str, Estimate]]) -> None:
    """Write a picture of bars with whiskers: a row a group, a bar a system, from 0 to 1."""
    names = list(next(iter(rows.values())))
    bar, gap, left, wide = 9, 8, 130, 460
    height = 60 + len(rows) * (len(names) * bar + gap)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + wide + 40}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="18" font-size="13">{escape(title)}</text>',
    ]
    for place, name in enumerate(names):
        out.append(_key(left + place * 110, name, _COLOURS[place % len(_COLOURS)]))
    for tick in range(0, 11, 2):
        x = left + wide * tick / 10
        out.append(f'<line x1="{x}" x2="{x}" y1="44" y2="{height - 10}" stroke="#e9ecef"/>')
        out.append(f'<text x="{x - 7}" y="{height}">{tick / 10:g}</text>')
    y = 48.0
    for group, told in rows.items():
        middle = y + len(names) * bar / 2 + 4
        out.append(f'<text x="{left - 8}" y="{middle}" text-anchor="end">{escape(group)}</text>')
        for place, name in enumerate(names):
            out += _bar(told[name], left, y, wide, bar, _COLOURS[place % len(_COLOURS)])
            y += bar
        y += gap
    path.write_text("\n".join([*out, "</svg>"]) + "\n", encoding="utf-8")


def _key(x: float, name: str, colour: str) -> str:
    return (
        f'<rect x="{x}" y="26" width="9" height="9" fill="{colour}"/>'
        f'<text x="{x + 13}" y="35">{escape(name)}</text>'
    )


def _bar(
    one: Estimate, left: float, y: float, wide: float, thick: float, colour: str
) -> Sequence[str]:
    if one.value is None:
        return ()
    made = [
        f'<rect x="{left}" y="{y}" width="{wide * one.value:.1f}" height="{thick - 1}" '
        f'fill="{colour}"/>'
    ]
    if one.low is not None and one.high is not None:
        a, b, middle = left + wide * one.low, left + wide * one.high, y + thick / 2
        made.append(
            f'<line x1="{a:.1f}" x2="{b:.1f}" y1="{middle}" y2="{middle}" stroke="#1e1e1e"/>'
        )
    return made


def as_data(figures: Figures, counts: Mapping[str, int]) -> dict[str, object]:
    """Return figures as JSON holds them."""
    return {
        group: {
            "questions": counts[group],
            **{name: [_rounded(v) for v in one] for name, one in told.items()},
        }
        for group, told in figures.items()
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
