"""A customer's key may be made before the first record about them: it is there then, or made as ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.audit.log import AuditKeys, AuditLog, open_audit
from shopgraph.errors import ConfigurationError
from tests.audit.test_audit_keys import JULY, JUNE, NAME, keys, opened, original, sealed


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    made = opened(tmp_path)
    yield made
    made.close()


def settled(log: AuditLog) -> None:
    """Wait until what was expected is made."""
    log._early.submit(int).result(10)


def writes_of(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Works that make keys, from now on."""
    ring = log._keys.ring if log._keys else None
    assert ring is not None
    made, write = list[object](), ring._database.put_now

    def listened(work: object, **options: object) -> object:
        made.append(work)
        return write(work, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ring._database, "put_now", listened)
    return made


async def test_a_key_that_was_expected_is_there(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.expect("customer:1", JUNE)
    settled(log)
    made = writes_of(log, monkeypatch)
    await log.append([sealed("req_1", "customer:1")])
    assert made == []
    await log.append([sealed("req_2", "customer:1", JULY)])  # another month's key
    assert len(made) == 1
    log.expect("customer:1", JUNE)
    settled(log)
    assert len(made) == 1
    assert await original(log, "req_1") == {"name": NAME}


async def test_two_that_expect_the_same_have_one_key(log: AuditLog, tmp_path: Path) -> None:
    other = opened(tmp_path)
    for each in (log, other):
        each.expect("customer:1", JUNE)
    await log.append([sealed("req_1", "customer:1")])
    await other.append([sealed("req_2", "customer:1")])
    assert await original(other, "req_1") == await original(log, "req_2") == {"name": NAME}
    other.close()


async def test_one_who_is_forgotten_meanwhile_has_a_new_key(log: AuditLog) -> None:
    log.expect("customer:1", JUNE)
    settled(log)
    assert await log.forget("customer:1", at=JUNE, by="staff") == 1
    await log.append([sealed("req_1", "customer:1")])
    assert await original(log, "req_1") == {"name": NAME}


async def test_a_key_that_is_let_go_of_before_it_is_used_is_read_again(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append([sealed("req_1", "customer:1")])
    ring = log._keys.ring if log._keys else None
    assert ring is not None
    prepare = ring.prepare

    def forgetful(needed: object) -> None:
        prepare(needed)  # type: ignore[arg-type]
        monkeypatch.setattr(ring, "prepare", prepare)
        ring._known = {}  # as another thread does where the keys are too old

    monkeypatch.setattr(ring, "prepare", forgetful)
    await log.append([sealed("req_2", "customer:1")])
    assert await original(log, "req_2") == {"name": NAME}


async def test_what_goes_wrong_is_told_when_the_record_is_written(log: AuditLog, tmp_path: Path) -> None:
    await log.append([sealed("req_1", "customer:1")])
    stranger = open_audit(
        f"sqlite:///{tmp_path / 'audit.db'}",
        keys=AuditKeys(tmp_path / "others", f"sqlite:///{tmp_path / 'keys' / 'ring.db'}"),
    )
    stranger.expect("customer:1", JUNE)
    settled(stranger)
    with pytest.raises(ConfigurationError, match="another master key"):
        await stranger.append([sealed("req_2", "customer:1")])
    stranger.close()


def test_a_log_without_keys_or_closed_expects_nothing(tmp_path: Path) -> None:
    without = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    without.expect("customer:1", JUNE)
    without.close()
    closed = open_audit(f"sqlite:///{tmp_path / 'audit.db'}", keys=keys(tmp_path))
    closed.close()
    closed.expect("customer:1", JUNE)
    assert not (tmp_path / "keys" / "ring.db").exists()
