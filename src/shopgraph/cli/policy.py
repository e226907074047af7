"""`shopgraph policy`: what a retailer's own staff do with rules: check, test, understand, compare and install them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli import policy_explain, policy_versions
from shopgraph.cli.output import print_notice, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.evals.report import EvalReport
    from shopgraph.guards.cases import CaseResult, CasesReport

app = typer.Typer(help="Check, test, explain, compare and install a shop's rules.", no_args_is_help=True)
app.command("explain")(policy_explain.explain)
app.command("new")(policy_versions.new)
app.command("diff")(policy_versions.diff)
app.command("install")(policy_versions.install)
app.command("versions")(policy_versions.versions)
app.command("back")(policy_versions.back)

Policy = Annotated[str | None, typer.Option("--policy", metavar="BUNDLE", help="A packaged bundle, or a folder.")]


@app.callback()
def group() -> None:
    """Check, test, explain, compare and install a shop's rules."""


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Bundles, or files of them.")],
    policy: Policy = None,
) -> None:
    """Find all that is wrong with rules, schemas, calendars and cases; exit 1 when something is."""
    from shopgraph.guards.checking import check as check_file
    from shopgraph.guards.policy import load_bundle

    answering = load_bundle(policy) if policy else None
    wrong = False
    for checked in [check_file(_place(name), answering) for name in files]:
        wrong = wrong or bool(checked.problems)
        for problem in checked.problems:
            typer.echo(visible(problem))
        if not checked.problems:
            typer.echo(f"{checked.path}: {', '.join(checked.held)}; nothing is wrong")
    if wrong:
        raise typer.Exit(1)


@app.command("test")
def run_cases(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Cases, or bundles with cases of their own.")],
    policy: Policy = None,
    cover: Annotated[bool, typer.Option("--require-coverage", help="Fail when a rule holds in no case.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="OUT", help="Write the cases here as JUnit.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures here.")] = None,
) -> None:
    """Ask the policy every case; exit 1 when it answers one otherwise than expected."""
    from shopgraph.evals.report import write_json, write_junit
    from shopgraph.guards.cases import play, read_cases
    from shopgraph.guards.policy import load_bundle

    paths = [_cases_file(_place(name)) for name in files]
    if policy is None and len({path.parent for path in paths}) > 1:
        raise InvalidInput("These cases lie beside several policies.", remedy="Name the one to ask with --policy.")
    bundle = load_bundle(policy or paths[0].parent)
    report = play([case for path in paths for case in read_cases(path, bundle)], bundle)
    for result in report.failed:
        typer.echo(visible(_failure(result)))
    typer.echo(f"{len(report.results) - len(report.failed)} of {len(report.results)} cases hold ({bundle.version})")
    if report.not_exercised:
        print_notice(f"in no case holds {', '.join(report.not_exercised)}")
    summary = _summary(report)
    if json_out:
        write_json(summary, json_out)
    if junit:
        write_junit(summary, report.not_exercised if cover else (), junit, group="policy")
    if report.failed or (cover and report.not_exercised):
        raise typer.Exit(1)


def _place(name: str) -> Path:
    """The path, or the packaged bundle of that name.

    Raises:
        InvalidInput: there is neither.
    """
    from shopgraph.guards.policy import BUNDLES

    path = Path(name)
    if path.exists():
        return path
    if (BUNDLES / name).is_dir():
        return BUNDLES / name
    raise InvalidInput(f"There is no {path}.", remedy="Name a bundle's folder or one of its files.")


def _cases_file(path: Path) -> Path:
    from shopgraph.guards.cases import CASES

    return path / CASES if path.is_dir() else path


def _summary(report: CasesReport) -> EvalReport:
    from shopgraph.evals.report import CaseResult as Result
    from shopgraph.evals.report import EvalReport

    return EvalReport(
        name="test",
        figures={
            "policy_version": report.policy_version,
            "cases": len(report.results),
            "held": len(report.results) - len(report.failed),
            "failed": [result.case.name for result in report.failed],
            "not_exercised": [*report.not_exercised],
        },
        cases=tuple(
            Result(id=result.case.name, passed=result.passed, detail="" if result.passed else _failure(result))
            for result in report.results
        ),
    )


def _failure(result: CaseResult) -> str:
    case, decision = result.case, result.decision
    why = decision.numbers.get("error", decision.reason)
    return (
        f"{case.file}, line {case.line}: {case.name}: expected {f'{case.effect} {case.rule}'.strip()}, "
        f"got {decision.effect} {decision.rule} ({why.rstrip('.')})"
    )
