"""The two secrets of an audit log: the master key that wraps customers' keys, and the key that signs its heads.

They lie in a folder that only its owner may read, made on first use, or come from the environment:

    SHOP/keys/master.key    32 random bytes, base64
    SHOP/keys/signing.pem   an Ed25519 private key, PKCS #8
    SHOP/keys/signing.pub   its public key: give it to whoever verifies
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shopgraph.audit.records import AuditHead, SignedHead, signed_text
from shopgraph.errors import ConfigurationError
from shopgraph.kept import kept

MASTER_VARIABLE = "SHOPGRAPH_AUDIT_MASTER_KEY"
"""32 bytes as base64, in place of `master.key`."""
SIGNING_VARIABLE = "SHOPGRAPH_AUDIT_SIGNING_KEY"
"""A PEM text, in place of `signing.pem`."""
_MASTER_BYTES = 32


class Secrets:
    """The secrets of one shop, read (or made) when they are first needed."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._environ = os.environ if environ is None else environ
        self._pseudonym = kept(lru_cache(maxsize=50_000)(self._pseudonym_of))

    @cached_property
    def master(self) -> bytes:
        """The key that wraps the customers' keys; 32 bytes.

        Raises:
            ConfigurationError: it cannot be read, or others may read it too.
        """
        given = self._environ.get(MASTER_VARIABLE)
        path = self.folder / "master.key"
        text = given or _kept(path, lambda: base64.b64encode(secrets.token_bytes(_MASTER_BYTES)) + b"\n").decode()
        where = MASTER_VARIABLE if given else str(path)
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != _MASTER_BYTES:
            raise ConfigurationError(f"{where} is no master key.", remedy="It is 32 random bytes as base64.")
        return key

    @cached_property
    def _signing(self) -> Ed25519PrivateKey:
        given = self._environ.get(SIGNING_VARIABLE)
        path = self.folder / "signing.pem"
        pem = given.encode() if given else _kept(path, _new_signing_key)
        where = SIGNING_VARIABLE if given else str(path)
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"{where} is no Ed25519 private key.", remedy="Give it as PEM (PKCS #8).")
        if not given:
            _publish(path.with_suffix(".pub"), _pem_of(key.public_key()))
        return key

    @cached_property
    def public(self) -> PublicKey:
        """The key that others verify this shop's signatures with."""
        return PublicKey(self._signing.public_key())

    def sign(self, head: AuditHead, at: datetime) -> SignedHead:
        """The head with this shop's signature."""
        at = at.astimezone(UTC)
        signature = self._signing.sign(signed_text(head, at)).hex()
        return SignedHead(records=head.records, hash=head.hash, at=at, key=self.public.fingerprint, signature=signature)

    def pseudonym(self, subject: str) -> str:
        """The name under which a subject stands in clear: without the master key nobody finds out whose it is."""
        return self._pseudonym(subject) if subject else ""

    def version(self, content: bytes) -> str:
        """A keyed digest: nobody without the master key can try what content it is of."""
        return hashlib.blake2b(content, key=self.master, digest_size=8).hexdigest()

    def _pseudonym_of(self, subject: str) -> str:
        return f"sub_{hmac.digest(self.master, subject.encode(), 'sha256')[:10].hex()}"


class PublicKey:
    """What verifies a shop's signatures."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.fingerprint = hashlib.sha256(raw).hexdigest()[:16]
        """The first 16 hex digits of its SHA-256."""

    @classmethod
    def read(cls, path: Path) -> PublicKey:
        """Read a `signing.pub`.

        Raises:
            ConfigurationError: it is none.
        """
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path} cannot be read as a public key: {error}.") from None
        if not isinstance(key, Ed25519PublicKey):
            raise ConfigurationError(f"{path} is no Ed25519 public key.", remedy="Name the shop's signing.pub.")
        return cls(key)

    def signed(self, head: SignedHead) -> bool:
        """Whether the signature is of this head and by this key."""
        try:
            self._key.verify(bytes.fromhex(head.signature), signed_text(head, head.at.astimezone(UTC)))
        except (InvalidSignature, ValueError):
            return False
        return True


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem_of(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret in a file; made when there is none, by one of several processes that come at once."""
    try:
        if not path.exists():
            _make(path, make())
        mode = path.stat().st_mode & 0o077
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read or made: {error.strerror}.", remedy="Name another folder in `audit_keys`."
        ) from None
    if mode:
        raise ConfigurationError(f"Others than its owner may read {path}.", remedy=f"Run: chmod 600 {path}.")
    return content


def _make(path: Path, content: bytes) -> None:
    """Write under another name and link: the file is whole when it is there, and the first one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()


def _publish(path: Path, content: bytes) -> None:
    """Lay the public key beside the private one; a folder that may not be written to has it elsewhere."""
    try:
        if not path.exists():
            path.write_bytes(content)
    except OSError:
        return
