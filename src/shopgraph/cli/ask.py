"""`shopgraph ask` and `shopgraph chat`: talk to the orchestrator."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import console, print_model, print_notice
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.domain import Channel

As = Annotated[
    str | None, typer.Option("--as", metavar="EMAIL", help="Vouch for this customer; without it a guest asks.")
]
ShopAt = Annotated[str | None, typer.Option("--shop", metavar="DIR|URL|JSON", help="The shop to ask.")]
ConversationId = Annotated[str | None, typer.Option("--conversation", metavar="ID", help="Continue this one.")]
ChannelName = Annotated[str, typer.Option("--channel", help="web, app, store, email, phone or marketplace.")]
RegionId = Annotated[str | None, typer.Option("--region", metavar="ID", help="A guest's region.")]


def ask(
    text: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    as_email: As = None,
    shop: ShopAt = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    conversation: ConversationId = None,
    channel: ChannelName = "web",
    region: RegionId = None,
) -> None:
    """Ask one question and print the answer."""
    from shopgraph.cli.session import open_session

    parsed = parse_channel(channel)
    question = _stdin() if text == "-" else text
    with open_session(shop, continues=conversation is not None) as session:
        answer = session.ask(
            question,
            principal=session.vouched(as_email),
            conversation_id=conversation,
            channel=parsed,
            region_id=region,
        )
    if as_json:
        print_model(answer)
        return
    typer.echo(answer.answer)
    if answer.pending is not None:
        print_notice(f"awaits a yes: {answer.pending.summary} (--conversation {answer.conversation_id})")


def chat(
    as_email: As = None,
    shop: ShopAt = None,
    conversation: ConversationId = None,
    channel: ChannelName = "web",
    region: RegionId = None,
) -> None:
    """Talk to the shop; an empty line or end of input ends it."""
    from shopgraph.cli.session import open_session

    parsed = parse_channel(channel)
    out = console()
    with open_session(shop, continues=conversation is not None) as session:
        principal = session.vouched(as_email)
        while (line := _line()) is not None:
            try:
                answer = session.ask(
                    line, principal=principal, conversation_id=conversation, channel=parsed, region_id=region
                )
            except InvalidInput as error:
                print_notice(f"error: {error}")
                continue
            conversation = answer.conversation_id
            out.print(answer.answer, style="bold")
            out.print(f"  {answer.route.intent} by {answer.route.tier}: {answer.route.why}", style="dim")
    if conversation is not None:
        print_notice(f"conversation {conversation}")


def parse_channel(name: str) -> Channel:
    """The channel of that name.

    Raises:
        InvalidInput: there is none; names those there are.
    """
    from shopgraph.domain import Channel

    try:
        return Channel(name)
    except ValueError:
        raise InvalidInput(f"{name!r} is no channel.", remedy=f"One of {', '.join(Channel)}.") from None


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\n")
    except UnicodeDecodeError:
        raise InvalidInput("Standard input is no UTF-8 text.", remedy="Encode the question as UTF-8.") from None


def _line() -> str | None:
    try:
        line = input("you> " if sys.stdin.isatty() else "")
    except EOFError:
        return None
    return line if line.strip() else None
