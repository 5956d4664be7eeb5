"""``python -m evals.samples [OUT]``: draw the rendered samples and their truth anew."""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

from PIL import Image

from evals.boards import Rendered, render
from evals.samples import HERE, chinese, product, team
from evals.samples.sample import Sample

SAMPLES: tuple[Sample, ...] = product.SAMPLES + team.SAMPLES + chinese.SAMPLES
_EXIF_IFD, _DATE, _ORIGINAL = 0x8769, 0x0132, 0x9003


def encode(sample: Sample, boards: list[Rendered]) -> bytes:
    """Return the bytes of a sample's file; the same boards give the same bytes."""
    out = io.BytesIO()
    pictures = [board.picture for board in boards]
    kind = Path(sample.name).suffix
    if kind == ".jpg":
        camera = sample.pages[0].camera
        quality = camera.quality if camera else 88
        pictures[0].save(out, "JPEG", quality=quality, exif=_exif(sample.taken))
    elif kind == ".pdf":
        when = sample.taken.timetuple() if sample.taken else None
        pictures[0].save(
            out, "PDF", save_all=True, append_images=pictures[1:], resolution=150,
            creationDate=when, modDate=when,
        )  # fmt: skip
    else:
        pictures[0].save(out, "PNG", optimize=True)
    return out.getvalue()


def _exif(taken: datetime | None) -> Image.Exif:
    exif = Image.Exif()
    if taken is not None:
        stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
        exif[_DATE] = stamp
        exif.get_ifd(_EXIF_IFD)[_ORIGINAL] = stamp
    return exif


def truth_names(sample: Sample) -> list[str]:
    """Return the names of a sample's truth files, as ``kb extract --out`` would name them."""
    stem = Path(sample.name).stem
    return [
        f"{stem}.json" if n == 1 else f"{stem}-{n}.json" for n in range(1, len(sample.pages) + 1)
    ]


def main(out: Path = HERE) -> None:
    """Write ``boards/`` and ``truth/`` below `out`."""
    (out / "boards").mkdir(parents=True, exist_ok=True)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        boards = [render(page) for page in sample.pages]
        data = encode(sample, boards)
        (out / "boards" / sample.name).write_bytes(data)
        for name, board in zip(truth_names(sample), boards, strict=True):
            text = board.scene.model_dump_json(indent=1, exclude_defaults=True)
            (out / "truth" / name).write_text(text + "\n", encoding="utf-8")
        sizes = ", ".join(f"{b.picture.width}x{b.picture.height}" for b in boards)
        print(f"{sample.name}: {sizes}, {len(data) // 1024} KB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
