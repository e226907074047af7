"""Secrets and keys: who may read them, what they seal, and what is gone when one is destroyed."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shopgraph.audit.log import AuditEvent, AuditKeys, AuditLog, Finding, SignedHead, open_audit
from shopgraph.audit.secrets import MASTER_VARIABLE, SIGNING_VARIABLE, PublicKey, Secrets
from shopgraph.errors import ConfigurationError, Erased, InvalidInput
from tests.audit.first_format import FIRST_FORMAT_TABLE

JUNE, JULY = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (6, 7))
NAME = "Zyxmarker Quentin"


def keys(folder: Path) -> AuditKeys:
    return AuditKeys(folder / "keys", f"sqlite:///{folder / 'keys' / 'ring.db'}")


def opened(folder: Path) -> AuditLog:
    return open_audit(f"sqlite:///{folder / 'audit.db'}", keys=keys(folder))


def sealed(request: str, subject: str, at: datetime = JUNE, conversation: str = "conv_1") -> AuditEvent:
    return AuditEvent(
        request_id=request,
        conversation_id=conversation,
        node="record",
        layer="audit",
        kind="original",
        at=at,
        subject=subject,
        original={"name": NAME},
    )


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    made = opened(tmp_path)
    yield made
    made.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def modes_in(folder: Path) -> list[int]:
    return [(folder / name).stat().st_mode & 0o777 for name in ("master.key", "signing.pem", ".")]


async def original(log: AuditLog, request: str) -> object:
    (record,) = await log.events(request)
    return log.original(record)


async def test_secrets_are_made_once_for_their_owner_alone(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", "customer:1")])
    await log.checkpoint(JUNE)
    assert modes_in(tmp_path / "keys") == [0o600, 0o600, 0o700]
    again = opened(tmp_path)
    assert await original(again, "req_1") == {"name": NAME}
    assert again.pseudonym("customer:1") == log.pseudonym("customer:1")
    again.close()


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    assert Secrets(tmp_path, {}).master
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        _ = Secrets(tmp_path, {}).master


def test_secrets_come_from_the_environment_and_leave_no_file(tmp_path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    given = {MASTER_VARIABLE: base64.b64encode(b"k" * 32).decode(), SIGNING_VARIABLE: pem}
    secrets = Secrets(tmp_path, given)
    assert secrets.master == b"k" * 32
    assert secrets.public.fingerprint
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"k" * 31).decode(), "ä" * 44])
def test_what_is_no_master_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "master.key").write_text(text)
    (tmp_path / "master.key").chmod(0o600)
    with pytest.raises(ConfigurationError, match="no master key"):
        _ = Secrets(tmp_path, {}).master


async def test_another_master_key_is_refused_before_anything_is_sealed(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", "customer:1")])
    other = AuditKeys(tmp_path / "others", f"sqlite:///{tmp_path / 'keys' / 'ring.db'}")
    stranger = open_audit(f"sqlite:///{tmp_path / 'audit.db'}", keys=other)
    with pytest.raises(ConfigurationError, match="another master key"):
        await stranger.append([sealed("req_2", "customer:1")])
    assert len(await log.events("req_2")) == 0
    stranger.close()


async def test_nothing_sealed_stands_in_any_file(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", f"customer:{NAME}")])
    log.close()
    assert NAME.encode() not in bytes_of(tmp_path)


async def test_what_is_sealed_for_one_request_opens_for_no_other(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", "customer:1"), sealed("req_2", "customer:1")])
    with closing(sqlite3.connect(tmp_path / "audit.db")) as connection:
        rows = "(SELECT sealed FROM audit_records WHERE request_id = 'req_1')"
        connection.execute(f"UPDATE audit_records SET sealed = {rows} WHERE request_id = 'req_2'")
        connection.commit()
    with pytest.raises(InvalidInput, match="changed"):
        await original(log, "req_2")
    first_bad = (await log.verify()).first_bad
    assert first_bad is not None
    assert (first_bad.position, first_bad.finding) == (2, Finding.CHANGED)


async def test_forgetting_erases_one_customer_and_the_chain_still_verifies(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_0", "conversation:conv_1"), sealed("req_1", "customer:1")])
    await log.append([sealed("req_2", "customer:2", conversation="conv_2"), sealed("req_3", "customer:1", JULY)])
    head = await log.checkpoint(JULY)
    # Two months, and what was said in the same conversation before it was known who is there.
    assert await log.forget("customer:1", at=JULY, by="dpo") == 3
    for request in ("req_0", "req_1", "req_3"):
        with pytest.raises(Erased):
            await original(log, request)
    assert await original(log, "req_2") == {"name": NAME}
    assert (await log.verify(head=head)).intact
    told = [record for record in log.records() if record.kind == "forgotten"]
    assert [(record.payload["by"], record.payload["keys"]) for record in told] == [("dpo", 3)]
    ring = bytes_of(tmp_path / "keys")
    assert log.pseudonym("customer:1").encode() not in ring
    # Who comes back has a new key.
    await log.append([sealed("req_4", "customer:1", JULY)])
    assert await original(log, "req_4") == {"name": NAME}


async def test_retention_ends_the_months_before_one(log: AuditLog) -> None:
    await log.append([sealed("req_1", "customer:1", JUNE), sealed("req_2", "customer:1", JULY)])
    assert await log.forget(before_month="2026-07", at=JULY, by="retention") == 1
    with pytest.raises(Erased):
        await original(log, "req_1")
    assert await original(log, "req_2") == {"name": NAME}


@pytest.mark.parametrize("which", [{}, {"subject": "customer:1", "before_month": "2026-07"}, {"before_month": "July"}])
async def test_forgetting_nobody_in_particular_is_refused(log: AuditLog, which: dict[str, str]) -> None:
    await log.append([sealed("req_1", "customer:1")])
    with pytest.raises(InvalidInput):
        await log.forget(at=JUNE, by="dpo", **which)
    assert await original(log, "req_1") == {"name": NAME}


async def test_a_head_of_another_key_is_refused_and_a_forged_checkpoint_named(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", "customer:1")])
    head = await log.checkpoint(JUNE)
    report = await log.verify(head=head, key=PublicKey.read(tmp_path / "keys" / "signing.pub"))
    assert (report.intact, report.checkpoints) == (True, 1)
    with pytest.raises(InvalidInput, match="not signed"):
        await log.verify(head=SignedHead(**{**head.model_dump(), "records": head.records - 1}))
    other = Secrets(tmp_path / "other", {})
    report = await log.verify(key=other.public)
    assert report.first_bad is not None
    assert (report.first_bad.position, report.first_bad.finding) == (2, Finding.UNSIGNED)


async def test_the_log_signs_itself_every_thousand_records(log: AuditLog) -> None:
    for _ in range(3):
        await log.append([sealed("req_1", "customer:1")] * 400)
    report = await log.verify()
    assert (report.intact, report.checkpoints, report.records) == (True, 1, 1_201)


async def test_workers_that_start_together_have_one_key(tmp_path: Path) -> None:
    made = await asyncio.gather(*(asyncio.to_thread(lambda: Secrets(tmp_path, {}).master) for _ in range(8)))
    assert len(set(made)) == 1


async def test_a_log_of_the_first_format_is_put_aside_and_bound(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "audit.db")) as connection:
        for statement in FIRST_FORMAT_TABLE:
            connection.execute(statement)
        connection.commit()
    for _ in range(2):
        log = opened(tmp_path)
        (first, *rest) = log.records()
        assert (first.kind, first.payload) == ("taken_over", {"format": 1, "records": 1, "hash": "b" * 64})
        assert rest == []
        assert (await log.verify()).intact
        log.close()
