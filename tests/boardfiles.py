"""Small board files, composed for tests."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw


def canvas(labels: list[str], edges: list[tuple[int, int]] | None = None) -> bytes:
    """A JSON Canvas file: a row of cards, and arrows between them."""
    nodes = [
        {"id": f"n{i}", "type": "text", "text": label, "x": 300 * i, "y": 0}
        | {"width": 200, "height": 80}
        for i, label in enumerate(labels)
    ]
    links = [
        {"id": f"e{i}", "fromNode": f"n{a}", "toNode": f"n{b}"}
        for i, (a, b) in enumerate(edges or [])
    ]
    return json.dumps({"nodes": nodes, "edges": links}, ensure_ascii=False).encode()


def picture(seed: int) -> bytes:
    """A small PNG with two boxes and a line of print."""
    image = Image.new("RGB", (420, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 60, 160, 140), outline="black", width=3)
    draw.rectangle((260, 60, 400, 140), outline="black", width=3)
    draw.text((45, 90), f"step {seed}", fill="black", font_size=24)
    draw.line((160, 100, 260, 100), fill="black", width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def write_folder(folder: Path) -> Path:
    """A folder with every kind of trouble: twins, a zip, a picture, two broken files."""
    folder.mkdir(parents=True)
    (folder / "flow.canvas").write_bytes(canvas(["Check stock", "Ship", "Bill"], [(0, 1), (1, 2)]))
    (folder / "twin.canvas").write_bytes(canvas(["Check stock", "Ship", "Bill"], [(0, 1), (1, 2)]))
    (folder / "risks.canvas").write_bytes(canvas(["Risk: supplier late", "风险:供应商延期"]))
    (folder / "step.png").write_bytes(picture(1))
    (folder / "broken.png").write_bytes(picture(2)[:120])
    (folder / "notes.docx").write_bytes(b"not a board")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("deep/plan.canvas", canvas(["Plan", "Do"], [(0, 1)]))
        archive.writestr("deep/shot.png", picture(3))
    return folder
