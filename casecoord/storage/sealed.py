"""Sealed values: AES-256-GCM under a data key per household and compartment.

A ciphertext is bound to its place: the associated data name version, table, household, row, facet
and key version, each length-prefixed, so one that is moved to another row does not open. The
key-encryption key and the match key come from outside the database and never go into it. A seal lives as long as
its transaction, and nothing else keeps a data key.
"""

import hashlib
import hmac
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casecoord.domain.words import Sphere
from casecoord.storage.masters import KEY_BYTES, FileMaster, KeysAway, Master, Unreadable

__all__ = ["Compartment", "HouseholdSeal", "Keyring", "KeysAway", "Place", "Unreadable", "version_of"]

_FORMAT = 1
_HEADER = struct.Struct(">BH")
_NONCE = 12


class Compartment(StrEnum):
    """Values that share a data key: a family's identity, and its things by sphere."""

    IDENTITY = "identity"
    GENERAL = "general"
    LIVELIHOOD = "livelihood"
    HEALTH = "health"
    JUSTICE = "justice"

    @classmethod
    def of(cls, sphere: Sphere) -> "Compartment":
        return cls(sphere.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands."""

    table: str
    row: UUID
    facet: str


class Keyring:
    """The key-encryption key, of one version or behind its interface, and the key of the match index."""

    def __init__(self, master: Master | bytes, match: bytes) -> None:
        if len(match) != KEY_BYTES:
            raise ValueError("the match key is 32 bytes")
        self.master: Master = FileMaster({1: master}) if isinstance(master, bytes) else master
        self.match = match

    def new_key(self, household: UUID, compartment: str, version: int) -> bytes:
        """A fresh data key, wrapped for storage; raises KeysAway."""
        return self.master.wrap(os.urandom(KEY_BYTES), _owner(household, compartment, version))

    def unwrap(self, household: UUID, compartment: str, version: int, wrapped: bytes) -> AESGCM:
        """The data key, ready to use; raises Unreadable, KeysAway."""
        return AESGCM(self.master.unwrap(wrapped, _owner(household, compartment, version)))

    def rewrap(self, household: UUID, compartment: str, version: int, wrapped: bytes) -> bytes:
        """The same data key under the newest master key; raises Unreadable, KeysAway."""
        bound = _owner(household, compartment, version)
        return self.master.wrap(self.master.unwrap(wrapped, bound), bound)

    def bsn_index(self, bsn: str) -> bytes:
        """The keyed hash by which a BSN is matched."""
        return self._index("bsn", bsn)

    def bsn_birth_index(self, bsn: str, birth_date: str) -> bytes:
        """The keyed hash of BSN and birth date (ISO, zeros for unknown parts) together."""
        return self._index("bsn+birth", bsn, birth_date)

    def name_index(self, family_name: str, birth_date: str, postcode: str) -> bytes:
        """The keyed hash that proposes, and never makes, a match without a BSN."""
        return self._index("name", _plain(family_name), birth_date, _plain(postcode))

    def birth_index(self, birth_date: str) -> bytes:
        """The keyed hash of a birth date: with an address's it proposes that two households are one."""
        return self._index("birth", birth_date)

    def sound_index(self, sound: str, birth_year: str) -> bytes:
        """The keyed hash of how a family name sounds and the birth year."""
        return self._index("sound", sound, birth_year)

    def address_index(self, postcode: str, number: str, suffix: str = "") -> bytes:
        """The keyed hash by which a Dutch address is matched."""
        return self._index("address", _plain(postcode), number.strip(), _plain(suffix))

    def _index(self, *parts: str) -> bytes:
        return hmac.new(self.match, _bound(*parts), hashlib.sha256).digest()


class HouseholdSeal:
    """Seals and opens the values of one household; data keys are made and unwrapped at first use."""

    def __init__(self, keyring: Keyring, household: UUID) -> None:
        self.household = household
        self._keyring = keyring
        self._wrapped: dict[tuple[str, int], bytes] = {}
        self._open: dict[tuple[str, int], AESGCM] = {}
        #: keys made here that storage has yet to write: (compartment, version, wrapped)
        self.made: list[tuple[str, int, bytes]] = []

    def add_keys(self, keys: Iterable[tuple[str, int, bytes]]) -> "HouseholdSeal":
        """Takes the stored wrapped keys: (compartment, version, wrapped)."""
        self._wrapped.update({(name, version): wrapped for name, version, wrapped in keys})
        return self

    def seal(self, text: str, place: Place, compartment: str) -> bytes:
        """The sealed text, bound to its place."""
        version = self._newest(compartment)
        nonce = os.urandom(_NONCE)
        header = _HEADER.pack(_FORMAT, version)
        cipher = self._key(compartment, version)
        return header + nonce + cipher.encrypt(nonce, text.encode(), self._bound(place, version))

    def seal_if(self, text: str | None, place: Place, compartment: str) -> bytes | None:
        """The sealed text, or None for None."""
        return None if text is None else self.seal(text, place, compartment)

    def open(self, sealed: bytes, place: Place, compartment: str) -> str:
        """The text; raises Unreadable where it stands in another place or its key is gone."""
        if len(sealed) < _HEADER.size + _NONCE + 16:
            raise Unreadable("a sealed value is too short")
        form, version = _HEADER.unpack_from(sealed)
        if form != _FORMAT:
            raise Unreadable("a sealed value has an unknown format")
        nonce, body = sealed[_HEADER.size : _HEADER.size + _NONCE], sealed[_HEADER.size + _NONCE :]
        try:
            return self._key(compartment, version).decrypt(nonce, body, self._bound(place, version)).decode()
        except InvalidTag:
            raise Unreadable("a sealed value does not open in this place") from None

    def renew(self) -> None:
        """A new data key for every compartment that has one; what is sealed from now on is sealed under it."""
        for compartment in {name for name, _ in self._wrapped}:
            self._make(compartment, self._newest(compartment) + 1)

    def _newest(self, compartment: str) -> int:
        versions = [version for name, version in self._wrapped if name == compartment]
        return max(versions) if versions else self._make(compartment, 1)

    def _make(self, compartment: str, version: int) -> int:
        wrapped = self._keyring.new_key(self.household, compartment, version)
        self._wrapped[(compartment, version)] = wrapped
        self.made.append((compartment, version, wrapped))
        return version

    def _key(self, compartment: str, version: int) -> AESGCM:
        name = (compartment, version)
        if name not in self._open:
            if name not in self._wrapped:
                raise Unreadable("the data key of a sealed value is gone")
            self._open[name] = self._keyring.unwrap(self.household, compartment, version, self._wrapped[name])
        return self._open[name]

    def _bound(self, place: Place, version: int) -> bytes:
        return _bound(
            str(_FORMAT), place.table, self.household.bytes, place.row.bytes, place.facet, str(version)
        )


def version_of(sealed: bytes) -> int | None:
    """The version of the data key under which a value was sealed; None of what is no sealed value."""
    return int(_HEADER.unpack_from(sealed)[1]) if len(sealed) >= _HEADER.size else None


def _owner(household: UUID, compartment: str, version: int) -> bytes:
    return _bound("household_keys", household.bytes, str(compartment), str(version))


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _bound(*parts: str | bytes) -> bytes:
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in raw)
