"""The invariants hold whatever happens, in whatever order, whoever does it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from casecoord.access.decide import Policy
from tests.actions.life import Life, Loop

#: What has to have happened for a run to prove anything.
DEEDS = {"add_signal", "triage_signal"}
ALL_DEEDS = DEEDS | {
    "succession", "add_action", "see_signal", "invite_team", "join_case", "decline_invitation", "propose_lead", "accept_lead", "decline_lead",
    "appoint_lead", "offer_hand_over", "accept_hand_over", "decline_hand_over", "complete_action", "record_contact",
    "propose_merge", "confirm_merge", "undo_merge", "split_household",
    "record_move", "accept_transfer", "decline_transfer", "school",
    "leave_case", "exercise_right", "decide_right", "break_glass", "review_break_glass", "object_to_appointment", "raise_blockade", "decide_blockade", "plan_hearing", "move_hearing",
    "end_hearing",
}  # fmt: skip


@pytest.fixture
def life(server: str, template: str, policy: Policy) -> Iterator[type[Life]]:
    loop = Loop()
    yield type("LifeHere", (Life,), {
        "server": server, "template": template, "policy": policy, "loop": loop, "done": Counter(),
    })  # fmt: skip
    loop.close()


def lived(life: type[Life], lives: int, steps: int) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_a_few_lives_keep_every_invariant(life: type[Life]) -> None:
    lived(life, lives=14, steps=60)
    assert set(life.done) >= DEEDS, DEEDS - set(life.done)
    assert sum(times for deed, times in life.done.items() if not deed.startswith("not ")) > 100


@pytest.mark.prove
def test_many_long_lives_keep_every_invariant(life: type[Life]) -> None:
    lived(life, lives=100, steps=100)
    assert set(life.done) >= ALL_DEEDS, ALL_DEEDS - set(life.done)
