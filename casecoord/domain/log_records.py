"""An entry of the access log as two standards want it, joined by their trace id.

NEN 7513: who did or saw what of whom, in which role, by which rule. The Dutch processing log (Logboek
dataverwerkingen): a line for each data subject, without users, the subject's identity encrypted.
The fields are those of `casecoord/schemas/nen7513.json` and `ldv.json`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casecoord.domain.messages import MESSAGES
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.words import Purpose

SYSTEM = "casecoord"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry: its canonical record, and beside it by pseudonym whose data it is about."""

    id: UUID
    at: datetime
    household: UUID | None
    subjects: tuple[UUID, ...]
    record: Mapping[str, Any]
    #: the pseudonym of the person, where a resident did or saw it
    resident: UUID | None = None

    @property
    def trace(self) -> str:
        """The W3C trace id, 16 bytes in hexadecimal; the entry's own where the request had none."""
        return self.record["trace"] or self.id.hex

    @property
    def until(self) -> datetime:
        return self.at + timedelta(milliseconds=self.record.get("ms", 0))


def as_nen7513(line: LogLine) -> dict[str, Any]:
    """The access record: one for each entry."""
    said = line.record
    return {
        "event_id": str(line.id),
        "trace_id": line.trace,
        "at": line.at.isoformat(),
        "source": {"system": SYSTEM, "area": said["area"]},
        "event": {
            "name": said["event"],
            "action": said["act"],
            "outcome": "refused" if said.get("problem") else "done",
            "problem": said.get("problem"),
        },
        "user": {
            "id": said.get("professional") or said.get("operator") or (line.resident and str(line.resident)),
            "role": said["role"],
            "membership": said.get("membership"),
        },
        "responsible": {"team": said.get("team"), "team_kind": said.get("team_kind")},
        "object": {
            "household": str(line.household) if line.household else None,
            "persons": [str(one) for one in line.subjects],
            "facets": sorted(said["facets"]),
        },
        "authorisation": {
            "policy": said["policy"],
            "rules": said["rules"],
            "purpose": said["purpose"],
            "ground": said["ground"],
            "consent": said.get("consents", []),
            "emergency": said["emergency"],
        },
    }


def as_ldv(line: LogLine, encrypt: Callable[[UUID], str]) -> Iterator[dict[str, Any]]:
    """The processing log: a line for each data subject; for the persons, else for the household that stands for them."""
    said = line.record
    for subject in line.subjects or ((line.household,) if line.household else ()):
        attributes = {
            "dpl.core.processing_activity_id": PURPOSES[Purpose(said["purpose"])].activity,
            "dpl.core.data_subject_id": encrypt(subject),
            "dpl.core.data_subject_id_type": "URI",
        }
        problem = said.get("problem")
        if problem:
            attributes |= {"exception.type": problem, "exception.message": MESSAGES[problem][1]}
        yield {
            "trace_id": line.trace,
            "span_id": hashlib.sha256(line.id.bytes + subject.bytes).hexdigest()[:16],
            "status": "Error" if problem else "Ok",
            "name": said["event"],
            "start_time": _ms(line.at),
            "end_time": _ms(line.until),
            "resource": {"attributes": {"service.name": SYSTEM}},
            "attributes": attributes,
        }


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
