"""Nothing personal leaves: markers in every field of a customer's records and values in messages, looked for in all.

One shop is talked to with every output on at once: traces and scores to a server, metrics, logs of this package and of
LiteLLM at DEBUG, a cassette, a judge, feedback, drift, the commands that print. The stores that hold a conversation so
that it can go on are looked at as well: what they hold has an owner, who can have it forgotten.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pydantic import BaseModel
from typer.testing import CliRunner

from shopgraph.audit.drift import drift_of
from shopgraph.audit.quality import quality_of
from shopgraph.audit.training import Purpose, training_rows
from shopgraph.cli.app import app
from shopgraph.clock import parse_instant
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import CustomerNote, Principal, SessionEvent, SessionEventKind, Value
from shopgraph.evals.outage.evaluate import ToModels
from shopgraph.evals.outage.provider import ScriptedProvider
from shopgraph.graphs import Score, build_orchestrator
from shopgraph.graphs.desk import HandoffDesk, Resolution
from shopgraph.graphs.judging import judge_answers
from shopgraph.guards.masking import hidden_words
from shopgraph.guards.screen import mask_personal
from shopgraph.models.cassette import Cassette, CassetteChat
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import DEMO_INSTANT, Shop
from shopgraph.telemetry import langfuse, metrics, scores, tracing

WHO = CAST["tracker"]
CUSTOMER, STAFF = Principal.customer(WHO.customer_id), Principal.staff("sta_1")
NOW = parse_instant(DEMO_INSTANT)
LONG_AGO, FAR = parse_instant("2020-01-01T00:00:00Z"), parse_instant("2030-01-01T00:00:00Z")
SHOPS_OWN = {
    "country",
    "state",
    "currency",
    "sku",
    "title",
    "brand",
    "carrier",
    "shipping_method",
    "version",
    "segments",
    "code",
}
"""Fields of a customer's records that are the shop's own words, and name nobody."""  # fmt: skip
TYPED = {
    "my name is Johanna Fischer, where is my order?": ["Johanna", "Fischer"],
    "i am grace hunter and my card 4111 1111 1111 1111 was charged twice": ["grace hunter", "4111 1111"],
    "call me on +49 151 23456789 or write to jo.fischer@example.net": ["23456789", "jo.fischer"],
    "send it to 48 Larkspur Crescent, Brookhaven NW1 6XE please": ["Larkspur", "Brookhaven"],
    "let me talk to a person, ask for Priya Raghunathan": ["Priya", "Raghunathan"],
    "wo ist die Bestellung von Bartholomew Ostrowski?": ["Bartholomew", "Ostrowski"],
}
"""What is typed, and what of it must not leave."""
COMMENT = "Thank you, Wilhelmina Achterberg"


class Marks:
    """Puts a word of its own into every text field of a customer's records."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def dataset(self, part: Dataset) -> Dataset:
        """The dataset with its marks; a note and a search of the customer's are added."""
        theirs = {each.id for each in part.orders if each.customer_id == WHO.customer_id}
        for name, rows in part.tables().items():
            setattr(part, name, [self.marked(row) if self._theirs(row, theirs) else row for row in rows])
        if any(each.id == WHO.customer_id for each in part.customers):
            note = CustomerNote(id="note_m", customer_id=WHO.customer_id, author="sta_1", body="x", created_at=NOW)
            seen = SessionEvent(
                id="evt_m",
                session_id="ses_m",
                customer_id=WHO.customer_id,
                kind=SessionEventKind.SEARCHED,
                subject="x",
                at=NOW,
            )
            part.notes = [*part.notes, self.marked(note)]
            part.session_events = [*part.session_events, self.marked(seen)]
        return part

    def _theirs(self, row: Value, orders: set[str]) -> bool:
        owner = getattr(row, "customer_id", None) or (row.id if type(row).__name__ == "Customer" else None)  # type: ignore[attr-defined]
        return owner == WHO.customer_id or getattr(row, "order_id", None) in orders

    def marked(self, row: Any) -> Any:
        """The value with marks in its texts, and in those of the values in it."""
        return row.model_copy(update={name: self._value(row, name) for name in type(row).model_fields})

    def _value(self, row: BaseModel, name: str) -> Any:
        value = getattr(row, name)
        if isinstance(value, BaseModel):
            return self.marked(value)
        if isinstance(value, tuple):
            return tuple(self.marked(each) if isinstance(each, BaseModel) else each for each in value)
        if type(value) is not str or name in SHOPS_OWN or name == "id" or name.endswith("_id"):
            return value
        return self.words.setdefault(f"{type(row).__name__}.{name}", self._word(name))

    def _word(self, name: str) -> str:
        number = len(self.words)
        match name:
            case "email":
                return f"vexquor{number}@example.org"
            case "phone":
                return f"+1 617 555 01{number:02d}"
            case "postal_code" | "last_four":
                return f"9{number:03d}"
            case _:
                return f"Vexquor{'abcdefghijklmnopqrstuvwxyz'[number]}zim"


