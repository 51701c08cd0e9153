"""The key-encryption key in a PKCS#11 token: it is made there and never leaves it.

Wrapping is AES-256-GCM inside the token, bound to whose the key is. Versions are objects with one label; their id
is the version in two bytes. Objects are looked for again every minute, so that a new version is found.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from casecoord.storage.masters import NONCE, KeysAway, Unreadable, header, taken_apart

_LOOK_AGAIN = 60.0
_TAG_BITS = 128

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """A `pkcs11:` URI (RFC 7512): which module, which token, which object."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)

    @classmethod
    def of(cls, uri: str, pin: str) -> "TokenAddress":
        """`pkcs11:token=T;object=L?module-path=/path/lib.so`; raises ValueError, KeyError."""
        parts = urlsplit(uri)
        if parts.scheme != "pkcs11":
            raise ValueError("no address of a token")
        path = dict(word.split("=", 1) for word in parts.path.split(";"))
        module = parse_qs(parts.query)["module-path"][0]
        return cls(module, unquote(path["token"]), unquote(path["object"]), pin)


class TokenMaster:
    """Connects at first use; a token that was away is found again when it is back."""

    def __init__(self, address: TokenAddress) -> None:
        self._address = address
        self._session: Any = None
        self._objects: dict[int, list[Any]] = {}
        self._looked = 0.0
        # A session of a token does one thing at a time.
        self._one = threading.Lock()

    def newest(self) -> int:
        with self._one:
            return self._tried(lambda: max(self._versions()))

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        with self._one:
            return self._tried(lambda: self._wrap(key, bound))

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        version, nonce, body = taken_apart(wrapped)
        with self._one:
            try:
                return self._unwrap(version, nonce, body, bound)
            except _failures():
                # Tokens say of a wrong tag, as of anything, that something failed: is it there at all?
                self._connect()
            try:
                return self._unwrap(version, nonce, body, bound)
            except _failures():
                raise Unreadable("a wrapped key does not open under this master key") from None

    def add_version(self) -> int:
        with self._one:
            version = self._tried(lambda: max(self._versions(again=True), default=0)) + 1
            self._generate(version)
            return self._tried(lambda: max(self._versions(again=True)))

    def _tried(self, work: Callable[[], Done]) -> Done:
        """Once more on a new connection, where the old one failed."""
        try:
            return work()
        except _failures():
            self._connect()
        try:
            return work()
        except _failures():
            raise KeysAway("the token of the master key does not answer") from None

    def _wrap(self, key: bytes, bound: bytes) -> bytes:
        version, nonce = max(self._versions()), os.urandom(NONCE)
        sealed = self._objects[version][0].encrypt(
            key, mechanism=_mechanism(), mechanism_param=_parameters(nonce, bound)
        )
        return header(version) + nonce + bytes(sealed)

    def _unwrap(self, version: int, nonce: bytes, body: bytes, bound: bytes) -> bytes:
        if version not in self._versions() and version not in self._versions(again=True):
            raise Unreadable("a wrapped key does not open under this master key")
        # Two processes that add a version at once make two keys of one id; each opens what it wrapped.
        *others, last = self._objects[version]
        for key in others:
            with suppress(*_failures()):
                return _opened(key, nonce, body, bound)
        return _opened(last, nonce, body, bound)

    def _versions(self, *, again: bool = False) -> dict[int, list[Any]]:
        """The keys by version; at least one, unless asked again."""
        if self._session is None:
            self._connect()
        elif again or time.monotonic() - self._looked > _LOOK_AGAIN:
            self._look()
        if not self._objects and not again:
            raise KeysAway(
                "the token holds no such key: casecoord keys create makes one, if it is the right token",
                empty=True,
            )
        return self._objects

    def _connect(self) -> None:
        import pkcs11

        if self._session is not None:
            with suppress(*_failures()):
                self._session.close()
        self._session, self._objects = None, {}
        try:
            library = pkcs11.lib(self._address.module)
        except Exception:  # whatever the loader raises: the module is not there, or is none
            raise KeysAway("the PKCS#11 module cannot be loaded") from None
        for anew in (False, True):
            try:
                if anew:
                    library.reinitialize()
                token = library.get_token(token_label=self._address.token)
                self._session = token.open(rw=True, user_pin=self._address.pin)
                self._look()
                return
            except _failures():
                continue
        raise KeysAway("the token of the master key does not answer")

    def _look(self) -> None:
        import pkcs11

        found = self._session.get_objects(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
                pkcs11.Attribute.LABEL: self._address.label,
            }
        )
        self._objects = {}
        for one in found:
            self._objects.setdefault(int.from_bytes(one.id, "big"), []).append(one)
        self._looked = time.monotonic()

    def _generate(self, version: int) -> None:
        import pkcs11
        from pkcs11 import Attribute, MechanismFlag

        try:
            self._session.generate_key(
                pkcs11.KeyType.AES,
                256,
                id=version.to_bytes(2, "big"),
                label=self._address.label,
                store=True,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True},
            )
        except _failures():
            raise KeysAway("the token makes no key: may this user write to it?") from None


def _opened(key: Any, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    return bytes(key.decrypt(body, mechanism=_mechanism(), mechanism_param=_parameters(nonce, bound)))


def _mechanism() -> Any:
    import pkcs11

    return pkcs11.Mechanism.AES_GCM


def _parameters(nonce: bytes, bound: bytes) -> Any:
    import pkcs11

    return pkcs11.GCMParams(nonce, bound, _TAG_BITS)


def _failures() -> tuple[type[Exception], ...]:
    import pkcs11

    return (pkcs11.exceptions.PKCS11Error, RuntimeError)
