"""Boards to learn from: all that real ones have, in any mixture."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from evals.boards.drafting import Draft
from evals.boards.habits import habits
from evals.boards.lessons import LESSONS, MORE_LESSONS
from evals.boards.lettering import CHINESE, HELD_OUT_FONTS, LATIN, LEADING, MORE_CHINESE, MORE_LATIN
from evals.boards.sketched import sketched
from evals.boards.spec import BoardSpec, Camera, Link, Manner, Part, Style, SurfaceName
from evals.boards.words import Script, Writer

MOST_NODES = 35
_SHARES = {
    "flow": 3.0, "graph": 4.0, "tree": 2.0, "chain": 1.2, "process": 3.4, "notes": 1.6, "wall": 0.8,
    "table": 0.8, "pictures": 0.8,
}  # fmt: skip
_MOST = {
    "chain": 8,
    "process": 15,
    "wall": 15,
    "table": 20,
    "notes": 14,
    "pictures": 10,
    "flow": 18,
}
_BESIDE = {
    "notes": 4.0,
    "graph": 1.5,
    "chain": 1.0,
    "table": 0.8,
    "wall": 0.6,
    "flow": 0.8,
    "tree": 0.6,
}
_SURFACES: dict[SurfaceName, float] = {
    "whiteboard": 5.0, "paper": 2.0, "squared": 2.0, "ruled": 1.2, "screen": 1.0, "blackboard": 0.6,
}  # fmt: skip
_SIZES = ((1280, 960), (960, 1280), (1280, 720), (720, 1280), (1024, 1024), (1400, 1050),
          (1100, 620), (800, 600), (1500, 700), (640, 480), (1200, 900), (900, 1200))  # fmt: skip


def training_spec(
    seed: int, language: Script = "en", *, photo: bool | None = None, wordy: bool | None = None,
    unseen: bool = False,
) -> BoardSpec:  # fmt: skip
    """Return a board of random content; the same arguments give the same board.

    Args:
        seed: chooses the board.
        language: of the words; "mixed" has both.
        photo: whether it is photographed, None: mostly.
        wordy: whether most nodes are bare words, None: as it comes.
        unseen: write with hands and words that no other board has.
    """
    rng = np.random.default_rng([seed, 31, int(unseen)])
    nodes = int(np.clip(round(3 + 32 * rng.beta(1.3, 2.2)), 3, MOST_NODES))
    text = float(rng.uniform(24, 34) - 0.22 * nodes)
    writer = Writer(rng, language, unseen=unseen)
    habit = habits(rng, text, wordy)
    plan = _plan(nodes, rng, wordy=bool(wordy))
    parts, links = [], []
    for i, (lesson, n) in enumerate(plan):
        part, joined = LESSONS[lesson](Draft(rng, writer, habit, f"p{i + 1}"), n)
        parts.append(part)
        links += joined
    if not unseen:
        parts, links = _with_more(parts, links, Draft(rng, writer, habit, "m"))
    links += _across(parts, Draft(rng, writer, habit, "x"))
    title = writer.phrase(1, 4) if rng.random() < 0.45 else ""
    size = _size(parts, rng)
    style = _style(rng, text, size[0] / size[1], unseen=unseen)
    code = "zh" if language == "mixed" else language
    spec = BoardSpec(
        title,
        _rows(parts, rng, 0.6 if size[0] > size[1] else 0.3),
        tuple(links),
        code,
        style,
        seed=seed,
    )
    taken = rng.random() < 0.88 if photo is None else photo
    if taken:
        spec = replace(spec, camera=_camera(rng, style, size))
    return spec if unseen else sketched(spec)


def _plan(nodes: int, rng: np.random.Generator, *, wordy: bool) -> list[tuple[str, int]]:
    """Choose what is on the board, and how many nodes each part has."""
    shares = dict(_SHARES)
    if wordy:
        shares |= {"graph": 9.0, "process": 0.5, "wall": 0.2, "table": 0.3}
    out = [(_pick(shares, rng), nodes)]
    while len(out) < 5:
        lesson, left = out[0]
        over = left - _MOST.get(lesson, 26)
        if over <= 1 and (left < 8 or rng.random() > 0.4):
            break
        other = _pick(_BESIDE, rng)
        n = int(rng.integers(2, max(3, left // 2))) if over <= 1 else max(2, over)
        n = min(n, _MOST.get(other, 20))
        out = [(lesson, left - n), *out[1:], (other, n)]
    order = rng.permutation(len(out))
    return [(out[i][0], max(2, out[i][1])) for i in order]


def _with_more(parts: list[Part], links: list[Link], draft: Draft) -> tuple[list[Part], list[Link]]:
    """Add a part of `MORE_LESSONS` to every second board, or put it in place of the others."""
    if not draft.chance(0.5):
        return parts, links
    alone = draft.chance(0.4)
    room = MOST_NODES if alone else MOST_NODES - sum(len(part.items) for part in parts)
    if room < 3:
        return parts, links
    part, joined = draft.pick(MORE_LESSONS)(draft, min(room, int(draft.rng.integers(3, 13))))
    return ([part], joined) if alone else ([*parts, part], [*links, *joined])


def _pick(shares: dict[str, float], rng: np.random.Generator) -> str:
    weights = np.array(list(shares.values()))
    return list(shares)[int(rng.choice(len(weights), p=weights / weights.sum()))]


def _size(parts: list[Part], rng: np.random.Generator) -> tuple[int, int]:
    """Choose the photo's size: mostly people hold the phone as the board is."""
    wide = any(
        part.layout == "lanes" or (part.layout == "flow" and not part.down) or _cells(part) > 2.0
        for part in parts
    )
    tall = all(part.layout == "list" or part.down for part in parts)
    sizes = [_SIZES[int(i)] for i in rng.integers(len(_SIZES), size=12)]
    if rng.random() < 0.85:
        fit = [s for s in sizes if (not wide or s[0] > s[1]) and (wide or not tall or s[0] < s[1])]
        sizes = fit or sizes
    return sizes[0]


