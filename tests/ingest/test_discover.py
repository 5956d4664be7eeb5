"""Discovery: every file once, accounted for, read safely and only when asked."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

import ingest.discover as module
from ingest.board import Limits
from ingest.discover import Found, Refused, discover
from kb.errors import BadSource
from tests.shared import shared_data

LIMITS = Limits()


def png(shade: int = 9) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), shade).save(buffer, "PNG")
    return buffer.getvalue()


def write(file: Path, data: bytes | None = None) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(png() if data is None else data)
    return file


def write_zip(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as box:
        for name, data in members.items():
            box.writestr(name, data)
    return file


def seen(*paths: Path, limits: Limits = LIMITS) -> dict[str, str]:
    """Path to "found" or the code of the refusal; no path may come twice."""
    items = list(discover(paths, limits))
    found = {item.path: "found" if isinstance(item, Found) else item.code for item in items}
    assert len(found) == len(items)
    return found


def test_a_folder_in_sorted_order_with_relative_paths(tmp_path: Path) -> None:
    for name in ("b.png", "a/z.jpg", "a/b/c.canvas", "a.pdf", "C.png"):
        write(tmp_path / name)
    items = list(discover([tmp_path], LIMITS))
    assert [item.path for item in items] == ["C.png", "a/b/c.canvas", "a/z.jpg", "a.pdf", "b.png"]
    assert [item.origin for item in items] == [str(tmp_path / item.path) for item in items]
    first = items[0]
    assert isinstance(first, Found)
    status = (tmp_path / "C.png").stat()
    assert (first.size, first.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert first.load() == png()


def test_a_named_file_is_shown_by_its_name(tmp_path: Path) -> None:
    file = write(tmp_path / "sub" / "a.png")
    (item,) = discover([file], LIMITS)
    assert (item.path, item.origin) == ("a.png", str(file))


def test_each_file_comes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "sub" / "a.png")
    write(tmp_path / "sub" / "a.txt", b"x")
    monkeypatch.chdir(tmp_path)
    named = [tmp_path, file, tmp_path / "sub", Path("sub/a.png"), Path("sub/../sub/a.txt")]
    assert seen(*named) == {"sub/a.png": "found", "sub/a.txt": "unsupported_format"}


def test_hidden_files_and_litter_are_silent(tmp_path: Path) -> None:
    for name in (".a.png", ".git/b.png", "__MACOSX/c.png", "Thumbs.db", "x/desktop.ini", "d.png"):
        write(tmp_path / name)
    assert seen(tmp_path) == {"d.png": "found"}
    assert seen(tmp_path / ".a.png") == {".a.png": "found"}


def test_what_cannot_be_a_board_is_refused_and_named(tmp_path: Path) -> None:
    write(tmp_path / "notes.md", b"# Notes")
    write(tmp_path / "data.json", b'{"a": 1}')
    write(tmp_path / "empty.json", b"")
    write(tmp_path / "movie.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
    write(tmp_path / "anim.gif", b"GIF89a")
    write(tmp_path / "report.docx", b"PK\x03\x04")
    assert seen(tmp_path) == {
        "anim.gif": "unsupported_format",
        "data.json": "unsupported_format",
        "empty.json": "empty",
        "movie.mp4": "unsupported_format",
        "notes.md": "unsupported_format",
        "report.docx": "unsupported_format",
    }
    gif = next(i for i in discover([tmp_path], LIMITS) if i.path == "anim.gif")
    assert isinstance(gif, Refused)
    assert gif.message.startswith("anim.gif: ")
    assert gif.hint


def test_content_speaks_where_the_name_does_not(tmp_path: Path) -> None:
    write(tmp_path / "photo")
    write(tmp_path / "scene.json", b'{"type": "excalidraw", "elements": []}')
    write(tmp_path / "flow.xml", b"<?xml version='1.0'?><!-- x --><mxfile/>")
    write(tmp_path / "note.md", b"---\nexcalidraw-plugin: parsed\n---\n")
    assert set(seen(tmp_path).values()) == {"found"}


def test_large_files_of_no_format_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "disk.img"
    with file.open("wb") as out:
        out.truncate(50 * 2**30)  # sparse
    sizes = []
    head = module._head
    monkeypatch.setattr(module, "_head", lambda place: sizes.append(len(head(place))) or b"x")
    assert seen(tmp_path) == {"disk.img": "unsupported_format"}
    assert sizes == [module.HEAD]


def test_links(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "x.png")
    inside = write(tmp_path / "in" / "real.png")
    folder = tmp_path / "in"
    (folder / "alias.png").symlink_to(inside)
    (folder / "astray.png").symlink_to(outside)
    (folder / "dangling.png").symlink_to("nowhere.png")
    (folder / "round.png").symlink_to("round.png")
    (folder / "up").symlink_to(tmp_path)
    assert seen(folder) == {
        "alias.png": "found",
        "astray.png": "unsafe_path",
        "dangling.png": "unreadable",
        "real.png": "found",
        "round.png": "unreadable",
        "up": "unsafe_path",
    }
    # what the user names is followed
    assert seen(folder / "astray.png") == {"astray.png": "found"}
    assert seen(folder / "up")["in/real.png"] == "found"
    assert seen(folder / "round.png") == {str(folder / "round.png"): "unreadable"}


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    os.mkfifo(tmp_path / "noname")
    assert seen(tmp_path) == {"a.png": "unreadable", "noname": "unreadable"}
    assert seen(tmp_path / "a.png") == {"a.png": "unreadable"}


def test_a_file_that_became_a_pipe_does_not_hang(tmp_path: Path) -> None:
    file = write(tmp_path / "a.png")
    (item,) = discover([file], LIMITS)
    assert isinstance(item, Found)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(BadSource) as error:
        item.load()
    assert error.value.code == "unreadable"


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    (item,) = discover([tmp_path / "gone.png"], LIMITS)
    assert isinstance(item, Refused)
    assert (item.code, "no such file" in item.message) == ("unreadable", True)


def test_load_stops_at_the_cap(tmp_path: Path) -> None:
    file = write(tmp_path / "a.png", b"x" * 1000)
    (item,) = discover([file], Limits(max_bytes=1000))
    assert isinstance(item, Found)
    assert len(item.load()) == 1000
    (item,) = discover([file], Limits(max_bytes=999))
    assert isinstance(item, Found)
    with pytest.raises(BadSource) as error:
        item.load()
    assert error.value.code == "too_large"


@pytest.mark.parametrize(("times", "outcome"), [(1, "read"), (2, "changed_while_read")])
def test_a_file_that_changes_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, outcome: str
) -> None:
    file = write(tmp_path / "a.png", b"start")
    (item,) = discover([file], LIMITS)
    assert isinstance(item, Found)
    fdopen = os.fdopen
    opens = iter(range(1, 10))

    def growing(number: int, *rest: object, **options: object) -> object:
        opened = fdopen(number, *rest, **options)
        read = opened.read
        growths = iter("x" if next(opens) <= times else "")

        class Grown:
            """The open file, which another program extends while it is read."""

            def __enter__(self) -> Grown:
                return self

            def __exit__(self, *_: object) -> None:
                opened.close()

            def fileno(self) -> int:
                return opened.fileno()

            def read(self, size: int) -> bytes:
                data = read(size)
                if next(growths, None):
                    with file.open("ab") as other:
                        other.write(b"more")
                return data

        return Grown()

    monkeypatch.setattr(module.os, "fdopen", growing)
    monkeypatch.setattr(module, "_RETRY_S", 0)
    if outcome == "read":
        assert item.load() == b"startmore"
    else:
        with pytest.raises(BadSource, match="changed while it was read") as error:
            item.load()
        assert error.value.code == outcome


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")).write_bytes(png())
    write(tmp_path / "家👨‍👩‍👧.png")
    found = seen(tmp_path)
    assert found == {"家👨‍👩‍👧.png": "found", "\N{REPLACEMENT CHARACTER}.png": "unreadable"}


def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    write(tmp_path / "closed" / "a.png")
    write(tmp_path / "open.png")
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "closed", os.R_OK):
            pytest.skip("this user may read everything")
        assert seen(tmp_path) == {"closed": "unreadable", "open.png": "found"}
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_zips_are_opened_member_by_member(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    file = write_zip(
        tmp_path / "d" / "boards.zip",
        {"b.png": png(2), "sub/a.png": png(1), "x.txt": b"no", "../evil.png": b"", ".h.png": b""},
    )
    items = {item.path: item for item in discover([tmp_path], LIMITS)}
    assert list(items) == [
        "d/boards.zip/../evil.png",
        "d/boards.zip/b.png",
        "d/boards.zip/sub/a.png",
        "d/boards.zip/x.txt",
    ]
    member = items["d/boards.zip/sub/a.png"]
    assert isinstance(member, Found)
    assert member.origin == f"{file}!/sub/a.png"
    assert member.load() == png(1)
    refused = items["d/boards.zip/x.txt"]
    assert isinstance(refused, Refused)
    assert refused.code == "unsupported_format"


def test_members_of_several_zips_load_in_any_order(tmp_path: Path) -> None:
    for name in "ab":
        write_zip(tmp_path / f"{name}.zip", {"1.png": png(ord(name)), "2.png": png(1)})
    items = [item for item in discover([tmp_path], LIMITS) if isinstance(item, Found)]
    loaded = {item.path: item.load() for item in [items[2], items[0], items[3], items[1]]}
    assert loaded["a.zip/1.png"] == png(ord("a"))
    assert loaded["b.zip/1.png"] == png(ord("b"))


def test_a_zip_that_changed_since_is_told(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "a.zip", {"a.png": png()})
    (item,) = discover([file], LIMITS)
    assert isinstance(item, Found)
    write_zip(file, {"a.png": png(), "b.png": png()})
    with pytest.raises(BadSource) as error:
        item.load()
    assert error.value.code == "changed_while_read"


def test_real_folders_are_accounted_for() -> None:
    folder = shared_data("native")
    found = seen(folder)
    assert set(found) == {file.name for file in folder.iterdir()}
    for name, outcome in found.items():
        assert (outcome == "found") == (not name.endswith(".json")), name
