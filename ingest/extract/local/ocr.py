"""Lines of words by PP-OCRv6 small: rapidocr's text detector, and its recogniser trained on here.

rapidocr's own front door is not used: it pads every short word to 320 pixels, scales narrow
pictures up without bound, and would fetch a model that is missing. Its detector and recogniser are,
with sessions opened here: no spinning threads, no memory that only grows, no network.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ingest.extract.local.geometry import stretch_of
from ingest.extract.local.lexicon import english
from ingest.extract.local.rescoring import Piece, Rescorer
from ingest.extract.local.second import WithSecond, look_through
from ingest.extract.local.seen import Array, Deadline, Line
from ingest.extract.local.sessions import open_session
from kb.memory import give_back

_DETECTION = "PP-OCRv6_det_small.onnx"
_WEIGHTS = Path(__file__).parent / "weights"
_RECOGNISER, _CHINESE = _WEIGHTS / "recogniser.onnx", _WEIGHTS / "chinese.onnx"
_DETECT_SIDE = 1280  # longest side that the text detector sees, of an elongated picture more
_DETECT_AREA = 1280 * 960  # most pixels of it: the detector takes 160 bytes for each
_STEP = 32  # the network wants sides that are multiples of it and not 0
_LINE_HEIGHT = 48  # of a crop for the recogniser
_LEAST_WIDTH = 160  # to which short words are padded: on 15 hdBPMN pictures the character error is
# .233 unpadded, .224 at 160 and .226 at rapidocr's 320, which costs twice the time
_MAX_CROP_RATIO = 40.0  # width over height of a crop: longer is a ruled line, not words
_STANDS, _NO_SIGN = 1.5, 2.5  # height over width of a line that stands on end, and surely so
_MAX_LINES = 1000
_STEP_WIDTH = 8  # pixels of a crop at the recogniser's height to one step of what it saw
_GAP = 1.7  # line heights from sign to sign: what is so far apart are words of two things
_HALF_SIGN = 0.4  # line heights
_RIM = 1.0  # line heights at an end of a line: so much without a sign is not of the words
_BATCH_WIDTH = 1600  # pixels of crops side by side in one run of the recogniser: bounds memory


class PaddleReader:
    """`TextReader` over the bundled models; loads them with the first picture."""

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = max(1, threads)
        self._lock = threading.Lock()
        self._models: tuple[Any, Any] | None = None

    def read(self, bgr: Array, deadline: Deadline) -> tuple[list[Line], bool]:
        """Return the lines of `bgr` (h×w×3, uint8) and whether all was read in time."""
        if deadline.passed():
            return [], False
        detector, recogniser = self._loaded()
        quads = _detect(detector, bgr)
        pieces = [(place, crop) for place, quad in enumerate(quads) for crop in _crops(bgr, quad)]
        crops = [crop for _, crop in pieces]
        best: dict[int, tuple[float, list[Line]]] = {}
        complete = True
        for batch in _batches(crops):
            if deadline.passed():
                complete = False
                break
            for index, said, score in _recognise(recogniser, crops, batch):
                place, crop = pieces[index]
                if score > best.get(place, (0.0, []))[0]:
                    best[place] = score, _lines(quads[place], crop, said, score)
        lines = [line for _, found in best.values() for line in found]
        lines.sort(key=lambda line: (line.box[1], line.box[0]))
        give_back()  # before shapes are looked for
        return lines, complete

    def read_crops(
        self, crops: Sequence[Array], deadline: Deadline
    ) -> tuple[list[tuple[str, float]], bool]:
        """Read each of `crops` as one line: words and score; whether there was time for all."""
        found = [("", 0.0)] * len(crops)
        pictures = list(crops)
        for batch in _batches(pictures):
            if deadline.passed():
                return found, False
            _, recogniser = self._loaded()
            for index, said, score in _recognise(recogniser, pictures, batch):
                found[index] = " ".join(piece.text for piece in said).strip(), score
        return found, True

    def _loaded(self) -> tuple[Any, Any]:
        with self._lock:
            if self._models is None:
                self._models = _load(self._threads)
            return self._models


def _load(threads: int) -> tuple[Any, Any]:
    # rapidocr talks on stderr while it loads; what matters is raised.
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    import rapidocr
    from rapidocr.utils.log import logger

    logger.setLevel(logging.CRITICAL)
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecognizer

    models = Path(rapidocr.__file__).parent / "models"
    detector: Any = TextDetector(
        _config(
            "Det",
            open_session(models / _DETECTION, threads),
            thresh=0.2,
            box_thresh=0.4,
        )
    )
    detector.get_preprocess = lambda: _prepared
    recogniser: Any = TextRecognizer(
        _config(
            "Rec",
            open_session(_RECOGNISER, threads),
            rec_img_shape=[3, _LINE_HEIGHT, _LEAST_WIDTH],
            rec_batch_num=_MAX_LINES,
            font_path=None,
        )
    )
    decode = recogniser.postprocess_op
    recogniser.session = WithSecond(
        recogniser.session,
        partial(look_through, _CHINESE, threads),
        decode.character,
    )
    recogniser.postprocess_op = _with_words(decode)
    return detector, recogniser


def _with_words(decode: Any) -> Callable[..., Any]:
    """Return rapidocr's decoder with a lexicon beside it; scores stay those of its own guess.

    In place of a text it gives the `Piece`s of the line.
    """
    rescorer = Rescorer(["", *decode.character[1:]], english())

    def read(seen: Array, *args: Any, **options: Any) -> Any:
        lines, words = decode(seen, *args, **options)
        pairs = zip(seen, lines, strict=True)
        gap = _GAP * _LINE_HEIGHT / _STEP_WIDTH
        return [(rescorer.pieces(steps, gap), score) for steps, (_, score) in pairs], words

    return read


def _config(section: str, session: Any, **changes: Any) -> Any:
    """Return rapidocr's settings of one stage, with a session of ours in place of a model name."""
    from omegaconf import OmegaConf
    from rapidocr.main import DEFAULT_CFG_PATH
    from rapidocr.utils.parse_parameters import ParseParams

    settings: dict[str, Any] = dict(ParseParams.load(DEFAULT_CFG_PATH)[section])
    return OmegaConf.create(
        {**settings, **changes, "session": session}, flags={"allow_objects": True}
    )


