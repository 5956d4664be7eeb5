"""The plain colour names of a scene, and the paint that stands for each."""

from __future__ import annotations

RGB = tuple[int, int, int]

# Ink is dark enough to read on white; fills are pale enough to read black ink on.
INK: dict[str, RGB] = {
    "black": (30, 30, 30),
    "gray": (110, 116, 124),
    "white": (255, 255, 255),
    "red": (210, 40, 40),
    "orange": (222, 110, 10),
    "yellow": (190, 145, 0),
    "green": (35, 135, 60),
    "blue": (25, 105, 200),
    "purple": (120, 60, 190),
    "pink": (205, 50, 125),
    "brown": (130, 85, 60),
    "teal": (10, 130, 130),
}
FILL: dict[str, RGB] = {
    "black": (60, 60, 60),
    "gray": (226, 229, 233),
    "white": (255, 255, 255),
    "red": (255, 205, 205),
    "orange": (255, 220, 175),
    "yellow": (255, 240, 160),
    "green": (195, 240, 200),
    "blue": (190, 222, 255),
    "purple": (222, 206, 250),
    "pink": (250, 208, 230),
    "brown": (228, 208, 196),
    "teal": (180, 236, 232),
}


def ink_of(name: str | None, default: str = "black") -> RGB:
    """Return the paint of lines and letters called `name`; unknown names give the default."""
    return INK.get(name or default, INK[default])


def fill_of(name: str | None) -> RGB | None:
    """Return the paint of a surface called `name`, or None where it has none."""
    return FILL.get(name) if name else None
