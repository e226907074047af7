"""All models of a configuration behind one door: failover, health, budget, cache, and what each call was."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from shopgraph.errors import ModelFault
from shopgraph.models.budget import DEFAULT_OUTPUT_TOKENS, Budget, Reservation
from shopgraph.models.cache import AnswerCache
from shopgraph.models.calling import BudgetPolicy, CachePolicy, CallPolicy
from shopgraph.models.deployments import Deployment, LoadedRouter, order
from shopgraph.models.failover import Attempt, Failover, Won
from shopgraph.models.faults import NOT_BILLED, FaultKind, fault, fault_of, kind
from shopgraph.models.health import Health, RetryBudget
from shopgraph.models.prices import listed, price_entry
from shopgraph.models.rendering import (
    calls_of,
    chunk_of,
    chunks_of,
    message_of,
    rendered,
    says_something,
    whole,
    with_cache_hints,
    without_calls,
)
from shopgraph.models.routes import Tier
from shopgraph.models.scope import CallScope, ModelCall, current_scope
from shopgraph.models.spending import MemoryLedger, Price, SpendLedger, dollars_text
from shopgraph.telemetry import genai
from shopgraph.telemetry.tracing import span

_STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One call as it was asked for, before it is known who answers it."""

    model: str
    messages: Sequence[BaseMessage]
    content: Sequence[dict[str, Any]]
    options: Mapping[str, Any]
    scope: CallScope

    @property
    def request(self) -> dict[str, Any]:
        return {"model": self.model, "messages": self.content, **self.options}


@dataclass(kw_only=True)
class _Open:
    """A stream that has begun, with what was read of it so far."""

    pieces: AsyncIterator[AIMessageChunk]
    begun: list[AIMessageChunk]
    reservation: Reservation


@dataclass(frozen=True, kw_only=True)
class _Answered:
    message: AIMessage
    reservation: Reservation


