"""The rows of deployments in the store: each change of bundles with its author, and the verdicts of shadows."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import NewEntry, new_entry
from serving.errors import BundleChangeConflict
from serving.principal import SERVER, Principal
from serving.schemas.bundles import (
    BundleAction,
    BundleChange,
    ExampleCheck,
    OutcomeCount,
    SlotState,
)
from serving.schemas.checks import Check, utc_text
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.database.notifications import notify
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.tables import BundleChangeRow, CheckRow, ShadowVerdictRow

CHANNEL = "touchstone_bundle_changes"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewBundleChange:
    """A change that is being stored; `changed_by` is the name that the caller gives.

    `products` are those of the bundle that answers after it.
    """

    name: str
    action: BundleAction
    changed_by: str | None
    note: str
    state: SlotState
    products: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShadowVerdict:
    """A shadow's verdict on an answered check."""

    answer: Check
    shadow_sha256: str
    outcome: str
    authenticity: float | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An active bundle and its shadow, by their sha256."""

    active_sha256: str
    shadow_sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How authenticity differs between shadow and active, over the checks where both have one."""

    n: int
    mean: float | None
    mean_absolute: float | None


OPERATOR = "operator"  # whom a member reads in changes that its own key did not make


class CandidateAhead(BaseModel):
    """A candidate that a server is loading, to bring it in under a bundle name; None is the bundle of the settings."""

    model_config = ConfigDict(frozen=True)

    name: str
    candidate: str | None


ACTIVATIONS = frozenset({"activate", "roll_back_activation", "settings_changed"})  # after which another bundle answers


class DeploymentRows:
    """The rows of changes of bundles, and of shadow verdicts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_shared(self) -> bool:
        """Whether other servers may add changes."""
        return self._database.is_shared

    def listening(self, wake: Callable[[CandidateAhead | None], None]) -> AbstractContextManager[None]:
        """Call `wake` in a thread when a server has announced a candidate, or added a change, or may have (None)."""
        return self._database.listening(CHANNEL, lambda text: wake(_read_candidate(text)))

    async def announce(self, ahead: CandidateAhead) -> None:
        """Let the other servers load a candidate, before the change that brings it in."""
        if self.is_shared:
            text = ahead.model_dump_json()
            await self._database.write(lambda session: notify(session, CHANNEL, text))

    def preparing(self, ahead: CandidateAhead) -> AbstractAsyncContextManager[object]:
        """Let the server that announced a candidate wait while the block loads it."""
        return self._database.hold([_name_of(ahead)], shared=True)

    async def wait_for_others(self, ahead: CandidateAhead) -> None:
        """Wait until no other server prepares the candidate; raises StoreUnavailable where one takes too long.

        A server that died prepares nothing: its hold ends with its connection.
        """
        if self.is_shared:
            async with self._database.hold([_name_of(ahead)]):
                pass

    async def add_change(
        self, principal: Principal, new: NewBundleChange, now: datetime.datetime, *, after: int
    ) -> int:
        """Add a change with the state after it, its event and its audit entry; they are on the disk at the return.

        `after` is the id of the latest change of this name that its maker knows, 0 for none; raises
        BundleChangeConflict where another was made since. Gives the id of the new one.
        """
        entry = _audit_entry(principal, new)

        def work(session: Session) -> int:
            latest = session.scalar(select(func.max(BundleChangeRow.change_id)).where(BundleChangeRow.name == new.name))
            if (latest or 0) != after:
                raise BundleChangeConflict("another server made a change meanwhile; read the state, and try again")
            if new.action in ACTIVATIONS:
                add_event(session, _activation_event(new))
            append_entry(session, entry)
            row = BundleChangeRow(
                created_at=now,
                name=new.name,
                action=new.action,
                caller=principal.name,
                changed_by=new.changed_by,
                note=new.note,
                state=new.state.model_dump_json(),
            )
            session.add(row)
            session.flush()
            notify(session, CHANNEL)
            return row.change_id

        return await self._database.write(work)

    async def latest_ids(self) -> dict[str, int]:
        """Give the id of the latest change of each bundle name."""

        def work(session: Session) -> dict[str, int]:
            query = select(BundleChangeRow.name, func.max(BundleChangeRow.change_id)).group_by(BundleChangeRow.name)
            return {row[0]: row[1] for row in session.execute(query)}

        return await self._database.read(work)

    async def find_latest(self, name: str) -> BundleChange | None:
        """Give the latest change of a bundle name, None where there was none."""
        latest = await self.find_changes(SERVER, name, 1)
        return latest[0] if latest else None

    async def find_changes(self, principal: Principal, name: str, limit: int) -> list[BundleChange]:
        """Give at most `limit` changes of a bundle name, newest first; a member reads not who made others', and why."""

        def work(session: Session) -> list[BundleChange]:
            rows = select(BundleChangeRow).where(BundleChangeRow.name == name)
            return [
                _change_of(row, principal)
                for row in session.scalars(rows.order_by(BundleChangeRow.change_id.desc()).limit(limit))
            ]

        return await self._database.read(work)

    async def add_shadow_verdict(self, verdict: ShadowVerdict) -> bool:
        """Add a shadow's verdict; gives False where the check was deleted meanwhile."""
        answer = verdict.answer

        def work(session: Session) -> bool:
            if session.get(CheckRow, answer.check_id) is None:
                return False
            session.merge(
                ShadowVerdictRow(
                    check_id=answer.check_id,
                    shadow_sha256=verdict.shadow_sha256,
                    active_sha256=answer.bundle.sha256,
                    product=answer.product,
                    active_outcome=answer.outcome,
                    shadow_outcome=verdict.outcome,
                    active_authenticity=answer.authenticity,
                    shadow_authenticity=verdict.authenticity,
                )
            )
            return True

        return await self._database.write(work)

    async def count_outcomes(self, principal: Principal, pair: Pair) -> dict[str, list[OutcomeCount]]:
        """Count, for each product, each pair of an active and a shadow outcome."""

        def work(session: Session) -> dict[str, list[OutcomeCount]]:
            row = ShadowVerdictRow
            groups = (row.product, row.active_outcome, row.shadow_outcome)
            counted = session.execute(
                select(*groups, func.count()).where(*_of(principal, pair)).group_by(*groups).order_by(*groups)
            )
            table: dict[str, list[OutcomeCount]] = {}
            for product, active, shadow, count in counted:
                table.setdefault(product, []).append(_count_of(active, shadow, count))
            return table

        return await self._database.read(work)

    async def measure_moves(self, principal: Principal, pair: Pair) -> dict[str, Moves]:
        """Give the differences of authenticity, for each product."""

        def work(session: Session) -> dict[str, Moves]:
            row = ShadowVerdictRow
            move = row.shadow_authenticity - row.active_authenticity  # null where either is
            query = select(row.product, func.count(move), func.avg(move), func.avg(func.abs(move)))
            return {
                product: Moves(n=n, mean=mean, mean_absolute=mean_absolute)
                for product, n, mean, mean_absolute in session.execute(
                    query.where(*_of(principal, pair)).group_by(row.product)
                )
            }

        return await self._database.read(work)

    async def find_examples(self, principal: Principal, pair: Pair, product: str, limit: int) -> list[ExampleCheck]:
        """Give checks whose outcome differs: first those that crossed between genuine and counterfeit, newest first."""

        def work(session: Session) -> list[ExampleCheck]:
            row = ShadowVerdictRow
            certain = ("genuine", "counterfeit")
            crossed = case((row.active_outcome.in_(certain) & row.shadow_outcome.in_(certain), 0), else_=1)
            query = (
                select(row, CheckRow.listing_id)
                .join(CheckRow, CheckRow.check_id == row.check_id)
                .where(*_of(principal, pair), row.product == product, row.active_outcome != row.shadow_outcome)
                .order_by(crossed, row.check_id.desc())
                .limit(limit)
            )
            return [_example_of(found, listing_id) for found, listing_id in session.execute(query)]

        return await self._database.read(work)


