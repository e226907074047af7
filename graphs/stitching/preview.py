"""The context of a request that nobody has made yet: to look at, to measure, to test a recipe."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.domain import Channel, Customer, Principal
from shopgraph.errors import InvalidInput
from shopgraph.graphs.brief import Brief, write_brief
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Request, Stitched
from shopgraph.graphs.stitching.preparing import prepare_context
from shopgraph.graphs.stitching.recipes import Recipe, for_a_model
from shopgraph.graphs.stitching.source import Query
from shopgraph.graphs.stitching.stitch import gather
from shopgraph.guards.decisions import Verdict


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A context as a workflow or a model would get it."""

    recipe: type[Recipe]
    context: Stitched
    brief: Brief
    verdicts: tuple[Verdict, ...]
    """What was taken out of fetched texts."""


async def preview(
    shop: ShopServices,
    parts: Parts,
    *,
    intent: str,
    text: str = "",
    principal: Principal | None = None,
    region_id: str = "",
    with_model: bool = True,
) -> Preview:
    """Stitch and prepare a context, and do nothing else.

    Args:
        text: the message; its words and SKUs say which products are in question.
        region_id: a guest's region; empty for the customer's, else the shop's.
        with_model: as it is stitched for a model; else as for the intent's workflow.

    Raises:
        InvalidInput: there is no such intent, or no such region.
    """
    serving = parts.workflows.get(intent)
    if serving is None:
        raise InvalidInput(f"No intent is called {intent!r}.", remedy=f"One of {', '.join(sorted(parts.workflows))}.")
    recipe = for_a_model(serving.recipe, tuple(parts.sources)) if with_model else serving.recipe
    query = await query_of(
        shop, parts, intent=intent, text=text, principal=principal, region_id=region_id, with_model=with_model
    )
    context = await gather(parts.sources, recipe, query, deadline_ms=shop.source_deadline_ms, with_model=with_model)
    prepared = prepare_context(context, currency=query.request.currency, message=text)
    brief = write_brief(query.request, prepared.context, recipe, prepared.left_out)
    changed = {"left_out": brief.left_out, "tokens": brief.tokens, "passages": brief.passages}
    told = prepared.context.model_copy(update=changed)
    return Preview(recipe=recipe, context=told, brief=brief, verdicts=prepared.verdicts)


async def query_of(
    shop: ShopServices,
    parts: Parts,
    *,
    intent: str,
    text: str,
    principal: Principal | None,
    region_id: str,
    with_model: bool,
) -> Query:
    """What the sources are given for such a request.

    Raises:
        InvalidInput: there is no such region.
    """
    who = principal.customer_id if principal else None
    customer: Customer | None = await shop.connectors.crm.customer(who) if who else None
    wanted = region_id or (customer.region_id if customer else "") or shop.meta.default_region_id
    region = await shop.connectors.catalog.region(wanted)
    if region is None:
        known = ", ".join(item.id for item in await shop.connectors.catalog.regions())
        raise InvalidInput(f"The shop has no region {wanted!r}.", remedy=f"It sells in {known}.")
    request = Request(
        id="req_preview",
        conversation_id="conv_preview",
        text=text,
        channel=Channel.WEB,
        region_id=region.id,
        locale=region.locale,
        customer_id=customer.id if customer else "",
        method=principal.method if principal and customer else "",
        at=shop.clock.now(),
        timezone=region.timezone,
        currency=region.currency,
    )
    route = parts.router.route(text or intent.replace("_", " "))
    return Query(
        connectors=shop.connectors,
        policy=shop.policy,
        region_id=region.id,
        locale=region.locale,
        at=request.at,
        request=request,
        route=route.model_copy(update={"intent": intent}),
        memory=lambda: shop.memory,
        shared=shop.shared,
        customer=customer,
        with_products=with_model,
    )
