"""A provider on 127.0.0.1 that speaks OpenAI's chat completions and fails on cue. Scripted: there is no model in it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, assert_never


class Fault(StrEnum):
    """How a provider fails."""

    NONE = "none"
    REFUSED = "refused"
    """The connection is closed before anything is said."""
    UNAUTHORIZED = "unauthorized"
    """401: a wrong key, which its message repeats."""
    NO_MODEL = "no_model"
    """404: it has no such model."""
    RATE_LIMITED = "rate_limited"
    """429."""
    SERVER_ERROR = "server_error"
    """500."""
    BAD_GATEWAY = "bad_gateway"
    """502 with a page of HTML."""
    HTML = "html"
    """200 with a page of HTML, as a captive portal sends."""
    BROKEN_JSON = "broken_json"
    """200 with half a JSON document."""
    EMPTY = "empty"
    """200 with an answer that says nothing."""
    HANG = "hang"
    """It takes the request and never answers."""
    HANG_AFTER_HEADERS = "hang_after_headers"
    """It sends the headers and nothing else."""
    CUT = "cut"
    """The connection ends in the middle of the answer."""
    END = "end"
    """The same, as if that had been all: a stream without its last events."""
    STALL = "stall"
    """It stops in the middle of the answer and keeps the connection."""
    BROKEN_ARGUMENTS = "broken_arguments"
    """A tool call whose arguments are no JSON."""
    WRONG_ARGUMENTS = "wrong_arguments"
    """A tool call whose arguments do not fit the tool."""


_STATUS = {
    Fault.UNAUTHORIZED: (401, "Incorrect API key provided: {key}."),
    Fault.NO_MODEL: (404, "The model `gone` does not exist."),
    Fault.RATE_LIMITED: (429, "Rate limit reached."),
    Fault.SERVER_ERROR: (500, "The server had an error."),
}
_JSON, _EVENT_STREAM = "application/json", "text/event-stream"
_HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
_HALF = '{"choices": ['
USAGE = {"prompt_tokens": 11, "completion_tokens": 6, "total_tokens": 17}


@dataclass(frozen=True, kw_only=True)
class Say:
    """What a provider answers when it works: a sentence, or a call of a tool."""

    text: str = "Your order is on its way."
    tool: str = ""
    arguments: str = "{}"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request that arrived."""

    at: float
    """Monotonic seconds."""
    body: dict[str, Any]
    key: str
    fault: Fault

    @property
    def text(self) -> str:
        """The newest message of the user."""
        said = [message["content"] for message in self.body["messages"] if message["role"] == "user"]
        return str(said[-1]) if said else ""

    @property
    def rounds(self) -> int:
        """How many tool results follow that message."""
        return rounds_of(self.body)


def rounds_of(body: dict[str, Any]) -> int:
    """How many rounds of tools lie behind a request."""
    rounds = 0
    for message in body["messages"]:
        rounds = 0 if message["role"] == "user" else rounds + (message["role"] == "tool")
    return rounds


Script = Callable[[dict[str, Any]], Fault | Say]
"""What to do about a request's body."""