def _of(principal: Principal, pair: Pair) -> tuple[ColumnElement[bool], ...]:
    row = ShadowVerdictRow
    visible = () if principal.products is None else (row.product.in_(sorted(principal.products)),)
    return row.active_sha256 == pair.active_sha256, row.shadow_sha256 == pair.shadow_sha256, *visible


def _count_of(active: str, shadow: str, checks: int) -> OutcomeCount:
    return OutcomeCount.model_validate({"active": active, "shadow": shadow, "checks": checks})


def _example_of(row: ShadowVerdictRow, listing_id: str | None) -> ExampleCheck:
    return ExampleCheck(
        check_id=row.check_id,
        listing_id=listing_id,
        active_outcome=row.active_outcome,  # type: ignore[arg-type]  # written from an Outcome
        shadow_outcome=row.shadow_outcome,  # type: ignore[arg-type]
        active_authenticity=row.active_authenticity,
        shadow_authenticity=row.shadow_authenticity,
    )


def _audit_entry(principal: Principal, new: NewBundleChange) -> NewEntry:
    """Describe a change for the audit log: its note is left out, since anything may stand in it."""
    details: dict[str, JsonValue] = {"change": new.action, "active_sha256": new.state.active.sha256}
    for part, bundle in (("shadow", new.state.shadow), ("canary", new.state.canary)):
        if bundle is not None:
            details[f"{part}_sha256"] = bundle.sha256
    if new.state.canary_share is not None:
        details["canary_share"] = str(new.state.canary_share)
    return new_entry(principal, "bundle.changed", "bundle", new.name, details, private={"by": new.changed_by})


def _activation_event(new: NewBundleChange) -> NewEvent:
    active, previous = new.state.active, new.state.previous
    data = {
        "name": new.name,
        "action": new.action,
        "active": active.model_dump(),
        "previous": None if previous is None else previous.model_dump(),
    }
    return NewEvent(type="bundle.activated", products=new.products, data=data)


def _change_of(row: BundleChangeRow, principal: Principal) -> BundleChange:
    shown = principal.is_operator or row.caller == principal.name
    return BundleChange(
        change_id=row.change_id,
        created_at=utc_text(row.created_at),
        action=row.action,  # type: ignore[arg-type]  # written from a BundleAction
        caller=row.caller if shown else OPERATOR,
        changed_by=row.changed_by if shown else None,
        note=row.note if shown else "",
        state=SlotState.model_validate_json(row.state),
    )


def _read_candidate(text: str) -> CandidateAhead | None:
    """Read what a signal announces; one without content, or of another version of this program, announces nothing."""
    try:
        return CandidateAhead.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _name_of(ahead: CandidateAhead) -> str:
    """Give the name under which servers hold a candidate while they load it."""
    return hashlib.sha256(f"candidate {ahead.model_dump_json()}".encode()).hexdigest()
