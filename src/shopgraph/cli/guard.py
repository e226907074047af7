"""`shopgraph guard`: the checks on the way out, for a text and its facts from anywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_json, print_notice, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.guards.chain import GuardChain
    from shopgraph.guards.facts import Facts

app = typer.Typer(help="Check an answer against facts, and list the checks.", no_args_is_help=True)

Policy = Annotated[
    str | None, typer.Option("--policy", metavar="BUNDLE", help="Brand and hosts where the facts bring none.")
]


@app.callback()
def group() -> None:
    """Check an answer against facts, and list the checks."""


@app.command()
def check(
    facts: Annotated[Path, typer.Option("--facts", metavar="FACTS", help="The request's facts, as JSON.")],
    policy: Policy = None,
    as_json: Annotated[bool, typer.Option("--json", help="Verdict, text and findings as JSON.")] = False,
) -> None:
    """Correct the draft on stdin; exit 1 when it is blocked."""
    result = _chain(policy).run(sys.stdin.read(), _read_facts(facts))
    findings = [found.model_dump(mode="json") for found in result.verdicts]
    if as_json:
        print_json({"verdict": str(result.verdict), "text": result.text, "findings": findings})
    else:
        sys.stdout.write(result.text)
        print_notice(f"verdict: {result.verdict}")
        for found in result.verdicts:
            change = f" {found.before!r} -> {found.after!r}" if found.before else ""
            print_notice(f"{found.guard}: {found.verdict}{change}: {found.reason}")
    if result.blocked:
        raise typer.Exit(1)


@app.command("list")
def list_checks(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Every check, what it protects, and what becomes of an answer when it fails."""
    from shopgraph.guards.checks import CHECKS

    if as_json:
        print_json([{"name": c.name, "protects": c.protects, "on_error": str(c.on_error)} for c in CHECKS])
        return
    width = max(len(check.name) for check in CHECKS)
    for check in CHECKS:
        typer.echo(visible(f"{check.name:<{width}}  {check.on_error:<6}  {check.protects}"))


def _chain(policy: str | None) -> GuardChain:
    from shopgraph.guards.chain import GuardChain
    from shopgraph.guards.checks import CHECKS
    from shopgraph.guards.policy import load_bundle

    return GuardChain.for_bundle(load_bundle(policy)) if policy else GuardChain(CHECKS)


def _read_facts(path: Path) -> Facts:
    from pydantic import ValidationError

    from shopgraph.guards.facts import Facts

    try:
        return Facts.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Name a file of facts.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise InvalidInput(f"{path}, {where}: {first['msg']}.", remedy="docs/guards.md shows the form.") from None
