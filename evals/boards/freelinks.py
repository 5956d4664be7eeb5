"""Draws links as hands do: forks, loops, tips of many kinds, ends that miss their aim."""

from __future__ import annotations

import numpy as np

from evals.boards.crowd import Ground
from evals.boards.layouts.plan import Desk, around
from evals.boards.links import Drawn
from evals.boards.marker import Marker
from evals.boards.page import Page
from evals.boards.pen import Floats, resample, rounded
from evals.boards.routes import End, label_spot
from evals.boards.spec import BoardSpec, Link
from evals.boards.ways import ACROSS, CROWDED, fork, inner, plan, tip
from kb.scene import Box, Relation

_BESIDE = 0.4  # text sizes between an arrow's tip and the next line's end


def draw_free_links(
    spec: BoardSpec, desk: Desk, page: Page, sheet: Marker, boxes: dict[str, Box]
) -> list[Drawn]:
    """Draw all links of `spec`; `boxes` are those of the items' shapes, by id.

    Raises ValueError where a link ends on nothing.
    """
    shapes = {item.id: item.shape for item in spec.items}
    places = {**{f.id: f.box for f in page.frames}, **boxes}
    missing = {i for x in spec.links for i in (x.source, x.target)} - places.keys()
    if missing:
        raise ValueError(f"links of {spec.title!r} end on {missing}, which isn't there")
    ends = [
        (End(shapes.get(x.source, "box"), places[x.source]),
         End(shapes.get(x.target, "box"), places[x.target]))
        for x in spec.links
    ]  # fmt: skip
    paths, forks = _ways(spec, page, ends, sheet.rng)
    taken = [*page.boxes.values(), *page.headings.values()]
    trunks: dict[str, Floats] = {}
    out = []
    for i, (link, path) in enumerate(zip(spec.links, paths, strict=True)):
        ink = _line(spec, link, path, sheet, trunks if i in forks else None)
        _tips(spec, link, ink, sheet)
        sheet.take_trace()
        if link.label:
            _label(spec, desk, link, path, taken, paths, sheet)
        kind = link.kind or ("arrow" if link.heads else "line")
        relation = Relation(
            id=f"r{i + 1}", kind=kind, source=link.source, target=link.target, label=link.label,
            directed=link.heads == 1,
        )  # fmt: skip
        out.append(Drawn(relation, resample(path, 25.0), ink, sheet.take_trace(), link))
    return out


def _ways(
    spec: BoardSpec, page: Page, ends: list[tuple[End, End]], rng: np.random.Generator
) -> tuple[list[Floats], dict[int, Floats]]:
    """Return the ways of all links, and of those among them that fork, by place."""
    ground = Ground(page.width, page.height)
    for box in (*page.boxes.values(), *page.headings.values()):
        ground.put(box)
    reaches = [spec.style.text * (link.tip_size + _BESIDE) for link in spec.links]
    forks = _forks(spec.links, ends, reaches, ground)
    paths: list[Floats] = []
    for i, (link, (source, target)) in enumerate(zip(spec.links, ends, strict=True)):
        if i in forks:
            paths.append(forks[i])
            continue
        paths.append(plan(link, source, target, ground, rng))
        ground.tread(link, (source, target), paths[-1], reaches[i])
    return paths, forks


def _forks(
    links: tuple[Link, ...], ends: list[tuple[End, End]], reaches: list[float], ground: Ground
) -> dict[int, Floats]:
    """Return the ways of the links that share a trunk, by place, and tread them."""
    ways: dict[int, Floats] = {}
    for name in dict.fromkeys(x.trunk for x in links if x.trunk):
        places = [i for i, x in enumerate(links) if x.trunk == name]
        if len(places) < 2:
            continue
        found = fork([links[i] for i in places], ends[places[0]][0], [ends[i][1] for i in places])
        branches = list(zip(places, found or (), strict=False))
        lost = any(
            ground.blocked(inner(way)) > ACROSS or ground.crowding(links[i], ends[i], way) > CROWDED
            for i, way in branches
        )
        for n, (i, way) in enumerate(branches if not lost else ()):
            ground.tread(links[i], ends[i], way, reaches[i], tail=n == 0)
            ways[i] = way
    return ways


def _ink(spec: BoardSpec, link: Link) -> str:
    return link.color or spec.style.link_ink or spec.style.ink


def _line(
    spec: BoardSpec, link: Link, path: Floats, sheet: Marker, trunks: dict[str, Floats] | None
) -> Floats:
    ink, pen = _ink(spec, link), spec.style.pen
    if trunks is None:
        return sheet.stroke(path, ink, pen, dashed=link.dashed)
    if link.trunk not in trunks:
        trunks[link.trunk] = sheet.stroke(path[:2], ink, pen, dashed=link.dashed)
    trunk = trunks[link.trunk]
    branch = rounded(np.concatenate([trunk[-1:], path[2:]]))
    return np.concatenate([trunk, sheet.stroke(branch, ink, pen, dashed=link.dashed)])


def _tips(spec: BoardSpec, link: Link, ink: Floats, sheet: Marker) -> None:
    color = _ink(spec, link)
    size = spec.style.text * link.tip_size
    for way in [ink, ink[::-1]][: link.heads]:
        for wing in tip(link.tip, way, size, sheet.rng):
            if link.tip == "filled":
                sheet.blot(wing, color)
            sheet.stroke(wing, color, spec.style.pen, steady=True)


def _label(
    spec: BoardSpec, desk: Desk, link: Link, path: Floats, taken: list[Box], paths: list[Floats],
    sheet: Marker,
) -> None:  # fmt: skip
    size = desk.text * float(sheet.rng.uniform(0.7, 0.95))
    lines, width, height = desk.hand.block(link.label, size, desk.text * 6)
    width *= sheet.manner.stretch
    spot = label_spot(path, (width, height), taken, paths)
    limits = np.array(sheet.ink.shape[::-1]) - (width / 2 + 6, height / 2 + 6)
    x, y = np.clip(spot, (width / 2 + 6, height / 2 + 6), limits)
    taken.append(around((float(x), float(y)), (width, height)))
    angle = 0.0
    if sheet.rng.random() < 0.15:  # along the line
        way = path[-1] - path[0]
        slope = float(np.rad2deg(np.arctan2(-way[1], way[0])))
        angle = (slope + 90) % 180 - 90 if abs((slope + 90) % 180 - 90) < 35 else 0.0
    sheet.write(desk.hand, lines, (float(x), float(y)), size, _ink(spec, link), angle=angle)
