"""Letters: which notices go out in which mail, and how far each mail is.

A letter is made in one transaction and sent in others; whoever sends one holds its row until what
became of it is written, so that two senders never have the same letter, and a sender that is killed
leaves it due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.notices import MOST_TRIES, digest_day, last_digest, next_try
from casecoord.domain.words import Language, Role, TeamKind
from casecoord.storage.notices import Receiver
from casecoord.storage.settle import settle_area
from casecoord.storage.work import Area

#: What is this old is no news any more: urgent things then go with the digest, others stay in the inbox.
_STILL_URGENT, _STILL_NEWS = timedelta(days=1), timedelta(days=30)

_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('casecoord letters ' || :area, 0))")
_UNLETTERED = """
  select o.id, m.professional_id from outbox o
  join memberships m on m.area_id = o.area_id and m.id = o.receiver_id and m.during @> cast(:now as timestamptz)
  join professionals w on w.area_id = m.area_id and w.id = m.professional_id and w.email is not null
  where o.area_id = :area and o.letter_id is null and o.read_at is null and o.kind <> 'dead_letter'"""
_URGENT = text(
    f"""
with due as ({_UNLETTERED} and o.urgent and o.at > :since),
made as (insert into letters (area_id, id, professional_id, made_at, next_attempt_at)
  select :area, id, professional_id, :now, :now from due returning id)
update outbox o set letter_id = made.id from made where o.area_id = :area and o.id = made.id"""
)
_DIGESTS = text(
    f"""
with due as ({_UNLETTERED} and o.at > :since and o.at < :until),
made as (insert into letters (area_id, id, professional_id, digest_on, made_at, next_attempt_at)
  select distinct on (professional_id) cast(:area as uuid), id, professional_id, cast(:day as date),
    cast(:now as timestamptz), cast(:now as timestamptz)
  from due order by professional_id, id
  on conflict (area_id, professional_id, digest_on) do nothing returning id, professional_id)
update outbox o set letter_id = made.id from due join made using (professional_id)
where o.area_id = :area and o.id = due.id"""
)
_CLAIM = text(
    "select l.id, l.professional_id, l.digest_on is null urgent, l.tries, w.email, w.language"
    " from letters l join professionals w on w.area_id = l.area_id and w.id = l.professional_id"
    " where l.area_id = :area and l.outcome is null and l.next_attempt_at <= :now"
    " order by l.digest_on is not null, l.next_attempt_at, l.id limit 1 for update of l skip locked"
)
_RECEIVERS = text(
    "select m.id, m.team_id, m.role, t.kind from memberships m"
    " join teams t on t.area_id = m.area_id and t.id = m.team_id and t.during @> cast(:now as timestamptz)"
    " where m.area_id = :area and m.professional_id = :professional and m.during @> cast(:now as timestamptz)"
    " and exists (select from outbox o where o.area_id = m.area_id and o.receiver_id = m.id and o.letter_id = :letter)"
)
_END = text(
    "update letters set outcome = :outcome, ended_at = :now, tries = :tries, last_code = :code"
    " where area_id = :area and id = :id"
)
_PUT_OFF = text(
    "update letters set tries = :tries, last_code = :code, next_attempt_at = :next where area_id = :area and id = :id"
)
_TELL_ADMINISTRATORS = text(
    "insert into outbox (area_id, id, receiver_id, kind, source_id, sphere, urgent, at)"
    " select area_id, gen_random_uuid(), id, 'dead_letter', :id, 'general', false, :now from memberships"
    " where area_id = :area and role = 'administrator' and during @> cast(:now as timestamptz)"
    " on conflict (area_id, receiver_id, source_id, kind) do nothing"
)
_STANDING = text(
    "select count(*) filter (where outcome is null) waiting, min(made_at) filter (where outcome is null) since,"
    " count(*) filter (where outcome is null and tries > 0) refused,"
    " coalesce(jsonb_agg(jsonb_build_object('letter', id, 'since', made_at, 'tries', tries, 'code', last_code)"
    "   order by made_at, id) filter (where outcome = 'dead'), '[]') dead"
    " from letters where area_id = :area and (outcome is null or outcome = 'dead')"
)
_REVIVE = text(
    "update letters set outcome = null, ended_at = null, tries = 0, next_attempt_at = :now"
    " where area_id = :area and outcome = 'dead'"
)


class Outcome(StrEnum):
    """How a letter ended; `moot`: by the time of sending there was nobody or nothing left to tell."""

    SENT = "sent"
    MOOT = "moot"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter in this transaction's hands. `email` None: the address was taken away since."""

    id: UUID
    professional: UUID
    urgent: bool
    tries: int
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Standing:
    """An area's letters that are not at their end: how many wait, since when, and which are dead."""

    waiting: int
    since: datetime | None
    refused: int
    dead: list[dict[str, object]]


