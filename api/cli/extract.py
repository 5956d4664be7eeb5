"""`kb extract`: files to scenes, without any store."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import SOME_FAILED, JsonOption, settings_for
from api.cli.files import folder_option, picture_option, write_file
from api.cli.output import counted, failure, put, put_json, say

if TYPE_CHECKING:
    from ingest.discover import Found
    from ingest.worker import ReadBoard
    from kb.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("extract")(extract)
    app.command("schema")(schema)


def schema() -> None:
    """Print the JSON Schema of a scene."""
    import json

    from kb.scene import json_schema

    put(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def extract(
    files: Annotated[list[Path], typer.Argument(help="Files, folders and zips of boards.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder for one JSON file a board.", callback=folder_option
        ),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            "--overlay",
            help="Picture file: the board with what was understood of it.",
            callback=picture_option,
        ),
    ] = None,
    extractor: Annotated[
        str | None, typer.Option("--extractor", help="Who reads pictures: auto, local or vlm.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Read boards and print their scenes, one JSON a line; the store is left alone.

    With --out each board becomes a file, <stem>.json, <stem>-2.json for the second page; --json
    then prints what was written and what failed. --overlay out.png draws on the first board's
    picture what was understood; out-2.png is the second board, and so on.
    """
    from ingest.discover import Refused, discover
    from ingest.options import limits_of
    from kb.errors import BadSource

    settings = settings_for(extractor=extractor)
    read = _reader(settings)
    sink = _Sink(out)
    overlays = _Overlays(overlay) if overlay is not None else None
    failed: list[dict[str, str]] = []
    for item in discover(files, limits_of(settings)):
        try:
            if isinstance(item, Refused):
                raise BadSource(item.message, code=item.code, hint=item.hint)
            for board in read(item):
                sink.take(item, board)
                if overlays is not None:
                    overlays.take(item, board)
        except BadSource as error:
            failed.append({"source": item.path, "code": error.code, "message": error.message})
            say(failure(item.path, error.code, error.message))
    if as_json and out is not None:
        put_json({"written": sink.written, "failed": failed})
    elif out is not None:
        say(f"{counted(len(sink.written), 'board')} written to {out}")
    if overlays is not None:
        say(f"what was understood: {', '.join(overlays.written) or 'nothing'}")
    return SOME_FAILED if failed else 0


def _reader(settings: Settings) -> Callable[[Found], Iterator[ReadBoard]]:
    """Return what reads the boards of one file; the extractor opens with the first picture."""
    from ingest.extract import open_extractor
    from ingest.options import options_for
    from ingest.worker import read_boards

    options = options_for(settings, settings.workspace, settings.extractor)
    extractor = cache(
        partial(open_extractor, settings.extractor, threads=settings.jobs or 1, vlm=options.vlm)
    )
    return lambda item: read_boards(item.load(), item.path, options, extractor)


class _Sink:
    """Scenes to files of a folder, or to stdout."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}  # file name → origin of its source
        self.written: list[str] = []

    def take(self, item: Found, board: ReadBoard) -> None:
        if self._folder is None:
            put(board.scene)
            return
        path = self._folder / self._name(item, board.page)
        write_file(path, f"{board.scene}\n")
        self.written.append(str(path))

    def _name(self, item: Found, page: int) -> str:
        """Return a file name that no other source of this run has."""
        place = PurePosixPath(item.path)
        whole = "__".join(part for part in place.parts if part not in ("/", ".."))
        for stem in chain((place.stem, whole), (f"{whole}.{n}" for n in count(2))):
            name = f"{stem}.json" if page == 1 else f"{stem}-{page}.json"
            if self._names.setdefault(name, item.origin) == item.origin:
                return name
        raise AssertionError("count() has no end")


class _Overlays:
    """Pictures of boards with what was understood of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.written: list[str] = []

    def take(self, item: Found, board: ReadBoard) -> None:
        from PIL import Image

        from ingest.draw.overlay import draw_overlay
        from kb.scene import Scene

        number = len(self.written) + 1
        name = self._path.name if number == 1 else f"{self._path.stem}-{number}{self._path.suffix}"
        path = self._path.with_name(name)
        # without a picture of its own the board's source is the picture
        data = item.load() if board.picture is None else board.picture
        with Image.open(io.BytesIO(data)) as picture:
            draw_overlay(picture, Scene.model_validate_json(board.scene)).save(path)
        self.written.append(str(path))
