"""Pictures: PNG, JPEG, WebP, HEIC and TIFF, brought upright and to RGB on white.

The size is read from the header and held against the limits before any pixel is decoded.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageFile

from ingest.board import Board
from ingest.readers.detect import detect
from ingest.readers.exif import captured_at, orientation
from kb.errors import BadSource
from kb.scene import MAX_SIDE

if TYPE_CHECKING:
    from ingest.board import Limits

_KEPT = ("png", "jpeg", "webp")  # what every browser shows
_UPRIGHT: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield the picture, or each page of a TIFF, as a board.

    Raises:
        BadSource: ``too_large``, ``too_many_pages``, or ``corrupt`` where the data is cut off.
    """
    kind = detect(data[:1024], name)
    with warnings.catch_warnings():
        # Pillow warns of large pictures and of odd tags; our own caps and checks stand instead
        warnings.simplefilter("ignore")
        image = _open(data, kind, name, limits)
        _check_size(image, name, limits)
        pages = _count_pages(image, kind, name, limits)
    with image:
        for page in range(pages):
            board = _board(image, page, data, kind, name, limits)
            if page == pages - 1:
                image.close()  # its pixels needn't be held while the copy is worked on
            yield board


def _open(data: bytes, kind: str, name: str, limits: Limits) -> Image.Image:
    """Read the header, with no other decoder than the one for `kind`."""
    try:
        if kind == "heif":
            from pillow_heif import HeifImageFile

            return cast("Image.Image", HeifImageFile(io.BytesIO(data)))  # type: ignore[no-untyped-call]
        return Image.open(io.BytesIO(data), formats=(kind.upper(),))
    except Image.DecompressionBombError as error:
        raise _too_large(name, limits) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadSource(
            f"{name}: the {kind.upper()} header is damaged or cut off", code="corrupt"
        ) from error


def _check_size(image: Image.Image, name: str, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.max_pixels or max(width, height) > MAX_SIDE:
        raise _too_large(name, limits, f"{width:,} × {height:,} pixels")


def _too_large(name: str, limits: Limits, size: str = "its pixels") -> BadSource:
    """Return the error of a picture above our caps, or above what Pillow opens at all."""
    most = min(limits.max_pixels, 2 * (Image.MAX_IMAGE_PIXELS or limits.max_pixels))
    return BadSource(
        f"{name}: {size} are more than the {most / 1e6:.0f} megapixels "
        f"or the {MAX_SIDE:,} of a side that are allowed",
        code="too_large",
        hint="save it smaller" + (", or raise KB_MAX_MEGAPIXELS" * (most == limits.max_pixels)),
    )


def _count_pages(image: Image.Image, kind: str, name: str, limits: Limits) -> int:
    """Count a TIFF's pages by their headers; every other format gives one board."""
    if kind != "tiff":
        return 1
    pages = 1
    while True:
        try:
            image.seek(pages)
        except EOFError:
            return pages
        pages += 1
        if pages > limits.max_pages:
            raise BadSource(
                f"{name}: more than {limits.max_pages:,} pages",
                code="too_many_pages",
                hint="split the file, or raise KB_MAX_PAGES",
            )


def _board(
    image: Image.Image, page: int, data: bytes, kind: str, name: str, limits: Limits
) -> Board:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "tiff":
            image.seek(page)
            _check_size(image, name, limits)
        _decode(image, kind, name, limits)
        turn = 1 if kind == "heif" else orientation(image)  # libheif has turned it already
        frames = getattr(image, "n_frames", 1) if kind in ("png", "webp") else 1
        opaque = not image.has_transparency_data
        picture = to_rgb(image.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else image)
        keep = kind in _KEPT and turn == 1 and frames == 1 and opaque
        return Board(
            page=page + 1,
            picture=picture,
            encoded=data if keep else None,
            captured_at=captured_at(image),
            notes=(f"only the first of {frames} frames was read",) if frames > 1 else (),
        )


def _decode(image: Image.Image, kind: str, name: str, limits: Limits) -> None:
    try:
        image.load()
    except Image.DecompressionBombError as error:
        raise _too_large(name, limits) from error
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError, IndexError) as error:
        raise BadSource(
            f"{name}: the {kind.upper()} data is damaged or cut off: {error}", code="corrupt"
        ) from error


def to_rgb(image: Image.Image) -> Image.Image:
    """Return `image` in mode RGB, transparent parts on white, deep greys brought to 8 bits."""
    if image.has_transparency_data:
        seen = image if image.mode == "RGBA" else image.convert("RGBA")
        picture = Image.new("RGB", seen.size, "white")
        picture.paste(seen, mask=seen)
        return picture
    if image.mode in ("F", "I") or image.mode.startswith("I;16"):
        return _to_eight_bits(image).convert("RGB")
    if image.mode != "RGB":
        return image.convert("RGB")
    return image.copy() if isinstance(image, ImageFile.ImageFile) else image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    import numpy as np

    shades = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((shades >> 8).astype(np.uint8))
    values = np.nan_to_num(shades.astype(np.float32), copy=False, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    values -= low
    values *= 255 / ((high - low) or 1.0)
    return Image.fromarray(values.astype(np.uint8))
