"""What each field of an answer is: the facet that decides it, or why it needs none.

Through its facet a field has its purposes, its legal ground and its class of retention (`domain/facets.py`).
A field that is listed nowhere is an error: the schema is not built. The printed schema shows the facets.
"""

from collections.abc import Iterator
from enum import StrEnum

import strawberry
from strawberry.schema_directive import Location

from casecoord.domain.facets import FACETS
from graphql import GraphQLObjectType


class Free(StrEnum):
    """Why a field needs no facet."""

    WORK = "who works where, and who stands in for whom: professionals at work, no family"
    AREA = "how an area is run: its places, terms and settings"
    OWN = "oneself, to oneself"
    RULE = "what a rule says, in words"
    DONE = "which things one's own act made or ended; the rule of the act allowed it"
    VARIES = "of the class that the row names; each row is decided by its own"
    WHOLE = "holds fields that are classified themselves"


_LISTS, _FACETS = ("Connection", "Edge"), "Facet"

#: By type: the facet or the reason, and the fields that it is said of.
CLASSIFIED: dict[str, dict[str, str]] = {
    "Action": {"plan.action": "id domain what result state dueOn owner"},
    "ActionSaved": {"plan.action": "id state dueOn", "case.status": "case"},
    "Agreement": {
        "family.agreement": "id domain what doer dueOn recordedAt replaces adopts reply standing keptAt praise answers"
    },
    "AgreementAnswer": {"family.agreement": "person answer words onPaper at"},
    "AgreementSaved": {"family.agreement": "id standing allRefused", "case.status": "case"},
    "AlternativeMatch": {
        "court.suitability": "id provider kind name startsOn endsOn free needs fits missing",
    },
    "AgendaItem": {
        "meeting.item": "id household kind rule minutes state version decision withoutFamily familyPresent nextOn"
        " decidedBy decidedAt",
        "person.name": "names",
        "plan.action": "action",
    },
    "Area": {Free.AREA: "id code name"},
    "AskedRight": {"family.complaint": "id household kind state receivedAt dueAt appealOf words decision"},
    "Attendant": {Free.WORK: "membership name team teamKind discipline guest present"},
    "Awaited": {"gap": "id rule name dueAt household", "case.status": "case"},
    "AwaitedTransfer": {
        "signal.existence": "id kind sphere departure offeredAt dueAt signals",
        "signal.source": "fromTeam",
    },
    "Because": {"caseload": "reason words"},
    "Blockade": {
        "blockade": "id kind domain what asked state raisedAt raisedBy decision reach addressee neededBy urgency"
        " mandate rule homework",
        "plan.action": "action",
    },
    "AllianceItem": {"blockade": "id kind domain dueAt families homework"},
    "AllianceAgenda": {"blockade": "items text"},
    "BlockadeSaved": {
        "blockade": "id state reach also rule",
        Free.RULE: "rules",
        "case.status": "case caseClosed",
    },
    # What is allowed from now on, in every area: a rule, about nobody.
    "Breakthrough": {
        Free.RULE: "id area kind domain title applies allowed authority publishedAt",
    },
    "BreakthroughSaved": {Free.DONE: "id", Free.RULE: "rule"},
    "Candidate": {
        Free.WORK: "professional name team teamName teamKind",
        "case.participants": "takesPartSince",
        "caseload": "room reasons",
    },
    "Case": {"case.status": "id household state", "case.lead": "lead proposals"},
    "CaseGap": {"gap": "id rule name since level responder"},
    "CaseLeft": {"case.status": "case", Free.WORK: "team", "plan.action": "handedOver"},
    "Caseload": {
        Free.WORK: "professional name",
        "caseload": "leads actions ceiling full asked hoursAsked hoursComing hours clocks strains",
    },
    "Caution": {"court.preparation": "code message"},
    "ChildsWord": {Free.OWN: "person agrees"},
    "Colleague": {Free.WORK: "id name phone teamId team teamKind"},
    "Consent": {
        "consent.record": "id person facet thing receiver purpose source since until givenBy recordedAt recordedBy"
        " withdrawnAt holds",
    },
    "ConsentSaved": {"consent.record": "id household since until withdrawnAt"},
    "Contact": {"case.contact": "id at manner"},
    "ContactRecorded": {"case.contact": "id contactedAt", "case.status": "case"},
    "Correction": {Free.VARIES: "id what thing correctedAt by former"},
    "Coverage": {Free.AREA: "schools neighbourhoods uncovered", Free.WHOLE: "households gaps lapsed"},
    "Deadline": {Free.AREA: "name value least most"},
    "DecisionRecorded": {Free.DONE: "item state version", "plan.action": "action"},
    "DecisionSaved": {Free.DONE: "id state outcome offered request"},
    "Deferral": {"access_log.entry": "id kind thing household by since reviewOn reason"},
    "DeferralSaved": {Free.DONE: "id reviewOn"},
    "DeputySet": {Free.WORK: "id membership deputy name since until"},
    "DisciplineRecorded": {Free.WORK: "membership team discipline"},
    "DutyHole": {Free.WORK: "since until"},
    "DutyShift": {Free.WORK: "membership name since until"},
    "EmergencyAccess": {"break_glass.grant": "id professional since until medical reason review"},
    "Ended": {Free.DONE: "memberships endsAt handedOver"},
    "ErasureCertificate": {
        Free.DONE: "id household whole persons compartments keys erasedAt ground openableUntil",
    },
    "Event": {"case.status": "id at verb who about"},
    "Explanation": {Free.RULE: "facet shown words rules reasons ground ask"},
    "Figure": {"monitor.aggregate": "number suppressed"},
    "FlaggedHousehold": {
        "signal.existence": "household urgency",
        "case.status": "case state",
        "case.next_deadline": "nextDeadline",
        "gap": "openGaps",
        "case.lead": "holder",
        "person.name": "names",
    },
    "Gap": {"gap": "id household rule name since level responder", "case.lead": "holder"},
    "GapsAtLevel": {Free.AREA: "level", Free.WHOLE: "gaps"},
    "GapsOfRule": {Free.RULE: "rule name promise", Free.WHOLE: "levels"},
    "GlassBroken": {"break_glass.grant": "id household until"},
    "GlassReviewed": {"break_glass.grant": "id household"},
    "HandedOver": {Free.DONE: "item kind to membership"},
    "HangingCount": {Free.WORK: "kind number"},
    "HangingItem": {Free.WORK: "item kind place"},
    "Hearing": {"court.hearing": "id person heldOn state", "court.preparation": "alternativeAt placeHeldAt"},
    "HearingSaved": {"court.hearing": "id household heldOn state", Free.WHOLE: "warnings"},
    "HeldAt": {"case.lead": "household at kind holder"},
    "Homework": {"blockade": "id addressee what neededBy doneAt"},
    "HomeworkSaved": {"blockade": "id blockade done"},
    "ItemAction": {"plan.action": "id what owner dueOn"},
    "HouseholdSplit": {Free.DONE: "household part", "case.status": "cases"},
    "HouseholdsHeld": {Free.AREA: "kind", Free.WHOLE: "households"},
    "Inbox": {Free.WHOLE: "waiting notices"},
    "Invitation": {"case.participants": "id team state", "case.status": "case"},
    "HeldBackLine": {"access_log.entry": "id at event who team why reviewOn"},
    "HelpAsked": {Free.DONE: "id"},
    "HouseholdExport": {Free.WHOLE: "json pdf"},
    "JointCase": {
        "case.status": "household case status",
        "case.lead": "lead proposals",
        "household.address": "address",
        "household.contact": "contact",
        "household.move": "moves",
        "person.name": "persons",
        "case.participants": "participants",
        "case.next_deadline": "nextDeadline",
        "case.contact": "contacts",
        "signal.existence": "signals",
        "plan.action": "actions spends leftToSpend",
        "blockade": "blockades",
        "court.hearing": "hearings",
        "court.placement": "placements",
        "break_glass.grant": "grants",
        "medical.note": "notes",
        "consent.record": "consents",
        "gap": "gaps",
        "family.goal": "milestones",
        "family.agreement": "agreements",
        Free.RULE: "withheld",
    },
    "KnownPerson": {"person.name": "name", "person.age": "age"},
    "LapsedOfRule": {Free.RULE: "rule because", Free.WHOLE: "promises"},
    "LogLine": {"access_log.entry": "id at sentence who role team what why data about emergency"},
    "MarkedRead": {Free.DONE: "notices"},
    "Me": {Free.OWN: "id name area language purpose acting memberships"},
    "Meeting": {
        Free.WORK: "id team teamName state at minutes chair expected missing warnings",
        Free.WHOLE: "agenda",
    },
    "MeetingLine": {Free.WORK: "id team teamName state at minutes"},
    "MeetingMinutes": {Free.WHOLE: "pdf"},
    "MeetingRecorded": {Free.DONE: "team heldAt"},
    "MeetingSaved": {Free.WORK: "id team state at minutes chair expected missing warnings next"},
    "MemberAdded": {Free.WORK: "membership professional team role since"},
    "Membership": {Free.OWN: "id key role team purposes"},
    "MergeDecided": {"merge.proposal": "proposal household accepted merge"},
    "MergeProposal": {"merge.proposal": "id reasons score proposedAt beside main"},
    "MergeProposed": {"merge.proposal": "proposal"},
    "MergeSide": {
        "merge.proposal": "household",
        "person.name": "persons",
        "household.address": "address",
        "case.status": "case",
        "case.lead": "caseLed",
    },
    "MergeUndone": {"merge.proposal": "merge household returned"},
    "Monitor": {Free.AREA: "area from to areas", Free.WHOLE: "measures", "monitor.aggregate": "csv"},
    "MonitorFigure": {
        "monitor.aggregate": "from to category words neighbourhood place rest number suppressed"
    },
    "MonitorMeasure": {
        Free.RULE: "name version title definition months standing exact",
        Free.WHOLE: "figures totals",
    },
    "MonitorTotal": {"monitor.aggregate": "from to category words number atLeast"},
    "MonitoredArea": {Free.AREA: "id code name"},
    "Milestone": {
        Free.VARIES: "id kind own person domain words saidBy setAt goal agreement reachedAt praise"
    },
    "MilestoneSaved": {Free.DONE: "id kind reachedAt", "case.status": "case"},
    "Move": {"household.move": "id movedOn"},
    "MoveAnswered": {"household.move": "offer state household", "case.status": "case"},
    "MoveRecorded": {"household.move": "household transfers offer", "merge.proposal": "mergesProposed"},
    "Need": {Free.AREA: "ofWhom what"},
    "Notice": {"gap": "id kind at urgent read waits about household", "case.status": "case"},
    "Offer": {
        Free.AREA: "id provider kind name ageFrom ageUntil neighbourhoods languages places free startsOn endsOn needs"
        " withdrawn because",
    },
    "OfferSaved": {Free.DONE: "id places withdrawn freed"},
    "OfferedMove": {
        "household.move": "id fromArea neighbourhood persons children movedOn expiresAt",
        "signal.existence": "spheres",
    },
    "OrderSaved": {Free.DONE: "blockades"},
    "OutcomeConfirmed": {"outcome": "subject state"},
    "OwnPlace": {
        "court.placement": "id alternative offer kind state since until step stepAt",
        "person.name": "name",
        "person.age": "age",
        "person.language": "language",
    },
    "PageInfo": {Free.WHOLE: "hasNextPage endCursor"},
    "Participant": {"case.participants": "id name kind"},
    "PendingProposal": {"case.lead": "id kind state proposed"},
    "Person": {
        "person.name": "id name",
        "person.age": "age",
        "person.birth_date": "birthDate",
        "person.language": "language",
        "person.custody": "custody",
        "person.practice": "practice",
        "school.enrolment": "school",
    },
    "Placement": {"court.placement": "id person alternative kind provider state until step outcome"},
    "PlacementSaved": {"court.placement": "id alternative state until"},
    "Preparation": {"court.hearing": "hearing person heldOn state", "court.preparation": "steps"},
    "PreparationLine": {"court.preparation": "step by dueOn done late"},
    "PreparationRecorded": {"court.preparation": "hearing step"},
    "PreparationWeek": {"court.preparation": "since hearings steps full"},
    "PlaceCovered": {Free.DONE: "kind code team"},
    "PlaceTally": {Free.AREA: "total uncovered lacking"},
    "CaseToMove": {
        "case.status": "case household",
        "case.lead": "lead leadName since",
        "caseload": "hours because takers",
    },
    "Strained": {"caseload": "strain words"},
    "LeadHoursSet": {Free.WORK: "membership hours"},
    "Taker": {Free.WHOLE: "candidate load"},
    "LegalGround": {Free.RULE: "id ground source since until reason holds facets"},
    "LogEntry": {
        "access_log.entry": "id at event act who professional role team household persons purpose why ground"
        " facets rules refused emergency",
    },
    "MedicalNote": {"medical.note": "id person practice writtenAt text"},
    "NoteAdded": {"medical.note": "id household writtenAt"},
    "PreparedDecision": {
        "family.complaint": "id outcome ground words offered preparedBy preparedAt second mine"
    },
    "Problem": {Free.RULE: "code message field why", Free.DONE: "hanging"},
    "Professional": {Free.WORK: "id name team"},
    "Proposal": {"case.lead": "id kind state proposed"},
    "Rectified": {Free.DONE: "id what told"},
    "Redecided": {Free.RULE: "about who sphere facts then again today same changed"},
    "RefusalSaved": {"case.status": "id case confirmed reviewOn ended"},
    "Replayed": {
        "access_log.entry": "entry at event",
        Free.RULE: "policy keptSince trusted same decisions",
    },
    "RequestSaved": {Free.DONE: "id kind state receivedAt"},
    "ResidentBound": {Free.OWN: "key"},
    "ResidentCodeMade": {Free.DONE: "id until"},
    "ResidentLetter": {Free.OWN: "text until"},
    "ResidentUnbound": {Free.DONE: "at"},
    "RetentionTermSet": {Free.AREA: "keptAs months fromOn"},
    "Room": {"caseload": "leads ceiling left"},
    "Roster": {Free.WORK: "since until shifts holes"},
    "RotationAsked": {Free.DONE: "keys"},
    "Said": {Free.RULE: "verdict rules"},
    "Settings": {
        Free.AREA: "deadlines closed disciplines caseCeiling justiceDeputy routingOrder following familyAmount"
    },
    "Signal": {
        "signal.existence": "id person state urgency sphere receivedAt",
        "signal.source": "source",
        "signal.domain": "domain",
        "signal.summary": "summary",
        "signal.detail": "detail",
        "feedback": "feedback",
        "outcome": "outcome",
    },
    "SignalAdded": {"signal.existence": "signal", "case.status": "caseOpen", "case.lead": "lead"},
    "SignalTriaged": {"signal.existence": "signal state", "case.status": "case"},
    "SimilarBlockades": {"blockade": "blockades"},
    # A spend is a step in the plan, taken with money: whoever sees the plan's actions sees what was spent on them.
    "Spend": {"plan.action": "id domain amount purpose changed spentOn cancelled reason"},
    "SpendSaved": {
        "plan.action": "spend left cancelled",
        "blockade": "blockade",
        Free.RULE: "rules",
        "case.status": "case",
    },
    "Team": {Free.WORK: "id name kind"},
    "TeamMember": {Free.WORK: "membership professional name role since until deputy"},
    "TransferAnswered": {"signal.existence": "transfer state household next"},
    "UncoveredPlace": {Free.AREA: "kind code name lacks"},
    "WaitingBlockade": {
        "blockade": "id household kind domain what asked addressee neededBy state raisedAt dueAt days families urgency"
        " gaps place homework",
    },
    "WaitingInvitation": {"case.participants": "id askedBy since until", "case.status": "case"},
    "WaitingProposal": {"case.lead": "id kind askedBy since until", "case.status": "case"},
    "Why": {Free.RULE: "rule reasons ground ask"},
    "Withheld": {Free.RULE: "facet rule reason ground ask"},
    "WorkHanging": {Free.RULE: "code message field", Free.WORK: "items counts"},
}


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="facet",
    description="The class of data by which it is decided.",
)
class FacetOf:
    name: str


