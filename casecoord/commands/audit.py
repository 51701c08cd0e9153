"""`casecoord audit`: whether the access log is what was signed, and proof of what is in it."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from casecoord.commands import audit_export
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.commands.sequencer import closed_in_words, sequencer_of
from casecoord.settings import Settings
from casecoord.storage.audit import Audit, Fault, Verified
from casecoord.storage.audit_notes import KeyUnknown
from casecoord.storage.audit_proof import EntryUnknown, ProofFailed, Proven, prove
from casecoord.storage.checkpoints import Signer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

audit_app = typer.Typer(
    name="audit", help="The access log: verify it, prove what is in it.", no_args_is_help=True
)

Keys_ = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="A public key to believe (casecoord audit key); default: that of the settings."
    ),
]
OfArea = Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")]

#: What each kind of fault means.
FAULTS = {
    "edited": "an entry is not what was signed",
    "deleted": "an entry is gone",
    "inserted": "an entry stands where another was signed",
    "reordered": "an entry stands in another's place",
    "moved": "an entry was laid at somebody else's door: its household, its persons or who did it are not as signed",
    "expired_early": "an entry lost its words before its term was over",
    "tile": "a tile of the tree was changed",
    "root": "the entries do not give the root that was signed",
    "signature": "a checkpoint's signature does not hold",
    "checkpoint_missing": "a checkpoint is gone from the database",
    "checkpoint_swapped": "a checkpoint stands in another's place",
    "fork": "the database and the copies outside it tell two histories, both signed",
    "truncated": "the copies outside know of more than the database: it was cut off, or a backup was restored"
    " without casecoord audit restored",
    "copy_missing": "the copy of a checkpoint outside the database is gone",
    "copy_changed": "the copy of a checkpoint outside the database was changed",
    "unsigned": "an entry has a place that was never signed",
    "waiting": "entries wait too long for their place: is casecoord sequencer running?",
}


def register(app: typer.Typer) -> None:
    audit_export.register(audit_app)
    app.add_typer(audit_app)


@audit_app.command()
def verify(area: OfArea = None, keys: Keys_ = None, as_json: AsJson = False) -> None:
    """Recompute the whole log, by another path than the sequencer's; exit 1 with the first fault and its position."""
    with settings() as chosen:
        found = [
            one for part in chosen.apart(area).values() for one in asyncio.run(_verify(part, area, keys))
        ]
    data = {"ok": not any(one.fault for one in found), "areas": [_as_data(one) for one in found]}
    answer(data, as_json, lambda: "\n".join(_in_words(one) for one in found) or "there is no area")
    if not data["ok"]:
        raise SystemExit(1)


@audit_app.command()
def proof(
    entry: Annotated[UUID, typer.Argument(help="The id of an entry of the access log.")],
    keys: Keys_ = None,
    as_json: AsJson = False,
) -> None:
    """Prove that an entry is in the log as the newest checkpoint signed it, and check the proof."""
    with settings() as chosen:
        try:
            found = asyncio.run(_prove(chosen, _keys(chosen, keys), entry))
        except ProofFailed as failed:
            raise CommandError(str(failed)) from None
    answer(_proof_as_data(found), as_json, lambda: _proof_in_words(found))


@audit_app.command()
def restored(area: OfArea = None, as_json: AsJson = False) -> None:
    """Sign that a backup of the database was put back: what the log had since is lost, and verification says so."""
    with settings() as chosen, closed_in_words():
        done = [one for part in chosen.apart(area).values() for one in asyncio.run(_restored(part, area))]
    answer(
        {"areas": done},
        as_json,
        lambda: "\n".join(map(_restored_in_words, done)) or "nothing was ever signed",
    )


@audit_app.command()
def key(as_json: AsJson = False) -> None:
    """Print the public key with which others can check the checkpoints."""
    with settings() as chosen:
        (public,) = _keys(chosen, None)
    answer({"key": public}, as_json, lambda: public)


async def _prove(chosen: Settings, keys: list[str], entry: UUID) -> Proven:
    """In whichever database it is."""
    *others, last = chosen.apart().values()
    for one in others:
        with suppress(EntryUnknown):
            return await prove(one.database_url_sequencer, keys, entry)
    return await prove(last.database_url_sequencer, keys, entry)


