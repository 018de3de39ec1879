"""Stores checks: rows and photo bytes together, so that neither exists without the other."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import functools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from serving.audit_log.entry import NewEntry, new_entry
from serving.errors import CheckNotFound, EvidenceNotFound, PhotoNotFound
from serving.principal import SERVER, Principal
from serving.schemas.enforcement.case_notices import SellerNotice
from serving.store.audit_rows import AuditRows, append_entry
from serving.store.cases.case_erasure import ForgottenCases, forget_in_cases
from serving.store.cases.case_notice_rows import CaseNoticeRows, DecideAnswer, NewEvidence
from serving.store.cases.case_rows import CaseRows
from serving.store.cases.case_rule_rows import CaseRuleRows
from serving.store.cases.case_timer_rows import CaseTimerRows
from serving.store.cases.fast_track_rows import FastTrackRows
from serving.store.cases.misuse_rows import MisuseRows
from serving.store.cases.service_rows import ServiceRows
from serving.store.cases.trusted_flagger_rows import TrustedFlaggerRows
from serving.store.check_rows import CheckRows, NewCheck, RecordDeletion, require_sender
from serving.store.database.database import Database, to_end
from serving.store.database.folder_lock import lock_folder
from serving.store.database.named_store import DATABASE_FILE
from serving.store.database.postgresql import open_postgresql
from serving.store.database.sqlite import open_sqlite
from serving.store.deployment_rows import DeploymentRows
from serving.store.erasure_rows import ErasureRows
from serving.store.events.event_rows import EventRows
from serving.store.events.followers import FollowerRows
from serving.store.evidence.evidence_rows import EvidenceRows
from serving.store.evidence_codec import unpack_evidence
from serving.store.groups.group_store import GroupStore
from serving.store.groups.withdrawal import withdraw_of_checks
from serving.store.idempotency_rows import IDEMPOTENCY_HOURS, RunningKeyRows
from serving.store.job_store import JobStore
from serving.store.key_rows import KeyRows
from serving.store.member_removal import MemberRemoval
from serving.store.member_rows import MemberRows
from serving.store.periodic_task_rows import PeriodicTaskRows
from serving.store.photos.location import PhotoStorage, open_photo_storage
from serving.store.photos.object_storage import ObjectStorageSettings
from serving.store.retention import Rule
from serving.store.review_rows import ReviewRows
from serving.store.sellers.cluster_pages import ClusterPages
from serving.store.sellers.cluster_rows import ClusterRows
from serving.store.sellers.removal_rows import RemovalRows
from serving.store.sellers.trace_rows import TraceRows
from serving.store.test_buys.buy_store import BuyStore
from serving.store.transparency.buyers_notice_rows import BuyersNoticeRows
from serving.store.transparency.complaint_rows import ComplaintRows
from serving.store.transparency.figure_rows import FigureRows
from serving.store.transparency.report_rows import ReportRows
from serving.store.transparency.statement_rows import StatementRows
from serving.store.user_rows import UserRows
from serving.store.webhooks.delivery_log import DeliveryLog
from serving.store.webhooks.delivery_rows import DeliveryRows
from serving.store.webhooks.endpoint_rows import EndpointRows
from vision.errors import ConfigError
from vision.verdict import Evidence

T = TypeVar("T")
DELETE_CHUNK = 100
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredPhoto:
    """A stored photo: the SHA-256 under which its bytes are kept as received, and its evidence."""

    sha256: str
    evidence: Evidence | None


class Store:
    """The checks with their photos, in a database and a photo storage."""

    def __init__(
        self,
        database: Database,
        check_rows: CheckRows,
        photo_storage: PhotoStorage,
        opened: contextlib.ExitStack,
    ) -> None:
        self.check_rows = check_rows
        self.review_rows = ReviewRows(database)
        self.deployment_rows = DeploymentRows(database)
        self.event_rows = EventRows(database)
        self.follower_rows = FollowerRows(database)
        self.endpoint_rows = EndpointRows(database)
        self.delivery_rows = DeliveryRows(database)
        self.delivery_log = DeliveryLog(database)
        self.key_rows = KeyRows(database)
        self.member_rows = MemberRows(database)
        self._member_removal = MemberRemoval(database)
        self.user_rows = UserRows(database)
        self.groups = GroupStore(database)
        self.audit_rows = AuditRows(database)
        self.periodic_task_rows = PeriodicTaskRows(database)
        self.erasure_rows = ErasureRows(database)
        self.evidence_rows = EvidenceRows(database)
        self.case_rows = CaseRows(database)
        self.service_rows = ServiceRows(database)
        self.case_notice_rows = CaseNoticeRows(database)
        self.case_rule_rows = CaseRuleRows(database)
        self.case_timer_rows = CaseTimerRows(database)
        self.statement_rows = StatementRows(database)
        self.complaint_rows = ComplaintRows(database)
        self.buyers_notice_rows = BuyersNoticeRows(database)
        self.report_rows = ReportRows(database)
        self.figure_rows = FigureRows(database)
        self.trace_rows = TraceRows(database)
        self.cluster_rows = ClusterRows(database)
        self.cluster_pages = ClusterPages(database)
        self.removal_rows = RemovalRows(database)
        self.fast_track_rows = FastTrackRows(database)
        self.misuse_rows = MisuseRows(database)
        self.trusted_flagger_rows = TrustedFlaggerRows(database)
        self.running_keys = RunningKeyRows(database) if database.is_shared else None
        self.photos = photo_storage.photos
        self.jobs = JobStore(
            database=database, photos=self.photos, remove_unused=self._remove_unused, note_orphans=self._note_orphans
        )
        self.test_buys = BuyStore(database=database, photos=self.photos, note_orphans=self._note_orphans)
        self.job_rows = self.jobs.rows
        self.job_line_rows = self.jobs.line_rows
        self._renditions = photo_storage.renditions
        self._database = database
        self._opened = opened
        self.may_hold_orphans = True  # photos without a check or a line: of an earlier process, or of failed writes

    @property
    def is_shared(self) -> bool:
        """Whether other servers may use it at the same time."""
        return self._database.is_shared

    async def keep(self, new: NewCheck, photos: Sequence[bytes]) -> None:
        """Store a check with its readable photos; all of it is on the disk when this returns."""
        await to_end(self._keep(new, photos))

    async def _keep(self, new: NewCheck, photos: Sequence[bytes]) -> None:
        kept = [(photo.sha256, data) for photo, data in zip(new.photos, photos, strict=True) if photo.kept]
        async with self._database.hold([sha256 for sha256, _ in kept], shared=True) as held:
            try:
                await self.photos.put(kept)
                await self.check_rows.add(new, held)
            except BaseException:
                self.may_hold_orphans = True
                raise
        if new.line is not None and len(kept) < len(photos):  # the line had them, as far as they were sent in it
            await self.jobs.drop_photos([photo.sha256 for photo in new.photos if not photo.kept])

    async def keep_evidence(
        self, token_sha256: str, new: NewEvidence, photos: Sequence[bytes], decide: DecideAnswer, now: datetime.datetime
    ) -> SellerNotice:
        """Keep what a seller sends against a notice, with its photos; raises as CaseNoticeRows.add_evidence."""
        return await to_end(self._keep_evidence(token_sha256, new, photos, decide, now))

    async def _keep_evidence(
        self, token_sha256: str, new: NewEvidence, photos: Sequence[bytes], decide: DecideAnswer, now: datetime.datetime
    ) -> SellerNotice:
        kept = {photo.sha256: data for photo, data in zip(new.photos, photos, strict=True)}
        async with self._database.hold(kept, shared=True):
            try:
                await self.photos.put([*kept.items()])
                return await self.case_notice_rows.add_evidence(token_sha256, new, decide, now)
            except BaseException:
                self.may_hold_orphans = True
                raise

    async def forget_in_cases(self, seller_id: str) -> ForgottenCases:
        """Take an erased seller out of some of its cases; see case_erasure.py."""
        return await forget_in_cases(self._database, seller_id)

    async def find_photo(self, principal: Principal, check_id: str, index: int) -> StoredPhoto:
        """Give one photo of a check; raises CheckNotFound or PhotoNotFound."""
        row = await self.check_rows.find_photo(principal, check_id, index)
        if row is None:
            raise PhotoNotFound(f"check {check_id} has no photo {index}; photos count from 0")
        if not row.kept:
            raise PhotoNotFound(f"photo {index} of check {check_id} could not be read, so its bytes were not kept")
        evidence = None if row.evidence is None else unpack_evidence(row.evidence)
        return StoredPhoto(sha256=row.sha256, evidence=evidence)

    async def find_evidence(self, principal: Principal, check_id: str, index: int) -> tuple[StoredPhoto, Evidence]:
        """Give a photo with its evidence; raises EvidenceNotFound as well when it has none."""
        photo = await self.find_photo(principal, check_id, index)
        if photo.evidence is None:
            raise EvidenceNotFound(f"photo {index} of check {check_id} has no evidence")
        return photo, photo.evidence

    async def find_rendition(self, sha256: str, side_px: int) -> bytes | None:
        """Give a photo's rendition, None where there is none yet."""
        return await self._renditions.get(sha256, side_px)

    async def keep_rendition(self, sha256: str, side_px: int, data: bytes) -> None:
        """Keep a rendition for as long as its photo is kept; nothing happens where the photo is gone."""
        await to_end(self._keep_rendition(sha256, side_px, data))

    async def _keep_rendition(self, sha256: str, side_px: int, data: bytes) -> None:
        async with self._database.hold([sha256], shared=True):
            if await self.photos.has(sha256):
                await self._renditions.put(sha256, side_px, data)

    async def delete(self, principal: Principal, check_ids: Sequence[str], record: RecordDeletion) -> int:
        """Delete what the caller sees of these checks, with photos that no other check has; gives how many checks.

        `record` notes in the same transaction what is deleted: see CheckRows.delete.
        """
        return await to_end(self._delete(principal, check_ids, record))

    async def _delete(self, principal: Principal, check_ids: Sequence[str], record: RecordDeletion) -> int:
        sha256s = await self.check_rows.photo_sha256s(principal, check_ids)

        def record_all(session: Session, found: Sequence[str]) -> None:
            record(session, found)
            withdraw_of_checks(session, principal, found)

        async with self._database.hold(sha256s) as held:
            try:
                deleted = await self.check_rows.delete(principal, check_ids, record_all)
                await self._remove_photos(await self.check_rows.unused(sorted(sha256s), held))
            except BaseException:
                self.may_hold_orphans = True
                raise
        return deleted

    async def delete_one(self, principal: Principal, check_id: str) -> None:
        """Delete one check; raises CheckNotFound, and CheckOfOthers for a member that did not send it."""
        entry = new_entry(principal, "check.deleted", "check", check_id)

        def record(session: Session, _: Sequence[str]) -> None:
            require_sender(session, principal, check_id)
            append_entry(session, entry)

        if not await self.delete(principal, [check_id], record):
            raise CheckNotFound(f"no check has the id {check_id!r}; nothing was deleted")

    async def remove_member(self, principal: Principal, member_id: str, now: datetime.datetime) -> None:
        """Remove a member; raises MemberNotFound. Photos of its waiting lines are removed as orphans."""
        await self._member_removal.remove(principal, member_id, now)
        self.may_hold_orphans = True

    async def delete_expired(self, rule: Rule, now: datetime.datetime) -> int:
        """Delete every check that a rule deletes by now; gives how many."""
        deleted, after = 0, None
        while found := await self.check_rows.find_expired(rule, now, DELETE_CHUNK, after):
            entry = new_entry(SERVER, "retention.applied", "checks", rule.outcome, dataclasses.asdict(rule))
            ids = [check_id for _, check_id in found]
            deleted += await self.delete(SERVER, ids, functools.partial(_record_number, entry=entry))
            after = found[-1]
        return deleted

    async def delete_old_keys(self, now: datetime.datetime) -> None:
        """Delete Idempotency-Keys older than 24 hours, and those in the hands of servers that died."""
        if self.running_keys is not None:
            await self.running_keys.delete_expired(now)
        await self.check_rows.delete_keys_before(now - datetime.timedelta(hours=IDEMPOTENCY_HOURS))

    async def remove_orphans(self) -> int:
        """Remove photos without a check or a line of a job; gives how many.

        A kill or a failure between two steps leaves them.
        """
        removed = 0
        self.may_hold_orphans = False  # first, since a write that fails during the sweep may leave one behind it
        try:
            async for sha256s in self.photos.list_sha256s():
                if suspects := await self.check_rows.unused(sha256s):
                    removed += await self._remove_unused(suspects)
            await self._renditions.remove_other_versions()
        except BaseException:
            self.may_hold_orphans = True
            raise
        return removed

    async def _remove_unused(self, suspects: Sequence[str]) -> int:
        return await to_end(self._remove_unused_held(suspects))

    async def _remove_unused_held(self, suspects: Sequence[str]) -> int:
        async with self._database.hold(suspects) as held:
            unused = await self.check_rows.unused(suspects, held)
            await self._remove_photos(unused)
            return len(unused)

    def _note_orphans(self) -> None:
        self.may_hold_orphans = True

    async def _remove_photos(self, sha256s: Sequence[str]) -> None:
        """Remove photos that the caller holds, renditions first: a kill in between leaves a photo, found at start."""
        await self._renditions.remove(sha256s)
        await self.photos.remove(sha256s)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless rows and photos can be read and, as far as is known, written."""
        await self.check_rows.ping()
        await self.photos.ping()

    def close(self) -> None:
        """Let running work finish, and release the folder's lock."""
        self._opened.close()


