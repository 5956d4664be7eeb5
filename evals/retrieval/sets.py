"""One half of the questions about boards: asked of the product and of what it stands beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from evals.extraction.bootstrap import Estimate
from evals.retrieval.light_rag import light_rag
from evals.retrieval.measure import LABELS, Asked, Figures, groups, measured, table
from evals.retrieval.questions import questions
from evals.retrieval.report import as_data, bars, comparison_table, figures_table
from evals.retrieval.systems import OURS, compared, product
from evals.retrieval.world import known_boards, opened

SHOWN = ("recall5", "ndcg", "nodes")  # what the systems are compared by


def run(
    half: str,
    *,
    home: Path | None = None,
    real: bool = True,
    compare: bool = True,
    graphs: bool = False,
    wrong: bool = False,
    plots: Path | None = None,
) -> tuple[str, dict[str, Any]]:
    """Ask one half; return the report as Markdown, and its figures.

    Args:
        half: "dev" or "report".
        home: store to use and keep; a passing one otherwise.
        real: also the boards of the data folder, where it is there.
        compare: also ask the systems that the product stands beside.
        graphs: also ask LightRAG, which must be installed.
        wrong: also list the questions whose boards are not all among the first five.
        plots: Markdown file that plots are put beside.
    """
    with opened(home, real=real) as base, ExitStack() as stack:
        workspace = base.settings.workspace
        known = known_boards(base, workspace)
        systems = {OURS: product(base, workspace)}
        if compare:
            systems |= compared(base, known)
        if graphs:
            systems["LightRAG"] = stack.enter_context(light_rag(base, known.values()))
        asked = measured(systems, questions(half), known)
    figures = {name: table(asked, name) for name in systems}
    counts = {group: len(numbers) for group, numbers in groups(asked).items()}
    lines = [
        f"# Finding boards: the {half} half",
        "",
        f"{len(asked)} answerable questions, {len(known)} boards.",
        "",
        *figures_table(figures[OURS], LABELS, counts),
        *(_comparison(figures, counts) if len(figures) > 1 else ()),
        *(_plots(plots, figures) if plots else ()),
        *(_missed(asked) if wrong else ()),
    ]
    data = {
        "set": "boards", "half": half, "boards": len(known),
        "systems": {name: as_data(one, counts) for name, one in figures.items()},
    }  # fmt: skip
    return "\n".join(lines) + "\n", data


def _comparison(systems: Mapping[str, Figures], counts: Mapping[str, int]) -> Iterator[str]:
    for metric in SHOWN:
        told = {name: one for name, one in systems.items() if one["all"][metric].value is not None}
        yield from ("", f"## {LABELS[metric]}", "", *comparison_table(told, metric, counts))


def _plots(report: Path, systems: Mapping[str, Figures]) -> Iterator[str]:
    for metric in SHOWN:
        file = report.with_name(f"{report.stem}-{metric}.svg")
        rows: dict[str, dict[str, Estimate]] = {
            group: {name: one[group][metric] for name, one in systems.items()}
            for group in systems[OURS]
        }
        bars(file, LABELS[metric], rows)
        yield from ("", f"![{LABELS[metric]}]({file.name})")


def _missed(asked: Sequence[Asked]) -> Iterator[str]:
    yield from ("", "## Not found among the first five, or not the right nodes", "")
    for one in asked:
        told = one.scores[OURS]
        if told.recall5 < 1 or (told.nodes is not None and told.nodes < 1):
            right = " + ".join(" ~ ".join(p.board for p in g) for g in one.question.places)
            yield (
                f"- {one.question.id} ({one.question.category}, {one.direction}) "
                f"{one.question.text} **{right}** found: {', '.join(one.first[OURS])}; "
                f"boards {told.recall5:.2f}, nodes {told.nodes or 0:.2f}"
            )