def _detect(detector: Any, bgr: Array) -> list[Array]:
    height, width = bgr.shape[:2]
    below, right = max(0, _STEP - height), max(0, _STEP - width)
    if below or right:
        bgr = cv2.copyMakeBorder(bgr, 0, below, 0, right, cv2.BORDER_REPLICATE)
    found = detector(bgr)
    if found.boxes is None:
        return []
    quads = [np.asarray(quad, dtype=np.float32) for quad in found.boxes[:_MAX_LINES]]
    for quad in quads:
        quad[:, 0] = quad[:, 0].clip(0, width)
        quad[:, 1] = quad[:, 1].clip(0, height)
    return [quad for quad in quads if min(_sides(quad)) >= 2 and _ratio(quad) <= _MAX_CROP_RATIO]


def _prepared(bgr: Array) -> Array:
    """Return what the text detector sees: shape (1, 3, h, w), float32 from -1 to 1.

    rapidocr bounds the longest side alone and computes in float64.
    """
    height, width = bgr.shape[:2]
    longest = _DETECT_SIDE * stretch_of(width, height)
    scale = min(1.0, longest / max(height, width), (_DETECT_AREA / (height * width)) ** 0.5)
    size = [max(_STEP, round(side * scale / _STEP) * _STEP) for side in (width, height)]
    seen = cv2.resize(bgr, size)
    prepared: Array = cv2.dnn.blobFromImage(seen, 1 / 127.5, mean=(127.5, 127.5, 127.5))
    give_back()  # what decoding the picture took
    return prepared


