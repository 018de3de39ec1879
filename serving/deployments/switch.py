"""Changes bundles while the server runs: load, store the change, swap one reference.

A check in flight finishes on the bundle that it began with.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

from serving.clock import utc_now
from serving.deployments.candidates import Candidates
from serving.deployments.malloc import release_freed_memory
from serving.deployments.slots import Canary, LoadedBundle, LoadedBundles, Slot
from serving.deployments.stored_state import load_state
from serving.errors import (
    BundleChangeConflict,
    BundleNameAmbiguous,
    CandidateMismatch,
    NothingToRollBack,
    RequestRefused,
    StoreUnavailable,
)
from serving.principal import SERVER, Principal
from serving.schemas.bundles import (
    BundleAction,
    BundleName,
    CanarySent,
    CandidateSent,
    RollbackSent,
    RolledBack,
    SlotState,
)
from serving.store.deployment_rows import CandidateAhead, DeploymentRows, NewBundleChange

T = TypeVar("T")
PREPARED_S = 60.0  # in which the change of a candidate that was announced has to follow
SETTLE_S = 5.0  # after a change, until the checks that began on the old bundle have finished
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who requests a change, and why."""

    principal: Principal
    by: str | None = None
    note: str = ""


class DeploymentSwitch:
    """Holds the bundles that serve. `current` is read once a check; every change replaces it as a whole.

    One candidate is loaded at a time. A rollback loads nothing and does not wait for a load; a load that finds the slot
    changed when it ends is refused. `on_change` is called with the bundles after each change. Without `rows` a change
    ends with the process.
    """

    def __init__(
        self,
        loaded: LoadedBundles,
        candidates: Candidates,
        rows: DeploymentRows | None,
        on_change: Callable[[LoadedBundles], None],
    ) -> None:
        self.current = loaded
        self._candidates = candidates
        self._rows = rows
        self._on_change = on_change
        self._loading: str | None = None
        self._committing = asyncio.Lock()
        self._seen: dict[str, int] = {}  # the latest change of each name that is in force here, or was tried
        self.not_followed: dict[str, str] = {}  # by name: why this server serves other bundles than are stored
        on_change(loaded)

    @property
    def durable(self) -> bool:
        """Whether a change outlives a restart."""
        return self._rows is not None

    async def activate(self, principal: Principal, name: str, sent: CandidateSent) -> Slot:
        """Let a candidate answer every check; the replaced one is kept for a rollback. The active one: no change."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            if bundle.sha256 == slot.active.sha256:
                return slot
            return _with_active(slot, bundle, previous=slot.active)

        return await self._deploy(principal, "activate", name, sent, change)

    async def shadow(self, principal: Principal, name: str, sent: CandidateSent) -> Slot:
        """Let a candidate judge the same checks in the background; its verdicts are stored and not answered."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            _refuse_active(slot, bundle)
            if slot.shadow is not None and slot.shadow.sha256 == bundle.sha256:
                return slot
            return dataclasses.replace(slot, shadow=bundle)

        return await self._deploy(principal, "shadow", name, sent, change)

    async def canary(self, principal: Principal, name: str, sent: CanarySent) -> Slot:
        """Let a candidate answer a share of the listings; a second call changes the share."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            _refuse_active(slot, bundle)
            old = slot.canary
            if old is not None and (old.bundle.sha256, old.share) == (bundle.sha256, sent.share):
                return slot
            return dataclasses.replace(slot, canary=Canary(bundle=bundle, share=sent.share))

        return await self._deploy(principal, "canary", name, sent, change)

    async def roll_back(self, principal: Principal, name: str, sent: RollbackSent) -> Slot:
        """Roll back an activation, a canary or a shadow; raises NothingToRollBack.

        An activation is rolled back once: a call repeated by mistake must not activate the bad bundle again.
        """
        self.current.find_slot_to_change(principal, name)
        author = Author(principal=principal, by=sent.by, note=sent.note)
        actions: dict[RolledBack, tuple[BundleAction, Callable[[Slot], Slot]]] = {
            "activation": ("roll_back_activation", _without_activation),
            "canary": ("roll_back_canary", _without_canary),
            "shadow": ("roll_back_shadow", _without_shadow),
        }
        action, change = actions[sent.what]

        async def commit() -> Slot:
            await self.follow()
            return await self._commit(action, name, None, change, author)

        return await self._finish(commit())

    async def restore(self) -> None:
        """Restore the bundles of the latest changes at start; a bundle that can't be loaded is logged and left out.

        The settings take precedence: where they name another bundle than at the latest change, that one serves.
        """
        for slot in self._changeable():
            while True:
                with contextlib.suppress(BundleChangeConflict):  # another server started meanwhile, and stored a change
                    await self._restore_slot(slot)
                    break

    async def follow(self, *, retry: bool = False) -> None:
        """Bring in the changes that other servers stored; raises StoreUnavailable.

        What can't be loaded here is logged once and noted in `not_followed`, and this server goes on with what it has;
        `retry` tries it again.
        """
        if self._rows is None or not self._rows.is_shared:
            return
        latest = await self._rows.latest_ids()
        for slot in self._changeable():
            is_new = latest.get(slot.name, 0) != self._seen.get(slot.name, 0)
            if is_new or (retry and slot.name in self.not_followed):
                await self._follow_slot(self._rows, slot, is_new=is_new)

    async def prepare(self, ahead: CandidateAhead) -> None:
        """Load a candidate that another server is about to bring in, so that its change takes effect at once."""
        if self._rows is None or self._loading is not None:  # it may be this server's own signal
            return
        for slot in self._changeable():
            if slot.name == ahead.name:
                with contextlib.suppress(RequestRefused):  # which `follow` reports if the change is made
                    async with self._rows.preparing(ahead):
                        prepared = await asyncio.to_thread(self._candidates.prepare, slot, ahead.candidate)
                    asyncio.get_running_loop().call_later(PREPARED_S, self._candidates.release, prepared)

    def _changeable(self) -> Iterator[Slot]:
        """Give the slots whose name is theirs alone; the others can't be changed."""
        for slot in self.current.slots:
            with contextlib.suppress(BundleNameAmbiguous):
                self.current.find_slot(SERVER, slot.name)
                yield slot

    async def _restore_slot(self, slot: Slot) -> None:
        latest = None if self._rows is None else await self._rows.find_latest(slot.name)
        if latest is None or self._rows is None:
            return
        self._seen[slot.name], state = latest.change_id, latest.state
        if state == state_of(slot):
            return
        author = Author(principal=SERVER)
        if state.configured_sha256 != slot.configured_sha256:
            log.info("bundle %s: the settings name another bundle than at the latest change, so it serves", slot.name)
            await self._store_change(self._rows, "settings_changed", slot, state_of(slot), author)
            return
        try:
            new = await load_state(self._candidates, slot, state)
        except RequestRefused as error:
            log.error(
                "bundle %s: the activated bundle cannot be loaded, so that of the settings serves: %s", slot.name, error
            )
            self.not_followed[slot.name] = error.message
            await self._store_change(
                self._rows, "restore_failed", slot, state, dataclasses.replace(author, note=error.message)
            )
            return
        self._note_missing(new, state)
        self._swap(slot, new)

    async def _follow_slot(self, rows: DeploymentRows, slot: Slot, *, is_new: bool) -> None:
        latest = await rows.find_latest(slot.name)
        if latest is None:
            return
        refusal: RequestRefused | None = None
        try:
            new = await load_state(self._candidates, slot, latest.state)
        except RequestRefused as error:
            refusal = error
        async with self._committing:
            if self.current.find_slot(SERVER, slot.name) is not slot:
                return  # a change was made here meanwhile; the next look compares with that
            self._seen[slot.name] = latest.change_id
            if refusal is not None:
                self.not_followed[slot.name] = refusal.message
                if is_new:
                    log.error(
                        "bundle %s: what another server activated cannot be loaded here, so %s still serves: %s",
                        slot.name, slot.active.sha256[:12], refusal,
                    )  # fmt: skip
                return
            self._note_missing(new, latest.state)
            if state_of(new) != state_of(slot):
                self._swap(slot, new)
                self._release_memory_later()
                log.info("bundle %s: followed %s, now %s", slot.name, latest.action, new.active.sha256[:12])

    def _note_missing(self, slot: Slot, state: SlotState) -> None:
        """Note which bundles of a state could not be loaded, beside the active one."""
        now = state_of(slot)
        parts = (("previous", now.previous, state.previous), ("shadow", now.shadow, state.shadow))
        missing = [name for name, have, want in (*parts, ("canary", now.canary, state.canary)) if want and not have]
        self.not_followed.pop(slot.name, None)
        if missing:
            self.not_followed[slot.name] = f"its {' and '.join(missing)} cannot be loaded here"

    async def _deploy(
        self,
        principal: Principal,
        action: BundleAction,
        name: str,
        sent: CandidateSent,
        change: Callable[[Slot, LoadedBundle], Slot],
    ) -> Slot:
        await self.follow()
        slot = self.current.find_slot_to_change(principal, name)
        author = Author(principal=principal, by=sent.by, note=sent.note)

        async def load_and_commit() -> Slot:
            with self._loading_alone(name):
                await asyncio.to_thread(self._candidates.require_visible, principal, slot, sent.candidate)
                async with self._loaded_everywhere(CandidateAhead(name=name, candidate=sent.candidate)):
                    bundle = await asyncio.to_thread(self._candidates.load, slot, sent.candidate, sent.sha256)
                return await self._commit(action, name, slot, lambda now: change(now, bundle), author)

        return await self._finish(load_and_commit())

    @contextlib.asynccontextmanager
    async def _loaded_everywhere(self, ahead: CandidateAhead) -> AsyncIterator[None]:
        """Let the other servers load a candidate while the block does, and wait for them afterwards.

        So the change takes effect on all at once. It is made all the same where one takes too long: that one follows.
        """
        if self._rows is not None:
            await self._rows.announce(ahead)
        yield
        if self._rows is not None:
            try:
                await self._rows.wait_for_others(ahead)
            except StoreUnavailable as error:
                log.warning("bundle %s: not every server has loaded the candidate yet: %s", ahead.name, error)

    async def _finish(self, work: Awaitable[T]) -> T:
        """Finish a change also when its caller disconnects: a stored change must take effect."""
        try:
            return await asyncio.shield(asyncio.ensure_future(work))
        finally:
            self._release_memory_later()

    def _release_memory_later(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SETTLE_S, lambda: loop.run_in_executor(None, release_freed_memory))

    async def _commit(
        self, action: BundleAction, name: str, seen: Slot | None, change: Callable[[Slot], Slot], author: Author
    ) -> Slot:
        """Store the change and swap; where `seen` is given and is no longer current, another change came first."""
        async with self._committing:
            slot = self.current.find_slot(SERVER, name)
            if seen is not None and slot is not seen:
                raise BundleChangeConflict(
                    "another change was made while the candidate was loading; read the state, and try again"
                )
            new = change(slot)
            if new is slot:
                return slot
            if self._rows is not None:
                await self._store_change(self._rows, action, new, state_of(new), author)
            self.not_followed.pop(name, None)
            self._swap(slot, new)
            log.info("bundle %s: %s, now %s", name, action, new.active.sha256[:12])
            return new

    def _swap(self, old: Slot, new: Slot) -> None:
        self.current = self.current.with_slot(old, new)
        self._on_change(self.current)

    async def _store_change(
        self, rows: DeploymentRows, action: BundleAction, slot: Slot, state: SlotState, author: Author
    ) -> None:
        new = NewBundleChange(
            name=slot.name,
            action=action,
            changed_by=author.by,
            note=author.note,
            state=state,
            products=tuple(slot.active.detector.bundle.metadata.products),
        )
        now = utc_now()
        self._seen[slot.name] = await rows.add_change(author.principal, new, now, after=self._seen.get(slot.name, 0))

    @contextlib.contextmanager
    def _loading_alone(self, name: str) -> Iterator[None]:
        if self._loading is not None:
            raise BundleChangeConflict(
                f"a candidate for {self._loading!r} is being loaded; try again when that has finished"
            )
        self._loading = name
        try:
            yield
        finally:
            self._loading = None


