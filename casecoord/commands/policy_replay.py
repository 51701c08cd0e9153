"""`casecoord policy replay`: what was decided then, decided again by the policy of its day, and by today's."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from casecoord.actions.log_export import Operator
from casecoord.actions.replaying import Redecided, Replayed
from casecoord.commands.context import AsJson, CommandError, answer
from casecoord.commands.machine import Area, at_the_machine
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of


def register(group: typer.Typer) -> None:
    """Adds it to the group `policy`."""
    group.command()(replay)


def replay(
    entry: Annotated[str, typer.Argument(help="The entry of the access log, by its id.")],
    area: Area = None,
    as_json: AsJson = False,
) -> None:
    """Decide an entry of the access log again; exit 1 where the policy of its day says something else."""
    identity = _entry(entry)

    async def decide(operator: Operator, areas: dict[str, UUID]) -> Replayed | None:
        for where in areas.values():
            found = await operator.replay(where, identity)
            if found is not None:
                return found
        return None

    found = at_the_machine(area, decide)
    if found is None:
        raise CommandError(f"there is no entry {entry}")
    decisions = [{**asdict(one), "same": one.same, "changed": one.changed} for one in found.decisions]
    data = {**asdict(found), "same": found.same, "decisions": decisions}
    answer(data, as_json, lambda: _in_words(found))
    if not found.same:
        raise typer.Exit(1)


def _entry(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        pass
    try:
        return key_of("LogEntry", given)
    except Problem:
        raise CommandError(f"{given!r} is no id of an entry") from None


def _in_words(found: Replayed) -> str:
    kept = f"kept since {found.kept_since:%Y-%m-%d %H:%M}" if found.kept_since else "not kept"
    trusted = "" if found.trusted else " and cannot decide again"
    heading = f"{found.event} at {found.at:%Y-%m-%d %H:%M:%S}, policy {found.policy[:12]} ({kept}{trusted})"
    verdict = (
        "the policy of its day says the same" if found.same else "THE POLICY OF ITS DAY DOES NOT SAY THE SAME"
    )
    return "\n".join([heading, *map(_line, found.decisions), verdict])


def _line(one: Redecided) -> str:
    asked = one.asked
    who = " ".join(filter(None, asked.who))
    said = f"{asked.said.verdict} by {' '.join(asked.said.rules)}"
    again = "" if one.same else f"; again: {one.again.verdict} by {' '.join(one.again.rules)}"
    today = f"; today: {one.today.verdict} by {' '.join(one.today.rules)}" if one.changed else ""
    return f"  {asked.about} {asked.sphere} for {who}: {said}{again}{today}".replace("  for", " for")
