"""`shopgraph feedback`: a customer's own word on an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from shopgraph.cli.ask import As
from shopgraph.cli.output import print_model


def feedback(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="The answer's `request_id`.")],
    score: Annotated[str, typer.Option("--score", metavar="SCORE", help="up, down, or 1 to 5.")],
    comment: Annotated[str, typer.Option(help="In the customer's own words; kept as a message is.")] = "",
    as_email: As = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", metavar="ID", help="The request's; a guest has to name it.")
    ] = None,
    shop: Annotated[str | None, typer.Option("--shop", metavar="DIR|URL", help="The shop that answered.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Put a customer's word on an answer on the record: once for each request, and of nobody else's."""
    from shopgraph.cli.session import named_shop, open_session
    from shopgraph.config import load_settings
    from shopgraph.graphs import Score

    said = Score.parse(score)
    with open_session(named_shop(shop, load_settings())) as session:
        given = session.run(
            session.orchestrator.feedback(
                request,
                said,
                comment=comment,
                principal=session.vouched(as_email),
                conversation_id=conversation,
            )
        )
    if as_json:
        print_model(given)
    else:
        typer.echo(f"{given.request_id}: {given.score}{' (said before)' if given.replayed else ''}")
