"""What an orchestrator is made of: the defaults, and what an engineer adds or puts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from shopgraph.errors import ConfigurationError
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.guards.chain import GuardChain
from shopgraph.models.router import IntentRouter

if TYPE_CHECKING:
    from shopgraph.graphs.stitching.source import ContextSource
    from shopgraph.graphs.turns import Workflow


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The replaceable parts of an orchestrator."""

    shop: ShopServices | None
    """The shop of runs that name none."""
    router: IntentRouter
    workflows: Mapping[str, Workflow]
    """By intent."""
    sources: Mapping[str, ContextSource]
    """By name, in the order in which they are reported."""
    guards: GuardChain | None = None
    """None: the shop's own."""
    model: BaseChatModel | None = None
    """None: the shop's own, if it has one."""

    def shop_for(self, context: RunContext) -> ShopServices:
        """The run's shop.

        Raises:
            ConfigurationError: neither the run nor the graph names one.
        """
        shop: ShopServices | None = context.shop or self.shop
        if shop is None:
            raise ConfigurationError(
                "This graph has no shop.",
                remedy="Pass context=RunContext(shop=Shop.demo()), or build it with build_orchestrator(shop=...).",
            )
        return shop

    def named_workflows(self) -> tuple[Workflow, ...]:
        """Each workflow once, in the order of its first intent."""
        return tuple(dict.fromkeys(self.workflows.values()))


def by_intent(defaults: Iterable[Workflow], own: Iterable[Workflow]) -> dict[str, Workflow]:
    """Index workflows by intent; an own one takes the place of a default of the same intent.

    Raises:
        ConfigurationError: two own workflows claim one intent.
    """
    table = {intent: workflow for workflow in defaults for intent in workflow.intents}
    claimed: dict[str, str] = {}
    for workflow in own:
        for intent in workflow.intents:
            if intent in claimed:
                raise ConfigurationError(
                    f"The workflows {claimed[intent]!r} and {workflow.name!r} both claim the intent {intent!r}.",
                    remedy="Give each intent to one of them.",
                )
            claimed[intent] = workflow.name
            table[intent] = workflow
    return table
