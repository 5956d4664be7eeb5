"""Whether the client keeps a model server full: pictures a second over a bare load generator.

Both send the same requests to the same server, in turns; every picture differs by a few pixels from
all others, so that no server answers from its cache. The local extractor is left out: hints would
take the processor, and what is measured is the waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image, ImageOps

from evals.performance.ingest import Row
from ingest.extract.vlm import VlmExtractor
from ingest.extract.vlm.client import CHAT, ModelClient, Served, body_of
from ingest.extract.vlm.options import VlmOptions
from ingest.extract.vlm.prompt import messages, system_text, user_text
from ingest.extract.vlm.reading import data_url
from ingest.extract.vlm.schema import answer_schema
from ingest.extract.vlm.sizing import fitted_size, token_side
from ingest.extract.vlm.tally import Tally
from kb.scene import ExtractorInfo, Scene, Stroke

WINDOWS = (1, 4, 16)
FULL = 0.9  # of the bare generator's pictures a second, at the widest window
ROUNDS = 2  # each, in turns: the server's mood changes
_SIDE = 448  # pixels: small enough that nothing is read in parts, whatever the model answers
_WAIT_S = 600.0


@dataclass(frozen=True)
class Load:
    """What one side did: `busy_s` is the time of its requests at the server, summed."""

    pictures: int = 0
    wall_s: float = 0.0
    busy_s: float = 0.0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.pictures + other.pictures,
            self.wall_s + other.wall_s,
            self.busy_s + other.busy_s,
        )

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return self.pictures / self.wall_s

    @property
    def in_flight(self) -> float:
        """Requests at the server at a time, on average."""
        return self.busy_s / self.wall_s


def measure_model(
    options: VlmOptions, files: Sequence[Path], count: int, answer_tokens: int = 64
) -> Iterator[Row]:
    """Yield a row for each window; `count` pictures a round, more where the window is wider."""
    with closing(_Pictures(files)) as pictures:
        served = asyncio.run(_served(options))
        for window in WINDOWS:
            told = _with(options, window, answer_tokens)
            asyncio.run(_bare(told, served, pictures.take(window)))  # warms the server up
            bare = ours = Load()
            each = max(count, 2 * window)
            for turn in range(ROUNDS):  # who goes first alternates, so that neither warms the other
                if turn % 2:
                    ours += _ours(told, pictures.take(each))
                bare += asyncio.run(_bare(told, served, pictures.take(each)))
                if not turn % 2:
                    ours += _ours(told, pictures.take(each))
            yield _row(window, ours, bare)


def _row(window: int, ours: Load, bare: Load) -> Row:
    ratio = ours.rate / bare.rate
    widest = window == max(WINDOWS)
    return Row(
        f"model server, pictures/s, window {window}",
        f"{ours.rate:.2f} ({ours.in_flight:.1f} in flight)",
        f"{bare.rate:.2f} ({bare.in_flight:.1f} in flight) bare generator",
        ratio,
        f"≥ {FULL}" if widest else "",
        ratio >= FULL or not widest,
    )


def _with(options: VlmOptions, window: int, answer_tokens: int) -> VlmOptions:
    return VlmOptions(
        url=options.url,
        model=options.model,
        api_key=options.api_key,
        timeout_s=_WAIT_S,
        window=window,
        hints=False,
        image_tokens=options.image_tokens,
        answer_tokens=answer_tokens,
        attempts=1,
    )


class _Pictures:
    """An endless row of small pictures, no two of them the same."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._bases = [_small(file) for file in files]
        self._given = 0

    def take(self, count: int) -> list[Image.Image]:
        return [self._next() for _ in range(count)]

    def _next(self) -> Image.Image:
        picture = self._bases[self._given % len(self._bases)].copy()
        self._given += 1
        for place in range(4):  # a block of 16 pixels survives JPEG
            level = 255 * (self._given >> (2 * place) & 3) // 3
            picture.paste((level, level, level), (16 * place, 0, 16 * place + 16, 16))
        return picture

    def close(self) -> None:
        for base in self._bases:
            base.close()


def _small(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return upright.resize((_SIDE, _SIDE))


async def _served(options: VlmOptions) -> Served:
    client = ModelClient(options)
    try:
        return await client.served(Tally())
    finally:
        await client.close()


async def _bare(options: VlmOptions, served: Served, pictures: Sequence[Image.Image]) -> Load:
    """Send requests that are ready before the clock starts, and look at no answer."""
    size = fitted_size(_SIDE, _SIDE, options.image_tokens, token_side(served.model))
    whole = (0.0, 0.0, float(_SIDE), float(_SIDE))
    waiting = [
        body_of(
            served,
            messages(data_url(picture, whole, size), system_text(), user_text()),
            answer_schema(),
            options.answer_tokens,
        )
        for picture in pictures
    ]
    key = {"Authorization": f"Bearer {options.api_key}"} if options.api_key else {}
    headers = {"Content-Type": "application/json", **key}
    busy = 0.0
    async with httpx.AsyncClient(timeout=_WAIT_S, trust_env=False) as http:

        async def sender() -> None:
            nonlocal busy
            while waiting:
                body = waiting.pop()
                sent = time.perf_counter()
                response = await http.post(
                    f"{options.base_url}{CHAT}", content=body, headers=headers
                )
                response.raise_for_status()
                busy += time.perf_counter() - sent

        started = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(options.window)))
        return Load(len(pictures), time.perf_counter() - started, busy)


def _ours(options: VlmOptions, pictures: Sequence[Image.Image]) -> Load:
    """Read the pictures by the extractor, as many at a time as the window allows."""
    with (
        closing(VlmExtractor(options, local=_Blind())) as reader,
        ThreadPoolExecutor(options.lanes) as threads,
    ):
        started = time.perf_counter()
        for _ in threads.map(reader.extract, pictures):
            pass
        wall = time.perf_counter() - started
        told = reader.tally.as_dict()
    if told.get("requests") != len(pictures):
        raise RuntimeError(f"{len(pictures)} pictures took other requests than one each: {told}")
    return Load(len(pictures), wall, told["model_seconds"])


class _Blind:
    """Stands in for the local extractor, which is not what is measured: it sees nothing."""

    name = "local"
    version = "none"

    def extract(
        self,
        picture: Image.Image,
        *,
        strokes: Sequence[Stroke] = (),
        deadline_s: float | None = None,
    ) -> Scene:
        """Return a scene without nodes."""
        del strokes, deadline_s
        info = ExtractorInfo(name=self.name, version=self.version)
        return Scene(width=picture.width, height=picture.height, extractor=info)
