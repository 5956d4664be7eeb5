"""How one board is read: which parts are shown, what is asked, what happens to a bad answer.

A part whose answer is cut off or unusable is read again in two halves, and so on, within bounds.
"""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from ingest.extract.vlm.client import ModelFault
from ingest.extract.vlm.codec import BrokenAnswer, Decoded, decode_part, unfinished
from ingest.extract.vlm.hints import hints_for
from ingest.extract.vlm.merge import Look, merged
from ingest.extract.vlm.prompt import messages, system_text, user_text
from ingest.extract.vlm.regions import halves_of, tiles_for
from ingest.extract.vlm.schema import answer_schema
from ingest.extract.vlm.sizing import fitted_size, token_side, tokens_of
from kb.reading import token_cost

if TYPE_CHECKING:
    from PIL import Image

    from ingest.extract.vlm.client import ModelClient, Served
    from ingest.extract.vlm.options import VlmOptions
    from ingest.extract.vlm.tally import Tally
    from kb.scene import Box, Scene

_DEEPEST = 2  # how often a part is halved
_MARGIN = 64  # tokens of a chat template
_FEWEST_ANSWER_TOKENS = 64


async def read_board(
    client: ModelClient,
    options: VlmOptions,
    picture: Image.Image,
    seen: Scene | None,
    tally: Tally,
) -> Decoded:
    """Return what the model sees on `picture`; `seen` is what the local extractor saw before.

    Raises:
        ModelFault: the server gives no answer, or none that can be used.
    """
    served = await client.served(tally)
    reader = _Reader(client, options, picture, seen, tally, served)
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    tiles = tiles_for(picture.size, options.image_tokens, token_side(served.model), seen)
    if tiles:
        tally.add("tiles", len(tiles))
    looks = await _all_of([reader.read(part) for part in [*tiles, whole]])
    return await asyncio.to_thread(merged, [look for some in looks for look in some])


async def _all_of(work: list[Coroutine[Any, Any, list[Look]]]) -> list[list[Look]]:
    """Do all of `work` at once; the first failure ends the rest."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


class _Reader:
    """Reads the parts of one board."""

    def __init__(
        self,
        client: ModelClient,
        options: VlmOptions,
        picture: Image.Image,
        seen: Scene | None,
        tally: Tally,
        served: Served,
    ) -> None:
        self._client = client
        self._options = options
        self._picture = picture
        self._seen = seen
        self._tally = tally
        self._served = served
        self._system = system_text(options.conventions)

    async def read(self, part: Box, depth: int = 0) -> list[Look]:
        """Return what is seen in `part`, in one look or in several smaller ones."""
        try:
            return [Look(part, await self._look(part))]
        except BrokenAnswer as broken:
            self._tally.add(broken.fault)
            halves = halves_of(part) if depth < _DEEPEST else []
            if not halves:
                raise ModelFault(broken.fault) from broken
            self._tally.add("halved")
        looks = await _all_of([self.read(half, depth + 1) for half in halves])
        return [look for some in looks for look in some]

    async def _look(self, part: Box) -> Decoded:
        side = token_side(self._served.model)
        size = fitted_size(part[2] - part[0], part[3] - part[1], self._options.image_tokens, side)
        whole = part[2] - part[0] >= self._picture.width and (
            part[3] - part[1] >= self._picture.height
        )
        hints = hints_for(self._seen, part) if self._seen and self._options.hints else None
        user = user_text(hints, part=not whole)
        url = await asyncio.to_thread(data_url, self._picture, part, size)
        answer = await self._client.ask(
            messages(url, self._system, user),
            answer_schema(),
            self._tally,
            most_tokens=self._room(tokens_of(size, side), user),
        )
        if answer.cut_off:
            raise unfinished(answer.text)
        return decode_part(answer.text, part)

    def _room(self, image_tokens: int, user: str) -> int:
        """Return how many tokens the answer may take, given the model's window."""
        most = self._options.answer_tokens
        if not self._served.context:
            return most
        left = self._served.context - image_tokens - _tokens(self._system + user) - _MARGIN
        return max(_FEWEST_ANSWER_TOKENS, min(most, left))


def _tokens(text: str) -> int:
    """Return about how many tokens `text` takes, rather too many: figures take one a digit."""
    return int(1.3 * token_cost(text)) + sum(sign.isdigit() or sign in "[]," for sign in text)


def data_url(picture: Image.Image, part: Box, size: tuple[int, int]) -> str:
    """Return the `part` of `picture` at `size` pixels as a ``data:`` URL.

    The bytes themselves are sent: a server never has to fetch anything.
    """
    from PIL import Image

    shown = picture.resize(size, Image.Resampling.BICUBIC, part, reducing_gap=3.0)
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=92, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
