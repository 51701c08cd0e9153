"""The master key in a token: it is made there, wraps and unwraps there, and never leaves it."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from casecoord.actions.rotating import Keys
from casecoord.api.errors import failure
from casecoord.storage.masters import FileMaster, KeysAway, Master, read_versions
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place, Unreadable
from casecoord.storage.tokens import TokenAddress, TokenMaster
from tests.actions.steps import signal
from tests.keys.steps import sealed_values, see
from tests.keys.test_rotating import rotate, several, versions
from tests.world import KEYRING, MASTER, MATCH, Town

MODULE = next(
    (
        path
        for path in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
        if Path(path).exists() and shutil.which("softhsm2-util")
    ),
    None,
)
needs_a_token = pytest.mark.skipif(MODULE is None, reason="no SoftHSM here: apt-get install softhsm2")
HOME, PLACE = uuid4(), Place("persons", uuid4(), "name")
PIN = "4321"


@dataclass
class Tokens:
    """SoftHSM's folder of tokens, with one that is ours."""

    folder: Path
    address: TokenAddress

    def master(self, pin: str = PIN) -> TokenMaster:
        return TokenMaster(TokenAddress(self.address.module, self.address.token, self.address.label, pin))


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of tokens for this process: the module reads its settings once."""
    top = tmp_path_factory.mktemp("softhsm")
    (top / "tokens").mkdir()
    (top / "conf").write_text(f"directories.tokendir = {top / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(top / "conf"))
        yield top / "tokens"


@pytest.fixture
def tokens(softhsm: Path) -> Tokens:
    """A token of this test's own, with a first key."""
    label = f"casecoord-{uuid4().hex[:8]}"
    command = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        label,
        "--so-pin",
        "87654321",
        "--pin",
        PIN,
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert MODULE is not None
    made = Tokens(softhsm, TokenAddress(MODULE, label, "master", PIN))
    _known_anew(made)
    made.master().add_version()
    return made


def _known_anew(tokens: Tokens) -> None:
    import pkcs11

    pkcs11.lib(tokens.address.module).reinitialize()


def masters(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> tuple[Master, Master]:
    """The same key as two processes have it."""
    if kind == "token":
        found: Tokens = request.getfixturevalue("tokens")
        return found.master(), found.master()
    path = tmp_path / "master"
    path.write_text(base64.b64encode(MASTER).decode())
    return FileMaster({1: MASTER}, path), FileMaster({1: MASTER}, path)


BOTH = pytest.mark.parametrize("kind", ["file", pytest.param("token", marks=needs_a_token)])


@BOTH
def test_a_key_that_one_process_wrapped_another_unwraps(request, tmp_path, kind) -> None:
    one, other = masters(request, tmp_path, kind)
    wrapped = one.wrap(b"k" * 32, b"noor")
    assert other.unwrap(wrapped, b"noor") == b"k" * 32 and b"k" * 32 not in wrapped
    assert one.wrap(b"k" * 32, b"noor") != wrapped


@BOTH
@pytest.mark.parametrize("wrong", ["whose", "flipped", "cut", "empty", "version", "format"])
def test_a_wrapped_key_that_was_moved_or_damaged_does_not_open(request, tmp_path, kind, wrong) -> None:
    one, other = masters(request, tmp_path, kind)
    wrapped = one.wrap(b"k" * 32, b"noor")
    changed = {
        "flipped": wrapped[:-1] + bytes([wrapped[-1] ^ 1]),
        "cut": wrapped[:-1],
        "empty": b"",
        "version": wrapped[:1] + b"\x00\x09" + wrapped[3:],
        "format": b"\x01" + wrapped[1:],
    }
    with pytest.raises(Unreadable):
        other.unwrap(changed.get(wrong, wrapped), b"els" if wrong == "whose" else b"noor")
    assert other.unwrap(wrapped, b"noor") == b"k" * 32


@BOTH
def test_a_new_version_wraps_from_now_on_and_older_ones_still_unwrap(request, tmp_path, kind) -> None:
    one, other = masters(request, tmp_path, kind)
    older = one.wrap(b"k" * 32, b"noor")
    assert (one.newest(), one.add_version(), one.newest()) == (1, 2, 2)
    newer = one.wrap(b"l" * 32, b"noor")
    assert (older[1:3], newer[1:3]) == (b"\x00\x01", b"\x00\x02")
    for master in (one, other):
        assert master.unwrap(older, b"noor") == b"k" * 32
        assert master.unwrap(newer, b"noor") == b"l" * 32


@BOTH
def test_versions_that_are_added_at_once_by_several_are_all_there(request, tmp_path, kind) -> None:
    one, other = masters(request, tmp_path, kind)
    wrapped = [one.wrap(b"k" * 32, b"noor")]
    for master in (one, other, one, other):
        master.add_version()
        wrapped.append(master.wrap(b"k" * 32, b"noor"))
    assert [key[2] for key in wrapped] == [1, 2, 3, 4, 5]
    assert all(master.unwrap(key, b"noor") == b"k" * 32 for key in wrapped for master in (one, other))


def test_two_threads_that_add_a_version_to_one_file_lose_none(tmp_path) -> None:
    path = tmp_path / "master"
    path.write_text(base64.b64encode(MASTER).decode())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: FileMaster({1: MASTER}, path).add_version(), range(40)))
    assert sorted(read_versions(path.read_text())) == list(range(1, 42))


