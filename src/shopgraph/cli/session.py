"""An open shop and its orchestrator, for the commands that talk to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shopgraph.cli.output import print_notice, progress
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.config import Settings
    from shopgraph.domain import Channel, Principal
    from shopgraph.graphs import Orchestrator
    from shopgraph.graphs.answer import Answer
    from shopgraph.shop import Shop

T = TypeVar("T")


class Session:
    """One shop on one event loop, so that a conversation of several turns keeps its connections."""

    def __init__(self, shop: Shop, orchestrator: Orchestrator, runner: asyncio.Runner) -> None:
        self.shop = shop
        self.orchestrator = orchestrator
        self._runner = runner

    def ask(
        self,
        text: str,
        *,
        principal: Principal,
        conversation_id: str | None = None,
        channel: Channel,
        region_id: str | None = None,
    ) -> Answer:
        """One turn."""
        return self.run(
            self.orchestrator.ask(
                text, principal=principal, conversation_id=conversation_id, channel=channel, region_id=region_id
            )
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the session's event loop."""
        return self._runner.run(work)

    def vouched(self, email: str | None) -> Principal:
        """The customer with this e-mail address, for whom the host vouches; an unknown one is a guest."""
        from shopgraph.domain import Principal

        if email is None:
            return Principal.guest()
        customer = self.run(self.shop.connectors.crm.find_by_email(email.strip()))
        if customer is None:
            print_notice(f"notice: no customer has the e-mail address {email}; going on as a guest.")
            return Principal.guest()
        return Principal.customer(customer.id)


@contextmanager
def open_session(where: str | None, *, continues: bool = False) -> Iterator[Session]:
    """Open the shop that was named, else the configured one, else a throw-away demo shop.

    Raises:
        InvalidInput: a conversation is to be continued, but no shop was named.
        DamagedShop: what was named is no shop.
        ShopTooNew: a newer version made it.
    """
    from shopgraph.config import load_settings

    named = where or load_settings().shop
    if continues and not named:
        raise InvalidInput(
            "A conversation lives in its shop, and no shop was named.",
            remedy="Pass --shop, or set `shop` in shopgraph.toml.",
        )
    with asyncio.Runner() as runner, open_shop(where) as shop:
        yield Session(shop, _orchestrator(shop), runner)


def named_shop(where: str | None, settings: Settings) -> str:
    """The shop that was named, else the configured one: for commands that a throw-away shop has nothing for.

    Raises:
        InvalidInput: none was named.
    """
    named = where or settings.shop
    if not named:
        raise InvalidInput("No shop was named.", remedy="Name one with --shop, or set `shop` in shopgraph.toml.")
    return named


@contextmanager
def open_shop(where: str | None) -> Iterator[Shop]:
    """Open the shop that was named, else the configured one, else a throw-away demo shop.

    Raises:
        DamagedShop: what was named is no shop.
        ShopTooNew: a newer version made it.
    """
    from shopgraph.config import load_settings

    settings = load_settings()
    _observe(settings)
    with _opened(where or settings.shop, settings) as shop:
        yield shop


@contextmanager
def demo_session(*, stores: int, seed: int, keep: Path | None) -> Iterator[Session]:
    """A fresh demo shop with the demo's own model, thrown away afterwards unless `keep` names a folder for it.

    Raises:
        ConfigurationError: the folder is not empty.
    """
    from shopgraph.cli.demo.model import careless_model
    from shopgraph.clock import parse_instant
    from shopgraph.config import load_settings
    from shopgraph.connectors.demo import generate
    from shopgraph.shop import DEMO_INSTANT, Shop, shop_options

    settings = load_settings()
    _observe(settings)
    options: dict[str, Any] = {**shop_options(settings), "chat_model": careless_model()}
    with _making("making the demo shop"):
        if keep is None:
            shop = Shop.demo(stores=stores, seed=seed, **options)
        else:
            meta, parts = generate(stores=stores, seed=seed, at=parse_instant(DEMO_INSTANT))
            shop = Shop.create(keep, meta, parts, **options)
    with asyncio.Runner() as runner, closing(shop):
        yield Session(shop, _orchestrator(shop), runner)


@contextmanager
def _opened(named: str, settings: Settings) -> Iterator[Shop]:
    from shopgraph.shop import Shop, gateway_options, shop_options

    options = shop_options(settings)
    if named.endswith((".json", ".json.gz")):
        with _making(f"reading {named}"):
            shop = Shop.open(named, **options)
    elif named:
        shop = Shop.open(named, **options, **gateway_options(settings))
    else:
        print_notice("notice: no shop was named; using a demo shop that is gone afterwards.")
        with _making("making the demo shop"):
            shop = Shop.demo(**options)
    with closing(shop):
        yield shop


@contextmanager
def _making(what: str) -> Iterator[None]:
    with progress() as bar:
        bar.add_task(what, total=None)
        yield


def _observe(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level.value, format="%(levelname)s %(name)s: %(message)s")
    if not settings.langfuse and not settings.otlp:
        return
    from shopgraph.guards.screen import mask_personal

    sent = False
    if settings.langfuse:
        from shopgraph.telemetry.langfuse import configure_langfuse

        sent = configure_langfuse(share=settings.trace_share, mask=mask_personal)
    if settings.otlp:
        from shopgraph.telemetry.otlp import configure_otlp

        configure_otlp(settings.otlp, share=settings.trace_share, mask=mask_personal, spans=not sent)


def _orchestrator(shop: Shop) -> Orchestrator:
    from shopgraph.graphs import build_orchestrator

    return build_orchestrator(shop)
