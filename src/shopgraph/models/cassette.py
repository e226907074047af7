"""Model calls recorded to a file and replayed from it, found by the request as it was rendered.

A cassette holds no personal data and no key: what the scope of the request names as private stands there as
`{{given_name}}` and is put back on replay; what else looks personal is masked, as are keys and the ids of requests.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import SkipValidation

from shopgraph.errors import ConfigurationError
from shopgraph.models.keys import scrubbed
from shopgraph.models.rendering import chunks_of, rendered, tool_options
from shopgraph.models.scope import current_scope

Mask = Callable[[str], str]
"""Takes personal data out of a text."""
Hide = Callable[[str], Iterable[str]]
"""The words of a message that may name somebody, whatever they look like."""
_OWN_IDS = re.compile(r"\b(req|conv)_[0-9a-f]{16}\b")
_PERSONAL_FIELD = re.compile(
    r'"(given_name|family_name|email|phone|line1|line2|city|postal_code)": "((?:[^"\\]|\\.)+)"'
)
_SHOWN = 12
"""Lines of difference in a message."""


class Cassette:
    """The calls of one file, one JSON object a line."""

    def __init__(self, path: Path, *, record: bool, mask: Mask, hide: Hide | None = None) -> None:
        """Open a cassette: to record anew, or to replay.

        Args:
            mask: takes out what has the form of personal data.
            hide: finds in customers' messages what has none, such as names and streets; it stands as `{{typed_0}}`
                and is put back on replay.

        Raises:
            ConfigurationError: there is none to replay, or it cannot be read.
        """
        self.path = path
        self.recording = record
        self._mask = mask
        self._hide = hide
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._requests: dict[str, dict[str, Any]] = {}
        self._played: dict[str, int] = {}
        if not record:
            self._read()

    def typed(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """What customers typed that may name somebody, by a word for each."""
        if self._hide is None:
            return {}
        texts = [str(message.get("content")) for message in messages if message.get("role") == "user"]
        words = dict.fromkeys(word for text in texts for word in self._hide(text))
        return {f"typed_{number}": word for number, word in enumerate(words)}

    def play(self, request: Mapping[str, Any], private: Mapping[str, str]) -> AIMessage:
        """The recorded answer; asked again for the same, the next one, and the last one ever after.

        Raises:
            ConfigurationError: this request was not recorded; says what is different from the nearest one that was.
        """
        clean = self._clean(request, private)
        key = key_of(clean)
        answers = self._answers.get(key)
        if answers is None:
            raise ConfigurationError(
                f"{self.path} holds no answer to this request. {self._difference(clean)}",
                remedy="If the change is wanted, record again: set cassette_record = true and run once.",
            )
        turn = self._played.get(key, 0)
        self._played[key] = turn + 1
        return _message(json.loads(_put_back(json.dumps(answers[min(turn, len(answers) - 1)]), private)))

    def keep(self, request: Mapping[str, Any], answer: AIMessage, private: Mapping[str, str]) -> None:
        """Record a call. The file is written at once.

        Raises:
            ConfigurationError: it cannot be written.
        """
        clean = self._clean(request, private)
        key = key_of(clean)
        self._requests[key] = clean
        self._answers.setdefault(key, []).append(self._clean(_plain(answer), private))
        lines = [
            json.dumps({"request": self._requests[each], "answers": answers}, ensure_ascii=False, sort_keys=True)
            for each, answers in self._answers.items()
        ]
        try:
            self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"The cassette {self.path} cannot be written: {error.strerror}.") from None

    def _read(self) -> None:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"The cassette {self.path} cannot be read: {type(error).__name__}.",
                remedy="Record one: set cassette_record = true and run once.",
            ) from None
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                key = key_of(entry["request"])
                self._requests[key], self._answers[key] = entry["request"], list(entry["answers"])
            except (ValueError, KeyError, TypeError):
                raise ConfigurationError(
                    f"{self.path}, line {number}: no recorded call.", remedy="Record it again."
                ) from None

    def _clean(self, value: Any, private: Mapping[str, str]) -> Any:
        """A request or an answer as it may be kept: every text in it without what is personal or secret."""
        if isinstance(value, str):
            for name, text in sorted(private.items(), key=lambda item: -len(item[1])):
                value = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", f"{{{{{name}}}}}", value)
            return scrubbed(self._mask(_OWN_IDS.sub(r"\1_", value)))
        if isinstance(value, Mapping):
            return {key: self._clean(item, private) for key, item in value.items()}
        if isinstance(value, Sequence):
            return [self._clean(item, private) for item in value]
        return value

    def _difference(self, request: Mapping[str, Any]) -> str:
        if not self._requests:
            return "It is empty."
        wanted = _lines(request)
        known = [_lines(each) for each in self._requests.values()]
        nearest = max(known, key=lambda lines: difflib.SequenceMatcher(None, lines, wanted, autojunk=False).ratio())
        changed = [
            line
            for line in difflib.unified_diff(nearest, wanted, "recorded", "now", n=0, lineterm="")
            if line[:2] not in ("--", "++", "@@")
        ]
        more = f"\n({len(changed) - _SHOWN} more lines)" if len(changed) > _SHOWN else ""
        return "Against the nearest recorded one (- recorded, + now):\n" + "\n".join(changed[:_SHOWN]) + more + "\n"


def key_of(request: Mapping[str, Any]) -> str:
    """What a request is found by."""
    return hashlib.sha256(json.dumps(request, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class CassetteChat(BaseChatModel):
    """A chat model that records what another one answers, or replays it without the other."""

    cassette: SkipValidation[Cassette]
    inner: BaseChatModel | None = None
    """The model that is asked while recording; not needed to replay."""
    name_in_cassette: str = "model"
    """Part of the request, so that two models' answers are kept apart."""

    @property
    def _llm_type(self) -> str:
        return "shopgraph-cassette"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The same model, offering these tools with every call; they are part of the request."""
        return self.bind(**tool_options(tools, tool_choice), **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        private = self._private(request["messages"])
        if not self.cassette.recording:
            return _result(self.cassette.play(request, private))
        answer = self._asked(stop, kwargs).invoke(messages)
        self.cassette.keep(request, answer, private)
        return _result(answer)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, kwargs)
        private = self._private(request["messages"])
        if not self.cassette.recording:
            return _result(self.cassette.play(request, private))
        answer = await self._asked(stop, kwargs).ainvoke(messages)
        self.cassette.keep(request, answer, private)
        return _result(answer)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        message = (await self._agenerate(messages, stop, None, **kwargs)).generations[0].message
        for piece in chunks_of(message) if isinstance(message, AIMessage) else ():
            chunk = ChatGenerationChunk(message=piece)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._generate(messages, stop, None, **kwargs).generations[0].message
        for piece in chunks_of(message) if isinstance(message, AIMessage) else ():
            yield ChatGenerationChunk(message=piece)

    def _private(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        return {**_in_results(messages), **self.cassette.typed(messages), **current_scope().private}

    def _request(self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]) -> dict[str, Any]:
        stops = {"stop": stop} if stop else {}
        return {"model": self.name_in_cassette, "messages": rendered(messages), **stops, **options}

    def _asked(self, stop: list[str] | None, options: dict[str, Any]) -> Any:
        if self.inner is None:
            raise ConfigurationError("There is no model to record.", remedy="Set `models` to a models file.")
        stops = {"stop": stop} if stop else {}
        return self.inner.bind(**stops, **options) if stops or options else self.inner


def _in_results(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names and addresses in the results of tools, by a word for each: an order may go to another address."""
    found: dict[str, str] = {}
    for message in messages:
        if message.get("role") == "tool":
            for name, value in _PERSONAL_FIELD.findall(str(message.get("content"))):
                if value not in found.values():
                    found[f"{name}_{len(found)}"] = value
    return found


def _result(message: AIMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])


def _plain(answer: AIMessage) -> dict[str, Any]:
    """An answer as plain JSON."""
    return {
        "content": answer.text,
        "tool_calls": [{"name": c["name"], "args": c["args"], "id": c["id"]} for c in answer.tool_calls],
        "invalid_tool_calls": [dict(call) for call in answer.invalid_tool_calls],
        "usage": dict(answer.usage_metadata or {}),
    }


def _message(plain: Mapping[str, Any]) -> AIMessage:
    return AIMessage(
        content=plain["content"],
        tool_calls=list(plain["tool_calls"]),
        invalid_tool_calls=list(plain["invalid_tool_calls"]),
        usage_metadata=plain["usage"] or None,
        response_metadata={"replayed": True},
    )


def _put_back(text: str, private: Mapping[str, str]) -> str:
    for name, value in private.items():
        text = text.replace(f"{{{{{name}}}}}", json.dumps(value)[1:-1])
    return text


def _lines(request: Mapping[str, Any]) -> list[str]:
    """A request as lines, those of its texts apart, so that a difference shows the sentence that changed."""
    return json.dumps(request, ensure_ascii=False, indent=1, sort_keys=True).replace("\\n", "\n").splitlines()