@needs_a_token
def test_two_keys_that_were_made_for_one_version_both_open_what_they_wrapped(tokens: Tokens) -> None:
    one, other = tokens.master(), tokens.master()
    first = one.wrap(b"k" * 32, b"noor")
    other.newest()
    one._generate(1)  # as another process does that looked before the first was there
    one._look()
    one._objects[1].reverse()
    second = one.wrap(b"l" * 32, b"noor")
    for master in (one, tokens.master()):
        assert master.unwrap(first, b"noor") == b"k" * 32
        assert master.unwrap(second, b"noor") == b"l" * 32


@needs_a_token
def test_the_master_key_never_leaves_the_token(tokens: Tokens) -> None:
    import pkcs11
    from pkcs11 import Attribute

    master = tokens.master()
    master.wrap(b"k" * 32, b"noor")
    ((key,),) = master._objects.values()
    assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE], key[Attribute.PRIVATE]) == (
        True,
        False,
        True,
    )
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key[Attribute.VALUE]
    assert PIN not in repr(tokens.address)


@needs_a_token
def test_a_token_that_is_gone_in_the_middle_closes_everything_and_opens_it_when_it_is_back(
    tokens: Tokens, tmp_path: Path
) -> None:
    ring = Keyring(tokens.master(), MATCH)
    seal = HouseholdSeal(ring, HOME)
    sealed = seal.seal("Noor", PLACE, Compartment.IDENTITY)
    kept = [(name.value, version, wrapped) for name, version, wrapped in seal.made]
    away = tmp_path / "away"
    shutil.move(tokens.folder, away)
    tokens.folder.mkdir()
    try:
        for _ in range(2):
            with pytest.raises(KeysAway) as gone:
                HouseholdSeal(ring, HOME).add_keys(kept).open(sealed, PLACE, Compartment.IDENTITY)
            assert "Noor" not in str(gone.value) and PIN not in str(gone.value)
            assert failure(gone.value) == "keys_unavailable"
        with pytest.raises(KeysAway):
            HouseholdSeal(ring, HOME).seal("Els", PLACE, Compartment.GENERAL)
    finally:
        tokens.folder.rmdir()
        shutil.move(away, tokens.folder)
    assert HouseholdSeal(ring, HOME).add_keys(kept).open(sealed, PLACE, Compartment.IDENTITY) == "Noor"


@needs_a_token
@pytest.mark.parametrize("wrong", ["pin", "token", "label", "module"])
def test_what_is_not_our_token_is_no_key(tokens: Tokens, wrong: str) -> None:
    parts = {"module": tokens.address.module, "token": tokens.address.token, "label": "master", "pin": PIN}
    master = TokenMaster(TokenAddress(**{**parts, wrong: "elsewhere"}))
    with pytest.raises(KeysAway) as away:
        master.wrap(b"k" * 32, b"noor")
    assert away.value.empty == (wrong == "label")


@needs_a_token
async def test_a_family_lives_under_a_token_and_moves_on_to_its_next_version(
    tokens: Tokens, town: Town, database_url: str
) -> None:
    town.database.keyring = Keyring(tokens.master(), MATCH)
    home, _ = await several(town)
    await rotate(town, Keys.MASTER, Keys.DATA)
    assert {(wrapped, version) for wrapped, version, old in await versions(database_url) if not old} == {
        (2, 2)
    }
    town.database.keyring = Keyring(tokens.master(), MATCH)
    assert (await see(town, "amina", home)).persons
    assert all(owner for owner, _ in (await sealed_values(database_url, town.database.keyring)).values())
    assert all(owner is None for owner, _ in (await sealed_values(database_url, KEYRING)).values())


@needs_a_token
def test_the_first_key_of_a_token_is_made_once(tokens: Tokens, tmp_path: Path) -> None:
    from tests.test_commands import CHECKOUT, complete

    env = {
        **complete("postgresql://nobody@127.0.0.1:1/x"),
        "CASECOORD_KEYS": f"pkcs11:token={tokens.address.token};object=other?module-path={MODULE}",
        "CASECOORD_TOKEN_PIN": PIN,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "SOFTHSM2_CONF": os.environ["SOFTHSM2_CONF"],
    }
    del env["CASECOORD_MASTER_KEY"]
    said = [
        subprocess.run(
            [sys.executable, "-m", "casecoord", "keys", "create"],
            cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert said == ["made version 1\n", "version 1 is there already\n"]


async def test_while_the_keys_are_away_answers_hold_a_code_and_nothing_else(town: Town) -> None:
    class Gone:
        def newest(self) -> int:
            raise KeysAway("the token of the master key does not answer")

        def wrap(self, key: bytes, bound: bytes) -> bytes:
            raise KeysAway("the token of the master key does not answer")

        def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
            raise KeysAway("the token of the master key does not answer")

        def add_version(self) -> int:
            raise KeysAway("the token of the master key does not answer")

    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    town.database.keyring = Keyring(Gone(), MATCH)
    with pytest.raises(KeysAway):
        await see(town, "bram", noor.household)
    with pytest.raises(KeysAway):
        await signal(town, "amina", noor)
