"""The key that signs evidence: a file outside the database, readable by its owner only; beside it the public keys, also of earlier ones.

Whoever can write the database but not this folder cannot make an entry that verifies. Ed25519 (RFC 8032).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine import KeyRefused, Rejection

_CONTEXT = b'yizhan evidence 1\n'
"""Stands before every text that is signed, so that a signature is good for nothing else."""


def key_id(public: str) -> str:
    """How a key is named: the first sixteen digits of the SHA-256 of its raw bytes."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def verifies(public: str, text: str, signature: str) -> bool:
    """Whether the signature of a text is that of this public key (base64). False for anything that is no key or no signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), _CONTEXT + text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


class Keys:
    """The private key in use and the public keys of all: what signs, and what is believed."""

    def __init__(self, private: Ed25519PrivateKey, trusted: Mapping[str, str]) -> None:
        self._private = private
        self.public = _public_text(private)
        self.key = key_id(self.public)
        self.trusted = {**trusted, self.key: self.public}

    @classmethod
    def new(cls) -> Keys:
        """A key in memory, gone with the process."""
        return cls(Ed25519PrivateKey.generate(), {})

    def current(self) -> Keys:
        """These: they are never changed."""
        return self

    def create(self) -> None:
        """There is one."""

    def sign(self, text: str) -> str:
        """The signature of a text, base64."""
        return base64.b64encode(self._private.sign(_CONTEXT + text.encode())).decode()


class KeyFile:
    """The key of an installation. The file is read again as soon as it is another one: a rotation by another process is seen at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: Keys | None = None
        self._mark: tuple[int, int, int] | None = None  # of the file that was read

    @property
    def publics(self) -> Path:
        """The file with all public keys: what whoever checks evidence is given."""
        return self.path.with_name(f'{self.path.stem}-public.json')

    def current(self) -> Keys:
        """The keys as the file has them now. Raises KeyRefused for a missing file, and for one that holds no key."""
        try:
            there = self.path.stat()
        except OSError as error:
            message = f'Expected the key of the evidence in {self.path}, but it is missing; put it back, or run `evidence-key replace`'
            raise KeyRefused(message, f'存证密钥 {self.path} 不见了；请放回原密钥，或执行 yizhan evidence-key replace') from error
        mark = there.st_mtime_ns, there.st_ino, there.st_size
        if self._keys is None or self._mark != mark:
            self._keys, self._mark = self._read(), mark
        return self._keys

    def create(self) -> None:
        """Make a key unless there is one; another process may do so at the same moment."""
        _put(self.path, _private_bytes(Ed25519PrivateKey.generate()), replace=False)

    @property
    def trusted(self) -> Mapping[str, str]:
        """The public keys that are believed, by id; also while the private one is missing."""
        try:
            return self.current().trusted
        except KeyRefused:
            return public_keys(self.publics) if self.publics.exists() else {}

    def prepare(self) -> Prepared:
        """A new key, whose public half is believed from now on; it signs once it is put in place."""
        fresh = Ed25519PrivateKey.generate()
        made = Prepared(Keys(fresh, self.trusted), lambda: _put(self.path, _private_bytes(fresh), replace=True))
        self._write_publics(made.keys.trusted)
        return made

    def believe(self, publics: Mapping[str, str]) -> None:
        """Public keys of before that were lost here."""
        self._write_publics({**self.trusted, **publics})
        self._keys = None

    def _read(self) -> Keys:
        try:
            private = serialization.load_pem_private_key(self.path.read_bytes(), password=None)
        except (ValueError, TypeError, OSError) as error:
            raise KeyRefused(f'Expected a private key in {self.path}, but {error}', f'{self.path} 中没有可用的存证私钥：{error}') from error
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyRefused(f'Expected an Ed25519 key in {self.path}, but it is another', f'{self.path} 中的存证私钥不是 Ed25519')
        known = public_keys(self.publics) if self.publics.exists() else {}
        keys = Keys(private, known)
        if keys.key not in known:
            self._write_publics(keys.trusted)
        return keys

    def _write_publics(self, known: Mapping[str, str]) -> None:
        listed = [{'id': name, 'public': public} for name, public in known.items()]
        _put(self.publics, (json.dumps({'keys': listed}, indent=1) + '\n').encode(), replace=True)


@dataclass(frozen=True)
class Prepared:
    """A new key before it signs: first the hall is told of it under the old one, then `put_in_place`."""

    keys: Keys
    put_in_place: Callable[[], None]


def public_keys(path: Path) -> dict[str, str]:
    """The public keys of a file, by id. Raises Rejection for a file that is none, or in which a key does not have its id."""
    try:
        listed = json.loads(path.read_text('utf-8'))['keys']
        found = {str(one['id']): str(one['public']) for one in listed}
        named = all(key_id(public) == name for name, public in found.items())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Rejection(f'Expected public keys in {path}, but {error}', f'{path} 中没有公钥：{error}') from error
    if not named:
        raise Rejection(f'Expected each key of {path} under its own id, but one is not', f'{path} 中有公钥与其编号不符')
    return found


def _public_text(private: Ed25519PrivateKey) -> str:
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _private_bytes(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _put(path: Path, content: bytes, *, replace: bool) -> None:
    """The whole file or none, readable by its owner only; without `replace`, what another process has put there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=f'{path.name}.', dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            Path(name).replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
