"""Hostile folders and zips: each fills a folder, with the codes that must come out of it."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.security import samples

Place = Callable[[Path], Path | None]


def _put(data: Callable[[], bytes], name: str = "a.zip") -> Place:
    def place(folder: Path) -> None:
        (folder / name).write_bytes(data())

    return place


def _members(*names: str) -> Place:
    good = samples.valid()["a.canvas"]
    return _put(lambda: samples.zipped([("good.canvas", good), *((n, good) for n in names)]))


def _mode(name: str, mode: int, data: bytes = b"/etc/passwd") -> Place:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return _put(lambda: samples.zipped([(info, data)]))


def _zeros(size: int, count: int = 1) -> Place:
    return _put(lambda: samples.zipped((f"{n}.png", bytes(size)) for n in range(count)))


def _nested() -> bytes:
    data = samples.zipped([("a.png", bytes(1_000_000))])
    for level in range(5):
        data = samples.zipped((f"{level}-{n}.zip", data) for n in range(16))
    return data


def _lying() -> bytes:
    """The directory claims 10 bytes where 50 million come out."""
    data = bytearray(samples.zipped([("a.png", bytes(50_000_000))]))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    data[22:26] = struct.pack("<I", 10)
    return bytes(data)


def _patched(at: int, value: bytes, name: str = "a.png") -> Place:
    """A zip of one picture with `value` at `at` in its directory entry."""

    def build() -> bytes:
        data = bytearray(samples.zipped([(name, samples.valid()["a.png"])]))
        directory = data.index(b"PK\x01\x02")
        data[directory + at : directory + at + len(value)] = value
        return bytes(data)

    return _put(build)


def _overlapping() -> bytes:
    """Three directory entries for one member's bytes."""
    data = samples.zipped([("a.png", bytes(100_000))])
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    entries = entry + entry.replace(b"a.png", b"b.png") + entry.replace(b"a.png", b"c.png")
    tail = struct.pack("<HHII", 3, 3, len(entries), start)
    return data[:start] + entries + data[end : end + 8] + tail + b"\0\0"


def _twice() -> bytes:
    data = samples.zipped([("a.png", samples.valid()["a.png"]), ("b.png", b"x")])
    return data.replace(b"b.png", b"a.png")


def _unusual() -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as box:
        box.writestr("a.png", bytes(10_000_000))
    return buffer.getvalue()


def _link_round(folder: Path) -> None:
    (folder / "a.png").symlink_to("b.png")
    (folder / "b.png").symlink_to("a.png")


def _link_up(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to(folder)


def _link_out(folder: Path) -> Path:
    (folder / "named").mkdir()
    (folder / "secret.png").write_bytes(samples.valid()["a.png"])
    (folder / "named" / "a.png").symlink_to(folder / "secret.png")
    return folder / "named"


def _link_nowhere(folder: Path) -> None:
    (folder / "a.png").symlink_to("gone.png")


def _link_device(folder: Path) -> None:
    (folder / "a.png").symlink_to("/dev/zero")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "a.png")


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        here = Path.cwd()
        os.chdir(folder)  # a socket's path may be no longer than 108 bytes
        end.bind("a.png")
        os.chdir(here)


def _growing(folder: Path) -> None:
    file = folder / "a.png"
    file.write_bytes(samples.valid()["a.png"] * 1000)
    begun = threading.Event()

    def grow() -> None:
        end = time.monotonic() + 4
        out = os.open(file, os.O_WRONLY | os.O_APPEND)
        while time.monotonic() < end:
            os.write(out, b"\0")
            begun.set()
        os.close(out)

    threading.Thread(target=grow, daemon=True).start()
    begun.wait(5)


def _bad_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.png")).write_bytes(samples.valid()["a.png"])


def _deep(folder: Path) -> None:
    place = folder
    for _ in range(300):
        place = place / "deeper"
    place.mkdir(parents=True)
    (place / "a.canvas").write_bytes(samples.valid()["a.canvas"])


def _gone(folder: Path) -> Path:
    return folder / "missing.png"


_CAP = {"max_unpacked": 20_000_000}
PLACES: dict[str, tuple[Place, set[str], dict[str, int]]] = {
    "zip path ..": (_members("../evil.canvas"), {"unsafe_path", "boards"}, {}),
    "zip path .. inside": (_members("a/../../evil.canvas"), {"unsafe_path", "boards"}, {}),
    "zip path absolute": (_members("/etc/evil.canvas"), {"unsafe_path", "boards"}, {}),
    "zip path drive": (_members("C:/evil.canvas"), {"unsafe_path", "boards"}, {}),
    "zip path backslash": (_members("..\\evil.canvas"), {"unsafe_path", "boards"}, {}),
    "zip symlink": (_mode("a.png", 0o120777), {"unsafe_path"}, {}),
    "zip device": (_mode("a.png", 0o020666), {"unsafe_path"}, {}),
    "zip name twice": (_put(_twice), {"unsafe_path", "boards"}, {}),
    "zip ratio": (_zeros(100_000_000), {"too_large"}, {}),
    "zip member size": (_zeros(5_000_000), {"too_large"}, {"max_bytes": 1_000_000}),
    "zip total": (_zeros(7_000_000, 4), {"corrupt", "too_large"}, _CAP),
    "zip nested": (_put(_nested), {"unsupported_format"}, {}),
    "zip lying": (_put(_lying), {"corrupt"}, {}),
    "zip overlapping": (_put(_overlapping), {"corrupt"}, {}),
    "zip encrypted": (_patched(8, b"\x01\x00"), {"encrypted"}, {}),
    "zip wrong checksum": (_patched(16, b"\1\2\3\4"), {"corrupt"}, {}),
    "zip offset outside": (_patched(42, b"\xff\xff\xff\x7f"), {"corrupt"}, {}),
    "zip bzip2": (_put(_unusual), {"unsupported_format"}, {}),
    "zip of 300 where 100 may be": (_zeros(1, 300), {"too_large"}, {"max_members": 100}),
    "zip cut": (_put(lambda: samples.zipped([("a.png", bytes(9999))])[:-30]), {"corrupt"}, {}),
    "zip empty": (_put(lambda: samples.zipped([])), {"empty"}, {}),
    "zip 0 bytes": (_put(bytes), {"empty"}, {}),
    "zip of text": (_put(lambda: b"PK? no"), {"corrupt"}, {}),
    "zip named png": (_put(lambda: samples.zipped([("a", b"")]), "a.png"),
                      {"unsupported_format"}, {}),
    "link round": (_link_round, {"unreadable"}, {}),
    "link up": (_link_up, {"unsafe_path"}, {}),
    "link out": (_link_out, {"unsafe_path"}, {}),
    "link nowhere": (_link_nowhere, {"unreadable"}, {}),
    "link to a device": (_link_device, {"unsafe_path"}, {}),
    "pipe": (_pipe, {"unreadable"}, {}),
    "socket": (_socket, {"unreadable"}, {}),
    "file that grows": (_growing, {"changed_while_read"}, {}),
    "name of broken UTF-8": (_bad_name, {"unreadable"}, {}),
    "folders 300 deep": (_deep, {"boards"}, {}),
    "path that is missing": (_gone, {"unreadable"}, {}),
}  # fmt: skip