class Unclassified(Exception):
    """A field of an answer says nowhere what it is; the message names it."""


def said_of(answer: str) -> dict[str, str]:
    """The facet or the reason of each listed field of a type of answers."""
    listed = CLASSIFIED.get(answer, {})
    return {name: what for what, names in listed.items() for name in names.split()}


def classify(schema: strawberry.Schema) -> None:
    """Puts its facet on each field of an answer. Raises Unclassified."""
    faults = [fault for answer in answers(schema) for fault in _faults(answer)]
    if faults:
        raise Unclassified(f"say in {__name__} what these are: {'; '.join(faults)}")
    for answer in answers(schema):
        said = said_of(answer.name)
        for field in answer.extensions["strawberry-definition"].fields:
            name = schema.config.name_converter.get_graphql_name(field)
            known = [one for one in field.directives if isinstance(one, FacetOf)]
            if said.get(name) in FACETS and not known:
                field.directives = [*field.directives, FacetOf(name=said[name])]


def answers(schema: strawberry.Schema) -> Iterator[GraphQLObjectType]:
    """The types of which answers are made; what pages or wraps another type has no fields of its own."""
    for name, found in schema._schema.type_map.items():
        wraps = name.endswith((*_LISTS, _FACETS)) or name.startswith("__")
        if isinstance(found, GraphQLObjectType) and name not in ("Query", "Mutation") and not wraps:
            yield found


def _faults(answer: GraphQLObjectType) -> Iterator[str]:
    said = said_of(answer.name)
    yield from (f"{answer.name}.{name} is not listed" for name in answer.fields if name not in said)
    yield from (f"{answer.name}.{name} is not there" for name in said if name not in answer.fields)
    known = {*FACETS, *Free}
    yield from (f"{answer.name}.{name}: no facet {what}" for name, what in said.items() if what not in known)
