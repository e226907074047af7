"""`shopgraph demo`: a seeded shop, and customers who talk to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopgraph.cli.output import console, print_json, print_notice

if TYPE_CHECKING:
    from shopgraph.cli.demo.play import Played


def demo(
    stores: Annotated[int, typer.Option(help="How many stores.", min=1)] = 4,
    seed: Annotated[int, typer.Option(help="Same seed, same shop.")] = 7,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the shop in this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    crash: Annotated[bool, typer.Option("--crash", help="Kill a worker in the middle of a refund instead.")] = False,
) -> None:
    """Open a demo shop and play customer conversations: what was routed, decided, corrected and done."""
    if crash:
        from shopgraph.cli.demo.crash import crash as play_crash

        play_crash()
        return
    from shopgraph.cli.demo.play import play
    from shopgraph.cli.demo.render import print_layers, print_played, print_title, total_layers
    from shopgraph.cli.demo.script import CONVERSATIONS
    from shopgraph.cli.session import demo_session

    out = console()
    played: list[Played] = []
    with demo_session(stores=stores, seed=seed, keep=keep) as session:
        if not as_json:
            typer.echo(f"{session.shop.meta.name}: {stores} stores, seed {seed}, {session.shop.clock.now():%d %B %Y}")
        for step in play(session, CONVERSATIONS):
            if not as_json:
                if not played or played[-1].conversation is not step.conversation:
                    print_title(out, CONVERSATIONS.index(step.conversation) + 1, step.conversation)
                print_played(out, step)
            played.append(step)
    layers = total_layers(step.answer for step in played if step.answer)
    if as_json:
        print_json(
            {
                "turns": [_as_json(step) for step in played],
                "layers": {name: view.model_dump(mode="json") for name, view in layers.items()},
            }
        )
    else:
        print_layers(out, layers)
    if keep is not None:
        print_notice(f"the shop is in {keep}; go on with: shopgraph chat --shop {keep}")


def _as_json(step: Played) -> dict[str, Any]:
    from shopgraph.cli.demo.conversation import Event

    said = {"event": step.turn.summary} if isinstance(step.turn, Event) else {"said": step.turn.text}
    return {
        "conversation": step.conversation.title,
        "persona": step.conversation.persona,
        "channel": step.conversation.channel.value,
        **said,
        "answer": step.answer.model_dump(mode="json") if step.answer else None,
        "unexpected": list(step.unexpected),
    }
