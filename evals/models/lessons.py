"""Small boards for a tiny model: a few shapes with a word each, and an arrow between two."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.scene import ExtractorInfo, Node, NodeKind, Relation, Scene

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

SIZE = (192, 128)  # pixels: 24 tokens
_WORDS = (
    "Order",
    "Pack",
    "Ship",
    "Pay",
    "Tea",
    "Plan",
    "下单",
    "打包",
    "发货",
    "付款",
    "茶",
    "计划",
)
_KINDS: tuple[NodeKind, ...] = ("box", "ellipse", "sticky")
_SLOTS = ((8, 8), (104, 8), (8, 72), (104, 72))  # upper left corners
_SHAPE = (80, 48)
_FONT = Path(__file__).parents[2] / "ingest" / "draw" / "fonts" / "lxgw-wenkai.ttf"


def lesson(seed: int) -> tuple[Image.Image, Scene]:
    """Return a picture and what is on it; the same for the same `seed`."""
    from PIL import Image, ImageDraw

    rng = random.Random(seed)
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    places = sorted(rng.sample(range(len(_SLOTS)), rng.randint(1, 3)))
    nodes = tuple(_drawn(draw, f"n{n}", _SLOTS[place], rng) for n, place in enumerate(places, 1))
    relations = (_joined(draw, nodes[0], nodes[1]),) if len(nodes) > 1 else ()
    return picture, Scene(
        title="",
        width=SIZE[0],
        height=SIZE[1],
        nodes=nodes,
        relations=relations,
        extractor=ExtractorInfo(name="drawn"),
    )


def _drawn(draw: ImageDraw.ImageDraw, name: str, at: tuple[int, int], rng: random.Random) -> Node:
    kind = rng.choice(_KINDS)
    word = rng.choice(_WORDS)
    x, y = at[0] + rng.randint(-4, 4), at[1] + rng.randint(-4, 4)
    box = (float(x), float(y), float(x + _SHAPE[0]), float(y + _SHAPE[1]))
    if kind == "ellipse":
        draw.ellipse(box, outline="black", width=2)
    else:
        fill = "#ffe680" if kind == "sticky" else None
        draw.rectangle(box, outline="black", width=2, fill=fill)
    middle = (x + _SHAPE[0] / 2, y + _SHAPE[1] / 2)
    draw.text(middle, word, fill="black", font=_font(), anchor="mm")
    return Node(id=name, kind=kind, text=word, bbox=box)


def _joined(draw: ImageDraw.ImageDraw, first: Node, second: Node) -> Relation:
    ends = [((n.bbox[0] + n.bbox[2]) / 2, n.bbox[3] - 4) for n in (first, second)]
    draw.line(ends, fill="black", width=2)
    return Relation(id="r1", kind="arrow", source=first.id, target=second.id)


@cache
def _font() -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(_FONT), 20)
