"""The client of a model server: chat completions with a picture, by any OpenAI-compatible server.

At most `window` requests are in flight. What fails on the way is sent again with growing, random
waits; a server that keeps failing is left alone (`breaker`). Every fault is counted.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx

from ingest.extract.vlm.breaker import Breaker
from ingest.extract.vlm.servers import PLAIN, Dialect, dialect_of, response_format
from ingest.extract.vlm.tally import FAULTS, TRANSPORT, Tally

if TYPE_CHECKING:
    from ingest.extract.vlm.options import VlmOptions

MODELS, CHAT = "/v1/models", "/v1/chat/completions"
_LONGEST_WAIT_S = 10.0  # between two attempts, whatever the server asks for
_CONNECT_S = 5.0
_MOST_BYTES = 8_000_000  # of one answer
_PROBE_S = 2.0
_NO_SUCH_PATH = ("rejected", "unauthorized", "server_error")

_Received = tuple[int, httpx.Headers, bytes]


class ModelFault(Exception):
    """No answer could be had. `fault` is the counter's name, one of `tally.FAULTS`."""

    def __init__(self, fault: str, detail: str = "", *, wait_s: float | None = None) -> None:
        super().__init__(f"{FAULTS[fault]}{f': {detail}' if detail else ''}")
        self.fault = fault
        self.wait_s = wait_s  # that the server asked for

    @property
    def may_pass(self) -> bool:
        """Tell whether another attempt makes sense."""
        return self.fault in TRANSPORT


@dataclass(frozen=True)
class Answer:
    """What a model wrote. `cut_off`: it would have gone on."""

    text: str
    cut_off: bool
    prompt_tokens: int = 0
    answer_tokens: int = 0


@dataclass(frozen=True)
class Served:
    """The model in use.

    Attributes:
        model: its name at the server.
        dialect: how the server wants to be asked.
        context: its window in tokens, 0 where the server doesn't tell.
        root: which weights these are: their place, and their version where the server has one; ""
            where it doesn't tell.
    """

    model: str
    dialect: Dialect = PLAIN
    context: int = 0
    root: str = ""