def _sides(quad: Array) -> tuple[float, float]:
    return (
        float(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3]))),
        float(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))),
    )


def _ratio(quad: Array) -> float:
    width, height = _sides(quad)
    return max(width / height, height / width)


def _crops(bgr: Array, quad: Array) -> list[Array]:
    """Cut a line out upright and level; one that stands on end is laid down either way.

    A box that is hardly higher than wide may be one sign, which does not stand on end.
    """
    width, height = (max(1, int(side)) for side in _sides(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    crop = cv2.warpPerspective(
        bgr,
        cv2.getPerspectiveTransform(quad, corners),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    if height < _STANDS * width:
        return [crop]
    laid = [np.rot90(crop), np.rot90(crop, -1)]  # read downwards, upwards
    return laid if height > _NO_SIGN * width else [*laid, crop]


def _batches(crops: list[Array]) -> list[list[int]]:
    """Group crops of nearly the same width, since a batch is padded to its widest."""

    def width_of(index: int) -> float:
        height, width = crops[index].shape[:2]
        return float(max(_LEAST_WIDTH, _LINE_HEIGHT * width / height))

    batches: list[list[int]] = []
    for index in sorted(range(len(crops)), key=width_of):
        width = width_of(index)
        batch = batches[-1] if batches else []
        fits = batch and width <= 1.15 * width_of(batch[0]) + 8
        if fits and width * (len(batch) + 1) <= _BATCH_WIDTH:
            batch.append(index)
        else:
            batches.append([index])
    return batches


def _recognise(
    recogniser: Any, crops: list[Array], batch: list[int]
) -> list[tuple[int, list[Piece], float]]:
    from rapidocr.ch_ppocr_rec import TextRecInput

    read = recogniser(TextRecInput(img=[crops[index] for index in batch]))
    return [
        (index, said, float(score))
        for index, said, score in zip(batch, read.txts, read.scores, strict=True)
    ]


def _lines(quad: Array, crop: Array, said: list[Piece], score: float) -> list[Line]:
    """Return the pieces of one line as lines, without the arrows that were found with them.

    Each reaches to the end of the line where no more than a rim is left of it. Of a line that
    stands on end the pieces stay together.
    """
    level = crop.shape[1] == max(1, int(_sides(quad)[0]))
    if not level:
        text = " ".join(piece.text for piece in said).strip()
        return [_line(quad, text, score)] if text else []
    wide = crop.shape[1] * _LINE_HEIGHT / crop.shape[0]
    half, rim = _HALF_SIGN * _LINE_HEIGHT, _RIM * _LINE_HEIGHT
    found = []
    for at, piece in enumerate(said):
        # Signs may be seen in what pads a crop: none is behind its end.
        first, last = (min((step + 0.5) * _STEP_WIDTH, wide) for step in (piece.first, piece.last))
        left, right = first - half, min(last + half, wide)
        before, behind = at > 0 or left > rim, at < len(said) - 1 or right < wide - rim
        left, right = left if before else 0.0, right if behind else wide
        if text := piece.without_arrows(before=before, behind=behind):
            found.append(_line(_part(quad, left / wide, right / wide), text, score))
    return found


def _part(quad: Array, begin: float, end: float) -> Array:
    """Return the part of `quad` between two shares of its length."""
    upper, lower = quad[1] - quad[0], quad[2] - quad[3]
    corners = (quad[0] + begin * upper, quad[0] + end * upper,
               quad[3] + end * lower, quad[3] + begin * lower)  # fmt: skip
    return np.stack(corners).astype(np.float32)


def _line(quad: Array, text: str, score: float) -> Line:
    low, high = quad.min(axis=0), quad.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Line(quad=quad, box=box, text=text, score=min(1.0, max(0.0, score)))
