"""Scenes for tests of comparing: a drawn flow, and the same flow as a camera sees it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kb.scene import Box, ExtractorInfo, Node, Relation, Scene

FLOW = {
    "cart": ("Shopping cart", (100, 100)),
    "stock": ("Check stock", (500, 100)),
    "pay": ("Take payment", (900, 100)),
    "pack": ("Pack the parcel", (100, 500)),
    "ship": ("Ship with courier", (500, 500)),
    "mail": ("Send confirmation", (900, 500)),
    "bill": ("Write the invoice", (100, 900)),
    "book": ("Book the revenue", (500, 900)),
}
WIRES = [("cart", "stock"), ("stock", "pay"), ("pay", "pack"), ("pack", "ship"), ("pay", "mail")]


def node(ident: str, text: str, at: tuple[float, float], **more: object) -> Node:
    box = (at[0], at[1], at[0] + 200, at[1] + 80)
    return Node.model_validate({"id": ident, "kind": "box", "text": text, "bbox": box, **more})


def scene(
    nodes: list[Node], wires: list[tuple[str, ...]] | None = None, extractor: str = "native"
) -> Scene:
    lines = [
        Relation(id=f"r{n}", source=wire[0], target=wire[1], label=wire[2] if wire[2:] else "")
        for n, wire in enumerate(wires or [])
    ]
    return Scene(
        width=1300,
        height=1100,
        nodes=tuple(nodes),
        relations=tuple(lines),
        extractor=ExtractorInfo(name=extractor),
    )


def flow(extractor: str = "native") -> Scene:
    return scene([node(i, text, at) for i, (text, at) in FLOW.items()], list(WIRES), extractor)


def renamed(told: Scene, prefix: str) -> Scene:
    """The same scene with other ids, in another order: as another file or photo has it."""
    return told.model_copy(
        update={
            "nodes": tuple(
                n.model_copy(
                    update={"id": prefix + n.id, "parent": prefix + n.parent if n.parent else None}
                )
                for n in reversed(told.nodes)
            ),
            "relations": tuple(
                r.model_copy(
                    update={
                        "id": prefix + r.id,
                        "source": prefix + r.source,
                        "target": prefix + r.target,
                    }
                )
                for r in reversed(told.relations)
            ),
        }
    )


def seen(told: Scene, camera: np.ndarray, misread: Callable[[str], str] = str) -> Scene:
    """The scene as a camera (3 × 3) sees it and a reader reads it, inside the same picture."""

    def box(old: Box) -> Box:
        corners = np.array([(old[i], old[j], 1.0) for i in (0, 2) for j in (1, 3)]) @ camera.T
        flat = corners[:, :2] / corners[:, 2:]
        low, high = flat.min(axis=0), flat.max(axis=0)
        assert (low >= 0).all()
        assert (high <= (told.width, told.height)).all()
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    nodes = [
        n.model_copy(update={"bbox": box(n.bbox), "text": misread(n.text)}) for n in told.nodes
    ]
    return told.model_copy(update={"nodes": tuple(nodes), "extractor": ExtractorInfo(name="local")})


TILTED = np.array([[0.62, -0.05, 160.0], [0.06, 0.66, 70.0], [6e-5, 4e-5, 1.0]])
