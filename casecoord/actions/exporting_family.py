"""What a family wanted and agreed, for the export of one who lives there: the own answers, and no other adult's."""

from collections.abc import Callable
from typing import Any

from casecoord.actions.agreements import FACET, asked
from casecoord.actions.goals import facet_of
from casecoord.domain.agreements import Answer, MilestoneKind

Row = dict[str, Any]
#: facet, thing, whether it is the asker's own: whether it is given.
Sees = Callable[[str, Row, bool | None], bool]
#: thing, table, column: what was sealed there.
Opened = Callable[[Row, str, str], str | None]


def family_of(case: Row, mine: set[str], sees: Sees, opened: Opened) -> Row:
    """Goals, steps and compliments of a case, and each wording of what was agreed, as far as they are given."""
    return {
        "goals": [
            {
                "kind": one["kind"],
                "what": opened(one, "milestones", "words"),
                "said_by": one["by"] if one["kind"] == MilestoneKind.PROUD else None,
                "set_at": one["set_at"],
                "reached_at": one["reached_at"],
                "praise": opened(one, "milestones", "praise"),
            }
            for one in case["milestones"]
            if sees(facet_of(one["own"]), one, None)
        ],
        "agreements": [
            _agreement(one, mine, opened)
            for one in case["agreements"]
            if sees(FACET, one, not mine.isdisjoint(map(str, asked(one))))
        ],
    }


def _agreement(one: Row, mine: set[str], opened: Opened) -> Row:
    return {
        "what": opened(one, "agreements", "what"),
        "doer": opened(one, "agreements", "doer"),
        "due_on": one["due_on"],
        "recorded_at": one["recorded_at"],
        "reply": opened(one, "agreements", "reply"),
        "kept_at": one["kept_at"],
        "praise": opened(one, "agreements", "praise"),
        "answers": [
            {
                "answer": said["answer"],
                "at": said["at"],
                "words": opened(said, "agreement_answers", "words"),
            }
            for said in one["answers"]
            if said["person"] in mine and said["answer"] != Answer.ASKED
        ],
    }
