"""Where the errors are: by kind of node and line, by cause, language, group and picture quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from evals.extraction.compare import Reading
from evals.extraction.figures import value
from evals.extraction.match import plain, wrong_letters

Row = dict[str, Any]

_THIRDS = ("lowest third", "middle third", "highest third")
_FIGURES = ("node_f1", "edge_f1", "cer")


def breakdown(readings: Sequence[Reading]) -> dict[str, list[Row]]:
    """Return the tables of the breakdown by name, each a list of rows with equal columns."""
    by: dict[str, Callable[[Reading], str]] = {
        "language": lambda one: one.board.language or "none",
        "group": lambda one: one.board.group,
        "sharpness": _third([one.sharpness for one in readings], lambda one: one.sharpness),
        "contrast": _third([one.contrast for one in readings], lambda one: one.contrast),
    }
    tables = {
        "kind": _by_kind(readings),
        "wrong kind": _wrong_kinds(readings),
        "line": _by_line(readings),
        "edge missed because": _causes(readings),
        **{name: _by_picture(readings, key) for name, key in by.items()},
    }
    return {name: rows for name, rows in tables.items() if rows}


def _third(values: Sequence[float], of: Callable[[Reading], float]) -> Callable[[Reading], str]:
    borders = np.percentile(values, (100 / 3, 200 / 3))
    return lambda one: _THIRDS[int(np.searchsorted(borders, of(one), side="left"))]


def _by_picture(readings: Sequence[Reading], key: Callable[[Reading], str]) -> list[Row]:
    names = sorted({key(one) for one in readings} - {""}, key=_place)
    rows = []
    for name in names:
        chosen = [one for one in readings if key(one) == name]
        rates = {figure: _short(value(figure, chosen)) for figure in _FIGURES}
        rows.append({"": name, "pictures": len(chosen), **rates})
    return rows


def _place(name: str) -> tuple[int, str]:
    return (_THIRDS.index(name) if name in _THIRDS else 0, name)


def _by_kind(readings: Sequence[Reading]) -> list[Row]:
    true, found, kinds, false = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    letters, wrong = Counter[str](), Counter[str]()
    for one in readings:
        matched = {j: i for i, j in one.same.items()}
        for j, (node, (read, text)) in enumerate(zip(one.board.nodes, one.texts, strict=True)):
            true[node.kind] += 1
            found[node.kind] += j in matched
            kinds[node.kind] += j in matched and one.nodes[matched[j]].kind == node.kind
            letters[node.kind] += len(plain(text))
            wrong[node.kind] += wrong_letters(plain(read), plain(text))
        false.update(node.kind for i, node in enumerate(one.nodes) if i not in one.same)
    return [
        {
            "": kind,
            "nodes": true[kind],
            "found": _share(found[kind], true[kind]),
            "kind right": _share(kinds[kind], true[kind]),
            "false": false[kind],
            "cer": _share(wrong[kind], letters[kind]),
        }
        for kind in sorted(true.keys() | false.keys(), key=lambda kind: (-true[kind], kind))
    ]


def _wrong_kinds(readings: Sequence[Reading]) -> list[Row]:
    pairs = Counter(
        (one.board.nodes[j].kind, one.nodes[i].kind)
        for one in readings
        for i, j in one.same.items()
        if one.board.nodes[j].kind != one.nodes[i].kind
    )
    return [{"": f"{true} read as {read}", "nodes": n} for (true, read), n in pairs.most_common(8)]


def _by_line(readings: Sequence[Reading]) -> list[Row]:
    true, right = Counter[str](), Counter[str]()
    for one in readings:
        true.update(edge.kind for edge in one.board.edges)
        right.update(one.board.edges[j].kind for j in one.right.values())
    return [
        {"": kind, "edges": n, "found": _share(right[kind], n)} for kind, n in true.most_common()
    ]


def _causes(readings: Sequence[Reading]) -> list[Row]:
    causes = Counter(cause for one in readings for cause in _missed(one))
    return [{"": cause, "edges": n} for cause, n in causes.most_common()]


def _missed(one: Reading) -> list[str]:
    """Tell for each edge that was not found why, by the first cause that holds."""
    found = {one.board.nodes[j].id: one.nodes[i].id for i, j in one.same.items()}
    directed = {(edge.source, edge.target) for edge in one.edges}
    joined = {frozenset((r.source, r.target)) for r in one.scene.relations if r.kind != "contains"}
    causes = []
    for j in sorted(set(range(len(one.board.edges))) - set(one.right.values())):
        source, target = (
            found.get(end) for end in (one.board.edges[j].source, one.board.edges[j].target)
        )
        if source is None or target is None:
            cause = "a node at its end was not found"
        elif (target, source) in directed:
            cause = "reversed"
        elif frozenset((source, target)) in joined:
            cause = "no single head, or found once of twice"
        elif any(a == source or b == target for a, b in directed):
            cause = "not found; one of its ends has other arrows"
        else:
            cause = "not found"
        causes.append(cause)
    return causes


def _share(part: float, whole: float) -> float | None:
    return _short(part / whole if whole else None)


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 3)