class ModelPool:
    """The models of one configuration. Share one, so that all callers know of each other's faults and spending."""

    def __init__(
        self,
        deployments: Sequence[Deployment],
        *,
        calls: CallPolicy | None = None,
        budget: BudgetPolicy | None = None,
        cache: CachePolicy | None = None,
        ledger: SpendLedger | None = None,
        router_options: Mapping[str, Any] | None = None,
    ) -> None:
        self.deployments = tuple(deployments)
        self.policy = calls or CallPolicy()
        self.health = Health(self.policy.cooldown_s)
        self.budget = Budget(budget or BudgetPolicy(), ledger or MemoryLedger())
        self._retries = RetryBudget(self.policy.retry_share)
        self._cache = AnswerCache(cache or CachePolicy())
        self._options = dict(router_options or {})
        self._router: LoadedRouter | None = None
        self._loading = threading.Lock()
        self._turns = itertools.count()

    def load(self) -> LoadedRouter:
        """Load LiteLLM and resolve the keys; seconds of CPU the first time, nothing afterwards."""
        with self._loading:
            if self._router is None:
                self._router = LoadedRouter(self.deployments, self._options)
            return self._router

    @property
    def loaded(self) -> bool:
        """Whether LiteLLM is loaded and the keys are resolved."""
        return self._router is not None

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that a deployment was made for, cheapest first."""
        there = {each.tier for each in self.deployments}
        return tuple(tier for tier in (Tier.SMALL_MODEL, Tier.LARGE_MODEL) if tier in there)

    def price(self, tier: Tier) -> Price | None:
        """What the first model of a tier costs, without loading LiteLLM; None when nobody knows, or there is none."""
        first = next((each for each in self.deployments if each.tier is tier), None)
        if first is None:
            return None
        if self._router is not None:
            return self._router.price(first.id)
        model, priced = str(first.params.get("model", "")), first.params.get("input_cost_per_token") is not None
        return Price.of(first.params, {} if priced else price_entry(listed(), model))

    async def warm(self) -> None:
        """Load ahead of the first call, off the event loop: for the start of a server."""
        await asyncio.to_thread(self.load)

    async def complete(self, model: str, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> AIMessage:
        """One whole answer.

        Raises:
            ModelFault: no deployment gave one in time.
        """
        asked = self._asked(model, messages, options)
        key = self._cache.key(asked.scope.owner, asked.request)
        if (kept := self._cache.get(key)) is not None:
            self._note(asked, "", "cached", 0.0, hedged=False)
            return kept
        if self.policy.stream:
            won = await self._collected(asked)
        else:
            won = await self._first(asked, lambda name, seconds: self._whole(asked, name, seconds))
        message = won.answer.message
        cost = await self._settle(asked, won.deployment, message, won.answer.reservation)
        message.response_metadata |= {"deployment": won.deployment, "cost": cost}
        self._cache.put(key, message)
        return message

    async def stream(
        self, model: str, messages: Sequence[BaseMessage], options: Mapping[str, Any]
    ) -> AsyncIterator[AIMessageChunk]:
        """One answer piece by piece; tool calls come whole, at the end.

        Until the first piece any deployment may answer. After it the answer cannot be taken back.

        Raises:
            ModelFault: no deployment began an answer in time, or the one that did broke off.
        """
        asked = self._asked(model, messages, options)
        key = self._cache.key(asked.scope.owner, asked.request)
        if (kept := self._cache.get(key)) is not None:
            self._note(asked, "", "cached", 0.0, hedged=False)
            for piece in chunks_of(kept):
                yield piece
            return
        won = await self._first(asked, lambda name, seconds: self._opened(asked, name, seconds))
        pieces: list[AIMessageChunk] = []
        async for piece in self._rest(asked, won):
            pieces.append(piece)
            yield without_calls(piece)
        if (calls := calls_of(pieces)) is not None:
            yield calls
        message = whole(pieces)
        cost = await self._settle(asked, won.deployment, message, won.answer.reservation)
        self._cache.put(key, message)
        yield AIMessageChunk(content="", response_metadata={"deployment": won.deployment, "cost": cost})

    def forget(self, owner: str) -> None:
        """Let go of every answer that is kept for an owner."""
        self._cache.forget(owner)

    def _asked(self, model: str, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> _Asked:
        limit = self.policy.max_output_tokens or (DEFAULT_OUTPUT_TOKENS if self.budget.policy else None)
        given = dict(options)
        if limit is not None and not {"max_tokens", "max_completion_tokens"} & set(given):
            given["max_tokens"] = limit
        return _Asked(model=model, messages=messages, content=rendered(messages), options=given, scope=current_scope())

    async def _first(self, asked: _Asked, attempt: Attempt[T]) -> Won[T]:
        # Loading blocks for seconds the first time: in a thread, so that nobody else's request waits for it.
        if self._router is None:
            await self.warm()
        return await Failover(
            model=asked.model,
            deployments=order(self.deployments, asked.model, self.policy, next(self._turns)),
            attempt=attempt,
            policy=self.policy,
            health=self.health,
            retries=self._retries,
            seconds=asked.scope.left(self.policy.deadline_s),
            told=lambda name, outcome, ms, hedged: self._note(asked, name, outcome, ms, hedged=hedged),
            secrets=self.load().secrets,
        ).run()

    async def _ask(self, asked: _Asked, name: str, seconds: float, extra: Mapping[str, Any]) -> tuple[Any, Reservation]:
        router = self.load()
        deployment = next(each for each in self.deployments if each.id == name)
        content = with_cache_hints(asked.content, asked.messages) if deployment.marks_prompts else asked.content
        limit = asked.options.get("max_completion_tokens") or asked.options.get("max_tokens") or DEFAULT_OUTPUT_TOKENS
        text = json.dumps(asked.request, default=repr) if self.budget.policy else ""
        reservation = await self.budget.reserve(name, router.price(name), text, limit, asked.scope)
        try:
            answer = await self._called(deployment, seconds, {"messages": content, **asked.options, **extra})
        except ModelFault as failed:
            if kind(failed) in NOT_BILLED:
                await self.budget.settle(reservation, 0, asked.scope)
            raise
        return answer, reservation

    async def _called(self, deployment: Deployment, seconds: float, request: Mapping[str, Any]) -> Any:
        """One call, under a span that keeps nothing of the provider's own words: they may hold the key."""
        router, answer, failed = self.load(), None, None
        with span(f"{genai.CHAT} {deployment.name}", **_attributes(deployment)) as recording:
            try:
                answer = await router.call(deployment.id, seconds, request)
            except Exception as error:
                failed = fault_of(error, deployment.shown, secrets=router.secrets)
                recording.set("fault", str(kind(failed)))
        if failed is not None:
            raise failed
        return answer

    async def _whole(self, asked: _Asked, name: str, seconds: float) -> _Answered:
        response, reservation = await self._ask(asked, name, seconds, {})
        message = message_of(response)
        if not says_something(message):
            raise fault(FaultKind.EMPTY, name)
        return _Answered(message=message, reservation=reservation)

    async def _opened(self, asked: _Asked, name: str, seconds: float) -> _Open:
        """A stream with its first words read, so that one that has none is not taken for an answer."""
        response, reservation = await self._ask(asked, name, seconds, _STREAMED)
        pieces = _messages(response)
        begun: list[AIMessageChunk] = []
        async for piece in pieces:
            begun.append(piece)
            if says_something(piece):
                return _Open(pieces=pieces, begun=begun, reservation=reservation)
        raise fault(FaultKind.EMPTY, name)

    async def _collected(self, asked: _Asked) -> Won[_Answered]:
        """A whole answer taken as a stream. What breaks off is asked for elsewhere: nobody has seen any of it."""
        for _ in range(len(self.deployments) - 1):
            with suppress(ModelFault):
                return await self._collect(asked)
            if asked.scope.left(self.policy.deadline_s) <= 0:
                break
        return await self._collect(asked)

    async def _collect(self, asked: _Asked) -> Won[_Answered]:
        won = await self._first(asked, lambda name, seconds: self._opened(asked, name, seconds))
        message = whole([piece async for piece in self._rest(asked, won)])
        return Won(deployment=won.deployment, answer=_Answered(message=message, reservation=won.answer.reservation))

    async def _rest(self, asked: _Asked, won: Won[_Open]) -> AsyncIterator[AIMessageChunk]:
        for piece in won.answer.begun:
            yield piece
        ends = asyncio.get_running_loop().time() + asked.scope.left(self.policy.deadline_s)
        while True:
            left = ends - asyncio.get_running_loop().time()
            try:
                piece = await asyncio.wait_for(anext(won.answer.pieces), min(self.policy.timeout_s, left))
            except StopAsyncIteration:
                return
            except Exception as error:
                self.health.failed(won.deployment)
                failed = fault_of(error, won.deployment, secrets=self.load().secrets)
                self._correct(asked, won.deployment, outcome=str(kind(failed)))
                raise failed from None
            yield piece

    async def _settle(self, asked: _Asked, name: str, message: AIMessage, reservation: Reservation) -> str | None:
        """Book what the answer cost; US dollars as a decimal string, None where nobody knows the price."""
        usage, price = message.usage_metadata, reservation.price or self.load().price(name)
        if price is None or usage is None:
            return None
        cached = usage.get("input_token_details", {}).get("cache_read", 0)
        used = {"input_tokens": usage["input_tokens"], "output_tokens": usage["output_tokens"], "cached_tokens": cached}
        cost = price.cost(**used)
        await self.budget.settle(reservation, cost, asked.scope)
        self._correct(asked, name, **used, cost_nanousd=cost)
        return dollars_text(cost)

    def _note(self, asked: _Asked, name: str, outcome: str, ms: float, *, hedged: bool) -> None:
        tier = next((each.tier for each in self.deployments if each.id == name), None)
        asked.scope.calls.append(
            ModelCall(model=asked.model, deployment=name, tier=tier or "", ms=ms, outcome=outcome, hedged=hedged)
        )

    def _correct(self, asked: _Asked, name: str, **known: object) -> None:
        """Put what is known by now into the note of the newest call that this deployment answered."""
        calls = asked.scope.calls
        for place in reversed(range(len(calls))):
            if calls[place].deployment == name and calls[place].outcome == "ok":
                calls[place] = calls[place].model_copy(update=known)
                return


def _attributes(deployment: Deployment) -> dict[str, str]:
    """What a span says of a call; no text of it."""
    provider, _, model = str(deployment.params.get("model", "")).partition("/")
    return {
        genai.OPERATION_NAME: genai.CHAT,
        genai.PROVIDER_NAME: provider,
        genai.REQUEST_MODEL: model,
        "deployment": deployment.id,
        "tier": deployment.tier or "",
    }


async def _messages(response: Any) -> AsyncIterator[AIMessageChunk]:
    async for part in response:
        message = chunk_of(part).message
        if isinstance(message, AIMessageChunk):
            yield message


__all__ = ["ModelPool"]