def _record_number(session: Session, deleted: Sequence[str], entry: NewEntry) -> None:
    append_entry(session, entry.with_details(checks=len(deleted)))


def open_store(
    folder: Path,
    *,
    database_url: str = "",
    check: bool = True,
    photos: str = "",
    object_storage: ObjectStorageSettings | None = None,
) -> Store:
    """Open or create the store; raises ConfigError when it cannot be used, or another server uses it.

    `database_url` is that of a PostgreSQL, which other servers may use as well; empty means SQLite in the folder, where
    `check` reads all of it first, and refuses one that is damaged. `photos` is where the photos are:
    empty for the folder, which is not made where nothing would be in it.
    """
    with contextlib.ExitStack() as undo:
        try:
            if not (database_url and photos):
                folder.mkdir(parents=True, exist_ok=True)
            if not database_url:
                undo.enter_context(lock_folder(folder))
        except OSError as error:
            raise ConfigError(f"store: {folder} cannot be written ({error.strerror}); name another folder") from error
        file = folder / DATABASE_FILE
        database = open_postgresql(database_url) if database_url else open_sqlite(file, check=check)
        undo.callback(database.close)
        photo_storage = open_photo_storage(
            photos or str(folder), object_storage or ObjectStorageSettings(), shared=database.is_shared
        )
        undo.callback(photo_storage.photos.close)
        return Store(database, CheckRows(database), photo_storage, undo.pop_all())


def has_stored_keys(folder: Path, database_url: str = "") -> bool:
    """Whether a store has an API key; false where there is no store yet. Raises ConfigError where it can't be read."""
    if not database_url and not (folder / DATABASE_FILE).is_file():
        return False
    database = open_postgresql(database_url) if database_url else open_sqlite(folder / DATABASE_FILE, check=False)
    try:
        return asyncio.run(_has_any_key(database))
    finally:
        database.close()


async def _has_any_key(database: Database) -> bool:
    return await KeyRows(database).has_any()
