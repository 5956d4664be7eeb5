"""The VLM extractor: a vision model behind an OpenAI-compatible server reads the board.

The way of a picture: the local extractor looks first (`hints`), the picture goes to the model in
one or several parts (`reading`, `client`), the answers become nodes and relations (`codec`,
`repair`, `merge`), boxes are drawn tight around the ink and the reading is held against what else
is known (`finish`). Where the model gives nothing usable, the board is read by the local
extractor, with a note that says why: no board is lost.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from kb.scene import ExtractorInfo, Scene

if TYPE_CHECKING:
    from PIL import Image

    from ingest.extract import Extractor
    from ingest.extract.vlm.client import ModelClient, ModelFault, Served
    from ingest.extract.vlm.codec import Decoded
    from ingest.extract.vlm.options import VlmOptions
    from ingest.extract.vlm.tally import Tally
    from kb.scene import Stroke

__all__ = ["VlmExtractor"]

VERSION = "1"
_T = TypeVar("_T")
_TOO_SMALL = 8  # pixels: no word fits into a side of less
_FOR_A_TURN = 0.25  # of a board's time: the longest wait for hints, the model needs the rest
_FOR_LOCAL = 0.3  # of a board's time is kept for the local extractor
_LEAST_LOCAL_S = 15.0  # it gets so much even where waiting took all


class VlmExtractor:
    """`ingest.extract.Extractor` over a model server; several threads may share one.

    As many threads read boards as requests shall be in flight: each waits for its own answers,
    and one event loop holds all requests. What needs the processor takes turns.

    Attributes:
        tally: what was sent, what went wrong and what was mended, over all boards.
        lanes: how many boards to read at a time, so that the server is kept full.
    """

    name = "vlm"

    def __init__(
        self, options: VlmOptions, *, threads: int = 1, local: Extractor | None = None
    ) -> None:
        from ingest.extract.vlm.prompt import prompt_version
        from ingest.extract.vlm.tally import Tally

        self.version = f"{VERSION}.{prompt_version()}"
        self.tally = Tally()
        self.lanes = options.lanes
        self._options = options
        self._threads = threads
        self._local = local
        self._looking = threading.Lock()
        self._loop = _Loop()
        self._made: ModelClient | None = None

    def extract(
        self,
        picture: Image.Image,
        *,
        strokes: Sequence[Stroke] = (),
        deadline_s: float | None = None,
    ) -> Scene:
        """Read `picture` into a scene; see `ingest.extract.Extractor.extract`."""
        from ingest.extract.vlm.tally import Tally

        until = None if deadline_s is None else time.monotonic() + deadline_s
        tally = Tally()
        tally.add("boards")
        scene = self._scene(picture, until, tally)
        self.tally.merge(tally.as_dict())
        return scene.model_copy(update={"strokes": tuple(strokes)})

    def close(self) -> None:
        """Let go of the server."""
        if self._made is not None:
            self._loop.run(self._made.close())
        self._loop.close()

    def _scene(self, picture: Image.Image, until: float | None, tally: Tally) -> Scene:
        from ingest.extract.vlm.client import ModelFault
        from ingest.extract.vlm.finish import finished
        from kb.readings import Readings, picture_key

        if min(picture.size) < _TOO_SMALL:
            return self._look(picture, until)
        cache = Readings(self._options.cache) if self._options.cache else None
        first: Scene | None = None
        try:
            served = self._loop.run(self._served(until, tally))
            key = picture_key(picture, self._circumstances(served)) if cache else ""
            kept = cache.get(key) if cache else None
            if kept is not None:
                tally.add("cached")
                return _at_no_cost(kept, tally)
            first = self._first_look(picture, until, tally) if self._options.hints else None
            seen = self._loop.run(self._read(picture, first, until, tally))
            if not seen.nodes:
                first = first or self._look(picture, until)
                if first.nodes:
                    tally.add("saw_nothing")
                    raise ModelFault("saw_nothing")
        except ModelFault as fault:
            return self._without_model(first or self._look(picture, until), fault, tally)
        if tally["no_hints"]:
            cache, key = None, ""  # with hints it may be read better the next time
        info = ExtractorInfo(
            name=self.name, version=self.version, model=served.model[:200], kept=key
        )
        scene = finished(seen, picture, first, info, tally)
        if cache:
            cache.put(key, scene)
        return scene

    def _circumstances(self, served: Served) -> dict[str, object]:
        """Return all that a reading depends on besides the picture."""
        from ingest.extract.vlm.codec import VERSION as FORMAT
        from ingest.extract.vlm.prompt import system_text

        options = self._options
        return {
            "version": self.version,
            "format": FORMAT,
            "model": [served.model, served.root],
            "prompt": system_text(options.conventions),
            "hints": self._local_extractor().version if options.hints else "",
            "tokens": [options.image_tokens, options.answer_tokens],
        }

    def _without_model(self, scene: Scene, fault: ModelFault, tally: Tally) -> Scene:
        """Return what the local extractor read, with the reason why it had to."""
        from ingest.extract.vlm.tally import ANSWERS

        tally.add("fallbacks")
        if fault.fault not in ANSWERS:
            tally.add("unanswered")
        note = f"read by the local extractor: {fault}"[:400]
        info = scene.extractor.model_copy(update={"figures": tally.as_dict()})
        return scene.model_copy(update={"notes": (note, *scene.notes), "extractor": info})

    # the model

    async def _client(self) -> ModelClient:
        from ingest.extract.vlm.client import ModelClient

        if self._made is None:
            self._made = ModelClient(self._options)
        return self._made

    async def _served(self, until: float | None, tally: Tally) -> Served:
        async with self._time(until, tally):
            return await (await self._client()).served(tally)

    async def _read(
        self, picture: Image.Image, first: Scene | None, until: float | None, tally: Tally
    ) -> Decoded:
        """Ask the model about `picture`; part of the time is kept for who has to look yet."""
        from ingest.extract.vlm.reading import read_board

        client = await self._client()
        async with self._time(until, tally, whole=first is not None):
            return await read_board(client, self._options, picture, first, tally)

    @asynccontextmanager
    async def _time(
        self, until: float | None, tally: Tally, *, whole: bool = False
    ) -> AsyncIterator[None]:
        """Give the block the time that is left, or, unless the `whole` of it, the most part."""
        from ingest.extract.vlm.client import ModelFault

        left = None if until is None else max(0.0, until - time.monotonic())
        if left is not None and not whole:
            left *= 1 - _FOR_LOCAL
        try:
            async with asyncio.timeout(left):
                yield
        except TimeoutError as error:
            tally.add("stalled")
            (await self._client()).board_timed_out(tally)
            raise ModelFault("stalled", "the time for this board was over") from error

    # the local extractor

    def _local_extractor(self) -> Extractor:
        if self._local is None:
            from ingest.extract.local import LocalExtractor

            self._local = LocalExtractor(threads=self._threads)
        return self._local

    def _first_look(self, picture: Image.Image, until: float | None, tally: Tally) -> Scene | None:
        """Return what the local extractor sees; None where its turn comes too late for hints."""
        wait = -1.0 if until is None else _FOR_A_TURN * max(0.0, until - time.monotonic())
        if not self._looking.acquire(timeout=wait):
            tally.add("no_hints")
            return None
        try:
            return self._looked(picture, until)
        finally:
            self._looking.release()

    def _look(self, picture: Image.Image, until: float | None) -> Scene:
        """Return what the local extractor sees; one board at a time, its networks are large."""
        with self._looking:
            return self._looked(picture, until)

    def _looked(self, picture: Image.Image, until: float | None) -> Scene:
        left = None if until is None else max(_LEAST_LOCAL_S, until - time.monotonic())
        return self._local_extractor().extract(picture, deadline_s=left)


def _at_no_cost(scene: Scene, tally: Tally) -> Scene:
    """Return a `scene` of an earlier reading with what it cost this time."""
    from ingest.extract.vlm.tally import COSTS, FAULTS

    lasting = {
        name: value
        for name, value in scene.extractor.figures.items()
        if name not in COSTS and name not in FAULTS
    }
    figures = {**lasting, **tally.as_dict()}
    info = scene.extractor.model_copy(update={"figures": figures})
    return scene.model_copy(update={"extractor": info})


class _Loop:
    """An event loop in a thread of its own, started by the first one who needs it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run `work` in the loop and wait for what it returns."""
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="model-requests", daemon=True
                )
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the loop and its thread."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self._loop = None