@dataclass
class ScriptedProvider:
    """One provider, on a free port, in a thread of its own. A context manager."""

    script: Script = lambda body: Say()
    seen: list[Seen] = field(default_factory=list)
    retry_after: int | None = None
    """Seconds that a 429 tells to wait."""
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its `api_base`."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        doing = self.script(body)
        fault = doing if isinstance(doing, Fault) else Fault.NONE
        seen = Seen(at=time.monotonic(), body=body, key=headers.get("authorization", ""), fault=fault)
        self.seen.append(seen)
        streamed = bool(body.get("stream"))
        if isinstance(doing, Say) or fault is Fault.NONE:
            await self._say(writer, doing if isinstance(doing, Say) else Say(), streamed=streamed)
            return
        await self._fail(writer, fault, seen.key.removeprefix("Bearer "), streamed=streamed)

    async def _say(self, writer: asyncio.StreamWriter, said: Say, *, streamed: bool) -> None:
        parts = _events(said) if streamed else [_document(said)]
        _head(writer, 200, _EVENT_STREAM if streamed else _JSON, sum(len(part.encode()) for part in parts))
        for part in parts:
            writer.write(part.encode())
            await writer.drain()

    async def _fail(self, writer: asyncio.StreamWriter, fault: Fault, key: str, *, streamed: bool) -> None:
        match fault:
            case Fault.UNAUTHORIZED | Fault.NO_MODEL | Fault.RATE_LIMITED | Fault.SERVER_ERROR:
                status, said = _STATUS[fault]
                wait = self.retry_after if fault is Fault.RATE_LIMITED else None
                extra = {} if wait is None else {"retry-after": str(wait)}
                _whole(writer, status, _JSON, json.dumps({"error": {"message": said.format(key=key)}}), **extra)
            case Fault.BAD_GATEWAY | Fault.HTML:
                _whole(writer, 502 if fault is Fault.BAD_GATEWAY else 200, "text/html", _HTML)
            case Fault.BROKEN_JSON:
                half = '{"choices": ['
                _whole(
                    writer, 200, *((_EVENT_STREAM, f"data: {half}\n\ndata: [DONE]\n\n") if streamed else (_JSON, half))
                )
            case Fault.EMPTY:
                await self._say(writer, Say(text=""), streamed=streamed)
            case Fault.BROKEN_ARGUMENTS | Fault.WRONG_ARGUMENTS:
                arguments = '{"order_id": "#D' if fault is Fault.BROKEN_ARGUMENTS else '{"number": 7}'
                await self._say(writer, Say(tool="get_order", arguments=arguments), streamed=streamed)
            case Fault.CUT | Fault.END | Fault.STALL | Fault.HANG | Fault.HANG_AFTER_HEADERS:
                await self._stop(writer, fault, streamed=streamed)
            case Fault.REFUSED | Fault.NONE:
                return
            case _:
                assert_never(fault)

    async def _stop(self, writer: asyncio.StreamWriter, fault: Fault, *, streamed: bool) -> None:
        """Begin an answer, or not even that, and end or wait."""
        parts = _events(Say()) if streamed else [_document(Say())]
        begun = parts[0] + parts[1][:60] if streamed else parts[0][:60]
        if fault is not Fault.HANG:
            length = len(begun if fault is Fault.END else "".join(parts))
            _head(writer, 200, _EVENT_STREAM if streamed else _JSON, length)
        if fault in (Fault.CUT, Fault.END, Fault.STALL):
            writer.write(begun.encode())
        await writer.drain()
        if fault not in (Fault.CUT, Fault.END):
            await asyncio.Event().wait()


def _head(writer: asyncio.StreamWriter, status: int, kind: str, length: int, **extra: str) -> None:
    lines = [f"HTTP/1.1 {status} Scripted", f"content-type: {kind}", f"content-length: {length}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in extra.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())


def _whole(writer: asyncio.StreamWriter, status: int, kind: str, text: str, **extra: str) -> None:
    content = text.encode()
    _head(writer, status, kind, len(content), **extra)
    writer.write(content)


def _document(said: Say) -> str:
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.tool:
        function = {"name": said.tool, "arguments": said.arguments}
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if said.tool else "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return json.dumps({**head, "choices": [choice], "usage": USAGE})


def _events(said: Say) -> list[str]:
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return f"data: {json.dumps({**head, 'choices': choices})}\n\n"

    finish = event({}, "tool_calls" if said.tool else "stop")
    usage = f"data: {json.dumps({**head, 'choices': [], 'usage': USAGE})}\n\n"
    return [*(event(delta) for delta in _deltas(said)), finish, usage, "data: [DONE]\n\n"]


def _deltas(said: Say) -> Iterator[dict[str, Any]]:
    if not said.tool:
        half = len(said.text) // 2
        yield {"role": "assistant", "content": said.text[:half]}
        yield {"content": said.text[half:]}
        return
    half = len(said.arguments) // 2
    function = {"name": said.tool, "arguments": said.arguments[:half]}
    yield {"role": "assistant", "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]}
    yield {"tool_calls": [{"index": 0, "function": {"arguments": said.arguments[half:]}}]}
