"""Zips: what is inside comes out, what would do harm is refused by name, sizes are measured."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.board import Limits
from ingest.readers.archive import Archive, Member, is_litter, unpack
from kb.errors import BadSource

LIMITS = Limits()


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in members.items():
            box.writestr(name, data)
    return buffer.getvalue()


def codes(data: bytes, limits: Limits = LIMITS) -> dict[str, str]:
    return {
        name: content.code if isinstance(content, BadSource) else "ok"
        for name, content in unpack(data, "a.zip", limits)
    }


def test_members_come_sorted_with_their_bytes() -> None:
    members = {"b/2.png": b"two", "a.png": b"one", "b/1.png": b"\x00" * 70_000}
    assert dict(unpack(packed(members), "a.zip", LIMITS)) == members
    assert [name for name, _ in unpack(packed(members), "a.zip", LIMITS)] == sorted(members)


def test_litter_is_left_out() -> None:
    members = dict.fromkeys(
        ("a.png", "__MACOSX/._a.png", ".DS_Store", "x/.git/b.png", "Thumbs.db", "y/Desktop.ini"),
        b"x",
    )
    assert list(codes(packed(members))) == ["a.png"]
    assert not is_litter("../a.png")


@pytest.mark.parametrize("name", ["../a.png", "/a.png", "C:\\a.png", "c:/a", "x/../../a", "x\\y"])
def test_paths_that_leave_the_zip_are_refused_and_the_rest_read(name: str) -> None:
    assert codes(packed({name: b"x", "good.png": b"y"})) == {name: "unsafe_path", "good.png": "ok"}


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
        max_size=6,
    )
)
def test_no_name_that_is_given_out_leaves_the_folder(names: list[str]) -> None:
    from pathlib import PurePosixPath

    data = packed({name: b"x" for name in names})
    for name, content in unpack(data, "a.zip", LIMITS):
        if isinstance(content, bytes):
            path = PurePosixPath(name)
            assert not path.is_absolute()
            assert ".." not in path.parts


def test_a_ratio_of_zeros_is_stopped() -> None:
    assert codes(packed({"a.png": bytes(50_000_000)})) == {"a.png": "too_large"}


def test_one_member_and_all_members_have_a_cap() -> None:
    noise = {f"{n}.png": bytes(range(256)) * 4 * 40 for n in range(4)}  # 40 KiB each
    small = Limits(max_bytes=40_000)
    assert set(codes(packed(noise), small).values()) == {"too_large"}
    total = codes(packed(noise), Limits(max_unpacked=100_000))
    assert list(total.values()) == ["ok", "ok", "too_large", "too_large"]


def test_a_member_that_is_read_again_counts_once() -> None:
    data = packed({"a.png": bytes(range(256)) * 200})
    with Archive(io.BytesIO(data), "a.zip", Limits(max_unpacked=60_000)) as archive:
        (member,) = archive.members()
        assert isinstance(member, Member)
        assert [len(archive.read(member)) for _ in range(3)] == [51_200] * 3
        assert archive.head(member, 10) == bytes(range(10))


def test_members_are_counted_before_the_directory_is_built() -> None:
    data = packed({f"{n}.png": b"" for n in range(30)})
    with pytest.raises(BadSource, match="more than 20 files") as error:
        codes(data, Limits(max_members=20))
    assert error.value.code == "too_large"
    assert len(codes(data, Limits(max_members=30))) == 30


def test_a_zip_in_a_zip_is_refused() -> None:
    assert codes(packed({"in.zip": packed({"a.png": b"x"})})) == {"in.zip": "unsupported_format"}


def test_names_from_chinese_windows() -> None:
    data = packed({"xx/yyyy.png": b"x"})
    raw = data.replace(b"xx/yyyy.png", "周/流程.png".encode("gb18030"))
    assert list(codes(raw)) == ["周/流程.png"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip at all", b"PK\x05\x06"])
def test_what_is_no_zip_is_corrupt(data: bytes) -> None:
    with pytest.raises(BadSource, match=r"^a\.zip: ") as error:
        codes(data)
    assert error.value.code == "corrupt"
