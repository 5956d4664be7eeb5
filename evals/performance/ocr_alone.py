"""The floor of an ingest: the OCR library alone over a list of pictures, one thread, no product.

``python -m evals.performance.ocr_alone PICTURE…`` prints how many lines it read. The settings are
those that the OCR library needs to read hand-drawn boards, the same as the extractor's.
"""

from __future__ import annotations

import logging
import sys

import numpy as np
from PIL import Image


def main(paths: list[str]) -> None:
    """Read each picture upright and at full size, as the product gets it."""
    logging.disable(logging.CRITICAL)
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Det.thresh": 0.2,
            "Det.box_thresh": 0.4,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        }
    )
    lines = 0
    for path in paths:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        read = engine(pixels)
        lines += len(getattr(read, "txts", None) or ())
    sys.stdout.write(f"{lines}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
