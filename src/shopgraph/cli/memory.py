"""`shopgraph memory`: what the brand remembers of a customer, and forgetting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_json, print_model
from shopgraph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from shopgraph.cli.session import Session

app = typer.Typer(help="What the brand remembers of a customer.", no_args_is_help=True)
Whom = Annotated[str, typer.Option("--as", metavar="EMAIL", help="The customer.")]
ShopAt = Annotated[str | None, typer.Option("--shop", metavar="DIR|URL|JSON", help="The shop.")]


@app.command("show")
def show(as_email: Whom, shop: ShopAt = None) -> None:
    """Print what was shown and promised to a customer, and what of it still holds, as JSON."""
    from shopgraph.cli.session import open_session

    with open_session(shop) as session:
        recall = session.run(session.shop.memory.of(_customer_id(session, as_email)).recall())
    print_json(
        {
            kind: {
                "fresh": [fact.model_dump(mode="json") for fact in recalled.fresh],
                "outdated": [
                    {
                        "fact": each.fact.model_dump(mode="json"),
                        "because": str(each.because),
                        "differences": [str(difference) for difference in each.differences],
                    }
                    for each in recalled.outdated
                ],
            }
            for kind, recalled in (("shown", recall.shown), ("promises", recall.promises))
        }
    )


@app.command("forget")
def forget(
    as_email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The customer, as the CRM knows them.")] = "",
    customer: Annotated[str, typer.Option(metavar="ID", help="Or by id: one whom the CRM has deleted, too.")] = "",
    shop: ShopAt = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be undone.")] = False,
) -> None:
    """Forget a customer: brand memory, conversations, words at the desk, kept answers. Orders and the log stay."""
    if bool(as_email) == bool(customer):
        raise InvalidInput("Say who is forgotten.", remedy="One of --as and --customer.")
    if not yes:
        raise InvalidInput("Forgetting cannot be undone.", remedy="Say --yes.")
    from shopgraph.cli.session import open_session
    from shopgraph.graphs.forgetting import forget_customer

    with open_session(shop) as session:
        forgotten = session.run(forget_customer(session.shop, customer or _customer_id(session, as_email)))
    print_model(forgotten)


def _customer_id(session: Session, email: str) -> str:
    customer = session.run(session.shop.connectors.crm.find_by_email(email.strip()))
    if customer is None:
        raise NotFound(f"No customer has the e-mail address {email}.", remedy="Write it as the shop has it.")
    return customer.id
