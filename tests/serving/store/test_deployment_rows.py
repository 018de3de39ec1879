from __future__ import annotations

import asyncio
import dataclasses

import pytest

from serving.errors import BundleChangeConflict
from serving.principal import SERVER, Principal
from serving.schemas.bundles import BundleAction, BundleName, SlotState
from serving.schemas.checks import Outcome
from serving.store.deployment_rows import DeploymentRows, Moves, NewBundleChange, Pair, ShadowVerdict
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened

MARA = Principal(name="key-1", rate_key="key-1")
ACTIVE, SHADOW = "0" * 64, "1" * 64
PAIR = Pair(active_sha256=ACTIVE, shadow_sha256=SHADOW)


def state(version: str) -> SlotState:
    active = BundleName(candidate=None, version=version, sha256=ACTIVE)
    return SlotState(
        configured_sha256=ACTIVE, active=active, previous=None, shadow=None, canary=None, canary_share=None
    )


async def add_change(rows: DeploymentRows, name: str, action: BundleAction, version: str, *, after: int = 0) -> int:
    change = NewBundleChange(
        name=name, action=action, changed_by="mara", note="why", state=state(version), products=("toy",)
    )
    return await rows.add_change(MARA, change, NOW, after=after)


async def add_verdict(
    store: Store,
    active: Outcome,
    shadow: Outcome,
    *,
    product: str = "toy",
    authenticity: tuple[float | None, float | None] = (None, None),
) -> str:
    """Store a check and a shadow's verdict on it; gives the check's id."""
    new = new_check()
    answer = new.answer.model_copy(update={"outcome": active, "product": product, "authenticity": authenticity[0]})
    await store.check_rows.add(dataclasses.replace(new, answer=answer))
    verdict = ShadowVerdict(answer=answer, shadow_sha256=SHADOW, outcome=shadow, authenticity=authenticity[1])
    assert await store.deployment_rows.add_shadow_verdict(verdict)
    return answer.check_id


def test_changes_come_back_newest_first_and_the_latest_has_the_state(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.deployment_rows
            assert await rows.find_latest("tiny") is None
            assert await rows.latest_ids() == {}
            first = await add_change(rows, "tiny", "activate", "2")
            other = await add_change(rows, "other", "activate", "9")
            latest = await add_change(rows, "tiny", "roll_back_activation", "1", after=first)
            assert await rows.latest_ids() == {"tiny": latest, "other": other}
            changes = await rows.find_changes(SERVER, "tiny", 5)
            assert [change.action for change in changes] == ["roll_back_activation", "activate"]
            assert (changes[0].caller, changes[0].changed_by, changes[0].note) == ("key-1", "mara", "why")
            assert len(await rows.find_changes(SERVER, "tiny", 1)) == 1
            found = await rows.find_latest("tiny")
            assert found is not None
            assert (found.change_id, found.state) == (latest, state("1"))

    asyncio.run(work())


def test_a_change_after_one_that_its_maker_does_not_know_is_refused_and_not_stored(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.deployment_rows
            first = await add_change(rows, "tiny", "activate", "2")
            with pytest.raises(BundleChangeConflict):
                await add_change(rows, "tiny", "activate", "3")
            assert (await rows.latest_ids())["tiny"] == first
            await add_change(rows, "tiny", "activate", "3", after=first)

    asyncio.run(work())


def test_a_verdict_on_a_deleted_check_is_not_stored(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            verdict = ShadowVerdict(
                answer=new_check().answer, shadow_sha256=SHADOW, outcome="genuine", authenticity=0.9
            )
            assert not await store.deployment_rows.add_shadow_verdict(verdict)
            assert await store.deployment_rows.count_outcomes(SERVER, PAIR) == {}

    asyncio.run(work())


def test_pairs_of_outcomes_are_counted_for_each_product(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for product in ("toy", "toy", "mug"):
                await add_verdict(store, "genuine", "counterfeit", product=product)
            await add_verdict(store, "review", "review")
            found = await store.deployment_rows.count_outcomes(SERVER, PAIR)
            counts = {
                product: [(one.active, one.shadow, one.checks) for one in table] for product, table in found.items()
            }
            assert counts == {
                "toy": [("genuine", "counterfeit", 2), ("review", "review", 1)],
                "mug": [("genuine", "counterfeit", 1)],
            }
            reverse = Pair(active_sha256=SHADOW, shadow_sha256=ACTIVE)
            assert await store.deployment_rows.count_outcomes(SERVER, reverse) == {}

    asyncio.run(work())


def test_the_mean_move_leaves_out_checks_where_either_gave_no_authenticity(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for authenticity in ((0.5, 0.75), (0.5, 0.25), (0.25, 0.75), (None, 0.5), (0.5, None)):
                await add_verdict(store, "review", "review", authenticity=authenticity)
            moves = await store.deployment_rows.measure_moves(SERVER, PAIR)
            assert moves == {"toy": Moves(n=3, mean=0.5 / 3, mean_absolute=1 / 3)}

    asyncio.run(work())


def test_examples_that_crossed_come_first_and_then_the_newest(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            crossed = sorted([await add_verdict(store, "genuine", "counterfeit") for _ in range(2)])
            unsure = sorted([await add_verdict(store, "review", "genuine") for _ in range(2)])
            await add_verdict(store, "genuine", "genuine")
            found = await store.deployment_rows.find_examples(SERVER, PAIR, "toy", 3)
            assert [example.check_id for example in found] == [crossed[1], crossed[0], unsure[1]]
            assert (found[0].active_outcome, found[0].shadow_outcome) == ("genuine", "counterfeit")

    asyncio.run(work())
