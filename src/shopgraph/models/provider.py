"""Our own models under LiteLLM's names, for any caller of LiteLLM. This module imports LiteLLM.

`shopgraph/facts` (or `shopgraph/facts-de`) is the last tier; `shopgraph/scripted` plays the script file that `api_base`
names, entry by entry: a YAML list of sentences, or of `{tool: NAME, arguments: {...}}`.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import yaml
from litellm.llms.custom_llm import CustomLLM
from litellm.types.utils import GenericStreamingChunk, ModelResponse

from shopgraph.errors import ConfigurationError
from shopgraph.models.speech.chat import answer_from
from shopgraph.yaml_text import read_yaml

PROVIDER = "shopgraph"
Entry = str | dict[str, Any]


def register(library: Any) -> None:
    """Make our models known to LiteLLM; once is enough, twice does no harm."""
    if not any(item["provider"] == PROVIDER for item in library.custom_provider_map):
        library.custom_provider_map.append({"provider": PROVIDER, "custom_handler": ShopgraphProvider()})
        library.utils.custom_llm_setup()


class ShopgraphProvider(CustomLLM):
    """Answers without a network. It costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._turns: dict[str, Iterator[int]] = {}
        self._lock = threading.Lock()

    def completion(self, model: str, messages: list[Any], *args: Any, **kwargs: Any) -> ModelResponse:
        """One whole answer."""
        entry = self._entry(model, messages, kwargs.get("api_base"))
        text, call = _parts(entry)
        message = {"role": "assistant", "content": text or None, **({"tool_calls": [call]} if call else {})}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
        return ModelResponse(model=f"{PROVIDER}/{model}", choices=[choice], usage=_usage(messages, text))

    async def acompletion(self, *args: Any, **kwargs: Any) -> ModelResponse:
        """The same; nothing waits."""
        return self.completion(*args, **kwargs)

    def streaming(self, model: str, messages: list[Any], *args: Any, **kwargs: Any) -> Iterator[GenericStreamingChunk]:
        """One answer as a stream of two pieces."""
        text, call = _parts(self._entry(model, messages, kwargs.get("api_base")))
        yield _piece(text=text, tool_use=call)
        yield _piece(finish="tool_calls" if call else "stop", usage=_usage(messages, text))

    async def astreaming(self, *args: Any, **kwargs: Any) -> AsyncIterator[GenericStreamingChunk]:  # type: ignore[override]
        """The same; nothing waits."""
        for piece in self.streaming(*args, **kwargs):
            yield piece

    def _entry(self, model: str, messages: list[Any], script: str | None) -> Entry:
        name, _, language = model.partition("-")
        if name == "facts":
            return answer_from(messages, language)
        if model != "scripted":
            raise ConfigurationError(
                f"There is no model {PROVIDER}/{model}.", remedy=f"There are {PROVIDER}/facts and {PROVIDER}/scripted."
            )
        return self._scripted(script)

    def _scripted(self, script: str | None) -> Entry:
        if not script:
            raise ConfigurationError(
                f"{PROVIDER}/scripted has no script.", remedy="Name a YAML file in litellm_params.api_base."
            )
        try:
            entries = read_yaml(Path(script).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(f"The script {script} cannot be read: {error}.") from None
        if not isinstance(entries, list) or not entries:
            raise ConfigurationError(f"The script {script} is no list.", remedy="Write one answer per entry.")
        with self._lock:
            turn = next(self._turns.setdefault(script, itertools.count()))
        if turn >= len(entries):
            raise ConfigurationError(
                f"The script {script} has {len(entries)} answers and is asked for one more.",
                remedy="Give it an answer for every call.",
            )
        entry: Entry = entries[turn]
        return entry


def _parts(entry: Entry) -> tuple[str, dict[str, Any] | None]:
    """What is said, and the tool that is called."""
    if isinstance(entry, str):
        return entry, None
    function = {"name": str(entry["tool"]), "arguments": json.dumps(entry.get("arguments") or {})}
    return str(entry.get("text", "")), {"id": f"call_{entry['tool']}", "type": "function", "function": function}


def _piece(
    *, text: str = "", tool_use: Any = None, finish: str = "", usage: dict[str, int] | None = None
) -> GenericStreamingChunk:
    call: Any = {**tool_use, "index": 0} if tool_use else None
    return GenericStreamingChunk(
        text=text,
        tool_use=call,
        is_finished=bool(finish),
        finish_reason=finish,
        usage=usage,  # type: ignore[typeddict-item]
        index=0,
    )


def _usage(messages: list[Any], text: str) -> dict[str, int]:
    read, written = len(json.dumps(messages, default=str).split()), len(text.split())
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
