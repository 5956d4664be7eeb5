"""Pictures: upright, RGB on white, dated, original bytes kept only where they are that picture."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from PIL import Image

from ingest.board import Board, Limits
from ingest.readers import pictures, read
from kb.errors import BadSource
from tests.shared import shared_data

LIMITS = Limits()
# a red corner at the top left tells which way is up
CORNER = (250, 20, 20)


def upright(width: int = 60, height: int = 40) -> Image.Image:
    image = Image.new("RGB", (width, height), (20, 60, 200))
    image.paste(CORNER, (0, 0, width // 3, height // 3))
    return image


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if form == "HEIF":
        import pillow_heif

        pillow_heif.from_pillow(image).save(buffer, quality=95, **options)
    else:
        image.save(buffer, form, **options)
    return buffer.getvalue()


def only(data: bytes, name: str = "a.png", limits: Limits = LIMITS) -> Board:
    (board,) = read(data, name, limits)
    return board


def is_upright(picture: Image.Image) -> bool:
    pixels = np.asarray(picture.convert("RGB"), dtype=int)
    red = np.abs(pixels - CORNER).sum(axis=2) < 120
    rows, columns = red.shape
    return bool(red[2, 2] and not red[2, columns - 3] and not red[rows - 3, 2])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "HEIF", "TIFF"])
def test_every_format_gives_the_picture(form: str) -> None:
    board = only(encode(upright(), form), f"a.{form.lower()}")
    assert board.picture.mode == "RGB"
    assert board.picture.size == (60, 40)
    assert is_upright(board.picture)
    assert board.scene is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_keeps_the_bytes_that_browsers_show(form: str) -> None:
    data = encode(upright(), form)
    assert only(data).encoded == data


@pytest.mark.parametrize("form", ["HEIF", "TIFF"])
def test_leaves_other_formats_to_be_encoded_anew(form: str) -> None:
    assert only(encode(upright(), form)).encoded is None


TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # the camera's turn, which the reader turns back
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
@pytest.mark.parametrize("orientation", TURNS)
def test_turns_the_picture_upright(orientation: int, form: str) -> None:
    turn = TURNS[orientation]
    stored = upright() if turn is None else upright().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    board = only(encode(stored, form, exif=exif.tobytes() if form == "HEIF" else exif))
    assert board.picture.size == (60, 40)
    assert is_upright(board.picture)
    assert (board.encoded is None) == (orientation != 1 or form in ("TIFF", "HEIF"))


def dated(moment: str, offset: str | None = None, *, original: bool = True) -> bytes:
    exif = Image.Exif()
    inner = exif.get_ifd(0x8769)
    if original:
        inner[0x9003] = moment
    else:
        exif[0x0132] = moment
    if offset:
        inner[0x9011 if original else 0x9010] = offset
    return encode(upright(), "JPEG", exif=exif)


@pytest.mark.parametrize("original", [True, False])
def test_reads_when_it_was_taken(original: bool) -> None:
    naive = only(dated("2024:03:05 14:30:15", original=original)).captured_at
    assert naive == datetime(2024, 3, 5, 14, 30, 15)
    aware = only(dated("2024:03:05 14:30:15", "+08:00", original=original)).captured_at
    assert aware == datetime(2024, 3, 5, 14, 30, 15, tzinfo=timezone(timedelta(hours=8)))
    assert aware.astimezone(UTC).hour == 6


@pytest.mark.parametrize("moment", ["0000:00:00 00:00:00", "yesterday", "2024:13:45 99:00:00", ""])
def test_a_date_that_is_none_counts_as_missing(moment: str) -> None:
    assert only(dated(moment)).captured_at is None


def test_a_wrong_offset_leaves_local_time() -> None:
    assert only(dated("2024:03:05 14:30:15", "+99:99")).captured_at == datetime(
        2024, 3, 5, 14, 30, 15
    )


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK", "F", "I"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    grey = upright().convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey, dtype=np.uint16) * 256)
    else:
        image = upright().convert(mode) if mode not in ("F", "I") else grey.convert(mode)
    board = only(encode(image, "TIFF" if mode in ("CMYK", "F", "I") else "PNG"))
    assert board.picture.mode == "RGB"
    pixels = np.asarray(board.picture.convert("L"), dtype=int)
    assert abs(pixels[2, 2] - pixels[38, 58]) > 10  # the corner still differs from the rest


def test_transparent_parts_are_white() -> None:
    image = upright().convert("RGBA")
    image.paste((0, 0, 0, 0), (40, 20, 60, 40))
    board = only(encode(image, "PNG"))
    assert board.picture.getpixel((50, 30)) == (255, 255, 255)
    assert board.picture.getpixel((2, 2)) == CORNER
    assert board.encoded is None


def test_pages_of_a_tiff_are_boards() -> None:
    pages = [upright(60 + 10 * n, 40) for n in range(3)]
    data = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    boards = list(read(data, "scan.tif", LIMITS))
    assert [(b.page, b.picture.width) for b in boards] == [(1, 60), (2, 70), (3, 80)]
    with pytest.raises(BadSource, match=r"scan.tif: more than 2 pages") as error:
        list(read(data, "scan.tif", Limits(max_pages=2)))
    assert error.value.code == "too_many_pages"


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_read(form: str) -> None:
    second = Image.new("RGB", (60, 40), "green")
    data = encode(upright(), form, save_all=True, append_images=[second], duration=50)
    board = only(data)
    assert is_upright(board.picture)
    assert board.encoded is None
    assert any("first of 2 frames" in note for note in board.notes)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "HEIF", "TIFF"])
def test_pixels_are_counted_before_they_are_decoded(form: str) -> None:
    with pytest.raises(BadSource, match="60 × 40 pixels") as error:
        only(encode(upright(), form), "a", Limits(max_pixels=60 * 40 - 1))
    assert error.value.code == "too_large"
    assert only(encode(upright(), form), "a", Limits(max_pixels=60 * 40)).page == 1


def test_a_picture_that_no_decoder_would_open_is_refused_in_our_words() -> None:
    huge = encode(Image.new("1", (20_000, 20_000)), "PNG")
    with pytest.raises(BadSource, match="100 megapixels") as error:
        only(huge)
    assert error.value.code == "too_large"
    assert "KB_MAX_MEGAPIXELS" in error.value.hint
    assert "bomb" not in error.value.message
    with pytest.raises(BadSource) as error:
        only(huge, "a.png", Limits(max_pixels=10**9))
    assert "1000 megapixels" not in error.value.message  # raising our cap further helps nobody
    assert "KB_MAX_MEGAPIXELS" not in error.value.hint


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "HEIF", "TIFF"])
def test_a_cut_file_is_corrupt(form: str) -> None:
    data = encode(Image.effect_noise((200, 200), 60).convert("RGB"), form)
    with pytest.raises(BadSource, match=r"a\.bin: .*(cut off|damaged)") as error:
        only(data[: len(data) // 2], "a.bin")
    assert error.value.code == "corrupt"


def test_content_decides_before_the_name() -> None:
    assert only(encode(upright(), "JPEG"), "a.png").picture.size == (60, 40)
    assert only(encode(upright(), "PNG"), "notes.txt").picture.size == (60, 40)


@pytest.mark.parametrize("form", ["GIF", "BMP", "AVIF"])
def test_other_pictures_are_refused_with_a_way_out(form: str) -> None:
    with pytest.raises(BadSource, match=form) as error:
        only(encode(upright(), form), "a.png")
    assert error.value.code == "unsupported_format"
    assert "PNG" in error.value.hint


@pytest.mark.parametrize("folder", ["photos", "hdbpmn"])
def test_real_photos(folder: str) -> None:
    files = sorted(shared_data(folder).rglob("*.jpg"))[:6]
    assert files
    for file in files:
        board = only(file.read_bytes(), file.name)
        assert min(board.picture.size) > 200
        with Image.open(file) as plain:
            assert sorted(board.picture.size) == sorted(plain.size)


def test_deep_greys_are_brought_to_eight_bits_in_little_memory() -> None:
    shades = np.arange(1_000_000, dtype=np.uint32).reshape(1000, 1000) // 16
    data = encode(Image.fromarray(shades.astype(np.uint16)), "PNG")
    tracemalloc.start()
    picture = only(data).picture
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(np.asarray(picture)[..., 0], shades // 256)
    assert peak < 8 * shades.size  # bytes; a cap of 100 megapixels keeps this below 1 GB


def test_the_pixels_of_the_file_are_not_held_beside_the_board(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Image.Image] = []
    real = pictures._open

    def keep(*arguments: object) -> Image.Image:
        opened.append(real(*arguments))
        return opened[-1]

    monkeypatch.setattr(pictures, "_open", keep)
    boards = read(encode(upright(), "JPEG"), "a.jpg", LIMITS)
    board = next(boards)
    with pytest.raises(ValueError, match="closed"):
        opened[0].tobytes()
    assert is_upright(board.picture)
