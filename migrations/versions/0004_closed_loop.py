"""The closed loop: feedback, reviews, aftercare and confirmed outcomes.

INVARIANT (closed loop): a signal, an action and a case end only with an outcome and whose word it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = {
    "signals": {"feedback_sealed": sa.LargeBinary, "feedback_at": sa.DateTime(timezone=True)},
    "cases": {"reviewed_at": sa.DateTime(timezone=True), "aftercare_at": sa.DateTime(timezone=True)},
    "plan_actions": {},
}
OUTCOME = {"outcome_sealed": sa.LargeBinary, "outcome_by": sa.Text}

CHECKS = [
    (
        "signals",
        "ends_with_an_outcome",
        "state <> 'ended' or (outcome_sealed is not null and outcome_by is not null and feedback_at is not null)",
    ),
    ("cases", "aftercare_since", "state <> 'aftercare' or aftercare_at is not null"),
    (
        "cases",
        "closes_with_an_outcome",
        "state <> 'closed' or (outcome_sealed is not null and outcome_by is not null)",
    ),
    ("plan_actions", "done_at_its_end", "(state = 'open') = (done_at is null)"),
    (
        "plan_actions",
        "ends_with_an_outcome",
        "state <> 'ended' or (outcome_sealed is not null and outcome_by is not null)",
    ),
]


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in {**columns, **OUTCOME}.items():
            op.add_column(table, sa.Column(name, kind))
    op.drop_constraint("plan_actions_done_at_its_end", "plan_actions")
    for table, name, condition in CHECKS:
        op.create_check_constraint(f"{table}_{name}", table, condition)


def downgrade() -> None:
    raise RuntimeError("confirmed outcomes are not taken away; restore a backup instead")
