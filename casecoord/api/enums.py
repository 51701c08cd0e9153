"""The closed vocabularies of the domain, as the schema's enums. Import them from here in the schema's types."""

import strawberry

from casecoord.actions.candidates import Reason as CandidateReason
from casecoord.actions.coverage import Lack, PlaceKind
from casecoord.actions.moving import Destination
from casecoord.actions.plan import Manner
from casecoord.actions.signals import Decision
from casecoord.actions.splitting import Part as HouseholdPart
from casecoord.domain.agreements import Answer as AgreementAnswerKind
from casecoord.domain.agreements import MilestoneKind
from casecoord.domain.agreements import Standing as AgreementStanding
from casecoord.domain.caseload import Strain
from casecoord.domain.consents import ConsentSource, Receiver
from casecoord.domain.duplicates import MergeReason
from casecoord.domain.facets import Shown
from casecoord.domain.leaving import ItemKind
from casecoord.domain.meetings import AgendaKind, AgendaState, MeetingState, MeetingWarning
from casecoord.domain.notices import NoticeKind
from casecoord.domain.own_log import Why as HeldBackWhy
from casecoord.domain.promises import Level
from casecoord.domain.residents import Thing as DeferrableKind
from casecoord.domain.routing import RoutedBy
from casecoord.domain.words import (
    ActionState,
    Audience,
    BlockadeKind,
    BlockadeState,
    CaseState,
    Discipline,
    HearingState,
    HolderKind,
    InvitationState,
    Language,
    Lapse,
    LifeDomain,
    ProposalKind,
    ProposalState,
    Purpose,
    Reach,
    RequestKind,
    RequestState,
    Role,
    SignalState,
    SignalSubject,
    Sphere,
    TeamKind,
    TransferKind,
    TransferState,
    Urgency,
    VeiligThuis,
    Word,
)

__all__ = [
    "ActionState",
    "AgendaKind",
    "AgendaState",
    "AgreementAnswerKind",
    "AgreementStanding",
    "Audience",
    "BlockadeKind",
    "BlockadeState",
    "CandidateReason",
    "CaseState",
    "ConsentSource",
    "Decision",
    "DeferrableKind",
    "Destination",
    "Discipline",
    "HearingState",
    "HeldBackWhy",
    "HolderKind",
    "HouseholdPart",
    "InvitationState",
    "ItemKind",
    "Lack",
    "Language",
    "Lapse",
    "Level",
    "LifeDomain",
    "Manner",
    "MeetingState",
    "MeetingWarning",
    "MergeReason",
    "MilestoneKind",
    "NoticeKind",
    "PlaceKind",
    "ProposalKind",
    "ProposalState",
    "Purpose",
    "Reach",
    "Receiver",
    "RequestKind",
    "RequestState",
    "Role",
    "RoutedBy",
    "Shown",
    "SignalState",
    "SignalSubject",
    "Sphere",
    "Strain",
    "TeamKind",
    "TransferKind",
    "TransferState",
    "Urgency",
    "VeiligThuis",
    "Word",
]

for _word in (
    ActionState,
    AgendaKind,
    AgendaState,
    MeetingState,
    MeetingWarning,
    Audience,
    BlockadeKind,
    BlockadeState,
    CaseState,
    ConsentSource,
    Discipline,
    HearingState,
    HolderKind,
    InvitationState,
    Lack,
    Language,
    Lapse,
    Level,
    LifeDomain,
    Manner,
    MergeReason,
    MilestoneKind,
    NoticeKind,
    PlaceKind,
    ProposalKind,
    ProposalState,
    Purpose,
    Reach,
    Receiver,
    RequestKind,
    RequestState,
    Role,
    RoutedBy,
    Shown,
    SignalState,
    SignalSubject,
    Sphere,
    Strain,
    TeamKind,
    TransferKind,
    TransferState,
    Urgency,
    VeiligThuis,
    Word,
):
    strawberry.enum(_word)
strawberry.enum(AgreementAnswerKind, name="AgreementAnswerKind")
strawberry.enum(AgreementStanding, name="AgreementStanding")
strawberry.enum(Decision, name="TriageDecision")
strawberry.enum(CandidateReason, name="CandidateReason")
strawberry.enum(HouseholdPart, name="HouseholdPart")
strawberry.enum(Destination, name="Destination")
strawberry.enum(DeferrableKind, name="DeferrableKind")
strawberry.enum(HeldBackWhy, name="HeldBackWhy")
