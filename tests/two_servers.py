"""The tests' area in a database of its own, on another server than everything else: by configuration alone.

With `pytest --two-servers` a test's `database_url` is where Zuid lives; every other area lives in a database on
a second server, which is asked first, because it is what DATABASE_URL names.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from casecoord.settings import Place
from casecoord.storage.databases import Databases
from casecoord.storage.work import Database
from tests.world import KEYRING

#: The area that lives by itself.
APART = "zuid"
#: Of a database in which that area lives alone: where the others are.
_HOMES: dict[str, str] = {}


@contextmanager
def living_apart(url: str, home: str) -> Iterator[None]:
    """As long as the block runs, Zuid lives here and every other area there."""
    _HOMES[url] = home
    try:
        yield
    finally:
        del _HOMES[url]


def home_of(url: str) -> str:
    """What DATABASE_URL names: the database itself, unless it is Zuid's own."""
    return _HOMES.get(url, url)


def places_of(url: str) -> tuple[Place, ...]:
    """What CASECOORD_AREA_DATABASES names."""
    return (Place(url, url, url, (APART,)),) if url in _HOMES else ()


def database_at(
    url: str, clock: Callable[[], datetime] | None = None, *, pool_size: int = 10, home: str | None = None
) -> Database:
    """All areas of a test, in one database or in two."""
    here = Database(url, KEYRING, clock=clock, pool_size=pool_size)
    home = home or home_of(url)
    if home == url:
        return here
    return Databases(Database(home, KEYRING, clock=clock, pool_size=pool_size), {APART: here})
