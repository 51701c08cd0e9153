"""What an area may make of its deadlines."""

from dataclasses import fields

from casecoord.domain.promises import Deadlines


def _bounds(name: str) -> tuple[int, int]:
    match name.rsplit("_", 1)[-1]:
        case "hours":
            return 1, 72
        case "days":
            return 1, 730
        case "months":
            # A month, and two more where that is said in time: the GDPR knows no longer term.
            return 1, 3
    return 1, 60


#: What an area may make of each deadline, by name: from least to most.
BOUNDS = {one.name: _bounds(one.name) for one in fields(Deadlines) if one.name != "closed"}
