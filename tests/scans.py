"""What PostgreSQL reads to answer: each plan as `auto_explain` tells it, of what functions and foreign keys ask too.

With sequential scans switched off one remains only where no index serves; and an index of which nothing but the area
is given reads every row of the area: that is the same.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import event

from casecoord.storage.work import Database

_TOLD = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "enable_seqscan": "off",
    "jit": "off",
}
#: No statistics are there, so that the more of an index is given, the fewer rows the planner expects; among so many.
_CROWDED = """
do $$ declare big regclass; begin
  foreach big in array '{%s}'::regclass[] loop
    execute format('alter table %%s set (autovacuum_enabled = off)', big);
    update pg_class set relpages = 1, reltuples = 100000 where oid = big;
  end loop;
end $$"""
_THAT_HOLD_ROWS = """
select c.oid::regclass::text, c.relname from pg_class c
where c.relname = any($1) and c.relkind in ('r', 'p') and pg_relation_size(c.oid) > 0"""
_INDEXES = """
select x.relname, t.relname of, i.indpred is not null partial,
  array(select a.attname::text from pg_attribute a where a.attrelid = x.oid order by a.attnum) columns
from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
where t.relnamespace::regnamespace::text in ('public', 'vault')"""
_TABLES = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'area_id'
where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'vault')"""


@dataclass(frozen=True)
class Index:
    """Which columns of which table it orders; `partial`: only some rows."""

    table: str
    columns: tuple[str, ...]
    partial: bool


@dataclass
class Scans:
    """`found`: what asked, and which large table was read whole for it: how, and by which statement.

    `planner`: of which major version.
    """

    indexes: dict[str, Index]
    large: set[str]
    planner: int
    asks: str = ""
    plans: int = 0
    found: dict[tuple[str, str], str] = field(default_factory=dict)

    def hear(self, _: object, message: Any) -> None:
        _, _, told = message.message.partition("plan:\n")
        if not told:
            return
        self.plans += 1
        plan = json.loads(told)
        for table, how in self._whole(plan["Plan"], ""):
            self.found.setdefault((self.asks, table), f"{how}: {' '.join(plan['Query Text'].split())}")

    def _whole(self, node: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
        """`above`: under which name the node above reads its table."""
        alias, index = node.get("Alias", above), self.indexes.get(node.get("Index Name", ""))
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in self.large:
            yield node["Relation Name"], "without an index"
        elif index and index.table in self.large and not _given(index, alias, node.get("Index Cond", "")):
            yield index.table, f"all of {node['Index Name']}"
        for inner in node.get("Plans", ()):
            yield from self._whole(inner, alias)


def _given(index: Index, alias: str, condition: str) -> set[str]:
    """Which columns but the area are given; by an index of only some rows it is said which."""
    if index.partial:
        return {"some rows"}
    own = rf"(?<![\w.])(?:{re.escape(alias)}\.)?{{}}\b"
    return {
        one for one in index.columns if one != "area_id" and re.search(own.format(re.escape(one)), condition)
    }


@contextmanager
def heard(database: Database, scans: Scans) -> Iterator[None]:
    """Everything that connections made meanwhile are told about their plans."""

    def listen(connection: Any, record: object) -> None:
        connection.driver_connection.add_log_listener(scans.hear)

    event.listen(database.engine.sync_engine, "connect", listen)
    try:
        yield
    finally:
        event.remove(database.engine.sync_engine, "connect", listen)


async def told_of(url: str, small: set[str]) -> Scans:
    """From now on each connection to this database is told its plans. Large is every table of an area but these."""
    admin = await asyncpg.connect(url)
    try:
        name = await admin.fetchval("select current_database()")
        for setting, value in _TOLD.items():
            await admin.execute(f"alter database {name} set {setting} = '{value}'")
        indexes = {
            row["relname"]: Index(row["of"], tuple(row["columns"]), row["partial"])
            for row in await admin.fetch(_INDEXES)
        }
        tables = {row["relname"] for row in await admin.fetch(_TABLES)}
        assert small <= tables, small - tables
        return Scans(indexes, tables - small, admin.get_server_version().major)
    finally:
        await admin.close()


async def crowd(url: str, scans: Scans) -> None:
    """The planner takes these tables for very large ones. Large is from now on what holds any rows."""
    admin = await asyncpg.connect(url)
    try:
        found = await admin.fetch(_THAT_HOLD_ROWS, list(scans.large))
        await admin.execute(_CROWDED % ",".join(row["oid"] for row in found))
        scans.large = {row["relname"] for row in found}
    finally:
        await admin.close()
