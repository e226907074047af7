"""`shopgraph eval`: evaluations as commands, each with the same options for writing and requiring figures."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import click
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from shopgraph.cli.output import print_json, print_notice

Json = Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures here as JSON.")]
Junit = Annotated[Path | None, typer.Option("--junit", metavar="OUT", help="Write cases and misses here as JUnit XML.")]
Require = Annotated[
    list[str] | None,
    typer.Option("--require", metavar="KEY>=VALUE", help="Fail with exit 1 unless the figure holds; repeatable."),
]


class EvalCommand(TyperCommand):
    """Takes several values after one repeatable option: `--train A B` is `--train A --train B`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values."""
        repeatable = {
            name
            for option in self.params
            if isinstance(option, click.Option) and option.multiple
            for name in option.opts
        }
        spread: list[str] = []
        option = ""
        for word in args:
            if word.startswith("-"):
                option = word if word in repeatable else ""
            elif option and spread[-1] != option:
                spread.append(option)
            spread.append(word)
        return super().parse_args(ctx, spread)


class EvalGroup(TyperGroup):
    """Makes a command of each registered evaluation when it is asked for."""

    prefix = ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The next words of the names that begin with this group's."""
        return sorted({name.removeprefix(self.prefix).split()[0] for name in self._names()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The evaluation's command, or a group of those that begin with the word."""
        from shopgraph.evals.registry import EVALUATIONS

        name = f"{self.prefix}{cmd_name}"
        if name in EVALUATIONS:
            return eval_command(name, EVALUATIONS)
        if any(known.startswith(f"{name} ") for known in self._names()):
            group = EvalGroup(name=cmd_name, no_args_is_help=True)
            group.prefix = f"{name} "
            return group
        return None

    def _names(self) -> list[str]:
        from shopgraph.evals.registry import EVALUATIONS

        return [name for name in EVALUATIONS if name.startswith(self.prefix)]


app = typer.Typer(cls=EvalGroup, help="Measure, and fail when a figure is missed.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Measure, and fail when a figure is missed."""


def eval_command(name: str, evaluations: Mapping[str, str]) -> click.Command:
    """The command of one evaluation: its own options, and --json, --junit and --require."""
    from shopgraph.evals.registry import load_evaluation

    evaluate = load_evaluation(name, evaluations)

    @functools.wraps(evaluate)
    def command(json_out: Path | None, junit_out: Path | None, require: list[str] | None, **options: Any) -> None:
        from shopgraph.evals.report import write_json, write_junit
        from shopgraph.evals.requirements import Requirement, missed

        requirements = [Requirement.parse(text) for text in require or ()]
        report = evaluate(**options)
        misses = missed(requirements, report.figures)
        if json_out:
            write_json(report, json_out)
        else:
            print_json(report.figures)
        if junit_out:
            write_junit(report, misses, junit_out)
        for line in misses:
            print_notice(f"missed: {line}")
        if misses:
            raise typer.Exit(1)

    own = get_type_hints(evaluate, include_extras=True)
    parameters = list(inspect.signature(evaluate).parameters.values())
    shared = {"json_out": Json, "junit_out": Junit, "require": Require}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(annotation=own[parameter.name]) for parameter in parameters]
        + [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
            for key, hint in shared.items()
        ]
    )
    command.__annotations__ = {**own, **shared, "return": None}
    del command.__wrapped__
    one = typer.Typer(add_completion=False)
    one.command(name.split()[-1], cls=EvalCommand)(command)
    return get_command(one)
