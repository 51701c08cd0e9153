"""Every refusal a person can meet, a file for each subject: code: (Dutch, English). They never hold data of the case at hand."""

from casecoord.domain.messages import (
    alternatives,
    breakthroughs,
    cases,
    consents,
    families,
    family,
    keys,
    log,
    meetings,
    monitor,
    people,
    residents,
    rights,
    waits,
)

MESSAGES: dict[str, tuple[str, str]] = {
    code: message
    for subject in (
        alternatives,
        breakthroughs,
        cases,
        consents,
        families,
        family,
        keys,
        log,
        meetings,
        monitor,
        people,
        residents,
        rights,
        waits,
    )
    for code, message in subject.MESSAGES.items()
}
