"""Any provider as a LangChain chat model, through LiteLLM's Router. LiteLLM is imported on the first call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, PrivateAttr, SkipValidation

from shopgraph.models.calling import DEADLINE_S, CallPolicy
from shopgraph.models.deployments import deployments_of
from shopgraph.models.pool import ModelPool
from shopgraph.models.rendering import tool_options
from shopgraph.models.routes import Tier
from shopgraph.models.tiers.decision import TierPolicy


class LiteLLMChat(BaseChatModel):
    """A thin chat model over a pool of deployments; fallbacks, cooldowns and budgets are the pool's."""

    model: str
    """A `model_name` of the model list."""
    model_list: list[dict[str, Any]] = Field(default_factory=list)
    """Deployments in LiteLLM's form; a pool of them is made on the first call, unless one is given."""
    policy: CallPolicy = CallPolicy()
    """Of the pool that is made."""
    router_options: dict[str, Any] = Field(default_factory=dict)
    """Further arguments of LiteLLM's Router, such as `enable_tag_filtering`."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Sent with every call, such as `temperature` or `max_tokens`."""
    tiers: dict[Tier, str] = Field(default_factory=dict)
    """The model of each tier, for `for_tier`."""
    tier_policy: TierPolicy = TierPolicy()
    """How a request's tier is chosen."""
    shared: SkipValidation[ModelPool | None] = Field(default=None, exclude=True, repr=False)
    """A pool that others use, too."""
    _pool: ModelPool | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "shopgraph-litellm"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model": self.model, **self.options}

    @property
    def pool(self) -> ModelPool:
        """Where its calls go."""
        if self._pool is None:
            self._pool = self.shared or ModelPool(
                deployments_of(self.model_list, {}), calls=self.policy, router_options=self.router_options
            )
        return self._pool

    def for_tier(self, tier: Tier) -> LiteLLMChat:
        """The chat model of a tier, over the same pool; this one where the tier has none."""
        name = self.tiers.get(tier, self.model)
        return self if name == self.model else self.model_copy(update={"model": name, "shared": self.pool})

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model, offering these tools with every call."""
        return self.bind(**tool_options(tools, tool_choice), **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        result: ChatResult = _wait(self._agenerate(messages, stop, **kwargs))
        return result

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = await self.pool.complete(self.model, messages, self._options(stop, kwargs))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self.pool.stream(self.model, messages, self._options(stop, kwargs))
        while (piece := _wait(_next(pieces))) is not None:
            chunk = ChatGenerationChunk(message=piece)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for piece in self.pool.stream(self.model, messages, self._options(stop, kwargs)):
            chunk = ChatGenerationChunk(message=piece)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _options(self, stop: list[str] | None, extra: dict[str, Any]) -> dict[str, Any]:
        return {**self.options, **({"stop": stop} if stop else {}), **extra}


def deadline_of(model: BaseChatModel) -> float:
    """Seconds that one customer's request may spend on this model, all rounds together."""
    return model.pool.policy.deadline_s if isinstance(model, LiteLLMChat) else DEADLINE_S


def for_tier(model: BaseChatModel, tier: Tier) -> BaseChatModel:
    """The model of a tier, where there are several."""
    return model.for_tier(tier) if isinstance(model, LiteLLMChat) else model


def has_larger(model: BaseChatModel) -> bool:
    """Whether the large tier is another model than the small one."""
    if not isinstance(model, LiteLLMChat):
        return False
    small, large = (model.tiers.get(tier, model.model) for tier in (Tier.SMALL_MODEL, Tier.LARGE_MODEL))
    return small != large


def tiers_of(model: BaseChatModel | None) -> tuple[Tier, ...]:
    """The tiers that there is a model for, cheapest first. A model that says nothing of tiers serves both."""
    if model is None:
        return ()
    known = model.pool.tiers if isinstance(model, LiteLLMChat) else ()
    return known or (Tier.SMALL_MODEL, Tier.LARGE_MODEL)


async def _next(pieces: AsyncIterator[AIMessageChunk]) -> AIMessageChunk | None:
    return await anext(pieces, None)


@cache
def _background() -> asyncio.AbstractEventLoop:
    """The event loop of callers that have none: one way of calling, for both worlds."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="shopgraph-models", daemon=True).start()
    return loop


def _wait(work: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(work, _background()).result()
