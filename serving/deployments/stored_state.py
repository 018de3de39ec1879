"""The bundles of a stored state: loaded again at start, and on every server that follows a change of another."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

from serving.deployments.candidates import Candidates
from serving.deployments.slots import Canary, LoadedBundle, Slot
from serving.errors import RequestRefused
from serving.schemas.bundles import BundleName, SlotState

log = logging.getLogger("touchstone.serving")


async def load_state(candidates: Candidates, slot: Slot, state: SlotState) -> Slot:
    """Give the slot with the bundles of a state, each loaded unless the slot has it in memory.

    Raises RequestRefused where the active one can't be loaded; another one that can't is logged and left out.
    """
    active = await _load(candidates, slot, state.active)
    canary = await _load_if_possible(candidates, slot, state.canary, "canary")
    return dataclasses.replace(
        slot,
        configured_sha256=active.sha256 if active.candidate is None else slot.configured_sha256,
        active=active,
        previous=await _load_if_possible(candidates, slot, state.previous, "previous"),
        shadow=await _load_if_possible(candidates, slot, state.shadow, "shadow"),
        canary=None
        if canary is None or state.canary_share is None
        else Canary(bundle=canary, share=state.canary_share),
    )


async def _load_if_possible(
    candidates: Candidates, slot: Slot, named: BundleName | None, what: str
) -> LoadedBundle | None:
    if named is None:
        return None
    try:
        return await _load(candidates, slot, named)
    except RequestRefused as error:
        log.warning("bundle %s: its %s cannot be loaded and is left out: %s", slot.name, what, error)
        return None


async def _load(candidates: Candidates, slot: Slot, named: BundleName) -> LoadedBundle:
    return await asyncio.to_thread(candidates.load, slot, named.candidate, named.sha256)