async def _verify(chosen: Settings, only: str | None, keys: list[str] | None) -> list[Verified]:
    from rich.console import Console
    from rich.progress import Progress

    if chosen.checkpoints is None:
        raise CommandError(
            "CASECOORD_CHECKPOINTS is not set: without the copies outside it a database proves little"
        )
    try:
        audit = Audit(
            chosen.database_url_sequencer, _keys(chosen, keys), chosen.checkpoints, now=datetime.now(UTC)
        )
    except KeyUnknown:
        raise CommandError("--key is no public key of checkpoints: casecoord audit key prints one") from None
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        try:
            areas = _chosen(await audit.areas(), only)
            return [
                await audit.verify(code, area, _Bar(bars, bars.add_task(code)))
                for code, area in areas.items()
            ]
        except FileNotFoundError:
            raise CommandError("the folder of CASECOORD_CHECKPOINTS is not there: bring it back") from None
        finally:
            await audit.close()


@dataclass(frozen=True, slots=True)
class _Bar:
    bars: "Progress"
    task: "TaskID"

    def __call__(self, done: int, total: int) -> None:
        self.bars.update(self.task, completed=done, total=total)


async def _restored(chosen: Settings, only: str | None) -> list[dict[str, Any]]:
    one = sequencer_of(chosen)
    try:
        done = []
        for code, area in _chosen(await one.areas(), only).items():
            signed = await one.restored(area)
            if signed is None or signed.restored is None:
                continue
            done.append(
                {"area": code, "size": signed.size, "lost_from": signed.size, "lost_to": signed.restored.size}
            )
        return done
    finally:
        await one.close()


def _chosen(areas: dict[str, UUID], only: str | None) -> dict[str, UUID]:
    if only is not None and only not in areas:
        raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
    return {only: areas[only]} if only else areas


def _keys(chosen: Settings, given: list[str] | None) -> list[str]:
    if given:
        return given
    if chosen.checkpoint_key is None:
        raise CommandError("no key to check with: give --key, or set CASECOORD_CHECKPOINT_KEY")
    return [Signer(chosen.checkpoint_key).public]


def _as_data(one: Verified) -> dict[str, Any]:
    fault = one.fault and {**asdict(one.fault), "say": FAULTS[one.fault.kind]}
    losses = [{"from": loss.kept, "to": loss.size, "at": loss.at.isoformat()} for loss in one.losses]
    return {
        "area": one.area,
        "entries": one.size,
        "checkpoints": one.checkpoints,
        "expired": one.expired,
        "waiting": one.waiting,
        "lost": losses,
        "fault": fault,
    }


def _in_words(one: Verified) -> str:
    lines = [f"{one.area}: {one.size} entries under {one.checkpoints} checkpoints, {one.waiting} wait"]
    if one.expired:
        lines.append(f"  {one.expired} lost their words after their term")
    lines += [
        f"  entries {loss.kept} to {loss.size - 1} were lost when a backup was restored, {loss.at:%Y-%m-%d %H:%M} UTC"
        if loss.size > loss.kept
        else f"  a backup was restored, {loss.at:%Y-%m-%d %H:%M} UTC; nothing was lost"
        for loss in one.losses
    ]
    lines.append(f"  NOT OK  {_fault_in_words(one.fault)}" if one.fault else "  ok")
    return "\n".join(lines)


def _fault_in_words(fault: Fault) -> str:
    checkpoint = f", checkpoint {fault.number}" if fault.number is not None else ""
    return f"{fault.kind} at position {fault.position}{checkpoint}: {FAULTS[fault.kind]}"


def _proof_as_data(found: Proven) -> dict[str, Any]:
    return {
        "entry": str(found.entry),
        "position": found.position,
        "leaf": found.leaf.hex(),
        "path": [step.hex() for step in found.path],
        "size": found.size,
        "root": found.root.hex(),
        "checkpoint": found.note,
    }


def _proof_in_words(found: Proven) -> str:
    steps = "\n".join(f"  {step.hex()}" for step in found.path)
    return (
        f"entry {found.entry} stands at position {found.position} of {found.size}\n"
        f"leaf {found.leaf.hex()}\npath\n{steps}\nroot {found.root.hex()}, signed:\n\n{found.note}"
    )


def _restored_in_words(one: dict[str, Any]) -> str:
    lost = one["lost_to"] - one["lost_from"]
    return f"{one['area']}: signed at {one['size']} entries; {lost} that the log had are lost"
