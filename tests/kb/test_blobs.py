from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.blobs import BlobStore, hash_of
from kb.errors import StoreDamaged


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "blobs").as_uri())


@given(data=st.binary(max_size=2000))
def test_what_goes_in_comes_out_under_its_hash(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    blobs = BlobStore(tmp_path_factory.mktemp("blobs").as_uri())
    name = blobs.put(data)
    assert name == hash_of(data)
    assert blobs.get(name) == data
    assert list(blobs.names()) == [name]


def test_an_object_store_works_the_same() -> None:
    blobs = BlobStore("memory://kb-test-blobs")
    name = blobs.put(b"ink")
    assert blobs.put(b"ink") == name
    assert list(blobs.names()) == [name]
    blobs.drop(name)
    blobs.drop(name)
    assert not blobs.has(name)


def test_a_missing_blob_is_told(blobs: BlobStore) -> None:
    with pytest.raises(StoreDamaged, match="is missing"):
        blobs.get("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "/x"])
def test_only_hashes_are_names(blobs: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob name"):
        blobs.get(name)


def test_a_torn_write_is_litter_and_swept(blobs: BlobStore, tmp_path: Path) -> None:
    name = blobs.put(b"ink")
    torn = tmp_path / "blobs" / name[:2] / f"{name}.abc.part"
    torn.write_bytes(b"in")
    assert list(blobs.names()) == [name]
    assert blobs.sweep() == 1
    assert not torn.exists()
    assert blobs.get(name) == b"ink"


def test_a_full_disk_leaves_no_torn_file(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb.blobs.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        blobs.put(b"ink")
    assert [p for p in (tmp_path / "blobs").rglob("*") if p.is_file()] == []
