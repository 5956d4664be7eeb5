"""Scenes that a model read before, by picture and by everything that the reading depends on.

They are kept beside the stores, so that another store needs no model for the same picture. Whatever
is removed from a store is removed here as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from typing import TYPE_CHECKING

from pydantic import ValidationError

from kb.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PIL import Image

    from kb.settings import Settings

_KEY = re.compile(r"[0-9a-f]{64}")


def picture_key(picture: Image.Image, circumstances: Mapping[str, object]) -> str:
    """Return the name under which the scene of `picture` is kept, read under `circumstances`."""
    digest = hashlib.sha256(json.dumps(circumstances, sort_keys=True).encode())
    digest.update(f"{picture.mode} {picture.width} {picture.height}".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def readings_of(settings: Settings) -> Readings:
    """Return the readings that the settings place in the cache folder."""
    return Readings(settings.cache_dir / "vlm")


class Readings:
    """A folder of scenes; what can't be read or written there is as if it were not kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Scene | None:
        """Return the scene kept under `key`."""
        try:
            return Scene.model_validate_json(self._path(key).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, key: str, scene: Scene) -> None:
        """Keep `scene` under `key`, for this user only."""
        path = self._path(key)
        torn = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(torn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(scene.model_dump_json())
            torn.replace(path)
        except OSError:
            torn.unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        """Remove what is kept under `key`, if anything is."""
        if _KEY.fullmatch(key):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
