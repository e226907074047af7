"""What the settings decide about an open shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopgraph.config import GatewayKind
from shopgraph.tools.durable.limits import Limits

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from shopgraph.config import Settings


def shop_options(settings: Settings) -> dict[str, Any]:
    """What the settings decide about an open shop: its deadlines, its model, what it has trained.

    Raises:
        ConfigurationError: the models file is wrong, there is no cassette to replay, or a trained folder is none.
    """
    options: dict[str, Any] = {"source_deadline_ms": settings.source_deadline_ms, "search": settings.search}
    if settings.audit_keys:
        options["audit_keys"] = Path(settings.audit_keys)
    options["embedding"] = settings.embedding
    if settings.engine:
        options["engine"] = settings.engine
    limits = Limits(
        at_once=settings.gateway_at_once,
        at_once_here=settings.gateway_at_once_here,
        starts_per_second=settings.gateway_starts_per_second,
    )
    if limits.any:
        options["limits"] = limits
    if settings.router or settings.tiers:
        options["trained"] = {"router": settings.router, "tiers": settings.tiers}
    if settings.models:
        from shopgraph.models.registry import load_models

        options["chat_model"] = load_models(Path(settings.models)).chat()
    if settings.cassette:
        options["chat_model"] = _on_tape(settings, options.get("chat_model"))
    return options


def _on_tape(settings: Settings, model: BaseChatModel | None) -> BaseChatModel:
    from shopgraph.guards.masking import hidden_words
    from shopgraph.guards.screen import mask_personal
    from shopgraph.models.cassette import Cassette, CassetteChat

    record = settings.cassette_record
    tape = Cassette(Path(settings.cassette), record=record, mask=mask_personal, hide=hidden_words)
    return CassetteChat(cassette=tape, inner=model)


def gateway_options(settings: Settings) -> dict[str, Any]:
    """What the settings decide about the money of a shop with a folder or URL; others are no business of a gateway.

    Raises:
        ConfigurationError: the gateway's secrets are not there.
        MissingDependency: its extra is not installed.
    """
    if settings.gateway is GatewayKind.RECORDS:
        return {}
    from shopgraph.connectors.stripe import StripeSettings, stripe_gateway

    secrets = StripeSettings.from_environment()
    return {"gateway": lambda meta: stripe_gateway(secrets, shop_id=meta.id)}
