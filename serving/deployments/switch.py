"""Changes what serves while the server runs: load, record, swap one reference; checks in flight end on the old one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from serving.deployments.candidates import Candidates
from serving.deployments.malloc import release_freed_memory
from serving.deployments.slots import Canary, LoadedBundle, LoadedBundles, Slot
from serving.errors import (
    BundleChangeConflict,
    BundleNameAmbiguous,
    CandidateMismatch,
    NothingToRollBack,
    RequestRefused,
)
from serving.schemas.bundles import BundleAction, BundleName, CanarySent, CandidateSent, RollbackSent, SlotState
from serving.store.deployment_rows import DeploymentRows, NewBundleChange

T = TypeVar("T")
SETTLE_S = 5.0  # after a change, until the checks that began on the old bundle have let go of it
SERVER = "server"  # who made a change that no caller asked for
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who asks for a change, and why."""

    caller: str
    by: str | None = None
    note: str = ""


class BundleSwitch:
    """Holds the bundles that serve. `current` is read once a check; every change replaces it whole.

    One candidate is loaded at a time. Rolling back needs no loading, so it waits for none: a load that finds the slot
    changed when it is done is refused. `on_change` is told what serves after each change. Without `rows` a change
    does not outlive the process.
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
        on_change(loaded)

    @property
    def durable(self) -> bool:
        """Whether a change outlives a restart."""
        return self._rows is not None

    async def activate(self, name: str, sent: CandidateSent, caller: str) -> Slot:
        """Let a candidate answer every check; the one it replaces stays for a rollback. The active one: no change."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            if bundle.sha256 == slot.active.sha256:
                return slot
            return _answering(slot, bundle, previous=slot.active)

        return await self._bring_in("activate", name, sent, caller, change)

    async def shadow(self, name: str, sent: CandidateSent, caller: str) -> Slot:
        """Let a candidate judge the same checks without being heard."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            _refuse_active(slot, bundle)
            if slot.shadow is not None and slot.shadow.sha256 == bundle.sha256:
                return slot
            return dataclasses.replace(slot, shadow=bundle)

        return await self._bring_in("shadow", name, sent, caller, change)

    async def canary(self, name: str, sent: CanarySent, caller: str) -> Slot:
        """Let a candidate answer a share of the listings; again with another share moves it."""

        def change(slot: Slot, bundle: LoadedBundle) -> Slot:
            _refuse_active(slot, bundle)
            old = slot.canary
            if old is not None and (old.bundle.sha256, old.share) == (bundle.sha256, sent.share):
                return slot
            return dataclasses.replace(slot, canary=Canary(bundle=bundle, share=sent.share))

        return await self._bring_in("canary", name, sent, caller, change)

    async def roll_back(self, name: str, sent: RollbackSent, caller: str) -> Slot:
        """Take back an activation, a canary or a shadow; raises NothingToRollBack.

        An activation is taken back once: a call that is sent again by mistake must not bring the bad bundle back.
        """
        author = Author(caller=caller, by=sent.by, note=sent.note)
        if sent.what == "activation":
            return await self._finish(self._commit("roll_back_activation", name, None, _without_activation, author))
        if sent.what == "canary":
            return await self._finish(self._commit("roll_back_canary", name, None, _without_canary, author))
        return await self._finish(self._commit("roll_back_shadow", name, None, _without_shadow, author))

    async def restore(self) -> None:
        """Bring back what served when the server was stopped or killed; what can't be loaded is logged and left out.

        The settings go first: where they name another bundle than at the latest change, that one serves.
        """
        for slot in self.current.slots:
            with contextlib.suppress(BundleNameAmbiguous):  # such a slot was never changed
                if self._rows is not None and self.current.find_slot(slot.name) is slot:
                    state = await self._rows.find_state(slot.name)
                    if state is not None and state != state_of(slot):
                        await self._restore_slot(self._rows, slot, state)

    async def _restore_slot(self, rows: DeploymentRows, slot: Slot, state: SlotState) -> None:
        author = Author(caller=SERVER)
        if state.configured_sha256 != slot.configured_sha256:
            log.info("bundle %s: the settings name another one than at the latest change, so it serves", slot.name)
            await self._record(rows, "settings_changed", slot.name, state_of(slot), author)
            return
        try:
            active = await self._load_again(slot, state.active)
        except RequestRefused as error:
            log.error(
                "bundle %s: what was activated cannot be loaded, so the settings' one serves: %s", slot.name, error
            )
            await self._record(
                rows, "restore_failed", slot.name, state, dataclasses.replace(author, note=error.message)
            )
            return
        new = dataclasses.replace(
            slot,
            active=active,
            previous=await self._load_if_possible(slot, state.previous, "previous"),
            shadow=await self._load_if_possible(slot, state.shadow, "shadow"),
        )
        canary = await self._load_if_possible(slot, state.canary, "canary")
        if canary is not None and state.canary_share is not None:
            new = dataclasses.replace(new, canary=Canary(bundle=canary, share=state.canary_share))
        self._put(slot, new)

    async def _load_if_possible(self, slot: Slot, named: BundleName | None, what: str) -> LoadedBundle | None:
        if named is None:
            return None
        try:
            return await self._load_again(slot, named)
        except RequestRefused as error:
            log.warning("bundle %s: its %s cannot be loaded and is left out: %s", slot.name, what, error)
            return None

    async def _load_again(self, slot: Slot, named: BundleName) -> LoadedBundle:
        return await asyncio.to_thread(self._candidates.load, slot, named.candidate, named.sha256)

    async def _bring_in(
        self,
        action: BundleAction,
        name: str,
        sent: CandidateSent,
        caller: str,
        change: Callable[[Slot, LoadedBundle], Slot],
    ) -> Slot:
        slot = self.current.find_slot(name)
        author = Author(caller=caller, by=sent.by, note=sent.note)

        async def load_and_commit() -> Slot:
            with self._only_loader(name):
                bundle = await asyncio.to_thread(self._candidates.load, slot, sent.candidate, sent.sha256)
                return await self._commit(action, name, slot, lambda now: change(now, bundle), author)

        return await self._finish(load_and_commit())

    async def _finish(self, work: Awaitable[T]) -> T:
        """Finish a change also when its caller left: what was recorded must come to serve."""
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.shield(asyncio.ensure_future(work))
        finally:
            loop.call_later(SETTLE_S, lambda: loop.run_in_executor(None, release_freed_memory))

    async def _commit(
        self, action: BundleAction, name: str, seen: Slot | None, change: Callable[[Slot], Slot], author: Author
    ) -> Slot:
        """Record and swap; where `seen` is given and no longer what serves, another change came first."""
        async with self._committing:
            slot = self.current.find_slot(name)
            if seen is not None and slot is not seen:
                raise BundleChangeConflict(
                    "what serves was changed while the candidate was loading; look, and ask again"
                )
            new = change(slot)
            if new is slot:
                return slot
            if self._rows is not None:
                await self._record(self._rows, action, name, state_of(new), author)
            self._put(slot, new)
            log.info("bundle %s: %s, now %s", name, action, new.active.sha256[:12])
            return new

    def _put(self, old: Slot, new: Slot) -> None:
        self.current = self.current.with_slot(old, new)
        self._on_change(self.current)

    async def _record(
        self, rows: DeploymentRows, action: BundleAction, name: str, state: SlotState, author: Author
    ) -> None:
        new = NewBundleChange(
            name=name, action=action, caller=author.caller, changed_by=author.by, note=author.note, state=state
        )
        await rows.add_change(new, datetime.datetime.now(datetime.UTC))

    @contextlib.contextmanager
    def _only_loader(self, name: str) -> Iterator[None]:
        if self._loading is not None:
            raise BundleChangeConflict(
                f"a candidate for {self._loading!r} is being loaded; ask again when that is done"
            )
        self._loading = name
        try:
            yield
        finally:
            self._loading = None


def state_of(slot: Slot) -> SlotState:
    """Give a slot as it is recorded."""
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
            "no activation can be taken back: there was none, or it was taken back already; activate the one you want"
        )
    return _answering(slot, slot.previous, previous=None)


def _answering(slot: Slot, bundle: LoadedBundle, *, previous: LoadedBundle | None) -> Slot:
    """Give the slot with another active bundle: nothing shadows itself, and what answers is this one for everyone."""
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
        raise NothingToRollBack("no canary answers; GET …/state says what serves")
    return dataclasses.replace(slot, canary=None)


def _without_shadow(slot: Slot) -> Slot:
    if slot.shadow is None:
        raise NothingToRollBack("no shadow judges; GET …/state says what serves")
    return dataclasses.replace(slot, shadow=None)
