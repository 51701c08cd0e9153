"""The arithmetic of the benchmarks, and what they write; how fast anything is, no test asks."""

import json
from collections import Counter
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.bench.measure import ROUNDS, Result, against, interleaved
from tests.bench.recorded import Again, Connection, Said, ids_in
from tests.bench.table import AIMS, Aim, everything, keep, page, profiled, read, table

AIM = Aim("a view over the peer", "view_vs_peer", "concurrency 32", floor=2, aim=5)


async def test_all_take_turns_and_the_median_of_each_counts():
    order: list[str] = []
    rates = {"ours": [9, 1, 3, 2, 100], "peer": [4, 4, 5, 4, 0]}

    def turn(name: str):
        async def one() -> float:
            order.append(name)
            return rates[name][order.count(name) - 1]

        return one

    assert await interleaved({name: turn(name) for name in rates}) == {"ours": 3, "peer": 4}
    assert Counter(order) == {"ours": ROUNDS, "peer": ROUNDS}
    assert order[:4] == ["ours", "peer", "peer", "ours"]


def test_a_ratio_is_ours_over_the_other():
    found = against("view_vs_peer", "concurrency 32", 300, 120)
    assert (found.ratio, found.unit) == (2.5, "requests/s")


@pytest.mark.parametrize(
    ("ratio", "reached"), [(5, "aim"), (4.9, "floor"), (2, "floor"), (1.99, "below the floor")]
)
def test_more_is_better(ratio, reached):
    assert AIM.reached(ratio) == reached


def test_of_a_share_less_is_better():
    share = Aim("deciding", "decision_share", "", floor=0.05, aim=0.02, most=True)
    assert [share.reached(one) for one in (0.01, 0.03, 0.06)] == ["aim", "floor", "below the floor"]


def test_the_result_of_an_aim_is_the_last_that_its_note_fits():
    results = [Result("view_vs_peer", 1, 1, 1, "", f"concurrency {clients}") for clients in (1, 32, 8)]
    found = AIM.found(results)
    assert found is not None and found.note == "concurrency 32"
    assert AIM.found(results[:1]) is None


def test_the_table_says_what_was_not_measured():
    rows = table([Result("joint_case_vs_peer", 30, 10, 3, "requests/s", "concurrency 32")])
    assert rows[2] == "| joint case view over the peer, 32 at once | 3.00 | 2 | 5 | floor |"
    assert rows[5].endswith("| - | 0.769 | 0.909 | not measured |")
    assert len(rows) == len(AIMS) + 2
    assert [row.endswith("not measured |") for row in rows[2:]].count(False) == 1


def test_the_page_shows_ratios_and_no_rate():
    results = [
        Result("joint_case_vs_peer", 12345, 4115, 3, "requests/s", "against the peer, concurrency 32"),
        Result("profile_statement", 4, 10, 0.4, "ms", "1. the view's rows"),
        Result("profile_server", 6, 10, 0.6, "ms", "GraphQL"),
    ]
    written = page(results, "On 2 cores.")
    assert "On 2 cores." in written and "12345" not in written
    assert "| `joint_case_vs_peer` | 3 | against the peer, concurrency 32 |" in written
    assert everything(results)[2:] == everything(results[:1])[2:]
    assert profiled(results)[2:] == [
        "| **database** | **40%** |",
        "| 1. the view's rows | 40% |",
        "| **server** | **60%** |",
        "| GraphQL | 60% |",
    ]


def test_what_was_measured_is_kept_a_line_each(tmp_path):
    path = tmp_path / "results.jsonl"
    results = [Result("a", 2, 1, 2, "requests/s", "n"), Result("b", 1, 2, 0.5, "ms", "m")]
    keep(results, "On 2 cores.", path)
    assert read(path) == (results, "On 2 cores.")
    assert read(tmp_path / "none.jsonl") == ([], "")
    assert [sorted(json.loads(line)) for line in path.read_text().splitlines()] == [
        ["baseline", "name", "note", "ours", "ratio", "unit"]
    ] * 2


def test_what_another_run_measured_stays_on_the_same_ground_alone(tmp_path):
    path = tmp_path / "results.jsonl"
    one, other, anew = (Result(name, 2, 1, ratio, "", "") for name, ratio in (("a", 1), ("b", 2), ("a", 3)))
    keep([one, other], "small", path)
    keep([anew], "small", path)
    assert read(path)[0] == [other, anew]
    keep([one], "large", path)
    assert read(path) == ([one], "large")


async def test_what_a_request_made_for_itself_is_made_anew_each_time(server: str):
    area, (one, other) = uuid4(), (uuid4(), uuid4())
    insert = "insert into told values ($1, $2, $3, $4, $5)"

    def request(own: UUID) -> list[Said]:
        row = json.dumps({"id": str(own), "area": str(area)})
        return [
            Said("begin", None, 0), Said(insert, (area, own, [own, area], row, 7), 0), Said("commit", None, 0)
        ]  # fmt: skip

    connection = Connection(await asyncpg.connect(server), {})
    try:
        await connection.plain.execute(
            "create temporary table told (place uuid, own uuid, two uuid[], line jsonb, number int)"
        )
        again = Again(request(one), request(other))
        for _ in range(2):
            await again.say(connection)
        told = await connection.plain.fetch("select * from told")
    finally:
        await connection.plain.close()
    assert len({one, other, *(row["own"] for row in told)}) == 4
    for row in told:
        assert (row["place"], row["two"], row["number"]) == (area, [row["own"], area], 7)
        assert json.loads(row["line"]) == {"id": str(row["own"]), "area": str(area)}


def test_ids_are_found_wherever_they_stand():
    one, other = uuid4(), uuid4()
    assert ids_in([one, (f"a {other} b", 3)]) == {one, other}
    assert ids_in("0" * 36) == set()
