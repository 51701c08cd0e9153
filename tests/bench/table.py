"""The table of aims with what was measured, on the screen and as `docs/performance.md`.

`python -m tests.bench.table` writes the page anew from the results of the last run.
"""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.ground import PROCESSES
from tests.bench.measure import ROUNDS, Result

RESULTS = Path(".bench/results.jsonl")
PAGE = Path("docs/performance.md")


@dataclass(frozen=True)
class Aim:
    """What a ratio should be. `of`: words that the note of the result holds; `most`: less is better."""

    what: str
    name: str
    of: str
    floor: float
    aim: float
    most: bool = False

    def reached(self, ratio: float) -> str:
        """Where a ratio stands."""
        better = (lambda bound: ratio <= bound) if self.most else (lambda bound: ratio >= bound)
        return "aim" if better(self.aim) else "floor" if better(self.floor) else "below the floor"

    def found(self, results: Iterable[Result]) -> Result | None:
        matching = [one for one in results if one.name == self.name and self.of in one.note]
        return matching[-1] if matching else None


AIMS = (
    Aim("joint case view over the peer, 32 at once", "joint_case_vs_peer", "concurrency 32", 2, 5),
    Aim(
        "joint case view over its own SQL alone, 32 at once",
        "joint_case_vs_asyncpg",
        "concurrency 32",
        0.5,
        1,
    ),
    Aim("worklist of 50 over the peer, 32 at once", "worklist_vs_peer", "concurrency 32", 3.5, 7),
    Aim("joint case view of who may see least over the lead's", "restricted", "joint case", 1 / 1.3, 1 / 1.1),
    Aim("worklist of who may see least over the lead's", "restricted", "worklist", 1 / 1.3, 1 / 1.1),
    Aim(
        "a signal over the same writes alone, 32 at once", "add_signal_vs_asyncpg", "concurrency 32", 0.5, 0.8
    ),
    Aim(
        "a whole sweep over one statement by hand",
        "sweep_vs_sql",
        "finding and writing the gaps alone",
        0.33,
        0.5,
    ),
    Aim("joint case view among many families over among few", "growth", "joint case", 1 / 1.5, 1 / 1.2),
    Aim("worklist among many families over among few", "growth", "worklist", 1 / 1.5, 1 / 1.2),
    Aim("a signal among many families over among few", "growth", "a signal", 1 / 1.5, 1 / 1.2),
    Aim("megabytes of a web process after many mixed requests", "memory", "", 250, 150, most=True),
    Aim("deciding, as a share of a view", "decision_share", "", 0.02, 0.02, most=True),
)


def table(results: Sequence[Result]) -> list[str]:
    """The aims, a row each, in Markdown."""
    rows = ["| | measured | floor | aim | reached |", "|---|---|---|---|---|"]
    for aim in AIMS:
        one = aim.found(results)
        bounds = f"{'at most ' if aim.most else ''}{aim.floor:.3g} | {aim.aim:.3g}"
        measured = (
            f"{one.ratio:.2f} | {bounds} | {aim.reached(one.ratio)}"
            if one
            else f"- | {bounds} | not measured"
        )
        rows.append(f"| {aim.what} | {measured} |")
    return rows


def everything(results: Sequence[Result]) -> list[str]:
    """Every ratio, a row each."""
    rows = ["| measure | ratio | what against what |", "|---|---|---|"]
    return rows + [
        f"| `{one.name}` | {one.ratio:.3g} | {one.note} |"
        for one in results
        if not one.name.startswith("profile_")
    ]


def profiled(results: Sequence[Result]) -> list[str]:
    """Where the time of a view goes, a row each: statements in their order, then the server by weight."""
    rows = ["| of a joint case view | share |", "|---|---|"]
    for kind, where in (("profile_statement", "database"), ("profile_server", "server")):
        mine = [one for one in results if one.name == kind]
        if mine:
            rows.append(f"| **{where}** | **{sum(one.ratio for one in mine):.0%}** |")
            rows += [f"| {one.note} | {one.ratio:.0%} |" for one in mine]
    return rows


def page(results: Sequence[Result], ground: str) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# How fast it is",
            "",
            "Written by `make bench`; not by hand. Ratios only: rates say more of a machine than of a program.",
            "",
            *table(results),
            "",
            "## How it is measured",
            "",
            METHOD.format(rounds=ROUNDS, processes=PROCESSES, ground=ground),
            "",
            "## Where the time of a view goes",
            "",
            "One at a time. The database's part is what each statement takes as the server sees it; the server's part is",
            "what is left, shared out by a sample of each millisecond in which its processor was busy.",
            "",
            *profiled(results),
            "",
            "[What a view costs, and why it is not faster yet](decisions/what-a-view-costs.md).",
            "",
            "## Every ratio",
            "",
            *everything(results),
            "",
        ]
    )


METHOD = """{ground}

Who is compared takes turns: {rounds} rounds of each, the first in one round last in the next, and the median of each
counts. PostgreSQL runs with `fsync` on, and an answer is counted when it has arrived whole and without errors. The
client is one process with keep-alive connections, the same for all; its requests are made beforehand.

- **Ours** is `casecoord` as it is served, {processes} processes: trusted documents over HTTP with a bearer token, each
  facet decided, about 25 values unsealed, and the record of the view durable in the log before the answer leaves.
- **The peer** is PostGraphile 5, {processes} processes, over a copy of the same rows in a schema such as its users would
  make: one key a table, every relation indexed, relations of teams to households kept as rows. Row level security
  restricts every table by area and by the team's part in the household; the look stands in a log, with a hash of its
  record, in the same transaction. A look is a query, which is one statement, rather than a mutation, which is a
  dozen. It is spared what ours does: it reads plain words instead of unsealing, knows no facets, purposes or spheres,
  believes who asks, and shows the 25 rows without the lists that are empty here.
- **asyncpg alone** repeats what a request of ours says to the database, statement by statement, as heard at the
  driver: no HTTP, no decision, no unsealing, one process. Ids that were made for a request are made anew.
- **pgbench** commits one row as long as a record: how often this disk lets anybody be durable."""


def machine(server: str, households: int) -> str:
    """Of what kind the machine is, in general words."""
    return (
        f"On {os.cpu_count()} cores shared with the database and the client, PostgreSQL {server}, Python"
        f" {platform.python_version()}; {households:,} households in the area, besides those that are looked at."
    )


def read(path: Path = RESULTS) -> tuple[list[Result], str]:
    """The results of the last run, and the ground that it ran on."""
    if not path.exists():
        return [], ""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [Result(**line) for line in lines], path.with_suffix(".ground").read_text()


def keep(results: Sequence[Result], ground: str, path: Path = RESULTS) -> None:
    """Writes them a line each. What another run measured on the same ground stays, unless it was measured again."""
    before, there = read(path)
    names = {one.name for one in results}
    stay = [one for one in before if there == ground and one.name not in names]
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(one.as_line()) + "\n" for one in [*stay, *results]))
    path.with_suffix(".ground").write_text(ground)


if __name__ == "__main__":
    PAGE.write_text(page(*read()))
