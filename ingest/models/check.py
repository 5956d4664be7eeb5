"""What a model server can do, tried out: one small request for each thing that boards need.

Every probe is a pair of a name and a coroutine that returns what it found or raises `Unfit`.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.extract.vlm.options import VlmOptions
from kb.errors import KBError

CONCURRENCY = 8
_ANSWER_TOKENS = 48
_MOST_BYTES = 8_000_000  # of one answer
_SIDE = 256  # pixels of the test picture


class Unreachable(KBError):
    """No model server answers at this address."""

    code = "model_unreachable"


class Unfit(Exception):
    """A probe failed; the message says how."""


@dataclass(frozen=True)
class Finding:
    """What one probe found.

    Attributes:
        name: of the probe.
        works: whether boards can be read with it.
        seconds: that the probe took.
        detail: what was found, in words.
        figures: the numbers in it.
    """

    name: str
    works: bool
    seconds: float
    detail: str
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All findings about one server."""

    url: str
    model: str
    findings: tuple[Finding, ...]

    @property
    def works(self) -> bool:
        """Tell whether every probe went well."""
        return all(finding.works for finding in self.findings)


def check(
    url: str,
    *,
    model: str = "",
    key: str = "",
    timeout_s: float = 60.0,
    concurrency: int = CONCURRENCY,
    told: Callable[[Finding], None] = lambda _: None,
) -> Report:
    """Try out the server at `url`; `told` hears of each finding as it comes.

    Args:
        url: of an OpenAI-compatible server, with or without ``/v1``.
        model: its name there; "" is the first that is listed.
        key: that it asks for, or "".
        timeout_s: longest wait for one answer.
        concurrency: requests at a time in the last probe.
        told: called with each finding.

    Raises:
        Unreachable: it lists no models; there is nothing to try out.
    """
    return asyncio.run(_check(url, model, key, timeout_s, concurrency, told))


async def _check(
    url: str,
    model: str,
    key: str,
    timeout_s: float,
    concurrency: int,
    told: Callable[[Finding], None],
) -> Report:
    base = VlmOptions(url).base_url
    headers = {"Accept-Encoding": "identity"}  # unpacked it could be of any size
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    limits = httpx.Limits(max_connections=concurrency)
    findings: list[Finding] = []
    async with httpx.AsyncClient(
        base_url=base, headers=headers, timeout=timeout_s, limits=limits, trust_env=False
    ) as http:
        server = _Server(http, timeout_s)
        for name, probe in server.probes(model, concurrency):
            findings.append(await _tried(name, probe))
            told(findings[-1])
            if name == "models" and not findings[-1].works:
                raise Unreachable(
                    f"no model server at {url}: {findings[-1].detail}",
                    hint="`kb model serve` tells how to start one",
                )
    return Report(url, server.model, tuple(findings))


@dataclass(frozen=True)
class _Found:
    detail: str
    figures: dict[str, float] = field(default_factory=dict)


async def _tried(name: str, probe: Callable[[], Awaitable[_Found]]) -> Finding:
    started = time.monotonic()
    try:
        found = await probe()
    except Unfit as fault:
        return Finding(name, False, time.monotonic() - started, str(fault))
    except TimeoutError:
        return Finding(name, False, time.monotonic() - started, "no answer came in time")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = str(error) or type(error).__name__
        return Finding(name, False, time.monotonic() - started, said)
    return Finding(name, True, time.monotonic() - started, found.detail, found.figures)


@dataclass(frozen=True)
class _Answer:
    text: str
    prompt_tokens: int
    answer_tokens: int


class _Mark(BaseModel):
    """The answer that the schema probe asks for: small, with an end to every part."""

    model_config = ConfigDict(extra="forbid", strict=True)
    shape: str = Field(max_length=12)
    count: int = Field(ge=0, le=99)
    places: list[Annotated[int, Field(ge=0, le=1000)]] = Field(max_length=3)
    sure: bool


