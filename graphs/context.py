"""What travels with a run but is not its state: the shop, and who is asking."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from pydantic import BaseModel, BeforeValidator, ConfigDict

from shopgraph.audit.log import AuditLog
from shopgraph.clock import Clock
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Principal, ShopMeta
from shopgraph.errors import ConfigurationError
from shopgraph.graphs.memory.brand import BrandMemory
from shopgraph.graphs.stitching.shared import SharedReads
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.policy import PolicyBundle
from shopgraph.models.learned import LearnedRouting
from shopgraph.models.recommend.model import RecommenderModel
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import Services


class ShopServices(Protocol):
    """What nodes may ask of a shop; `shopgraph.shop.Shop` is one."""

    @property
    def meta(self) -> ShopMeta: ...
    @property
    def connectors(self) -> Connectors: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def policy(self) -> PolicyBundle: ...
    @property
    def services(self) -> Services: ...
    @property
    def gate(self) -> Gate: ...
    @property
    def guards(self) -> GuardChain: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def chat_model(self) -> BaseChatModel | None: ...
    @property
    def routing(self) -> LearnedRouting: ...
    @property
    def checkpointer(self) -> BaseCheckpointSaver[Any]: ...
    @property
    def memory(self) -> BrandMemory: ...
    @property
    def shared(self) -> SharedReads: ...
    @property
    def recommender(self) -> RecommenderModel | None: ...
    @property
    def source_deadline_ms(self) -> int: ...


def _verified_only(value: Any) -> Principal:
    """A principal is an object that the host made; one that arrives as data (a client's JSON) is nobody."""
    return value if isinstance(value, Principal) else Principal.guest()


def _shop_only(value: Any) -> Any:
    """A shop is an object; one that arrives as data is none, and the graph's own is taken."""
    return value if hasattr(value, "connectors") else None


class RunContext(BaseModel):
    """LangGraph's runtime context. Keys that other servers add are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    shop: Annotated[Any, BeforeValidator(_shop_only)] = None
    """A `ShopServices`; None uses the one that the graph was built for."""
    principal: Annotated[Principal, BeforeValidator(_verified_only)] = Principal.guest()
    """Who is asking, as verified by the host. Left out, or given as data: a guest."""
    approver: Annotated[Principal, BeforeValidator(_verified_only)] = Principal.guest()
    """Who answers an approval that the run waits for; only a supervisor of the staff counts."""


def shop_of(context: RunContext, own: ShopServices | None) -> ShopServices:
    """The shop that a run names, else the one that its graph was built for.

    Raises:
        ConfigurationError: there is neither.
    """
    shop: ShopServices | None = context.shop or own
    if shop is None:
        raise ConfigurationError("This graph has no shop.", remedy="Pass context=RunContext(shop=...).")
    return shop
