"""`shopgraph audit`: check, read, export, sign, replay and forget what is on the record."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from shopgraph.cli.output import print_json, print_model, print_notice, progress, visible
from shopgraph.errors import Erased, InvalidInput, NotFound

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditHead, AuditRecord, AuditReport, SignedHead
    from shopgraph.graphs.replay.replayer import Replayed, Replayer
    from shopgraph.shop import Shop

app = typer.Typer(help="The record of every step: verify, show, export, replay.", no_args_is_help=True)

ShopAt = Annotated[str | None, typer.Option("--shop", metavar="DIR|URL", help="The shop; without it the configured.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def verify(
    shop: ShopAt = None,
    head: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A signed head kept elsewhere: the log must reach it.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="FILE", help="signing.pub, in place of the shop's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every record against its hash, its neighbor and the signatures; exit 1 and name the first bad one."""
    from shopgraph.audit.secrets import PublicKey

    kept = _head(head) if head else None
    key = PublicKey.read(public_key) if public_key else None
    with opened(shop) as at:
        report = asyncio.run(at.audit.verify(head=kept, key=key))
    if as_json:
        print_model(report)
    else:
        typer.echo(_told(report, kept))
    if not report.intact:
        raise typer.Exit(1)


@app.command()
def show(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id.")],
    shop: ShopAt = None,
    original: Annotated[
        bool, typer.Option("--original", help="Decrypt what was sealed, too: personal data. That is recorded.")
    ] = False,
    staff: Annotated[str, typer.Option(metavar="ID", help="Who is looking; needed for --original.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show every record of a request."""
    if original and not staff:
        raise InvalidInput("Who is looking at personal data?", remedy="Say it with --staff ID.")
    with opened(shop) as at:
        records = asyncio.run(at.audit.events(request))
        if not records:
            raise NotFound(f"There is no request {request} on the record.")
        shown = [_shown(at, record, original) for record in records]
        if original:
            asyncio.run(_note_reading(at, records[0], staff))
    if as_json:
        print_json({"request": request, "records": shown})
        return
    for each in shown:
        typer.echo(visible(f"{each['position']:>8} {each['at']} {each['node']} {each['kind']}"))
        for name in ("payload", "original"):
            if each.get(name):
                typer.echo(visible(f"         {json.dumps(each[name], ensure_ascii=False)}"))


@app.command()
def export(
    shop: ShopAt = None,
    purpose: Annotated[
        str | None, typer.Option("--for", metavar="PURPOSE", help="Training rows: router, tiers, chat or preference.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; without it to the terminal.")] = None,
) -> None:
    """Write the log as JSON Lines: its records, or training rows made of what stands in clear."""
    from shopgraph.audit.training import Purpose, training_rows

    try:
        chosen = Purpose(purpose) if purpose else None
    except ValueError:
        raise InvalidInput(f"There are no rows for {purpose!r}.", remedy=f"One of {', '.join(Purpose)}.") from None
    count = 0
    with opened(shop) as at, _written(out) as file:
        if chosen is not None:
            for row in training_rows(at.audit.records(), chosen):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        else:
            for record in at.audit.records():
                file.write(record.model_dump_json() + "\n")
                count += 1
    print_notice(f"{count:,} {'rows' if chosen else 'records'}.")


@app.command()
def checkpoint(
    shop: ShopAt = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the signed head goes.")] = None,
) -> None:
    """Sign the log as it stands; keep the head where whoever could change the log cannot."""
    with opened(shop) as at:
        head = asyncio.run(at.audit.checkpoint(at.clock.now()))
    if out is None:
        print_model(head)
        return
    out.write_text(head.model_dump_json(indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{out}: {head.records:,} records, signed by {head.key}")


@app.command()
def forget(
    shop: ShopAt = None,
    customer: Annotated[str, typer.Option(metavar="ID", help="Whose personal data: a customer's.")] = "",
    conversation: Annotated[str, typer.Option(metavar="ID", help="Whose: of a guest's conversation.")] = "",
    before: Annotated[str, typer.Option(metavar="YYYY-MM", help="Everybody's, of the months before this one.")] = "",
    by: Annotated[str, typer.Option(metavar="WHO", help="Who ordered it; it is on the record.")] = "",
) -> None:
    """Destroy keys: what they sealed cannot be read any more. The chain still verifies."""
    subjects = [f"customer:{customer}"] * bool(customer) + [f"conversation:{conversation}"] * bool(conversation)
    if len(subjects) + bool(before) != 1:
        raise InvalidInput("Say whose keys are destroyed.", remedy="One of --customer, --conversation and --before.")
    if not by:
        raise InvalidInput("Who ordered it?", remedy="Say it with --by.")
    with opened(shop) as at:
        subject = subjects[0] if subjects else ""
        count = asyncio.run(at.audit.forget(subject, before_month=before, at=at.clock.now(), by=by))
    typer.echo(f"{count} keys destroyed.")


@app.command()
def replay(
    requests: Annotated[list[str] | None, typer.Argument(metavar="REQUEST...", help="Their ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every request on the record.")] = False,
    policy: Annotated[str | None, typer.Option(metavar="BUNDLE", help="A folder, or a packaged bundle.")] = None,
    router: Annotated[Path | None, typer.Option(metavar="DIR", help="What `shopgraph train router` made.")] = None,
    shop: ShopAt = None,
    as_json: AsJson = False,
) -> None:
    """Run recorded requests again, from their context and model answers; exit 1 when anything differs."""
    from shopgraph.graphs import build_orchestrator
    from shopgraph.graphs.replay.replayer import Replayer
    from shopgraph.guards.policy import load_bundle
    from shopgraph.models.router import IntentRouter

    if bool(requests) == every:
        raise InvalidInput("Say which requests.", remedy="Their ids, or --all.")
    with opened(shop) as at:
        replayer = Replayer(
            at,
            build_orchestrator(at).parts,
            policy=load_bundle(policy) if policy else None,
            router=IntentRouter.load(router) if router else None,
        )
        ids = requests or request_ids(at)
        results, erased = asyncio.run(_replayed(replayer, ids))
    differing = [each for each in results if not each.same]
    if as_json:
        print_json(
            {
                "requests": len(results),
                "differing": [each.model_dump(mode="json") for each in differing],
                "erased": erased,
            }
        )
    else:
        for line in _lines(results, differing, erased):
            typer.echo(visible(line))
    if differing:
        raise typer.Exit(1)


def request_ids(shop: Shop) -> list[str]:
    """Every request on the record that came to an outcome, in order."""
    from shopgraph.graphs.notes import ORIGINAL

    return [*dict.fromkeys(each.request_id for each in shop.audit.records() if each.kind == ORIGINAL)]


@contextmanager
def opened(where: str | None) -> Iterator[Shop]:
    """The shop that was named, else the configured one; a throw-away one has no record to look at.

    Raises:
        InvalidInput: none was named.
    """
    from shopgraph.cli.session import named_shop
    from shopgraph.config import load_settings
    from shopgraph.shop import Shop, shop_options

    settings = load_settings()
    named = named_shop(where, settings)
    with closing(Shop.open(named, **shop_options(settings))) as shop:
        yield shop


async def _replayed(replayer: Replayer, ids: list[str]) -> tuple[list[Replayed], list[str]]:
    results: list[Replayed] = []
    erased: list[str] = []
    with progress() as bar:
        for request_id in bar.track(ids, description="replaying"):
            try:
                results.append(await replayer.replay(request_id))
            except Erased:
                erased.append(request_id)
    return results, erased


def _lines(results: list[Replayed], differing: list[Replayed], erased: list[str]) -> Iterator[str]:
    for each in differing:
        yield each.request_id
        for found in each.differences:
            yield f"  {found.what}"
            yield f"    - {json.dumps(found.recorded, ensure_ascii=False)}"
            yield f"    + {json.dumps(found.replayed, ensure_ascii=False)}"
        yield from (f"  note: {note}" for note in each.notes)
    if erased:
        yield f"{len(erased)} cannot be replayed: the key of their customer was destroyed ({', '.join(erased[:5])})."
    yield f"{len(differing)} of {len(results)} requests differ."


def _head(path: Path) -> SignedHead:
    from pydantic import ValidationError

    from shopgraph.audit.log import SignedHead

    try:
        return SignedHead.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        raise InvalidInput(
            f"{path} is no signed head.", remedy="`shopgraph audit checkpoint --out FILE` writes one."
        ) from None


def _told(report: AuditReport, kept: AuditHead | None) -> str:
    if report.first_bad is None:
        reaches = f", and reaches the head of {kept.records:,}" if kept else ""
        return f"Intact: {report.records:,} records, {report.checkpoints:,} signatures{reaches}."
    bad = report.first_bad
    whose = f" (request {bad.request_id})" if bad.request_id else ""
    return visible(
        f"NOT INTACT: record {bad.position:,} is {bad.finding}{whose}. {report.records:,} before it are good."
    )


def _shown(shop: Shop, record: AuditRecord, original: bool) -> dict[str, object]:
    shown: dict[str, object] = record.model_dump(mode="json", exclude={"sealed"})
    shown["sealed_bytes"] = len(record.sealed or b"")
    if original and record.sealed is not None:
        try:
            shown["original"] = shop.audit.original(record)
        except Erased as error:
            shown["original"] = {"erased": error.message}
    return shown


async def _note_reading(shop: Shop, record: AuditRecord, staff: str) -> None:
    from shopgraph.audit.log import AuditEvent

    event = AuditEvent(
        request_id=record.request_id,
        conversation_id=record.conversation_id,
        node="audit",
        layer="audit",
        kind="original_shown",
        at=shop.clock.now(),
        payload={"staff": staff},
    )
    await shop.audit.append([event])


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    with out.open("w", encoding="utf-8") as file:
        yield file