class _Server:
    """One server and the model that is tried out."""

    def __init__(self, http: httpx.AsyncClient, timeout_s: float) -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._alone = 0  # tokens of the question without a picture
        self.model = ""

    def probes(
        self, model: str, concurrency: int
    ) -> list[tuple[str, Callable[[], Awaitable[_Found]]]]:
        """Return all probes in the order in which they build upon each other."""
        return [
            ("models", lambda: self.models(model)),
            ("text", self.text),
            ("picture", lambda: self.pictures(1)),
            ("several pictures", lambda: self.pictures(3)),
            ("JSON schema", self.schema),
            ("streaming", self.streaming),
            (f"{concurrency} at a time", lambda: self.concurrency(concurrency)),
        ]

    async def models(self, wanted: str) -> _Found:
        listed = (await self._object("GET", "/v1/models")).get("data")
        rows = [row for row in listed or [] if isinstance(row, dict) and row.get("id")]
        names = [str(row["id"]) for row in rows]
        if not names:
            raise Unfit("it lists no model")
        self.model = wanted or names[0]
        base, _, adapter = self.model.rpartition(":")  # how SGLang wants an adapter to be named
        listed_as = base if base in names and adapter in names else self.model
        if listed_as not in names:
            raise Unfit(f"it lists no {wanted!r}, but {', '.join(names)}")
        window = rows[names.index(listed_as)].get("max_model_len")
        detail = ", ".join(names)
        if isinstance(window, int):
            return _Found(f"{detail}; {window:,} tokens", {"context": float(window)})
        return _Found(detail)

    async def text(self) -> _Found:
        started = time.monotonic()
        answer = await self._asked([_words("Say hello.")])
        seconds = time.monotonic() - started
        if not answer.answer_tokens:
            raise Unfit("it answered nothing")
        self._alone = answer.prompt_tokens
        speed = answer.answer_tokens / max(seconds, 1e-6)
        return _Found(f"{speed:.0f} tokens/s", {"tokens_per_s": round(speed, 1)})

    async def pictures(self, count: int) -> _Found:
        pictures = [_picture(place) for place in range(count)]
        answer = await self._asked([*pictures, _words("Say hello.")])
        each = (answer.prompt_tokens - self._alone) / count
        if each < 4:  # a picture of any size takes more
            raise Unfit("it took the request, but the picture never reached the model")
        return _Found(f"{each:.0f} tokens each", {"tokens_each": round(each, 1)})

    async def schema(self) -> _Found:
        form = {"name": "mark", "strict": True, "schema": _Mark.model_json_schema()}
        parts = [_picture(0), _words("Which shape is it? Answer as JSON.")]
        answer = await self._asked(
            parts, response_format={"type": "json_schema", "json_schema": form}
        )
        try:
            _Mark.model_validate_json(answer.text)
        except ValidationError as error:
            raise Unfit(f"the answer is not as the schema says: {answer.text[:80]!r}") from error
        if answer.text != answer.text.strip() or "\n" in answer.text or "  " in answer.text:
            raise Unfit(
                "free white space is allowed, and models get lost in it: start the server as "
                "`kb model serve` says"
            )
        return _Found("held to the schema, without free white space")

    async def streaming(self) -> _Found:
        started = time.monotonic()
        first, pieces, done = 0.0, 0, False
        body = self._body([_words("Count from one to ten.")])
        body |= {"stream": True, "stream_options": {"include_usage": True}}
        async with (
            asyncio.timeout(self._timeout_s),
            self._http.stream("POST", "/v1/chat/completions", json=body) as response,
        ):
            if not response.is_success:
                raise Unfit(f"HTTP {response.status_code}")
            async for line in response.aiter_lines():
                done = done or line.strip() == "data: [DONE]"
                if _has_content(line):
                    pieces += 1
                    first = first or time.monotonic() - started
        if not done or not pieces:
            raise Unfit("the stream was empty" if done else "the stream had no end")
        figures = {"first_token_s": round(first, 3), "pieces": float(pieces)}
        return _Found(f"first words after {first:.2f} s, {pieces} pieces", figures)

    async def concurrency(self, count: int) -> _Found:
        """Ask `count` times one after the other's shape at once, each with its own picture."""

        async def one(place: int) -> float:
            started = time.monotonic()
            await self._asked([_picture(place), _words("Say hello.")])
            return time.monotonic() - started

        await one(count)  # a new shape of request may be compiled for
        alone = await one(count + 1)
        started = time.monotonic()
        await asyncio.gather(*(one(place) for place in range(count + 2, 2 * count + 2)))
        speed = count / (time.monotonic() - started)
        gain = speed * alone
        figures = {"pictures_per_s": round(speed, 2), "gain": round(gain, 2)}
        return _Found(f"{speed:.1f} pictures/s, {gain:.1f} times as many as one by one", figures)

    # requests

    async def _asked(self, parts: list[dict[str, Any]], **more: Any) -> _Answer:
        told = await self._object("POST", "/v1/chat/completions", json=self._body(parts) | more)
        try:
            text = told["choices"][0]["message"]["content"]
            usage = told["usage"]
            counts = int(usage["prompt_tokens"]), int(usage["completion_tokens"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise Unfit("what came back is no chat completion with its usage") from error
        return _Answer(text if isinstance(text, str) else "", *counts)

    async def _object(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Send a request and return the JSON object that comes back in time. Raises `Unfit`."""
        data = bytearray()
        async with (
            asyncio.timeout(self._timeout_s),
            self._http.stream(method, path, **more) as response,
        ):
            async for piece in response.aiter_raw():
                data += piece
                if len(data) > _MOST_BYTES:
                    raise Unfit("what came back is too large")
        return _object(response.status_code, bytes(data))

    def _body(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        messages = [{"role": "user", "content": parts}]
        return {
            "model": self.model,
            "messages": messages,
            "max_tokens": _ANSWER_TOKENS,
            "temperature": 0,
        }


def _object(status: int, data: bytes) -> dict[str, Any]:
    """Return the JSON object in an answer. Raises `Unfit`."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    if not 200 <= status < 300:
        raise Unfit(f"HTTP {status}{_reason(told)}")
    if not isinstance(told, dict):
        raise Unfit("what came back is no JSON object")
    return told


def _reason(told: Any) -> str:
    if not isinstance(told, dict):
        return ""
    error = told.get("error", told)
    message = error.get("message") if isinstance(error, dict) else error
    return f": {str(message)[:200]}" if message else ""


def _has_content(line: str) -> bool:
    try:
        told = json.loads(line.removeprefix("data:"))
        return bool(told["choices"][0]["delta"].get("content"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False


def _words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _picture(place: int) -> dict[str, Any]:
    """Return a small board as a part of a message; each `place` gives another one."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (_SIDE, _SIDE), "white")
    draw = ImageDraw.Draw(picture)
    left = 16 + 7 * (place % 16)
    draw.rectangle((left, 60, left + 100, 140), outline="black", width=4)
    draw.line((left + 100, 100, 250, 100 + place), fill="red", width=4)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