class ModelClient:
    """Asks one server; belongs to the event loop that it was made in."""

    def __init__(self, options: VlmOptions) -> None:
        self._options = options
        self._breaker = Breaker(options.patience, options.rest_s)
        self._window = asyncio.Semaphore(options.window)
        self._served: Served | None = None
        self._asking = asyncio.Lock()
        self._sent: set[asyncio.Task[_Received]] = set()
        self._http = httpx.AsyncClient(
            base_url=options.base_url,
            headers=_headers(options),
            timeout=httpx.Timeout(options.timeout_s, connect=min(_CONNECT_S, options.timeout_s)),
            # the window bounds them; what was given up may need a moment to end
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=options.window),
            follow_redirects=False,  # a key goes where the settings say, and nowhere else
            trust_env=False,
        )

    async def served(self, tally: Tally) -> Served:
        """Return the model in use, asked for once. Raises `ModelFault`."""
        async with self._asking:
            if self._served is None:
                listed = await self._tried(
                    lambda: self._http.build_request("GET", MODELS), _is_list, tally
                )
                try:
                    served = chosen(listed, self._options.model)
                except ModelFault as fault:
                    tally.add(fault.fault)
                    raise
                self._served = replace(served, root=await self._root(served, tally))
            return self._served

    async def _root(self, served: Served, tally: Tally) -> str:
        """Return what tells these weights from others under the same name, as far as is told."""
        path = served.dialect.identity
        if not path:
            return served.root
        counted = Tally()
        try:
            told = await self._tried(
                lambda: self._http.build_request("GET", path), lambda _: True, counted
            )
        except ModelFault as fault:
            if fault.fault in _NO_SUCH_PATH:  # an older server, or a router
                return served.root
            raise
        finally:
            tally.merge({n: by for n, by in counted.as_dict().items() if n not in _NO_SUCH_PATH})
        return identity_of(told) or served.root

    async def ask(
        self,
        messages: list[dict[str, Any]],
        schema: dict[str, Any],
        tally: Tally,
        *,
        most_tokens: int,
    ) -> Answer:
        """Return the model's answer to `messages`, held to `schema`. Raises `ModelFault`."""
        served = await self.served(tally)
        data = body_of(served, messages, schema, most_tokens)

        def request() -> httpx.Request:
            tally.add("requests")
            kind = {"Content-Type": "application/json"}
            return self._http.build_request("POST", CHAT, content=data, headers=kind)

        async with self._window:
            started = time.monotonic()
            try:
                told = await self._tried(request, _is_completion, tally)
            except ModelFault as fault:
                if fault.fault == "rejected":
                    self._served = None  # another model may be served by now
                raise
            tally.add("model_seconds", time.monotonic() - started)
        answer = answer_of(told)
        tally.add("prompt_tokens", answer.prompt_tokens)
        tally.add("answer_tokens", answer.answer_tokens)
        return answer

    def board_timed_out(self, tally: Tally) -> None:
        """Hold it against the server if it had a request of the board whose time is over."""
        if tally["given_up"]:
            self._breaker.failed()

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._sent:
            task.cancel()
        await asyncio.gather(*self._sent, return_exceptions=True)
        await self._http.aclose()

    # attempts

    async def _tried(
        self, request: Callable[[], httpx.Request], valid: Callable[[Any], bool], tally: Tally
    ) -> Any:
        """Send what `request` makes until a valid answer comes back, or often enough."""
        for attempt in range(1, self._options.attempts + 1):
            if not self._breaker.lets_through():
                tally.add("left_alone")
                raise ModelFault("refused", "it failed too often just now and is left alone")
            try:
                told = await self._once(request(), valid)
            except asyncio.CancelledError:
                tally.add("given_up")
                raise
            except ModelFault as fault:
                tally.add(fault.fault)
                if not fault.may_pass:
                    self._breaker.succeeded()  # it is there, though it says no
                    raise
                if fault.fault != "busy":  # it works, and says when to come back
                    self._breaker.failed()
                if attempt == self._options.attempts:
                    raise
                await asyncio.sleep(self._wait(attempt, fault.wait_s))
            else:
                self._breaker.succeeded()
                return told
        raise AssertionError("there is at least one attempt")

    def _wait(self, attempt: int, asked_s: float | None) -> float:
        """Return how long to wait: random, so that many clients don't come back at once."""
        longest = self._options.backoff_s * 2.0 ** (attempt - 1)
        wait = random.uniform(0.3, 1.0) * longest  # noqa: S311 - no secret
        return min(max(wait, asked_s or 0.0), _LONGEST_WAIT_S)

    async def _once(self, request: httpx.Request, valid: Callable[[Any], bool]) -> Any:
        """Send `request`; every way in which it can fail becomes a `ModelFault`."""
        try:
            async with asyncio.timeout(self._options.timeout_s):
                status, headers, data = await asyncio.shield(self._send(request))
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise ModelFault("stalled") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ModelFault("refused") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise ModelFault("reset", type(error).__name__) from error
        told = _parsed(data)
        _check_status(status, headers, told)
        if not valid(told):
            raise ModelFault("not_an_answer", headers.get("content-type", ""))
        return told

    def _send(self, request: httpx.Request) -> asyncio.Task[_Received]:
        """Send `request` in a task that nobody cancels: it ends by itself, within the timeout.

        A request that is cancelled in the middle leaves its place in httpx's pool taken for good.
        """
        task = asyncio.create_task(self._received(request))
        self._sent.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[_Received]) -> None:
        self._sent.discard(task)
        if not task.cancelled():
            task.exception()  # of a request that was given up nobody wants to know

    async def _received(self, request: httpx.Request) -> _Received:
        """Send `request`; return status, headers and body, as large as a body may be."""
        until = time.monotonic() + self._options.timeout_s
        response = await self._http.send(request, stream=True)
        try:
            data = bytearray()
            async for piece in response.aiter_raw():  # unpacked it could be of any size
                data += piece
                if len(data) > _MOST_BYTES:
                    raise ModelFault("not_an_answer", "it is too large")
                if time.monotonic() > until:
                    raise ModelFault("stalled")
        finally:
            await response.aclose()
        return response.status_code, response.headers, bytes(data)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _check_status(status: int, headers: httpx.Headers, told: Any) -> None:
    if 200 <= status < 300:
        return
    wait = headers.get("retry-after", "")
    if status == 429 or (status == 503 and wait):
        raise ModelFault("busy", wait_s=_seconds(wait))
    if status >= 500 or status == 408:
        raise ModelFault("server_error", f"HTTP {status}")
    if status in (401, 403):
        raise ModelFault("unauthorized", f"HTTP {status}")
    raise ModelFault("rejected", f"HTTP {status} {_reason(told)}".strip())


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _reason(told: Any) -> str:
    try:
        return str(told.get("message") or told["error"]["message"])[:200]
    except (KeyError, TypeError, AttributeError):
        return ""


