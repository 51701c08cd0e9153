"""What leaves when something goes wrong: an allow-list of codes and sentences; everything else is `internal`."""

import re
from dataclasses import asdict
from typing import Any

from casecoord.domain.errors import Problem
from casecoord.domain.words import Language
from casecoord.identity.refusals import Refused
from casecoord.storage.availability import is_unavailable
from casecoord.storage.masters import KeysAway, Unreadable
from casecoord.storage.queue import Crowded
from casecoord.storage.work import UnknownLogin
from graphql import GraphQLError

#: code: (HTTP status, Dutch, English) of refusals before or around an execution.
HTTP_ERRORS: dict[str, tuple[int, str, str]] = {
    "not_acceptable": (406, "Vraag om application/json.", "Accept application/json."),
    "unsupported_media_type": (415, "Stuur application/json in UTF-8.", "Send application/json in UTF-8."),
    "body_too_large": (413, "Dit verzoek is te groot.", "This request is too large."),
    "body_too_slow": (408, "Dit verzoek duurde te lang.", "This request took too long to arrive."),
    "body_invalid": (400, "Dit is geen JSON-object.", "This is not a JSON object."),
    "parameter_invalid": (
        400,
        "Een onderdeel van het verzoek heeft de verkeerde vorm.",
        "A part of the request has the wrong type.",
    ),
    "document_missing": (400, "Stuur een documentId mee.", "Send a documentId."),
    "document_unknown": (
        400,
        "Dit documentId is hier niet bekend.",
        "This documentId is not known here.",
    ),
    "document_raw": (
        400,
        "Alleen bekende documenten worden uitgevoerd: stuur een documentId.",
        "Only known documents are run: send a documentId.",
    ),
    "operation_unknown": (
        400,
        "Het document heeft deze operatie niet.",
        "The document does not have this operation.",
    ),
    "database_unavailable": (
        503,
        "De database antwoordt niet. Probeer het zo opnieuw.",
        "The database does not answer. Try again shortly.",
    ),
    "crowded": (
        429,
        "Er staan al te veel verzoeken van u of van uw gebied te wachten. Probeer het zo opnieuw.",
        "Too many requests of yours or of your area wait already. Try again shortly.",
    ),
    "keys_unavailable": (
        503,
        "De sleutels zijn niet bereikbaar. Probeer het zo opnieuw.",
        "The keys cannot be reached. Try again shortly.",
    ),
    "unreadable": (
        500,
        "Iets hiervan kan niet gelezen worden. De beheerder kan zien waarom.",
        "Some of this cannot be read. The administrator can see why.",
    ),
    "timeout": (
        504,
        "Dit duurde te lang. Er is niets gewijzigd.",
        "This took too long. Nothing was changed.",
    ),
    "internal": (
        500,
        "Er ging iets mis. Er is niets gewijzigd.",
        "Something went wrong. Nothing was changed.",
    ),
}
#: Seconds after which it is worth trying again, by status.
COME_BACK = {503: 5, 429: 1}

_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ([\w.\[\]]+))?:")


class HttpProblem(Exception):
    """A refusal of the request as a whole, with a `code` of HTTP_ERRORS."""

    def __init__(self, code: str) -> None:
        if code not in HTTP_ERRORS:
            raise KeyError(f"no sentence for {code}")
        super().__init__(code)
        self.code = code


def http_error(code: str, language: Language) -> tuple[int, dict[str, Any]]:
    """The status and the JSON body of a refusal of the request as a whole."""
    status, dutch, english = HTTP_ERRORS[code]
    return status, error_body(code, dutch if language is Language.NL else english, status)


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """`code` for machines, `message` for people, `errors` for GraphQL clients, and when to come back."""
    body: dict[str, Any] = {"code": code, "message": message}
    if status in COME_BACK:
        body["retryAfter"] = COME_BACK[status]
    body["errors"] = [{"message": message, "extensions": {"code": code}}]
    return body


def code_of(error: GraphQLError) -> str:
    """The code of an error of an execution."""
    cause = error.original_error
    match cause:
        case Problem():
            return cause.code
        case UnknownLogin():
            return "unknown_login"
        case None | GraphQLError() if error.path is None:
            return "variables_invalid"
    return "internal" if cause is None else failure(cause)


def failure(error: BaseException) -> str:
    """The code of what went wrong on our side: of HTTP_ERRORS, and all that is told of it."""
    match error:
        case Crowded():
            return "crowded"
        case KeysAway():
            return "keys_unavailable"
        case Unreadable():
            return "unreadable"
    return "database_unavailable" if is_unavailable(error) else "internal"


def raise_for(errors: list[GraphQLError]) -> None:
    """What concerns the whole request is no field's error. Raises Refused or HttpProblem."""
    codes = {code_of(error) for error in errors}
    if "unknown_login" in codes:
        raise Refused("unknown_login")
    for away in ("crowded", "database_unavailable", "keys_unavailable"):
        if away in codes:
            raise HttpProblem(away)


def formatted(error: GraphQLError, language: Language) -> dict[str, Any]:
    """An error as it leaves: a known problem in the caller's language, a variable by name, or nothing but a code."""
    code = code_of(error)
    extensions: dict[str, Any] = {"code": code}
    cause = error.original_error
    if isinstance(cause, Problem):
        message = cause.message(language)
        extensions |= {"field": cause.field} if cause.field else {}
        extensions |= {"why": asdict(cause.why)} if cause.why else {}
    elif code == "variables_invalid":
        message, extensions["field"] = _variable(error.message, language)
    else:
        message = http_error(code if code in HTTP_ERRORS else "internal", language)[1]["message"]
    answer: dict[str, Any] = {"message": message, "extensions": extensions}
    if error.path is not None:
        answer["path"] = error.path
    return answer


def _variable(message: str, language: Language) -> tuple[str, str | None]:
    """GraphQL's own sentence quotes the value; ours names the place."""
    found = _VARIABLE.match(message)
    place = f"{found[1]}{found[2] or ''}" if found else None
    if language is Language.NL:
        return f"De waarde van {place or 'een variabele'} past niet bij dit document.", place
    return f"The value of {place or 'a variable'} does not fit this document.", place
