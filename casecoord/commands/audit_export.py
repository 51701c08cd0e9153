"""`casecoord audit export`, `casecoord audit seen`: the access log as the standards want it, and who saw a household."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from casecoord.actions.log_export import Format, Operator
from casecoord.commands.context import AsJson, CommandError, answer
from casecoord.commands.machine import Area, at_the_machine
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.storage.log_reads import Known, Period

From = Annotated[datetime | None, typer.Option("--from", help="This moment included; UTC.")]
Until = Annotated[datetime | None, typer.Option("--to", help="This moment not included; UTC.")]


def register(group: typer.Typer) -> None:
    """Adds both to the group `audit`."""
    group.command()(export)
    group.command()(seen)


def export(
    form: Annotated[Format, typer.Option("--format", help="The processing log, or NEN 7513.")],
    area: Area = None,
    since: From = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Write the access log as JSON lines, the oldest entry first. That it was exported is logged."""
    period = _period(since, until)

    async def write(operator: Operator, areas: dict[str, UUID]) -> int:
        lines = 0
        for identity in areas.values():
            async for line in operator.export(identity, form, period):
                sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
                lines += 1
        sys.stdout.buffer.flush()
        return lines

    lines = at_the_machine(area, write)
    if not as_json:
        typer.echo(f"{lines} lines", err=True)


def seen(
    household: Annotated[str, typer.Argument(help="The household, by its id.")],
    area: Area = None,
    since: From = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Say who saw a household, or asked for it in vain, between two moments. That this was asked is logged."""
    identity, period = _household(household), _period(since, until)

    async def look(operator: Operator, areas: dict[str, UUID]) -> list[Known]:
        return [one for where in areas.values() for one in await operator.seen(where, identity, period)]

    found = at_the_machine(area, look)
    data = {"household": household, "entries": [_plain(one) for one in found]}
    answer(data, as_json, lambda: "\n".join(map(_in_words, found)) or "nobody")


def _household(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        pass
    try:
        return key_of("Household", given)
    except Problem:
        raise CommandError(f"{given!r} is no id of a household") from None


def _period(since: datetime | None, until: datetime | None) -> Period:
    both = [moment and moment.replace(tzinfo=moment.tzinfo or UTC) for moment in (since, until)]
    if since and until and since >= until:
        raise CommandError("--from must be before --to")
    return Period(*both)


def _plain(one: Known) -> dict[str, Any]:
    said = one.line.record
    return {
        "id": one.line.id,
        "at": one.line.at.isoformat(),
        "who": one.who or said.get("operator"),
        "role": said["role"],
        "team": one.team,
        "event": said["event"],
        "purpose": said["purpose"],
        "rules": said["rules"],
        "facets": sorted(said["facets"]),
        "refused": said.get("problem"),
        "emergency": said["emergency"],
    }


def _in_words(one: Known) -> str:
    told = _plain(one)
    how = f"refused ({told['refused']})" if told["refused"] else " ".join(told["facets"]) or "done"
    where = f", {told['team']}" if told["team"] else ""
    alarm = " EMERGENCY ACCESS" if told["emergency"] else ""
    return (
        f"{one.line.at:%Y-%m-%d %H:%M:%S} {told['who']} ({told['role']}{where}) {told['event']}"
        f" for {told['purpose']}: {how}{alarm}"
    )
