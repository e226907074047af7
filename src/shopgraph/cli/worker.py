"""`shopgraph worker`: carries out the actions of shops, and takes over what dead processes left."""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import ExitStack
from typing import Annotated

import typer

from shopgraph.cli.output import print_notice


def worker(
    shops: Annotated[list[str], typer.Argument(metavar="SHOP...", help="Shop folders or database URLs.")],
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="URL", help="The engine's database; without it the configured.")
    ] = None,
) -> None:
    """Carry out the actions of shops until told to stop (SIGTERM or Ctrl-C); what is under way is left in order."""
    from shopgraph.config import load_settings
    from shopgraph.shop import Shop, gateway_options, shop_options

    settings = load_settings()
    logging.basicConfig(level=settings.log_level.value, format="%(levelname)s %(name)s: %(message)s")
    options = shop_options(settings) | gateway_options(settings) | ({"engine": engine} if engine else {})
    with ExitStack() as closing:
        closing.callback(_close_engine)
        serving = 0
        for where in shops:
            shop = closing.enter_context(Shop.open(where, **options))
            if not shop.connectors.outside:
                print_notice(f"{where}: every action is one transaction of its database; there is nothing to do.")
                continue
            shop.engine.attach(shop.services)
            print_notice(f"{where}: serving {shop.meta.name} ({', '.join(sorted(shop.connectors.outside))} outside)")
            serving += 1
        if serving:
            _until_told_to_stop()


def _until_told_to_stop() -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    print_notice("ready")
    stopped.wait()
    print_notice("stopping")


def _close_engine() -> None:
    """After the shops: closing one lets the steps that are being done end."""
    from shopgraph.tools.durable.engine import Engine

    if (engine := Engine.of_process()) is not None:
        engine.close()