def _is_completion(told: Any) -> bool:
    try:
        return isinstance(told["choices"][0]["message"], dict)
    except (KeyError, IndexError, TypeError):
        return False


def _is_list(told: Any) -> bool:
    return isinstance(told, dict) and isinstance(told.get("data"), list)


def body_of(
    served: Served, messages: list[dict[str, Any]], schema: dict[str, Any], most_tokens: int
) -> bytes:
    """Return the body of a request whose answer is held to `schema` and to so many tokens."""
    body = {
        "model": served.model,
        "messages": messages,
        "max_tokens": most_tokens,
        "temperature": 0,
        **response_format(schema, served.dialect),
    }
    return json.dumps(body, ensure_ascii=False).encode()


def answer_of(told: dict[str, Any]) -> Answer:
    """Return the answer in a chat completion (`_is_completion`)."""
    choice = told["choices"][0]
    text = choice["message"].get("content")
    usage = told.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Answer(
        text=text if isinstance(text, str) else "",
        cut_off=choice.get("finish_reason") == "length",
        prompt_tokens=_count(usage.get("prompt_tokens")),
        answer_tokens=_count(usage.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def chosen(listed: dict[str, Any], wanted: str) -> Served:
    """Return the model called `wanted` of a ``/v1/models`` list, or the first where it is "".

    A name that isn't listed is used nevertheless: servers take aliases and adapters.

    Raises:
        ModelFault: nothing is listed and no name was given.
    """
    rows = [row for row in listed["data"] if isinstance(row, dict)]
    named = [row for row in rows if row.get("id") == wanted] if wanted else rows
    row = named[0] if named else rows[0] if rows else {}
    model = wanted or str(row.get("id") or "")
    if not model:
        raise ModelFault("no_model")
    return Served(
        model=model,
        dialect=dialect_of(str(row.get("owned_by", ""))),
        context=_count(row.get("max_model_len")),
        root=str(row.get("root") or ""),
    )


def identity_of(told: Any) -> str:
    """Return folder and version of the weights in what SGLang tells of its model, or ""."""
    if not isinstance(told, dict):
        return ""
    return " ".join(str(told[key]) for key in ("model_path", "weight_version") if told.get(key))


def answers(options: VlmOptions) -> bool:
    """Tell whether a model server is there: it lists its models within two seconds."""
    until, data = time.monotonic() + _PROBE_S, bytearray()
    try:
        with httpx.stream(
            "GET",
            f"{options.base_url}{MODELS}",
            headers=_headers(options),
            timeout=_PROBE_S,
            trust_env=False,
        ) as response:
            for piece in response.iter_raw():
                data += piece
                if len(data) > _MOST_BYTES or time.monotonic() > until:
                    return False
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return response.is_success and _is_list(_parsed(bytes(data)))


def _headers(options: VlmOptions) -> dict[str, str]:
    key = {"Authorization": f"Bearer {options.api_key}"} if options.api_key else {}
    return {"Accept-Encoding": "identity", **key}