class Server:
    """Takes everything that is posted, as a tracing server would."""

    def __init__(self) -> None:
        bodies: list[tuple[str, bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                unpacked = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                bodies.append((self.path, unpacked))
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                """Silent."""

        self.bodies = bodies
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@dataclass
class Watched:
    """What came out while the shop was talked to."""

    folder: Path
    outputs: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """The marks, by field."""
    asked_of_models: str = ""

    def leaks(self, name: str) -> list[str]:
        """What of all that must not leave stands in an output."""
        typed = [value for values in TYPED.values() for value in values]
        secret = [*self.words.values(), *typed, WHO.customer_id, "Wilhelmina", "Achterberg"]
        return [value for value in secret if stands_in(value, self.outputs[name])]


def stands_in(value: str, text: str) -> bool:
    """Whether it is written there; a few letters and digits inside a hash or a sealed text are chance."""
    return re.search(r"(?<![0-9A-Za-z+/=_-])" + re.escape(value) + r"(?![0-9A-Za-z+/=_-])", text) is not None


async def talk(shop: Shop, provider: ScriptedProvider, cassette: Path) -> str:
    """Conversations by workflows, and by a model over a real client; feedback, a judge, a person's desk.

    Gives what the judge was shown.
    """
    deployment = {"model": "openai/m", "api_base": provider.url, "api_key": "sk-none"}
    model = LiteLLMChat(model="m", model_list=[{"model_name": "m", "litellm_params": deployment}])
    taped = CassetteChat(cassette=Cassette(cassette, record=True, mask=mask_personal, hide=hidden_words), inner=model)
    plain = build_orchestrator(shop)
    for each in (plain, build_orchestrator(shop, model=taped, router=ToModels.shipped())):
        for principal in (CUSTOMER, Principal.guest()):
            answers = [await each.ask(text, principal=principal) for text in TYPED]
            await each.ask("where is my order?", principal=principal, conversation_id=answers[-1].conversation_id)
    liked = await plain.ask("where is my order?", principal=CUSTOMER)
    await plain.feedback(liked.request_id, Score.UP, comment=COMMENT, principal=CUSTOMER)
    judge = ScriptedChatModel(play=lambda _: AIMessage('{"score": 5}'))
    await judge_answers(shop, judge, "j", since=LONG_AGO, until=FAR, share=1.0, most=20)
    desk = HandoffDesk(shop)
    handed = next(each for each in await desk.list() if each.customer_id == WHO.customer_id)
    await desk.take(handed.id, staff=STAFF)
    await desk.resolve(handed.id, staff=STAFF, resolution=Resolution.SOLVED, note=COMMENT, answer=COMMENT)
    return "\n".join(str(message.text) for call in judge.calls for message in call)


class Lines(logging.Handler):
    """Everything that is logged, by whomever, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[list[str]]:
    """The lines that are logged inside, at DEBUG, as whoever looks for a fault has them."""
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A marked shop that was talked to, and all that came out."""
    folder, server, reader = tmp_path_factory.mktemp("marked") / "shop", Server(), InMemoryMetricReader()
    meta, parts = generate(stores=1, seed=7, at=NOW)
    marks = Marks()
    Shop.create(folder, meta, (marks.dataset(part) for part in parts)).close()
    found = Watched(folder=folder, words=marks.words)
    keys = {langfuse.PUBLIC_KEY: "pk-leaks", langfuse.SECRET_KEY: "sk", "LANGFUSE_BASE_URL": server.url}
    with listening() as lines, ScriptedProvider() as provider, closing(Shop.open(folder)) as shop:
        langfuse.configure_langfuse(keys, mask=mask_personal)
        metrics.configure(reader)
        found.outputs["judge"] = asyncio.run(talk(shop, provider, folder / "cassette.jsonl"))
        tracing.flush(60)
        found.asked_of_models = "\n".join(str(seen.body["messages"]) for seen in provider.seen)
        audit = shop.audit
        told = [
            quality_of(audit, LONG_AGO, FAR),
            drift_of(audit, LONG_AGO, NOW, before=parse_instant("2010-01-01T00:00:00Z")),
        ]
        found.outputs["quality and drift"] = "\n".join(each.model_dump_json() for each in told)
        rows = [row for purpose in Purpose for row in training_rows(audit.records(), purpose)]
        found.outputs["training rows"] = json.dumps(rows, ensure_ascii=False)
        found.outputs["audit log"] = "\n".join(each.model_dump_json() for each in audit.records())
        found.outputs["metrics"] = str(reader.get_metrics_data())
    tracing.use(None)
    scores.use(None)
    metrics.configure()
    server.http.shutdown()
    server.http.server_close()
    found.outputs["traces"] = "\n".join(body.decode("latin-1") for path, body in server.bodies if "otel" in path)
    found.outputs["scores"] = "\n".join(body.decode() for path, body in server.bodies if path.endswith("scores"))
    found.outputs["logs"] = "\n".join(lines)
    found.outputs["cassette"] = (folder / "cassette.jsonl").read_text(encoding="utf-8")
    files = [*folder.glob("audit.db*"), *(folder / "keys").iterdir(), *folder.glob("actions.db*")]
    found.outputs["files of the log"] = "\n".join(path.read_bytes().decode("latin-1") for path in files)
    for command in (("audit", "export"), ("audit", "export", "--for", "chat"), ("drift",), ("audit", "verify")):
        done = CliRunner().invoke(app, [*command, "--shop", str(folder)])
        assert done.exit_code == 0, done.output
        found.outputs[f"shopgraph {' '.join(command)}"] = done.output
    return found


OUTPUTS = (
    "judge", "quality and drift", "training rows", "audit log", "metrics", "traces", "scores", "logs", "cassette",
    "files of the log", "shopgraph audit export", "shopgraph audit export --for chat", "shopgraph drift",
    "shopgraph audit verify",
)  # fmt: skip


def test_every_output_is_looked_at_and_holds_something(watched: Watched) -> None:
    assert set(watched.outputs) == set(OUTPUTS)
    assert all(watched.outputs.values())
    assert "invoke_workflow shopgraph" in watched.outputs["traces"]
    assert {"groundedness", "feedback", "judge"} <= set(re.findall(r'"name": ?"(\w+)"', watched.outputs["scores"]))
    assert "shopgraph.requests" in watched.outputs["metrics"]
    assert "where is my order?" in watched.outputs["judge"]
    assert watched.outputs["cassette"].count("\n") > 3


def test_marks_stand_in_every_kind_of_record_and_models_were_told_of_them(watched: Watched) -> None:
    kinds = {name.partition(".")[0] for name in watched.words}
    assert kinds >= {"Customer", "Address", "CustomerNote", "SessionEvent", "PaymentMethod"}
    # The test can fail: what is looked for was there to be leaked.
    assert "Johanna" in watched.asked_of_models
    for name in ("Customer.given_name", "SessionEvent.subject"):
        assert watched.words[name] in watched.asked_of_models


@pytest.mark.parametrize("output", OUTPUTS)
def test_nothing_personal_stands_in(output: str, watched: Watched) -> None:
    assert watched.leaks(output) == []
