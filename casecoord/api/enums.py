"""The closed vocabularies of the domain, as the schema's enums. Import them from here in the schema's types."""

import strawberry

from casecoord.actions.plan import Manner
from casecoord.actions.signals import Decision
from casecoord.domain.facets import Shown
from casecoord.domain.promises import Level
from casecoord.domain.words import (
    ActionState,
    Audience,
    CaseState,
    InvitationState,
    Language,
    LifeDomain,
    ProposalKind,
    ProposalState,
    Purpose,
    Role,
    SignalState,
    SignalSubject,
    Sphere,
    TeamKind,
    Urgency,
    VeiligThuis,
    Word,
)

__all__ = [
    "ActionState",
    "Audience",
    "CaseState",
    "Decision",
    "InvitationState",
    "Language",
    "Level",
    "LifeDomain",
    "Manner",
    "ProposalKind",
    "ProposalState",
    "Purpose",
    "Role",
    "Shown",
    "SignalState",
    "SignalSubject",
    "Sphere",
    "TeamKind",
    "Urgency",
    "VeiligThuis",
    "Word",
]

for _word in (
    ActionState,
    Audience,
    CaseState,
    InvitationState,
    Language,
    Level,
    LifeDomain,
    Manner,
    ProposalKind,
    ProposalState,
    Purpose,
    Role,
    Shown,
    SignalState,
    SignalSubject,
    Sphere,
    TeamKind,
    Urgency,
    VeiligThuis,
    Word,
):
    strawberry.enum(_word)
strawberry.enum(Decision, name="TriageDecision")