def _cells(part: Part) -> float:
    """Return how many times more columns than rows a loose part has, 0 for others."""
    if part.layout != "loose":
        return 0.0
    rows, columns = (max(item.cell[k] for item in part.items) + 1 for k in (0, 1))
    return columns / rows


def _across(parts: list[Part], draft: Draft) -> list[Link]:
    """Join parts by a long line now and then."""
    links = []
    for one, two in pairwise(parts):
        if draft.chance(0.3):
            a, b = draft.pick(one.items), draft.pick(two.items)
            links.append(draft.habits.link(a.id, b.id, "", draft.rng))
    return links


def _rows(
    parts: list[Part], rng: np.random.Generator, beside: float
) -> tuple[tuple[Part, ...], ...]:
    rows: list[list[Part]] = []
    for part in parts:
        if rows and len(rows[-1]) < 3 and rng.random() < beside:
            rows[-1].append(part)
        else:
            rows.append([part])
    return tuple(tuple(row) for row in rows)


def _style(rng: np.random.Generator, text: float, aspect: float, *, unseen: bool) -> Style:
    surfaces: tuple[SurfaceName, ...] = tuple(_SURFACES)
    weights = np.array(list(_SURFACES.values()))
    surface = surfaces[int(rng.choice(len(surfaces), p=weights / weights.sum()))]
    latin: tuple[str, ...] = HELD_OUT_FONTS[:1] if unseen else (*LATIN, *MORE_LATIN)
    chinese: tuple[str, ...] = HELD_OUT_FONTS[1:] if unseen else (*CHINESE, *MORE_CHINESE)
    paper = surface in ("paper", "squared", "ruled")
    pencil = paper and rng.random() < 0.25
    inks = ["pencil"] if pencil else ["black", "black", "blue", "blue", "red", "green", "purple"]
    pen = text * float(rng.uniform(0.05, 0.1) if paper else rng.uniform(0.08, 0.2))
    usual = unseen or rng.random() < 0.6
    leading = LEADING if usual else float(rng.uniform(1.05, 1.9))
    return Style(
        surface=surface, latin=str(rng.choice(latin)), chinese=str(rng.choice(chinese)),
        leading=leading,
        ink=str(rng.choice(inks)), link_ink=str(rng.choice(["", "", "", "red", "blue", "black"])),
        text=text, pen=float(np.clip(pen, 1.3, 5.5)), wobble=float(rng.uniform(0.4, 2.2)),
        ghost=float(rng.choice([0.0, 0.0, rng.random()])), manner=_manner(rng, aspect, paper=paper),
    )  # fmt: skip


def _manner(rng: np.random.Generator, aspect: float, *, paper: bool) -> Manner:
    share = rng.random(8)
    room = rng.uniform(0, 1, 4) ** 2 * float(rng.choice([0.02, 0.06, 0.2, 0.4]))
    if rng.random() < 0.25:  # the board isn't shaped as the photo is
        aspect = float(np.exp(rng.normal(0.25, 0.3)))
    return Manner(
        slant=float(rng.normal(2, 7)), stretch=float(rng.uniform(0.82, 1.18)),
        streaks=float(share[0] ** 1.5 * 0.9), pressure=float(share[1]),
        opacity=float(rng.uniform(0.55, 0.97)), sloppy=float(rng.uniform(0.1, 1.3)),
        spread=float(np.exp(rng.normal(0.05, 0.35))),
        room=(float(room[0]), float(room[1]), float(room[2]), float(room[3])),
        mess=float(share[3] * (share[4] < 0.45)),
        crumple=float(share[5] * paper * (share[6] < 0.6)),
        mirror=float(share[7] * paper * (rng.random() < 0.2)),
        plain_titles=bool(rng.random() < 0.4), aspect=aspect * float(rng.normal(1, 0.05)),
    )  # fmt: skip


def _camera(rng: np.random.Generator, style: Style, size: tuple[int, int]) -> Camera:
    turn = rng.normal(0, 1, 3) * (9, 8, 2.0) * float(rng.choice([0.15, 1.0, 1.0]))
    share = rng.random(8)
    scan = style.surface == "screen" or (style.surface != "whiteboard" and share[1] < 0.2)
    if scan:  # a scanner or a screenshot: straight, even
        turn = turn * 0.03
    return Camera(
        *size, yaw=float(np.clip(turn[0], -25, 25)), pitch=float(np.clip(turn[1], -25, 25)),
        roll=float(np.clip(turn[2], -7, 7)), margin=0.03,
        glare=0.0 if scan else float(share[2] * (share[3] < 0.35)),
        shadow=0.0 if scan else float(share[4] * (share[5] < 0.35)),
        light=float(rng.uniform(0, 0.1 if scan else 0.9)),
        warmth=float(rng.normal(0.2, 0.6)) * (not scan),
        blur=float(rng.choice([0.0, 0.4, 0.8, 1.3])) * (not scan), noise=float(rng.uniform(0.3, 7)),
        quality=int(rng.integers(35, 96)), fill=float(0.98 - 0.63 * rng.beta(1.1, 3.0)),
        shift=(float(rng.beta(3, 3)), float(rng.beta(3, 3))),
        exposure=float(rng.uniform(0.55, 1.12)) if not scan else 1.0,
        sharpness=float(rng.uniform(0.45, 1)) if share[7] < 0.25 else 1.0,
    )  # fmt: skip
