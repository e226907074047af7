"""`shopgraph policy diff`, `install`, `versions`, `back`: one version of a policy after another."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_model, print_notice, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic import JsonValue

    from shopgraph.guards.changes import AnswerChange, PolicyDiff, Question
    from shopgraph.guards.policy import PolicyBundle
    from shopgraph.shop import Shop

Folder = Annotated[Path, typer.Argument(metavar="SHOP", help="The shop's folder.")]


def diff(
    old: Annotated[str, typer.Argument(help="A packaged bundle, or a folder.")],
    new: Annotated[str, typer.Argument(help="A packaged bundle, or a folder.")],
    cases: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Questions to put to both.")] = None,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="DIR|URL", help="Put what was really asked there, from its log.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which rules, limits, calendars and answers another version changes; exit 1 when it changes an answer."""
    from shopgraph.guards.changes import compare
    from shopgraph.guards.policy import load_bundle

    before, after = load_bundle(old), load_bundle(new)
    questions = [*_from_cases(before, after, cases or []), *(_from_log(shop) if shop else [])]
    found = compare(before, after, questions)
    if as_json:
        print_model(found)
    else:
        typer.echo(visible("\n".join(_told(found))))
    if found.answers:
        raise typer.Exit(1)


def install(
    source: Annotated[str, typer.Argument(metavar="BUNDLE", help="A folder, or a packaged bundle.")],
    folder: Folder,
    force: Annotated[bool, typer.Option("--force", help="Install although a case fails.")] = False,
) -> None:
    """Make a bundle the shop's policy, after its cases hold; the version before stays beside it."""
    from shopgraph.clock import RunningClock
    from shopgraph.guards import versions as kept
    from shopgraph.guards.cases import CASES, play, read_cases
    from shopgraph.guards.changes import compare
    from shopgraph.guards.policy import load_bundle

    bundle = load_bundle(source)
    with closing(_opened(folder)) as shop:
        before = shop.policy
        shop.require_fit(bundle)
    own = bundle.folder / CASES
    report = play(read_cases(own, bundle) if own.is_file() else (), bundle)
    if report.failed:
        print_notice(f"{len(report.failed)} of its cases fail; `shopgraph policy test {source}` lists them.")
    if report.failed and not force:
        print_notice("nothing was installed; --force installs it all the same.")
        raise typer.Exit(1)
    typer.echo("\n".join(_summary(compare(before, bundle, _from_cases(before, bundle, [])))))
    new = kept.install(bundle, folder, RunningClock().now())
    typer.echo(f"{folder} goes by {new.version}")


def new(
    folder: Annotated[Path, typer.Argument(help="Where it will lie.")],
    source: Annotated[str, typer.Option("--from", metavar="BUNDLE", help="What to begin with.")] = "default",
) -> None:
    """Begin a bundle of your own as a copy of another one."""
    import shutil

    from shopgraph.guards.policy import BUNDLES, load_bundle

    if folder.exists():
        raise InvalidInput(f"{folder} is there already.", remedy="Name a folder that is not.")
    if (BUNDLES / folder).is_dir():
        raise InvalidInput(f"{folder} is the name of a packaged bundle.", remedy="Name your own otherwise.")
    shutil.copytree(load_bundle(source).folder, folder)
    typer.echo(f"{folder}: edit it, then shopgraph policy check {folder} and shopgraph policy test {folder}")


def versions(folder: Folder) -> None:
    """List the versions of a shop's policy; the live one is marked."""
    from shopgraph.guards import versions as kept

    with closing(_opened(folder)) as shop:
        live = shop.policy.version
    history = kept.installed(folder)
    for entry in history:
        at = f"installed {entry.at:%Y-%m-%d %H:%M} UTC" if entry.at else "from before"
        typer.echo(f"{'*' if entry is history[-1] else ' '} {entry.version}  {at}")
    if not history:
        typer.echo(f"* {live}  as the shop was made")
    elif history[-1].version != live:
        print_notice(f"notice: it was edited where it lies, and is {live} by now.")


def back(folder: Folder) -> None:
    """Make the version before the live one live again."""
    from shopgraph.guards import versions as kept

    with closing(_opened(folder)):
        pass
    typer.echo(f"{folder} goes by {kept.back(folder).version}")


def _opened(folder: Path) -> Shop:
    from shopgraph.shop import Shop

    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", remedy="A policy is installed in a shop's folder.")
    return Shop.open(folder)


def _from_cases(old: PolicyBundle, new: PolicyBundle, files: list[Path]) -> list[Question]:
    """The questions of these files; without any, those of both bundles' own cases."""
    from shopgraph.guards.cases import CASES, read_questions
    from shopgraph.guards.changes import Question

    own = [bundle.folder / CASES for bundle in (new, old) if (bundle.folder / CASES).is_file()]
    found = [Question(name=case.name, asked=case.question) for path in files or own for case in read_questions(path)]
    return list({question.asked.model_dump_json(): question for question in reversed(found)}.values())[::-1]


def _from_log(where: str) -> list[Question]:
    from shopgraph.guards.changes import Question
    from shopgraph.guards.decisions import PolicyRequest
    from shopgraph.shop import Shop

    with closing(Shop.open(where)) as shop:
        records = asyncio.run(shop.audit.of_node("gate"))
    found: dict[str, Question] = {}
    for record in records:
        for asked in _each(record.payload.get("questions")):
            question = Question(name=f"request {record.request_id}", asked=PolicyRequest.model_validate(asked))
            found[question.model_dump_json()] = question  # a request may pass the gate more than once
    return [*found.values()]


def _each(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _summary(diff: PolicyDiff) -> list[str]:
    lines = [f"{diff.old_version} -> {diff.new_version}"]
    lines += [f"{change.part} {change.id} is {change.kind}" for change in diff.parts] or ["no part of it differs"]
    return [*lines, f"{len(diff.answers)} of {diff.asked} answers differ"]


def _told(diff: PolicyDiff) -> list[str]:
    """The summary and each answer, those with another effect first."""
    changed = sorted(diff.answers, key=lambda change: change.old.effect is change.new.effect)
    return [*_summary(diff), *(f"  {_change(change)}" for change in changed)]


def _change(change: AnswerChange) -> str:
    old, new = change.old, change.new
    return f"{change.question.name}: {old.effect} {old.rule} -> {new.effect} {new.rule} ({new.reason})"
