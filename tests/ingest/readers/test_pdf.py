"""PDF: pages counted, drawn one at a time, dated; locked and broken ones refused by name."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from PIL import Image

from ingest.board import Limits
from ingest.readers import pdf as reader
from ingest.readers import read
from kb.errors import BadSource
from tests.security.samples import pdf

LIMITS = Limits()
RED = b"1 0 0 rg 0 0 100 50 re f"  # fills the lower left quarter


def test_pages_are_boards_with_their_ink_in_place() -> None:
    boards = list(read(pdf(3, content=RED), "plan.pdf", LIMITS))
    assert [board.page for board in boards] == [1, 2, 3]
    picture = boards[0].picture
    assert picture.mode == "RGB"
    assert picture.width == pytest.approx(200 / 72 * reader.DPI, abs=1)
    assert picture.getpixel((20, picture.height - 20)) == (255, 0, 0)
    assert picture.getpixel((20, 20)) == (255, 255, 255)
    assert boards[0].encoded is None


def test_large_pages_are_drawn_no_larger_than_the_cap() -> None:
    (board,) = read(pdf(1, box=b"0 0 5000 2500"), "wall.pdf", LIMITS)
    assert board.picture.width in range(reader.LONGEST - 1, reader.LONGEST + 2)
    assert board.picture.height == pytest.approx(reader.LONGEST / 2, abs=1)


def test_a_pdf_of_pictures_shows_them() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(buffer, "PDF")
    (board,) = read(buffer.getvalue(), "a.pdf", LIMITS)
    red, green, blue = board.picture.getpixel((100, 100))
    assert green > 100
    assert max(red, blue) < 30


def test_pages_are_counted_before_one_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(reader, "_draw", lambda *args: drawn.append(args))
    with pytest.raises(BadSource, match="11 pages are more than the 10") as error:
        list(read(pdf(11), "a.pdf", Limits(max_pages=10)))
    assert error.value.code == "too_many_pages"
    assert not drawn


def test_pages_are_drawn_lazily(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    draw = reader._draw

    def noted(document: object, index: int, *rest: object) -> Image.Image:
        drawn.append(index)
        return draw(document, index, *rest)

    monkeypatch.setattr(reader, "_draw", noted)
    boards = read(pdf(9), "a.pdf", LIMITS)
    next(boards)
    assert len(drawn) <= 2
    boards.close()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"D:20240305143015+08'00'", timezone(timedelta(hours=8))),
        (b"D:20240305143015Z", UTC),
        (b"D:20240305143015-03'30", timezone(-timedelta(hours=3, minutes=30))),
        (b"D:20240305143015", None),
    ],
)
def test_reads_the_creation_date(written: bytes, expected: timezone | None) -> None:
    data = pdf(1, extra=[b"<< /CreationDate (%s) >>" % written], trailer=b"/Info 5 0 R")
    (board,) = read(data, "a.pdf", LIMITS)
    assert board.captured_at == datetime(2024, 3, 5, 14, 30, 15, tzinfo=expected)


def test_a_date_that_makes_no_sense_is_left_out() -> None:
    data = pdf(1, extra=[b"<< /CreationDate (D:20241399999999) >>"], trailer=b"/Info 5 0 R")
    (board,) = read(data, "a.pdf", LIMITS)
    assert board.captured_at is None


def test_a_page_that_cannot_be_drawn_is_noted_on_another() -> None:
    data = pdf(3).replace(b"5 0 obj\n<< /Type /Page ", b"5 0 obj\n<< /Type /Nope ", 1)
    data = data.replace(b"5 0 obj\n<<", b"5 0 obj\n[[", 1)
    boards = list(read(data, "a.pdf", LIMITS))
    assert [board.page for board in boards] == [1, 3]
    assert any("page 2" in note for board in boards for note in board.notes)


def test_password_after_a_damaged_one_and_back() -> None:
    keys = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>"
    locked = pdf(trailer=keys % (b"41" * 32, b"42" * 32) + b" /ID [<00> <00>]")
    for data, code in ((locked, "encrypted"), (pdf(0), "corrupt"), (locked, "encrypted")):
        with pytest.raises(BadSource, match=r"^a\.pdf: ") as error:
            list(read(data, "a.pdf", LIMITS))
        assert error.value.code == code


def test_junk_before_the_header_is_forgiven() -> None:
    assert len(list(read(b"junk\n" * 20 + pdf(1), "a.bin", LIMITS))) == 1
