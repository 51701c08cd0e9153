"""Every question that can be asked about seeing, answered by the tables, by Casbin, by Cedar and by PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import asyncpg

from casecoord.access.attributes import FACTS, Who
from casecoord.access.decide import Policy
from casecoord.access.differences import everything
from casecoord.domain.facets import FACETS
from casecoord.domain.words import Purpose
from tests.policies import cedar
from tests.policies.space import Question, questions

#: An item's audience is a column of its own.
COLUMNS = tuple(name for name in FACTS if name not in ("shared_with_teams", "break_glass"))
ROWS = "\n".join(
    [
        "create temp table asked (number int primary key, sphere text, audience text,",
        ", ".join(f"{name} boolean not null" for name in COLUMNS) + ")",
    ]
)


@dataclass
class Agreement:
    """How many questions each evaluator was asked, and on which it differs from the tables."""

    asked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("casbin", "cedar", "sql"), 0))
    wrong: list[tuple[str, Question]] = field(default_factory=list)

    def compare(self, evaluator: str, asked: list[Question], answers: list[str]) -> None:
        self.asked[evaluator] += len(answers)
        pairs = zip(asked, answers, strict=True)
        self.wrong += [(evaluator, question) for question, answer in pairs if answer != question.expected()]

    def __str__(self) -> str:
        figures = ", ".join(f"{number} by {name}" for name, number in self.asked.items())
        return f"answered as the tables say: {figures}; {len(self.wrong)} otherwise"


async def agreement(policy: Policy, connection: asyncpg.Connection) -> Agreement:
    """Asks them all. `connection` may make a table of its own."""
    found, numbers = Agreement(), await _lay_out(connection)
    for facet in FACETS:
        asked = list(questions(whats=[what for what in everything() if what.facet == facet]))
        found.compare("casbin", asked, [question.decided(policy) for question in asked])
        found.compare("cedar", asked, cedar.answers(facet, asked))
        for who, purpose, some in _alike(asked):
            found.compare("sql", some, await _by_sql(connection, policy, who, purpose, some, numbers))
    return found


def _row(question: Question) -> tuple[str | None, tuple[str, ...]]:
    return question.what.sphere, question.names


async def _lay_out(connection: asyncpg.Connection) -> dict[tuple[str | None, tuple[str, ...]], int]:
    """A row for each thing that is asked about, by its number."""
    rows = {row: number for number, row in enumerate(dict.fromkeys(map(_row, questions())))}
    await connection.execute(ROWS)
    await connection.copy_records_to_table(
        "asked",
        records=[
            (
                *(number, sphere, "teams_in_case" if "shared_with_teams" in names else None),
                *(name in names for name in COLUMNS),
            )
            for (sphere, names), number in rows.items()
        ],
    )
    return rows


def _alike(asked: list[Question]) -> Iterator[tuple[Who, Purpose, list[Question]]]:
    """The questions that one statement answers."""

    def alike(question: Question) -> tuple[str, bool, str]:
        return question.who.viewer, question.who.by_grant, question.why.purpose

    for _, group in groupby(sorted(asked, key=alike), key=alike):
        some = list(group)
        yield some[0].who, some[0].why.purpose, some


async def _by_sql(
    connection: asyncpg.Connection,
    policy: Policy,
    who: Who,
    purpose: Purpose,
    asked: list[Question],
    numbers: dict[tuple[str | None, tuple[str, ...]], int],
) -> list[str]:
    viewers = {} if who.by_grant else {who.viewer: "true"}
    grant = "true" if who.by_grant else "false"
    shown = policy.sql_shown(asked[0].what.facet, purpose, viewers, "i", grant=grant)
    wanted = [numbers[_row(question)] for question in asked]
    rows = await connection.fetch(
        f"select {shown} shown from unnest($1::int[]) with ordinality w (number, place)"
        " join asked i on i.number = w.number order by w.place",
        wanted,
    )
    return [row["shown"] for row in rows]
