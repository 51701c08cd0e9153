"""The invariants hold whatever happens, in whatever order, whoever does it, and whatever breaks meanwhile."""

import uuid
from collections import Counter
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from casecoord.access.decide import Policy
from tests.actions.ids import Ascending
from tests.actions.life import Loop
from tests.actions.life_failing import FailingLife
from tests.actions.mortal_clerk import clerks

#: What has to have happened for a run to prove anything.
FAILURES = {"at once", "killed connection", "killed process"}
ALL_DEEDS = FAILURES | {
    "done, but not told", "add_signal", "triage_signal",
    "succession", "add_action", "see_signal", "invite_team", "join_case", "decline_invitation", "propose_lead", "accept_lead", "decline_lead",
    "appoint_lead", "offer_hand_over", "accept_hand_over", "decline_hand_over", "complete_action", "record_contact",
    "propose_merge", "confirm_merge", "undo_merge", "split_household",
    "end_membership", "set_deputy",
    "record_move", "accept_transfer", "decline_transfer", "school",
    "leave_case", "exercise_right", "decide_right", "break_glass", "review_break_glass", "object_to_appointment", "raise_blockade", "decide_blockade", "plan_hearing", "move_hearing",
    "end_hearing", "spend", "cancel_spend", "propose_alternative", "hold_alternative", "confirm_alternative", "release_alternative",
    "start_alternative",
    "schedule_meeting", "open_meeting", "record_decision", "close_meeting", "adjourn_meeting",
}  # fmt: skip
MANY = 10_000


@pytest.fixture
def life(
    server: str, template: str, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[FailingLife]]:
    loop, ids = Loop(), Ascending()
    monkeypatch.setattr(uuid, "os", ids)
    with clerks() as mortal:
        yield type("LifeHere", (FailingLife,), {
            "server": server, "template": template, "policy": policy, "loop": loop, "done": Counter(),
            "clerks": mortal, "ids": ids, "lived": Counter(),
        })  # fmt: skip
    loop.close()


def lived(life: type[FailingLife], seed: int, lives: int, steps: int) -> None:
    """Any life that breaks an invariant is lived again, shortened, and printed."""
    run_state_machine_as_test(
        hypothesis.seed(seed)(life),
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def told(life: type[FailingLife], seed: int) -> str:
    deeds = ", ".join(f"{deed} {times}" for deed, times in sorted(life.done.items()))
    return f"\n{life.lived['steps']} steps from --hypothesis-seed={seed}: {deeds}"


def test_a_few_lives_keep_every_invariant(life: type[FailingLife], seed: int) -> None:
    # Of so few, each without some of what may happen, none has to do any one thing: now and then six of them go without
    # any failure at all, and six more are lived.
    for batch in range(5):
        lived(life, seed + batch, lives=6, steps=50)
        if set(life.done) & FAILURES:
            break
    assert set(life.done) & FAILURES
    assert sum(times for deed, times in life.done.items() if not deed.startswith("not ")) > 60


@pytest.mark.prove
def test_ten_thousand_steps_keep_every_invariant(
    life: type[FailingLife], seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = 0
    while life.lived["steps"] < MANY:
        lived(life, seed + batch, lives=20, steps=100)
        batch += 1
        with capsys.disabled():
            print(f"\n{life.lived['steps']} steps from --hypothesis-seed={seed}")
    with capsys.disabled():
        print(told(life, seed))
    assert set(life.done) >= ALL_DEEDS, ALL_DEEDS - set(life.done)
