"""Lines drawn with handwriting fonts on boards and paper, with what stands around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evals.boards import surface
from evals.boards.lettering import CHINESE, LATIN, MORE_CHINESE, MORE_LATIN, Hand
from evals.boards.pen import FILLS, INKS, Sheet
from evals.boards.spec import SurfaceName
from evals.training.recogniser.lines import MARGIN, Array, Written
from evals.training.recogniser.strokes import PenHand
from evals.training.recogniser.texts import Language, Texts

_ROOT = Path(__file__).resolve().parents[3]
PRINT = _ROOT / "ingest" / "draw" / "fonts" / "lxgw-wenkai.ttf"
_SYSTEM_PRINT = (
    "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSansMono.ttf",
    "dejavu/DejaVuSans-Bold.ttf", "noto/NotoSansMono-Regular.ttf",
)  # fmt: skip
_SURFACES: tuple[SurfaceName, ...] = (
    "whiteboard",
    "whiteboard",
    "paper",
    "squared",
    "ruled",
    "screen",
)
_ON_BOARDS = tuple(name for name in INKS if name not in ("white", "grey"))
_TRIES = 50  # to find a text that the hand can write


@dataclass(frozen=True)
class Hands:
    """Whose hands write; or the fonts that print, the first of them also Chinese.

    None is the font that Pillow carries, which is Latin only. Without a Chinese hand every line is
    written by one that is made up for it.
    """

    latin: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    printed: tuple[Path | None, ...] = ()

    @cached_property
    def pairs(self) -> list[Hand]:
        """Every Latin hand with every Chinese one."""
        return [Hand(latin, chinese) for latin in self.latin for chinese in self.chinese]


def made_up_hands() -> Hands:
    """Return hands to learn from whose Chinese is of nobody."""
    return Hands((*LATIN, *MORE_LATIN))


def training_hands() -> tuple[Hands, Hands]:
    """Return the hands and the print to learn from."""
    system = (Path("/usr/share/fonts/truetype") / name for name in _SYSTEM_PRINT)
    printed = (PRINT, *(path for path in system if path.exists()))
    return Hands((*LATIN, *MORE_LATIN), (*CHINESE, *MORE_CHINESE)), Hands(printed=printed)


class Drawer:
    """Draws lines, one after the other; the same `seed` draws the same ones."""

    def __init__(
        self, seed: int, hands: Hands, *, unseen: bool = False, plain: bool = False
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.texts = Texts(self.rng, unseen=unseen)
        self.hands, self.plain = hands, plain

    def line(self, language: Language) -> Written:
        """Draw one line. `plain` drawers write with nothing around and without distortion."""
        size = float(self.rng.uniform(26, 56))
        drawn = (
            self._printed(language, size) if self.hands.printed else self._by_hand(language, size)
        )
        if self.plain:
            return drawn
        return replace(drawn, pixels=_stretched(drawn.pixels, self.rng, size))

    def _by_hand(self, language: Language, size: float) -> Written:
        pair = self._pair()
        text, width = self._writable(language, pair, size)
        margin = MARGIN * size * 1.3
        ground = self._ground(int(width + 2 * margin + size), int(size * 1.7 + 2 * margin))
        wobble = 0.2 if self.plain else float(self.rng.uniform(0.3, 1.8))
        sheet = Sheet(ground, self.rng, wobble)
        middle = (ground.shape[1] / 2, ground.shape[0] / 2)
        color = str(self.rng.choice(_ON_BOARDS))
        sheet.write(pair, [text], middle, size, color)
        inner = _box(sheet.ink)
        if not self.plain:
            self._surround(sheet, pair, inner, size, color)
        return _trimmed(sheet.pixels, inner, text)

    def _pair(self) -> Hand:
        if self.hands.chinese:
            return self.hands.pairs[int(self.rng.integers(len(self.hands.pairs)))]
        return PenHand.of_nobody(str(self.rng.choice(self.hands.latin)), self.rng)

    def _printed(self, language: Language, size: float) -> Written:
        fonts = self.hands.printed[:1] if language == "zh" else self.hands.printed
        font = _font(fonts[int(self.rng.integers(len(fonts)))], round(size))
        text = self.texts.line(language)
        width = font.getlength(text)
        ground = self._ground(int(width + 3 * size), int(size * 3))
        mask = Image.new("L", (ground.shape[1], ground.shape[0]))
        ImageDraw.Draw(mask).text((1.5 * size, 2 * size), text, font=font, fill=255, anchor="ls")
        share = np.asarray(mask, np.float32)[:, :, None] / 255
        ink = np.asarray(INKS[str(self.rng.choice(_ON_BOARDS))], np.float32)
        pixels = (ground * (1 - share) + ink * share).astype(np.uint8)
        return _trimmed(pixels, _box(np.asarray(mask)), text)

    def _writable(self, language: Language, pair: Hand, size: float) -> tuple[str, float]:
        for _ in range(_TRIES):
            text = self.texts.line(language)
            try:
                return text, pair.advance(text, size)
            except ValueError:  # a sign that the fonts lack
                continue
        raise ValueError(f"{pair} can write no {language}")

    def _ground(self, width: int, height: int) -> Array:
        name: SurfaceName = (
            "screen" if self.plain else _SURFACES[int(self.rng.integers(len(_SURFACES)))]
        )
        ground = surface.make(name, width, height, self.rng)
        if not self.plain and self.rng.random() < 0.25:
            names = [key for key in FILLS if key != "white"]
            tint = np.asarray(FILLS[str(self.rng.choice(names))], np.float32)
            strength = float(self.rng.uniform(0.3, 1.0))
            ground = (ground * (1 - strength) + tint * strength).astype(np.uint8)
        return ground

    def _surround(
        self, sheet: Sheet, pair: Hand, inner: tuple[int, int, int, int], size: float, color: str
    ) -> None:
        """Put near the line what stands near lines on boards."""
        x0, y0, x1, y1 = inner
        rng = self.rng
        middle = (x0 + x1) / 2
        for base in (y0 - 0.75 * size, y1 + 0.6 * size):
            if rng.random() < 0.35:
                other, _ = self._writable("en", pair, size)
                y = base + float(rng.normal(0, 0.08)) * size
                sheet.write(pair, [other[:24]], (middle, y), size, color)
        gap = float(rng.uniform(0.12, 0.45)) * size
        edges = {
            "below": ((x0 - size, y1 + gap), (x1 + size, y1 + gap)),
            "above": ((x0 - size, y0 - gap), (x1 + size, y0 - gap)),
            "left": ((x0 - gap, y0 - size), (x0 - gap, y1 + size)),
            "right": ((x1 + gap, y0 - size), (x1 + gap, y1 + size)),
            "arrow": ((x1 + gap, (y0 + y1) / 2), (x1 + 2 * size, y0)),
        }
        for ends in edges.values():
            if rng.random() < 0.16:
                line = np.asarray(ends) + rng.normal(0, 0.06 * size, (2, 2))
                sheet.stroke(line, str(rng.choice([color, "black"])), float(rng.uniform(1.5, 4)))


def _font(path: Path | None, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size)


def _box(ink: Array) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(ink > 60)
    if not len(rows):
        return 0, 0, ink.shape[1], ink.shape[0]
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def _trimmed(rgb: Array, inner: tuple[int, int, int, int], text: str) -> Written:
    """Leave `MARGIN` around the line; BGR."""
    x0, y0, x1, y1 = inner
    margin = max(3, round(MARGIN * (y1 - y0)))
    grown = cv2.copyMakeBorder(rgb, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    part = grown[y0 : y1 + 2 * margin, x0 : x1 + 2 * margin, ::-1]
    box = (margin, margin, margin + x1 - x0, margin + y1 - y0)
    return Written(np.ascontiguousarray(part), box, text, "drawn")


def _stretched(pixels: Array, rng: np.random.Generator, size: float) -> Array:
    """Bend and stretch the letters a little and unevenly: fonts repeat themselves, hands don't."""
    height, width = pixels.shape[:2]
    knots = (max(3, int(height / size * 2.5)), max(3, int(width / size * 2.5)))
    reach = float(rng.uniform(0, 0.07)) * size
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    pushes = rng.normal(size=(2, *knots)).astype(np.float32) * np.float32(reach)
    xs += cv2.resize(pushes[0], (width, height), interpolation=cv2.INTER_CUBIC)
    ys += cv2.resize(pushes[1], (width, height), interpolation=cv2.INTER_CUBIC)
    moved = cv2.remap(pixels, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved)