async def gather(work: Area) -> None:
    """Makes the letters that are due: one for each urgent notice, one a day for everything else of somebody."""
    if not await work.session.scalar(_ALONE, {"area": str(work.area_id)}):
        return
    at = {"area": work.area_id, "now": work.now}
    await work.session.execute(_URGENT, {**at, "since": work.now - _STILL_URGENT})
    await work.session.execute(
        _DIGESTS,
        {
            **at,
            "since": work.now - _STILL_NEWS,
            "until": last_digest(work.now),
            "day": digest_day(work.now),
        },
    )


async def claim(work: Area) -> DueLetter | None:
    """A letter that is due and that nobody else is sending, urgent ones first; this transaction's until its end."""
    row = (await work.session.execute(_CLAIM, {"area": work.area_id, "now": work.now})).one_or_none()
    if row is None:
        return None
    language = Language(row.language) if row.language else Language.NL
    return DueLetter(row.id, row.professional_id, row.urgent, row.tries, row.email, language)


async def receivers(work: Area, letter: DueLetter) -> list[tuple[Receiver, Role, TeamKind]]:
    """The memberships, valid now, under which the letter's professional was told what it is about."""
    rows = await work.session.execute(
        _RECEIVERS,
        {
            "area": work.area_id,
            "now": work.now,
            "professional": letter.professional,
            "letter": letter.id,
        },
    )
    return [
        (Receiver(row.id, letter.professional, row.team_id), Role(row.role), TeamKind(row.kind))
        for row in rows
    ]


async def end(work: Area, letter: DueLetter, outcome: Outcome, code: int | None = None) -> None:
    """Writes how a letter ended; a dead one is an administrator's to look at."""
    values = {"area": work.area_id, "id": letter.id, "now": work.now}
    tries = letter.tries + (outcome is not Outcome.MOOT)
    await work.session.execute(_END, {**values, "outcome": outcome, "tries": tries, "code": code})
    if outcome is Outcome.DEAD:
        await work.session.execute(_TELL_ADMINISTRATORS, values)
        await settle_area(work)


async def refused(work: Area, letter: DueLetter, code: int | None) -> None:
    """The mail server did not take this letter: later again, or never."""
    tries = letter.tries + 1
    if tries >= MOST_TRIES:
        await end(work, letter, Outcome.DEAD, code)
        return
    await work.session.execute(
        _PUT_OFF,
        {
            "area": work.area_id,
            "id": letter.id,
            "tries": tries,
            "code": code,
            "next": next_try(work.now, tries),
        },
    )


async def standing(work: Area) -> Standing:
    """What of the area's mail has not arrived; ids, numbers and moments only."""
    row = (await work.session.execute(_STANDING, {"area": work.area_id})).one()
    return Standing(row.waiting, row.since, row.refused, list(row.dead))


async def revive(work: Area) -> None:
    """Dead letters are due again, as if they had never been tried."""
    await work.session.execute(_REVIVE, {"area": work.area_id, "now": work.now})
    await settle_area(work)
