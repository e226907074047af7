"""`shopgraph policy explain`: why policy answers as it does, and what would change its answer."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_model, print_notice, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic import JsonValue

    from shopgraph.domain import Principal
    from shopgraph.guards.cedar import ActionShape
    from shopgraph.guards.decisions import PolicyRequest
    from shopgraph.guards.explain import Explanation
    from shopgraph.guards.policy import PolicyBundle
    from shopgraph.shop import Shop
    from shopgraph.tools.spec import GateOutcome


def explain(
    action: Annotated[str, typer.Option(help="What is asked for: a tool's name, or offer_discount.")],
    policy: Annotated[
        str | None, typer.Option(metavar="BUNDLE", help="A packaged bundle or a folder; without it the shop's own.")
    ] = None,
    shop: Annotated[str | None, typer.Option(metavar="DIR|URL|JSON", help="The shop whose policy is asked.")] = None,
    who: Annotated[
        str, typer.Option("--as", metavar="WHO", help="guest, customer:ID, staff:ID[:ROLE,...] or system:NAME.")
    ] = "customer:customer",
    owner: Annotated[str | None, typer.Option(metavar="ID", help="Whose record; without it the asker's own.")] = None,
    fact: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A fact; repeatable.")] = None,
    args: Annotated[
        str | None, typer.Option(metavar="JSON", help="With --shop: the call whose facts are read from its records.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what is decided, by which rules, on which facts, and what would change it. Nothing is done."""
    from shopgraph.domain import Principal
    from shopgraph.guards.explain import explain as explain_question
    from shopgraph.guards.policy import load_bundle

    principal, bundle = Principal.parse(who), load_bundle(policy) if policy else None
    if args is None:
        bundle = bundle or _policy_of(shop)
        explanation = explain_question(bundle, _asked(bundle, action, principal, owner, fact or []))
    elif fact or owner is not None:
        raise InvalidInput("--args reads facts and owner from the records.", remedy="Leave out --fact and --owner.")
    else:
        explanation = _explained_call(shop, bundle, action, principal, args)
    if as_json:
        print_model(explanation)
    else:
        _print(explanation)


def _asked(
    bundle: PolicyBundle, action: str, principal: Principal, owner: str | None, facts: list[str]
) -> PolicyRequest:
    """The question in facts of one's own, with what goes without saying in the bundle's cases."""
    from shopgraph.guards.cases import usual_facts
    from shopgraph.guards.decisions import PolicyRequest

    shape = bundle.actions.get(action)
    if shape is None:
        raise InvalidInput(f"There is no action {action!r}.", remedy=f"One of {', '.join(sorted(bundle.actions))}.")
    given = dict(_fact(shape, text) for text in facts)
    usual = {name: value for name, value in usual_facts(bundle, action).items() if name not in given}
    if usual:
        print_notice(f"notice: as is usual by the bundle's cases: {', '.join(usual)}")
    return PolicyRequest(
        principal=principal,
        action=action,
        owner_id=(principal.customer_id or "") if owner is None else owner,
        facts={**usual, **given},
    )


def _fact(shape: ActionShape, text: str) -> tuple[str, JsonValue]:
    from shopgraph.guards.cases import misfit

    name, equals, written = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r} is no fact.", remedy="Write NAME=VALUE.")
    value: JsonValue = written
    if written == "null":
        value = None
    elif shape.kinds.get(name) != "String":
        with suppress(ValueError):  # said below, with the fact's type
            value = json.loads(written)
    if what := misfit(shape, name, value):
        raise InvalidInput(f"{text!r} is no fact of this action: {what}.")
    return name, value


def _policy_of(where: str | None) -> PolicyBundle:
    from shopgraph.guards.policy import load_bundle
    from shopgraph.shop import Shop

    if where is None:
        return load_bundle("default")
    with closing(Shop.open(where)) as shop:
        return shop.policy


def _explained_call(
    where: str | None, bundle: PolicyBundle | None, action: str, principal: Principal, args: str
) -> Explanation:
    """The explanation of a call to a shop's tool, on the facts that its records tell."""
    from shopgraph.guards.explain import explain as explain_question
    from shopgraph.shop import Shop

    if where is None:
        raise InvalidInput("--args needs a shop whose records tell the facts.", remedy="Pass --shop, or --fact.")
    with closing(Shop.open(where)) as shop:
        outcome = asyncio.run(_judged(shop, action, principal, args))
        if outcome.question is None:
            said = "; ".join(f"{decision.rule}: {decision.reason}" for decision in outcome.decisions) or outcome.error
            raise InvalidInput(f"The call does not come as far as the rules. {said}")
        asked = bundle or shop.policy
    explanation = explain_question(asked, outcome.question)
    if asked.version != shop.policy.version:
        return explanation
    besides = tuple(decision for decision in outcome.decisions if decision.rule != explanation.decision.rule)
    return explanation.model_copy(update={"besides": besides})


async def _judged(shop: Shop, action: str, principal: Principal, args: str) -> GateOutcome:
    """How the gate judges a call, which it does not do."""
    from shopgraph.tools.spec import ToolCall, ToolContext

    try:
        arguments = json.loads(args)
    except ValueError as fault:
        raise InvalidInput(f"--args is no JSON: {fault}.") from None
    if not isinstance(arguments, dict):
        raise InvalidInput("--args is no JSON object.", remedy='Write it as {"order_id": "#D1000001"}.')
    context = ToolContext(services=shop.services, principal=principal, region_id=shop.meta.default_region_id)
    return await shop.gate.judge(context, ToolCall(tool=action, arguments=arguments, call_id="explain"))


def _print(explanation: Explanation) -> None:
    from shopgraph.guards.explain import caller_in_words

    question, decision = explanation.question, explanation.decision
    lines = [f"{question.action}, asked by {caller_in_words(question.principal)}: {decision.effect}"]
    lines.append(f"  {decision.numbers.get('error', decision.reason)} {decision.remedy}".rstrip())
    lines.append(f"decided by {decision.rule} ({decision.policy_version})")
    lines.append("rules that hold:" if explanation.rules else "no rule holds")
    lines += [f"  {Path(rule.file).name}:{rule.line}: {rule.effect} {rule.id}" for rule in explanation.rules]
    lines.append("facts that the rules read:" if explanation.read else "the rules read no facts")
    lines += [f"  {name} = {_shown(value)}" for name, value in explanation.read.items()]
    lines.append("what would change it:" if explanation.changes else "nothing near would change it")
    lines += [f"  {change.words} ({change.rule})" for change in explanation.changes]
    lines += [
        f"besides: {item.effect} {item.rule}: {item.reason} {item.remedy}".rstrip() for item in explanation.besides
    ]
    typer.echo(visible("\n".join(lines)))


def _shown(value: JsonValue) -> str:
    return "unknown" if value is None else json.dumps(value)