def state_of(slot: Slot) -> SlotState:
    """Give the state of a slot, as it is stored and answered."""
    canary = slot.canary
    return SlotState(
        configured_sha256=slot.configured_sha256,
        active=_name_of(slot.active),
        previous=None if slot.previous is None else _name_of(slot.previous),
        shadow=None if slot.shadow is None else _name_of(slot.shadow),
        canary=None if canary is None else _name_of(canary.bundle),
        canary_share=None if canary is None else canary.share,
    )


def _name_of(bundle: LoadedBundle) -> BundleName:
    return BundleName(candidate=bundle.candidate, version=bundle.detector.bundle.metadata.version, sha256=bundle.sha256)


def _refuse_active(slot: Slot, bundle: LoadedBundle) -> None:
    if bundle.sha256 == slot.active.sha256:
        raise CandidateMismatch("this bundle is the active one already, so there would be nothing to compare")


def _without_activation(slot: Slot) -> Slot:
    if slot.previous is None:
        raise NothingToRollBack(
            "no activation can be rolled back: there was none, or it was rolled back already; activate a bundle instead"
        )
    return _with_active(slot, slot.previous, previous=None)


def _with_active(slot: Slot, bundle: LoadedBundle, *, previous: LoadedBundle | None) -> Slot:
    """Give the slot with another active bundle, which ends the canary, and the shadow where it is the same bundle."""
    return dataclasses.replace(
        slot,
        configured_sha256=bundle.sha256 if bundle.candidate is None else slot.configured_sha256,
        active=bundle,
        previous=previous,
        shadow=None if slot.shadow is None or slot.shadow.sha256 == bundle.sha256 else slot.shadow,
        canary=None,
    )


def _without_canary(slot: Slot) -> Slot:
    if slot.canary is None:
        raise NothingToRollBack("there is no canary; GET …/state has the bundles that serve")
    return dataclasses.replace(slot, canary=None)


def _without_shadow(slot: Slot) -> Slot:
    if slot.shadow is None:
        raise NothingToRollBack("there is no shadow; GET …/state has the bundles that serve")
    return dataclasses.replace(slot, shadow=None)
