"""Runs every benchmark and writes `.bench/results.jsonl`, one line each; a table on the screen."""

import asyncio
import json
import sys
from pathlib import Path

from tests.bench.agenda import agenda_vs_sql
from tests.bench.decision_share import decision_share
from tests.bench.first_screens import first_screens
from tests.bench.ground import ground
from tests.bench.joint_case import joint_case_vs_asyncpg
from tests.bench.live_page import live_page
from tests.bench.log import (
    checkpoint_lag_under_load,
    sequencer_and_verification,
    views_with_the_log_on_and_off,
)
from tests.bench.matching import matching_vs_sql
from tests.bench.measure import Result
from tests.bench.monitor import monitor_vs_sql
from tests.bench.rotating import key_rotation
from tests.bench.scale import what_a_request_costs
from tests.bench.sweep import sweep_vs_sql

BENCHMARKS = (
    joint_case_vs_asyncpg,
    decision_share,
    views_with_the_log_on_and_off,
    checkpoint_lag_under_load,
    sequencer_and_verification,
    sweep_vs_sql,
    monitor_vs_sql,
    key_rotation,
    matching_vs_sql,
    agenda_vs_sql,
    live_page,
    first_screens,
    what_a_request_costs,
)
RESULTS = Path(".bench/results.jsonl")


async def measured() -> list[Result]:
    results: list[Result] = []
    chosen = [one for one in BENCHMARKS if not sys.argv[1:] or one.__name__ in sys.argv[1:]]
    async with ground() as laid:
        for benchmark in chosen:
            sys.stderr.write(f"bench: {benchmark.__name__}\n")
            results += await benchmark(laid)
    return results


def main() -> None:
    results = asyncio.run(measured())
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("".join(json.dumps(result.as_line()) + "\n" for result in results))
    for result in results:
        rates = f"{result.ours:9.1f} / {result.baseline:9.1f} {result.unit}"
        print(f"{result.name:26} {result.ratio:7.3f}  {rates}  {result.note}")


if __name__ == "__main__":
    main()
