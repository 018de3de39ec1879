from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.deployments.candidates import Candidates
from serving.deployments.slots import Slot, load_bundles
from serving.deployments.stored_state import load_state
from serving.deployments.switch import state_of
from serving.errors import CandidateMismatch, CandidateNotFound
from serving.principal import SERVER
from serving.schemas.bundles import BundleName, SlotState
from serving.settings import ServeSettings

OPTIONS = ServeSettings(bundle=(Path(),)).bundle_options


@pytest.fixture
def slot(tiny_bundle: Path) -> Slot:
    return load_bundles([tiny_bundle], OPTIONS).slots[0]


def named(candidates: Candidates, slot: Slot, folder: str) -> BundleName:
    [found] = [one for one in candidates.list(SERVER, slot.name) if one.candidate == folder]
    return BundleName(candidate=folder, version=found.version, sha256=found.sha256)


def test_the_bundles_of_a_state_are_loaded_and_those_in_memory_are_kept(candidates: Path, slot: Slot) -> None:
    found = Candidates(candidates, OPTIONS)
    state = state_of(slot).model_copy(
        update={
            "active": named(found, slot, "v2"),
            "previous": state_of(slot).active,
            "canary": named(found, slot, "v3"),
            "canary_share": 0.25,
        }
    )
    loaded = asyncio.run(load_state(found, slot, state))
    assert state_of(loaded) == state
    assert loaded.previous is slot.active
    again = asyncio.run(load_state(found, loaded, state))
    assert again.active is loaded.active


def test_a_bundle_beside_the_active_one_that_cannot_be_loaded_is_left_out(
    candidates: Path, slot: Slot, caplog: pytest.LogCaptureFixture
) -> None:
    gone = BundleName(candidate="gone", version="9", sha256="9" * 64)
    state = state_of(slot).model_copy(update={"shadow": gone, "canary": gone, "canary_share": 0.5})
    loaded = asyncio.run(load_state(Candidates(candidates, OPTIONS), slot, state))
    assert state_of(loaded) == state_of(slot)
    assert "its shadow cannot be loaded" in caplog.text


@pytest.mark.parametrize(
    ("folder", "error"), [("gone", CandidateNotFound), ("v2", CandidateMismatch)], ids=["missing", "changed"]
)
def test_an_active_bundle_that_is_missing_or_another_one_is_refused(
    candidates: Path, slot: Slot, folder: str, error: type[Exception]
) -> None:
    state: SlotState = state_of(slot).model_copy(
        update={"active": BundleName(candidate=folder, version="2", sha256="9" * 64)}
    )
    with pytest.raises(error):
        asyncio.run(load_state(Candidates(candidates, OPTIONS), slot, state))
