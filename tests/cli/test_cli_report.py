"""The report and the live view from the command line."""

from __future__ import annotations

import io
import json
import os
import termios
import tty
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from shopgraph.audit.log import open_audit
from shopgraph.cli.app import app
from shopgraph.cli.report_top import Top, watch
from shopgraph.connectors.demo.cast import CAST
from shopgraph.telemetry.report.values import Report
from tests.cli.conftest import Invoke

WHO = CAST["tracker"]


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in which a customer asked with their own data in the text."""
    folder = tmp_path_factory.mktemp("reported") / "shop"
    run = CliRunner()
    said = f"I am {WHO.given_name} {WHO.family_name}, {WHO.email}, call +1 415 555 0132. Where is my order?"
    for words in (["shop", "init", folder, "--stores", "1"], ["ask", said, "--as", WHO.email, "--shop", folder]):
        done = run.invoke(app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
    return folder


def test_the_tables_the_json_and_the_page_tell_the_same_and_nobodys_data(
    shopgraph: Invoke, talked: Path, tmp_path: Path
) -> None:
    told = shopgraph("report", "--shop", talked)
    assert told.exit_code == 0
    assert "1 requests" in told.stdout
    for title in ("Layers", "Intents", "Tiers", "Context", "Quality"):
        assert title in told.stdout
    out, page = tmp_path / "report.json", tmp_path / "report.html"
    assert shopgraph("report", "--shop", talked, "--json", out, "--html", page, "--since", "2w").exit_code == 0
    report = Report.model_validate_json(out.read_text(encoding="utf-8"))
    assert (report.requests, report.intents[0].intent) == (1, "order_status")
    # The process that asked has ended, and put on the record how long it took as a whole.
    assert report.timed == 1
    assert report.latency.p50_ms > report.layers[0].per_request.p50_ms
    assert sum(line.share or 0.0 for line in report.layers) == pytest.approx(1, abs=0.01)
    html = page.read_text(encoding="utf-8")
    assert "order status" in html
    for text in (told.stdout, html, out.read_text(encoding="utf-8")):
        for personal in (WHO.given_name, WHO.family_name, WHO.email, "555 0132", "sub_"):
            assert personal not in text


def test_a_time_in_which_nothing_came_is_told_as_such(shopgraph: Invoke, talked: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert shopgraph("report", "--shop", talked, "--json", out, "--since", "2030-01-01").exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["requests"] == 0
    assert (
        "0 requests, since 2030-01-01 00:00 UTC"
        in shopgraph("report", "--shop", talked, "--since", "2030-01-01").stdout
    )


def test_top_prints_one_frame_and_follows_only_on_a_terminal(shopgraph: Invoke, talked: Path) -> None:
    done = shopgraph("top", "--once", "--shop", talked)
    assert done.exit_code == 0
    assert "1 requests" in done.stdout
    done = shopgraph("top", "--shop", talked)
    assert (done.exit_code, "--once prints one frame" in done.stderr.replace("`", "")) == (2, True)


@pytest.mark.parametrize("typed", [b"q", b"\x04"])
def test_top_is_left_by_a_key_and_hands_the_terminal_back(
    talked: Path, monkeypatch: pytest.MonkeyPatch, typed: bytes
) -> None:
    ours, theirs = os.openpty()
    shown = Console(file=io.StringIO(), force_terminal=True, width=120, height=40)
    monkeypatch.setattr("shopgraph.cli.report_top.console", lambda: shown)
    tty.setcbreak(theirs, termios.TCSANOW)
    before = termios.tcgetattr(theirs)
    with os.fdopen(theirs) as stdin, closing(open_audit(f"sqlite:///{talked / 'audit.db'}")) as log:
        monkeypatch.setattr("sys.stdin", stdin)
        os.write(ours, typed)
        watch(Top(log, "A shop", None), every=60.0)
        assert termios.tcgetattr(stdin) == before
    os.close(ours)
    assert "A shop: 1 requests" in shown.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [("--since", "gestern"), ("--json", "no/such/folder/report.json")])
def test_what_cannot_be_is_refused_in_one_line(shopgraph: Invoke, talked: Path, words: tuple[str, str]) -> None:
    done = shopgraph("report", "--shop", talked, *words)
    assert (done.exit_code, done.stderr.startswith("error: "), done.stderr.count("\n")) == (2, True, 1)
