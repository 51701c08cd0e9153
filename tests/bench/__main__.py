"""Runs the benchmarks, prints the table of aims, and writes `.bench/results.jsonl` and `docs/performance.md`.

`--quick` takes three minutes: view, worklist and signal on a small ground, deciding, and the profile; it writes no page.
Names of benchmarks run those alone; `python -m tests.bench.table` then writes the page. What was measured before an
interruption is kept.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
import uvloop

from tests.bench.agenda import agenda_vs_sql
from tests.bench.decision_share import decision_share
from tests.bench.first_screens import first_screens
from tests.bench.ground import Ground, ground
from tests.bench.live_page import live_page
from tests.bench.log import (
    checkpoint_lag_under_load,
    sequencer_and_verification,
    views_with_the_log_on_and_off,
)
from tests.bench.logging_in import login_to_first_page
from tests.bench.matching import matching_vs_sql
from tests.bench.measure import QUICK_SECONDS, Result, say
from tests.bench.memory import memory
from tests.bench.monitor import monitor_vs_sql
from tests.bench.profile import profile
from tests.bench.rotating import key_rotation
from tests.bench.scale import what_a_request_costs
from tests.bench.side_by_side import side_by_side
from tests.bench.steady import growth, restricted
from tests.bench.sweep import sweep_vs_sql
from tests.bench.table import PAGE, keep, machine, page, table

Benchmark = Callable[[Ground], Awaitable[list[Result]]]

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.__name__: benchmark
    for benchmark in (
        side_by_side,
        profile,
        decision_share,
        views_with_the_log_on_and_off,
        checkpoint_lag_under_load,
        sequencer_and_verification,
        restricted,
        growth,
        memory,
        sweep_vs_sql,
        monitor_vs_sql,
        key_rotation,
        matching_vs_sql,
        agenda_vs_sql,
        login_to_first_page,
        live_page,
        first_screens,
        what_a_request_costs,
    )
}
QUICK: dict[str, Benchmark] = {
    "side_by_side": partial(side_by_side, seconds=QUICK_SECONDS, concurrency=(1, 32)),
    "profile": profile,
    "decision_share": decision_share,
}
HOUSEHOLDS = int(os.environ.get("CASECOORD_BENCH_HOUSEHOLDS", "100000").split(",")[0])


async def measured(chosen: dict[str, Benchmark], households: int, cases: int) -> tuple[list[Result], str]:
    """Runs them one after another; keeps what there is after each."""
    results: list[Result] = []
    # Whoever ends it ends its servers too: as by Ctrl-C.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    say(f"laying the ground: {cases} led cases among {households} households")
    async with ground(households, cases) as laid:
        connection = await asyncpg.connect(laid.database_url)
        of = machine(str(await connection.fetchval("show server_version")), households)
        await connection.close()
        for number, (name, benchmark) in enumerate(chosen.items(), 1):
            say(f"{name} ({number} of {len(chosen)})")
            results += await benchmark(laid)
            keep(results, of)
    return results, of


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three minutes, on a small ground")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="these alone")
    asked = parser.parse_args()
    known = QUICK if asked.quick else BENCHMARKS
    chosen = {name: known.get(name, BENCHMARKS[name]) for name in asked.names} or known
    households, cases = (1_000, 8) if asked.quick else (HOUSEHOLDS, 40)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            results, of = runner.run(measured(chosen, households, cases))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit("bench: interrupted; what was measured is in .bench/results.jsonl") from None
    for result in results:
        rates = f"{result.ours:9.1f} / {result.baseline:9.1f} {result.unit}"
        print(f"{result.name:26} {result.ratio:7.3f}  {rates}  {result.note}")
    print("", *table(results), sep="\n")
    if chosen == BENCHMARKS:
        PAGE.write_text(page(results, of))


if __name__ == "__main__":
    main()
